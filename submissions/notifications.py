"""Who of the providing partner is told of what. Sentences are constant, titles are clear (R8)."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from impna.errors import Sentence
from partners import roles
from partners.actions.notifications import tell
from partners.models import User
from partners.querysets import UserQuerySet
from submissions import policies
from submissions.models import Exhibit, Redaction, Submission, Version, WithdrawalCode

SENTENCES: dict[str, Sentence] = {
    "submissions.ready": _("A draft waits for you: check it, then hand it over or send it back."),
    "submissions.sent_back": _("An approver sent a draft back, with a note on what to do."),
    "submissions.handed_over": _("What you worked on was handed over."),
    "submissions.file_failed": _("A file did not arrive whole; send it again."),
    "submissions.file_quarantined": _("A file is harmful and was put in quarantine."),
    "submissions.redaction_ready": _("A redacted copy is ready: look at it, then confirm it."),
    "submissions.redaction_failed": _("A redacted copy could not be made."),
    "submissions.code_used": _("Somebody used their code: speak with them; sharing has stopped."),
    "submissions.code_lapsed": _("Somebody used their code, and time was over: it is taken back."),
    "submissions.withdrawn": _("A submission was withdrawn; decide what is kept, and why."),
}


def ready(submission: Submission, by: User) -> None:
    """To the approvers who may hand it over: not to those who changed it, unless single-handed."""
    approvers = _holders(submission, roles.Approver.code).exclude(pk=by.pk)
    if not submission.partner.single_handed:
        approvers = approvers.exclude(pk__in=policies.changed_by(submission))
    _tell(approvers, "submissions.ready", submission, submission.since.isoformat())


def sent_back(submission: Submission, by: User) -> None:
    """To those who wrote it."""
    people = _writers(submission, policies.changed_by(submission)) - {by}
    _tell(people, "submissions.sent_back", submission, submission.since.isoformat())


def handed_over(version: Version, writers: set[int]) -> None:
    """To those who wrote it. `writers` are asked for before: the version begins a new count."""
    people = _writers(version.submission, writers) - {version.handed_over_by}
    _tell(people, "submissions.handed_over", version.submission, str(version.number))


def file_failed(exhibit: Exhibit) -> None:
    """To whoever sent it."""
    _tell_sender("submissions.file_failed", exhibit)


def file_quarantined(exhibit: Exhibit) -> None:
    """To whoever sent it."""
    _tell_sender("submissions.file_quarantined", exhibit)


def redaction_ready(redaction: Redaction) -> None:
    """To whoever asked for it, or supplied it."""
    _tell_asker("submissions.redaction_ready", redaction)


def redaction_failed(redaction: Redaction) -> None:
    """To whoever asked for it, or supplied it."""
    _tell_asker("submissions.redaction_failed", redaction)


def withdrawn(submission: Submission, by: User) -> None:
    """To the data-protection leads."""
    leads = _holders(submission, roles.DataProtectionLead.code).exclude(pk=by.pk)
    _tell(leads, "submissions.withdrawn", submission, submission.since.isoformat())


def code_used(code: WithdrawalCode) -> int:
    """To data-protection leads and documenters."""
    return _tell_of_code("submissions.code_used", code)


def code_lapsed(code: WithdrawalCode) -> int:
    """To data-protection leads and documenters."""
    return _tell_of_code("submissions.code_lapsed", code)


def _tell_of_code(name: str, code: WithdrawalCode) -> int:
    submission = code.person.submission
    who = (roles.DataProtectionLead.code, roles.Documenter.code)
    return tell(
        users=User.objects.holding(*who).filter(partner=submission.partner_id),
        code=name,
        key=f"{name}-{code.reference}",
        path=reverse(
            "submissions:consent-detail", args=[submission.reference, code.person.reference]
        ),
        about=submission.title,
    )


def _holders(submission: Submission, code: str) -> UserQuerySet:
    return User.objects.holding(code).filter(partner=submission.partner_id)


def _writers(submission: Submission, changed: set[int]) -> set[User]:
    """Documenters who began or changed it; all of them when none of those is one any more."""
    documenters = set(_holders(submission, roles.Documenter.code))
    wrote = {one for one in documenters if one.pk in {submission.begun_by_id, *changed}}
    return wrote or documenters


def _tell_sender(code: str, exhibit: Exhibit) -> None:
    """The worker says so: it reads accounts and roles, and nothing of who changed a draft."""
    documenters = set(_holders(exhibit.submission, roles.Documenter.code))
    sender = {one for one in documenters if one.pk == exhibit.added_by_id}
    tell(
        users=sender or documenters,
        code=code,
        key=f"{code}-{exhibit.reference}",
        path=reverse(
            "submissions:exhibit-detail", args=[exhibit.submission.reference, exhibit.reference]
        ),
        about=exhibit.submission.title,
    )


def _tell_asker(code: str, redaction: Redaction) -> None:
    exhibit = redaction.exhibit
    names = [exhibit.submission.reference, exhibit.reference, redaction.reference]
    documenters = set(_holders(exhibit.submission, roles.Documenter.code))
    asker = {one for one in documenters if one.pk == redaction.asked_by_id}
    tell(
        users=asker or documenters,
        code=code,
        key=f"{code}-{redaction.reference}",
        path=reverse("submissions:redaction", args=names),
        about=exhibit.submission.title,
    )


def _tell(users: Iterable[User], code: str, submission: Submission, key: str) -> None:
    tell(
        users=users,
        code=code,
        key=f"{code}-{submission.reference}-{key}",
        path=submission.get_absolute_url(),
        about=submission.title,
    )
