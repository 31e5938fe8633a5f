"""The unit's own ledger: assignments, internal state, notes. No byte of anyone else's page (R5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import possible
from cases.actions import assignments, receiving
from cases.actions.grants import OFFICER_GRANTS
from cases.forms import AssessForm, AssignForm, NoteForm
from cases.models import Assignment, Referral
from cases.reading import Referred
from cases.views.loading import page, posted, referral_of, to
from partners import roles
from partners.models import Membership, User


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give it to somebody of the unit, or take it back."""
    found, user = referral_of(request, reference)
    possible.check("assign", user, found)
    people = _people(found)
    choices = [(one.reference, f"{one} · {_role_of(one, found)}") for one in people]
    form = AssignForm(posted(request), people=choices)
    if form.is_valid():
        chosen = next(one for one in people if one.reference == form.cleaned_data["user"])
        named = form.cleaned_data["identifying"]
        assignments.assign(referral=found, user=chosen, identifying=named, by=user)
        messages.success(request, _("It is assigned."))
        return to(_here(found))
    now_with = list(found.assignments.live().select_related("user").order_by("pk"))
    return page(request, "assign", found, form, now_with=now_with, people=people)


@require_POST
def unassign(request: HttpRequest, reference: str, assignment: str) -> HttpResponse:
    """Take it back from somebody."""
    found, user = referral_of(request, reference)
    possible.check("assign", user, found)
    assignments.end(assignment=_assignment(found, assignment), by=user)
    messages.success(request, _("It is assigned to this person no more."))
    return to(_here(found))


@require_POST
def no_conflict(request: HttpRequest, reference: str, assignment: str) -> HttpResponse:
    """State that no conflict of interest stands against working on it."""
    found, user = referral_of(request, reference)
    assignments.state_no_conflict(assignment=_assignment(found, assignment), by=user)
    messages.success(request, _("Your statement is recorded."))
    return to(_here(found))


@require_http_methods(["GET", "POST"])
def assess(request: HttpRequest, reference: str) -> HttpResponse:
    """Change the internal state, its date and the national reference."""
    found, user = referral_of(request, reference)
    possible.check("assess", user, found)
    receiving.open_words(referral=found, by=user)
    known = found.assessment
    ahead = known.due_on > timezone.localdate()
    start = {
        "state": known.state,
        "due": known.due_on if ahead else None,
        "national_reference": Referred(found, user).national_reference,
    }
    form = AssessForm(posted(request), initial=start)
    if form.is_valid():
        assignments.assess(referral=found, **form.cleaned_data, by=user)
        messages.success(request, _("Saved for your unit."))
        return to(_here(found))
    return page(request, "assess", found, form)


@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Write something for the unit."""
    found, user = referral_of(request, reference)
    possible.check("note", user, found)
    form = NoteForm(posted(request))
    if form.is_valid():
        assignments.note(referral=found, text=form.cleaned_data["text"], by=user)
        messages.success(request, _("Saved for your unit."))
        return to(_here(found))
    return page(request, "note", found, form)


def _people(found: Referral) -> list[User]:
    """Officers, analysts and examiners of the unit who do not have it yet."""
    held = Membership.objects.live().filter(unit=found.unit_id, role__in=OFFICER_GRANTS)
    people = User.objects.filter(is_active=True, pk__in=held.values("user"))
    there = found.assignments.live().values("user")
    return list(people.exclude(pk__in=there).order_by("display_name", "pk"))


def _role_of(user: User, found: Referral) -> str:
    held = {m.role for m in user.held if m.unit_id == found.unit_id}
    return str(next((roles.BY_CODE[role].label for role in OFFICER_GRANTS if role in held), ""))


def _assignment(found: Referral, reference: str) -> Assignment:
    one: Assignment = get_object_or_404(
        found.assignments.select_related("user"), reference=reference
    )
    one.referral = found
    return one


def _here(found: Referral) -> str:
    return f"{found.get_absolute_url()}#unit"
