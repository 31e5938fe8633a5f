"""Who could be harmed by what is collected or handed over, and what is done about it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import both_or_neither
from impna.references import ReferenceField
from partners.models import User
from submissions.models.submissions import Submission
from submissions.querysets import RiskQuerySet


class Risk(models.Model):
    """One risk of a submission, numbered from 1, looked at again by `review_on` until it is over.

    `details` is the sealed text of `risks.RiskDetails`. It is the organisation's own: no version
    holds it, nobody else reads it, and it is changed after a hand-over as before.
    """

    custody_label: ClassVar[str] = "submissions.risk"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="risks")
    number = models.PositiveSmallIntegerField()
    details = models.BinaryField(editable=False)
    review_on = models.DateField()
    looked_at = models.DateTimeField()
    looked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RiskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "number"], name="risk_number_once_per_submission"
            ),
            both_or_neither("ended_at", "ended_by", name="a_risks_end_has_its_person"),
        ]
        indexes = [
            models.Index(
                fields=["review_on"],
                condition=models.Q(ended_at__isnull=True),
                name="risks_to_look_at",
            )
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("Risk %(number)d") % {"number": self.number})
