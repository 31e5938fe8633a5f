"""What somebody typed and did not save yet."""

from django.db import models

from partners.models import User
from submissions.models.submissions import Submission


class Unsaved(models.Model):
    """The fields of one form as one person left them: sealed JSON, gone once the form is saved.

    No part of the submission: never in a version, never shown to anyone else. `page` is a key of
    `submissions.drafting_pages`.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="unsaved")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    page = models.CharField(max_length=60)
    words = models.BinaryField(editable=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "user", "page"], name="one_unsaved_text_a_page"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page} by {self.user}"

    @property
    def row(self) -> str:
        """What its words are sealed for: moved to another person or page they do not open."""
        return f"{self.submission.reference}:{self.user.reference}:{self.page}"
