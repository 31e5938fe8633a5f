"""Looking again, every three years, whether what was handed over is kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from impna.errors import NotNow
from submissions import policies
from submissions.actions import reviewing
from submissions.keeping import last_review_day
from submissions.keeping_forms import ReviewForm
from submissions.models import Submission
from submissions.name_check import KnownNames
from submissions.states import Status
from submissions.views.drafts import _status, _submission
from submissions.views.persons import _posted


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep it until a day, with a reason; or see how it comes to an end."""
    submission, user = _submission(request, reference)
    policies.check_can_lead(user, submission)
    if submission.status == Status.WITHDRAWN or not submission.versions_made:
        raise NotNow(_("This is asked of what was handed over and not withdrawn."))
    form = ReviewForm(
        _posted(request), initial={"next_on": last_review_day()}, names=KnownNames(submission)
    )
    if form.is_valid():
        reviewing.review(submission=submission, **form.cleaned_data, by=user)
        messages.success(request, _("Your decision is recorded, with its date of review."))
        return redirect(submission)
    kept: Any = Submission.objects.with_keeping().get(pk=submission.pk)
    context = {"form": form, "submission": submission, "kept": kept}
    return render(request, "submissions/review.html", context, status=_status(form))
