"""Answer for several exhibits at once: choose them in the list, then one form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from submissions.actions import answering, exhibits
from submissions.exhibit_forms import TogetherForm
from submissions.hard_stops import may_not_be_here
from submissions.models import Exhibit, Submission
from submissions.spoken import numbers
from submissions.views.drafts import _status, _submission, check_changing


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """The form for the chosen ones (of a plain visit: all that are not answered), and its answer."""
    submission, user = _submission(request, reference)
    check_changing(user, submission)
    exhibits.open_names(submission=submission, by=user)
    chosen = _chosen(request, submission)
    if not chosen:
        messages.warning(request, _("Choose one or more exhibits first."))
        return redirect("submissions:exhibit-list", submission.reference)
    form = TogetherForm(request.POST if "numbers" in request.POST else None)
    if form.is_valid() and _may_be_here(form, chosen):
        done = answering.answer_several(
            submission=submission, numbers=_numbers(request), given=form.given, by=user
        )
        words = ngettext("%(n)d exhibit: saved.", "%(n)d exhibits: saved.", len(done))
        messages.success(request, words % {"n": len(done)})
        return redirect("submissions:exhibit-list", submission.reference)
    context = {
        "form": form,
        "submission": submission,
        "chosen": [(exhibit, exhibits.read_name(exhibit)) for exhibit in chosen],
        "numbers": " ".join(str(exhibit.number) for exhibit in chosen),
        "most": answering.MOST,
    }
    return render(request, "submissions/exhibits_answer.html", context, status=_status(form))


def _may_be_here(form: TogetherForm, chosen: list[Exhibit]) -> bool:
    """What is never kept here cannot be said of a file that is here."""
    found = [one.number for one in chosen if may_not_be_here(one, form.given.get("markers", []))]
    if found:
        words = _(
            "%(exhibits)s: the file may not be kept here. Take it out, and describe it as held."
        )
        form.add_error("markers", words % {"exhibits": numbers(found)})
    return not found


def _chosen(request: HttpRequest, submission: Submission) -> list[Exhibit]:
    """The rows for the page; what was taken out meanwhile is refused by the action."""
    if request.method == "GET":
        found = submission.exhibits.unanswered()
    else:
        found = submission.exhibits.present().filter(number__in=_numbers(request))
    chosen: list[Exhibit] = list(found.order_by("number")[: answering.MOST])
    for exhibit in chosen:
        exhibit.submission = submission
    return chosen


def _numbers(request: HttpRequest) -> list[int]:
    typed = request.POST.get("numbers", "").split() + request.POST.getlist("chosen")
    return [int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 9]
