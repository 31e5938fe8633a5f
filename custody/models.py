"""Sealed bytes and texts, openings, and the append-only custody log (DESIGN 6 and 7).

Nothing here knows a crime, a consent or a case: targets are a label and a public reference.
"""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _

from impna.constraints import one_of
from impna.references import ReferenceField


class Compartment(models.Model):
    """A folder of the key store: one for each submission, and the deployment's own few.

    `name` is the key store's random name; no key is in the database.
    """

    class Purpose(models.TextChoices):
        SUBMISSION = "submission", _("A submission")
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
                condition=~models.Q(purpose="submission"),
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

    event = models.ForeignKey(CustodyEvent, on_delete=models.PROTECT, related_name="texts")
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


class SealingKey(models.Model):
    """The key pair of one exhibit or identity: everything of it is sealed to `recipient` alone.

    The secret is an entry of the key store. `destroyed_at` is the decision; the entry goes right
    after it is saved, and a sweep makes sure. Nothing is opened from that moment on (R10).
    """

    custody_label: ClassVar[str] = "custody.key"

    reference = ReferenceField()
    compartment = models.ForeignKey(Compartment, models.PROTECT, related_name="keys")
    entry = models.CharField(max_length=64, unique=True)
    recipient = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)
    entry_gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(entry_gone_at__isnull=True)
                | models.Q(destroyed_at__isnull=False),
                name="a_key_goes_by_decision_only",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(destroyed_at__isnull=False, entry_gone_at__isnull=True),
                name="keys_to_destroy",
            )
        ]

    def __str__(self) -> str:
        return f"key {self.reference}"


class SealedBy(models.TextChoices):
    """Who encrypted: the portal, or (reserved) the sender's own device."""

    PORTAL = "portal", _("The portal")
    DEVICE = "device", _("The sender's device")


class DerivationKind(models.TextChoices):
    """What was made from an original (vocabularies V4b, and our own working copies)."""

    THUMBNAIL = "thumbnail", _("Thumbnail")
    FORENSIC_COPY = "forensic_copy", _("Forensic copy")
    EXCERPT = "excerpt", _("Excerpt")
    TRANSCRIPT = "transcript", _("Transcript")
    TRANSLATION = "translation", _("Translation")
    REDACTION = "redaction", _("Redaction")
    ENHANCED = "enhanced", _("Enhanced")


class SealedFile(models.Model):
    """Bytes as they were received, encrypted once, never changed (R1).

    Sizes are in bytes; digests are of the plaintext except `stored_sha256`, which is of the age
    file as stored, so that a disk can be checked without any key.
    """

    custody_label: ClassVar[str] = "custody.file"

    reference = ReferenceField()
    key = models.ForeignKey(SealingKey, models.PROTECT, related_name="files")
    store_name = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    sha512 = models.BinaryField(max_length=64)
    stored_size = models.BigIntegerField()
    stored_sha256 = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()
    sealed_by = models.CharField(max_length=10, choices=SealedBy, default=SealedBy.PORTAL)
    original = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="derivations"
    )
    derivation = models.CharField(max_length=20, choices=DerivationKind, blank=True)
    tool = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            one_of("sealed_by", SealedBy, name="sealed_by_known"),
            models.CheckConstraint(
                condition=models.Q(original__isnull=True, derivation="", tool="")
                | (
                    models.Q(original__isnull=False, derivation__in=DerivationKind.values)
                    & ~models.Q(tool="")
                ),
                name="a_derivation_says_what_and_how",
            ),
            models.CheckConstraint(
                condition=models.Q(size__gte=0, stored_size__gt=0), name="file_sizes_make_sense"
            ),
        ]

    def __str__(self) -> str:
        return f"file {self.reference}"


class Opening(models.Model):
    """One opening and its permit: who may read which files until when, and what was read (R3).

    `by` is the actor's public reference. `files` are references of sealed files, named by what
    they are ("Exhibit 12"), never by their original names. `bytes_sent` counts ahead of sending:
    it may be more than arrived, never less.
    """

    custody_label: ClassVar[str] = "custody.opening"

    reference = ReferenceField()
    target = models.CharField(max_length=80)
    submission = models.CharField(max_length=13, blank=True)
    by = models.CharField(max_length=13)
    basis = models.CharField(max_length=40)
    files = models.JSONField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    bytes_sent = models.BigIntegerField(default=0)
    requests = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(ended_at__isnull=True),
                name="openings_to_end",
            ),
            models.Index(fields=["by", "target", "-id"], name="openings_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"opening {self.reference}"

    def is_open(self, now: datetime) -> bool:
        """The permit still holds."""
        return self.ended_at is None and now < self.expires_at
