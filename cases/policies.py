"""May they? Raises NotAllowed with a sentence for the person who reads it."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Advice, Condition, Referral, ReferralItem
from cases.querysets import permission_id
from cases.states import AdviceStatus
from cases.vocabularies import ConditionAnswer, Mode, Route
from impna.errors import NotAllowed
from partners import roles
from partners.models import Unit, User
from partners.models.organisations import Reach
from submissions.models import Submission
from submissions.policies import check_can_approve

_LEAST_REACH = {Mode.ALERT: Reach.ALERT, Mode.SUMMARY: Reach.SUMMARY, Mode.FULL: Reach.CONTENT}
_ORDER = list(Reach)


def holds(user: User, referral: Referral, permission: str) -> bool:
    """This person, or a group of theirs, holds the permission on a referral that is live."""
    wanted = permission_id(permission)
    grants = Referral.objects.live().filter(
        Q(
            referralgroupobjectpermission__permission=wanted,
            referralgroupobjectpermission__group__in=user.acting_gids,
        )
        | Q(
            referraluserobjectpermission__permission=wanted,
            referraluserobjectpermission__user=user,
        ),
        pk=referral.pk,
    )
    return grants.exists()


def check_can_acknowledge(user: User, referral: Referral) -> None:
    """A contact point or head of the unit."""
    if not holds(user, referral, "route_referral"):
        raise NotAllowed(_("Only a contact point or head of the unit acknowledges."))


def check_can_read(user: User, referral: Referral) -> None:
    """Whoever of the unit it was assigned to, and its heads."""
    if not holds(user, referral, "read_referral"):
        raise NotAllowed(_("Only heads of the unit, and whom they assign, read what was given."))


def check_can_work(user: User, referral: Referral) -> None:
    """Case officers it was assigned to, and heads of the unit."""
    if not holds(user, referral, "work_referral"):
        raise NotAllowed(_("Only an assigned case officer or a head of the unit does this."))


def check_can_decide(user: User, referral: Referral) -> None:
    """Heads of the unit."""
    if not holds(user, referral, "decide_referral"):
        raise NotAllowed(_("Only a head of the unit does this."))


def check_can_send(user: User, unit: Unit, mode: str, reach: Reach) -> None:
    """As far as the recipient's assessment reaches today; nothing beyond it (DESIGN 4)."""
    if not unit.partner.receives_referrals:
        raise NotAllowed(_("This partner receives no referrals."))
    if _ORDER.index(reach) < _ORDER.index(_LEAST_REACH[Mode(mode)]):
        raise NotAllowed(
            _("%(unit)s may not be given that much. Its reach today is “%(reach)s”.")
            % {"unit": unit.partner.name, "reach": reach.label}
        )


def check_takes_direct_intake(unit: Unit) -> None:
    """A CSO sends straight to units that say they take it; others by the Secretariat's advice."""
    if not unit.takes_direct_intake:
        raise NotAllowed(
            _("%(unit)s takes nothing straight from organisations; ask the Secretariat.")
            % {"unit": unit.name}
        )


def check_route(submission: Submission, unit: Unit, route: str) -> None:
    """Direct, or suggested by the Secretariat in an answer about this very submission."""
    if route == Route.DIRECT:
        check_takes_direct_intake(unit)
    elif not submission.advice.filter(status=AdviceStatus.ADVISED, suggested=unit).exists():
        raise NotAllowed(
            _("The Secretariat has not suggested %(unit)s for this submission.")
            % {"unit": unit.name}
        )


def check_is_adviser(user: User) -> None:
    """An adviser of the Secretariat."""
    if user.partner.kind != roles.SECRETARIAT or not user.holds(roles.Adviser.code):
        raise NotAllowed(_("Only an adviser of the Secretariat answers this."))


def check_can_advise(user: User, advice: Advice) -> None:
    """An adviser of the Secretariat."""
    check_is_adviser(user)


def modes_within(reach: Reach) -> list[Mode]:
    """What may be given today to a recipient with that reach, least first."""
    return [mode for mode in Mode if _ORDER.index(_LEAST_REACH[mode]) <= _ORDER.index(reach)]


def check_is_sender(user: User, referral: Referral) -> None:
    """An approver of the organisation that sent it."""
    check_can_approve(user, referral.submission)


def open_version(referral: Referral) -> int:
    """The number of the newest version whose conditions, and all before, are settled; 0 is none.

    What a version brought stays closed while one of its conditions is unanswered or refused.
    """
    unsettled = [
        condition.version.number
        for condition in referral.conditions.select_related("version")
        if condition.answer in (ConditionAnswer.AWAITED, ConditionAnswer.CANNOT)
    ]
    first = min(unsettled, default=referral.version.number + 1)
    return min(first - 1, referral.version.number)


def may_open(user: User, item: ReferralItem) -> bool:
    """A live item of a referral this person reads, whose conditions are settled (DESIGN 4).

    What is quarantined opens only for forensic examiners it was assigned to.
    """
    referral = item.referral
    if item.ended_at is not None or not referral.is_readable:
        return False
    wanted = "examine_referral" if item.exhibit.scan == "infected" else "read_referral"
    return holds(user, referral, wanted) and item.version.number <= open_version(referral)


def check_can_answer_condition(user: User, condition: Condition) -> None:
    """Heads of the unit."""
    check_can_decide(user, condition.referral)
