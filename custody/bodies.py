"""Reading a request's body with a deadline, and no more of them at once than memory allows.

A sender who stalls, or drips one byte a minute, holds a thread of the bytes server until the
deadline and not longer; pages have a server of their own (DESIGN 6).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RD

from django.http import HttpRequest
from django.utils.translation import gettext as _

from impna.errors import Refused, TooLarge

SECONDS = 120.0
IN_FLIGHT = 12
# gunicorn takes up to this much from the socket at once, and copies what it holds at every read.
_PIECE = 1024 * 1024
_places = threading.BoundedSemaphore(IN_FLIGHT)


class TooSlow(Refused):
    """The body did not arrive within its time (408)."""

    status = 408


class Busy(Refused):
    """As many bodies are being read as memory allows (503); try again in a moment."""

    status = 503
    retry_after = 5


@contextmanager
def a_place() -> Iterator[None]:
    """One of IN_FLIGHT places for a body, or Busy at once."""
    if not _places.acquire(blocking=False):
        raise Busy(_("The portal is receiving as much as it can. It goes on in a moment."))
    try:
        yield
    finally:
        _places.release()


def read_body(request: HttpRequest, *, most: int, within: float = SECONDS) -> bytes:
    """The whole body, at most `most` bytes, within `within` seconds.

    Raises TooLarge before reading when its length is declared, TooSlow when time runs out or the
    sender goes away half-way.
    """
    header = request.META.get("CONTENT_LENGTH") or ""
    declared = int(header) if header.isdigit() else None
    too_large = TooLarge(_("One piece may have up to %(mib)d MiB.") % {"mib": most // 1024**2})
    if declared is not None and declared > most:
        raise too_large
    expected = most + 1 if declared is None else declared
    pieces, received = list[bytes](), 0
    stream = request.META["wsgi.input"]
    with _deadline(request, within):
        while received < expected and (piece := stream.read(min(_PIECE, expected - received))):
            pieces.append(piece)
            received += len(piece)
    if received > most:
        raise too_large
    if declared is not None and received < declared:
        raise TooSlow(_("This piece did not arrive in time. It will be sent again."))
    return b"".join(pieces)  # of a single one, itself


@contextmanager
def _deadline(request: HttpRequest, within: float) -> Iterator[None]:
    """Shut the socket's reading side when the time is over: a blocked read then ends at once."""
    socket = request.META.get("gunicorn.socket")
    if socket is None:
        yield
        return

    def shut() -> None:
        with suppress(OSError):
            socket.shutdown(SHUT_RD)

    timer = threading.Timer(within, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
