"""Opened only when two people agree: which exhibits, and how far it has come (requirement 98)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, Q, QuerySet

from cases.marked import marked
from cases.models import Referral, ReferralItem, SecondReader
from cases.models.referrals import ReferralGroupObjectPermission, ReferralUserObjectPermission
from cases.querysets import permission_id
from partners.models import User
from submissions.models import VersionExhibit
from submissions.vocabularies import ContentMarker


@dataclass(frozen=True)
class Standing:
    """How far one person has come with one exhibit; `asked` the newest that concerns them, or None."""

    asked: SecondReader | None

    @property
    def is_open(self) -> bool:
        """Two people agreed, and this is one of them."""
        return self.asked is not None and bool(self.asked.agreed)

    @property
    def until(self) -> datetime | None:
        """Until when it is open, or may be answered."""
        return self.asked.until if self.asked else None


def lets(user: User, item: ReferralItem) -> bool:
    """Nobody asked for two people, or this is one of two who agreed and whose time is not over."""
    agreed = SecondReader.objects.agreed_now().of(user).filter(item=item.pk)
    return not _asked(item.referral).filter(~Exists(agreed), exhibit=item.exhibit_id).exists()


def basis_of(item: ReferralItem) -> str:
    """What the basis of an opening says besides: that two people agreed, where they must."""
    asked = _asked(item.referral).filter(exhibit=item.exhibit_id).exists()
    return ", two people" if asked else ""


def standings(referral: Referral, user: User) -> dict[int, Standing]:
    """For the primary keys of exhibits that two people open: how far this person has come."""
    wanted = set(_asked(referral).values_list("exhibit", flat=True))
    if not wanted:
        return {}
    mine = SecondReader.objects.of(user).filter(item__referral=referral, item__exhibit__in=wanted)
    now = mine.agreed_now() | mine.awaited()
    newest: dict[int, SecondReader] = {}
    for one in now.select_related("asked_by", "colleague", "item").order_by(
        F("agreed").asc(nulls_first=True), "pk"
    ):
        newest[one.item.exhibit_id] = one
    return {exhibit: Standing(newest.get(exhibit)) for exhibit in wanted}


def colleagues(referral: Referral, user: User) -> QuerySet[User]:
    """Everybody else who may read it, and sign in."""
    held = {"permission": permission_id("read_referral"), "content_object": referral}
    groups = ReferralGroupObjectPermission.objects.filter(**held).values("group")
    people = ReferralUserObjectPermission.objects.filter(**held).values("user")
    readers = User.objects.filter(Q(groups__in=groups) | Q(pk__in=people), is_active=True)
    members = readers.filter(memberships__unit=referral.unit_id, memberships__ended_at__isnull=True)
    return members.exclude(pk=user.pk).distinct().order_by("display_name", "pk")


def _asked(referral: Referral) -> QuerySet[VersionExhibit]:
    return marked(referral, ContentMarker.TWO_PEOPLE)
