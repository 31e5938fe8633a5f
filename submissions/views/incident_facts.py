"""What stands behind an incident: people counted together, and what which source says of it."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from impna.errors import NotNow
from partners.models import User
from submissions.actions import groups, unsaved
from submissions.actions import information as sources
from submissions.drafting_pages import key_of, key_of_fact
from submissions.fact_forms import GroupForm, InformationForm, ReliabilityForm
from submissions.facts_told import GroupTold, InformationTold
from submissions.models import Group, Incident, Information
from submissions.name_check import KnownNames
from submissions.views.drafts import _status
from submissions.views.incidents import _about, _changing, _names, _posted
from submissions.views.unsaved import offer


@require_http_methods(["GET", "POST"])
def group(
    request: HttpRequest, reference: str, incident: str, group: str | None = None
) -> HttpResponse:
    """People who are not recorded one by one: new, or said again."""
    there, user = _changing(request, reference, incident)
    known: Group | None = _row(there.groups.all(), there, group)
    if known and "take_away" in request.POST:
        groups.remove(group=known, by=user)
        return _gone(request, known, "people", user)
    start = GroupForm.start(known, groups.read_details(known)) if known else {}
    form = GroupForm(_posted(request), initial=start, names=KnownNames(there.submission))
    page = key_of_fact(known) if known else key_of(there, "group")
    if form.is_valid():
        if known:
            groups.change(group=known, by=user, **form.answers)
        else:
            groups.add(incident=there, by=user, **form.answers)
        return _saved(request, there, page, "people", user)
    told = GroupTold.of(known) if known else None
    return _form(request, there, "group", form, page, user, known=told)


@require_http_methods(["GET", "POST"])
def information(
    request: HttpRequest, reference: str, incident: str, information: str | None = None
) -> HttpResponse:
    """What a source says: new, or said again. Of a document, how reliable it is comes next."""
    there, user = _changing(request, reference, incident)
    known: Information | None = _row(
        there.information.select_related("person", "exhibit"), there, information
    )
    if known and "take_away" in request.POST:
        sources.remove(information=known, by=user)
        return _gone(request, known, "sources", user)
    start = InformationForm.start(known, sources.read_details(known)) if known else {}
    submission = there.submission
    form = InformationForm(
        _posted(request), initial=start, names=KnownNames(submission), submission=submission
    )
    page = key_of_fact(known) if known else key_of(there, "information")
    if form.is_valid():
        if known:
            row = sources.change(information=known, by=user, **form.answers)
        else:
            row = sources.add(incident=there, by=user, **form.answers)
        answer = _saved(request, there, page, "sources", user)
        if row.may_be_graded and not row.reliability:
            return redirect("submissions:information-grade", *_names(there), row.reference)
        return answer
    told = InformationTold.of(known) if known else None
    return _form(request, there, "information", form, page, user, known=told)


@require_http_methods(["GET", "POST"])
def reliability(
    request: HttpRequest, reference: str, incident: str, information: str
) -> HttpResponse:
    """Asked of a document or online source only."""
    there, user = _changing(request, reference, incident)
    rows = there.information.select_related("person", "exhibit")
    known: Information | None = _row(rows, there, information)
    if known is None or not known.may_be_graded:
        raise NotNow(_("This is asked of documents and online sources only."))
    form = ReliabilityForm(_posted(request), initial={"reliability": known.reliability})
    if form.is_valid():
        sources.grade(information=known, reliability=form.cleaned_data["reliability"], by=user)
        messages.success(request, _("%(incident)s: saved.") % {"incident": there})
        return _back(there, "sources")
    context = {"form": form, "known": InformationTold.of(known), **_about(there)}
    return render(request, "submissions/information_grade.html", context, status=_status(form))


def _row(rows: Any, incident: Incident, reference: str | None) -> Any:
    if reference is None:
        return None
    found = get_object_or_404(rows, reference=reference)
    found.incident = incident
    return found


def _form(
    request: HttpRequest,
    incident: Incident,
    kind: str,
    form: BaseForm,
    page: str,
    user: User,
    **more: Any,
) -> HttpResponse:
    kept = offer(form, incident.submission, page, user)
    context = {"form": form, **_about(incident), **kept, **more}
    return render(request, f"submissions/{kind}_form.html", context, status=_status(form))


def _saved(
    request: HttpRequest, incident: Incident, page: str, at: str, user: User
) -> HttpResponse:
    unsaved.discard(submission=incident.submission, page=page, by=user)
    messages.success(request, _("%(incident)s: saved.") % {"incident": incident})
    return _back(incident, at)


def _gone(request: HttpRequest, row: Group | Information, at: str, user: User) -> HttpResponse:
    page = key_of_fact(row)
    unsaved.discard(submission=row.incident.submission, page=page, by=user)
    messages.success(request, _("It is taken away, and what was said of it is erased."))
    return _back(row.incident, at)


def _back(incident: Incident, at: str) -> HttpResponse:
    address = reverse("submissions:incident-detail", args=_names(incident))
    return redirect(f"{address}#{at}")
