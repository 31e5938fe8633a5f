"""What people ask about their data in a submission: the list, one of them, and what is done."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from custody.history import events_of
from impna.errors import NotNow
from partners.models import User
from submissions import policies
from submissions.actions import data_requests, exhibits
from submissions.data_request_forms import AnswerRequestForm, DataRequestForm
from submissions.forms import CheckedReasonForm
from submissions.models import DataSubjectRequest
from submissions.name_check import KnownNames
from submissions.states import Status
from submissions.views.drafts import _status, _submission
from submissions.views.persons import _posted

SHOWN = 100


@require_GET
def data_request_list(request: HttpRequest, reference: str) -> HttpResponse:
    """Open ones, the nearest date first; then those that were answered. For leads alone."""
    submission, user = _submission(request, reference, erased=True)
    policies.check_can_lead(user, submission)
    found = submission.data_requests.select_related("person", "answered_by")
    context = {
        "submission": submission,
        "open": found.open().order_by("due_on", "number")[:SHOWN],
        "answered": found.filter(answered_at__isnull=False).order_by("-number")[:SHOWN],
        "may_add": submission.status != Status.ERASED,
    }
    return render(request, "submissions/data_request_list.html", context)


@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """A new one."""
    submission, user = _submission(request, reference)
    policies.check_can_lead(user, submission)
    form = DataRequestForm(_posted(request), submission=submission, names=KnownNames(submission))
    if form.is_valid():
        made = data_requests.record(submission=submission, **form.given, by=user)
        messages.success(request, _("Written down. It is on your desk until it is answered."))
        return redirect("submissions:data-request", submission.reference, made.reference)
    context = {"submission": submission, "form": form}
    return render(request, "submissions/data_request_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def data_request(request: HttpRequest, reference: str, data_request: str) -> HttpResponse:
    """One of them: what was asked, until when, and what was done; POST answers it."""
    found, user = _found(request, reference, data_request)
    is_erased = found.submission.status == Status.ERASED
    if not is_erased:
        exhibits.open_names(submission=found.submission, by=user)
    form = AnswerRequestForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        data_requests.answer(request=found, **form.cleaned_data, by=user)
        messages.success(request, _("The answer is recorded."))
        return redirect("submissions:data-request", reference, found.reference)
    context: dict[str, Any] = {
        "submission": found.submission,
        "request_": found,
        "words": "" if is_erased else data_requests.read_words(found),
        "form": form if found.answered_at is None else None,
        "events": list(events_of(found)[:SHOWN]),
    }
    return render(request, "submissions/data_request.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, reference: str, data_request: str) -> HttpResponse:
    """Two further months, with a reason."""
    found, user = _found(request, reference, data_request)
    if found.answered_at is not None or found.extended_at is not None:
        raise NotNow(_("It was answered, or extended already; that is possible once."))
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        data_requests.extend(request=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("Extended by two months. Tell the person, and why."))
        return redirect("submissions:data-request", reference, found.reference)
    context = {"submission": found.submission, "request_": found, "form": form, "extends": True}
    return render(request, "submissions/data_request_act.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, reference: str, data_request: str) -> HttpResponse:
    """A granted restriction ends, with a reason."""
    found, user = _found(request, reference, data_request)
    if found.answered_at is None or not found.restricts:
        raise NotNow(_("Only a restriction that was granted and still stands is lifted."))
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        data_requests.lift(request=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("The restriction is lifted."))
        return redirect("submissions:data-request", reference, found.reference)
    context = {"submission": found.submission, "request_": found, "form": form, "extends": False}
    return render(request, "submissions/data_request_act.html", context, status=_status(form))


def _found(
    request: HttpRequest, reference: str, data_request: str
) -> tuple[DataSubjectRequest, User]:
    submission, user = _submission(request, reference, erased=True)
    asked = submission.data_requests.select_related("person", "recorded_by", "answered_by")
    found: DataSubjectRequest = get_object_or_404(asked, reference=data_request)
    found.submission = submission
    policies.check_can_lead(user, submission)
    return found, user
