"""Exhibits: the meaning of a file or thing. The bytes are custody's."""

from datetime import datetime
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from custody.models import SealedFile, SealingKey, Upload
from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.models.submissions import Submission
from submissions.querysets import ExhibitQuerySet, RedactionQuerySet
from submissions.states import FileState, Scan
from submissions.vocabularies import (
    Delivery,
    Derivation,
    EvidenceType,
    HowObtained,
    Recognisable,
)

_HEX = RegexValidator(r"^([0-9a-f]{64})?$", _("64 characters, 0 to 9 and a to f."))
_HEX_LONG = RegexValidator(r"^([0-9a-f]{128})?$", _("128 characters, 0 to 9 and a to f."))


class Exhibit(models.Model):
    """One item of a submission, numbered from 1. Numbers are never used again.

    `name` (as the sender's device called it), `description`, `details` (JSON of `Details`) and
    `findings` (what the examination found) are sealed. `identified_by`, `strands`, `markers` and
    `handling` are lists of codes (IdentifiedBy, V4c, V6d, V6a). `declared_sha256` and
    `declared_sha512` are hex digests typed or pasted for material that is not sent here. `brings`
    names the exhibit of an earlier version, described then without its file, whose file this is.
    `loosened`: a documenter saw the strict handling that was suggested, and took less.
    """

    custody_label: ClassVar[str] = "submissions.exhibit"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="exhibits")
    number = models.PositiveIntegerField()
    delivery = models.CharField(
        _("how it is delivered"), max_length=20, choices=Delivery, default=Delivery.PORTAL
    )
    evidence_type = models.CharField(
        _("what it is"), max_length=30, choices=EvidenceType, blank=True
    )
    recognisable = models.CharField(
        max_length=20, choices=Recognisable, default=Recognisable.UNANSWERED
    )
    derivation = models.CharField(
        _("where its file comes from"), max_length=20, choices=Derivation, blank=True
    )
    obtained = models.CharField(
        _("how it was obtained"), max_length=20, choices=HowObtained, blank=True
    )
    identified_by = models.JSONField(default=list)
    strands = models.JSONField(default=list)
    markers = models.JSONField(default=list)
    handling = models.JSONField(default=list)
    loosened = models.BooleanField(default=False)
    key = models.OneToOneField(SealingKey, models.PROTECT, related_name="exhibit")
    upload = models.OneToOneField(
        Upload, models.PROTECT, null=True, blank=True, related_name="exhibit"
    )
    file = models.OneToOneField(
        SealedFile, models.PROTECT, null=True, blank=True, related_name="exhibit"
    )
    file_state = models.CharField(max_length=20, choices=FileState, default=FileState.NONE)
    failure = models.CharField(max_length=40, blank=True)
    scan = models.CharField(max_length=20, choices=Scan, default=Scan.AWAITED)
    scan_reason = models.CharField(max_length=60, blank=True)
    name = models.BinaryField(null=True, editable=False)
    description = models.BinaryField(null=True, editable=False)
    details = models.BinaryField(null=True, editable=False)
    findings = models.BinaryField(null=True, editable=False)
    declared_sha256 = models.CharField("SHA-256", max_length=64, blank=True, validators=[_HEX])
    declared_sha512 = models.CharField(
        "SHA-512", max_length=128, blank=True, validators=[_HEX_LONG]
    )
    declared_size = models.BigIntegerField(_("size in bytes"), null=True, blank=True)
    brings = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="brought_by"
    )
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ExhibitQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("delivery", Delivery, name="exhibit_delivery_known"),
            one_of("file_state", FileState, name="exhibit_file_state_known"),
            one_of("scan", Scan, name="exhibit_scan_known"),
            one_of("recognisable", Recognisable, name="exhibit_recognisable_known"),
            models.UniqueConstraint(
                fields=["submission", "number"], name="exhibit_number_once_per_submission"
            ),
            models.CheckConstraint(
                condition=models.Q(file_state="sealed", file__isnull=False)
                | (~models.Q(file_state="sealed") & models.Q(file__isnull=True)),
                name="a_sealed_exhibit_has_its_file",
            ),
            models.CheckConstraint(
                condition=models.Q(file_state="failed") | models.Q(failure=""),
                name="an_exhibits_failure_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(delivery="portal") | models.Q(file_state="none"),
                name="only_uploaded_exhibits_have_files",
            ),
            models.CheckConstraint(
                condition=models.Q(declared_size__isnull=True) | models.Q(declared_size__gte=0),
                name="declared_size_makes_sense",
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("Exhibit %(number)d") % {"number": self.number})

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.submission.reference

    @property
    def redactions(self) -> RedactionQuerySet:
        """Its redacted copies that count, newest first: confirmed, and not taken back."""
        found: RedactionQuerySet = self.redacted_copies.live()
        return found

    @property
    def agrees(self) -> bool | None:
        """Whether its file has the digests that were declared of what it brings; None if unknown."""
        if self.file is None or self.brings is None:
            return None
        pairs = (
            (self.brings.declared_sha256, self.file.sha256),
            (self.brings.declared_sha512, self.file.sha512),
        )
        declared = [(said, bytes(found).hex()) for said, found in pairs if said]
        return all(said == found for said, found in declared) if declared else None


class UploadToken(models.Model):
    """Lets one person go on sending to one submission for a day, without keeping a session alive.

    Good only while the account may sign in and its sessions have not been ended since.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="upload_tokens")
    user = models.ForeignKey(User, models.PROTECT, related_name="upload_tokens")
    digest = models.BinaryField(unique=True, editable=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"upload token of {self.user}"

    def is_good(self, now: datetime) -> bool:
        """Not expired, not revoked, and the account's sessions were not ended since."""
        user = self.user
        ended = user.sessions_from is not None and user.sessions_from >= self.made_at
        usable = user.is_active and user.partner.is_active and not ended
        return usable and self.revoked_at is None and now < self.expires_at
