"""May they? Raises NotAllowed with a sentence for the person who reads it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from impna.errors import NotAllowed
from partners import roles
from partners.models import User
from submissions.models import Contribution, Exhibit, Submission, SubmissionGroupObjectPermission
from submissions.querysets import permission_id

# The rule of `holds`, to be part of a larger question: a submission's key and `held` fill it.
HELD = """
    EXISTS (
        SELECT FROM submissions_submissiongroupobjectpermission held
        WHERE held.content_object_id = {submission}
          AND held.permission_id = %s
          AND held.group_id IN (
              SELECT own.group_id FROM partners_user_groups own WHERE own.user_id = %s
          )
    )
"""


def held(user: User, permission: str) -> tuple[int, int]:
    """The parameters of HELD. The groups are asked for anew: a role may just have been taken."""
    return permission_id(permission), user.pk


def holds(user: User, submission: Submission, permission: str) -> bool:
    """A group of this person holds the permission on this submission."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {HELD.format(submission='%s')}", [submission.pk, *held(user, permission)]
        )
        return bool(cursor.fetchone()[0])


def held_by(user: User, submission: Submission) -> frozenset[str]:
    """All permissions that groups of this person hold on this submission: one query, for pages."""
    found = SubmissionGroupObjectPermission.objects.filter(
        content_object=submission, group__user=user
    )
    return frozenset(found.values_list("permission__codename", flat=True))


def check_can_begin(user: User) -> None:
    """Documenters of a CSO begin submissions."""
    if user.partner.kind != roles.CSO or not user.holds(roles.Documenter.code):
        raise NotAllowed(_("Only a documenter of a CSO begins a submission."))


def check_can_draft(user: User, submission: Submission) -> None:
    """Documenters of the providing partner change its drafts."""
    check_held_to_draft(holds(user, submission, "draft_submission"))


def check_held_to_draft(held: bool) -> None:  # noqa: FBT001 - the answer of HELD
    """The same, when the permission was asked for as part of a larger question."""
    if not held:
        raise NotAllowed(_("Only a documenter of your organisation changes this draft."))


def check_can_approve(user: User, submission: Submission) -> None:
    """Approvers of the providing partner hand over, choose recipients, answer and withdraw."""
    if not holds(user, submission, "approve_submission"):
        raise NotAllowed(_("Only an approver of your organisation does this."))


def check_can_lead(user: User, submission: Submission) -> None:
    """Data-protection leads of the providing partner decide what is kept, held and erased."""
    if not holds(user, submission, "lead_submission"):
        raise NotAllowed(_("Only a data-protection lead of your organisation does this."))


def check_can_keep_identities(user: User, submission: Submission) -> None:
    """Documenters of the providing partner enter who somebody is, also after a hand-over."""
    if not holds(user, submission, "draft_submission"):
        raise NotAllowed(_("Only a documenter of your organisation does this."))


def check_can_open_identities(user: User, submission: Submission) -> None:
    """Data-protection leads of the providing partner open identities, and nobody else."""
    if not holds(user, submission, "view_identity"):
        raise NotAllowed(_("Only a data-protection lead of your organisation opens an identity."))


def check_can_assess_risks(user: User, submission: Submission) -> None:
    """Documenters, and data-protection leads, of the providing partner; also after a hand-over."""
    if not (
        holds(user, submission, "draft_submission") or holds(user, submission, "lead_submission")
    ):
        raise NotAllowed(
            _("Only a documenter or data-protection lead of your organisation does this.")
        )


def check_can_sign_off(user: User, submission: Submission) -> None:
    """Documenters, approvers and data-protection leads say whether a redacted copy may be used."""
    if not any(
        holds(user, submission, name)
        for name in ("draft_submission", "approve_submission", "lead_submission")
    ):
        raise NotAllowed(
            _("Only a documenter, approver or data-protection lead of your organisation does this.")
        )


def check_can_exclude(user: User) -> None:
    """Managers of a CSO say to whom nothing of it is ever given (DESIGN 4)."""
    if user.partner.kind != roles.CSO or not user.manages:
        raise NotAllowed(_("Only a manager of your organisation does this."))


def last_change_by(user: User, submission: Submission) -> datetime | None:
    """When this person last changed the draft since the last hand-over; None if they did not."""
    found = _changes(submission).filter(user=user)
    moment: datetime | None = found.values_list("last_at", flat=True).first()
    return moment


def changed_by(submission: Submission) -> set[int]:
    """Accounts that changed the draft since the last hand-over."""
    return set(_changes(submission).values_list("user_id", flat=True))


def changed_among(user: User, found: Iterable[Submission]) -> set[int]:
    """Primary keys of those that this person changed since their last hand-over; one query."""
    rows = (
        Contribution.objects.filter(user=user, submission__in=list(found))
        .annotate(handed_over=Max("submission__versions__handed_over_at"))
        .values_list("submission_id", "last_at", "handed_over")
    )
    return {pk for pk, last, handed in rows if handed is None or last > handed}


def check_can_read_exhibit(user: User, exhibit: Exhibit) -> None:
    """Whoever of the providing partner may see the submission."""
    if not holds(user, exhibit.submission, "view_submission"):
        raise NotAllowed(_("You may not open this."))


def _changes(submission: Submission) -> QuerySet[Contribution]:
    found = Contribution.objects.filter(submission=submission)
    if not submission.versions_made:
        return found
    since = submission.versions.aggregate(last=Max("handed_over_at"))["last"]
    return found.filter(last_at__gt=since)
