"""Sealed text columns: bytes in the database, words only in memory (R2)."""

from custody.keys import cipher
from custody.models import Compartment


def seal_text(text: str, *, compartment: Compartment, column: str, row: str) -> bytes:
    """Seal `text` for one column of one row.

    `column` ("partners.vetting.findings") and `row` (its public reference) are authenticated with
    the text: a value moved to another row or column does not open.
    """
    return cipher(compartment).seal(text.encode(), _context(column, row))


def open_text(
    sealed: bytes | memoryview, *, compartment: Compartment, column: str, row: str
) -> str:
    """The words again, or an error of `custody.keystore`: a lost key yields no text (R13)."""
    return cipher(compartment).open(bytes(sealed), _context(column, row)).decode()


def _context(column: str, row: str) -> bytes:
    return b"custody.text\0" + column.encode() + b"\0" + row.encode()
