"""What somebody was in which incidents: a role joins a person to an incident (requirement 9)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.models import User
from submissions.actions import incidents, persons, unsaved
from submissions.drafting_pages import key_of, key_of_part
from submissions.models import Incident, Submission
from submissions.name_check import KnownNames
from submissions.person_forms import JoinForm, PartForm
from submissions.person_vocabularies import PersonRole
from submissions.persons import PartDetails
from submissions.persons_told import PersonTold
from submissions.views.drafts import _status
from submissions.views.persons import _about, _changing, _posted, _steps
from submissions.views.unsaved import offer


@require_http_methods(["GET", "POST"])
def parts(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Step 4: the parts so far, and in which incident and as what another one is."""
    found, user = _changing(request, reference, person)
    submission, page = found.person.submission, key_of(found.person, "parts")
    form = JoinForm(_posted(request), told=_headings(submission))
    if form.is_valid():
        # Not saved before its own page is: whoever leaves in between finds the choice again.
        given = form.cleaned_data
        chosen = {name: [given[name]] for name in ("incident", "role")}
        unsaved.keep(submission=submission, page=page, fields=chosen, by=user)
        names = [submission.reference, found.person.reference, given["incident"], given["role"]]
        return redirect("submissions:person-part", *names)
    context = {
        "form": form,
        "steps": _steps("parts", found),
        "has_incidents": len(form.fields["incident"].choices) > 1,  # type: ignore[attr-defined]
        **_about(found),
        **offer(form, submission, page, user),
    }
    return render(request, "submissions/person_parts.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def part(
    request: HttpRequest, reference: str, person: str, incident: str, role: str
) -> HttpResponse:
    """Step 4, second page: what is asked of this role."""
    found, user = _changing(request, reference, person)
    if role not in PersonRole.values:
        raise Http404
    submission = found.person.submission
    there: Incident = get_object_or_404(submission.incidents.present(), reference=incident)
    if "take_away" in request.POST:
        return _take_away(request, found, there, role, user)
    known = _known(found, there, role)
    form = PartForm(
        _posted(request),
        role=role,
        initial=PartForm.start(known or PartDetails()),
        names=KnownNames(submission),
    )
    page = key_of_part(found.person, there, role)
    if form.is_valid():
        persons.take_part(
            person=found.person, incident=there, role=role, answers=form.answers, by=user
        )
        for done in (page, key_of(found.person, "parts")):
            unsaved.discard(submission=submission, page=done, by=user)
        said = {"person": found.person, "role": PersonRole(role).label, "incident": there}
        messages.success(request, _("%(person)s: %(role)s in %(incident)s, saved.") % said)
        return redirect("submissions:person-parts", submission.reference, found.person.reference)
    context: dict[str, Any] = {
        "form": form,
        "steps": _steps("part", found),
        "incident": there,
        "role": PersonRole(role),
        "is_new": known is None,
        **_about(found),
        **offer(form, submission, page, user),
    }
    return render(request, "submissions/person_part.html", context, status=_status(form))


def _take_away(
    request: HttpRequest, found: PersonTold, incident: Incident, role: str, user: User
) -> HttpResponse:
    part = get_object_or_404(found.person.parts.all(), incident=incident, role=role)
    part.person = found.person
    persons.leave(part=part, by=user)
    page = key_of_part(found.person, incident, role)
    unsaved.discard(submission=found.person.submission, page=page, by=user)
    messages.success(request, _("%(person)s: the part is taken away.") % {"person": found.person})
    return redirect(
        "submissions:person-parts", found.person.submission.reference, found.person.reference
    )


def _known(found: PersonTold, incident: Incident, role: str) -> PartDetails | None:
    for one in found.parts:
        if one.incident.pk == incident.pk and one.role == role:
            return one.details
    return None


def _headings(submission: Submission) -> list[tuple[Incident, str]]:
    """Incidents as people tell them apart; callers hold an opening of the draft's words."""
    found = []
    for incident in submission.incidents.present():
        incident.submission = submission
        found.append((incident, incidents.read_account(incident).get("heading", "")))
    return found
