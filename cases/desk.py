"""What waits for a recipient's people, as rows of the desk."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.lists import annotated
from cases.models import Assignment, Condition, Recall, Referral, ReferralItem, SecondReader
from cases.next_steps import Step, next_step
from cases.states import OVER, Status
from cases.vocabularies import ConditionAnswer
from custody.models import Opening
from impna.errors import Sentence
from partners import roles
from partners.desk import Waiting
from partners.models import User
from submissions.models import Exhibit
from submissions.spoken import numbers
from submissions.states import Scan

MOST = 50
# How long before its date feedback stands on a desk.
SOON = timedelta(days=14)


def awaiting(user: User) -> list[Waiting]:
    """The nearest date first.

    Two queries, two more for a forensic examiner, and none for those who receive nothing.
    """
    if not user.partner.receives_referrals:
        return []
    rows = [row for referral in _waiting(user) for row in _rows(referral)]
    rows += _together(user)
    if user.holds(roles.ForensicExaminer.code):
        rows += _to_examine(user)
    return sorted(rows, key=lambda row: row.due)


def _waiting(user: User) -> list[Any]:
    """Those with something to do soon, or assigned to this person."""
    own = Assignment.objects.live().filter(referral=OuterRef("pk"), user=user)
    asked = Condition.objects.filter(referral=OuterRef("pk"), answer=ConditionAnswer.AWAITED)
    back = Recall.objects.open().filter(referral=OuterRef("pk")).order_by("due_on")
    soon = timezone.localdate() + SOON
    found = Referral.objects.visible_to(user).annotate(
        mine_since=Subquery(own.values("given_at")),
        back_due=Subquery(back.values("due_on")[:1]),
        back_since=Subquery(back.values("asked_at")[:1]),
        back_reference=Subquery(back.values("reference")[:1]),
    )
    pressing = Q(status__in=[Status.SENT, *OVER]) | Q(due_on__lte=soon) | Exists(asked)
    wanted = found.filter(pressing | Q(mine_since__isnull=False) | Q(back_due__isnull=False))
    return list(annotated(wanted, user).by_date()[:MOST])


def _rows(referral: Any) -> Iterator[Waiting]:
    step = next_step(referral, referral.condition_due)
    if step.due and getattr(referral, f"may_{step.needs}") and _presses(step):
        yield _row(referral, step.due, step.what, step.action, step.url, referral.since)
    if referral.back_due is not None and referral.may_decide_referral:
        yield _row(
            referral,
            referral.back_due,
            _("say what became of exhibits that were taken back"),
            _("Say it"),
            reverse("cases:recalled", args=[referral.reference, referral.back_reference]),
            referral.back_since,
        )
    if referral.mine_since is not None and referral.status not in OVER:
        yield _row(
            referral,
            referral.assessment.due_on,
            _("work on it: it is assigned to you"),
            _("Open"),
            referral.get_absolute_url(),
            referral.mine_since,
            on_whom=_("You"),
        )


def _presses(step: Step) -> bool:
    return not step.can_wait or (step.due or date.max) <= timezone.localdate() + SOON


def _row(
    referral: Any,
    due: date,
    what: Sentence,
    action: Sentence,
    url: str,
    since: Any,
    *,
    on_whom: Sentence = "",
) -> Waiting:
    return Waiting(
        due=due,
        what=what,
        about=referral.title,
        on_whom=on_whom or _("You or a colleague of your unit"),
        since=since,
        url=url,
        action=action,
    )


def _together(user: User) -> list[Waiting]:
    """What two people open: to answer, to wait for, or to open while the agreement lasts."""
    own = Referral.objects.visible_to(user, "read_referral").readable().values("pk")
    found = SecondReader.objects.of(user).filter(item__referral__in=own, item__ended_at=None)
    asked = (found.awaited() | found.agreed_now()).select_related(
        "item__referral__version", "item__exhibit", "asked_by", "colleague"
    )
    groups: dict[tuple[int, int, int, bool | None], list[SecondReader]] = {}
    for one in asked.order_by("until", "pk")[:MOST]:
        key = (one.item.referral_id, one.asked_by_id, one.colleague_id, one.agreed)
        groups.setdefault(key, []).append(one)
    return [_pair(group, user) for group in groups.values()]


def _pair(asked: list[SecondReader], user: User) -> Waiting:
    one, exhibits = asked[0], numbers(each.item.exhibit.number for each in asked)
    referral, is_mine = one.item.referral, one.asked_by_id == user.pk
    other = one.colleague if is_mine else one.asked_by
    page = f"{referral.get_absolute_url()}#exhibits"
    on_whom = _("You or %(other)s") % {"other": other}
    if one.agreed:
        what, action = _("open while your agreement lasts: %(exhibits)s"), _("Open")
    elif is_mine:
        what, action = _("a colleague answers whether to open: %(exhibits)s"), _("Look")
        on_whom = str(other)
    else:
        what, action = _("say whether you agree to open: %(exhibits)s"), _("Answer")
        on_whom = _("You")
        page = reverse("cases:two-people-answer", args=[referral.reference])
    return _row(
        referral,
        timezone.localdate(one.until),
        what % {"exhibits": exhibits},
        action,
        page,
        one.answered_at or one.asked_at,
        on_whom=on_whom,
    )


def _to_examine(user: User) -> list[Waiting]:
    """What is in quarantine, may be opened by this person, and was not opened by them."""
    closed = Condition.objects.filter(
        referral=OuterRef("referral"),
        answer__in=[ConditionAnswer.AWAITED, ConditionAnswer.CANNOT],
        version__number__lte=OuterRef("version__number"),
    )
    own = Referral.objects.visible_to(user, "examine_referral").readable().values("pk")
    items = list(
        ReferralItem.objects.live()
        .filter(~Exists(closed), referral__in=own, exhibit__scan=Scan.INFECTED)
        .select_related("exhibit", "referral__version")
        .order_by("referral__due_on", "referral_id", "exhibit__number")[:MOST]
    )
    targets = {item.pk: f"{Exhibit.custody_label}:{item.exhibit.reference}" for item in items}
    seen = Opening.objects.filter(by=user.reference, target__in=targets.values())
    # An agreement of two people may stand behind the referral in a basis.
    opened = {(on, basis.partition(",")[0]) for on, basis in seen.values_list("target", "basis")}
    unopened: dict[int, list[ReferralItem]] = {}
    for item in items:
        if (targets[item.pk], f"referral {item.referral.reference}") not in opened:
            unopened.setdefault(item.referral_id, []).append(item)
    return [_quarantined(found) for found in unopened.values()]


def _quarantined(items: list[ReferralItem]) -> Waiting:
    referral = items[0].referral
    assert referral.due_on is not None
    return _row(
        referral,
        referral.due_on,
        _("examine what is in quarantine: %(exhibits)s")
        % {"exhibits": numbers(item.exhibit.number for item in items)},
        _("Open"),
        f"{referral.get_absolute_url()}#exhibits",
        max(item.given_at for item in items),
        on_whom=_("You or another forensic examiner"),
    )
