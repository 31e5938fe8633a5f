"""What people ask about their data: access, rectification, restriction, erasure, objection."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.keeping import Outcome, RequestKind
from submissions.models.persons import Person
from submissions.models.submissions import Submission
from submissions.querysets import DataSubjectRequestQuerySet


class DataSubjectRequest(models.Model):
    """One request of a person about their data in a submission; numbered from 1 there.

    `words` is what was asked, sealed. `due_on` is a month after it was received, or three once it
    was extended. Reasons of an extension and of the answer stand in the custody log. A granted
    restriction lasts until it is lifted.
    """

    custody_label: ClassVar[str] = "submissions.data_subject_request"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="data_requests")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=RequestKind)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="data_requests"
    )
    words = models.BinaryField(editable=False)
    received_on = models.DateField()
    due_on = models.DateField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    extended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    extended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = DataSubjectRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", RequestKind, name="data_request_kind_known"),
            one_of("outcome", ["", *Outcome.values], name="data_request_outcome_known"),
            models.UniqueConstraint(
                fields=["submission", "number"], name="data_request_number_once_per_submission"
            ),
            both_or_neither("extended_at", "extended_by", name="an_extension_has_its_person"),
            both_or_neither("answered_at", "answered_by", name="a_data_answer_has_its_person"),
            both_or_neither("lifted_at", "lifted_by", name="a_lifting_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(outcome="", answered_at__isnull=True)
                | (~models.Q(outcome="") & models.Q(answered_at__isnull=False)),
                name="a_data_answer_has_its_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True)
                | models.Q(kind="restriction", outcome__in=["granted", "partly"]),
                name="only_a_granted_restriction_is_lifted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=models.Q(answered_at__isnull=True),
                name="data_requests_to_answer",
            )
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("Data request %(number)d") % {"number": self.number})

    @property
    def restricts(self) -> bool:
        """As `DataSubjectRequestQuerySet.restricting` says it of one."""
        granted = self.outcome in (Outcome.GRANTED, Outcome.PARTLY)
        is_one = self.kind == RequestKind.RESTRICTION and self.lifted_at is None
        return is_one and (self.answered_at is None or granted)
