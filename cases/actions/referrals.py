"""Giving a version to recipients: what, how much, on which conditions (DESIGN 5.5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import grants, handling, items, terms, words
from cases.events import Event
from cases.giving import ToGive, choose
from cases.models import Assessment, Condition, Referral
from cases.recipients import with_reach
from cases.states import DUE_AFTER, Status
from cases.vocabularies import Mode, Route
from custody import log
from custody.keys import new_compartment
from custody.models import Compartment
from impna.errors import NotAllowed, NotNow
from partners.actions.organisations import current_reach
from partners.models import Unit, User
from submissions.actions import risks, versions
from submissions.actions.drafts import locked
from submissions.coverage import coverage
from submissions.models import Exhibit, Submission, Version
from submissions.policies import check_can_approve

MOST_CONDITIONS = 20


@dataclass(frozen=True)
class Recipient:
    """Whom a version goes to. `exhibits` None means all of the version; an alert has none.

    Redacted copies go before what they are copies of, but for `originals` (primary keys). `route`
    says how a new recipient was found; one that has it already keeps its own.
    """

    unit: Unit
    mode: str = Mode.FULL
    exhibits: list[Exhibit] | None = None
    conditions: list[str] = field(default_factory=list)
    route: str = Route.DIRECT
    originals: Collection[int] = ()


@transaction.atomic
def hand_over(
    *,
    submission: Submission,
    recipients: list[Recipient],
    without: Sequence[Unit] = (),
    by: User,
) -> Version:
    """Freeze the draft and give it, in one step: the hand-over is the referral (DESIGN 5.4).

    Without recipients the version waits for the Secretariat's advice, or for recipients chosen
    later. A supplement goes to every recipient that still has access, named here or not; one that
    is not named gets what is new in it, and nothing that it was not given before. Those in
    `without` get nothing and keep what they have: raises NotAllowed for one that may be given it.
    """
    version = versions.hand_over(submission=submission, by=by)
    submission = version.submission
    left_out = {unit.pk for unit in without}
    named = {recipient.unit.pk for recipient in recipients} | left_out
    for referral in submission.referrals.readable().filter(unit__in=left_out):
        _pass_over(referral, version, by)
    still = submission.referrals.readable().exclude(unit__in=named).select_related("unit__partner")
    new = _new_in(version) if still else []
    given = [
        Recipient(unit=one.unit, mode=one.mode, exhibits=_covered(submission, one.unit, new))
        for one in still
    ]
    for recipient in [*recipients, *given]:
        refer(version=version, recipient=recipient, by=by)
    return version


@transaction.atomic
def refer_all(*, version: Version, recipients: list[Recipient], by: User) -> list[Referral]:
    """Give a version to several recipients, or to none of them."""
    return [refer(version=version, recipient=one, by=by) for one in recipients]


@transaction.atomic
def refer(*, version: Version, recipient: Recipient, by: User) -> Referral:
    """Declare for one recipient and give it the version: a new referral, or its next version.

    Raises NotAllowed beyond the recipient's reach, for an exhibit that is not of this version, or
    for a new unit that neither takes direct intake nor was suggested by the Secretariat; NotNow
    when the version is not the newest or withdrawn. Callers hold an opening of the draft's words.
    """
    submission = locked(version.submission)
    check_can_approve(by, submission)
    if submission.status not in ("handed_over", "draft", "ready"):
        raise NotNow(_("This has been withdrawn."))
    if version.number != submission.versions_made:
        raise NotNow(_("Only the newest version is given."))
    risks.check_looked_at(submission)
    unit = Unit.objects.select_related("partner").get(pk=recipient.unit.pk)
    policies.check_not_excluded(submission, unit)
    policies.check_can_send(by, unit, recipient.mode, current_reach(unit.partner))
    live = submission.referrals.live().select_for_update(of=("self",)).filter(unit=unit).first()
    if live is None:
        policies.check_route(submission, unit, recipient.route)
    if len(recipient.conditions) > MOST_CONDITIONS:
        raise NotAllowed(_("At most %(most)d conditions.") % {"most": MOST_CONDITIONS})
    versions.declare(version=version, unit=unit, by=by)
    if live is not None and live.status == Status.RECALLED:
        raise NotNow(_("This recipient has not answered the recall yet."))
    if live is not None and live.version_id == version.pk:
        raise NotNow(_("This recipient has this version already."))
    wanted = _wanted(version, recipient)
    policies.check_covered(submission, unit, wanted)
    referral = (
        _supplement(live, version, recipient, by)
        if live is not None
        else _send(submission, version, unit, recipient, by)
    )
    items.give(referral=referral, version=version, wanted=wanted, by=by)
    _ask_conditions(referral, version, recipient)
    handling.ask(referral, version)
    terms.ask(referral, version)
    return referral


def due_on(status: Status, unit: Unit, now: datetime) -> date:
    """Until when a recipient owes the next word: its own interval where feedback is owed."""
    after = DUE_AFTER[status]
    if status in (Status.RECEIVED, Status.COLLECTED, Status.BEING_LOOKED_AT, Status.RETAINED):
        after = timedelta(days=unit.feedback_days)
    return timezone.localdate(now) + after


def locked_referral(referral: Referral) -> Referral:
    """The referral as it is now, locked; every change of one begins here.

    Raises NotNow when access has ended.
    """
    found: Referral = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("unit__partner", "submission__partner", "compartment", "version")
        .get(pk=referral.pk)
    )
    if not found.is_live:
        raise NotNow(_("Access to this referral has ended."))
    return found


def read_condition(condition: Condition) -> str:
    """What is asked. Both sides read it."""
    text = words.read(condition.words, referral=condition.referral, on=condition, column="words")
    return handling.sentence(condition.code, condition.exhibits, text) if condition.code else text


def read_remark(condition: Condition) -> str:
    """What the recipient said with its answer."""
    return words.read(condition.remark, referral=condition.referral, on=condition, column="remark")


def _covered(submission: Submission, unit: Unit, exhibits: list[Exhibit]) -> list[Exhibit]:
    """Those that everybody's word covers for this recipient, as originals or as redacted copies."""
    wanted = choose(exhibits)
    found = coverage(
        submission,
        unit,
        exhibits=[one.exhibit for one in wanted if one.copy is None],
        copies=[one.exhibit for one in wanted if one.copy],
        words=False,
    )
    return [exhibit for exhibit in exhibits if found.covers(exhibit)]


