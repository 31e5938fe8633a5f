"""Before the first file of a draft: is any of it of a kind that is never sent here?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from submissions import hard_stops
from submissions.actions import drafts
from submissions.forms import BeforeFilesForm
from submissions.views.drafts import _status, _submission, check_changing


@require_http_methods(["GET", "POST"])
def before_files(request: HttpRequest, reference: str) -> HttpResponse:
    """The question. Only "none of it" is remembered: of the rest the portal keeps no trace."""
    submission, user = _submission(request, reference)
    check_changing(user, submission)
    form = BeforeFilesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if form.cleaned_data["kind"] != BeforeFilesForm.NONE:
            return redirect("submissions:not-here", submission.reference)
        drafts.allow_files(submission=submission, by=user)
        messages.success(request, _("You can add files now."))
        return redirect("submissions:exhibit-list", submission.reference)
    context = {"form": form, "submission": submission}
    return render(request, "submissions/before_files.html", context, status=_status(form))


@require_GET
def not_here(request: HttpRequest, reference: str) -> HttpResponse:
    """What to do with it instead: leave it, describe it, call."""
    submission, user = _submission(request, reference)
    check_changing(user, submission)
    context = {"submission": submission, "units": hard_stops.lines_to_call()}
    return render(request, "submissions/not_here.html", context)
