"""What is left of what was erased: numbers, dates, digests, who erased it and why (R10).

Nothing is opened for it: all of it stands in clear, or in the custody log's own compartment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from custody.history import page_of, read_text
from custody.models import CustodyEvent, EventText
from submissions import history
from submissions.events import Event
from submissions.models import Erasure, Exhibit, Submission

PAGE = 100


@dataclass(frozen=True)
class Erased:
    """One erasure, with its reason as far as the log still has it."""

    erasure: Erasure
    reason: str


@dataclass(frozen=True)
class Left:
    """What is left of one exhibit; `erased` if it went before the rest."""

    exhibit: Exhibit
    erased: Erased | None = None

    @property
    def size(self) -> int | None:
        """In bytes, as sealed or as typed."""
        return self.exhibit.file.size if self.exhibit.file else self.exhibit.declared_size

    @property
    def sha256(self) -> str:
        """Of the sealed file, or as typed."""
        file = self.exhibit.file
        return bytes(file.sha256).hex() if file else self.exhibit.declared_sha256

    @property
    def sha512(self) -> str:
        """Of the sealed file, or as typed."""
        file = self.exhibit.file
        return bytes(file.sha512).hex() if file else self.exhibit.declared_sha512


def of(submission: Submission, asked: Mapping[str, str]) -> dict[str, Any]:
    """For the page of an erased submission."""
    erasures = _erasures(submission)
    whole = erasures.filter(exhibit__isnull=True).first()
    after = asked.get("after", "")
    first = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    versions = list(submission.versions.select_related("handed_over_by").order_by("-number"))
    found = (
        submission.exhibits.filter(number__gt=first)
        .exclude(removed_at__isnull=False, erasure__isnull=True)
        .select_related("file")
        .order_by("number")[: PAGE + 1]
    )
    rows = list(found)
    before = {one.exhibit_id: one for one in erasures.filter(exhibit__in=rows)}
    reasons = _reasons([*filter(None, [whole]), *before.values()])
    return {
        "submission": submission,
        "erased": Erased(whole, reasons.get(whole.pk, "")) if whole else None,
        "versions": versions,
        "exhibits": [_left(one, before.get(one.pk), reasons) for one in rows[:PAGE]],
        "after": rows[PAGE - 1].number if len(rows) > PAGE else 0,
        "later_page": first > 0,
        "holds": submission.holds.count(),
        "events": page_of(history.changes_of(submission), asked, name="history", at="history"),
    }


def exhibits_of(submission: Submission) -> list[Left]:
    """Exhibits that were erased of what is still there, by number; at most `PAGE` of them."""
    found = list(
        _erasures(submission)
        .filter(exhibit__isnull=False)
        .select_related("exhibit__file", "erased_by")
        .order_by("exhibit__number")[:PAGE]
    )
    reasons = _reasons(found) if found else {}
    return [_left(one.exhibit, one, reasons) for one in found if one.exhibit]


def _erasures(submission: Submission) -> Any:
    return submission.erasures.select_related("erased_by", "submission", "exhibit")


def _left(exhibit: Exhibit, erasure: Erasure | None, reasons: dict[int, str]) -> Left:
    return Left(exhibit, Erased(erasure, reasons.get(erasure.pk, "")) if erasure else None)


def _reasons(found: Iterable[Erasure]) -> dict[int, str]:
    """Why, by primary key of the erasure; what was erased from the log is "". One query."""
    targets = {
        f"{on.custody_label}:{on.reference}": one.pk
        for one in found
        for on in [one.exhibit or one.submission]
    }
    events = CustodyEvent.objects.filter(
        on__in=targets, type__in=[Event.ERASED, Event.EXHIBIT_ERASED]
    )
    texts = EventText.objects.filter(event__in=events, name=EventText.Name.REASON)
    return {targets[text.event.on]: read_text(text) or "" for text in texts.select_related("event")}
