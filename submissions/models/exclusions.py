"""To whom an organisation never gives anything."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models

from impna.constraints import both_or_neither
from impna.references import ReferenceField
from partners.models import Partner, User
from submissions import countries
from submissions.querysets import ExclusionQuerySet


class StandingExclusion(models.Model):
    """Nothing of this organisation goes to one State, or to one partner, until a manager lifts it.

    Refused by `submissions_covers` (R4). What was given before stays given: it can be recalled.
    """

    custody_label: ClassVar[str] = "submissions.exclusion"

    reference = ReferenceField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="exclusions")
    state = models.CharField(max_length=2, blank=True, validators=[RegexValidator(r"^[A-Z]{2}$")])
    body = models.ForeignKey(Partner, models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="", body__isnull=False)
                | (~models.Q(state="") & models.Q(body__isnull=True)),
                name="an_exclusion_names_one",
            ),
            both_or_neither("ended_by", "ended_at", name="an_exclusions_end_has_its_person"),
            models.UniqueConstraint(
                fields=["partner", "state"],
                condition=models.Q(ended_at__isnull=True) & ~models.Q(state=""),
                name="a_state_is_excluded_once",
            ),
            models.UniqueConstraint(
                fields=["partner", "body"],
                condition=models.Q(ended_at__isnull=True, body__isnull=False),
                name="a_body_is_excluded_once",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return countries.spoken(self.state) if self.state else str(self.body)
