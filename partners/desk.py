"""What waits for a person in this app, as rows of the desk."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from impna.errors import Sentence
from partners.models import LostFactor, Partner, User, Vetting
from partners.states import NEXT_STEP, Status

# Whoever was locked out for safety is spoken with within a week.
SPOKEN_WITH = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """One row: until when, what, on whom, since when, what now; `note` is what somebody wrote."""

    due: date
    what: Sentence
    about: str
    on_whom: Sentence
    since: datetime
    url: str
    action: Sentence
    note: str = ""


def awaiting(user: User) -> list[Waiting]:
    """The nearest date first. At most 50 of each kind: a desk is no archive."""
    rows = [*_partners(user), *_locked_out(user), *_lost_factors(user), *_invitations(user)]
    return sorted(rows, key=lambda row: row.due)


def _partners(user: User) -> list[Waiting]:
    if not user.is_coordinator:
        return []
    soon = timezone.localdate()
    unsettled = Partner.objects.filter(
        Q(status__in=[Status.APPLIED, Status.VETTING, Status.SUSPENDED])
        | Q(status=Status.ACTIVE, due_on__lte=soon)
    ).by_next_date()
    awaited = Vetting.objects.filter(partner=OuterRef("pk"), outcome=Vetting.Outcome.AWAITED)
    rows = []
    for partner in unsettled.annotate(found_by=Subquery(awaited.values("recorded_by")))[:50]:
        mine = partner.found_by == user.pk
        rows.append(
            Waiting(
                due=partner.due_on,
                what=NEXT_STEP[Status(partner.status)],
                about=partner.name,
                on_whom=_("Another coordinator") if mine else _("You or another coordinator"),
                since=partner.since,
                url=partner.get_absolute_url(),
                action=_("Look") if mine else _("Open"),
            )
        )
    return rows


def _locked_out(user: User) -> list[Waiting]:
    if not user.is_coordinator:
        return []
    found = Partner.objects.filter(locked_at__isnull=False).exclude(status=Status.LEFT)
    rows = []
    for partner in found.order_by("locked_at", "id")[:50]:
        mine = partner.locked_by_id == user.pk
        rows.append(
            Waiting(
                due=timezone.localdate(partner.locked_at + SPOKEN_WITH),
                what=_("speak with it; then lift the lock, suspend it or end it"),
                about=partner.name,
                on_whom=_("Another coordinator") if mine else _("You or another coordinator"),
                since=partner.locked_at,
                url=partner.get_absolute_url(),
                action=_("Look") if mine else _("Open"),
            )
        )
    return rows


def _lost_factors(user: User) -> list[Waiting]:
    own = Q(user=user, outcome__in=LostFactor.OPEN)
    others = Q(outcome=LostFactor.Outcome.ASKED) & ~Q(user=user)
    if user.is_coordinator:
        unanswered = Q(coordinator__isnull=True) | Q(user__partner_id=user.partner_id)
        shown = own | others & unanswered & ~Q(manager=user)
    elif user.manages:
        shown = own | others & Q(user__partner_id=user.partner_id, manager__isnull=True)
    else:
        shown = own
    found = LostFactor.objects.filter(shown).select_related("user").order_by("due_on", "id")[:50]
    return [_own_factor(lost) if lost.user_id == user.pk else _factor_of(lost) for lost in found]


def _factor_of(lost: LostFactor) -> Waiting:
    return Waiting(
        due=lost.due_on,
        what=_("agree to a new second factor, or refuse"),
        about=lost.user.display_name,
        on_whom=_("You or another who may agree"),
        since=lost.asked_at,
        url=reverse("partners:lost-factor-detail", args=[lost.reference]),
        action=_("Answer"),
    )


def _own_factor(lost: LostFactor) -> Waiting:
    return Waiting(
        due=timezone.localdate(lost.ready_at) if lost.ready_at else lost.due_on,
        what=_("someone asked for a new second factor in your name: stop it if it was not you"),
        about=_("Your account"),
        on_whom=_("You, if it was not you"),
        since=lost.asked_at,
        url=reverse("partners:stop-lost-factor", args=[lost.reference]),
        action=_("Look"),
    )


def _invitations(user: User) -> list[Waiting]:
    if not user.manages:
        return []
    unanswered = user.partner.invitations.unanswered().order_by("expires_at")[:50]
    return [
        Waiting(
            due=timezone.localdate(invitation.expires_at),
            what=_("accept the invitation"),
            about=invitation.email,
            on_whom=_("The person invited"),
            since=invitation.invited_at,
            url=reverse("partners:member-list"),
            action=_("Members"),
        )
        for invitation in unanswered
    ]
