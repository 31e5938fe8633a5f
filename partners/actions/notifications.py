"""Telling people: a row first, exactly once; then mail that only says something waits (DESIGN 8)."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from partners.actions import letters
from partners.models import Letter, MailSetting, Notification, User
from partners.models.notifications import MailWhen
from partners.querysets import NotificationQuerySet

_DAY = timedelta(days=1)


def tell(*, users: Iterable[User], code: str, key: str, path: str, about: str = "") -> int:
    """Tell each person once of one occasion, in the change's transaction. Returns how many are new.

    Nobody who may not sign in is told. `about` is clear text without names.
    """
    now = timezone.now()
    made = 0
    for user in users:
        if not user.is_active:
            continue
        _told, is_new = Notification.objects.get_or_create(
            user=user,
            key=key,
            defaults={"code": code, "about": about, "path": path, "made_at": now},
        )
        made += is_new
        if is_new and _when(user) == MailWhen.IMMEDIATE:
            _mail(user)
    return made


@transaction.atomic
def mark_seen(*, notifications: Iterable[Notification], by: User) -> int:
    """The person has seen them. Other people's stay as they are."""
    return Notification.objects.filter(
        user=by, pk__in=[one.pk for one in notifications], seen_at__isnull=True
    ).update(seen_at=timezone.now())


@transaction.atomic
def choose_mail(*, when: str, by: User) -> MailSetting:
    """At once or once a day. What no mail has told of yet is told by one now, if at once."""
    setting, _new = MailSetting.objects.update_or_create(user=by, defaults={"when": when})
    if when == MailWhen.IMMEDIATE and _untold(by).exists():
        _mail(by)
    return setting


def mail_daily() -> int:
    """One letter for whoever wants mail once a day and was told something since the last."""
    waiting = User.objects.filter(
        mail_setting__when=MailWhen.DAILY,
        is_active=True,
        pk__in=Notification.objects.unmailed().unseen().values("user"),
    )
    sent = 0
    for user in waiting.order_by("pk"):
        with transaction.atomic():
            # The worker may lock these rows, not accounts; whoever comes second finds none.
            if not list(_untold(user).select_for_update().order_by("pk")):
                continue
            latest = Letter.objects.filter(user=user, kind=Letter.Kind.WAITING).latest_at()
            if latest is None or latest <= timezone.now() - _DAY:
                _mail(user)
                sent += 1
    return sent


def _untold(user: User) -> NotificationQuerySet:
    """New, and no letter has gone out since."""
    return Notification.objects.visible_to(user).unmailed().unseen()


def _when(user: User) -> str:
    setting = MailSetting.objects.filter(user=user).first()
    return setting.when if setting else MailWhen.IMMEDIATE


def _mail(user: User) -> None:
    """One letter at a time: a second one would say the same words."""
    waiting = Letter.objects.filter(
        user=user,
        kind=Letter.Kind.WAITING,
        sent_at__isnull=True,
        given_up_at__isnull=True,
        claimed_until__isnull=True,
    )
    if not waiting.exists():
        letters.write(kind=Letter.Kind.WAITING, to=user.email, language=user.language, user=user)
    Notification.objects.unmailed().filter(user=user).update(mailed_at=timezone.now())
