"""Handing over, and giving what was handed over to further recipients: three steps, one decision."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases.actions import advising, referrals
from cases.models import Advice
from cases.recipients import living, possible
from cases.sender_forms import RecipientForm
from cases.spoken import Item, items_of, numbers
from cases.states import ADVICE_WITHIN, DUE_AFTER, Status
from cases.views.reading import submission_of
from cases.vocabularies import Mode
from cases.walk import CHECK, CONDITIONS, DONE, RECIPIENTS, Walk
from impna.errors import NotNow, Refused, Sentence
from impna.references import read_reference
from partners.models import User
from partners.policies import allowed
from submissions import declarations
from submissions.actions import exhibits
from submissions.actions.versions import check_eyes
from submissions.completeness import missing
from submissions.models import Submission, Version, VersionExhibit
from submissions.offences import label_with_article
from submissions.policies import check_can_approve
from submissions.states import Status as SubmissionStatus
from submissions.states import check_transition

_TEMPLATES = {
    RECIPIENTS: "cases/hand_over_recipients.html",
    CONDITIONS: "cases/hand_over_conditions.html",
    CHECK: "cases/hand_over_check.html",
}


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Freeze the draft and give it: who, how much, check, hand over."""
    submission, user = submission_of(request, reference, "begun_by", "cover_sheet")
    check_can_approve(user, submission)
    if _is_done(request, submission):
        messages.info(request, _("It was handed over a moment ago. This is its receipt."))
        return redirect("cases:receipt", submission.reference, submission.versions_made)
    check_transition(submission.status, SubmissionStatus.HANDED_OVER)
    exhibits.open_names(submission=submission, by=user)
    earlier = VersionExhibit.objects.filter(version__submission=submission)
    present = submission.exhibits.present().select_related("file", "submission__compartment")
    walk = Walk(
        request.POST if request.method == "POST" else None,
        possible=possible(submission),
        living=living(submission),
        items=items_of(present, earlier=earlier.values_list("exhibit", flat=True)),
        organisation=submission.partner.name,
        may_ask=True,
    )
    if walk.step == DONE:
        if walk.asks:
            version = advising.hand_over_and_ask(
                submission=submission,
                recipients=walk.recipients,
                question=walk.question,
                by=user,
            )
        else:
            version = referrals.hand_over(
                submission=submission, recipients=walk.recipients, by=user
            )
        messages.success(request, _told(walk))
        return redirect("cases:receipt", submission.reference, version.number)
    context = {
        "submission": submission,
        "number": submission.next_version,
        "refusal": _refusal(user, submission),
        "missing": missing(submission, sealed=True),
        **_about(submission, walk),
    }
    return render(request, _TEMPLATES[walk.step], context, status=walk.status)


