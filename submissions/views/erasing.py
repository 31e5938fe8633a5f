"""Erasing a withdrawn submission, or one exhibit: said beforehand, with a fresh code and a reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.sessions import need_fresh_factor
from submissions import policies
from submissions.actions import erasing, exhibits
from submissions.keeping_forms import EraseForm
from submissions.models import Exhibit
from submissions.name_check import KnownNames
from submissions.states import Status, check_transition
from submissions.views.drafts import _status, _submission
from submissions.views.exhibits import _twins
from submissions.views.persons import _posted


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything of a withdrawn submission."""
    submission, user = _submission(request, reference)
    policies.check_can_lead(user, submission)
    check_transition(submission.status, Status.ERASED)
    # Before anything is typed: going away for a code would lose it.
    need_fresh_factor(request)
    form = EraseForm(_posted(request), names=KnownNames(submission))
    if form.is_valid():
        erasing.erase(submission=submission, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("It is erased. What is left of it stands on this page."))
        return redirect(submission)
    context = {
        "form": form,
        "submission": submission,
        "why_not": erasing.why_not(submission),
        "exhibits": submission.exhibits.present().count(),
    }
    return render(request, "submissions/erase.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def erase_exhibit(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """One exhibit of what was handed over or withdrawn."""
    submission, user = _submission(request, reference)
    found: Exhibit = get_object_or_404(
        submission.exhibits.present().select_related("file"), reference=exhibit
    )
    found.submission = submission
    policies.check_can_lead(user, submission)
    need_fresh_factor(request)
    exhibits.open_names(submission=submission, by=user)
    form = EraseForm(_posted(request), names=KnownNames(submission))
    if form.is_valid():
        erasing.erase_exhibit(exhibit=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("%(exhibit)s is erased.") % {"exhibit": found})
        return redirect(f"{reverse('submissions:exhibit-list', args=[reference])}#erased")
    context = {
        "form": form,
        "submission": submission,
        "exhibit": found,
        "name": exhibits.read_name(found),
        "why_not": erasing.why_not(submission, found),
        "twins": _twins(submission, [found]).get(found.pk, []),
    }
    return render(request, "submissions/exhibit_erase.html", context, status=_status(form))
