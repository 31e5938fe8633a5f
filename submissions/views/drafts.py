"""A CSO's submissions: the list, beginning one, and the page of one."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from custody.history import page_of
from impna.errors import NotNow
from partners.models import User
from partners.policies import allowed
from submissions import history, policies, task_list, tombstone
from submissions.actions import drafts, exhibits
from submissions.completeness import Missing, missing, not_asked, not_redacted
from submissions.forms import BeginForm, TitleForm
from submissions.models import Submission
from submissions.name_check import KnownNames
from submissions.querysets import NEEDING, PAGE, UNANSWERED
from submissions.states import FileState, Status
from submissions.vocabularies import Delivery

_PRESENT = Q(removed_at__isnull=True)
COUNTS = {
    "all": Count("pk"),
    "sealed": Count("pk", filter=Q(file_state=FileState.SEALED)),
    "sending": Count("pk", filter=Q(file_state=FileState.SENDING)),
    "checking": Count("pk", filter=Q(file_state=FileState.CHECKING)),
    "failed": Count("pk", filter=Q(file_state=FileState.FAILED)),
    "elsewhere": Count("pk", filter=~Q(delivery=Delivery.PORTAL)),
    "needing": Count("pk", filter=NEEDING),
    "unanswered": Count("pk", filter=UNANSWERED & ~Q(file_state=FileState.FAILED)),
}


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The first question: what is this?"""
    user = _user(request)
    policies.check_can_begin(user)
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.is_supplement:
            return redirect("submissions:choose-earlier")
        submission = drafts.begin(**form.cleaned_data, by=user)
        messages.success(request, _("The draft is begun. Only your organisation can see it."))
        return redirect(submission)
    return render(request, "submissions/begin.html", {"form": form}, status=_status(form))


@require_GET
def choose_earlier(request: HttpRequest) -> HttpResponse:
    """Which one is supplemented? What was handed over, newest first, a page at a time."""
    user = _user(request)
    policies.check_can_begin(user)
    before = _key_of(user, request.GET.get("before", ""))
    found = Submission.objects.visible_to(user, "draft_submission").handed_over()
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "older": rows[PAGE - 1].reference if len(rows) > PAGE else "",
        "later_page": before is not None,
    }
    return render(request, "submissions/choose_earlier.html", context)


@require_GET
def submission_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One submission as a task list: what is missing, on whom it waits, what can be done now."""
    submission, user = _submission(request, reference, "begun_by", "cover_sheet", erased=True)
    if submission.status == Status.ERASED:
        left = tombstone.of(submission, request.GET)
        return render(request, "submissions/tombstone.html", left)
    found = _missing(submission, user)
    held = policies.held_by(user, submission)
    drafts_it, approves = "draft_submission" in held, "approve_submission" in held
    leads = "lead_submission" in held
    kept = _kept(submission)
    may, ready = submission.is_draft and drafts_it, submission.status == Status.READY
    people = list(submission.persons.present())
    context = {
        "submission": submission,
        "sections": task_list.sections(
            submission,
            found,
            counts_of(submission),
            kept.incidents_present,
            people,
            not_asked(submission, people) if submission.is_draft else [],
            (kept.risks_live, kept.look_on),
            may_draft=may,
            unredacted=not_redacted(submission) if may else [],
        ),
        "missing": found,
        "missing_answers": task_list.answers_missing(found),
        "next_url": next((one.url for one in found if one.answers), ""),
        "may_draft": may,
        "may_approve": approves,
        "may_keep": submission.status == Status.WITHDRAWN and leads,
        "offered": task_list.offered(submission, may_draft=drafts_it, may_approve=approves),
        "refusal": task_list.hand_over_refusal(user, submission) if ready and approves else "",
        "note": history.notes_of([submission]).get(submission.pk) if submission.is_draft else None,
        **task_list.people(submission),
        "keeping": kept,
        "may_lead": leads,
        "versions": list(submission.versions.select_related("handed_over_by").order_by("-number")),
        "events": page_of(
            history.changes_of(submission), request.GET, name="history", at="history"
        ),
        "routine": page_of(
            history.routine_of(submission), request.GET, name="routine", at="routine"
        ),
    }
    return render(request, "submissions/submission_detail.html", context)


@require_http_methods(["GET", "POST"])
def change_title(request: HttpRequest, reference: str) -> HttpResponse:
    """Another working title."""
    submission, user = _submission(request, reference)
    policies.check_can_draft(user, submission)
    start = {"title": submission.title}
    form = TitleForm(request.POST or None, initial=start, names=KnownNames(submission))
    if request.method == "POST" and form.is_valid():
        drafts.change_title(submission=submission, title=form.cleaned_data["title"], by=user)
        messages.success(request, _("Saved."))
        return redirect(submission)
    context = {"form": form, "submission": submission}
    return render(request, "submissions/title_form.html", context, status=_status(form))


def _kept(submission: Submission) -> Any:
    """The same with what is held and asked of it, its incidents and risks; one query."""
    return Submission.objects.with_keeping().with_numbers().get(pk=submission.pk)


def counts_of(submission: Submission) -> dict[str, int]:
    """How many exhibits there are, by what is to be done with them."""
    found: dict[str, int] = submission.exhibits.filter(_PRESENT).aggregate(**COUNTS)
    return found


def check_changing(user: User, submission: Submission) -> None:
    """Before anything is asked: a form that could not be kept is not shown."""
    policies.check_can_draft(user, submission)
    if not submission.is_draft:
        raise NotNow(_("This has been handed over; begin a supplement to add to it."))


def may_draft(user: User, submission: Submission) -> bool:
    """For pages: a draft, and this person may change it."""
    return submission.is_draft and allowed(policies.check_can_draft, user, submission)


def _missing(submission: Submission, user: User) -> list[Missing]:
    """Of a draft, sealed answers included: looking at them is an opening like on other pages."""
    if not submission.is_draft:
        return []
    exhibits.open_names(submission=submission, by=user)
    return missing(submission, sealed=True)


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


def _submission(
    request: HttpRequest, reference: str, *also: str, erased: bool = False
) -> tuple[Submission, User]:
    """One that this person may see; `erased` says that the page can show what is left of it."""
    user = _user(request)
    visible = Submission.objects.visible_to(user).select_related("partner", "compartment", *also)
    found: Submission = get_object_or_404(visible, reference=reference)
    if found.status == Status.ERASED and not erased:
        raise NotNow(_("This has been erased. What is left of it stands on its own page."))
    return found, user


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
