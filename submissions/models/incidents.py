"""Incidents: what happened, where and when with the precision that is known, and how it is known.

Clear are only dates, the State, a coarse area and offence codes; what happened and the exact place
are sealed (DESIGN 6).
"""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.conduct import Answer
from submissions.models.submissions import Submission
from submissions.offences import ConflictType
from submissions.querysets import IncidentQuerySet
from submissions.vocabularies import DatePrecision, PlacePrecision, Recognisable


class Incident(models.Model):
    """One event of a submission, numbered from 1. Numbers are never used again.

    `account` is sealed JSON of the fields in `submissions.actions.incidents.ACCOUNT`. `conducts`
    and `offences` are lists of codes; `not_sure` says that the documenter left the law open.
    """

    custody_label: ClassVar[str] = "submissions.incident"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="incidents")
    number = models.PositiveIntegerField()
    account = models.BinaryField(null=True, editable=False)
    date_precision = models.CharField(
        _("how exactly is the time known"), max_length=20, choices=DatePrecision, blank=True
    )
    happened_from = models.DateField(_("when, or from when"), null=True, blank=True)
    happened_to = models.DateField(_("until when"), null=True, blank=True)
    place_precision = models.CharField(
        _("how exactly is the place known"), max_length=20, choices=PlacePrecision, blank=True
    )
    country = models.CharField(
        _("State"), max_length=2, blank=True, validators=[RegexValidator(r"^[A-Z]{2}$")]
    )
    area = models.CharField(_("district or region"), max_length=120, blank=True)
    conducts = models.JSONField(default=list)
    conflict = models.CharField(max_length=10, choices=ConflictType, blank=True)
    attack = models.CharField(max_length=10, choices=Answer, blank=True)
    group = models.CharField(max_length=10, choices=Answer, blank=True)
    offences = models.JSONField(default=list)
    not_sure = models.BooleanField(default=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "number"], name="incident_number_once_per_submission"
            ),
            models.CheckConstraint(
                condition=models.Q(happened_to__isnull=True)
                | models.Q(happened_to__gte=models.F("happened_from")),
                name="an_incident_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(date_precision="")
                | models.Q(date_precision="unknown")
                | models.Q(happened_from__isnull=False),
                name="a_known_time_has_a_date",
            ),
            one_of("date_precision", ["", *DatePrecision.values], name="date_precision_known"),
            one_of("place_precision", ["", *PlacePrecision.values], name="place_precision_known"),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("Incident %(number)d") % {"number": self.number})

    @property
    def missing(self) -> list[str]:
        """Names of the clear answers that are still open; the sealed account has its own."""
        open_ones = {
            "date_precision": not self.date_precision,
            "place_precision": not self.place_precision,
            "country": not self.country and self.place_precision != "withheld",
            "conducts": not self.conducts,
            "offences": not self.offences and not self.not_sure,
        }
        return [name for name, is_open in open_ones.items() if is_open]


class CoverSheet(models.Model):
    """What a recipient reads first. Clear text, no names (the page says so): lists are not openings.

    `summary` is sealed and read as part of the package. `offences` are codes, kept by the actions
    from the incidents' own. `recognisable` says whether someone can be recognised in what is
    written: here, in the summary or in the incidents (R4).
    """

    custody_label: ClassVar[str] = "submissions.cover_sheet"

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="cover_sheet")
    situation = models.CharField(_("situation"), max_length=200, blank=True)
    countries = models.JSONField(default=list)
    period_from = models.DateField(_("from"), null=True, blank=True)
    period_to = models.DateField(_("to"), null=True, blank=True)
    offences = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    working_language = models.CharField(_("language of this sheet"), max_length=10, default="en")
    needs_translation = models.BooleanField(_("needs translation"), default=False)
    summary = models.BinaryField(null=True, editable=False)
    recognisable = models.CharField(
        max_length=20, choices=Recognisable, default=Recognisable.UNANSWERED
    )
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_to__isnull=True)
                | models.Q(period_to__gte=models.F("period_from")),
                name="a_period_ends_after_it_begins",
            ),
            one_of("recognisable", Recognisable, name="words_recognisable_known"),
        ]

    def __str__(self) -> str:
        return str(_("Cover sheet"))

    @property
    def reference(self) -> str:
        """The log names it by its submission."""
        return self.submission.reference
