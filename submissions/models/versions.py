"""Versions: what was handed over, frozen; who took part in it; and what the approver declared."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.references import ReferenceField
from partners.models import Unit, User
from submissions.models.exhibits import Exhibit
from submissions.models.submissions import Submission
from submissions.querysets import VersionExhibitQuerySet


class Contribution(models.Model):
    """When someone last changed the draft: whoever did since the last hand-over does not approve it.

    Kept by every change, asked by the hand-over and by the database (four eyes, DESIGN 4).
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="contributions")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "user"], name="one_contribution_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.submission_id}"


class Version(models.Model):
    """One hand-over: numbered, frozen, never changed (R1).

    `manifest` is sealed RFC 8785 JSON (see `submissions.manifest`); `digest` is the SHA-256 of its
    text, and stands on the receipt. `sheet` is the cover sheet as it was, in clear and without its
    summary; counts and `size` (bytes of sealed files) are for lists.
    """

    custody_label: ClassVar[str] = "submissions.version"

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    manifest = models.BinaryField(editable=False)
    digest = models.BinaryField(max_length=32, editable=False)
    sheet = models.JSONField()
    exhibits = models.PositiveIntegerField()
    incidents = models.PositiveIntegerField()
    size = models.BigIntegerField()
    single_handed = models.BooleanField(default=False)
    handed_over_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    handed_over_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="version_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="versions_from_one"),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("Version %(number)d") % {"number": self.number})

    @property
    def digest_hex(self) -> str:
        """As the receipt shows it."""
        return bytes(self.digest).hex()


class VersionExhibit(models.Model):
    """An exhibit that belongs to a version, as it was answered for at hand-over.

    `markers` are its codes of V6d then: what recipients keep to, whatever a later draft says.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="items")
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, related_name="in_versions")
    recognisable = models.CharField(max_length=20)
    markers = models.JSONField(default=list)

    objects = VersionExhibitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "exhibit"], name="exhibit_once_per_version"),
            models.CheckConstraint(
                condition=models.Q(recognisable__in=["nobody", "someone"]),
                name="only_answered_exhibits_are_handed_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exhibit} in {self.version}"


class Declaration(models.Model):
    """The approver's word, for one version and one recipient, that nothing is against giving it.

    The database asks for it besides what people said (R4): see the SQL function
    `submissions_covers`. `words` is the digest of the sentences that were signed.
    """

    custody_label: ClassVar[str] = "submissions.declaration"

    reference = ReferenceField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="declarations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    words = models.CharField(max_length=64)
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "unit"], name="one_declaration_each")
        ]

    def __str__(self) -> str:
        return f"{self.version} to {self.unit}"
