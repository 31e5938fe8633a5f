"""To whom a version may go today: units within reach, how much each may get, by which route."""

from dataclasses import dataclass

from django.db.models import Q

from cases import policies
from cases.models import Referral
from cases.states import AdviceStatus
from cases.vocabularies import Mode, Route
from partners import roles
from partners.actions.organisations import reach_now
from partners.models import Partner, Unit, Vetting
from partners.models.organisations import Reach
from submissions.coverage import coverage
from submissions.models import StandingExclusion, Submission

_RECEIVING = (roles.AUTHORITY, roles.MECHANISM)


@dataclass(frozen=True)
class Possible:
    """A unit, and how far something may go to it today; `live` is what it has already."""

    unit: Unit
    reach: Reach
    route: Route = Route.DIRECT
    live: Referral | None = None

    def is_behind(self, newest: int) -> bool:
        """It has a version, but not that one."""
        return self.live is not None and self.live.version.number < newest

    @property
    def modes(self) -> list[Mode]:
        """Least first. A recipient that has a version is not given less with the next."""
        found = policies.modes_within(self.reach)
        if self.live is None:
            return found
        order = list(Mode)
        return [one for one in found if order.index(one) >= order.index(Mode(self.live.mode))]


def possible(submission: Submission) -> list[Possible]:
    """New recipients: those that take direct intake, and those the Secretariat suggested.

    Four queries, however many units. What has a live referral is not among them.
    """
    advised = set(
        submission.advice.filter(status=AdviceStatus.ADVISED).values_list("suggested", flat=True)
    )
    units = (
        Unit.objects.filter(
            Q(takes_direct_intake=True) | Q(pk__in=advised - {None}),
            partner__kind__in=_RECEIVING,
            partner__status=Partner.Status.ACTIVE,
            partner__locked_at__isnull=True,
        )
        .exclude(pk__in=submission.referrals.live().values("unit"))
        .select_related("partner")
        .order_by("partner__name", "partner_id", "name")
    )
    found = [
        Possible(unit, reach, Route.DIRECT if unit.takes_direct_intake else Route.ADVISED)
        for unit, reach in with_reach(list(units), submission.partner)
    ]
    return [one for one in found if one.modes]


def living(submission: Submission) -> list[Possible]:
    """Recipients that have an earlier version and still have access: a supplement reaches them.

    Not those to whom somebody's word does not let what is written go (R4): nothing is within reach.
    """
    referrals = {
        referral.unit_id: referral
        for referral in submission.referrals.readable()
        .select_related("unit__partner", "version")
        .order_by("unit__partner__name", "pk")
    }
    units = [referral.unit for referral in referrals.values()]
    return [
        Possible(
            unit,
            reach if coverage(submission, unit, exhibits=()).words_covered else Reach.BLOCKED,
            Route(referrals[unit.pk].route),
            referrals[unit.pk],
        )
        for unit, reach in with_reach(units, submission.partner)
    ]


def passed_over(submission: Submission) -> list[Possible]:
    """Recipients of an earlier version that did not get the newest, and may be given it now."""
    newest = submission.versions_made
    return [one for one in living(submission) if one.modes and one.is_behind(newest)]


def receiving_units() -> list[Unit]:
    """All that an adviser may suggest, also those that take nothing straight from organisations."""
    found = Unit.objects.filter(
        partner__kind__in=_RECEIVING,
        partner__status=Partner.Status.ACTIVE,
        partner__locked_at__isnull=True,
    )
    return list(
        found.select_related("partner").order_by("partner__name", "partner_id", "name", "pk")
    )


def with_reach(units: list[Unit], sender: Partner) -> list[tuple[Unit, Reach]]:
    """Each with the reach of its partner today for what this organisation sends; two queries."""
    excluded = StandingExclusion.objects.filter(partner=sender).live()
    never = set(excluded.values_list("state", "body"))
    vettings = {
        vetting.partner_id: vetting
        for vetting in Vetting.objects.filter(
            partner__in={unit.partner_id for unit in units},
            outcome=Vetting.Outcome.CONFIRMED,
        )
        .order_by("partner_id", "-id")
        .distinct("partner_id")
    }
    return [
        (unit, Reach.BLOCKED)
        if {(unit.partner.country, None), ("", unit.partner_id)} & never
        else (unit, reach_now(unit.partner, vettings.get(unit.partner_id)))
        for unit in units
    ]
