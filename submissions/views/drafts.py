"""A CSO's submissions: the list, beginning one, and the page of one."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.models import User
from partners.policies import allowed
from submissions import history, policies
from submissions.actions import drafts
from submissions.cover_sheet_forms import unwritten
from submissions.forms import BeginForm, TitleForm
from submissions.incident_forms import open_answers
from submissions.models import CoverSheet, Exhibit, Incident, Submission
from submissions.querysets import PAGE
from submissions.states import FileState
from submissions.vocabularies import Delivery, Recognisable

_PRESENT = Q(removed_at__isnull=True)
_UNANSWERED = Q(recognisable=Recognisable.UNANSWERED)
COUNTS = {
    "all": Count("pk"),
    "sealed": Count("pk", filter=Q(file_state=FileState.SEALED)),
    "sending": Count("pk", filter=Q(file_state=FileState.SENDING)),
    "checking": Count("pk", filter=Q(file_state=FileState.CHECKING)),
    "failed": Count("pk", filter=Q(file_state=FileState.FAILED)),
    "elsewhere": Count("pk", filter=~Q(delivery=Delivery.PORTAL)),
    "unanswered": Count("pk", filter=_UNANSWERED & ~Q(file_state=FileState.FAILED)),
}
SHOWN = 50


@require_GET
def submission_list(request: HttpRequest) -> HttpResponse:
    """The own partner's submissions, newest first, a page at a time."""
    user = _user(request)
    before = _key_of(user, request.GET.get("before", ""))
    found = Submission.objects.page_for(user, before=before)
    page = found[:PAGE]
    counts = _counts_of(page)
    context = {
        "rows": [(submission, counts.get(submission.pk)) for submission in page],
        "may_begin": allowed(policies.check_can_begin, user),
        "older": page[-1].reference if len(found) > PAGE else "",
        "later_page": before is not None,
    }
    return render(request, "submissions/submission_list.html", context)


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The first question: what is this?"""
    user = _user(request)
    policies.check_can_begin(user)
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        submission = drafts.begin(**form.cleaned_data, by=user)
        messages.success(request, _("The draft is begun. Only your organisation can see it."))
        return redirect(submission)
    return render(request, "submissions/begin.html", {"form": form}, status=_status(form))


@require_GET
def submission_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One submission: what it is, on whom it waits, its exhibits, what happened."""
    submission, user = _submission(request, reference, "begun_by", "cover_sheet")
    routine = list(history.routine_of(submission)[:SHOWN])
    context = {
        "submission": submission,
        "counts": counts_of(submission),
        **_told(submission),
        "may_draft": may_draft(user, submission),
        "drafters": _drafters(submission),
        "events": list(history.changes_of(submission)[:SHOWN]),
        "routine": routine,
        "shown": SHOWN,
    }
    return render(request, "submissions/submission_detail.html", context)


@require_http_methods(["GET", "POST"])
def change_title(request: HttpRequest, reference: str) -> HttpResponse:
    """Another working title."""
    submission, user = _submission(request, reference)
    policies.check_can_draft(user, submission)
    form = TitleForm(request.POST or None, initial={"title": submission.title})
    if request.method == "POST" and form.is_valid():
        drafts.change_title(submission=submission, title=form.cleaned_data["title"], by=user)
        messages.success(request, _("Saved."))
        return redirect(submission)
    context = {"form": form, "submission": submission}
    return render(request, "submissions/title_form.html", context, status=_status(form))


def counts_of(submission: Submission) -> dict[str, int]:
    """How many exhibits there are, by what is to be done with them."""
    found: dict[str, int] = submission.exhibits.filter(_PRESENT).aggregate(**COUNTS)
    return found


def may_draft(user: User, submission: Submission) -> bool:
    """For pages: a draft, and this person may change it."""
    return submission.is_draft and allowed(policies.check_can_draft, user, submission)


def _counts_of(page: list[Submission]) -> dict[int, dict[str, int]]:
    rows = Exhibit.objects.filter(_PRESENT, submission__in=page).values("submission")
    return {row["submission"]: row for row in rows.annotate(**COUNTS)}


def _told(submission: Submission) -> dict[str, Any]:
    """How many incidents there are and what is missing, from what stands in clear."""
    found: list[Incident] = list(submission.incidents.present().defer("account"))
    missing = [(incident, words) for incident in found if (words := open_answers(incident))]
    cover: CoverSheet | None = getattr(submission, "cover_sheet", None)
    return {
        "incidents": len(found),
        "incomplete": len(missing),
        "missing": missing[:5],
        "cover": cover,
        "cover_missing": unwritten(cover),
    }


def _drafters(submission: Submission) -> list[User]:
    documenters = submission.partner.members.present().filter(
        memberships__role="documenter", memberships__ended_at__isnull=True
    )
    return list(documenters.distinct().order_by("display_name")[:20])


def _key_of(user: User, reference: str) -> int | None:
    """The primary key that a page ended with; an address someone made up begins at the newest."""
    if not reference:
        return None
    found: int | None = (
        Submission.objects.visible_to(user)
        .filter(reference=reference)
        .values_list("pk", flat=True)
        .first()
    )
    return found


def _submission(request: HttpRequest, reference: str, *also: str) -> tuple[Submission, User]:
    user = _user(request)
    visible = Submission.objects.visible_to(user).select_related("partner", "compartment", *also)
    return get_object_or_404(visible, reference=reference), user


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
