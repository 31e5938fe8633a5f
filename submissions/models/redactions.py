"""Redacted copies of exhibits: derivations in which nobody can be recognised (R1)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from custody.models import SealedFile
from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import User
from submissions.models.exhibits import Exhibit
from submissions.querysets import RedactionQuerySet
from submissions.states import CopyState, Scan

# Of one exhibit.
MOST = 50
MOST_MARKS = 200


class Leased(models.Model):
    """Work that a worker takes for a while; `failure` is a code, and ends it."""

    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True


class PagePictures(Leased):
    """Small pictures of an exhibit's pages, for whoever marks places on them; once an exhibit.

    `places` has for each page where its picture begins in `file`, its size in bytes, its width
    and its height.
    """

    custody_label: ClassVar[str] = "submissions.pages"

    exhibit = models.OneToOneField(Exhibit, models.PROTECT, related_name="page_pictures")
    file = models.OneToOneField(
        SealedFile, models.PROTECT, null=True, blank=True, related_name="page_pictures"
    )
    places = models.JSONField(default=list)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(done_at__isnull=True),
                name="page_pictures_due",
            )
        ]

    def __str__(self) -> str:
        return str(_("Pages of %(exhibit)s") % {"exhibit": self.exhibit})


class Redaction(Leased):
    """One redacted copy of an exhibit, numbered from 1: made here, or supplied by the sender.

    `marks` (made here) are places: page from 1, then left, top, width and height in hundredths of
    a per cent of the page; `kind` is jpeg, png or pdf. `name` (sealed) is what the sender's device
    called a supplied one. It counts from `confirmed_at` on, until `taken_back_at`; its file stays
    sealed to the exhibit's key, and goes with it.
    """

    custody_label: ClassVar[str] = "submissions.redaction"

    class Method(models.TextChoices):
        MARKED = "marked", _("Made here, from marked places")
        SUPPLIED = "supplied", _("Supplied by you")

    reference = ReferenceField()
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, related_name="redacted_copies")
    number = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=10, choices=Method)
    marks = models.JSONField(default=list)
    name = models.BinaryField(null=True, editable=False)
    file = models.OneToOneField(
        SealedFile, models.PROTECT, null=True, blank=True, related_name="redaction"
    )
    kind = models.CharField(max_length=4, blank=True)
    scan = models.CharField(max_length=20, choices=Scan, default=Scan.AWAITED)
    scan_reason = models.CharField(max_length=60, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = RedactionQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("method", ["marked", "supplied"], name="redaction_method_known"),
            one_of("scan", Scan, name="redaction_scan_known"),
            models.UniqueConstraint(
                fields=["exhibit", "number"], name="redaction_number_once_per_exhibit"
            ),
            both_or_neither("confirmed_at", "confirmed_by", name="a_confirmation_has_its_person"),
            both_or_neither("taken_back_at", "taken_back_by", name="taking_back_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(number__range=(1, MOST)), name="redactions_are_few"
            ),
            models.CheckConstraint(
                condition=models.Q(method="marked", name__isnull=True)
                | models.Q(method="supplied", name__isnull=False, file__isnull=False, marks=[]),
                name="a_supplied_redaction_has_its_name",
            ),
            models.CheckConstraint(
                condition=models.Q(failure="") | models.Q(file__isnull=True),
                name="a_redaction_failed_or_has_its_file",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True)
                | models.Q(file__isnull=False, scan__in=["clean", "not_scanned"]),
                name="only_what_is_there_and_harmless_is_confirmed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(done_at__isnull=True),
                name="redactions_due",
            )
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(_("Redacted copy %(number)d") % {"number": self.number})

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.exhibit.submission.reference

    @property
    def state(self) -> CopyState:
        """Where it stands, and so on whom it waits."""
        if self.taken_back_at is not None:
            return CopyState.TAKEN_BACK
        if self.failure:
            return CopyState.FAILED
        if self.file is None or self.scan == Scan.AWAITED:
            return CopyState.MAKING
        if self.scan == Scan.INFECTED:
            return CopyState.INFECTED
        return CopyState.CONFIRMED if self.confirmed_at else CopyState.TO_CONFIRM

    @property
    def pages(self) -> list[tuple[int, int]]:
        """Which pages have black places, and how many each."""
        found: dict[int, int] = {}
        for mark in self.marks:
            found[mark[0]] = found.get(mark[0], 0) + 1
        return sorted(found.items())
