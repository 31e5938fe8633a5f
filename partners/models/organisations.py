"""Partners of the five kinds, their units, and what two coordinators found about them."""

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners import roles
from partners.querysets import PartnerQuerySet
from partners.states import OWNERS, Party, Status


class Reach(models.TextChoices):
    """How far a referral may go to an authority, from nothing to exhibits (DESIGN 4)."""

    BLOCKED = "blocked", _("Blocked")
    DIRECTORY = "directory", _("Directory")
    ALERT = "alert", _("Alert")
    SUMMARY = "summary", _("Summary")
    CONTENT = "content", _("Content")


class Kind(models.TextChoices):
    """The five kinds of partner (DESIGN 4)."""

    CSO = roles.CSO, _("CSO")
    AUTHORITY = roles.AUTHORITY, _("Authority")
    MECHANISM = roles.MECHANISM, _("Mechanism")
    SECRETARIAT = roles.SECRETARIAT, _("Secretariat")
    OBSERVER = roles.OBSERVER, _("Observer")


class Competence(models.TextChoices):
    """What a CSO says that its people are trained for: accounts are taken for nothing else (5, 30)."""

    ADULTS = "accounts_adults", _("Accounts of adults")
    CHILDREN = "accounts_children", _("Accounts of children")
    SGBV = "accounts_sgbv", _("Accounts of survivors of sexual or gender-based violence")


class Partner(models.Model):
    """An organisation: the account holder of the portal. People belong to exactly one."""

    Kind = Kind
    Status = Status
    Competence = Competence
    custody_label: ClassVar[str] = "partners.partner"

    reference = ReferenceField()
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(
        _("State"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}$")],
        help_text=_("ISO 3166 code of two letters; may stay empty for a CSO at risk."),
    )
    contact_email = models.EmailField(_("contact address"))
    application = models.BinaryField(null=True, editable=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.APPLIED)
    since = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    listed = models.BooleanField(_("name shown to other partners"), default=False)
    single_handed = models.BooleanField(_("single-handed"), default=False)
    competences = models.JSONField(default=list)
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", Kind, name="partner_kind_known"),
            one_of("status", Status, name="partner_status_known"),
            both_or_neither("locked_at", "locked_by", name="partner_lock_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(due_on__isnull=False)
                | models.Q(status__in=[Status.LEFT, Status.REFUSED]),
                name="partner_state_has_a_next_date",
            ),
            models.CheckConstraint(
                condition=models.Q(single_handed=False) | models.Q(kind=roles.CSO),
                name="only_a_cso_is_single_handed",
            ),
            models.CheckConstraint(
                condition=models.Q(competences=[]) | models.Q(kind=roles.CSO),
                name="only_a_cso_takes_accounts",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(kind=roles.SECRETARIAT),
                name="one_secretariat",
            ),
        ]
        indexes = [models.Index(fields=["due_on", "id"], name="partner_by_next_date")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partners:partner-detail", args=[self.reference])

    @property
    def is_active(self) -> bool:
        """Its members may sign in: terms accepted or about to be, not suspended, not locked."""
        return self.status in (Status.INVITED, Status.ACTIVE) and self.locked_at is None

    @property
    def receives_referrals(self) -> bool:
        """Authorities and mechanisms receive; a mechanism receives like an authority."""
        return self.kind in (roles.AUTHORITY, roles.MECHANISM)

    @property
    def owner(self) -> Party:
        """On whom the present state waits."""
        return OWNERS[Status(self.status)]


class Unit(models.Model):
    """A desk of an authority or mechanism that referrals are addressed to."""

    custody_label: ClassVar[str] = "partners.unit"

    reference = ReferenceField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="units")
    name = models.CharField(_("name"), max_length=200)
    takes_direct_intake = models.BooleanField(
        _("takes referrals straight from CSOs"), default=False
    )
    feedback_days = models.PositiveSmallIntegerField(
        _("feedback at the latest after (days)"),
        default=180,
        validators=[MinValueValidator(7), MaxValueValidator(730)],
    )
    on_call = models.CharField(_("urgent: how to reach you"), max_length=300, blank=True)
    standing_text = models.TextField(_("how far your law lets you keep conditions"), blank=True)
    no_discretion = models.BooleanField(
        _("our law leaves no discretion whether to proceed"), default=False
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="unit_name_once_per_partner"),
            models.CheckConstraint(
                condition=models.Q(feedback_days__range=(7, 730)), name="feedback_interval_sensible"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Vetting(models.Model):
    """What one coordinator found, and what a second made of it. Never changed, only followed.

    For authorities and mechanisms it is also the dated human-rights and fair-trial assessment:
    confirmed, it sets the reach until `valid_until`; lapsed means alert only.
    """

    class DeathPenalty(models.TextChoices):
        ABOLISHED = "abolished", _("Abolished")
        NOT_APPLIED = "not_applied", _("In law, not applied")
        APPLIES = "applies", _("Applies")
        UNKNOWN = "unknown", _("Not known")

    class Outcome(models.TextChoices):
        AWAITED = "awaited", _("Second finding awaited")
        CONFIRMED = "confirmed", _("Confirmed")
        QUESTIONED = "questioned", _("Sent back with a question")
        REFUSED = "refused", _("Refused")

    custody_label: ClassVar[str] = "partners.vetting"

    reference = ReferenceField()
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="vettings")
    findings = models.BinaryField(editable=False)
    death_penalty = models.CharField(max_length=20, choices=DeathPenalty, blank=True)
    proposed_reach = models.CharField(max_length=20, choices=Reach, blank=True)
    valid_until = models.DateField()
    recorded_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome, default=Outcome.AWAITED)
    reach = models.CharField(max_length=20, choices=Reach, blank=True)
    answer = models.BinaryField(null=True, editable=False)
    answered_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            both_or_neither("answered_by", "answered_at", name="second_finding_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(answered_by__isnull=True)
                | ~models.Q(answered_by=models.F("recorded_by")),
                name="two_coordinators_vet",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="awaited", answered_by__isnull=True)
                | (~models.Q(outcome="awaited") & models.Q(answered_by__isnull=False)),
                name="vetting_outcome_has_a_second_finding",
            ),
            models.UniqueConstraint(
                fields=["partner"],
                condition=models.Q(outcome="awaited"),
                name="one_vetting_awaited_per_partner",
            ),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.partner} {self.recorded_at:%Y-%m-%d}"

    def reach_on(self, day: date) -> Reach:
        """The reach this confirmed assessment gives on `day`."""
        if self.death_penalty == self.DeathPenalty.APPLIES:
            return Reach.BLOCKED
        if self.outcome != self.Outcome.CONFIRMED or not self.reach:
            return Reach.BLOCKED
        reach = Reach(self.reach)
        if day > self.valid_until and reach in (Reach.SUMMARY, Reach.CONTENT):
            return Reach.ALERT
        return reach
