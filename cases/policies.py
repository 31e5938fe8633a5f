"""May they? Raises NotAllowed with a sentence for the person who reads it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases import two_people
from cases.giving import ToGive
from cases.models import Advice, AdviceExhibit, Condition, Referral, ReferralItem
from cases.querysets import permission_id
from cases.states import AdviceStatus
from cases.vocabularies import DeclineReason, Mode, Route
from impna.errors import NotAllowed
from partners import roles
from partners.actions.organisations import current_reach
from partners.models import Unit, User
from partners.models.organisations import Reach
from partners.policies import allowed
from submissions.coverage import Purpose, coverage
from submissions.models import StandingExclusion, Submission
from submissions.policies import check_can_approve
from submissions.vocabularies import SecretariatView

_LEAST_REACH = {Mode.ALERT: Reach.ALERT, Mode.SUMMARY: Reach.SUMMARY, Mode.FULL: Reach.CONTENT}
_ORDER = list(Reach)
# Numbers of the exhibits of a referral that nobody's word covers at this moment; 0 are the words.
_WORDS = 0
_UNCOVERED = """
    SELECT DISTINCT coalesce(exhibit.number, 0)
    FROM (VALUES (false), (true)) AS given (redacted)
    CROSS JOIN LATERAL submissions_uncovered(
        %s,
        ARRAY(SELECT exhibit_id FROM cases_referralitem
              WHERE referral_id = %s AND ended_at IS NULL
                AND (copy_id IS NOT NULL) = given.redacted),
        NOT given.redacted, %s, 'opening', given.redacted) uncovered
    LEFT JOIN submissions_exhibit exhibit ON exhibit.id = uncovered.exhibit
"""

# Primary keys of what is shown with a question and nobody's word covers at this moment; 0 are the
# words, which need what is asked for a cover sheet as well (C02, C03).
_NOT_SHOWN = """
    SELECT coalesce(uncovered.exhibit, 0)
    FROM (VALUES (false), (true)) AS shown (redacted)
    CROSS JOIN LATERAL submissions_uncovered(
        %(submission)s,
        ARRAY(SELECT exhibit_id FROM cases_adviceexhibit
              WHERE advice_id = %(advice)s AND (copy_id IS NOT NULL) = shown.redacted),
        NOT shown.redacted, NULL, 'assist', shown.redacted) uncovered
    UNION
    SELECT 0 FROM submissions_uncovered(%(submission)s, '{}', true, NULL, 'cover', false)
