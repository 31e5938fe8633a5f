"""Questions to the Secretariat, from both sides."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods

from cases import history
from cases.actions import advising
from cases.advice_forms import AdviceForm, QuestionForm
from cases.models import Advice
from cases.policies import check_can_advise, check_is_adviser
from cases.querysets import PAGE
from cases.recipients import receiving_units
from cases.secretariat import had_by, sheet_shown
from cases.shown import ShownNow
from cases.spoken import Item, items_of
from cases.states import AdviceStatus
from cases.views.reading import submission_of, user_of
from impna.errors import NotNow, Sentence
from impna.references import read_reference
from partners import roles
from partners.models import Partner, User
from partners.policies import allowed
from submissions.actions import exhibits
from submissions.models import Submission, Version
from submissions.name_check import KnownNames
from submissions.policies import check_can_approve
from submissions.spoken import numbers
from submissions.vocabularies import SecretariatView

SHOWN = 30
# What stands on the adviser's list besides open questions.
OVER: dict[str, tuple[Sentence, tuple[AdviceStatus, ...]]] = {
    "answered": (_lazy("Answered"), (AdviceStatus.ADVISED, AdviceStatus.ADVISED_ELSEWHERE)),
    "lapsed": (_lazy("Lapsed"), (AdviceStatus.LAPSED,)),
}


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask who could take the newest version."""
    submission, user = submission_of(request, reference)
    check_can_approve(user, submission)
    version = submission.versions.last()
    if version is None:
        raise NotNow(_("Nothing was handed over yet; you can ask while you hand it over."))
    if submission.status in ("withdrawn", "erased"):
        raise NotNow(_("This has been withdrawn."))
    if submission.advice.open().exists():
        raise NotNow(_("You have asked already; the answer comes within 7 days."))
    posted = request.POST if request.method == "POST" else None
    form = QuestionForm(
        posted,
        submission=submission,
        version=version,
        items=_items(submission, version, user),
        names=KnownNames(submission),
    )
    if form.is_valid():
        given = form.cleaned_data
        asked = advising.ask(
            version=version,
            question=given["question"],
            view=given.get("view", SecretariatView.BLIND),
            exhibits=form.exhibits,
            by=user,
        )
        messages.success(request, _("The Secretariat has been asked."))
        return redirect("cases:advice", asked.reference)
    context = {"form": form, "submission": submission, "version": version}
    return render(request, "cases/advice_ask.html", context, status=422 if form.errors else 200)


def _items(submission: Submission, version: Version, user: User) -> list[Item]:
    """What may be shown with the question, where this deployment allows that."""
    if SecretariatView.ASSIST not in settings.SECRETARIAT_VIEWS:
        return []
    exhibits.open_names(submission=submission, by=user)
    there = version.items.there().select_related(
        "exhibit__file", "exhibit__submission__compartment"
    )
    return items_of(item.exhibit for item in there.order_by("exhibit__number"))


@require_GET
def advice_list(request: HttpRequest) -> HttpResponse:
    """Open questions, the nearest date first, or those that are over, newest first."""
    user = user_of(request)
    check_is_adviser(user)
    visible = Advice.objects.visible_to(user).select_related("submission__partner")
    after = read_reference(request.GET.get("after", "")) or ""
    last = visible.filter(reference=after).first() if after else None
    show = request.GET.get("show", "")
    show = show if show in OVER else ""
    if show:
        found = visible.filter(status__in=OVER[show][1]).order_by("-id")
        found = found if last is None else found.filter(pk__lt=last.pk)
    else:
        found = visible.open().by_date()
        found = found if last is None else found.after(last)
    rows = list(found[: PAGE + 1])
    context = {
        "show": show,
        "filters": [
            {"label": label, "url": f"?show={code}" if code else "?", "current": code == show}
            for code, label in (("", _("Open")), *((key, OVER[key][0]) for key in OVER))
        ],
        "rows": rows[:PAGE],
        "more": rows[PAGE - 1].reference if len(rows) > PAGE else "",
        "later_page": last is not None,
    }
    return render(request, "cases/advice_list.html", context)


@require_http_methods(["GET", "POST"])
def advice(request: HttpRequest, reference: str) -> HttpResponse:
    """One question: for the organisation that asked, and for the Secretariat's advisers."""
    user = user_of(request)
    visible = Advice.objects.visible_to(user).select_related(
        "submission__compartment", "submission__partner", "version"
    )
    found: Advice = get_object_or_404(visible, reference=reference)
    if user.partner.kind == roles.SECRETARIAT:
        return _for_adviser(request, found, user)
    exhibits.open_names(submission=found.submission, by=user)
    shown = list(found.shown.select_related("exhibit"))
    context = {
        **_told(found, user),
        "shown": numbers(one.exhibit.number for one in shown),
        "copies": numbers(one.exhibit.number for one in shown if one.copy_id),
        "suggested": list(found.suggested.select_related("partner").order_by("partner__name")),
        "may_approve": allowed(check_can_approve, user, found.submission),
        "is_open_for_recipients": found.submission.status not in ("withdrawn", "erased"),
    }
    return render(request, "cases/advice.html", context)


def _for_adviser(request: HttpRequest, found: Advice, user: User) -> HttpResponse:
    """Reference, organisation, recipients, dates, the question, and what is shown with it (R14)."""
    check_can_advise(user, found)
    advising.open_question(advice=found, by=user)
    is_open = found.status == AdviceStatus.ASKED and found.submission.status != "erased"
    posted = request.POST if request.method == "POST" else None
    form = AdviceForm(posted, units=receiving_units()) if is_open or posted else None
    if form is not None and form.is_valid():
        advising.give(
            advice=found,
            text=form.cleaned_data["text"],
            units=form.chosen,
            forum=form.cleaned_data["forum"],
            by=user,
        )
        messages.success(request, _("Your answer is sent. The organisation decides."))
        return redirect("cases:advice-list")
    shown = ShownNow(found, user) if found.view == SecretariatView.ASSIST else None
    context = {
        **_told(found, user),
        "form": form,
        "suggested": list(found.suggested.select_related("partner")),
        "had_by": had_by(found.submission, user),
        "sheet": shown.sheet if shown else sheet_shown(found, user),
        "shown": shown,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "cases/advice_answer.html", context, status=status)


def _told(found: Advice, user: User) -> dict[str, Any]:
    if found.submission.status == "erased":
        gone = _("This was erased with the submission.")
        question, answer = gone, gone if found.answer is not None else ""
    else:
        question, answer = advising.read_question(found), advising.read_answer(found)
    return {
        "advice": found,
        "question": question,
        "answer": answer,
        "events": list(history.of_advice(found)[:SHOWN]),
        "nameless": Partner.objects.across_from(user, found.submission.partner),
    }
