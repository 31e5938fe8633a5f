"""The carrying itself: what goes along, what is left out, where it may go."""

import pytest

from impna import typed
from tests.partners.test_sign_in import ELSEWHERE


@pytest.mark.parametrize(
    ("next_page", "address"),
    [
        ("/", "/sign-in/"),
        ("/members/", "/sign-in/?next=%2Fmembers%2F"),
        ("/members/?a=1&b=2", "/sign-in/?next=%2Fmembers%2F%3Fa%3D1%26b%3D2"),
    ],
)
def test_the_way_back_is_part_of_the_address(next_page, address):
    assert typed.sign_in_address(next_page) == address


def test_only_carried_fields_go_along(rf):
    sent = {
        "typed-for": "/x/",
        "typed.a": ["1", "2"],
        "typed.": "empty",
        "email": "e",
        "typedx": "y",
    }
    request = rf.post("/sign-in/", sent)
    assert typed.carried(request) == [
        ("typed-for", "/x/"),
        ("typed.a", "1"),
        ("typed.a", "2"),
        ("typed.", "empty"),
    ]
    assert typed.original_fields(request) == [("a", "1"), ("a", "2"), ("", "empty")]


def test_a_field_of_the_form_named_like_ours_comes_back_as_it_was(rf):
    request = rf.post("/sign-in/", {"typed.typed.a": "1", "typed.typed-for": "2"})
    assert typed.original_fields(request) == [("typed.a", "1"), ("typed-for", "2")]
    assert typed.going_to(request) is None


@pytest.mark.parametrize("address", ["", *ELSEWHERE])
def test_a_form_that_was_going_elsewhere_goes_nowhere(rf, address):
    assert typed.going_to(rf.post("/sign-in/", {"typed-for": address})) is None


def test_nothing_in_the_address_bar_is_carried(rf):
    request = rf.get("/sign-in/", {"typed-for": "/x/", "typed.a": "1"})
    assert typed.carried(request) == []
    assert typed.going_to(request) is None
