"""A code that a person holds, by which they stop new sharing by themselves (requirement 73)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.models.persons import Person
from submissions.querysets import CodeQuerySet


class CodeEnd(models.TextChoices):
    """How a code ended: unused, or after it had been used."""

    NOT_USED = "not_used", _("Ended before it was used")
    TAKEN_BACK = "taken_back", _("They took it back")
    LAPSED = "lapsed", _("Taken back because nobody had spoken with them in time")
    GOES_ON = "goes_on", _("They want it to go on")


class WithdrawalCode(models.Model):
    """One code of one person, who asked for it. Only a keyed digest of it is kept.

    While it is used and not ended, nothing new of this person is given (`submissions_uncovered`);
    what was given stays readable. By `due_on` the organisation speaks with them. `words` (how, and
    what they said) and `pressure` (why somebody may press them) are sealed.
    """

    custody_label: ClassVar[str] = "submissions.code"

    reference = ReferenceField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="codes")
    digest = models.BinaryField(unique=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    pressed_at = models.DateTimeField(null=True, blank=True)
    pressed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    pressure = models.BinaryField(null=True, editable=False)
    outcome = models.CharField(max_length=20, choices=CodeEnd, blank=True)
    words = models.BinaryField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="one_live_code_each",
            ),
            one_of("outcome", ["", *CodeEnd.values], name="code_outcome_known"),
            both_or_neither("used_at", "due_on", name="a_used_code_has_its_day"),
            both_or_neither("pressed_at", "pressed_by", name="pressure_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(outcome="") ^ models.Q(ended_at__isnull=False),
                name="an_ended_code_says_how",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", CodeEnd.LAPSED], ended_by__isnull=True)
                | models.Q(
                    outcome__in=[CodeEnd.NOT_USED, CodeEnd.TAKEN_BACK, CodeEnd.GOES_ON],
                    ended_by__isnull=False,
                ),
                name="only_time_ends_a_code_without_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", CodeEnd.NOT_USED])
                | models.Q(used_at__isnull=False),
                name="only_a_used_code_has_consequences",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=CodeEnd.NOT_USED) | models.Q(used_at__isnull=True),
                name="a_used_code_is_answered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=models.Q(used_at__isnull=False, ended_at__isnull=True),
                name="codes_that_pause",
            )
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.person.code
