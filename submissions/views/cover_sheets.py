"""The cover sheet of a submission."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from submissions.actions import cover_sheets, exhibits, unsaved
from submissions.cover_sheet_forms import CoverSheetForm
from submissions.drafting_pages import COVER_SHEET
from submissions.models import CoverSheet
from submissions.name_check import KnownNames
from submissions.offences import label_with_article
from submissions.views.drafts import _status, _submission, check_changing, may_draft
from submissions.views.unsaved import offer
from submissions.vocabularies import Recognisable


@require_http_methods(["GET", "POST"])
def cover_sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """What a recipient reads first; documenters write it, others of the partner read it."""
    submission, user = _submission(request, reference)
    if request.method == "POST":
        check_changing(user, submission)
    exhibits.open_names(submission=submission, by=user)
    cover = CoverSheet.objects.filter(submission=submission).first()
    form = None
    if may_draft(user, submission):
        posted = request.POST if request.method == "POST" else None
        form = CoverSheetForm(posted, initial=_start(cover), names=KnownNames(submission))
        if form.is_valid():
            cover_sheets.write(submission=submission, sheet=form.sheet, by=user)
            unsaved.discard(submission=submission, page=COVER_SHEET, by=user)
            messages.success(request, _("The cover sheet is saved."))
            return redirect(submission)
    context = {
        "submission": submission,
        "cover": cover,
        "summary": _summary(cover),
        "offences": [label_with_article(code) for code in cover.offences] if cover else [],
        "form": form,
        **(offer(form, submission, COVER_SHEET, user) if form else {}),
    }
    status = _status(form) if form else 200
    return render(request, "submissions/cover_sheet.html", context, status=status)


def _summary(cover: CoverSheet | None) -> str:
    return cover_sheets.read_summary(cover) if cover else ""


def _start(cover: CoverSheet | None) -> dict[str, Any]:
    if cover is None:
        return {}
    return {
        "situation": cover.situation,
        "summary": _summary(cover),
        "languages": cover.languages,
        "working_language": cover.working_language,
        "needs_translation": cover.needs_translation,
        "recognisable": "" if cover.recognisable == Recognisable.UNANSWERED else cover.recognisable,
    }
