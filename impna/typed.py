"""What someone typed when their session ended is shown again after sign-in, never stored.

The expired POST is answered with the sign-in form, which carries the typed fields along as hidden
fields through both steps; afterwards one button sends them where they were going. They pass only
between browser and portal. Only a POST that passed the CSRF check gets here.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

_PREFIX = "typed."
_GOING_TO = "typed-for"
# Secrets are typed again; they have no place in a page's source.
_LEFT_OUT = ("csrfmiddlewaretoken", "password", "new_password", "code", "ticket")


def sign_in_address(next_page: str) -> str:
    """The sign-in page, with the way back."""
    address = reverse("partners:sign-in")
    return address if next_page == "/" else f"{address}?{urlencode({'next': next_page})}"


def keep(request: HttpRequest) -> HttpResponse:
    """The sign-in form in place of the page that was posted to."""
    fields = [
        (f"{_PREFIX}{name}", value)
        for name, values in request.POST.lists()
        if name not in _LEFT_OUT
        for value in values
    ]
    context = {
        "next": "/",
        "carried": [(_GOING_TO, request.get_full_path()), *fields],
        "session_ended": True,
    }
    return render(request, "partners/sign_in.html", context, status=401)


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields to carry through the next step."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name == _GOING_TO or name.startswith(_PREFIX)
        for value in values
    ]


def going_to(request: HttpRequest) -> str | None:
    """Where the typed form was going: a page of ours, or None."""
    address = request.POST.get(_GOING_TO, "")
    if address and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return None


def original_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """The typed fields under their own names again."""
    return [
        (name.removeprefix(_PREFIX), value)
        for name, value in carried(request)
        if name.startswith(_PREFIX)
    ]
