"""Second factors, one-time links and the throttle. Nothing here is usable if copied."""

import time
from datetime import datetime
from typing import ClassVar

from django.db import models
from django_otp.models import Device
from django_otp.oath import TOTP

from custody.keys import deployment_compartment
from custody.models import Compartment
from custody.texts import open_text, seal_text
from impna.constraints import both_or_neither
from impna.references import ReferenceField
from partners.models.people import User

_STEP_SECONDS = 30
_SEED_COLUMN = "partners.totp_device.seed"


class TotpDevice(Device):  # type: ignore[misc]  # django-otp has no types
    """A time-based code (RFC 6238, SHA-1, 6 digits, 30 s) whose seed the key store seals.

    django-otp's own TOTP device keeps the seed in clear.
    """

    reference = ReferenceField()
    seed = models.BinaryField(editable=False)
    last_step = models.BigIntegerField(default=-1)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(confirmed=True), name="one_confirmed_totp"
            )
        ]

    def set_seed(self, seed: bytes) -> None:
        """Seal the 20-byte seed for this row."""
        self.seed = seal_text(
            seed.hex(),
            compartment=deployment_compartment(Compartment.Purpose.ACCOUNTS),
            column=_SEED_COLUMN,
            row=self.reference,
        )

    def read_seed(self) -> bytes:
        """The seed; raises when the key store cannot give it (R13)."""
        return bytes.fromhex(
            open_text(
                self.seed,
                compartment=deployment_compartment(Compartment.Purpose.ACCOUNTS),
                column=_SEED_COLUMN,
                row=self.reference,
            )
        )

    def verify_token(self, token: str) -> bool:
        """True once per code: the present one or the one before; a replayed code is wrong.

        Locks the row, so that two requests with one code cannot both succeed. Needs a transaction.
        """
        locked = type(self).objects.select_for_update().get(pk=self.pk)
        if not (token.isascii() and token.isdigit() and len(token) == 6):
            return False
        totp = TOTP(locked.read_seed(), step=_STEP_SECONDS)
        totp.time = time.time()
        if not totp.verify(int(token), tolerance=1, min_t=locked.last_step + 1):
            return False
        locked.last_step = self.last_step = totp.t()
        locked.save(update_fields=["last_step"])
        return True

    def code_at(self, moment: datetime) -> str:
        """The code of that moment; for enrolment tests and the demo page."""
        totp = TOTP(self.read_seed(), step=_STEP_SECONDS)
        totp.time = moment.timestamp()
        return f"{totp.token():06d}"


class RecoveryCode(models.Model):
    """One of ten codes, shown once. 80 random bits, so a plain digest cannot be guessed back."""

    user = models.ForeignKey(User, models.PROTECT, related_name="recovery_codes")
    digest = models.BinaryField(unique=True, editable=False)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"recovery code of {self.user}"


class OneTimeLink(models.Model):
    """A mailed link to set a new password: good for one POST within its time."""

    user = models.ForeignKey(User, models.PROTECT, related_name="one_time_links")
    token_digest = models.BinaryField(unique=True, editable=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link of {self.user}"


class LostFactor(models.Model):
    """Someone lost phone and recovery codes: the own manager and a coordinator must both agree.

    After the second agreement a delay runs, with notice to the account's address; then the person
    may set up a new factor after giving the password.
    """

    class Outcome(models.TextChoices):
        ASKED = "asked"
        AGREED = "agreed"
        DONE = "done"
        REFUSED = "refused"

    OPEN = (Outcome.ASKED, Outcome.AGREED)
    custody_label: ClassVar[str] = "partners.lost_factor"

    reference = ReferenceField()
    user = models.ForeignKey(User, models.PROTECT, related_name="lost_factors")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.ASKED)
    manager = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    manager_at = models.DateTimeField(null=True, blank=True)
    coordinator = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    coordinator_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            both_or_neither("manager", "manager_at", name="manager_agreement_dated"),
            both_or_neither("coordinator", "coordinator_at", name="coordinator_agreement_dated"),
            models.CheckConstraint(
                condition=models.Q(manager__isnull=True)
                | (
                    ~models.Q(manager=models.F("coordinator")) & ~models.Q(manager=models.F("user"))
                ),
                name="lost_factor_two_other_people",
            ),
            models.CheckConstraint(
                condition=models.Q(coordinator__isnull=True)
                | ~models.Q(coordinator=models.F("user")),
                name="nobody_agrees_to_their_own_lost_factor",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=["agreed", "done"])
                | models.Q(
                    manager__isnull=False, coordinator__isnull=False, ready_at__isnull=False
                ),
                name="lost_factor_agreed_by_both",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(outcome__in=["asked", "agreed"]),
                name="one_lost_factor_open",
            ),
        ]

    def __str__(self) -> str:
        return f"lost factor of {self.user}"

    @property
    def is_open(self) -> bool:
        """Neither used nor refused: agreed to or not, it can still be stopped."""
        return self.outcome in self.OPEN


class Throttle(models.Model):
    """Failures at one door for one name, known only by a keyed digest (accounts and unknowns alike)."""

    key_digest = models.BinaryField(unique=True, editable=False)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.failures} failures"
