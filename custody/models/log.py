"""Compartments and the append-only custody log (DESIGN 7). Targets are a label and a reference."""

from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _


class Compartment(models.Model):
    """A folder of the key store: one for each submission and referral, and the deployment's own few.

    `name` is the key store's random name; no key is in the database.
    """

    class Purpose(models.TextChoices):
        SUBMISSION = "submission", _("A submission")
        REFERRAL = "referral", _("A referral: what both sides write to each other")
        REGISTER = "register", _("Names and reasons in the custody log")
        ACCOUNTS = "accounts", _("Second factors and one-time links")
        PARTNERS = "partners", _("Applications and vetting")

    purpose = models.CharField(max_length=20, choices=Purpose)
    name = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"],
                condition=~models.Q(purpose__in=["submission", "referral"]),
                name="one_compartment_for_each_deployment_purpose",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.pk}"


class _EntryValue(Func):
    """One value of the canonical entry; the SQL function is made in migration 0001."""

    function = "custody_entry_value"
    output_field = models.TextField()


def _from_entry(key: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=_EntryValue(F("entry"), Value(key)),
        output_field=models.TextField(),
        db_persist=True,
    )


class CustodyEvent(models.Model):
    """One line of the log. Appended, never changed: triggers and rights refuse all else (R6).

    `entry` is the event: RFC 8785 JSON, whose SHA-256 is `digest`. The other columns are computed
    from it by the database, so they cannot disagree with what was digested. Personal text (actor,
    reason) is in `EventText`; the entry holds only its salted digests.
    """

    entry = models.TextField()
    digest = models.GeneratedField(
        expression=Func(F("entry"), function="custody_digest"),
        output_field=models.BinaryField(),
        db_persist=True,
    )
    type = _from_entry("type")
    on = _from_entry("on")
    submission = _from_entry("submission")
    partner = _from_entry("partner")
    by = _from_entry("by")
    at = _from_entry("at")

    class Meta:
        indexes = [
            models.Index(fields=["on", "id"]),
            models.Index(
                fields=["submission", "id"],
                condition=~models.Q(submission=""),
                name="custody_event_submission",
            ),
            models.Index(fields=["partner", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.at}"


class EventText(models.Model):
    """A name or reason of an event: sealed, salted, erasable without touching the log."""

    class Name(models.TextChoices):
        ACTOR = "actor", _("Who acted")
        REASON = "reason", _("Reason given")

    # No index of its own: the constraint below has one that begins with it.
    event = models.ForeignKey(
        CustodyEvent, on_delete=models.PROTECT, related_name="texts", db_index=False
    )
    name = models.CharField(max_length=10, choices=Name)
    salt = models.BinaryField(max_length=16, null=True)
    sealed = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="one_text_of_each_name"),
            models.CheckConstraint(
                condition=models.Q(salt__isnull=False, sealed__isnull=False, erased_at__isnull=True)
                | models.Q(salt__isnull=True, sealed__isnull=True, erased_at__isnull=False),
                name="event_text_whole_or_erased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of event {self.event_id}"


class PendingEvent(models.Model):
    """An event the sequencer has not placed in the tree yet; filled by trigger only."""

    event_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.event_id)
