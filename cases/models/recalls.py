"""Exhibits taken back one by one, because somebody's word does not cover them any more (R4)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.referrals import Referral, ReferralItem
from cases.querysets import RecallQuerySet
from cases.vocabularies import Disposal
from impna.constraints import both_or_neither, one_of
from impna.references import ReferenceField
from partners.models import User


class Recall(models.Model):
    """Some of what was given is taken back; the recipient says what became of it by `due_on`.

    A whole referral that is recalled has its own state instead. `words` are sealed: under which law
    it is kept.
    """

    custody_label: ClassVar[str] = "cases.recall"

    reference = ReferenceField()
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="recalls")
    number = models.PositiveSmallIntegerField()
    items = models.ManyToManyField(ReferralItem, related_name="recalls")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    disposal = models.CharField(max_length=20, choices=Disposal, blank=True)
    words = models.BinaryField(null=True, editable=False)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RecallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "number"], name="recall_number_once"),
            one_of("disposal", ["", *Disposal.values], name="recall_disposal_known"),
            both_or_neither("answered_by", "answered_at", name="a_recalls_answer_has_its_person"),
            models.CheckConstraint(
                condition=models.Q(disposal="") ^ models.Q(answered_at__isnull=False),
                name="an_answered_recall_says_what_became_of_it",
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return str(_("Recall %(number)d") % {"number": self.number})

    @property
    def numbers(self) -> list[int]:
        """Of the exhibits that were taken back. Recalls come `with_exhibits`."""
        return sorted(item.exhibit.number for item in self.items.all())
