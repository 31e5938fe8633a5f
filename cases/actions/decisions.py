"""What a recipient decides and tells; published, with reasons (V10, DESIGN 5.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import words
from cases.actions.receiving import become
from cases.actions.referrals import due_on, locked_referral
from cases.events import Event
from cases.models import Decision, Feedback, Referral, ReferralItem, Taken
from cases.states import OPEN, Status
from cases.vocabularies import SAY_WHAT, DeclineReason, Forum
from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import User

_OUTCOMES = (Status.RETAINED, Status.DECLINED, Status.ENDED)


@dataclass(frozen=True)
class Ruling:
    """A decision as it is written. `reasons` are codes of V10a, `forum` of V11a."""

    outcome: str
    reasons: list[str] = field(default_factory=list)
    words: str = ""
    forum: str = ""
    reopen_on_new_facts: bool = False
    review_route: bool = False
    no_detail: bool = False


@transaction.atomic
def decide(*, referral: Referral, ruling: Ruling, seen: str, by: User) -> Decision:
    """Retain, decline with reasons, or end. `seen` is the state the person decided on.

    Raises NotNow when it has changed since: two who decide at once do not overwrite each other.
    """
    referral = locked_referral(referral)
    policies.check_can_decide(by, referral)
    _check(ruling)
    if not set(ruling.reasons) <= set(policies.reasons_of(referral.unit)):
        raise NotAllowed(_("The law of your unit leaves no discretion: choose another reason."))
    if referral.status != seen:
        raise NotNow(_("Someone else decided a moment ago. Look again before you decide."))
    become(referral, Status(ruling.outcome), by)
    decision = Decision(
        referral=referral,
        outcome=ruling.outcome,
        reasons=list(ruling.reasons),
        forum=ruling.forum,
        reopen_on_new_facts=ruling.reopen_on_new_facts,
        review_route=ruling.review_route,
        no_detail=ruling.no_detail,
        decided_by=by,
        decided_at=timezone.now(),
    )
    if ruling.words:
        decision.words = words.seal(ruling.words, referral=referral, on=decision, column="words")
    decision.save()
    _record(
        Event.DECIDED,
        decision,
        referral,
        by,
        {"outcome": ruling.outcome, "reasons": list[log.Datum](ruling.reasons)},
    )
    return decision


@transaction.atomic
def give_feedback(
    *,
    referral: Referral,
    no_detail: bool = False,
    milestone: str = "",
    usefulness: str = "",
    text: str = "",
    by: User,
) -> Feedback:
    """Tell the sender something; the next feedback is due one interval later."""
    referral = locked_referral(referral)
    policies.check_can_decide(by, referral)
    if referral.status == Status.RECALLED:
        raise NotNow(_("The sender has taken this back."))
    if referral.status == Status.SENT:
        raise NotNow(_("Acknowledge the referral first."))
    if not (no_detail or milestone or usefulness or text):
        raise NotAllowed(_("Say at least one thing."))
    feedback = Feedback(
        referral=referral,
        no_detail=no_detail,
        milestone=milestone,
        usefulness=usefulness,
        given_by=by,
        given_at=timezone.now(),
    )
    if text:
        feedback.words = words.seal(text, referral=referral, on=feedback, column="words")
    feedback.save()
    if referral.access_ends_on is None:
        referral.due_on = due_on(Status(referral.status), referral.unit, feedback.given_at)
        referral.save(update_fields=["due_on"])
    _record(Event.FEEDBACK, feedback, referral, by, {"no_detail": no_detail})
    notifications.published(referral, "cases.feedback", feedback.reference)
    return feedback


@transaction.atomic
def take_into_file(
    *, referral: Referral, items: Sequence[ReferralItem], is_named: bool, by: User
) -> list[Taken]:
    """Record that exhibits are part of a national file now. Its fact is published, at once.

    Which ones only if `is_named`. A worker reads the stored bytes again and says whether their
    digests hold.
    """
    referral = locked_referral(referral)
    policies.check_can_work(by, referral)
    if referral.status not in OPEN or referral.status == Status.SENT:
        raise NotNow(_("Acknowledge the referral first."))
    wanted = {item.pk for item in items}
    live = list(referral.items.live().filter(pk__in=wanted).select_related("exhibit", "version"))
    if not wanted or len(live) != len(wanted):
        raise NotAllowed(_("Only what you were given can be taken into the file."))
    for item in live:
        item.referral = referral
    if not all(policies.may_open(by, item) for item in live):
        raise NotNow(
            _(
                "Some of it is closed: a condition is not settled, or people’s words do not cover it."
            )
        )
    if Taken.objects.filter(item__in=live).exists():
        raise NotNow(_("One of these is in the file already."))
    now = timezone.now()
    taken = [Taken(item=item, is_named=is_named, taken_by=by, taken_at=now) for item in live]
    Taken.objects.bulk_create(taken)
    referral.taken_at = referral.taken_at or now
    referral.save(update_fields=["taken_at"])
    _record(
        Event.TAKEN,
        referral,
        referral,
        by,
        {
            "named": is_named,
            "exhibits": list[log.Datum](sorted(i.exhibit.number for i in live)) if is_named else [],
            "items": [one.reference for one in taken],
        },
    )
    notifications.published(referral, "cases.taken", now.isoformat())
    return taken


def read_decision(decision: Decision) -> str:
    """What was said with it. Both sides read it."""
    return words.read(decision.words, referral=decision.referral, on=decision, column="words")


def read_feedback(feedback: Feedback) -> str:
    """What was said. Both sides read it."""
    return words.read(feedback.words, referral=feedback.referral, on=feedback, column="words")


def _check(ruling: Ruling) -> None:
    known = set(ruling.reasons) <= set(DeclineReason.values)
    if ruling.outcome not in _OUTCOMES or not known:
        raise NotAllowed(_("Choose from the list."))
    if ruling.forum and ruling.forum not in Forum.values:
        raise NotAllowed(_("Choose from the list."))
    if ruling.outcome == Status.DECLINED and not ruling.reasons:
        raise NotAllowed(_("A decline has at least one reason."))
    told = ruling.words or (ruling.forum and set(ruling.reasons) & SAY_WHAT == {"D18"})
    if set(ruling.reasons) & SAY_WHAT and not told:
        raise NotAllowed(_("This reason needs words: say what is missing, unclear, or better."))


def _record(
    event: Event,
    on: log.Target,
    referral: Referral,
    by: User,
    data: dict[str, log.Datum],
) -> None:
    log.record(
        event,
        on=on,
        by=by,
        submission=referral.submission.reference,
        data={"referral": referral.reference, **data},
    )
