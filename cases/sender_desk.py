"""What waits for a sender's approver and data-protection lead, and for the adviser a sender asks."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import advice_desk
from cases.models import Advice, Recall, Referral
from cases.published import DECIDE_WITHIN, moved, word_overdue
from cases.querysets import ReferralQuerySet
from cases.states import OVER, AdviceStatus, Status
from partners import roles
from partners.desk import Waiting
from partners.models import Membership, User
from submissions.models import Submission

MOST = 50
_NOT_OVER = ("draft", "ready", "handed_over")


def awaiting(user: User) -> list[Waiting]:
    """Requests, refused conditions, silence, recalls, advice and withdrawals, nearest date first.

    Two queries for a sender's approver, one for a lead or an adviser, none for anyone else.
    """
    if user.partner.kind == roles.SECRETARIAT:
        return advice_desk.awaiting(user)
    leads = user.holds(roles.DataProtectionLead.code)
    approves = user.holds(roles.Approver.code)
    if user.partner.kind != roles.CSO or not (leads or approves):
        return []
    rows = []
    if approves:
        own = Submission.objects.visible_to(user, "approve_submission").values("pk")
        rows += [row for referral in _referrals(own) for row in _of(referral)]
    else:
        own = Submission.objects.visible_to(user, "lead_submission").values("pk")
    soon = timezone.localdate() + DECIDE_WITHIN
    for one in _submissions(own, silences=not approves):
        if not approves and one.back_overdue is not None:
            rows.append(_silent(one))
        if one.status == "withdrawn" and leads and one.due_on <= soon:
            rows.append(_to_keep(one))
        elif one.status == "withdrawn" and not leads and not one.has_lead:
            rows.append(_without_lead(one))
        elif one.status != "withdrawn" and approves:
            rows.append(_to_give(one) if one.advice_status is None else _of_advice(one))
    return sorted(rows, key=lambda row: row.due)


def _referrals(own: Any) -> list[Any]:
    """Those with something to do or to know, each with what it is."""
    found = (
        Referral.objects.live()
        .filter(submission__in=own)
        .with_what_waits()
        .filter(
            Q(questions__gt=0)
            | Q(refusals__gt=0)
            | Q(status=Status.RECALLED)
            | Q(due_on__lt=timezone.localdate())
            | Q(condition_overdue__isnull=False)
            | Q(recall_overdue__isnull=False)
        )
    )
    return list(found.select_related("submission", "unit__partner").by_date()[:MOST])


def _of(referral: Any) -> list[Waiting]:
    rows = []
    if referral.questions:
        what = ngettext(
            "answer %(n)d request of %(who)s",
            "answer %(n)d requests of %(who)s",
            referral.questions,
        ) % {"n": referral.questions, "who": referral.unit.partner.name}
        rows.append(
            _row(referral, referral.question_due, what, referral.question_since, _("Answer"))
        )
    if referral.refusals and referral.status != Status.RECALLED:
        what = _("decide about a condition that %(who)s cannot accept") % _who(referral)
        due = timezone.localdate(referral.refusal_since) + DECIDE_WITHIN
        rows.append(_row(referral, due, what, referral.refusal_since, _("Decide")))
    late = word_overdue(referral)
    if referral.status in OVER and (late is not None or referral.status == Status.RECALLED):
        what = _("say what became of what was given to %(who)s") % _who(referral)
        if referral.status == Status.RECALLED:
            what = _("say what became of what was recalled from %(who)s") % _who(referral)
        row = _row(referral, referral.due_on, what, referral.since, _("Look"))
        rows.append(replace(row, on_whom=_("The recipient")))
    elif late is not None:
        what = _(
            "no answer from %(who)s by the date: ask the Secretariat, recall it, or keep waiting"
        ) % _who(referral)
        rows.append(_row(referral, late, what, referral.since, _("Look")))
    if referral.recall_overdue is not None and referral.status != Status.RECALLED:
        what = _("say what became of what was taken back from %(who)s") % _who(referral)
        since = referral.recall_since
        row = _row(referral, referral.recall_overdue, what, since, _("Look"))
        rows.append(replace(row, on_whom=_("The recipient")))
    return rows


def _row(referral: Referral, due: Any, what: str, since: Any, action: str) -> Waiting:
    return Waiting(
        due=due,
        what=what,
        about=referral.submission.title,
        on_whom=_("You or another approver"),
        since=since,
        url=reverse("cases:given", args=[referral.reference]),
        action=action,
    )


def _who(referral: Referral) -> dict[str, str]:
    return {"who": referral.unit.partner.name}


def _submissions(own: Any, *, silences: bool) -> Any:
    """Withdrawn ones whose rest is to be decided; handed-over ones that nobody has.

    And those with advice, answered or lapsed, since which nothing was given: for some days, or
    until anyone has it. Each with its newest question, in `advice_…`. With `silences` also those
    of which a recipient has not said in time what became of what it was asked back, in `back_…`.
    """
    now, here = timezone.now(), {"submission": OuterRef("pk")}
    newest = Advice.objects.filter(**here).order_by("-pk")
    asked = {
        f"advice_{name}": Subquery(newest.values(name)[:1])
        for name in ("reference", "status", "asked_at", "answered_at", "due_on")
    }
    given, lead = (
        Referral.objects.filter(**here),
        Membership.objects.live().filter(
            partner=OuterRef("partner"), role=roles.DataProtectionLead.code, user__is_active=True
        ),
    )
    found = Submission.objects.filter(pk__in=own).annotate(
        **asked, is_held=Exists(given.live()), has_lead=Exists(lead)
    )
    today, silent = timezone.localdate(now), Q()
    if silences:
        late = _asked_back_and_silent(given, today)
        found = found.annotate(
            back_overdue=Subquery(late.values("back_overdue")[:1]),
            back_since=Subquery(late.values("back_since")[:1]),
            back_from=Subquery(late.values("unit__partner__name")[:1]),
            back_reference=Subquery(late.values("reference")[:1]),
        )
        silent = Q(back_overdue__isnull=False)
    nobody = Q(~Exists(given), status="handed_over")
    recent = Q(advice_answered_at__gt=now - DECIDE_WITHIN) | Q(
        advice_status=AdviceStatus.LAPSED, advice_due_on__gt=today - DECIDE_WITHIN
    )
    not_since = ~Exists(given.filter(sent_at__gt=OuterRef("advice_asked_at")))
    return found.filter(
        silent
        | Q(status="withdrawn", due_on__lte=today + DECIDE_WITHIN)
        | nobody & Q(advice_status__isnull=True)
        | Q(recent | nobody, not_since, status__in=_NOT_OVER)
        & ~Q(advice_status=AdviceStatus.ASKED)
        & Q(advice_status__isnull=False)
    ).order_by("due_on", "pk")[:MOST]


def _asked_back_and_silent(given: ReferralQuerySet, today: date) -> ReferralQuerySet:
    """Recalled whole or in part, and no answer by the date; the longest silence first."""
    recalls = Recall.objects.overdue(today).filter(referral=OuterRef("pk")).order_by("due_on")
    whole = Q(status=Status.RECALLED, due_on__lt=today)
    return (
        given.live()
        .annotate(
            back_overdue=Case(When(whole, then="due_on"), default=recalls.values("due_on")[:1]),
            back_since=Case(When(whole, then="since"), default=recalls.values("asked_at")[:1]),
        )
        .filter(back_overdue__isnull=False)
        .order_by("back_overdue", "pk")
    )


def _silent(submission: Any) -> Waiting:
    what = _("say what became of what was taken back from %(who)s")
    return Waiting(
        due=submission.back_overdue,
        what=what % {"who": submission.back_from},
        about=submission.title,
        on_whom=_("The recipient"),
        since=submission.back_since,
        url=reverse("cases:given", args=[submission.back_reference]),
        action=_("Look"),
    )


def _of_advice(submission: Any) -> Waiting:
    since: datetime | None = submission.advice_answered_at
    if submission.advice_status == AdviceStatus.LAPSED:
        what = _("the Secretariat did not answer in time: choose recipients yourself, or ask again")
        since = timezone.make_aware(datetime.combine(submission.advice_due_on, time.max))
    else:
        what = _("the Secretariat has answered: choose recipients")
    assert since is not None
    return Waiting(
        due=moved(timezone.localdate(since) + DECIDE_WITHIN),
        what=what,
        about=submission.title,
        on_whom=_("You or another approver"),
        since=since,
        url=reverse("cases:advice", args=[submission.advice_reference]),
        action=_("Choose"),
    )


def _to_give(submission: Submission) -> Waiting:
    assert submission.due_on is not None
    return Waiting(
        due=moved(submission.due_on),
        what=_("nobody has it: choose who gets it, ask the Secretariat, or withdraw it"),
        about=submission.title,
        on_whom=_("You or another approver"),
        since=submission.since,
        url=reverse("cases:refer", args=[submission.reference]),
        action=_("Choose"),
    )


def _to_keep(submission: Any) -> Waiting:
    what = _("decide what is kept, and why")
    if submission.is_held:
        what = _("check what recipients still hold, then decide what is kept, and why")
    return Waiting(
        due=submission.due_on,
        what=what,
        about=submission.title,
        on_whom=_("You or another data-protection lead"),
        since=submission.since,
        url=reverse("submissions:keep", args=[submission.reference]),
        action=_("Decide"),
    )


def _without_lead(submission: Any) -> Waiting:
    return Waiting(
        due=submission.due_on,
        what=_("decide what is kept, and why: ask a manager to give somebody the role"),
        about=submission.title,
        on_whom=_("A data-protection lead, and your organisation has none"),
        since=submission.since,
        url=submission.get_absolute_url(),
        action=_("Look"),
    )
