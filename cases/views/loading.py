"""What every page of a recipient begins and ends with."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from cases.lists import sender_of
from cases.models import Referral
from partners.models import User

_WITH = (
    "unit__partner",
    "submission__partner",
    "submission__compartment",
    "version",
    "compartment",
    "assessment",
)


def user_of(request: HttpRequest) -> User:
    """Whoever is signed in."""
    user = request.user
    assert isinstance(user, User)
    return user


def referral_of(request: HttpRequest, reference: str) -> tuple[Referral, User]:
    """One that this person may see; for everyone else it does not exist (R5)."""
    user = user_of(request)
    visible = Referral.objects.visible_to(user).select_related(*_WITH).defer("version__manifest")
    found: Referral = get_object_or_404(visible, reference=reference)
    return found, user


def posted(request: HttpRequest) -> Any:
    """Unlike `request.POST or None`, a form with nothing ticked was sent all the same."""
    return request.POST if request.method == "POST" else None


def to(address: str) -> HttpResponse:
    """See other: what was posted is done, and reloading the next page does not repeat it."""
    return HttpResponseRedirect(address, status=303)


def page(
    request: HttpRequest, template: str, referral: Referral, form: BaseForm, **more: Any
) -> HttpResponse:
    """A form about one referral; 422 when something in it is to be mended."""
    context = {"referral": referral, "sender": sender_of(referral), "form": form, **more}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"cases/{template}.html", context, status=status)
