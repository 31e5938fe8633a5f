"""Erasures: what was erased, when and by whom. The reason stands in the custody log."""

from django.db import models

from partners.models import User
from submissions.models.exhibits import Exhibit
from submissions.models.submissions import Submission


class Erasure(models.Model):
    """One submission, or one exhibit of it, of which only digests and dates are left (R10).

    Written once. `during` is the transaction it was made in, set by the database: a version is cut
    to what remains in that transaction alone.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="erasures")
    exhibit = models.OneToOneField(
        Exhibit, models.PROTECT, null=True, blank=True, related_name="erasure"
    )
    erased_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    erased_at = models.DateTimeField()
    during = models.BigIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=models.Q(exhibit__isnull=True),
                name="a_submission_is_erased_once",
            )
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"erasure {self.pk} of submission {self.submission_id}"
