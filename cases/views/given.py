"""The sender's side: who was given what, what each has published, and taking it back."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases import enclosed, published
from cases.actions import (
    access,
    decisions,
    giving_more,
    narrowing,
    receiving,
    referrals,
    requests,
    terms,
)
from cases.models import Condition, Decision, Referral, ReferralItem, Taken
from cases.openings_shown import in_words, openings_of
from cases.policies import check_is_sender
from cases.querysets import PAGE
from cases.sender_forms import GiveAgainForm, MessageForm, RecallForm
from cases.states import RequestStatus, Status
from cases.views.reading import given_of, submission_of
from cases.vocabularies import ConditionAnswer, DeclineReason
from custody.history import page_of
from impna.errors import NotNow
from impna.references import read_reference
from partners.policies import allowed
from submissions import declarations
from submissions.actions import exhibits, risks
from submissions.models import Submission
from submissions.name_check import KnownNames
from submissions.policies import check_can_approve
from submissions.spoken import numbers


@dataclass(frozen=True)
class Holding:
    """One recipient: what it holds, why, what it has published, what a recall does."""

    referral: Referral
    state: published.State
    silence: published.Silence | None
    items: str
    copies: str
    if_recalled: str


@require_GET
def given_list(request: HttpRequest, reference: str) -> HttpResponse:
    """Who holds what of a submission, on which basis, and who opened it."""
    submission, user = submission_of(request, reference)
    found, later = _page_of(submission, request.GET.get("before", ""))
    openings = page_of(openings_of(submission), request.GET, name="openings", at="openings")
    context = {
        "submission": submission,
        "holdings": [_holding(referral) for referral in found[:PAGE]],
        "older_recipients": found[PAGE - 1].reference if len(found) > PAGE else "",
        "later_page": later,
        "advice": list(submission.advice.order_by("-id")[:5]),
        "openings": in_words(submission, openings.events),
        "openings_page": openings,
        "may_approve": allowed(check_can_approve, user, submission),
        "versions": list(submission.versions.order_by("-number")),
        "is_open": submission.status not in ("withdrawn", "erased"),
    }
    return render(request, "cases/given_list.html", context)


@require_http_methods(["GET", "POST"])
def given(request: HttpRequest, reference: str) -> HttpResponse:
    """One referral, as its sender may see it; POST writes to the recipient."""
    referral, user = given_of(request, reference)
    exhibits.open_names(submission=referral.submission, by=user)
    posted = request.POST if request.method == "POST" else None
    form = MessageForm(posted, names=KnownNames(referral.submission))
    if request.method == "POST":
        check_is_sender(user, referral)
        if form.is_valid():
            requests.write(referral=referral, text=form.cleaned_data["text"], by=user)
            messages.success(request, _("Your message is sent."))
            return redirect("cases:given", referral.reference)
    taken, held = list(_taken(referral)), list(referral.items.live().select_related("exhibit"))
    history = page_of(published.events_of(referral), request.GET, name="history", at="history")
    context = {
        "referral": referral,
        "submission": referral.submission,
        "form": form,
        "may_act": allowed(check_is_sender, user, referral),
        "state": published.state_of(referral),
        "silence": published.silence_of(referral, referral.reminders.all()),
        "owed": published.next_step(referral),
        "if_recalled": published.if_recalled(referral, taken),
        "held": numbers(item.exhibit.number for item in held),
        "copies": numbers(item.exhibit.number for item in held if item.copy_id),
        "taken_named": numbers(one.item.exhibit.number for one in taken if one.is_named),
        "conditions": [_condition(one) for one in referral.conditions.select_related("version")],
        "requests": _requests(referral),
        "decisions": [_decision(one) for one in referral.decisions.all()],
        "feedback": [(one, decisions.read_feedback(one)) for one in referral.feedback.all()],
        "thread": [(one, requests.read_message(one)) for one in referral.messages.all()],
        "again": numbers(one.number for one in giving_more.again_covered(referral)),
        "recalls": [(one, narrowing.read_words(one)) for one in referral.recalls.with_exhibits()],
        "events": published.in_words(history.events),
        "history": history,
        "may_recall": referral.is_live and referral.status != Status.RECALLED,
    }
    return render(request, "cases/given.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def recall(request: HttpRequest, reference: str) -> HttpResponse:
    """Take it back, with a reason and what that can no longer do."""
    referral, user = given_of(request, reference)
    check_is_sender(user, referral)
    if not referral.is_live or referral.status == Status.RECALLED:
        raise NotNow(_("This was recalled already, or access to it has ended."))
    posted = request.POST if request.method == "POST" else None
    form = RecallForm(posted, names=KnownNames(referral.submission))
    if form.is_valid():
        access.recall(referral=referral, reason=form.cleaned_data["reason"], by=user)
        messages.success(
            request, _("Recalled. Everything is closed; the recipient has 14 days to answer.")
        )
        return redirect("cases:given", referral.reference)
    taken = list(_taken(referral))
    context = {
        "referral": referral,
        "form": form,
        "taken": bool(taken),
        "if_recalled": published.if_recalled(referral, taken),
    }
    return render(request, "cases/recall.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def waive(request: HttpRequest, reference: str, condition: str) -> HttpResponse:
    """Give up a condition that the recipient cannot accept."""
    referral, user = given_of(request, reference)
    check_is_sender(user, referral)
    conditions = referral.conditions.select_related("version")
    found: Condition = get_object_or_404(conditions, reference=condition)
    if found.is_settled:
        raise NotNow(_("This condition stands in nobody’s way."))
    exhibits.open_names(submission=referral.submission, by=user)
    if request.method == "POST":
        receiving.waive_condition(condition=found, by=user)
        messages.success(request, _("The condition is given up; the recipient has been told."))
        return redirect("cases:given", referral.reference)
    return render(request, "cases/waive.html", {"referral": referral, **_condition(found)})


@require_http_methods(["GET", "POST"])
def give_again(request: HttpRequest, reference: str) -> HttpResponse:
    """What was taken back and is covered anew: all of it in one act."""
    referral, user = given_of(request, reference)
    check_is_sender(user, referral)
    submission = referral.submission
    found = giving_more.again_covered(referral)
    if not found:
        raise NotNow(_("Nothing that was taken back may be given again now."))
    exhibits.open_names(submission=submission, by=user)
    form = GiveAgainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        giving_more.give_again(referral=referral, exhibits=found, by=user)
        messages.success(request, _("Given again. The recipient has been told."))
        return redirect("cases:given", referral.reference)
    context = {
        "referral": referral,
        "submission": submission,
        "form": form,
        "again": numbers(one.number for one in found),
        "words": declarations.WORDS,
        "people": terms.of_people(submission, found),
        "risks": risks.told(submission),
        "late": risks.late(submission),
    }
    return render(request, "cases/give_again.html", context, status=422 if form.errors else 200)


def _page_of(submission: Submission, before: str) -> tuple[list[Referral], bool]:
    """The `PAGE` + 1 newest that were given, or those before one of them; and whether it is these."""
    found = submission.referrals.all()
    last = found.filter(reference=read_reference(before) or "").first() if before else None
    if last is not None:
        found = found.filter(pk__lt=last.pk)
    return list(
        found.with_overdue()
        .select_related("unit__partner", "version")
        .prefetch_related(
            "reminders",
            Prefetch(
                "items",
                ReferralItem.objects.select_related("exhibit", "taken"),
                to_attr="ever_given",
            ),
        )
        .order_by("-id")[: PAGE + 1]
    ), last is not None


def _holding(referral: Any) -> Holding:
    held = [item for item in referral.ever_given if item.ended_at is None]
    taken = [item.taken for item in referral.ever_given if hasattr(item, "taken")]
    return Holding(
        referral=referral,
        state=published.state_of(referral),
        silence=published.silence_of(referral, referral.reminders.all()),
        items=numbers(item.exhibit.number for item in held),
        copies=numbers(item.exhibit.number for item in held if item.copy_id),
        if_recalled=published.if_recalled(referral, taken),
    )


def _taken(referral: Referral) -> Any:
    return Taken.objects.filter(item__referral=referral).select_related("item__exhibit")


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "condition": condition,
        "words": referrals.read_condition(condition),
        "remark": referrals.read_remark(condition),
        "is_refused": condition.answer == ConditionAnswer.CANNOT,
        "is_awaited": condition.answer == ConditionAnswer.AWAITED,
    }


def _requests(referral: Referral) -> list[dict[str, Any]]:
    """Open ones first, the nearest date first; then the newest."""
    found = referral.requests.prefetch_related("attached__exhibit").order_by("-id")
    rows = [_request(one) for one in enclosed.with_files(found)]
    waiting = [row for row in rows if row["is_open"]]
    waiting.sort(key=lambda row: (row["request"].due_on, row["request"].number))
    return [*waiting, *(row for row in rows if not row["is_open"])]


def _request(one: Any) -> dict[str, Any]:
    return {
        "request": one,
        "words": requests.read_question(one),
        "answer": requests.read_answer(one),
        "attached": numbers(attached.exhibit.number for attached in one.attached.all()),
        "files": enclosed.of_request(one),
        "is_open": one.status == RequestStatus.ASKED,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision,
        "reasons": [DeclineReason(code).label for code in decision.reasons],
        "words": decisions.read_decision(decision),
    }
