"""A CSO's submissions with their recipients: pages that show both sides live here (DESIGN 3)."""

from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cases import published
from cases.models import Advice, Referral
from cases.views.reading import user_of
from partners.policies import allowed
from submissions import policies
from submissions.models import Submission
from submissions.querysets import PAGE
from submissions.states import FileState, Status
from submissions.views.drafts import _key_of

FILTERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "": (_("All"), ()),
    "drafts": (_("Drafts"), (Status.DRAFT, Status.READY)),
    "handed-over": (_("Handed over"), (Status.HANDED_OVER,)),
    "withdrawn": (_("Withdrawn"), (Status.WITHDRAWN, Status.ERASED)),
}


@require_GET
def submission_list(request: HttpRequest) -> HttpResponse:
    """The own partner's submissions, newest first, each with one published state per recipient."""
    user = user_of(request)
    before = _key_of(user, request.GET.get("before", ""))
    shown = _shown(request)
    found = Submission.objects.page_for(user, before=before, statuses=FILTERS[shown][1])
    page = found[:PAGE]
    facts, given = _facts(page), _given(page)
    context = {
        "rows": [
            {
                "submission": submission,
                "facts": facts[submission.pk],
                "given": given.get(submission.pk, []),
                "next": _next(submission, given.get(submission.pk, []), facts[submission.pk]),
            }
            for submission in page
        ],
        "may_begin": allowed(policies.check_can_begin, user),
        "older": page[-1].reference if len(found) > PAGE else "",
        "later_page": before is not None,
        "shown": shown,
        "filters": [
            {"label": label, "url": f"?show={key}" if key else "?", "current": key == shown}
            for key, (label, _statuses) in FILTERS.items()
        ],
    }
    return render(request, "cases/submission_list.html", context)


def _shown(request: HttpRequest) -> str:
    """The chosen filter; one that someone made up shows all."""
    asked = request.GET.get("show", "")
    return asked if asked in FILTERS else ""


def _given(page: list[Submission]) -> dict[int, list[tuple[Referral, published.State]]]:
    """Referrals of a page, oldest first; one query."""
    found = (
        Referral.objects.filter(submission__in=page)
        .with_what_waits()
        .select_related("unit__partner")
        .order_by("pk")
    )
    rows: dict[int, list[tuple[Referral, published.State]]] = {}
    for referral in found:
        rows.setdefault(referral.submission_id, []).append((referral, published.state_of(referral)))
    return rows


def _facts(page: list[Submission]) -> dict[int, dict[str, Any]]:
    """Exhibits there and failed, and until when the Secretariat answers a question; one query."""
    there = Q(exhibits__removed_at__isnull=True)
    asked = Advice.objects.open().filter(submission=OuterRef("pk")).values("due_on")
    rows = Submission.objects.filter(pk__in=[one.pk for one in page]).annotate(
        exhibits_there=Count("exhibits", filter=there),
        failed=Count("exhibits", filter=there & Q(exhibits__file_state=FileState.FAILED)),
        asked=Subquery(asked[:1]),
    )
    return {row["pk"]: row for row in rows.values("pk", "exhibits_there", "failed", "asked")}


def _next(
    submission: Submission, given: list[tuple[Any, Any]], facts: dict[str, Any]
) -> dict[str, Any]:
    """The nearest date, on whom, for what."""
    dates: list[dict[str, Any]] = []
    if facts["asked"] is not None:
        dates.append({"due": facts["asked"], "owner": published.ADVISER, "what": ""})
    for referral, _state in given:
        if referral.closed_at is not None:
            continue
        owner, what = published.next_step(referral)
        dates.append({"due": referral.due_on, "owner": owner, "what": what})
        if referral.questions:
            due = referral.question_due
            dates.append({"due": due, "owner": "", "what": published.ANSWER_IT})
        if referral.refusals:
            due = timezone.localdate(referral.refusal_since) + published.DECIDE_WITHIN
            dates.append({"due": due, "owner": "", "what": published.DECIDE_IT})
    if not dates and submission.status == "handed_over":
        assert submission.due_on is not None
        due = published.moved(submission.due_on)
        dates.append({"due": due, "owner": "", "what": published.CHOOSE})
    if submission.is_draft or not dates:
        dates.append({"due": submission.due_on, "owner": submission.owner.label, "what": ""})
    nearest: dict[str, Any] = min(
        dates, key=lambda row: (row["due"] is None, row["due"] or submission.begun_at.date())
    )
    return nearest
