"""Sets of partners, people, invitations and letters; every list in a view starts here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from partners import roles
from partners.states import Status

if TYPE_CHECKING:
    from partners.models import Partner, Unit, User


class PartnerQuerySet(models.QuerySet[Any]):
    """Partners."""

    def visible_to(self, user: User) -> PartnerQuerySet:
        """Coordinators see all, everyone their own and the listed ones; the rest does not exist."""
        if user.is_coordinator:
            return self.all()
        listed = Q(listed=True, status=Status.ACTIVE)
        return self.filter(Q(pk=user.partner_id) | listed)

    def by_next_date(self) -> PartnerQuerySet:
        """The nearest date first; those that wait for nothing last."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), "id")

    def after(self, last: Any) -> PartnerQuerySet:
        """Those that follow `last` in the order of `by_next_date`."""
        if last.due_on is None:
            return self.filter(due_on__isnull=True, pk__gt=last.pk)
        return self.filter(
            Q(due_on__gt=last.due_on)
            | Q(due_on=last.due_on, pk__gt=last.pk)
            | Q(due_on__isnull=True)
        )

    def across_from(self, user: User, partner: Partner) -> str:
        """Between the Secretariat and a partner: the reference of the side `user` is not of.

        For histories that both read, which name only the reader's own side; "" for one's own.
        """
        if user.partner_id == partner.pk:
            secretariat = self.filter(kind=roles.SECRETARIAT).exclude(pk=partner.pk)
            return secretariat.values_list("reference", flat=True).first() or ""
        return partner.reference

    def by_status(self, *statuses: Status) -> PartnerQuerySet:
        """In one of the states."""
        return self.filter(status__in=statuses)


class UserQuerySet(models.QuerySet[Any]):
    """Accounts."""

    def visible_to(self, user: User) -> UserQuerySet:
        """Colleagues; a coordinator also sees the members of every partner."""
        if user.is_coordinator:
            return self.all()
        return self.filter(partner_id=user.partner_id)

    def with_address(self, email: str) -> UserQuerySet:
        """The one account of an address that is not closed, whatever the address's case."""
        # Not iexact: PostgreSQL's upper() finds "admin" for a dotless "admın", the throttle does not.
        open_ones = self.filter(removed_at__isnull=True)
        return open_ones.alias(lowered=Lower("email")).filter(lowered=email.lower())

    def present(self) -> UserQuerySet:
        """Joined and not removed."""
        return self.filter(joined_at__isnull=False, removed_at__isnull=True)

    def by_name(self) -> UserQuerySet:
        """As people look for them; `named` is what they are sorted by."""
        return self.annotate(named=Lower("display_name")).order_by("named", "id")

    def after(self, last: Any) -> UserQuerySet:
        """Those that follow `last` in the order of `by_name`, which named it."""
        return self.filter(Q(named__gt=last.named) | Q(named=last.named, pk__gt=last.pk))

    def coordinators(self) -> UserQuerySet:
        """Those who hold the coordinator's role now."""
        return self.present().filter(
            memberships__role=roles.Coordinator.code, memberships__ended_at__isnull=True
        )

    def holding(self, *codes: str, unit: Unit | None = None) -> UserQuerySet:
        """Who may sign in and holds one of the roles now, in `unit` when one is given."""
        held = Q(memberships__role__in=codes, memberships__ended_at__isnull=True)
        if unit is not None:  # of the same membership: another one may be in another unit
            held &= Q(memberships__unit=unit)
        return self.filter(held, is_active=True).distinct()


class MembershipQuerySet(models.QuerySet[Any]):
    """Roles held."""

    def live(self) -> MembershipQuerySet:
        """Not ended."""
        return self.filter(ended_at__isnull=True)


class InvitationQuerySet(models.QuerySet[Any]):
    """Invitations."""

    def visible_to(self, user: User) -> InvitationQuerySet:
        """The own partner's, for those who manage it; every partner's for coordinators."""
        if user.is_coordinator:
            return self.all()
        if user.manages:
            return self.filter(partner_id=user.partner_id)
        return self.none()

    def unanswered(self) -> InvitationQuerySet:
        """Neither accepted nor revoked, whether or not the time is up."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def open(self, now: datetime | None = None) -> InvitationQuerySet:
        """Still good for one acceptance."""
        return self.unanswered().filter(expires_at__gt=now or timezone.now())


class LetterQuerySet(models.QuerySet[Any]):
    """Letters."""

    def due(self, now: datetime) -> LetterQuerySet:
        """Not sent, not given up, their time has come and nobody is at it."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        return self.filter(free, sent_at__isnull=True, given_up_at__isnull=True, due_at__lte=now)

    def latest_at(self) -> datetime | None:
        """When the newest of them was written."""
        found: datetime | None = self.aggregate(at=models.Max("created_at"))["at"]
        return found

    def claim(self, *, now: datetime, lease: timedelta, limit: int) -> list[Any]:
        """Take up to `limit` due letters for `lease`; others skip them. Needs a transaction."""
        letters = list(self.due(now).select_for_update(skip_locked=True).order_by("due_at")[:limit])
        for letter in letters:
            letter.claimed_until = now + lease
            letter.attempts += 1
        self.bulk_update(letters, ["claimed_until", "attempts"])
        return letters


class NotificationQuerySet(models.QuerySet[Any]):
    """What people are told."""

    def visible_to(self, user: User) -> NotificationQuerySet:
        """A person's own."""
        return self.filter(user=user)

    def unseen(self) -> NotificationQuerySet:
        """Not looked at."""
        return self.filter(seen_at__isnull=True)

    def news_of(self, user: Any, *, most: int = 100) -> NotificationQuerySet:
        """The unseen among a person's newest; never more work than `most` rows, however many.

        `user` may be the outer query's.
        """
        newest = self.model._meta.default_manager.filter(user=_outer(user)).order_by("-id")
        return self.filter(pk__in=newest.values("pk")[:most]).unseen()

    def unmailed(self) -> NotificationQuerySet:
        """No letter has gone out since."""
        return self.filter(mailed_at__isnull=True)


def _outer(user: Any) -> Any:
    """One query further out."""
    return models.OuterRef(user) if isinstance(user, models.OuterRef) else user
