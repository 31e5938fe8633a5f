"""A referral: what one recipient was given of a submission, on what conditions, and who may see it."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from cases.querysets import ConditionQuerySet, ItemQuerySet, ReferralQuerySet
from cases.states import OWNERS, Party, Status
from cases.vocabularies import ConditionAnswer, Disposal, Mode, Route
from custody.models import Compartment, SealedFile
from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import Unit, User
from submissions.models import Exhibit, Redaction, Submission, Version
from submissions.states import Scan
from submissions.vocabularies import HandlingCode, Recognisable


class Referral(models.Model):
    """One submission, given to one unit. `status` is what that unit has published (the CSO's ledger).

    What both sides write to each other is sealed under the referral's own compartment, so that it
    stays readable for both when one of them erases what is theirs. `version` is the newest given.
    `closed_at` is when access ended for good; `disposal` what became of it then.
    """

    custody_label: ClassVar[str] = "cases.referral"
    Status = Status

    reference = ReferenceField()
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="referrals")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="referrals")
    version = models.ForeignKey(Version, models.PROTECT, related_name="referrals")
    compartment = models.OneToOneField(Compartment, models.PROTECT, related_name="referral")
    mode = models.CharField(_("how much"), max_length=20, choices=Mode)
    route = models.CharField(max_length=20, choices=Route, default=Route.DIRECT)
    status = models.CharField(max_length=20, choices=Status, default=Status.SENT)
    since = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    access_ends_on = models.DateField(null=True, blank=True)
    disposal = models.CharField(max_length=20, choices=Disposal, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        # Contact points see and route on the cover sheet; readers read the package; workers act;
        # deciders publish; examiners open what is quarantined (DESIGN 4).
        permissions = [
            ("route_referral", "May acknowledge and route"),
            ("read_referral", "May read what was given"),
            ("work_referral", "May act on it"),
            ("decide_referral", "May assign, decide and publish"),
            ("examine_referral", "May open quarantined exhibits"),
            ("identify_referral", "May open originals in which someone can be recognised"),
        ]
        default_permissions = ("view",)
        constraints = [
            one_of("mode", Mode, name="referral_mode_known"),
            one_of("status", Status, name="referral_status_known"),
            one_of("route", Route, name="referral_route_known"),
            one_of("disposal", ["", *Disposal.values], name="referral_disposal_known"),
            models.UniqueConstraint(
                fields=["submission", "unit"],
                condition=models.Q(closed_at__isnull=True),
                name="one_live_referral_for_each_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) ^ models.Q(due_on__isnull=True),
                name="a_live_referral_has_a_next_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=models.Q(closed_at__isnull=True),
                name="live_referrals_by_date",
            )
        ]

    def __str__(self) -> str:
        return f"referral {self.reference}"

    def get_absolute_url(self) -> str:
        """The recipient's page; the sender's side is its submission's."""
        return reverse("cases:referral", args=[self.reference])

    @property
    def owner(self) -> Party:
        """On whom it waits."""
        return Party.NOBODY if self.closed_at else OWNERS[Status(self.status)]

    @property
    def is_live(self) -> bool:
        """The recipient may still read, answer and write."""
        return self.closed_at is None

    @property
    def is_readable(self) -> bool:
        """What was given may be opened: not recalled, and the thirty days are not over."""
        over = self.access_ends_on is not None and self.access_ends_on < timezone.localdate()
        return self.is_live and self.status != Status.RECALLED and not over

    @property
    def is_silent(self) -> bool:
        """A word was owed by a date that is past. Computed, so nobody is graded by it.

        Every live state owes one: an answer, feedback, or what became of what was given.
        """
        late = self.due_on is not None and self.due_on < timezone.localdate()
        return self.is_live and late

    @property
    def title(self) -> str:
        """From the frozen cover sheet; clear, and no names."""
        return str(self.version.sheet["situation"])


class ReferralUserObjectPermission(UserObjectPermissionBase):
    """What one officer may do with a referral: given by assignment, and only inside the unit."""

    content_object = models.ForeignKey(Referral, models.PROTECT)


class ReferralGroupObjectPermission(GroupObjectPermissionBase):
    """What heads of unit and contact points of the addressed unit may do."""

    content_object = models.ForeignKey(Referral, models.PROTECT)


class ReferralItem(models.Model):
    """One exhibit, given as it stood in one version; live until `ended_at`.

    With a `copy` the redacted copy is given, and not the original.
    `ended_by` is who ended it, and nobody when its time was over.

    Whether it may be is asked by the database when it is made: `submissions_covers` (R4).
    """

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="items")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, related_name="given")
    copy = models.ForeignKey(Redaction, models.PROTECT, null=True, blank=True, related_name="given")
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "exhibit"],
                condition=models.Q(ended_at__isnull=True),
                name="an_exhibit_is_given_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=True) | models.Q(ended_at__isnull=False),
                name="only_an_ended_item_has_who_ended_it",
            ),
        ]
        ordering = ["exhibit__number"]

    def __str__(self) -> str:
        return f"{self.exhibit} in {self.referral}"

    @property
    def thing(self) -> Exhibit | Redaction:
        """What is opened."""
        return self.copy or self.exhibit

    @property
    def file(self) -> SealedFile | None:
        """Its bytes, if they are here."""
        found: SealedFile | None = self.thing.file
        return found

    @property
    def scan(self) -> str:
        """What the virus scanner said of these bytes."""
        return str(self.thing.scan)

    @property
    def is_harmful(self) -> bool:
        """Only a forensic examiner opens it."""
        return self.scan == Scan.INFECTED

    @property
    def is_over(self) -> bool:
        """The sender has taken back the copy that was given."""
        return self.copy is not None and self.copy.taken_back_at is not None

    @property
    def identifies(self) -> bool:
        """An original in which someone can be recognised, or of which nobody said."""
        return self.copy is None and self.exhibit.recognisable != Recognisable.NOBODY


class Condition(models.Model):
    """What the sender asks before something is opened; its words are sealed.

    In its own words: before anything of `version` and later. With the handling `code` that some of
    the given exhibits carry: before those, named by their numbers (V6a).
    """

    custody_label: ClassVar[str] = "cases.condition"

    reference = ReferenceField()
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="conditions")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=2, choices=HandlingCode, blank=True)
    exhibits = models.JSONField(default=list)
    words = models.BinaryField(null=True, editable=False)
    answer = models.CharField(
        max_length=30, choices=ConditionAnswer, default=ConditionAnswer.AWAITED
    )
    remark = models.BinaryField(null=True, editable=False)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField()

    objects = ConditionQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("answer", ConditionAnswer, name="condition_answer_known"),
            one_of("code", ["", *HandlingCode.values], name="condition_code_known"),
            models.CheckConstraint(
                condition=models.Q(code="", exhibits=[], words__isnull=False)
                | (~models.Q(code="") & ~models.Q(exhibits=[])),
                name="a_condition_says_what_it_asks",
            ),
            both_or_neither(
                "answered_by", "answered_at", name="a_conditions_answer_has_its_person"
            ),
            models.UniqueConstraint(fields=["referral", "number"], name="condition_number_once"),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("Condition %(number)d") % {"number": self.number})

    @property
    def is_settled(self) -> bool:
        """It stands in the way of opening no more."""
        return self.answer not in (ConditionAnswer.AWAITED, ConditionAnswer.CANNOT)
