"""What an adviser reads of what is shown with a question, at this moment (R14)."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from cases import policies
from cases.models import Advice, AdviceExhibit
from cases.openings import Shown
from cases.package import Item
from cases.reading import Exhibited, Sheet
from custody.models import Opening
from partners.models import User
from submissions import manifest
from submissions.graphic import is_graphic
from submissions.told import Told

type Entry = dict[str, Any]


class ShownNow:
    """Nothing while it is closed; without an opening only the cover sheet, which is none (R3)."""

    def __init__(self, advice: Advice, user: User) -> None:
        self.advice, self._user = advice, user

    @cached_property
    def may_open(self) -> bool:
        """The question is open, and nothing stands against showing what is written."""
        return policies.may_be_shown(self._user, self.advice)

    @property
    def sheet(self) -> Sheet | None:
        """The frozen cover sheet."""
        return Sheet(self.advice.version.sheet) if self.may_open else None

    @property
    def permit(self) -> Opening | None:
        """This person's for the words, while it lasts and nothing closed them."""
        words = Shown(self.advice)
        return self._permits.get(f"{words.custody_label}:{words.reference}")

    @property
    def summary(self) -> str:
        """As it was handed over; "" without an opening."""
        return str(self._told["cover_sheet"]["summary"]) if self._told else ""

    @property
    def incidents(self) -> list[Told]:
        """The same; sources are named where they are shown as well."""
        told = [row.told for row in self.exhibits]
        codes = {who["code"] for one in told for who in one.get("people", [])}
        numbers = {row.exhibit.number for row in self.exhibits}
        found = [Told.from_entry(entry) for entry in self._told.get("incidents", [])]
        return [one.given_with(codes, numbers) for one in found]

    @cached_property
    def exhibits(self) -> list[Exhibited[AdviceExhibit]]:
        """What is shown, with what was said of it; nothing without an opening of the words."""
        if not self._told:
            return []
        closed = policies.not_shown(self.advice)
        said = {entry["reference"]: entry for entry in self._told["exhibits"]}
        rows = []
        for one in self._items:
            is_open = one.is_fit and one.exhibit_id not in closed
            told = said.get(one.exhibit.reference, {}) if is_open else {}
            rows.append(
                Exhibited(
                    Item(one, told, is_open, one.exhibit_id not in closed),
                    may_examine=False,
                    may_identify=False,
                    is_graphic=is_graphic(told.get("markers", [])),
                )
            )
        return rows

    @property
    def can_open_some(self) -> bool:
        """There is something to choose."""
        return any(row.can_open for row in self.exhibits)

    @property
    def links(self) -> list[dict[str, Any]]:
        """To what this person has open, while the permits last."""
        if not self.exhibits:
            return []
        targets = (f"{row.thing.custody_label}:{row.thing.reference}" for row in self._items)
        permits = [self._permits[target] for target in targets if target in self._permits]
        return [
            {"name": item["name"], "url": _address(one, item["file"]), "until": one.expires_at}
            for one in permits
            for item in one.files
        ]

    @property
    def holds_graphic(self) -> bool:
        """Something that is open holds graphic content."""
        return bool(self.links) and any(row.is_graphic for row in self.exhibits)

    @cached_property
    def number(self) -> int:
        """How many exhibits are shown."""
        return len(self._items)

    @cached_property
    def _items(self) -> list[AdviceExhibit]:
        items = self.advice.shown.select_related("exhibit__file", "copy__file", "copy__exhibit")
        return list(items.order_by("exhibit__number"))

    @cached_property
    def _permits(self) -> dict[str, Opening]:
        """The newest of each, by what it opens."""
        if not self.may_open:
            return {}
        found = Opening.objects.filter(
            by=self._user.reference,
            basis=f"advice {self.advice.reference}",
            ended_at__isnull=True,
            expires_at__gt=timezone.now(),
        )
        return {one.target: one for one in found.order_by("id")}

    @cached_property
    def _told(self) -> Entry:
        if self.permit is None:
            return {}
        version = self.advice.version
        version.submission = self.advice.submission
        return manifest.read(version)


def _address(permit: Opening, file: str) -> str:
    return settings.BYTES_ORIGIN + reverse("opened-file", args=[permit.reference, file])
