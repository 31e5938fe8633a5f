"""What waits for a sender's approver, and for the adviser a sender asks, as rows of the desk."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import advice_desk
from cases.models import Advice, Referral
from cases.published import DECIDE_WITHIN
from cases.states import OWED, AdviceStatus, Status
from partners import roles
from partners.desk import Waiting
from partners.models import User
from submissions.models import Submission

MOST = 50


def awaiting(user: User) -> list[Waiting]:
    """Requests, refused conditions, silence, recalls and advice, nearest date first.

    Two queries for a sender's approver, one for an adviser, none for anyone else.
    """
    if user.partner.kind == roles.SECRETARIAT:
        return advice_desk.awaiting(user)
    if user.partner.kind != roles.CSO or not user.holds(roles.Approver.code):
        return []
    own = Submission.objects.visible_to(user, "approve_submission").values("pk")
    rows = [row for referral in _referrals(own) for row in _of(referral)]
    rows += [_of_advice(advice) for advice in _advice(own)]
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
            | Q(status__in=OWED, due_on__lt=timezone.localdate())
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
    if referral.is_silent:
        what = _(
            "no answer from %(who)s by the date: ask the Secretariat, recall it, or keep waiting"
        ) % _who(referral)
        rows.append(_row(referral, referral.due_on, what, referral.since, _("Look")))
    if referral.status == Status.RECALLED:
        what = _("say what became of what was recalled from %(who)s") % _who(referral)
        row = _row(referral, referral.due_on, what, referral.since, _("Look"))
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


def _advice(own: Any) -> list[Advice]:
    """Answered or lapsed in the last days, and nothing was given since."""
    now = timezone.now()
    given_since = Referral.objects.filter(
        submission=OuterRef("submission"), sent_at__gt=OuterRef("asked_at")
    )
    recent = Q(answered_at__gt=now - DECIDE_WITHIN) | Q(
        status=AdviceStatus.LAPSED, due_on__gt=timezone.localdate(now) - DECIDE_WITHIN
    )
    newer = Advice.objects.filter(submission=OuterRef("submission"), pk__gt=OuterRef("pk"))
    found = (
        Advice.objects.filter(recent, submission__in=own)
        .exclude(status=AdviceStatus.ASKED)
        .exclude(submission__status__in=["withdrawn", "erased"])
        .filter(~Exists(given_since), ~Exists(newer))
        .select_related("submission")
    )
    return list(found.order_by("due_on", "pk")[:MOST])


def _of_advice(advice: Advice) -> Waiting:
    since: datetime | None = advice.answered_at
    if advice.status == AdviceStatus.LAPSED:
        what = _("the Secretariat did not answer in time: choose recipients yourself, or ask again")
        since = timezone.make_aware(datetime.combine(advice.due_on, time.max))
    else:
        what = _("the Secretariat has answered: choose recipients")
    assert since is not None
    return Waiting(
        due=timezone.localdate(since) + DECIDE_WITHIN,
        what=what,
        about=advice.submission.title,
        on_whom=_("You or another approver"),
        since=since,
        url=reverse("cases:advice", args=[advice.reference]),
        action=_("Choose"),
    )
