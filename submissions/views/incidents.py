"""Incidents of a draft: the list, one incident, and the steps in which it is told."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from custody import history
from custody.history import page_of
from impna.errors import Sentence
from partners.models import User
from submissions import conduct
from submissions.actions import exhibits, incidents, unsaved
from submissions.actions.incidents import Qualification, When, Where
from submissions.conduct import Answer
from submissions.drafting_pages import NEW_INCIDENT, key_of
from submissions.forms import CheckedReasonForm
from submissions.incident_forms import (
    AccountForm,
    AgainstForm,
    ConductForm,
    ContextForm,
    LawForm,
    PlaceForm,
    SecondConductForm,
)
from submissions.models import Incident, Submission
from submissions.name_check import KnownNames
from submissions.offences import ConflictType
from submissions.person_vocabularies import PersonRole
from submissions.time_forms import DATES, PrecisionForm
from submissions.told import Told
from submissions.views.drafts import _status, _submission, check_changing, may_draft
from submissions.views.unsaved import offer
from submissions.vocabularies import DatePrecision

PAGE = 50


@require_GET
def incident_list(request: HttpRequest, reference: str) -> HttpResponse:
    """All incidents in their order, with what is missing."""
    submission, user = _submission(request, reference)
    exhibits.open_names(submission=submission, by=user)
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    found = list(submission.incidents.present().filter(number__gt=start)[: PAGE + 1])
    context = {
        "submission": submission,
        "rows": [_listed(incident, submission) for incident in found[:PAGE]],
        "after": found[PAGE - 1].number if len(found) > PAGE else 0,
        "later_page": start > 0,
        "may_draft": may_draft(user, submission),
    }
    return render(request, "submissions/incident_list.html", context)


@require_GET
def incident_detail(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """One incident: every answer, with a way to change each."""
    found, user = _incident(request, reference, incident)
    context = {
        **_about(found),
        "row": Told.of(found),
        "parts": [
            {**one, "label": PersonRole(one["role"]).label} for one in getattr(found, "in_it", [])
        ],
        "may_draft": may_draft(user, found.submission),
        "events": page_of(history.events_of(found), request.GET, name="history", at="history"),
    }
    return render(request, "submissions/incident_detail.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """The first step of an incident; it exists, with its number, once something is told."""
    submission, user = _submission(request, reference)
    check_changing(user, submission)
    form = AccountForm(_posted(request), names=KnownNames(submission))
    if form.is_valid():
        found = incidents.add(submission=submission, by=user)
        exhibits.open_names(submission=submission, by=user)
        incidents.tell(incident=found, answers=form.account, by=user)
        unsaved.discard(submission=submission, page=NEW_INCIDENT, by=user)
        return _onward(request, found, "when")
    context = {
        "submission": submission,
        "form": form,
        "steps": _steps("what"),
        **offer(form, submission, NEW_INCIDENT, user),
    }
    return render(request, "submissions/incident_what.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def what(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Step 1: what happened."""
    found, user = _changing(request, reference, incident)
    page = key_of(found, "what")
    start, names = AccountForm.start(incidents.read_account(found)), KnownNames(found.submission)
    form = AccountForm(_posted(request), initial=start, names=names)
    if form.is_valid():
        incidents.tell(incident=found, answers=form.account, by=user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        return _onward(request, found, "when")
    return _step(request, found, form, "what", **offer(form, found.submission, page, user))


@require_http_methods(["GET", "POST"])
def when(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Step 2: how exactly the time is known; dates are asked next if there are any."""
    found, user = _changing(request, reference, incident)
    page = key_of(found, "when")
    form = PrecisionForm(_posted(request), initial={"precision": found.date_precision})
    if form.is_valid():
        precision = form.cleaned_data["precision"]
        if precision in DATES:
            # Not saved before its dates are: whoever leaves in between finds the choice again.
            chosen = {"precision": [precision]}
            unsaved.keep(submission=found.submission, page=page, fields=chosen, by=user)
            return redirect("submissions:incident-dates", *_names(found), precision)
        incidents.place(incident=found, when=When(precision), where=_where_of(found), by=user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        return _onward(request, found, "where")
    kept = offer(form, found.submission, page, user)
    return _step(request, found, form, "when", one_button=True, **kept)


@require_http_methods(["GET", "POST"])
def dates(request: HttpRequest, reference: str, incident: str, precision: str) -> HttpResponse:
    """Step 2, second page: the dates that this precision needs."""
    found, user = _changing(request, reference, incident)
    if precision not in DATES:
        raise Http404
    form = DATES[precision](
        _posted(request), precision=DatePrecision(precision), known=_when_of(found)
    )
    page = key_of(found, f"dates{precision}")
    if form.is_valid():
        incidents.place(incident=found, when=form.when, where=_where_of(found), by=user)
        for done in (page, key_of(found, "when")):
            unsaved.discard(submission=found.submission, page=done, by=user)
        return _onward(request, found, "where")
    kept = offer(form, found.submission, page, user)
    return _step(request, found, form, "when", precision=DatePrecision(precision).label, **kept)


@require_http_methods(["GET", "POST"])
def where(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Step 3: coarse in clear, exact under seal."""
    found, user = _changing(request, reference, incident)
    account = incidents.read_account(found)
    start = {
        "precision": found.place_precision,
        "country": found.country,
        "area": found.area,
        "place": account.get("place", ""),
        "position": account.get("position", ""),
    }
    page = key_of(found, "where")
    form = PlaceForm(_posted(request), initial=start, names=KnownNames(found.submission))
    if form.is_valid():
        exact = {name: form.cleaned_data[name] for name in ("place", "position")}
        incidents.place(incident=found, when=_when_of(found), where=form.where, by=user)
        incidents.tell(incident=found, answers=exact, by=user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        return _onward(request, found, "conduct")
    return _step(request, found, form, "where", **offer(form, found.submission, page, user))


@require_http_methods(["GET", "POST"])
def conducts(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Step 4: what was done."""
    return _conduct_page(request, reference, incident, second_page=False)


@require_http_methods(["GET", "POST"])
def conducts_more(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Step 4, second page: asked of everyone, opened by no tick."""
    return _conduct_page(request, reference, incident, second_page=True)


@require_http_methods(["GET", "POST"])
def context(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Step 4, third page: what it was part of."""
    found, user = _changing(request, reference, incident)
    page = key_of(found, "context")
    account = incidents.read_account(found)
    start = {
        "conflict": found.conflict,
        "attack": found.attack,
        "group": found.group,
        "grounds": account.get("grounds", "").split(),
        "grounds_why": account.get("grounds_why", ""),
    }
    persecution = conduct.may_be_persecution(found.conducts)
    asks = persecution or conduct.PERSECUTION in found.offences or bool(start["grounds"])
    names = KnownNames(found.submission)
    form = ContextForm(_posted(request), initial=start, asks_grounds=asks, names=names)
    if form.is_valid():
        answers = replace(_qualification_of(found), **form.context)
        incidents.qualify(incident=found, answers=answers, by=user)
        if form.sealed:
            incidents.tell(incident=found, answers=form.sealed, by=user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        return _onward(request, found, "law")
    return _step(request, found, form, "context", **offer(form, found.submission, page, user))


@require_http_methods(["GET", "POST"])
def law(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Step 5: what the law may call it."""
    found, user = _changing(request, reference, incident)
    proposed = conduct.suggest(
        found.conducts,
        conflict=ConflictType(found.conflict or ConflictType.UNKNOWN),
        attack=Answer(found.attack or Answer.UNKNOWN),
        group=Answer(found.group or Answer.UNKNOWN),
    )
    page, codes = key_of(found, "law"), {offence.code for offence in proposed}
    start = {
        "suggested": [code for code in found.offences if code in codes],
        "others": [code for code in found.offences if code not in codes],
        "not_sure": found.not_sure,
    }
    form = LawForm(_posted(request), initial=start, suggested=proposed)
    if form.is_valid():
        answers = replace(
            _qualification_of(found), offences=form.chosen, not_sure=form.cleaned_data["not_sure"]
        )
        incidents.qualify(incident=found, answers=answers, by=user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        return _onward(request, found, "against")
    kept = offer(form, found.submission, page, user, sort=form.sort)
    is_open = bool(form.initial["others"]) or not proposed or "others" in form.errors
    return _step(request, found, form, "law", others_open=is_open, **kept)


@require_http_methods(["GET", "POST"])
def against(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Step 6: what weakens or contradicts it, with what sources say against it."""
    found, user = _changing(request, reference, incident)
    told, page = Told.of(found), key_of(found, "against")
    form = AgainstForm(
        _posted(request),
        initial=AgainstForm.start(told.account),
        names=KnownNames(found.submission),
        sources=bool(told.pointing_against),
    )
    if form.is_valid():
        incidents.tell(incident=found, answers=form.account, by=user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        return _onward(request, found, "")
    kept = offer(form, found.submission, page, user)
    return _step(request, found, form, "against", row=told, **kept)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, reference: str, incident: str) -> HttpResponse:
    """Take an incident out of the draft, with a reason."""
    found, user = _changing(request, reference, incident)
    form = CheckedReasonForm(_posted(request), names=KnownNames(found.submission))
    if form.is_valid():
        incidents.remove(incident=found, by=user, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(incident)s is taken out.") % {"incident": found})
        return redirect("submissions:incident-list", found.submission.reference)
    context = {"form": form, **_about(found)}
    return render(request, "submissions/incident_remove.html", context, status=_status(form))


def _conduct_page(
    request: HttpRequest, reference: str, incident: str, *, second_page: bool
) -> HttpResponse:
    found, user = _changing(request, reference, incident)
    here = {row.code for row in conduct.ALL if (row.theme in conduct.SECOND_PAGE) == second_page}
    form_class = SecondConductForm if second_page else ConductForm
    page = key_of(found, "more" if second_page else "conduct")
    setting = incidents.read_account(found).get("setting", "")
    start = {"conducts": [code for code in found.conducts if code in here], "setting": setting}
    form = form_class(_posted(request), initial=start)
    if form.is_valid():
        chosen = (set(found.conducts) - here) | set(form.cleaned_data["conducts"])
        ordered = [row.code for row in conduct.ALL if row.code in chosen]
        answers = replace(_qualification_of(found), conducts=ordered)
        incidents.qualify(incident=found, answers=answers, by=user)
        told = form.cleaned_data.get("setting", setting)
        if told != setting:
            incidents.tell(incident=found, answers={"setting": told}, by=user)
        unsaved.discard(submission=found.submission, page=page, by=user)
        return _onward(request, found, "context" if second_page else "conduct-more")
    kept = offer(form, found.submission, page, user)
    return _step(request, found, form, "conduct-more" if second_page else "conduct", **kept)


def _step(
    request: HttpRequest, found: Incident, form: BaseForm, name: str, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "steps": _steps(name, found),
        **_about(found),
        **more,
    }
    template = f"submissions/incident_{name.replace('-', '_')}.html"
    return render(request, template, context, status=_status(form))


def _steps(name: str, found: Incident | None = None) -> list[dict[str, Any]]:
    """Where the reader is, of six."""
    here = "conduct" if name in ("conduct-more", "context") else name
    done = {"what"} if found else set()
    if found is not None:
        account = incidents.read_account(found)
        done |= {
            step
            for step, is_done in (
                ("when", found.date_precision),
                ("where", found.place_precision),
                ("conduct", found.conducts and found.conflict),
                ("law", found.offences or found.not_sure),
                ("against", account.get("against") or account.get("weakens")),
            )
            if is_done
        }
    labels: Iterable[tuple[str, Sentence]] = (
        ("what", _("What happened")),
        ("when", _("When")),
        ("where", _("Where")),
        ("conduct", _("What was done")),
        ("law", _("What the law may call it")),
        ("against", _("What speaks against it")),
    )
    return [
        {"label": label, "done": step in done, "current": step == here} for step, label in labels
    ]


def _onward(request: HttpRequest, found: Incident, step: str) -> HttpResponse:
    """To the next step, or back to the list if that was pressed."""
    messages.success(request, _("%(incident)s: saved.") % {"incident": found})
    if request.POST.get("then") == "list":
        address = reverse("submissions:incident-list", args=[found.submission.reference])
        return redirect(f"{address}#incident-{found.number}")
    name = f"submissions:incident-{step}" if step else "submissions:incident-detail"
    return redirect(name, *_names(found))


def _about(found: Incident) -> dict[str, Any]:
    return {
        "row": _listed(found, found.submission),
        "incident": found,
        "submission": found.submission,
    }


def _listed(incident: Incident, submission: Submission) -> Told:
    """Without what stands behind it. Needs an open permit for the submission's words."""
    incident.submission = submission
    return Told(incident, incidents.read_account(incident))


def _when_of(found: Incident) -> When:
    return When(found.date_precision, found.happened_from, found.happened_to)


def _where_of(found: Incident) -> Where:
    return Where(found.place_precision, found.country, found.area)


def _qualification_of(found: Incident) -> Qualification:
    return Qualification(
        conducts=found.conducts,
        conflict=found.conflict,
        attack=found.attack,
        group=found.group,
        offences=found.offences,
        not_sure=found.not_sure,
    )


def _posted(request: HttpRequest) -> Any:
    """Unlike `request.POST or None`, a form with nothing ticked was sent all the same."""
    return request.POST if request.method == "POST" else None


def _names(found: Incident) -> tuple[str, str]:
    return found.submission.reference, found.reference


def _changing(request: HttpRequest, reference: str, incident: str) -> tuple[Incident, User]:
    submission, user = _submission(request, reference)
    check_changing(user, submission)
    return _of(submission, incident, user), user


def _incident(request: HttpRequest, reference: str, incident: str) -> tuple[Incident, User]:
    submission, user = _submission(request, reference)
    return _of(submission, incident, user), user


def _of(submission: Submission, incident: str, user: User) -> Incident:
    present = submission.incidents.present().with_codes()
    found: Incident = get_object_or_404(present, reference=incident)
    found.submission = submission
    exhibits.open_names(submission=submission, by=user)
    return found
