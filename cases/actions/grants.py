"""Grants on referrals: given and taken here alone, each time with an event (DESIGN 4)."""

from django.contrib.auth.models import Group

from cases.events import Event
from cases.models import (
    Referral,
    ReferralGroupObjectPermission,
    ReferralUserObjectPermission,
)
from cases.querysets import permission_id
from custody import log
from partners import roles
from partners.models import User
from partners.models.people import group_name

# What the unit's roles get when a referral is sent.
UNIT_GRANTS: dict[str, tuple[str, ...]] = {
    roles.ContactPoint.code: ("view_referral", "route_referral"),
    roles.HeadOfUnit.code: (
        "view_referral",
        "route_referral",
        "read_referral",
        "work_referral",
        "decide_referral",
        "identify_referral",
    ),
}
# What a person gets by assignment; `identify_referral` besides, if they are named for it.
OFFICER_GRANTS: dict[str, tuple[str, ...]] = {
    roles.CaseOfficer.code: ("view_referral", "read_referral", "work_referral"),
    roles.Analyst.code: ("view_referral", "read_referral"),
    roles.ForensicExaminer.code: ("view_referral", "read_referral", "examine_referral"),
}


def give_to_unit(referral: Referral, by: User) -> None:
    """Heads and contact points of the addressed unit."""
    rows = []
    for role, permissions in UNIT_GRANTS.items():
        group, _new = Group.objects.get_or_create(name=group_name(referral.unit, role))
        rows += [
            ReferralGroupObjectPermission(
                group=group, permission_id=permission_id(name), content_object=referral
            )
            for name in permissions
        ]
    ReferralGroupObjectPermission.objects.bulk_create(rows)
    _record(Event.GRANTS_GIVEN, referral, by, {"roles": list[log.Datum](sorted(UNIT_GRANTS))})


def give_to_officer(
    referral: Referral, user: User, role: str, by: User, *, identifying: bool
) -> None:
    """Whoever it is assigned to."""
    names = [*OFFICER_GRANTS[role], *(["identify_referral"] if identifying else [])]
    ReferralUserObjectPermission.objects.bulk_create(
        ReferralUserObjectPermission(
            user=user, permission_id=permission_id(name), content_object=referral
        )
        for name in names
    )
    data: dict[str, log.Datum] = {"user": user.reference, "role": role, "identifying": identifying}
    _record(Event.GRANTS_GIVEN, referral, by, data)


def take_from_officer(referral: Referral, user: User, by: log.Actor) -> None:
    """The assignment has ended."""
    ReferralUserObjectPermission.objects.filter(content_object=referral, user=user).delete()
    _record(Event.GRANTS_TAKEN, referral, by, {"user": user.reference})


def take_all(referral: Referral, by: log.Actor) -> None:
    """Access has ended: nobody of the unit sees it any more."""
    ReferralUserObjectPermission.objects.filter(content_object=referral).delete()
    ReferralGroupObjectPermission.objects.filter(content_object=referral).delete()
    _record(Event.GRANTS_TAKEN, referral, by, {"all": True})


def _record(event: Event, referral: Referral, by: log.Actor, data: dict[str, log.Datum]) -> None:
    log.record(event, on=referral, by=by, submission=referral.submission.reference, data=data)
