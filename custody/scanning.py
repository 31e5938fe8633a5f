"""A sealed file before the virus scanner, in clear only in memory (DESIGN 6).

Whatever examines files reads them here; people open them through the vault.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings

from custody.age import AgeReader
from custody.intake.clamd import Verdict, scan
from custody.keys import keystore
from custody.models import SealedFile
from custody.stores import filestore

# It began, and this very file may have been why it went no further.
_BROKE_OFF = ("died", "timeout")
_SECONDS = 600.0
# When every try has failed.
UNEXAMINED = Verdict("not_scanned", reason="examination_failed")


class ScannerAway(Exception):
    """Nobody is there: it is asked again until it is back."""


class ScannerBrokeOff(Exception):
    """It did not come to an end with this file: it is tried again, but not for ever."""


class Pieces:
    """Reads a sealed file from the beginning each time it is called."""

    def __init__(self, reader: AgeReader) -> None:
        self._reader = reader

    def __call__(self) -> Iterator[bytes]:
        return self._reader.read_range(0, self._reader.size)


@contextmanager
def plaintext(file: SealedFile) -> Iterator[Pieces]:
    """For the worker's examination alone: nobody opens it, so no opening is recorded."""
    identity = keystore().identity(file.key.compartment.name, file.key.entry)
    with filestore().open(file.store_name) as handle:
        yield Pieces(AgeReader(handle, [identity]))


def verdict_on(pieces: Iterable[bytes]) -> Verdict:
    """What the configured scanner says. Where there is one and it says nothing, raises
    ScannerAway or ScannerBrokeOff.
    """
    verdict = scan(
        pieces, socket=settings.CLAMD_SOCKET, limit=settings.SCAN_LIMIT, seconds=_SECONDS
    )
    if settings.CLAMD_SOCKET and verdict.reason == "no_scanner":
        raise ScannerAway
    if settings.CLAMD_SOCKET and verdict.reason in _BROKE_OFF:
        raise ScannerBrokeOff(verdict.reason)
    return verdict
