"""Reviews: every three years a data-protection lead looks whether what was handed over is kept."""

from django.db import models

from partners.models import User
from submissions.models.submissions import Submission


class Review(models.Model):
    """What was handed over is kept until `next_on`, when it is looked at again.

    Written once; the reason stands in the custody log. The first one is due three years after the
    first hand-over: see `SubmissionQuerySet.with_review`.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="reviews")
    reviewed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    next_on = models.DateField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"review of submission {self.submission_id}"
