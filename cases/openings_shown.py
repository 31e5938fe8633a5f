"""Openings of a submission as its sender sees them: its own and the Secretariat's in full (R3)."""

import json
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Advice, Enclosure
from cases.openings import Shown
from custody.history import read_text
from custody.models import CustodyEvent, EventText
from partners import roles
from partners.models import Partner
from submissions.models import Exhibit, Identity, Redaction, Submission

_OPENED = "custody.opening.opened"


def openings_of(submission: Submission) -> QuerySet[CustodyEvent]:
    """The newest first. A recipient's are not among them: it publishes states."""
    secretariat = Partner.objects.filter(kind=roles.SECRETARIAT).values("reference")
    return CustodyEvent.objects.filter(
        Q(partner=submission.partner.reference) | Q(partner__in=secretariat),
        submission=submission.reference,
        type=_OPENED,
    ).order_by("-id")


def in_words(submission: Submission, events: list[CustodyEvent]) -> list[dict[str, Any]]:
    """Of some of them: who, what, why."""
    texts = {
        (text.event_id, text.name): read_text(text)
        for text in EventText.objects.filter(event__in=events)
    }
    entries = [(event, json.loads(event.entry)) for event in events]
    kinds = {entry["on"].partition(":")[0] for _event, entry in entries}
    exhibits: dict[str, str] = {}
    people: dict[str, str] = {}
    if Exhibit.custody_label in kinds:
        found = Exhibit.objects.filter(submission=submission)
        exhibits = {exhibit.reference: str(exhibit) for exhibit in found}
    if Redaction.custody_label in kinds:
        copies = Redaction.objects.filter(exhibit__submission=submission)
        exhibits |= {one.reference: _copy(one) for one in copies.select_related("exhibit")}
    if Identity.custody_label in kinds:
        identities = Identity.objects.filter(person__submission=submission)
        people = dict(identities.values_list("reference", "person__code"))
    return [_row(event, entry, texts, exhibits, people, submission) for event, entry in entries]


def _row(
    event: CustodyEvent,
    entry: dict[str, Any],
    texts: dict[tuple[int, str], str | None],
    exhibits: dict[str, str],
    people: dict[str, str],
    submission: Submission,
) -> dict[str, Any]:
    label, _colon, reference = entry["on"].partition(":")
    return {
        "at": datetime.fromisoformat(entry["at"]),
        "who": texts.get((event.pk, EventText.Name.ACTOR)) or entry["role"],
        "is_own": entry["partner"] == submission.partner.reference,
        "exhibit": exhibits.get(reference),
        "identity_of": people.get(reference),
        "is_question": label == Advice.custody_label,
        "is_shown": label == Shown.custody_label,
        "is_enclosure": label == Enclosure.custody_label,
        "reason": texts.get((event.pk, EventText.Name.REASON)),
    }


def _copy(copy: Redaction) -> str:
    return _("%(exhibit)s, redacted copy %(number)d") % {
        "exhibit": copy.exhibit,
        "number": copy.number,
    }
