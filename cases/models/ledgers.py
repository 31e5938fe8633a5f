"""What a recipient does: internally, for the unit alone; and what it publishes or records."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.referrals import Referral, ReferralItem
from cases.querysets import AssignmentQuerySet
from cases.states import Internal, Status
from cases.vocabularies import Forum, Milestone, Usefulness
from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import User


class Assessment(models.Model):
    """The unit's own ledger of a referral. Nobody outside the unit learns that it exists (R5)."""

    custody_label: ClassVar[str] = "cases.assessment"

    referral = models.OneToOneField(Referral, models.PROTECT, related_name="assessment")
    state = models.CharField(max_length=20, choices=Internal, default=Internal.NONE)
    since = models.DateTimeField()
    due_on = models.DateField()
    national_reference = models.BinaryField(null=True, editable=False)

    class Meta:
        constraints = [one_of("state", Internal, name="internal_state_known")]

    def __str__(self) -> str:
        return self.get_state_display()

    @property
    def reference(self) -> str:
        """The log names it by its referral."""
        return self.referral.reference


class Assignment(models.Model):
    """Who of the unit works on or reads a referral, from when to when.

    `identifying`: also originals in which someone can be recognised.
    """

    custody_label: ClassVar[str] = "cases.assignment"

    reference = ReferenceField()
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="assignments")
    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=30)
    identifying = models.BooleanField(default=False)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    no_conflict_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "user"],
                condition=models.Q(ended_at__isnull=True),
                name="assigned_once",
            ),
            both_or_neither("ended_at", "ended_by", name="an_assignments_end_has_its_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.referral}"


class Note(models.Model):
    """What the unit writes for itself; sealed, never shown outside it."""

    custody_label: ClassVar[str] = "cases.note"

    reference = ReferenceField()
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="notes")
    words = models.BinaryField(editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"note {self.reference}"


class Decision(models.Model):
    """A published decision. Never changed, only followed by another."""

    custody_label: ClassVar[str] = "cases.decision"

    reference = ReferenceField()
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=20, choices=Status)
    reasons = models.JSONField(default=list)
    words = models.BinaryField(null=True, editable=False)
    forum = models.CharField(max_length=20, choices=Forum, blank=True)
    reopen_on_new_facts = models.BooleanField(_("new facts would reopen it"), default=False)
    review_route = models.BooleanField(_("there is a way to have it reviewed"), default=False)
    no_detail = models.BooleanField(_("in use, no detail possible"), default=False)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["retained", "declined", "ended"]),
                name="a_decision_is_one_of_three",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="declined") | ~models.Q(reasons=[]),
                name="a_decline_has_a_reason",
            ),
            one_of("forum", ["", *Forum.values], name="decision_forum_known"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.get_outcome_display()


class Feedback(models.Model):
    """What a recipient tells the sender beyond states; "in use, no detail possible" is enough."""

    custody_label: ClassVar[str] = "cases.feedback"

    reference = ReferenceField()
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="feedback")
    no_detail = models.BooleanField(_("in use, no detail possible"), default=False)
    milestone = models.CharField(max_length=20, choices=Milestone, blank=True)
    usefulness = models.CharField(max_length=20, choices=Usefulness, blank=True)
    words = models.BinaryField(null=True, editable=False)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("milestone", ["", *Milestone.values], name="milestone_known"),
            one_of("usefulness", ["", *Usefulness.values], name="usefulness_known"),
            models.CheckConstraint(
                condition=models.Q(no_detail=True)
                | ~models.Q(milestone="")
                | ~models.Q(usefulness="")
                | models.Q(words__isnull=False),
                name="feedback_says_something",
            ),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"feedback {self.reference}"


class Taken(models.Model):
    """One exhibit has become part of a national file: from then on it can be asked for, not obliged.

    `holds` says whether the stored bytes had their recorded digest when it was taken; empty until
    a worker has read them. `is_named` publishes which exhibit it is; else only the fact is.
    """

    custody_label: ClassVar[str] = "cases.taken"

    reference = ReferenceField()
    item = models.OneToOneField(ReferralItem, models.PROTECT, related_name="taken")
    is_named = models.BooleanField(default=False)
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    holds = models.BooleanField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [both_or_neither("checked_at", "holds", name="a_check_has_its_result")]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(checked_at__isnull=True),
                name="taken_to_check",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item.exhibit} in the file"


class Message(models.Model):
    """One message of a referral's thread, either way; sealed."""

    custody_label: ClassVar[str] = "cases.message"

    reference = ReferenceField()
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="messages")
    words = models.BinaryField(editable=False)
    from_sender = models.BooleanField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"message {self.reference}"