@require_http_methods(["GET", "POST"])
def refer(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the newest version to further recipients."""
    submission, user = submission_of(request, reference)
    check_can_approve(user, submission)
    version = submission.versions.last()
    if version is None:
        raise NotNow(_("Nothing was handed over yet."))
    if submission.status in (SubmissionStatus.WITHDRAWN, SubmissionStatus.ERASED):
        raise NotNow(_("This has been withdrawn."))
    exhibits.open_names(submission=submission, by=user)
    found = [
        item.exhibit
        for item in version.items.select_related(
            "exhibit__file", "exhibit__submission__compartment"
        ).order_by("exhibit__number")
    ]
    walk = Walk(
        request.POST if request.method == "POST" else None,
        possible=possible(submission),
        living=[],
        items=items_of(found),
        organisation=submission.partner.name,
        may_ask=False,
        suggested=_suggested(submission, request.GET.get("advice", "")),
    )
    if walk.step == DONE:
        made = referrals.refer_all(version=version, recipients=walk.recipients, by=user)
        messages.success(request, _given(len(made)))
        return redirect("cases:given-list", submission.reference)
    context = {
        "submission": submission,
        "version": version,
        "number": version.number,
        "refusal": "",
        "missing": [],
        **_about(submission, walk, version),
    }
    return render(request, _TEMPLATES[walk.step], context, status=walk.status)


def _about(submission: Submission, walk: Walk, version: Version | None = None) -> dict[str, Any]:
    """What all three steps show."""
    context: dict[str, Any] = {
        "walk": walk,
        "form": walk.form,
        "steps": _steps(walk.step),
        "may_send_back": submission.status == SubmissionStatus.READY and version is None,
        "living": walk.living,
        "blocked": [one for one in walk.living if not one.modes],
    }
    if walk.step == CHECK:
        context |= {
            "rows": [_row(form) for form in walk.forms],
            "words": declarations.WORDS,
            "next": _what_next(walk),
            "what": _what_goes(walk.items, version, submission),
        }
    return context


def _row(form: RecipientForm) -> dict[str, Any]:
    """One recipient on the last step."""
    chosen, mode = form.chosen, Mode(form.cleaned_data["mode"])
    return {
        "to": form.to,
        "mode": mode.label,
        "exhibits": numbers(one.exhibit.number for one in chosen),
        "is_alert": mode == Mode.ALERT,
        "someone": numbers(one.exhibit.number for one in chosen if one.shows_someone),
        "quarantined": numbers(one.exhibit.number for one in chosen if one.is_quarantined),
        "conditions": form.cleaned_data["conditions"],
    }


def _what_goes(
    items: list[Item], version: Version | None, submission: Submission
) -> dict[str, Any]:
    """The content in a few lines; of a frozen version as it was, else of the draft as it is."""
    cover = getattr(submission, "cover_sheet", None)
    sheet = version.sheet if version else None
    files = [item.exhibit.file for item in items if item.exhibit.file is not None]
    offences = sheet["offences"] if sheet else getattr(cover, "offences", [])
    return {
        "situation": sheet["situation"] if sheet else getattr(cover, "situation", ""),
        "offences": [label_with_article(code) for code in offences],
        "incidents": version.incidents if version else submission.incidents.present().count(),
        "exhibits": len(items),
        "sealed": len(files),
        "size": sum(file.size for file in files),
        "someone": numbers(one.exhibit.number for one in items if one.shows_someone),
        "quarantined": numbers(one.exhibit.number for one in items if one.is_quarantined),
        "unscanned": numbers(
            one.exhibit.number for one in items if one.exhibit.scan == "not_scanned"
        ),
    }


def _what_next(walk: Walk) -> list[dict[str, Any]]:
    """Dates from today on, nearest first."""
    today = timezone.localdate()
    rows = [(today, _("You get a receipt with reference, time and digest."))]
    if walk.forms:
        rows.append((today, _("Each recipient is told that something waits, and nothing else.")))
    if walk.asks:
        rows.append(
            (
                today + ADVICE_WITHIN,
                _("The Secretariat answers your question. If it does not, you decide by yourself."),
            )
        )
    new = [form.to.unit for form in walk.forms if form.to.live is None]
    if new:
        acknowledged = today + DUE_AFTER[Status.SENT]
        rows.append((acknowledged, _("Each acknowledges. If one does not, your desk says so.")))
    due: dict[date, list[str]] = {}
    for unit in new:
        due.setdefault(today + timedelta(days=unit.feedback_days), []).append(unit.partner.name)
    for day, names in sorted(due.items()):
        words = _(
            "Feedback is due from %(names)s, even if it is only “in use, no detail possible”."
        )
        rows.append((day, words % {"names": "; ".join(names)}))
    return [{"at": day, "text": words, "next": True} for day, words in rows]


def _steps(step: str) -> list[dict[str, Any]]:
    order = [RECIPIENTS, CONDITIONS, CHECK]
    labels = [_("Who gets it"), _("How much, and on which conditions"), _("Check and hand over")]
    at = order.index(step)
    return [
        {"label": label, "done": place < at, "current": place == at}
        for place, label in enumerate(labels)
    ]


def _refusal(user: User, submission: Submission) -> Sentence:
    """Why this person cannot hand it over now, whatever is chosen; "" when nothing is in the way."""
    try:
        check_eyes(user, submission, timezone.now())
    except Refused as refused:
        return refused.reason
    return ""


def _is_done(request: HttpRequest, submission: Submission) -> bool:
    """The same form was sent twice: the version it would have made is there."""
    wanted = request.POST.get("number", "")
    made = str(submission.versions_made)
    is_over = submission.status == SubmissionStatus.HANDED_OVER
    return request.POST.get("to") == DONE and is_over and wanted == made


def _suggested(submission: Submission, reference: str) -> list[str]:
    """Units an answered question suggests, to be ticked beforehand."""
    wanted = read_reference(reference) or ""
    advice: Advice | None = submission.advice.filter(reference=wanted).first()
    return list(advice.suggested.values_list("reference", flat=True)) if advice else []


def _told(walk: Walk) -> str:
    if walk.asks:
        return _("Handed over. The Secretariat has been asked; nobody new has it yet.")
    return _given(len(walk.forms))


def _given(number: int) -> str:
    words = ngettext(
        "Handed over. %(n)d recipient has been told that something waits, and nothing else.",
        "Handed over. %(n)d recipients have been told that something waits, and nothing else.",
        number,
    )
    return words % {"n": number}


def may_approve(user: User, submission: Submission) -> bool:
    """For pages: the links of an approver."""
    return allowed(check_can_approve, user, submission)
