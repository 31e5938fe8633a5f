"""Have clamd scan a stream. Only its own words for the whole stream make a file clean.

A client of our own: clamav-client is GPL-2.0, clamdpy and clamd have a timeout per call but no
deadline for the whole, and lose what clamd said when it ends a stream early.
"""

import re
import socket as sockets
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# clamd reads into memory of this size; longer pieces are cut.
_PIECE = 256 * 1024
_LONGEST_REPLY = 4096
_LAST_WORDS = 2.0
_CLEAN = "stream: OK"
_FOUND = re.compile(r"stream: ([!-~]{1,500}) FOUND")
# Not malware, but that clamd could not look inside.
_ENCRYPTED = ("Heuristics.Encrypted.",)
_LIMITS = ("Heuristics.Limits.Exceeded",)

type Outcome = Literal["clean", "infected", "not_scanned"]
type Reason = Literal[
    "",
    "no_scanner",
    "too_large",
    "encrypted",
    "limits",
    "timeout",
    "died",
    "refused",
    "examination_failed",  # not clamd's doing: no try came to its end
]


@dataclass(frozen=True)
class Verdict:
    """`signature` with infected, `reason` with not_scanned."""

    outcome: Outcome
    signature: str = ""
    reason: Reason = ""

    @property
    def why(self) -> str:
        """The signature or the reason, as rows keep it; "" when it is clean."""
        return self.signature[:60] or self.reason


class _Over(Exception):
    """The deadline has passed."""


def scan(
    chunks: Iterable[bytes], *, socket: Path | str, limit: int, seconds: float = 120.0
) -> Verdict:
    """What clamd at the Unix socket says of these bytes, which end within `seconds`.

    `limit` is the scanner's StreamMaxLength in bytes. An error that `chunks` raises is passed on.
    """
    if not str(socket):
        return _not_scanned("no_scanner")
    until = time.monotonic() + seconds
    with sockets.socket(sockets.AF_UNIX) as clamd:
        try:
            clamd.settimeout(_left(until))
            clamd.connect(str(socket))
        except (OSError, _Over):
            return _not_scanned("no_scanner")
        try:
            if (early := _send(clamd, chunks, limit, until)) is not None:
                return early
            clamd.settimeout(_left(until))
            return _verdict(_reply(clamd, until), whole=True)
        except (TimeoutError, _Over):
            return _not_scanned("timeout")
        except OSError:
            return _not_scanned("died")


def _send(
    clamd: sockets.socket, chunks: Iterable[bytes], limit: int, until: float
) -> Verdict | None:
    """The stream and its end; a verdict when it did not come to that."""
    sent = 0
    _say(clamd, b"zINSTREAM\0", until)
    for chunk in chunks:
        sent += len(chunk)
        if sent > limit:
            return _not_scanned("too_large")
        for start in range(0, len(chunk), _PIECE):
            piece = chunk[start : start + _PIECE]
            if not _say(clamd, struct.pack(">I", len(piece)) + piece, until):
                return _ended_early(clamd)
    if not _say(clamd, bytes(4), until):
        return _ended_early(clamd)
    return None


def _say(clamd: sockets.socket, data: bytes, until: float) -> bool:
    """Whether clamd took it."""
    clamd.settimeout(_left(until))
    try:
        clamd.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def _ended_early(clamd: sockets.socket) -> Verdict:
    """clamd stopped listening: it may have said why before it did."""
    try:
        return _verdict(_reply(clamd, time.monotonic() + _LAST_WORDS), whole=False)
    except (OSError, _Over):
        return _not_scanned("died")


def _reply(clamd: sockets.socket, until: float) -> str:
    """clamd's answer, without the NUL that shows it to be whole; "" when it is not."""
    reply = b""
    while len(reply) < _LONGEST_REPLY and not reply.endswith(b"\0"):
        clamd.settimeout(_left(until))
        piece = clamd.recv(_LONGEST_REPLY)
        if not piece:
            return ""
        reply += piece
    return reply[:-1].decode("utf-8", "replace") if reply.endswith(b"\0") else ""


def _verdict(reply: str, *, whole: bool) -> Verdict:
    if reply == _CLEAN and whole:
        return Verdict("clean")
    if found := _FOUND.fullmatch(reply):
        signature = found[1]
        if signature.startswith(_ENCRYPTED):
            return _not_scanned("encrypted")
        if signature.startswith(_LIMITS):
            return _not_scanned("limits")
        return Verdict("infected", signature=signature)
    if "size limit exceeded" in reply:
        return _not_scanned("too_large")
    return _not_scanned("refused" if reply else "died")


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _Over
    return left


def _not_scanned(reason: Reason) -> Verdict:
    return Verdict("not_scanned", reason=reason)
