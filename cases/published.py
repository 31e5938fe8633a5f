"""What a sender sees of a referral: what the recipient has published, and what is owed (R3, R5)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.deadlines import EVERY, MOST_REMINDERS
from cases.events import SENDERS, Event
from cases.models import Referral
from cases.states import OVER, Party, Status
from cases.vocabularies import ConditionAnswer, Disposal
from custody.models import CustodyEvent
from impna.errors import Sentence
from submissions.models import Exhibit, Submission
from submissions.spoken import numbers

# How long a choice stands on the sender's desk.
DECIDE_WITHIN = timedelta(days=14)
# Messages and decisions stand in full on the same page.
_ELSEWHERE = frozenset({Event.WROTE, Event.DECIDED})
ANSWER_IT = gettext_lazy("an approver: answer its request")
DECIDE_IT = gettext_lazy("an approver: decide about a condition it cannot accept")
CHOOSE = gettext_lazy("an approver: choose who gets it, or ask the Secretariat")
ADVISER = gettext_lazy("The Secretariat: answer your question")
KINDS: dict[str, str] = {
    Status.SENT: "",
    Status.RECEIVED: "info",
    Status.COLLECTED: "info",
    Status.BEING_LOOKED_AT: "info",
    Status.RETAINED: "good",
    Status.DECLINED: "",
    Status.ENDED: "",
    Status.RECALLED: "open",
}


def moved(first: date) -> date:
    """A date that comes again every fortnight while a choice is not made: `first`, or the next."""
    late = (timezone.localdate() - first).days
    return first + max(0, -(-late // DECIDE_WITHIN.days)) * DECIDE_WITHIN


@dataclass(frozen=True)
class State:
    """One recipient's published state in a word; silence is said as silence, in amber."""

    words: str
    kind: str
    since: datetime
    silent_since: date | None = None


def overdue(referral: Any) -> date | None:
    """By when a word, or an answer to a condition or recall, was owed and did not come: the earliest.

    Of a referral `with_overdue`.
    """
    return _first(word_overdue(referral), referral.recall_overdue)


def word_overdue(referral: Any) -> date | None:
    """The same without recalls."""
    return _first(referral.due_on if referral.is_silent else None, referral.condition_overdue)


def state_of(referral: Any) -> State:
    """As lists and pages show it; of a referral `with_overdue`."""
    words, kind = str(Status(referral.status).label), KINDS[referral.status]
    if referral.closed_at is not None:
        return State(_("%(state)s, closed") % {"state": words}, "", referral.closed_at)
    late = overdue(referral)
    if late is not None:
        said = _("%(state)s, no answer") % {"state": words}
        return State(said, "wait", referral.since, late)
    return State(words, kind, referral.since)


@dataclass(frozen=True)
class Silence:
    """An answer that was due: what, since when, when it was reminded, and when it will be."""

    what: str
    due_on: date
    reminded: list[date]
    next_on: date | None


def silence_of(referral: Any, reminded: Iterable[Any]) -> Silence | None:
    """None while nothing is overdue. `reminded` are this referral's reminders."""
    late = overdue(referral)
    if late is None:
        return None
    what = _what_is_owed(referral)
    if late == referral.condition_overdue:
        what = _("answer your condition")
    elif late == referral.recall_overdue:
        what = _("say what became of what was taken back")
    sent = [timezone.localdate(one.at) for one in reminded if one.due_on == late]
    next_on = max(late + timedelta(days=1) + len(sent) * EVERY, timezone.localdate())
    return Silence(what, late, sent, next_on if len(sent) < MOST_REMINDERS else None)


def next_step(referral: Referral) -> tuple[str, str]:
    """On whom it waits, and for what; for the column "next date"."""
    if referral.closed_at is not None:
        return "", ""
    owner = _("The recipient") if referral.owner == Party.RECIPIENT else ""
    return owner, _what_is_owed(referral)


def if_recalled(referral: Referral, taken: Iterable[Any]) -> str:
    """What happens to what it holds when the sender takes it back."""
    found = list(taken)
    if referral.closed_at is not None:
        return _("Access has ended: %(what)s.") % {"what": _disposal(referral)}
    if referral.status == Status.RECALLED:
        return _("Recalled. It has to say what became of what it had.")
    if not found:
        return _("Everything closes at once.")
    named = numbers(one.item.exhibit.number for one in found if one.is_named)
    if named:
        words = _("It says it has taken %(exhibits)s into its file: you can ask, not oblige.")
        return words % {"exhibits": named} + " " + _("The rest closes at once.")
    return _(
        "It says that something is in its file: for that you can ask, not oblige. "
        "The rest closes at once."
    )


