"""Referrals as lists and desks show them: one statement for the rows, one for who has them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cases.models import (
    Assignment,
    Condition,
    Referral,
    ReferralGroupObjectPermission,
    ReferralItem,
    ReferralUserObjectPermission,
)
from cases.next_steps import Step, next_step
from cases.querysets import PAGE, ReferralQuerySet, permission_id
from cases.states import OVER, Status
from cases.vocabularies import ConditionAnswer
from partners.models import User

SHOWN = ("acknowledge", "unassigned", "mine", "ended")
_STEPS_NEED = ("route_referral", "decide_referral")


@dataclass(frozen=True)
class Row:
    """One referral of a list: what comes next, and whether this person is the one to do it."""

    referral: Referral
    sender: str
    exhibits: int
    assigned: list[User]
    step: Step
    may: bool


def page_for(user: User, *, show: str = "", after: Any = None) -> list[Row]:
    """The `PAGE` + 1 nearest dates that follow `after`, of those `show` names."""
    found = _shown(Referral.objects.visible_to(user), user, show)
    if after is not None:
        found = found.after(after)
    live = Assignment.objects.live().select_related("user").order_by("pk")
    rows = annotated(found, user).prefetch_related(
        Prefetch("assignments", queryset=live, to_attr="now_with")
    )
    return [_row(one) for one in rows.by_date()[: PAGE + 1]]


def annotated(found: ReferralQuerySet, user: User) -> ReferralQuerySet:
    """With what a row needs of other tables: `exhibits`, `condition_due`, `may_…`."""
    held = {f"may_{name}": _holds(user, name) for name in _STEPS_NEED}
    return (
        found.select_related("unit", "version", "submission__partner", "assessment")
        .defer("version__manifest")
        .annotate(exhibits=_exhibits(), condition_due=_condition_due(), **held)
    )


def sender_of(referral: Referral) -> str:
    """The organisation's name only where it chose to be listed (DESIGN 4)."""
    partner = referral.submission.partner
    return partner.name if partner.listed else _("A CSO that is not listed")


def _shown(found: ReferralQuerySet, user: User, show: str) -> ReferralQuerySet:
    live = Assignment.objects.live().filter(referral=OuterRef("pk"))
    match show:
        case "acknowledge":
            return found.filter(status=Status.SENT)
        case "unassigned":
            return found.exclude(status__in=OVER).filter(~Exists(live))
        case "mine":
            return found.filter(Exists(live.filter(user=user)))
        case "ended":
            return found.filter(status__in=OVER)
    return found


def _row(referral: Any) -> Row:
    step = next_step(referral, _date_of(referral))
    return Row(
        referral=referral,
        sender=sender_of(referral),
        exhibits=referral.exhibits,
        assigned=[one.user for one in referral.now_with],
        step=step,
        may=getattr(referral, f"may_{step.needs}"),
    )


def _date_of(referral: Any) -> date | None:
    due: date | None = referral.condition_due
    return due


def _exhibits() -> Coalesce:
    live = ReferralItem.objects.live().filter(referral=OuterRef("pk")).order_by()
    counted = live.values("referral").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _condition_due() -> Subquery:
    awaited = Condition.objects.filter(
        referral=OuterRef("pk"), answer=ConditionAnswer.AWAITED
    ).order_by()
    return Subquery(awaited.values("referral").annotate(due=Min("due_on")).values("due"))


def _holds(user: User, permission: str) -> Q:
    here: dict[str, Any] = {
        "permission": permission_id(permission),
        "content_object": OuterRef("pk"),
    }
    return Q(
        Exists(ReferralGroupObjectPermission.objects.filter(**here, group__in=user.acting_gids))
    ) | Q(Exists(ReferralUserObjectPermission.objects.filter(**here, user=user)))
