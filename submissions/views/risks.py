"""Risks of a submission: the list, assessing one, looking again, and that it is over."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from impna.errors import NotNow
from partners.models import User
from partners.policies import allowed
from submissions import policies
from submissions.actions import exhibits, risks, unsaved
from submissions.drafting_pages import NEW_RISK, key_of
from submissions.forms import CheckedReasonForm
from submissions.models import Risk, Submission
from submissions.name_check import KnownNames
from submissions.risk_forms import RiskForm
from submissions.views.drafts import _status, _submission
from submissions.views.persons import _posted
from submissions.views.unsaved import offer

# Each is read whole; nobody keeps more than this in mind.
SHOWN = 100


@require_GET
def risk_list(request: HttpRequest, reference: str) -> HttpResponse:
    """Those that hold, by the day of the next look; then those that are over."""
    submission, user = _submission(request, reference)
    exhibits.open_names(submission=submission, by=user)
    found = submission.risks.select_related("looked_by", "ended_by")
    context = {
        "submission": submission,
        "live": _told(submission, found.live().order_by("review_on", "number")[:SHOWN]),
        "over": _told(submission, found.filter(ended_at__isnull=False).order_by("-number")[:SHOWN]),
        "today": timezone.localdate(),
        "may_assess": allowed(policies.check_can_assess_risks, user, submission),
    }
    return render(request, "submissions/risk_list.html", context)


@require_http_methods(["GET", "POST"])
def assess(request: HttpRequest, reference: str) -> HttpResponse:
    """A new risk."""
    submission, user = _submission(request, reference)
    policies.check_can_assess_risks(user, submission)
    form = RiskForm(_posted(request), names=KnownNames(submission))
    if form.is_valid():
        given = form.cleaned_data["review_on"]
        risks.assess(submission=submission, details=form.details, review_on=given, by=user)
        unsaved.discard(submission=submission, page=NEW_RISK, by=user)
        messages.success(request, _("Saved. It is on your desk when its day comes."))
        return redirect("submissions:risk-list", submission.reference)
    context = {"submission": submission, "form": form, **offer(form, submission, NEW_RISK, user)}
    return render(request, "submissions/risk_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def look_again(request: HttpRequest, reference: str, risk: str) -> HttpResponse:
    """What holds now, and when to look the next time."""
    found, user = _risk(request, reference, risk)
    submission, page = found.submission, key_of(found, "answers")
    start = RiskForm.start(risks.read_details(found), found.review_on)
    form = RiskForm(_posted(request), initial=start, names=KnownNames(submission))
    if form.is_valid():
        given = form.cleaned_data["review_on"]
        risks.look_again(risk=found, details=form.details, review_on=given, by=user)
        unsaved.discard(submission=submission, page=page, by=user)
        messages.success(request, _("Saved. It is on your desk when its day comes."))
        return redirect("submissions:risk-list", submission.reference)
    context = {
        "submission": submission,
        "form": form,
        "risk": found,
        **offer(form, submission, page, user),
    }
    return render(request, "submissions/risk_form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, reference: str, risk: str) -> HttpResponse:
    """It is over, with a reason."""
    found, user = _risk(request, reference, risk)
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        risks.end(risk=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("%(risk)s is over.") % {"risk": found})
        return redirect("submissions:risk-list", found.submission.reference)
    context = {"submission": found.submission, "form": form, "risk": found}
    return render(request, "submissions/risk_end.html", context, status=_status(form))


def _risk(request: HttpRequest, reference: str, risk: str) -> tuple[Risk, User]:
    """One that holds, for whoever may change it."""
    submission, user = _submission(request, reference)
    found: Risk = get_object_or_404(submission.risks, reference=risk)
    policies.check_can_assess_risks(user, submission)
    if found.ended_at is not None:
        raise NotNow(_("This risk is over already."))
    found.submission = submission
    exhibits.open_names(submission=submission, by=user)
    return found, user


def _told(submission: Submission, found: Any) -> list[dict[str, Any]]:
    rows = []
    for risk in found:
        risk.submission = submission
        rows.append({"risk": risk, "details": risks.read_details(risk)})
    return rows
