"""Sealing what is written in a referral, and opening it again."""

from typing import Protocol

from cases.models import Referral
from custody.texts import open_text, seal_text


class Written(Protocol):
    """A row of a referral with a reference of its own."""

    @property
    def reference(self) -> str: ...

    @property
    def custody_label(self) -> str: ...


def seal(text: str, *, referral: Referral, on: Written, column: str) -> bytes:
    """For one column of one row, under the referral's own compartment."""
    return seal_text(
        text,
        compartment=referral.compartment,
        column=f"{on.custody_label}.{column}",
        row=on.reference,
    )


def read(sealed: bytes | memoryview | None, *, referral: Referral, on: Written, column: str) -> str:
    """The words again, or "". Callers hold an opening, or may read both sides' thread."""
    if sealed is None:
        return ""
    return open_text(
        sealed,
        compartment=referral.compartment,
        column=f"{on.custody_label}.{column}",
        row=on.reference,
    )