"""


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
    if not is_within(reach, mode):
        raise NotAllowed(
            _("%(unit)s may not be given that much. Its reach today is “%(reach)s”.")
            % {"unit": unit.partner.name, "reach": reach.label}
        )


def check_covered(submission: Submission, unit: Unit, wanted: Iterable[ToGive]) -> None:
    """What everybody who can be recognised said covers these exhibits, and what is written (R4)."""
    wanted = list(wanted)
    found = coverage(
        submission,
        unit,
        exhibits=[one.exhibit for one in wanted if one.copy is None],
        copies=[one.exhibit for one in wanted if one.copy],
    )
    if found.against:
        more = len(found.against) - 3
        said = [one.words for one in found.against[:3]]
        said += [_("and %(n)d more") % {"n": more}] if more > 0 else []
        raise NotAllowed(
            _("%(unit)s may not be given this. %(what)s.")
            % {"unit": unit.partner.name, "what": "; ".join(map(str, said))}
        )


def check_shown_to_secretariat(submission: Submission) -> None:
    """Everybody who can be recognised in what is written agreed that the Secretariat sees it (C02)."""
    found = coverage(submission, None, exhibits=(), purpose=Purpose.COVER)
    if found.against:
        raise NotAllowed(
            _("The Secretariat may not be shown the cover sheet. %(what)s.")
            % {"what": "; ".join(one.words for one in found.against[:3])}
        )


def check_shown_in_words(submission: Submission) -> None:
    """They agreed that it sees what is written as well (C03)."""
    check_shown_to_secretariat(submission)
    found = coverage(submission, None, exhibits=(), purpose=Purpose.ASSIST)
    if found.against:
        raise NotAllowed(
            _("The Secretariat may not be shown what is written. %(what)s.")
            % {"what": "; ".join(one.words for one in found.against[:3])}
        )


def check_not_excluded(submission: Submission, unit: Unit) -> None:
    """A manager of the sender has not said "never to" this State or partner (DESIGN 4)."""
    excluded = StandingExclusion.objects.filter(partner=submission.partner_id).live()
    if excluded.against(unit.partner).exists():
        raise NotAllowed(
            _("Your organisation gives nothing to %(unit)s: a manager has said so.")
            % {"unit": unit.partner.name}
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


def not_shown(advice: Advice) -> frozenset[int]:
    """Exhibits (primary keys) of a question that no word covers at this moment; 0 for the words.

    Where the words are among them, nothing is shown.
    """
    given = {"submission": advice.submission_id, "advice": advice.pk}
    with connection.cursor() as cursor:
        cursor.execute(_NOT_SHOWN, given)
        return frozenset(found for (found,) in cursor.fetchall())


def may_be_shown(user: User, advice: Advice, item: AdviceExhibit | None = None) -> bool:
    """What a CSO shows with an open question, to advisers: its words, or one exhibit (R14).

    Only while the deployment allows it, and people's words cover it.
    """
    if SecretariatView.ASSIST not in settings.SECRETARIAT_VIEWS:
        return False
    asked = Advice.objects.visible_to(user).assisting().filter(pk=advice.pk)
    if not allowed(check_can_advise, user, advice) or not asked.exists():
        return False
    closed = not_shown(advice)
    if item is not None and (not item.is_fit or item.exhibit_id in closed):
        return False
    return _WORDS not in closed


def modes_within(reach: Reach) -> list[Mode]:
    """What may be given today to a recipient with that reach, least first."""
    return [mode for mode in Mode if is_within(reach, mode)]


def check_is_sender(user: User, referral: Referral) -> None:
    """An approver of the organisation that sent it."""
    check_can_approve(user, referral.submission)


@dataclass(frozen=True)
class Settled:
    """What the answers to a referral's conditions, and people's own words, let be opened.

    `version` is the newest whose own conditions, and all before, are settled; 0 is none. `closed`
    are the numbers of exhibits whose handling is not accepted, or that no word covers; `uncovered`
    only the latter, and 0 for what is written. `is_out_of_reach`: the recipient's assessment does
    not allow as much today, so that nothing opens but the cover sheet (DESIGN 4).
    """

    version: int
    closed: frozenset[int]
    uncovered: frozenset[int] = frozenset()
    is_out_of_reach: bool = False

    def opens(self, item: ReferralItem) -> bool:
        """No unanswered or refused condition stands before this exhibit."""
        if item.is_over:
            return False
        is_settled = item.version.number <= self.version
        return is_settled and item.exhibit.number not in self.closed

    @property
    def covers_words(self) -> bool:
        """What is written may be read, as far as people's words go; without it nothing is."""
        return _WORDS not in self.uncovered

    def covers(self, item: ReferralItem) -> bool:
        """So may this exhibit."""
        return self.covers_words and item.exhibit.number not in self.uncovered


def settled(referral: Referral) -> Settled:
    """By the answers, and by what people say, as they are now; the one rule for pages, bytes, files.

    A word that is over by its date closes what it covered without anybody doing anything (R4); so
    does an assessment that has lapsed, or allows less than before, until another is confirmed.
    """
    unsettled = [
        condition
        for condition in referral.conditions.select_related("version")
        if not condition.is_settled
    ]
    newest = referral.version.number
    first = min((c.version.number for c in unsettled if not c.code), default=newest + 1)
    closed = (number for condition in unsettled for number in condition.exhibits)
    with connection.cursor() as cursor:
        cursor.execute(_UNCOVERED, [referral.submission_id, referral.pk, referral.unit_id])
        uncovered = {number for (number,) in cursor.fetchall()}
    beyond = not is_within(current_reach(referral.unit.partner), referral.mode)
    upto = 0 if beyond or _WORDS in uncovered else min(first - 1, newest)
    return Settled(upto, frozenset(closed) | uncovered, frozenset(uncovered), beyond)


def is_within(reach: Reach, mode: str) -> bool:
    """That much may be given to, and opened by, a recipient with that reach."""
    return _ORDER.index(reach) >= _ORDER.index(_LEAST_REACH[Mode(mode)])


def may_open(user: User, item: ReferralItem) -> bool:
    """A live item of a referral this person reads, whose conditions are settled (DESIGN 4).

    What is quarantined opens only for forensic examiners it was assigned to; an original in which
    someone can be recognised only for those named for such (DESIGN 6); what two people open, for two
    who agreed.
    """
    referral = item.referral
    if item.ended_at is not None or not referral.is_readable:
        return False
    wanted = ["examine_referral" if item.is_harmful else "read_referral"]
    if item.identifies:
        wanted.append("identify_referral")
    opens = all(holds(user, referral, one) for one in wanted) and settled(referral).opens(item)
    return opens and two_people.lets(user, item)


def reasons_of(unit: Unit) -> list[DeclineReason]:
    """Why a unit may decline: not for its priorities where its law leaves no discretion (V10)."""
    return [one for one in DeclineReason if one != DeclineReason.D13 or not unit.no_discretion]


def check_can_answer_condition(user: User, condition: Condition) -> None:
    """Heads of the unit."""
    check_can_decide(user, condition.referral)
