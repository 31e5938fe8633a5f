"""A draft goes to an approver or back, becomes a supplement, or is withdrawn: a page for each."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from impna.errors import NotNow
from submissions import policies
from submissions.actions import exhibits, progress
from submissions.forms import KeepForm, NoteForm, WithdrawForm
from submissions.models import Exhibit
from submissions.name_check import KnownNames
from submissions.states import Status, check_transition
from submissions.views.drafts import _status, _submission


@require_POST
def make_ready(request: HttpRequest, reference: str) -> HttpResponse:
    """The documenter asks an approver to check the draft."""
    submission, user = _submission(request, reference)
    policies.check_can_draft(user, submission)
    exhibits.open_names(submission=submission, by=user)
    progress.make_ready(submission=submission, by=user)
    messages.success(request, _("An approver of your organisation is asked to check it."))
    return redirect(submission)


@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, reference: str) -> HttpResponse:
    """The approver sends it back with what to do."""
    submission, user = _submission(request, reference)
    policies.check_can_approve(user, submission)
    if submission.status != Status.READY:
        raise NotNow(_("No documenter has asked for a check of this, or it was taken back."))
    form = NoteForm(
        request.POST if request.method == "POST" else None, names=KnownNames(submission)
    )
    if form.is_valid():
        progress.send_back(submission=submission, note=form.cleaned_data["note"], by=user)
        messages.success(request, _("It is with the documenters again, with your note."))
        return redirect(submission)
    context = {"form": form, "submission": submission}
    return render(request, "submissions/send_back.html", context, status=_status(form))


@require_POST
def begin_supplement(request: HttpRequest, reference: str) -> HttpResponse:
    """Open what was handed over for its next version."""
    submission, user = _submission(request, reference)
    submission = progress.begin_supplement(submission=submission, by=user)
    number = submission.next_version
    messages.success(
        request,
        _("The draft of version %(number)d is begun. What was handed over stays as it is.")
        % {"number": number},
    )
    return redirect(submission)


@require_http_methods(["GET", "POST"])
def give_up_supplement(request: HttpRequest, reference: str) -> HttpResponse:
    """Leave it as it was handed over; asked for once more, because what was added goes."""
    submission, user = _submission(request, reference)
    policies.check_can_draft(user, submission)
    if not submission.is_supplement:
        raise NotNow(_("There is no supplement to give up."))
    if request.method == "POST":
        progress.give_up_supplement(submission=submission, by=user)
        messages.success(request, _("It stands as it was handed over."))
        return redirect(submission)
    added = submission.exhibits.present().filter(in_versions__isnull=True)
    context = {"submission": submission, "added": _numbers(list(added[:50]))}
    return render(request, "submissions/give_up_supplement.html", context)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take everything back, with a reason and what that can no longer do."""
    submission, user = _submission(request, reference)
    policies.check_can_approve(user, submission)
    check_transition(submission.status, Status.WITHDRAWN)
    form = WithdrawForm(
        request.POST if request.method == "POST" else None, names=KnownNames(submission)
    )
    if form.is_valid():
        progress.withdraw(submission=submission, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("It is withdrawn. Nothing of it is given from now on."))
        return redirect(submission)
    context = {"form": form, "submission": submission}
    return render(request, "submissions/withdraw.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, reference: str) -> HttpResponse:
    """After a withdrawal the data-protection lead says what is kept, and why."""
    submission, user = _submission(request, reference)
    policies.check_can_lead(user, submission)
    if submission.status != Status.WITHDRAWN:
        raise NotNow(_("This is decided when it has been withdrawn."))
    form = KeepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        progress.keep(submission=submission, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("Your decision is recorded, with its date of review."))
        return redirect(submission)
    context = {"form": form, "submission": submission}
    return render(request, "submissions/keep.html", context, status=_status(form))


def _numbers(found: list[Exhibit]) -> list[str]:
    return [str(exhibit) for exhibit in found]
