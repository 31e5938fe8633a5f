"""The Range header (RFC 9110, section 14.2), one range at a time."""

import re

_ONE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


class Unsatisfiable(Exception):
    """The range begins behind the end (416)."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Start and stop (exclusive) within `size` bytes; None to send the whole.

    None also for several ranges and for malformed headers, which a server may ignore. Raises
    Unsatisfiable when no byte of the file is asked for.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if first == "":
        suffix = int(last)
        if suffix == 0 or size == 0:
            raise Unsatisfiable
        return max(0, size - suffix), size
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(int(last) + 1, size) if last else size
