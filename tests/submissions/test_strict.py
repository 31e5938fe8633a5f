"""Strict handling by default for what shows a child or a survivor: suggested, seen, changeable."""

import json

import pytest
from django.urls import reverse

from custody.models import CustodyEvent
from submissions.models import Exhibit
from submissions.strict import Strict
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import complete_draft, describe, person_in, recognised
from tests.partners.browser import words

ANSWERS = {
    "evidence_type": "photograph", "recognisable": "someone", "identified_by": ["face"],
    "obtained": "made",
}  # fmt: skip


@pytest.fixture
def exhibit(db):
    """A child can be recognised in it."""
    submission = complete_draft(recognisable="someone", identified_by=["face"])
    child = person_in(submission, "V-01", heard="yes", vulnerabilities=["child"])
    recognised(submission, child, numbers=(1,))
    return submission.exhibits.get()


def here(exhibit):
    names = [exhibit.submission.reference, exhibit.reference]
    return reverse("submissions:exhibit-detail", args=names)


def check_page(exhibit):
    client = signed_in(exhibit.submission.begun_by)
    return words(client.get(reverse("submissions:check", args=[exhibit.submission.reference])))


def ticked(response):
    return response.context["form"]["handling"].value()


def post(exhibit, **more):
    client = signed_in(exhibit.submission.begun_by)
    assert client.post(here(exhibit), ANSWERS | more).status_code == 302
    return Exhibit.objects.get(pk=exhibit.pk)


def test_strict_codes_are_ticked_beforehand_with_the_reason(exhibit):
    response = signed_in(exhibit.submission.begun_by).get(here(exhibit))
    assert ticked(response) == ["H1", "H2"]
    assert "A child or a survivor can be recognised in it: V-01" in words(response)
    assert "only when two people of the recipient agree" in words(response)
    assert exhibit.handling == []
    assert response.context["form"]["markers"].value() == []


def test_what_was_said_before_stays_beside_them(exhibit):
    with acting(exhibit.submission.begun_by):
        describe(exhibit, exhibit.submission.begun_by, handling=["H0"], **ANSWERS)
    response = signed_in(exhibit.submission.begun_by).get(here(exhibit))
    assert ticked(response) == ["H0", "H1", "H2"]


def test_taking_less_is_recorded_and_not_suggested_again(exhibit):
    found = post(exhibit, handling=["H2"])
    assert found.loosened
    event = CustodyEvent.objects.filter(type="submissions.exhibit.changed").latest("pk")
    assert json.loads(event.entry)["data"]["loosened"] is True
    client = signed_in(exhibit.submission.begun_by)
    again = client.get(here(exhibit))
    assert ticked(again) == ["H2"]
    assert "less was chosen" in words(again)
    assert "less strict than was suggested" in words(again)
    assert "A documenter chose less: Exhibit 1" in check_page(exhibit)
    assert not post(exhibit, handling=["H1", "H2"]).loosened
    assert "Less strict than suggested" not in check_page(exhibit)


def test_a_suggestion_that_nobody_saw_is_named(exhibit):
    assert "Nobody has looked at the suggestion yet: Exhibit 1" in check_page(exhibit)
    assert not exhibit.loosened


def test_nothing_is_suggested_for_others(db):
    submission = complete_draft(recognisable="someone", identified_by=["face"])
    recognised(submission, person_in(submission), numbers=(1,))
    exhibit = submission.exhibits.get()
    response = signed_in(submission.begun_by).get(here(exhibit))
    assert ticked(response) == []
    assert "Suggested for this exhibit" not in words(response)
    assert not post(exhibit).loosened
    assert "Less strict than suggested" not in check_page(exhibit)


@pytest.mark.parametrize(
    ("offences", "suggested"),
    [(["RS-7-1-g-6"], True), (["RS-8-2-b-xxii"], True), (["RS-7-1-a"], False), ([], False)],
)
def test_two_people_are_suggested_for_sexual_violence_and_never_chosen(db, offences, suggested):
    submission = complete_draft()
    submission.incidents.update(offences=offences, not_sure=not offences)
    exhibit = submission.exhibits.get()
    assert Strict.of(exhibit).two_people is suggested
    response = signed_in(submission.begun_by).get(here(exhibit))
    assert ("An incident of this submission is of sexual violence" in words(response)) is suggested
    assert ticked(response) == response.context["form"]["markers"].value() == []
