"""What a CSO shows the Secretariat with one question, besides what it wrote (R14)."""

from django.db import models

from cases.models.requests import Advice
from custody.models import SealedFile
from submissions.models import Exhibit, Redaction, Version
from submissions.states import Scan
from submissions.vocabularies import Recognisable


class AdviceExhibit(models.Model):
    """One exhibit that is shown with a question, in `assist`: written with it and never changed.

    With a `copy` the redacted copy is shown; without one nobody can be recognised in the exhibit.
    Whether it may be is asked by the database when it is made, and again at each opening (R4).
    """

    advice = models.ForeignKey(Advice, models.PROTECT, related_name="shown")
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, related_name="+")
    copy = models.ForeignKey(Redaction, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["advice", "exhibit"], name="an_exhibit_is_shown_once")
        ]
        ordering = ["exhibit__number"]

    def __str__(self) -> str:
        return f"{self.exhibit} for {self.advice}"

    @property
    def thing(self) -> Exhibit | Redaction:
        """What is opened."""
        return self.copy or self.exhibit

    @property
    def file(self) -> SealedFile | None:
        """Its bytes, if they are here."""
        found: SealedFile | None = self.thing.file
        return found

    @property
    def version(self) -> Version:
        """In which it is shown."""
        return self.advice.version

    @property
    def scan(self) -> str:
        """What the virus scanner said of these bytes."""
        return str(self.thing.scan)

    @property
    def is_harmful(self) -> bool:
        """Nobody of the Secretariat opens it."""
        return self.scan == Scan.INFECTED

    @property
    def identifies(self) -> bool:
        """An original in which someone can be recognised, or of which nobody said."""
        return self.copy is None and self.exhibit.recognisable != Recognisable.NOBODY

    @property
    def is_fit(self) -> bool:
        """It is there and harmless, and nobody can be recognised in what would be opened."""
        is_there = self.exhibit.removed_at is None
        is_over = self.copy is not None and self.copy.taken_back_at is not None
        return is_there and not (is_over or self.is_harmful or self.identifies)
