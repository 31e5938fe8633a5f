"""Files that a recipient sends with an information request."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.requests import InformationRequest
from custody.models import SealedFile, Upload
from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.states import Scan

# Of one request.
MOST = 20


class Enclosure(models.Model):
    """One file of a request, numbered from 1, for the sender to open. It is never taken back.

    `name`, as its own device called it, is sealed under the referral's compartment, and so is the
    key of the file: what becomes of the referral becomes of both.
    """

    custody_label: ClassVar[str] = "cases.enclosure"

    reference = ReferenceField()
    request = models.ForeignKey(InformationRequest, models.PROTECT, related_name="enclosures")
    number = models.PositiveSmallIntegerField()
    name = models.BinaryField(editable=False)
    upload = models.OneToOneField(Upload, models.PROTECT, related_name="enclosure")
    scan = models.CharField(max_length=20, choices=Scan, default=Scan.AWAITED)
    scan_reason = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("scan", Scan, name="enclosure_scan_known"),
            models.UniqueConstraint(fields=["request", "number"], name="enclosure_number_once"),
            models.CheckConstraint(
                condition=models.Q(number__range=(1, MOST)), name="enclosures_are_few"
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("File %(number)d") % {"number": self.number})

    @property
    def file(self) -> SealedFile:
        """Its bytes: a plain form brings them whole."""
        file = self.upload.file
        assert file is not None
        return file

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.request.referral.submission.reference
