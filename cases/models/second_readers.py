"""Two people of a recipient who open something together, because the sender asked for it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.referrals import ReferralItem
from cases.querysets import SecondReaderQuerySet
from impna.references import ReferenceField
from partners.models import User


class SecondReader(models.Model):
    """One person asks a colleague to agree that an exhibit is opened (requirement 98).

    The unit's own: nobody outside it learns of it (R5). `reason` is sealed under the referral's
    compartment. It may be answered once, by the colleague, until `until`; if they agree, both may
    open the exhibit, and `until` says for how long.
    """

    custody_label: ClassVar[str] = "cases.second_reader"

    reference = ReferenceField()
    item = models.ForeignKey(ReferralItem, models.PROTECT, related_name="second_readers")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    colleague = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.BinaryField(editable=False)
    agreed = models.BooleanField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField()

    objects = SecondReaderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(asked_by=models.F("colleague")),
                name="a_second_reader_is_another_person",
            ),
            models.CheckConstraint(
                condition=models.Q(agreed__isnull=True, answered_at__isnull=True)
                | models.Q(agreed__isnull=False, answered_at__isnull=False),
                name="a_second_reader_answers_once",
            ),
        ]
        indexes = [models.Index(fields=["item", "until"], name="second_readers_of_an_item")]
        ordering = ["id"]

    def __str__(self) -> str:
        return str(_("Two people for %(exhibit)s") % {"exhibit": self.item.exhibit})
