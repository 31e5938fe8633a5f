"""What a documenter answers about an exhibit: its page, and what happened to it before."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from custody.history import page_of
from custody.intake.told import told
from impna.errors import NotNow
from partners.models import User
from partners.policies import allowed
from submissions import history, policies
from submissions.actions import exhibits, unsaved
from submissions.answers import Answers, Step
from submissions.completeness import open_words
from submissions.custody_forms import CollectedForm, StepForm
from submissions.custody_told import facts_of_collecting, facts_of_step
from submissions.drafting_pages import key_of
from submissions.exhibit_forms import AnswersForm, BringingForm
from submissions.links_told import names_by_exhibit
from submissions.models import Exhibit
from submissions.name_check import KnownNames
from submissions.states import Scan
from submissions.strict import Strict
from submissions.views.drafts import _status, _submission, check_changing, may_draft
from submissions.views.exhibits import _about, _exhibit
from submissions.views.unsaved import offer
from submissions.vocabularies import CustodyEventType, Delivery

MOST_STEPS = 100
MOST_DESCRIBED = 500


@require_http_methods(["GET", "POST"])
def exhibit_detail(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """One exhibit: what is known of it, and the documenter's answers; in the list, if erased."""
    submission, _by = _submission(request, reference)
    if submission.erasures.filter(exhibit__reference=exhibit).exists():
        return redirect(f"{reverse('submissions:exhibit-list', args=[reference])}#erased")
    found, user = _exhibit(request, reference, exhibit)
    if request.method == "POST":
        check_changing(user, found.submission)
    exhibits.open_names(submission=found.submission, by=user)
    known, may = exhibits.read_answers(found), may_draft(user, found.submission)
    form, strict, handed_over = None, None, found.in_versions.exists()
    if may:
        posted = request.POST if request.method == "POST" else None
        names, strict = KnownNames(found.submission), Strict.of(found)
        start = AnswersForm.start(known) | {"handling": strict.preset(known.handling)}
        form = AnswersForm(posted, initial=start, exhibit=found, names=names)
        if form.is_valid():
            answers, shown = form.answers(known), strict.is_default
            exhibits.describe(exhibit=found, answers=answers, by=user, strict_shown=shown)
            unsaved.discard(submission=found.submission, page=key_of(found, "answers"), by=user)
            messages.success(request, _("%(exhibit)s: saved.") % {"exhibit": found})
            return _onward(request, found)
    context = {
        "form": form,
        "strict": strict,
        "may_draft": may,
        "may_open": found.file is not None and found.scan != Scan.INFECTED,
        "missing": open_words(found),
        "people": names_by_exhibit(found.submission).get(found.pk, []),
        "another_open": may and _next_open(found) is not None,
        "bringing": _bringing(found) if may else None,
        "redacted": found.redactions.count() if found.file else 0,
        "was_handed_over": handed_over,
        "may_erase": (handed_over or not found.submission.is_draft)
        and allowed(policies.check_can_lead, user, found.submission),
        "brought_by": list(found.brought_by.filter(removed_at__isnull=True).order_by("number")),
        "known": known,
        "labels": labels_of(known),
        "collected": facts_of_collecting(asdict(known.details.collected)),
        "steps": steps_of(known),
        "told": told(exhibits.read_findings(found)),
        "events": page_of(history.events_of(found), request.GET, name="history", at="history"),
        **_about(found),
        **(offer(form, found.submission, key_of(found, "answers"), user) if form else {}),
    }
    status = _status(form) if form else 200
    return render(request, "submissions/exhibit_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def steps(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """What happened to it before it came here: added and taken away one at a time."""
    found, user = _exhibit(request, reference, exhibit)
    check_changing(user, found.submission)
    exhibits.open_names(submission=found.submission, by=user)
    known, page = exhibits.read_answers(found), key_of(found, "steps")
    if "take_away" in request.POST:
        return _take_away(request, found, known, user)
    posted = request.POST if request.method == "POST" else None
    form = StepForm(posted, names=KnownNames(found.submission))
    if form.is_valid():
        if len(known.details.steps) >= MOST_STEPS:
            raise NotNow(_("This is the longest list the portal keeps. Put more into one note."))
        _write_steps(found, known, [*known.details.steps, form.step], user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        messages.success(request, _("%(exhibit)s: the step is added.") % {"exhibit": found})
        return redirect("submissions:exhibit-steps", reference, exhibit)
    context = {
        "form": form,
        "steps": steps_of(known),
        **_about(found),
        **offer(form, found.submission, page, user),
    }
    return render(request, "submissions/exhibit_steps.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def collected(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """How it was collected: who, when, where, with what."""
    found, user = _exhibit(request, reference, exhibit)
    check_changing(user, found.submission)
    exhibits.open_names(submission=found.submission, by=user)
    known, page = exhibits.read_answers(found), key_of(found, "collected")
    posted = request.POST if request.method == "POST" else None
    names = KnownNames(found.submission)
    form = CollectedForm(posted, known=known.details.collected, names=names)
    if form.is_valid():
        details = replace(known.details, collected=form.collected)
        exhibits.describe(exhibit=found, answers=replace(known, details=details), by=user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        messages.success(request, _("%(exhibit)s: saved.") % {"exhibit": found})
        return redirect("submissions:exhibit-detail", reference, exhibit)
    context = {"form": form, **_about(found), **offer(form, found.submission, page, user)}
    return render(request, "submissions/exhibit_collected.html", context, status=_status(form))


@require_POST
def bring(request: HttpRequest, reference: str, exhibit: str) -> HttpResponse:
    """Say of which earlier exhibit this is the file, or that it is of none."""
    found, user = _exhibit(request, reference, exhibit)
    check_changing(user, found.submission)
    exhibits.open_names(submission=found.submission, by=user)
    form = _bringing(found, request.POST)
    if form is None or not form.is_valid():
        raise NotNow(_("Choose an exhibit that was handed over without its file."))
    exhibits.bring(exhibit=found, earlier=form.chosen, by=user)
    messages.success(request, _("%(exhibit)s: saved.") % {"exhibit": found})
    return redirect("submissions:exhibit-detail", reference, exhibit)


def _bringing(found: Exhibit, posted: Any = None) -> BringingForm | None:
    """Only for a file of a supplement, and only if something was described before without one."""
    if found.delivery != Delivery.PORTAL or not found.submission.is_supplement:
        return None
    if found.in_versions.exists():
        return None
    described = found.submission.exhibits.described_before().select_related(
        "submission__compartment"
    )
    named = [(one, exhibits.read_name(one)) for one in described[:MOST_DESCRIBED]]
    return BringingForm(posted, found=found, named=named) if named else None


def steps_of(known: Answers) -> list[dict[str, Any]]:
    """The steps as pages show them, each with the key that takes it away."""
    return [
        {
            "label": CustodyEventType(step.what).label,
            "step": step,
            "facts": facts_of_step(asdict(step)),
            "key": _key(step),
        }
        for step in known.details.steps
    ]


def labels_of(known: Answers) -> dict[str, list[Any]]:
    """Codes of the lists as people read them."""
    fields = AnswersForm.base_fields
    found = {}
    for name in ("identified_by", "strands", "markers", "handling"):
        labels = dict(fields[name].choices)  # type: ignore[attr-defined]  # of choice fields
        found[name] = [labels[code] for code in getattr(known, name)]
    return found


def _take_away(request: HttpRequest, found: Exhibit, known: Answers, user: User) -> HttpResponse:
    keys = [_key(step) for step in known.details.steps]
    key = request.POST["take_away"]
    if key not in keys:
        raise NotNow(_("This step was taken away already."))
    at = keys.index(key)
    rest = [step for place, step in enumerate(known.details.steps) if place != at]
    _write_steps(found, known, rest, user)
    messages.success(request, _("%(exhibit)s: the step is taken away.") % {"exhibit": found})
    return redirect("submissions:exhibit-steps", found.submission.reference, found.reference)


def _write_steps(found: Exhibit, known: Answers, all_steps: list[Step], user: User) -> None:
    details = replace(known.details, steps=all_steps)
    exhibits.describe(exhibit=found, answers=replace(known, details=details), by=user)


def _key(step: Step) -> str:
    """By content: a list that changed meanwhile loses no other step."""
    return hashlib.sha256(json.dumps(asdict(step)).encode()).hexdigest()[:16]


def _onward(request: HttpRequest, found: Exhibit) -> HttpResponse:
    """To the list, a page of its own, or the next exhibit that is not answered for."""
    then, reference = request.POST.get("then"), found.submission.reference
    if then in ("steps", "collected"):
        return redirect(f"submissions:exhibit-{then}", reference, found.reference)
    if then == "next" and (following := _next_open(found)):
        return redirect("submissions:exhibit-detail", reference, following.reference)
    return redirect("submissions:exhibit-list", reference)


def _next_open(found: Exhibit) -> Exhibit | None:
    others = found.submission.exhibits.unanswered().exclude(pk=found.pk).order_by("number")
    following: Exhibit | None = others.filter(number__gt=found.number).first() or others.first()
    return following
