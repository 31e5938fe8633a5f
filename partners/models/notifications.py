"""What a person is told inside the portal. Mail says only that something waits (R8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from impna.constraints import one_of
from impna.references import ReferenceField
from partners.models.people import User
from partners.querysets import NotificationQuerySet


class MailWhen(models.TextChoices):
    """When a person gets mail about what waits."""

    IMMEDIATE = "immediate", _("At once")
    DAILY = "daily", _("Once a day")


class Notification(models.Model):
    """One thing one person is told, exactly once: `key` names the occasion.

    `code` chooses the sentence (see `partners.notifications`); `about` is a clear title or empty;
    `path` is where it leads. Holds no content.
    """

    reference = ReferenceField()
    user = models.ForeignKey(User, models.PROTECT, related_name="notifications")
    key = models.CharField(max_length=120)
    code = models.CharField(max_length=60)
    about = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="a_person_is_told_once")
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notifications_of_a_person"),
            models.Index(
                fields=["user"],
                condition=models.Q(mailed_at__isnull=True),
                name="notifications_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} for {self.user}"


class MailSetting(models.Model):
    """When this person wants mail; without a row, at once."""

    user = models.OneToOneField(User, models.PROTECT, related_name="mail_setting")
    when = models.CharField(max_length=20, choices=MailWhen, default=MailWhen.IMMEDIATE)

    class Meta:
        constraints = [one_of("when", MailWhen, name="mail_when_known")]

    def __str__(self) -> str:
        return self.get_when_display()
