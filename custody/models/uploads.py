"""Files on their way in: segments sealed as they arrive, and the job that makes them whole."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from custody.models.files import SealedFile, SealingKey
from impna.constraints import one_of
from impna.references import ReferenceField

GIB = 1024**3
LARGEST = 50 * GIB


class UploadState(models.TextChoices):
    """Where a file is on its way in. The last three are ends."""

    RECEIVING = "receiving", _("Being received")
    RECEIVED = "received", _("Received, being checked")
    SEALED = "sealed", _("Sealed")
    FAILED = "failed", _("Failed")
    ENDED = "ended", _("Given up")


class Upload(models.Model):
    """One file being sent, by the tus protocol or a plain form. Sizes and offsets in bytes.

    `partner` and `by` are public references: the quota counts by partner, and only the sender's
    colleagues go on with it. The segments hold what arrived; nothing else does.
    """

    custody_label: ClassVar[str] = "custody.upload"

    reference = ReferenceField()
    key = models.OneToOneField(SealingKey, models.PROTECT, related_name="upload")
    submission = models.CharField(max_length=13)
    partner = models.CharField(max_length=13)
    by = models.CharField(max_length=13)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.RECEIVING)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    file = models.OneToOneField(
        SealedFile, models.PROTECT, null=True, blank=True, related_name="upload"
    )

    class Meta:
        constraints = [
            one_of("state", UploadState, name="upload_state_known"),
            models.CheckConstraint(
                condition=models.Q(length__range=(0, LARGEST), offset__gte=0)
                & models.Q(offset__lte=models.F("length")),
                name="upload_offset_within_length",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["received", "sealed"])
                | models.Q(offset=models.F("length"), received_at__isnull=False),
                name="received_means_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(state="sealed", file__isnull=False)
                | (~models.Q(state="sealed") & models.Q(file__isnull=True)),
                name="a_sealed_upload_has_its_file",
            ),
            models.CheckConstraint(
                condition=models.Q(state="failed") | models.Q(failure=""),
                name="a_failure_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["partner"],
                condition=models.Q(state__in=["receiving", "received"]),
                name="uploads_on_their_way",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="receiving"),
                name="uploads_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.reference}"

    def is_open(self, now: datetime) -> bool:
        """More may be sent."""
        return self.state == UploadState.RECEIVING and now < self.expires_at


class Segment(models.Model):
    """One PATCH, sealed in a file of its own until the whole is made.

    `sha256` is of the plaintext. `from_device`: the sender's device stated it and it fitted;
    otherwise the server computed it and nobody else did.
    """

    upload = models.ForeignKey(Upload, models.PROTECT, related_name="segments")
    start = models.BigIntegerField()
    size = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)
    from_device = models.BooleanField()
    store_name = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "start"], name="segments_do_not_overlap"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="segments_have_bytes"),
        ]
        ordering = ["start"]

    def __str__(self) -> str:
        return f"{self.start}+{self.size} of {self.upload_id}"


class IntakeJob(models.Model):
    """The work of making an upload whole: a row before it is a task, so nothing loses it (R7)."""

    upload = models.OneToOneField(Upload, models.PROTECT, related_name="job")
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(done_at__isnull=True),
                name="intake_jobs_due",
            )
        ]

    def __str__(self) -> str:
        return f"intake of {self.upload}"
