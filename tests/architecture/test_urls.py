"""Closed by default: what answers without a session is listed in one place."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from impna.open_pages import BEFORE_TERMS, OPEN
from impna.references import new_reference, show_reference
from tests.factories.partners import signed_in
from tests.factories.submissions import documenter


def patterns(resolver=None, prefix="", namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from patterns(entry, route, inner)
        elif isinstance(entry, URLPattern):
            yield namespace + (entry.name or ""), route


def address(route):
    """An address of the route, with references that name nothing."""
    known = {
        "<str:token>": "unknown-token",
        "<int:membership>": "1",
        "<int:number>": "1",
        "<slug:decision>": "suspend",
        "<slug:precision>": "day",
        "^": "",
        "$": "",
    }
    for part, value in known.items():
        route = route.replace(part, value)
    route = re.sub("<ref:[a-z_]+>", lambda _found: show_reference(new_reference()), route)
    return "/" + re.sub("<[a-z]+:[a-z_]+>", "unknown", route)


ROUTES = sorted(set(patterns()))


def test_every_route_has_a_name():
    assert all(name for name, _route in ROUTES)


@pytest.mark.parametrize(("name", "route"), [r for r in ROUTES if r[0] not in OPEN])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_gets_nowhere(db, name, route, method):
    response = getattr(Client(), method)(address(route))
    assert response.status_code in (302, 401, 404)
    if response.status_code == 302:
        assert response["Location"].startswith("/sign-in/")


def test_the_open_list_names_only_pages_that_exist():
    optional = {"demo", "gallery"}
    assert OPEN - optional <= {name for name, _route in ROUTES}
    assert BEFORE_TERMS - optional <= {name for name, _route in ROUTES}


@pytest.mark.parametrize(
    ("name", "route"), [r for r in ROUTES if "<ref" in r[1] and r[0] not in OPEN]
)
def test_what_does_not_exist_is_404_for_a_member_or_forbidden_by_role(db, name, route):
    client = signed_in(documenter())
    for method in (client.get, client.post):
        assert method(address(route)).status_code in (403, 404, 405)


def test_nothing_changes_by_get(db):
    client = signed_in(documenter())
    assert client.get("/sign-out/").status_code == 405
