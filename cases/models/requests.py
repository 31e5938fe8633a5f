"""What a recipient asks the sender, and what a sender asks the Secretariat."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.referrals import Referral
from cases.querysets import AdviceQuerySet
from cases.states import AdviceStatus, RequestStatus
from cases.vocabularies import Forum, RequestKind
from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import Unit, User
from submissions.models import Exhibit, Submission, Version
from submissions.vocabularies import SecretariatView


class InformationRequest(models.Model):
    """A question to the sender, never to a person, with a date. Its words and answer are sealed."""

    custody_label: ClassVar[str] = "cases.request"

    reference = ReferenceField()
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="requests")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("what you ask for"), max_length=20, choices=RequestKind)
    words = models.BinaryField(editable=False)
    status = models.CharField(max_length=20, choices=RequestStatus, default=RequestStatus.ASKED)
    due_on = models.DateField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.BinaryField(null=True, editable=False)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("kind", RequestKind, name="request_kind_known"),
            one_of("status", RequestStatus, name="request_status_known"),
            both_or_neither("answered_by", "answered_at", name="an_answer_has_its_person"),
            models.UniqueConstraint(fields=["referral", "number"], name="request_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=models.Q(status="asked"),
                name="requests_by_date",
            )
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(_("Request %(number)d") % {"number": self.number})


class Attachment(models.Model):
    """An exhibit that an answer points to: handed over, and given as an item like any other."""

    request = models.ForeignKey(InformationRequest, models.PROTECT, related_name="attached")
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "exhibit"], name="attached_once")]

    def __str__(self) -> str:
        return str(self.exhibit)


class Reminder(models.Model):
    """One reminder to a unit about one date; made once, however often the sweep runs."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="reminders")
    due_on = models.DateField()
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "due_on", "number"], name="a_reminder_goes_once"
            )
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"reminder {self.number} for {self.referral}"


class Advice(models.Model):
    """A question to the Secretariat about a frozen version: who could take it? Sealed, within 7 days.

    `view` is what the CSO shows for this one question; it may be wider than the submission's (R14).
    In `blind` the adviser reads the question and nothing of the submission; in `assist` what is
    written in the version as well, and the exhibits in `shown`.
    """

    custody_label: ClassVar[str] = "cases.advice"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="advice")
    version = models.ForeignKey(Version, models.PROTECT, related_name="advice")
    view = models.CharField(max_length=10, choices=SecretariatView, default=SecretariatView.BLIND)
    question = models.BinaryField(editable=False)
    status = models.CharField(max_length=20, choices=AdviceStatus, default=AdviceStatus.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.BinaryField(null=True, editable=False)
    forum = models.CharField(max_length=20, choices=Forum, blank=True)
    suggested = models.ManyToManyField(Unit, related_name="+")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("status", AdviceStatus, name="advice_status_known"),
            one_of("view", SecretariatView, name="advice_view_known"),
            one_of("forum", ["", *Forum.values], name="advice_forum_known"),
            both_or_neither("answered_by", "answered_at", name="advice_has_its_person"),
            models.UniqueConstraint(
                fields=["submission"],
                condition=models.Q(status="asked"),
                name="one_open_question_for_each_submission",
            ),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"advice {self.reference}"
