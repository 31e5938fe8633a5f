"""What somebody said about their own account, image or data: numbered, never changed (R4, V8)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models import Partner, Unit, User
from submissions.consent_vocabularies import Capacity, Mode
from submissions.models.exhibits import Exhibit
from submissions.models.persons import Person
from submissions.querysets import AskAgainQuerySet, ConsentQuerySet, PaperFormQuerySet


class Consent(models.Model):
    """One asking of one person. The newest holds; those before it are kept as they were.

    `said` has the answer (Answer) to each scope that was asked. Whom they named is in
    `to_states` and `never_states` (two letters) and `to_bodies` and `never_bodies` (references of
    partners); `not_exhibits` are numbers of exhibits that they keep out of it. `details` is the
    sealed text of `consents.ConsentDetails`. `of_age_on` is the earliest day on which a child comes
    of age; the word of whoever spoke for them ends with it.
    """

    custody_label: ClassVar[str] = "submissions.consent"

    reference = ReferenceField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    number = models.PositiveSmallIntegerField()
    asked_on = models.DateField(_("asked on"))
    expires_on = models.DateField(_("holds until"), null=True, blank=True)
    of_age_on = models.DateField(_("of age on"), null=True, blank=True)
    mode = models.CharField(max_length=20, choices=Mode)
    capacity = models.CharField(max_length=20, choices=Capacity)
    said = models.JSONField(default=dict)
    to_states = models.JSONField(default=list)
    to_bodies = models.JSONField(default=list)
    never_states = models.JSONField(default=list)
    never_bodies = models.JSONField(default=list)
    never_death_penalty = models.BooleanField(default=True)
    never_in_public = models.BooleanField(default=False)
    not_exhibits = models.JSONField(default=list)
    evidence = models.ForeignKey(
        Exhibit, models.PROTECT, null=True, blank=True, related_name="proves"
    )
    details = models.BinaryField(null=True, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "number"], name="consent_number_once"),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(replaced_at__isnull=True),
                name="one_live_consent_each",
            ),
            one_of("mode", Mode, name="consent_mode_known"),
            one_of("capacity", Capacity, name="consent_capacity_known"),
            # Without a person only where a code did it and nobody answered: the database says so.
            models.CheckConstraint(
                condition=models.Q(withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False),
                name="whoever_withdrew_a_consent_withdrew_it",
            ),
            models.CheckConstraint(
                condition=~models.Q(capacity__in=Capacity.of_children())
                | models.Q(of_age_on__isnull=False),
                name="a_childs_consent_says_when_it_comes_of_age",
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.person.code} ({self.number})"


class AskAgain(models.Model):
    """Somebody's word stood in the way: a documenter asks them again, until `due_on`.

    Done when their next word is recorded, or when a documenter says that they cannot be asked.
    """

    custody_label: ClassVar[str] = "submissions.ask_again"

    reference = ReferenceField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="to_ask")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = AskAgainQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit"],
                condition=models.Q(done_at__isnull=True),
                nulls_distinct=False,
                name="asked_again_once_at_a_time",
            )
        ]
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return str(_("Ask %(person)s again") % {"person": self.person})


class PaperForm(models.Model):
    """A form on paper that an organisation used, with what a signature on it means; mapped once.

    `answers` is what `consent_forms.ConsentForm` would be filled with: codes and names of partners,
    no person's.
    """

    custody_label: ClassVar[str] = "submissions.paper_form"

    reference = ReferenceField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="paper_forms")
    name = models.CharField(_("name of the form"), max_length=120)
    answers = models.JSONField(default=dict)
    mapped_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    mapped_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PaperFormQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "name"],
                condition=models.Q(ended_at__isnull=True),
                name="paper_form_named_once",
            )
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
