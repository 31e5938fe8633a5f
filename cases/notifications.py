"""Who is told of what. Sentences are constant; titles come from clear fields without names (R8)."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Advice,
    Assignment,
    Condition,
    Enclosure,
    InformationRequest,
    Message,
    Recall,
    Referral,
    SecondReader,
    Taken,
)
from cases.states import OVER
from impna.errors import Sentence
from partners import roles
from partners.actions.notifications import tell
from partners.models import User
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
    "cases.enclosed": _("A recipient has added files to something it asks you."),
    "cases.enclosure_quarantined": _(
        "A file that you added to a request is harmful and was put in quarantine."
    ),
    "cases.answered": _("The sender has answered your request."),
    "cases.message": _("There is a new message."),
    "cases.recalled": _("A referral was recalled; say what became of what you were given."),
    "cases.asked_back": _("Exhibits were taken back; say what became of them."),
    "cases.word_over": _(
        "What somebody said held until a day that is past; what it covered was taken back."
    ),
    "cases.given_again": _("Exhibits that were taken back are given to you again."),
    "cases.recall_answered": _("A recipient said what became of exhibits you took back."),
    "cases.access_ended": _("Access has ended; say what became of what you were given."),
    "cases.disposed": _("A recipient says what became of what you gave."),
    "cases.assigned": _("A referral was assigned to you."),
    "cases.second_asked": _("A colleague asks you to agree that something is opened."),
    "cases.second_answered": _("A colleague has answered whether something is opened."),
    "cases.silent": _("An answer is overdue."),
    "cases.condition_silent": _("An answer to a condition is overdue."),
    "cases.disposal_silent": _("Say what became of what you were given: it is overdue."),
    "cases.recall_silent": _("Say what became of exhibits that were taken back: it is overdue."),
    "cases.request_soon": _("A request of a recipient lapses in a few days; answer it."),
    "cases.request_lapsed": _("A request of a recipient lapsed unanswered."),
    "cases.not_answered": _("A request to the sender lapsed unanswered."),
    "cases.damaged": _("A file that you took no longer has its recorded digest."),
    "cases.storage": _(
        "A stored file no longer has its recorded digest: have the portal’s storage checked, and "
        "speak with the organisation that took it."
    ),
    "cases.advice_asked": _("An organisation asks for advice."),
    "cases.advice_given": _("The Secretariat has answered."),
    "cases.advice_lapsed": _("The Secretariat did not answer in time; choose recipients yourself."),
}


def heads(referral: Referral) -> Iterable[User]:
    """Heads of unit."""
    return User.objects.holding(roles.HeadOfUnit.code, unit=referral.unit)


def deciders(referral: Referral) -> Iterable[User]:
    """Heads of unit and contact points."""
    codes = (roles.HeadOfUnit.code, roles.ContactPoint.code)
    return User.objects.holding(*codes, unit=referral.unit)


def senders(submission: Submission) -> Iterable[User]:
    """Approvers of the sender."""
    return User.objects.holding(roles.Approver.code).filter(partner=submission.partner_id)


def workers(referral: Referral) -> Iterable[User]:
    """Heads of unit and whoever it is assigned to."""
    assigned = User.objects.filter(
        assignments__referral=referral, assignments__ended_at__isnull=True
    )
    return {*heads(referral), *assigned}


def sent(referral: Referral) -> None:
    """To the unit."""
    _tell(deciders(referral), "cases.sent", referral, "sent")


def supplemented(referral: Referral) -> None:
    """To the unit."""
    key = f"version-{referral.version.number}"
    _tell({*deciders(referral), *workers(referral)}, "cases.supplemented", referral, key)


def asked_back(recall: Recall) -> None:
    """To those who decide in the unit."""
    referral = recall.referral
    _tell(deciders(referral), "cases.asked_back", referral, recall.reference)


def given_again(referral: Referral) -> None:
    """To the unit."""
    number = referral.items.count()
    people = {*deciders(referral), *workers(referral)}
    _tell(people, "cases.given_again", referral, f"again-{number}")


def word_over(referral: Referral) -> None:
    """To the sender's approvers and leads: nobody of them did it. Once for each day and recipient."""
    leads = User.objects.holding(roles.DataProtectionLead.code)
    people = {
        *senders(referral.submission),
        *leads.filter(partner=referral.submission.partner_id),
    }
    _tell_sender(people, "cases.word_over", referral, timezone.localdate())