def _new_in(version: Version) -> list[Exhibit]:
    """Exhibits that no earlier version had."""
    items = version.items.there().exclude(exhibit__in_versions__version__number__lt=version.number)
    return [item.exhibit for item in items.select_related("exhibit")]


def _send(
    submission: Submission, version: Version, unit: Unit, recipient: Recipient, by: User
) -> Referral:
    now = timezone.now()
    referral = Referral.objects.create(
        submission=submission,
        unit=unit,
        version=version,
        compartment=new_compartment(Compartment.Purpose.REFERRAL),
        mode=recipient.mode,
        route=recipient.route,
        since=now,
        due_on=due_on(Status.SENT, unit, now),
        sent_by=by,
        sent_at=now,
    )
    Assessment.objects.create(referral=referral, since=now, due_on=due_on(Status.SENT, unit, now))
    grants.give_to_unit(referral, by)
    log.record(
        Event.SENT,
        on=referral,
        by=by,
        submission=submission.reference,
        data={
            "unit": unit.reference,
            "version": version.number,
            "mode": recipient.mode,
            "route": recipient.route,
        },
    )
    notifications.sent(referral)
    return referral


def _supplement(referral: Referral, version: Version, recipient: Recipient, by: User) -> Referral:
    referral.version, referral.mode = version, recipient.mode
    referral.save(update_fields=["version", "mode"])
    log.record(
        Event.SUPPLEMENTED,
        on=referral,
        by=by,
        submission=referral.submission.reference,
        data={"version": version.number, "mode": recipient.mode},
    )
    notifications.supplemented(referral)
    return referral


def _pass_over(referral: Referral, version: Version, by: User) -> None:
    ((_unit, reach),) = with_reach([referral.unit], referral.submission.partner)
    covered = coverage(referral.submission, referral.unit, exhibits=()).words_covered
    if covered and Mode(referral.mode) in policies.modes_within(reach):
        raise NotAllowed(_("This recipient may be given it: it cannot be left out of a version."))
    log.record(
        Event.PASSED_OVER,
        on=referral,
        by=by,
        submission=referral.submission.reference,
        data={"version": version.number, "mode": referral.mode, "reach": str(reach)},
    )


def _wanted(version: Version, recipient: Recipient) -> list[ToGive]:
    """The exhibits to be given; all of the version if none are named."""
    if recipient.mode == Mode.ALERT:
        return []
    there_now = version.items.there().select_related("exhibit")
    of_version = {item.exhibit_id: item.exhibit for item in there_now}
    wanted = (
        set(of_version)
        if recipient.exhibits is None
        else {exhibit.pk for exhibit in recipient.exhibits}
    )
    if wanted - set(of_version):
        raise NotAllowed(_("Only exhibits of this version can be given."))
    return choose([of_version[pk] for pk in sorted(wanted)], originals=recipient.originals)


def _ask_conditions(referral: Referral, version: Version, recipient: Recipient) -> None:
    number = referral.conditions.count()
    for text in filter(None, (text.strip() for text in recipient.conditions)):
        number += 1
        condition = Condition(
            referral=referral,
            version=version,
            number=number,
            due_on=timezone.localdate() + handling.WITHIN,
        )
        condition.words = words.seal(text, referral=referral, on=condition, column="words")
        condition.save()
