"""What the custody log says of a referral to the unit that received it: two lists, never one.

And of a question to the Secretariat, to both who may read it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from cases.events import PUBLISHED, Event
from cases.models import Advice, Enclosure, Referral, ReferralItem, SecondReader
from cases.openings import Shown
from custody.events import Event as Custody
from custody.models import CustodyEvent

# Of the unit's own ledger. Rights follow from assignments and are not told twice.
INTERNAL = frozenset(
    {
        Event.ASSIGNED,
        Event.NO_CONFLICT,
        Event.UNASSIGNED,
        Event.ASSESSED,
        Event.NOTED,
        Event.SECOND_ASKED,
        Event.SECOND_ANSWERED,
        Event.CHECKED,
        Custody.OPENED,
    }
)


_ADVICE = frozenset({Event.ADVICE_ASKED, Event.ADVICE_GIVEN, Event.ADVICE_LAPSED, Custody.OPENED})


def published_of(referral: Referral) -> QuerySet[CustodyEvent]:
    """What both sides see, newest first."""
    rows = ("conditions", "requests", "decisions", "feedback", "messages")
    targets = [_name(one) for rows_of in rows for one in getattr(referral, rows_of).all()]
    targets += [_name(one) for one in _files_of(referral)]
    return _events([_name(referral), *targets]).filter(type__in=PUBLISHED)


def internal_of(referral: Referral, items: Iterable[ReferralItem]) -> QuerySet[CustodyEvent]:
    """What the unit did for itself, newest first; never what another unit did with an exhibit."""
    notes, assigned = referral.notes.only("reference"), referral.assignments.only("reference")
    items = list(items)
    targets = [_name(one) for one in (*notes, *assigned, referral.assessment)]
    seconds = SecondReader.objects.filter(item__referral=referral).only("reference")
    targets += [_name(one) for one in seconds]
    targets += [_name(item.taken) for item in items if hasattr(item, "taken")]
    own = _events([*targets, _name(referral)]).filter(type__in=INTERNAL)
    return own | _opened(referral, [*(item.thing for item in items), *_files_of(referral)])


def openings_of_files(files: Iterable[Enclosure]) -> QuerySet[CustodyEvent]:
    """Of files that the unit sent with requests: whoever opened them, on either side, newest first."""
    return _events([_name(one) for one in files]).filter(type=Custody.OPENED)


def of_advice(advice: Advice) -> QuerySet[CustodyEvent]:
    """Asked, read, opened, answered or lapsed, newest first. Pages leave the other side's people out."""
    own = _events([_name(advice), _name(Shown(advice))]).filter(type__in=_ADVICE)
    basis = f'"basis":"advice {advice.reference}"'
    shown = advice.shown.select_related("exhibit", "copy")
    opened = _events([_name(one.thing) for one in shown])
    return own | opened.filter(type=Custody.OPENED, entry__contains=basis)


def openings_of(
    referral: Referral, items: Iterable[ReferralItem]
) -> dict[str, tuple[datetime, str]]:
    """By reference of what was opened: when someone of the unit last did, and who (reference)."""
    found = {}
    opened = _opened(referral, [item.thing for item in items])
    for on, at, by in opened.order_by("id").values_list("on", "at", "by"):
        found[on.partition(":")[2]] = (datetime.fromisoformat(at), by)
    return found


def _files_of(referral: Referral) -> QuerySet[Enclosure]:
    return Enclosure.objects.filter(request__referral=referral).only("reference")


def _opened(referral: Referral, things: Iterable[object]) -> QuerySet[CustodyEvent]:
    """By the basis that the vault wrote down: canonical JSON, so its text is fixed."""
    basis = f'"basis":"referral {referral.reference}'
    return _events([_name(one) for one in things]).filter(
        type=Custody.OPENED, entry__contains=basis
    )


def _events(targets: list[str]) -> QuerySet[CustodyEvent]:
    return CustodyEvent.objects.filter(on__in=targets).order_by("-id")


def _name(target: object) -> str:
    return f"{target.custody_label}:{target.reference}"  # type: ignore[attr-defined]
