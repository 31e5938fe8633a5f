"""May they? Raises NotAllowed with a sentence for the person who reads it."""

from django.utils.translation import gettext_lazy as _

from impna.errors import NotAllowed
from partners import roles
from partners.models import User
from submissions.models import Exhibit, Submission
from submissions.querysets import permission_id


def holds(user: User, submission: Submission, permission: str) -> bool:
    """A group of this person holds the permission on this submission."""
    return submission.submissiongroupobjectpermission_set.filter(
        permission=permission_id(permission), group__in=user.acting_gids
    ).exists()


def check_can_begin(user: User) -> None:
    """Documenters of a CSO begin submissions."""
    if user.partner.kind != roles.CSO or not user.holds(roles.Documenter.code):
        raise NotAllowed(_("Only a documenter of a CSO begins a submission."))


def check_can_draft(user: User, submission: Submission) -> None:
    """Documenters of the providing partner change its drafts."""
    if not holds(user, submission, "draft_submission"):
        raise NotAllowed(_("Only a documenter of your organisation changes this draft."))


def check_can_read_exhibit(user: User, exhibit: Exhibit) -> None:
    """Whoever of the providing partner may see the submission."""
    if not holds(user, exhibit.submission, "view_submission"):
        raise NotAllowed(_("You may not open this."))
