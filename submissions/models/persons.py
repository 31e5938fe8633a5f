"""Persons under a pseudonym, and their parts in incidents: who did what to whom (requirement 9).

Clear are only the pseudonym, whether strict access will apply, and which role joins a person to
which incident; all that is said of them is sealed. Names are in the vault or nowhere.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.models.incidents import Incident
from submissions.models.submissions import Submission
from submissions.person_vocabularies import PersonRole
from submissions.querysets import PartQuerySet, PersonQuerySet

CODE = r"^[A-Z]{1,3}-[0-9]{1,4}$"


class Person(models.Model):
    """Somebody in a submission, by pseudonym. A pseudonym is never used again.

    `details` is the sealed text of `persons.PersonDetails`. `protected` (a child, or a survivor of
    sexual or gender-based violence) follows from it and is written by the actions alone.
    """

    custody_label: ClassVar[str] = "submissions.person"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="persons")
    code = models.CharField(_("pseudonym"), max_length=8)
    protected = models.BooleanField(default=False)
    details = models.BinaryField(null=True, editable=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "code"], name="person_code_once_per_submission"
            ),
            models.CheckConstraint(
                condition=models.Q(code__regex=CODE), name="a_person_code_is_no_name"
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True) | models.Q(details__isnull=True),
                name="of_a_removed_person_nothing_is_kept",
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.code


class Part(models.Model):
    """One role of one person in one incident of the same submission, which the database holds.

    `details` is the sealed text of `persons.PartDetails`.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="parts")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="parts")
    role = models.CharField(_("role"), max_length=20, choices=PersonRole)
    details = models.BinaryField(null=True, editable=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects = PartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "incident", "role"], name="one_part_of_a_role_in_an_incident"
            ),
            one_of("role", PersonRole, name="part_role_known"),
        ]
        ordering = ["incident__number", "pk"]

    def __str__(self) -> str:
        said = {"role": self.get_role_display(), "incident": self.incident}
        return str(_("%(role)s in %(incident)s") % said)

    @property
    def row(self) -> str:
        """What its details are sealed for: moved to another part they do not open."""
        return f"{self.person.reference}:{self.incident.reference}:{self.role}"
