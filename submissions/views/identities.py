"""The vault's pages for one person: that something is kept, entering it blind, opening it, erasing it.

Nothing that is typed here is kept before it is saved, and nothing is shown without an opening.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from custody.models import Opening
from impna.errors import NotNow
from partners.models import User
from partners.policies import allowed
from partners.sessions import need_fresh_factor
from submissions import policies
from submissions.actions import identities
from submissions.forms import CheckedReasonForm
from submissions.identity_forms import IdentityForm
from submissions.models import Identity, Person, Submission
from submissions.name_check import KnownNames
from submissions.states import Status
from submissions.views.drafts import _status, _submission


@require_GET
def identity(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Whether something is kept, who may open it, and what one may do about it."""
    found, user = _person(request, reference, person)
    kept, submission = identities.kept_of(found), found.submission
    erased = submission.status == Status.ERASED
    context = {
        **_about(found),
        "kept": kept,
        "may_keep": not erased and allowed(policies.check_can_keep_identities, user, submission),
        "may_open": kept and allowed(policies.check_can_open_identities, user, submission),
        "may_erase": kept and allowed(policies.check_can_lead, user, submission),
    }
    return render(request, "submissions/identity.html", context)


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Enter it, or enter it anew; the form is empty either way."""
    found, user = _person(request, reference, person)
    policies.check_can_keep_identities(user, found.submission)
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        identities.keep(person=found, details=form.details, by=user)
        messages.success(request, _("Who %(person)s is, is in the vault.") % {"person": found})
        return redirect("submissions:identity", *_names(found))
    context = {**_about(found), "form": form, "kept": identities.kept_of(found)}
    return render(request, "submissions/identity_enter.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def open_one(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Ask to read it: a fresh code, a reason, then fifteen minutes."""
    found, user = _person(request, reference, person)
    policies.check_can_open_identities(user, found.submission)
    kept = _kept(found)
    need_fresh_factor(request)
    form = CheckedReasonForm(
        request.POST if request.method == "POST" else None, names=KnownNames(found.submission)
    )
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        opening = identities.open_one(identity=kept, reason=reason, by=user)
        return redirect("submissions:identity-opened", *_names(found), opening.reference)
    context = {**_about(found), "form": form}
    return render(request, "submissions/identity_open.html", context, status=_status(form))


@require_GET
def opened(request: HttpRequest, reference: str, person: str, opening: str) -> HttpResponse:
    """What is kept, while the permit lasts and for whoever asked for it."""
    found, user = _person(request, reference, person)
    permit: Opening = get_object_or_404(Opening, reference=opening, by=user.reference)
    target = permit.target.partition(":")
    kept = get_object_or_404(
        found.identities.select_related("key", "file__key__compartment"), reference=target[2]
    )
    if target[0] != Identity.custody_label:
        raise Http404
    kept.person = found
    is_open = permit.is_open(timezone.now()) and kept.ended_at is None
    context = {
        **_about(found),
        "permit": permit,
        "details": identities.read(opening=permit, identity=kept, by=user) if is_open else None,
    }
    return render(request, "submissions/identity_opened.html", context)


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, reference: str, person: str) -> HttpResponse:
    """Destroy it, with a fresh code and a reason."""
    found, user = _person(request, reference, person)
    policies.check_can_lead(user, found.submission)
    _kept(found)
    need_fresh_factor(request)
    form = CheckedReasonForm(
        request.POST if request.method == "POST" else None, names=KnownNames(found.submission)
    )
    if form.is_valid():
        identities.erase(person=found, reason=form.cleaned_data["reason"], by=user)
        messages.success(request, _("The identity of %(person)s is erased.") % {"person": found})
        return redirect("submissions:identity", *_names(found))
    context = {**_about(found), "form": form}
    return render(request, "submissions/identity_erase.html", context, status=_status(form))


def _person(request: HttpRequest, reference: str, person: str) -> tuple[Person, User]:
    submission, user = _submission(request, reference)
    found: Person = get_object_or_404(submission.persons.present(), reference=person)
    found.submission = submission
    return found, user


def _kept(person: Person) -> Identity:
    found = identities.kept_of(person)
    if found is None:
        raise NotNow(_("No identity is kept of this person."))
    return found


def _about(person: Person) -> dict[str, Any]:
    submission: Submission = person.submission
    return {"person": person, "submission": submission}


def _names(person: Person) -> tuple[str, str]:
    return person.submission.reference, person.reference