def recalled(referral: Referral) -> None:
    """To the unit."""
    _tell(deciders(referral), "cases.recalled", referral, "recalled")


def access_ended(referral: Referral) -> None:
    """To the unit."""
    _tell(deciders(referral), "cases.access_ended", referral, "access-ended")


def silent(referral: Referral, due_on: date, number: int) -> None:
    """A reminder to the unit; the sender sees the silence on its own page."""
    code = "cases.disposal_silent" if referral.status in OVER else "cases.silent"
    _tell(deciders(referral), code, referral, f"silent-{due_on}-{number}")


def condition_silent(referral: Referral, due_on: date, number: int) -> None:
    """A reminder to the unit, as `silent`."""
    _tell(deciders(referral), "cases.condition_silent", referral, f"{due_on}-{number}")


def recall_silent(referral: Referral, due_on: date, number: int) -> None:
    """A reminder to the unit, as `silent`."""
    _tell(deciders(referral), "cases.recall_silent", referral, f"{due_on}-{number}")


def request_soon(request: InformationRequest) -> int:
    """To the sender's approvers, once; how many were told."""
    people = senders(request.referral.submission)
    return _tell_sender(people, "cases.request_soon", request.referral, request)


def request_lapsed(request: InformationRequest) -> None:
    """To both sides, while the recipient has access: then nobody waits for it any more."""
    referral = request.referral
    if not referral.is_live:
        return
    _tell_sender(senders(referral.submission), "cases.request_lapsed", referral, request)
    _tell(workers(referral), "cases.not_answered", referral, request.reference)


def damaged(taken: Taken) -> None:
    """To the heads of unit; and to the coordinators, who learn the recipient and nothing else."""
    referral = taken.item.referral
    list_of_all = reverse("cases:referral-list")  # access may have ended, not what is in the file
    tell(
        users=heads(referral),
        code="cases.damaged",
        key=f"cases.damaged-{taken.reference}",
        path=referral.get_absolute_url() if referral.is_live else list_of_all,
        about=referral.title,
    )
    tell(
        users=User.objects.holding(roles.Coordinator.code),
        code="cases.storage",
        key=f"cases.storage-{taken.reference}",
        path=referral.unit.partner.get_absolute_url(),
    )


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


def enclosed(enclosure: Enclosure) -> None:
    """To the sender's approvers: once for all files of a request that are added on one day."""
    request = enclosure.request
    key = f"{request.reference}-{timezone.localdate(enclosure.at)}"
    _tell_sender(senders(request.referral.submission), "cases.enclosed", request.referral, key)


def enclosure_quarantined(enclosure: Enclosure) -> None:
    """To whoever added it: the sender cannot open it."""
    referral = enclosure.request.referral
    _tell([enclosure.by], "cases.enclosure_quarantined", referral, enclosure.reference)


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


def second_asked(asked: SecondReader) -> None:
    """To the colleague alone."""
    _tell([asked.colleague], "cases.second_asked", asked.item.referral, asked.reference)


def second_answered(asked: SecondReader) -> None:
    """To whoever asked."""
    _tell([asked.asked_by], "cases.second_answered", asked.item.referral, asked.reference)


def advice_asked(advice: Advice) -> None:
    """To the advisers. The title is not shown to them in `blind`."""
    tell(
        users=User.objects.holding(roles.Adviser.code),
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


def _tell_sender(users: Iterable[User], code: str, referral: Referral, key: object) -> int:
    key = getattr(key, "reference", key)
    return tell(
        users=users,
        code=code,
        key=f"{code}-{referral.reference}-{key}",
        path=reverse("cases:given", args=[referral.reference]),
        about=referral.submission.title,
    )
