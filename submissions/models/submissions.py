"""A submission: one CSO's draft until it is handed over, its frozen versions afterwards."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from custody.models import Compartment
from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models import Partner, User
from submissions.querysets import SubmissionQuerySet
from submissions.states import OWNERS, Party, Status
from submissions.vocabularies import SecretariatView, SubmissionKind


class Submission(models.Model):
    """What one CSO hands over. Keys, grants and the log hang on it.

    `title` is the cover sheet's working title: clear text, no names (the page says so).
    `files_allowed_for` is the number of the version in whose draft somebody answered that none of
    its files is of a kind that is never sent here; until then no file can be chosen.
    """

    custody_label: ClassVar[str] = "submissions.submission"
    Status = Status

    reference = ReferenceField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="submissions")
    compartment = models.OneToOneField(Compartment, models.PROTECT, related_name="submission")
    title = models.CharField(_("working title"), max_length=150)
    kind = models.CharField(
        max_length=20, choices=SubmissionKind, default=SubmissionKind.INFORMATION
    )
    view = models.CharField(max_length=10, choices=SecretariatView, default=SecretariatView.BLIND)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    since = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    begun_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    next_exhibit = models.PositiveIntegerField(default=1)
    next_incident = models.PositiveIntegerField(default=1)
    versions_made = models.PositiveIntegerField(default=0)
    files_allowed_for = models.PositiveIntegerField(default=0)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        permissions = [
            ("draft_submission", "May draft"),
            ("approve_submission", "May hand over, supplement, withdraw"),
            ("lead_submission", "May process withdrawals and erase identities"),
            ("view_identity", "May open identities"),
            ("identify_submission", "May open originals in which someone can be recognised"),
        ]
        default_permissions = ("view",)
        constraints = [
            one_of("status", Status, name="submission_status_known"),
            one_of("kind", SubmissionKind, name="submission_kind_known"),
            one_of("view", SecretariatView, name="submission_view_known"),
            models.CheckConstraint(
                condition=models.Q(status="erased") | models.Q(due_on__isnull=False),
                name="submission_state_has_a_next_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="handed_over") | models.Q(versions_made__gte=1),
                name="what_is_handed_over_has_a_version",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("submissions:submission-detail", args=[self.reference])

    @property
    def is_draft(self) -> bool:
        """May still be changed; `ready` ones go back to `draft` by it."""
        return self.status in (Status.DRAFT, Status.READY)

    @property
    def next_version(self) -> int:
        """The number the next hand-over will have."""
        return self.versions_made + 1

    @property
    def is_supplement(self) -> bool:
        """A draft of something that was handed over before."""
        return self.is_draft and self.versions_made > 0

    @property
    def takes_files(self) -> bool:
        """The question before the first file of this draft was answered."""
        return self.files_allowed_for == self.next_version

    @property
    def owner(self) -> Party:
        """On whom the present state waits."""
        return OWNERS[Status(self.status)]


class SubmissionUserObjectPermission(UserObjectPermissionBase):
    """Unused: only groups of the providing partner hold grants, and the database says so."""

    content_object = models.ForeignKey(Submission, models.PROTECT)


class SubmissionGroupObjectPermission(GroupObjectPermissionBase):
    """Who of the providing partner may do what with a submission."""

    content_object = models.ForeignKey(Submission, models.PROTECT)
