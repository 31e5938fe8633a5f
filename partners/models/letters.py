"""Mail as rows: nothing promised is lost with a broker, a worker or a connection (DESIGN 8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models.people import User
from partners.querysets import LetterQuerySet


class Kind(models.TextChoices):
    """What the mail says; there are no other words (R8)."""

    WAITING = "waiting", _("Something waits for you")
    INVITATION = "invitation", _("Invitation")
    RESET = "reset", _("New password")


class Letter(models.Model):
    """One mail to one address. Its words are constant (R8); a link is sealed and erased once sent."""

    Kind = Kind

    reference = ReferenceField()
    kind = models.CharField(max_length=20, choices=Kind)
    to = models.EmailField()
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=10)
    link = models.BinaryField(null=True, editable=False)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", Kind, name="letter_kind_known"),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(link__isnull=True),
                name="a_sent_letter_keeps_no_link",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="letters_due",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
