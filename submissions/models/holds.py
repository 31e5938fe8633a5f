"""Holds: what may not be erased for now, why, on whose word, and until when that is looked at."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.keeping import HoldBasis
from submissions.models.exhibits import Exhibit
from submissions.models.submissions import Submission
from submissions.querysets import HoldQuerySet


class Hold(models.Model):
    """Keeps a whole submission, or one exhibit of it, from being erased until somebody ends it.

    Numbered from 1 in its submission. `owner` is the data-protection lead who last answered for
    it; `words` say why, sealed. Past its day it holds all the same, and stands on the lead's desk.
    """

    custody_label: ClassVar[str] = "submissions.hold"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="holds")
    exhibit = models.ForeignKey(
        Exhibit, models.PROTECT, null=True, blank=True, related_name="holds"
    )
    number = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=20, choices=HoldBasis)
    words = models.BinaryField(editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    review_on = models.DateField()
    looked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("basis", HoldBasis, name="hold_basis_known"),
            models.UniqueConstraint(
                fields=["submission", "number"], name="hold_number_once_per_submission"
            ),
            both_or_neither("ended_at", "ended_by", name="a_holds_end_has_its_person"),
        ]
        indexes = [
            models.Index(
                fields=["review_on"],
                condition=models.Q(ended_at__isnull=True),
                name="holds_to_look_at",
            )
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("Hold %(number)d") % {"number": self.number})
