"""What stands behind an incident: people counted together, and where the information comes from.

Rows of an incident of the same submission, which the database holds. What is said is sealed in the
submission's compartment; clear are numbers, roles, sources and what a constraint has to see.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.fact_vocabularies import GRADED, CountingUnit, InformationSource, Reliability
from submissions.models.exhibits import Exhibit
from submissions.models.incidents import Incident
from submissions.models.persons import Person
from submissions.person_vocabularies import PersonRole
from submissions.querysets import GroupQuerySet, InformationManager


class Group(models.Model):
    """People who are not recorded one by one: at least and at most so many, either may be unknown.

    `details` is the sealed text of `facts.GroupDetails`.
    """

    custody_label: ClassVar[str] = "submissions.group"

    reference = ReferenceField()
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="groups")
    unit = models.CharField(_("counted by"), max_length=20, choices=CountingUnit)
    fewest = models.PositiveIntegerField(null=True, blank=True)
    most = models.PositiveIntegerField(null=True, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=PersonRole)
    details = models.BinaryField(editable=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("unit", CountingUnit, name="group_unit_known"),
            one_of("role", PersonRole, name="group_role_known"),
            models.CheckConstraint(
                condition=(models.Q(fewest__isnull=True) | models.Q(fewest__gte=1))
                & (models.Q(most__isnull=True) | models.Q(most__gte=1))
                & (
                    models.Q(fewest__isnull=True)
                    | models.Q(most__isnull=True)
                    | models.Q(most__gte=models.F("fewest"))
                ),
                name="a_group_is_at_least_and_at_most_so_many",
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(_("Group in %(incident)s") % {"incident": self.incident})


class Information(models.Model):
    """Joins a source to facts of an incident: a person by code, an exhibit, or the organisation itself.

    `details` is the sealed text of `facts.InformationDetails`. `reliability` is asked of documents
    and online sources alone; the database refuses it of anything else (R12).
    """

    custody_label: ClassVar[str] = "submissions.information"

    reference = ReferenceField()
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="information")
    source = models.CharField(max_length=20, choices=InformationSource)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="information"
    )
    exhibit = models.ForeignKey(
        Exhibit, models.PROTECT, null=True, blank=True, related_name="information"
    )
    reliability = models.CharField(max_length=20, choices=Reliability, blank=True)
    details = models.BinaryField(editable=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects = InformationManager()

    class Meta:
        constraints = [
            one_of("reliability", ["", *Reliability.values], name="reliability_known"),
            models.CheckConstraint(
                condition=models.Q(source="person", person__isnull=False, exhibit__isnull=True)
                | models.Q(source="exhibit", person__isnull=True, exhibit__isnull=False)
                | models.Q(source="own", person__isnull=True, exhibit__isnull=True),
                name="information_has_one_source",
            ),
            models.CheckConstraint(
                condition=models.Q(reliability="") | models.Q(source="exhibit"),
                name="no_person_is_graded",
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.person or self.exhibit or _("Own observation"))

    @property
    def may_be_graded(self) -> bool:
        """Its source is a document or an online source: how reliable it is may be said."""
        return self.exhibit is not None and self.exhibit.evidence_type in GRADED
