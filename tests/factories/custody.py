"""Sealed files and people who may open them, without any app above custody."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from custody import vault
from custody.keys import new_compartment
from custody.log import Actor, Target
from custody.models import Compartment, SealedFile
from custody.ports import may_open
from impna.references import new_reference


@dataclass(frozen=True)
class Reader:
    """Someone with a reference, as the log and the database see them."""

    reference: str = field(default_factory=new_reference)
    display_name: str = "Example reader"
    partner_reference: str = field(default_factory=new_reference)
    roles_text: str = "reader"
    custody_label: str = "partners.user"
    acting_uid: int | None = 1
    acting_gids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Thing:
    """Something that can be opened."""

    reference: str = field(default_factory=new_reference)
    submission_reference: str = field(default_factory=new_reference)
    custody_label: str = "submissions.exhibit"


def sealed(content: bytes, *, by: Actor | None = None) -> SealedFile:
    """An original with this content under a key of its own."""
    compartment = new_compartment(Compartment.Purpose.SUBMISSION)
    key = vault.new_key(compartment)
    stored = vault.store(io.BytesIO(content), key=key)
    with transaction.atomic():
        return vault.keep(stored, key=key, by=by or Reader())


@contextmanager
def allowing(*readers: Actor) -> Iterator[set[str]]:
    """A plugged function that lets these readers open anything; the set can be changed."""
    allowed = {reader.reference for reader in readers}

    def basis(target: Target, by: Actor) -> str | None:
        return "for the test" if by.reference in allowed else None

    may_open.plug(basis)
    try:
        yield allowed
    finally:
        may_open.unplug(basis)
