"""Who is told of what. Sentences are constant; titles come from clear fields without names (R8)."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Advice, Assignment, Condition, InformationRequest, Message, Referral
from impna.errors import Sentence
from partners import roles
from partners.actions.notifications import tell
from partners.models import Unit, User
from submissions.models import Submission

SENTENCES: dict[str, Sentence] = {
    "cases.sent": _("A referral has arrived; acknowledge it within 7 days."),
    "cases.supplemented": _("A new version of a referral has arrived."),
    "cases.published": _("A recipient has published a new state."),
    "cases.decided": _("A recipient has decided."),
    "cases.feedback": _("A recipient gave feedback."),
    "cases.taken": _("A recipient has taken something into its file."),
    "cases.condition_refused": _("A recipient cannot accept one of your conditions."),
    "cases.condition_waived": _("The sender has given up a condition."),
    "cases.asked": _("A recipient asks you something."),
    "cases.answered": _("The sender has answered your request."),
    "cases.message": _("There is a new message."),
    "cases.recalled": _("A referral was recalled; say what became of what you were given."),
    "cases.access_ended": _("Access has ended; say what became of what you were given."),
    "cases.disposed": _("A recipient says what became of what you gave."),
    "cases.assigned": _("A referral was assigned to you."),
    "cases.silent": _("An answer is overdue."),
    "cases.advice_asked": _("An organisation asks for advice."),
    "cases.advice_given": _("The Secretariat has answered."),
    "cases.advice_lapsed": _("The Secretariat did not answer in time; choose recipients yourself."),
}


def members(holder: Unit | Submission, *codes: str) -> Iterable[User]:
    """Who holds one of the roles now, in a unit or in the partner that provides."""
    people = User.objects.filter(
        is_active=True, memberships__ended_at__isnull=True, memberships__role__in=codes
    )
    if isinstance(holder, Unit):
        return people.filter(memberships__unit=holder).distinct()
    return people.filter(partner=holder.partner_id).distinct()


def deciders(referral: Referral) -> Iterable[User]:
    """Heads of unit and contact points."""
    return members(referral.unit, roles.HeadOfUnit.code, roles.ContactPoint.code)


def senders(submission: Submission) -> Iterable[User]:
    """Approvers of the sender."""
    return members(submission, roles.Approver.code)


def workers(referral: Referral) -> Iterable[User]:
    """Heads of unit and whoever it is assigned to."""
    assigned = User.objects.filter(
        assignments__referral=referral, assignments__ended_at__isnull=True
    )
    return {*members(referral.unit, roles.HeadOfUnit.code), *assigned}


def sent(referral: Referral) -> None:
    """To the unit."""
    _tell(deciders(referral), "cases.sent", referral, "sent")


def supplemented(referral: Referral) -> None:
    """To the unit."""
    key = f"version-{referral.version.number}"
    _tell({*deciders(referral), *workers(referral)}, "cases.supplemented", referral, key)


def recalled(referral: Referral) -> None:
    """To the unit."""
    _tell(deciders(referral), "cases.recalled", referral, "recalled")


def access_ended(referral: Referral) -> None:
    """To the unit."""
    _tell(deciders(referral), "cases.access_ended", referral, "access-ended")


def silent(referral: Referral, number: int) -> None:
    """A reminder to the unit; the sender sees the silence on its own page."""
    _tell(deciders(referral), "cases.silent", referral, f"silent-{referral.due_on}-{number}")


def assigned(assignment: Assignment) -> None:
    """To the officer."""
    _tell([assignment.user], "cases.assigned", assignment.referral, assignment.reference)


def published(referral: Referral, code: str, key: str) -> None:
    """To the sender's approvers and whoever began it."""
    people = {*senders(referral.submission), referral.submission.begun_by}
    _tell_sender(people, code, referral, key)


def asked(request: InformationRequest) -> None:
    """To the sender's approvers."""
    _tell_sender(senders(request.referral.submission), "cases.asked", request.referral, request)


def answered(request: InformationRequest) -> None:
    """To whoever works on it."""
    _tell(workers(request.referral), "cases.answered", request.referral, request.reference)


def condition_refused(condition: Condition) -> None:
    """To the sender's approvers."""
    people = senders(condition.referral.submission)
    _tell_sender(people, "cases.condition_refused", condition.referral, condition)


def condition_waived(condition: Condition) -> None:
    """To the unit."""
    _tell(
        workers(condition.referral),
        "cases.condition_waived",
        condition.referral,
        condition.reference,
    )


def wrote(message: Message) -> None:
    """To the other side."""
    if message.from_sender:
        people = workers(message.referral)
        _tell(people, "cases.message", message.referral, message.reference)
    else:
        people = senders(message.referral.submission)
        _tell_sender(people, "cases.message", message.referral, message)


def advice_asked(advice: Advice) -> None:
    """To the advisers. The title is not shown to them in `blind`."""
    advisers = User.objects.filter(
        is_active=True,
        memberships__role=roles.Adviser.code,
        memberships__ended_at__isnull=True,
    ).distinct()
    tell(
        users=advisers,
        code="cases.advice_asked",
        key=f"advice-{advice.reference}-asked",
        path=reverse("cases:advice", args=[advice.reference]),
    )


def advice_ended(advice: Advice, code: str) -> None:
    """To the sender's approvers."""
    tell(
        users=senders(advice.submission),
        code=code,
        key=f"advice-{advice.reference}-{advice.status}",
        path=reverse("cases:advice", args=[advice.reference]),
        about=advice.submission.title,
    )


def _tell(users: Iterable[User], code: str, referral: Referral, key: str) -> None:
    tell(
        users=users,
        code=code,
        key=f"{code}-{referral.reference}-{key}",
        path=reverse("cases:referral", args=[referral.reference]),
        about=referral.title,
    )


def _tell_sender(users: Iterable[User], code: str, referral: Referral, key: object) -> None:
    key = getattr(key, "reference", key)
    tell(
        users=users,
        code=code,
        key=f"{code}-{referral.reference}-{key}",
        path=reverse("cases:given", args=[referral.reference]),
        about=referral.submission.title,
    )
