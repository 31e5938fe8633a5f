"""What someone typed is not lost when a form cannot be taken: it is shown again, never stored.

The expired POST is answered with the sign-in form, which carries the typed fields along as hidden
fields through both steps; afterwards one button sends them where they were going. They pass only
between browser and portal. Only a POST that passed the CSRF check gets so far.

What was typed into a form that is refused ("not now"), or that is older than the session, stands on
the page that says so (`said`); of the latter kind, one button sends it again.
"""

import inspect
import sys
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.choices import flatten_choices
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext

_PREFIX = "typed."
_GOING_TO = "typed-for"
_SURELY_TYPED = 20  # characters
# Secrets are typed again; they have no place in a page's source.
_LEFT_OUT = ("csrfmiddlewaretoken", "password", "new_password", "code", "ticket")


def sign_in_address(next_page: str) -> str:
    """The sign-in page, with the way back."""
    address = reverse("partners:sign-in")
    return address if next_page == "/" else f"{address}?{urlencode({'next': next_page})}"


def keep(request: HttpRequest) -> HttpResponse:
    """The sign-in form in place of the page that was posted to."""
    fields = [(f"{_PREFIX}{name}", value) for name, value in sent(request)]
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


def sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields as they were sent, without secrets."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _LEFT_OUT
        for value in values
    ]


def said(request: HttpRequest) -> list[tuple[Any, list[Any]]]:
    """What was typed and chosen, in words, each under the label it was asked with.

    Labels are those of the forms that the view's module knows. What no form asks is a button or a
    hidden field: only if it is long, so that somebody may have typed it, does it stand under its
    own name.
    """
    if request.method != "POST":
        return []
    names = set(request.POST)
    known = sorted(
        _forms_of(request),
        key=lambda form: (-len(names & set(form.base_fields)), len(form.base_fields)),
    )
    found: dict[str, tuple[Any, list[Any]]] = {}
    for name, value in sent(request):
        field = _field(name, known)
        words = _in_words(field, value)
        if words.strip():
            label = field.label if field is not None and field.label else name
            found.setdefault(name, (label, []))[1].append(words)
    return list(found.values())


def back(request: HttpRequest) -> str:
    """The page the form stood on, as it is now: the browser names it, of this origin only."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    here: str = request.get_full_path()
    address = f"{came_from.path}?{came_from.query}".rstrip("?")
    is_ours = came_from.netloc == request.get_host()
    if is_ours and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return here


def came_from_us(request: HttpRequest) -> bool:
    """The browser says that a page of this portal sent it; no other site can make it say so."""
    return request.headers.get("Origin") == settings.ORIGIN


def _forms_of(request: HttpRequest) -> Iterable[Any]:
    if request.resolver_match is None:
        return
    view = inspect.unwrap(request.resolver_match.func)
    for found in vars(sys.modules[view.__module__]).values():
        if inspect.isclass(found) and issubclass(found, (forms.Form, forms.ModelForm)):
            yield found


def _field(name: str, known: Iterable[Any]) -> forms.Field | None:
    """Of the form that asks it; forms of which there are several on a page put a prefix before it."""
    for asked in (name, name.rpartition("-")[2]):
        for form in known:
            if asked in form.base_fields:
                found: forms.Field = form.base_fields[asked]
                return found
    return None


def _in_words(field: forms.Field | None, value: str) -> str:
    """A choice as it was offered, what was typed as it is; nothing for what nobody typed."""
    if field is not None and field.widget.is_hidden:
        return ""
    if field is None:
        return value if len(value) > _SURELY_TYPED else ""
    if isinstance(field, forms.BooleanField):
        return gettext("Yes")
    if not isinstance(field, forms.ChoiceField):
        return value
    choices: Any = field.choices
    pairs: Iterable[tuple[Any, Any]] = flatten_choices(choices)
    offered = {str(code): str(label) for code, label in pairs}
    return offered.get(value, "")
