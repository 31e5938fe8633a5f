"""What a recipient asks the sender, and the sender's answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import enclosed
from cases.actions import requests
from cases.models import InformationRequest, Referral
from cases.policies import check_is_sender
from cases.sender_forms import AnswerForm, DeclineForm
from cases.spoken import Item, items_of
from cases.states import RequestStatus
from cases.views.reading import given_of
from cases.vocabularies import Mode, RequestKind
from impna.errors import NotNow
from submissions import declarations
from submissions.actions import exhibits
from submissions.models import Exhibit
from submissions.name_check import KnownNames


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, reference: str, request_reference: str) -> HttpResponse:
    """Answer with words and exhibits that were handed over, or say why not."""
    referral, user = given_of(request, reference)
    check_is_sender(user, referral)
    asked: InformationRequest = get_object_or_404(
        enclosed.with_files(referral.requests.all()), reference=request_reference
    )
    if asked.status != RequestStatus.ASKED:
        raise NotNow(_("This request is not open any more."))
    exhibits.open_names(submission=referral.submission, by=user)
    declines = request.method == "POST" and request.POST.get("do") == "decline"
    answering, declining = _forms(request, referral, asked.kind, declines=declines)
    if declining.is_valid():
        requests.decline(request=asked, text=declining.cleaned_data["why"], by=user)
        messages.success(request, _("The recipient has been told that you do not answer, and why."))
        return redirect("cases:given", referral.reference)
    if answering.is_valid():
        requests.answer(
            request=asked,
            text=answering.cleaned_data["text"],
            exhibits=answering.attached,
            originals=answering.originals_of,
            by=user,
        )
        messages.success(request, _("Your answer is sent."))
        return redirect("cases:given", referral.reference)
    context = {
        "referral": referral,
        "asked": asked,
        "question": requests.read_question(asked),
        "files": enclosed.of_request(asked),
        "answering": answering,
        "declining": declining,
        "form": declining if declines else answering,
        "words": declarations.WORDS,
        "held": _held(referral) if asked.kind == RequestKind.PROVIDE_HELD else [],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/answer.html", context, status=status)


def _forms(
    request: HttpRequest, referral: Referral, kind: str, *, declines: bool
) -> tuple[AnswerForm, DeclineForm]:
    posted: Any = request.POST if request.method == "POST" else None
    given = set(referral.items.live().values_list("exhibit", flat=True))
    items = [] if referral.mode == Mode.ALERT else _items(referral)
    if kind == RequestKind.PROVIDE_HELD:
        # What has no file here would answer nothing: its file comes first.
        items = [one for one in items if one.exhibit.file_id or one.exhibit.delivery == "direct"]
    names = KnownNames(referral.submission)
    return (
        AnswerForm(None if declines else posted, items=items, given=given, names=names),
        DeclineForm(posted if declines else None, names=names),
    )


def _held(referral: Referral) -> list[Exhibit]:
    """What was handed over without its file, and whose file has not come since."""
    waiting = referral.submission.exhibits.described_before().exclude(delivery="direct")
    return list(waiting.exclude(brought_by__removed_at__isnull=True, brought_by__isnull=False))


def _items(referral: Referral) -> list[Item]:
    found = referral.version.items.there().select_related("exhibit__submission__compartment")
    return items_of(one.exhibit for one in found.order_by("exhibit__number"))
