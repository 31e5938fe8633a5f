"""Holds of a submission: the list, placing one, looking again, and its end."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from impna.errors import NotNow
from partners.models import User
from partners.policies import allowed
from submissions import policies
from submissions.actions import exhibits, holds
from submissions.forms import CheckedReasonForm
from submissions.keeping_forms import HoldForm, HoldReviewForm
from submissions.models import Hold, Submission
from submissions.name_check import KnownNames
from submissions.states import Status
from submissions.views.drafts import _status, _submission
from submissions.views.persons import _posted

# Nobody keeps more than this in mind.
SHOWN = 100


@require_GET
def hold_list(request: HttpRequest, reference: str) -> HttpResponse:
    """Those that hold, by the day of the next look; then those that have ended."""
    submission, user = _submission(request, reference, erased=True)
    is_erased = submission.status == Status.ERASED
    if not is_erased:
        exhibits.open_names(submission=submission, by=user)
    found = submission.holds.select_related("owner", "ended_by", "exhibit")
    live = found.live().order_by("review_on", "number")[:SHOWN]
    ended = found.filter(ended_at__isnull=False).order_by("-number")[:SHOWN]
    context = {
        "submission": submission,
        "live": _told(submission, live, erased=is_erased),
        "ended": _told(submission, ended, erased=is_erased),
        "may_lead": not is_erased and allowed(policies.check_can_lead, user, submission),
    }
    return render(request, "submissions/hold_list.html", context)


@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, reference: str) -> HttpResponse:
    """A new hold."""
    submission, user = _submission(request, reference)
    policies.check_can_lead(user, submission)
    form = HoldForm(_posted(request), submission=submission, names=KnownNames(submission))
    if form.is_valid():
        placed = holds.place(
            submission=submission,
            exhibit=form.exhibit,
            basis=form.cleaned_data["basis"],
            words=form.cleaned_data["words"],
            review_on=form.cleaned_data["review_on"],
            by=user,
        )
        messages.success(
            request, _("%(hold)s holds: nothing it is on can be erased.") % {"hold": placed}
        )
        return redirect("submissions:hold-list", submission.reference)
    context = {"submission": submission, "form": form}
    return render(request, "submissions/hold_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def look_again(request: HttpRequest, reference: str, hold: str) -> HttpResponse:
    """Whether it still holds, why, and until when."""
    found, user = _hold(request, reference, hold)
    exhibits.open_names(submission=found.submission, by=user)
    start = HoldReviewForm.start(holds.read_words(found), found.review_on)
    form = HoldReviewForm(_posted(request), initial=start, names=KnownNames(found.submission))
    if form.is_valid():
        holds.look_again(hold=found, **form.cleaned_data, by=user)
        messages.success(request, _("Saved. It is on your desk when its day comes."))
        return redirect("submissions:hold-list", found.submission.reference)
    context = {"submission": found.submission, "form": form, "hold": found}
    return render(request, "submissions/hold_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, reference: str, hold: str) -> HttpResponse:
    """It holds no longer, with a reason."""
    found, user = _hold(request, reference, hold)
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        holds.end(hold=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("%(hold)s has ended.") % {"hold": found})
        return redirect("submissions:hold-list", found.submission.reference)
    context = {"submission": found.submission, "form": form, "hold": found}
    return render(request, "submissions/hold_end.html", context, status=_status(form))


def _told(submission: Submission, found: Any, *, erased: bool) -> list[dict[str, Any]]:
    """With why exactly, as long as that can be read."""
    rows = []
    for one in found:
        one.submission = submission
        rows.append({"hold": one, "words": "" if erased else holds.read_words(one)})
    return rows


def _hold(request: HttpRequest, reference: str, hold: str) -> tuple[Hold, User]:
    submission, user = _submission(request, reference)
    found: Hold = get_object_or_404(submission.holds.select_related("exhibit"), reference=hold)
    found.submission = submission
    policies.check_can_lead(user, submission)
    if found.ended_at is not None:
        raise NotNow(_("This hold has ended already."))
    return found, user
