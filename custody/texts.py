"""Sealed text columns: bytes in the database, words only in memory (R2)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from custody.keys import cipher
from custody.keystore import KeyErased
from custody.models import Compartment
from impna.errors import NotNow


def seal_text(text: str, *, compartment: Compartment, column: str, row: str) -> bytes:
    """Seal `text` for one column of one row.

    `column` ("partners.vetting.findings") and `row` (its public reference) are authenticated with
    the text: a value moved to another row or column does not open. NotNow once the compartment
    has been erased.
    """
    with _unless_erased():
        return cipher(compartment).seal(text.encode(), _context(column, row))


def open_text(
    sealed: bytes | memoryview, *, compartment: Compartment, column: str, row: str
) -> str:
    """The words again, or an error of `custody.keystore`: a lost key yields no text (R13).

    NotNow once they have been erased.
    """
    with _unless_erased():
        return cipher(compartment).open(bytes(sealed), _context(column, row)).decode()


@contextmanager
def _unless_erased() -> Iterator[None]:
    try:
        yield
    except KeyErased as error:
        raise NotNow(_("This has been erased.")) from error


def _context(column: str, row: str) -> bytes:
    return b"custody.text\0" + column.encode() + b"\0" + row.encode()
