"""Sealed bytes, their keys, and who opened them (DESIGN 6)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from custody.models.log import Compartment
from impna.constraints import one_of
from impna.references import ReferenceField


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
