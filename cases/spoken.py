"""Exhibits and units as people read them when they choose and check."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from cases.giving import copies_of
from impna.templatetags.portal import name
from partners.models import Unit
from submissions.actions import exhibits
from submissions.models import Exhibit, Redaction
from submissions.states import Scan
from submissions.vocabularies import Recognisable


@dataclass(frozen=True)
class Item:
    """One exhibit that can be given, and its redacted copy; `is_new` when no version has it yet."""

    exhibit: Exhibit
    label: Any
    hint: str
    is_new: bool = False
    copy: Redaction | None = None

    @property
    def shows_someone(self) -> bool:
        """Someone can be recognised in it."""
        return self.exhibit.recognisable == Recognisable.SOMEONE

    @property
    def is_quarantined(self) -> bool:
        """Only a forensic examiner of the recipient opens it."""
        return self.exhibit.scan == Scan.INFECTED


def items_of(found: Iterable[Exhibit], *, earlier: Iterable[int] = ()) -> list[Item]:
    """Callers hold an opening of the draft's words: names are read."""
    known, found = set(earlier), list(found)
    copies = copies_of(found)
    return [
        Item(
            exhibit,
            format_html("{}: {}", exhibit, name(exhibits.read_name(exhibit))),
            _hint(exhibit, copies.get(exhibit.pk)),
            exhibit.pk not in known,
            copies.get(exhibit.pk),
        )
        for exhibit in found
    ]


def choices_of(units: Iterable[Unit]) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Units to tick, one group for each partner with its State; they come sorted by partner."""
    return [
        (
            format_html("{} · {}", name(partner.name), partner.country)
            if partner.country
            else name(partner.name),
            [(unit.reference, name(unit.name)) for unit in of_partner],
        )
        for partner, of_partner in groupby(units, key=lambda unit: unit.partner)
    ]


def _hint(exhibit: Exhibit, copy: Redaction | None) -> str:
    said = []
    if exhibit.recognisable == Recognisable.SOMEONE:
        said.append(_("Someone can be recognised in it."))
    if copy is not None:
        said.append(_("There is a redacted copy of it."))
    if exhibit.scan == Scan.INFECTED:
        said.append(_("In quarantine: only a forensic examiner of the recipient can open it."))
    if exhibit.scan == Scan.NOT_SCANNED:
        said.append(_("It was not scanned."))
    return " ".join(said)