def events_of(referral: Referral) -> QuerySet[CustodyEvent]:
    """What it published and what its sender did, newest first.

    By the names the log wrote down: canonical JSON, so their text is fixed.
    """
    its_own = Q(on=f"{Referral.custody_label}:{referral.reference}")
    named = Q(entry__contains=f'"referral":"{referral.reference}"')
    return CustodyEvent.objects.filter(
        its_own | named,
        submission=referral.submission.reference,
        type__in=[str(one) for one in SENDERS - _ELSEWHERE],
    ).order_by("-id")


def in_words(events: Iterable[CustodyEvent]) -> list[dict[str, Any]]:
    """For the timeline of the sender's page. Nobody inside a recipient is named."""
    rows = []
    for event in events:
        entry = json.loads(event.entry)
        at = datetime.fromisoformat(entry["at"])
        rows.append({"at": at, "text": _words(event.type, entry["data"])})
    return rows


def _words(kind: str, data: dict[str, Any]) -> str:
    """One sentence for each published event."""
    version = {"number": data.get("version", 0)}
    exhibits = numbers(data.get("exhibits", []))
    if kind == Event.PUBLISHED:
        return _("It published: %(state)s.") % {"state": Status(data["to"]).label}
    if kind == Event.ITEMS_GIVEN:
        said = _("You gave it %(exhibits)s.")
        if data.get("again"):
            said = _("You gave it again what was taken back: %(exhibits)s.")
        return said % {"exhibits": exhibits}
    if kind == Event.TAKEN:
        if exhibits:
            return _("It has taken into its file: %(exhibits)s.") % {"exhibits": exhibits}
        return _("It has taken something into its file.")
    if kind == Event.CONDITION_ANSWERED:
        return _("It answered your condition %(number)d: %(answer)s.") % {
            "number": data["condition"],
            "answer": ConditionAnswer(data["answer"]).label,
        }
    sentences: dict[str, Any] = {
        Event.SENT: _("You sent it version %(number)d.") % version,
        Event.SUPPLEMENTED: _("You sent it version %(number)d.") % version,
        Event.PASSED_OVER: _("You handed over version %(number)d without it. It keeps what it has.")
        % version,
        Event.CONDITION_WAIVED: _("You gave up a condition."),
        Event.ASKED: _("It asked you something."),
        Event.ENCLOSED: _("It added a file to its request %(number)d.")
        % {"number": data.get("request", 0)},
        Event.ANSWERED: _("You answered its request."),
        Event.NOT_ANSWERED: _("You did not answer its request, and said why."),
        Event.LAPSED: _("One of its requests lapsed unanswered."),
        Event.FEEDBACK: _("It gave feedback."),
        Event.RECALLED: _("You recalled it."),
        Event.ACCESS_ENDED: _("Its access ended."),
        Event.REMINDED: _("The portal reminded it that an answer is overdue."),
        Event.DISPOSED: _("It said what became of what it had."),
        Event.RECALL_ASKED: _("Taken back, because somebody’s word does not cover it: %(what)s.")
        % {"what": exhibits},
        Event.RECALL_ANSWERED: _("It said what became of what was taken back."),
    }
    return str(sentences[Event(kind)])


def still_held(submission: Submission, exhibit: Exhibit | None) -> Sentence:
    """Plugged into `submissions.ports.erasing`: who has not said what became of what it had.

    "" when all have. Of one exhibit, those that were ever given it.
    """
    found = submission.referrals.live()
    if exhibit is not None:
        found = found.filter(items__exhibit=exhibit).distinct()
    first = found.select_related("unit__partner").order_by("pk").first()
    if first is None:
        return ""
    return _(
        "%(who)s has not said what became of what it had. What it holds, you can ask for; until its "
        "referral is closed, nothing of that is erased here."
    ) % {"who": first.unit.partner.name}


def _first(*dates: date | None) -> date | None:
    return min((day for day in dates if day is not None), default=None)


def _what_is_owed(referral: Referral) -> str:
    if referral.status == Status.SENT:
        return _("acknowledge that it arrived")
    if referral.status in OVER:
        return _("say what became of what it had")
    return _("feedback, even if it is only “in use, no detail possible”")


def _disposal(referral: Referral) -> str:
    return str(Disposal(referral.disposal).label).lower() if referral.disposal else _("ended")
