"""Groups, sources and what speaks against an incident over HTTP."""

import pytest
from django.urls import reverse

from custody.models import Opening
from impna.references import new_reference
from submissions.actions import groups, incidents, information
from submissions.models import Group, Information
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import (
    a_group,
    another_documenter,
    complete_draft,
    describe,
    handed_over,
    information_of,
    joined,
    person_in,
)
from tests.partners.browser import words

HOSTILE = '<script>alert("x")</script>\u202egpj'
GROUP = {"who": "Families below the mill", "unit": "families", "fewest": "40", "most": "60",
         "role": "victim", "basis": ["direct"]}  # fmt: skip
SOURCE = {"source": "own", "basis": "direct", "on": ["conduct", "who"], "bearing": "supports"}


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


def page(submission, name, *more):
    incident = submission.incidents.get()
    names = [submission.reference, incident.reference, *more]
    return reverse(f"submissions:{name}", args=names)


def account(submission):
    return incidents.read_account(submission.incidents.get())


def test_a_group_is_added_changed_and_taken_away(client, submission):
    here = page(submission, "incident-detail")
    joined(person_in(submission), "witness")
    assert page(submission, "group-add") in words(client.get(here))
    answer = client.post(page(submission, "group-add"), GROUP | {"statuses": ["displaced"]})
    assert answer["Location"] == f"{here}#people"
    group = Group.objects.get()
    seen = words(client.get(here))
    for said in ("Families: 40 to 60", GROUP["who"], "Displaced", "W-03", "Direct sight"):
        assert said in seen, said
    change = page(submission, "group-change", group.reference)
    assert "Families below the mill" in words(client.get(change))
    assert client.post(change, GROUP | {"fewest": "", "who": "Others"}).status_code == 302
    assert "Families: at most 60" in words(client.get(here))
    assert "Families: at most 60" in words(
        client.get(reverse("submissions:check", args=[submission.reference]))
    )
    assert client.post(change, {"take_away": "it"}).status_code == 302
    assert not Group.objects.exists()
    assert client.get(change).status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"fewest": "61"}, "“At most” is less than “at least”."),
        ({"fewest": "0"}, "greater than or equal to 1"),
        ({"fewest": "many"}, "whole number"),
        ({"unit": ""}, "Choose what you count."),
        ({"role": ""}, "Choose what they were in it."),
        ({"who": " "}, "Say in a few words who they are."),
        ({"role": "witness", "statuses": ["dead"]}, "asked of victims only"),
    ],
)
def test_a_group_that_is_none_is_a_sentence_and_keeps_what_was_typed(
    client, submission, typed, sentence
):
    answer = client.post(page(submission, "group-add"), GROUP | typed)
    assert answer.status_code == 422
    assert sentence in words(answer) and "Direct sight" in words(answer)
    assert not Group.objects.exists()


def test_each_kind_of_source_is_recorded(client, submission):
    person_in(submission)
    for typed, label in (
        ({"source": "person", "code": "w 3".replace(" ", "-0")}, "W-03"),
        ({"source": "exhibit", "number": "1"}, "Exhibit 1"),
        ({"words": "We were there."}, "Own observation"),
    ):
        answer = client.post(page(submission, "information-add"), SOURCE | typed)
        assert answer["Location"] == page(submission, "incident-detail") + "#sources"
        assert label in words(client.get(answer["Location"]))
    assert Information.objects.count() == 3
    assert "reliability" not in words(client.get(page(submission, "information-add"))).lower()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"source": "person"}, "Type the code of somebody"),
        ({"source": "person", "code": "W-99"}, "Type the code of somebody"),
        ({"source": "person", "code": "Amina"}, "Never a name"),
        ({"source": "exhibit"}, "Type the number of an exhibit"),
        ({"source": "exhibit", "number": "9"}, "Type the number of an exhibit"),
        ({"source": ""}, "Choose where it comes from."),
        ({"basis": ""}, "Choose how the source knows."),
        ({"on": []}, "Choose what it is about."),
        ({"bearing": ""}, "Choose which way it points."),
    ],
)
def test_a_source_that_is_none_is_a_sentence(client, submission, typed, sentence):
    answer = client.post(page(submission, "information-add"), SOURCE | typed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert not Information.objects.exists()


def test_how_reliable_it_is_is_asked_of_a_document_and_of_nothing_else(client, submission):
    exhibit, by = submission.exhibits.get(), submission.begun_by
    row = information_of(submission, exhibit=exhibit)
    grade = page(submission, "information-grade", row.reference)
    assert client.get(grade).status_code == 409
    assert client.post(grade, {"reliability": "unsure"}).status_code == 409
    with acting(by):
        describe(exhibit, by, evidence_type="press_item")
    answer = client.post(
        page(submission, "information-change", row.reference),
        SOURCE | {"source": "exhibit", "number": "1"},
    )
    assert answer["Location"] == grade
    assert "Never of people" in words(client.get(grade))
    assert client.post(grade, {"reliability": "unsure"}).status_code == 302
    row.refresh_from_db()
    assert row.reliability == "unsure"
    assert "Unsure" in words(client.get(page(submission, "incident-detail")))


def test_what_speaks_against_it_is_a_question_of_its_own(client, submission):
    against = page(submission, "incident-against")
    assert 'name="weakens"' not in words(client.get(page(submission, "incident-what")))
    assert client.post(against, {}).status_code == 302
    assert "what weakens it" in words(client.get(page(submission, "incident-detail")))
    for typed in ({"against": "something"}, {"against": "nothing", "weakens": "It was dark."}):
        assert client.post(against, typed).status_code == 422
    assert client.post(against, {"weakens": "It was dark."}).status_code == 302
    assert account(submission)["against"] == "something"
    assert client.post(against, {"against": "nothing"}).status_code == 302
    assert "weakens" not in account(submission)
    seen = words(client.get(page(submission, "incident-detail")))
    assert "Nothing known" in seen and "Still missing" not in seen


def test_sources_that_contradict_stand_beside_the_question(client, submission):
    against = page(submission, "incident-against")
    information_of(submission, bearing="contradicts", words="It was another day.")
    information_of(submission, words="It was that day.")
    seen = words(client.get(against))
    assert "It was another day." in seen and "It was that day." not in seen
    answer = client.post(against, {"against": "nothing"})
    assert answer.status_code == 422 and "A source points against it" in words(answer)
    assert client.post(against, {"against": "something"}).status_code == 302
    assert "Still missing" not in words(client.get(page(submission, "incident-detail")))


def test_what_was_told_before_it_was_a_question_is_something(client, submission):
    by = submission.begun_by
    with acting(by):
        told = {"against": "", "weakens": "It was dark."}
        incidents.tell(incident=submission.incidents.get(), answers=told, by=by)
    form = client.get(page(submission, "incident-against")).context["form"]
    assert form["against"].value() == "something"
    assert "Still missing" not in words(client.get(page(submission, "incident-detail")))


def test_what_was_typed_is_shown_as_text(client, submission):
    client.post(page(submission, "group-add"), GROUP | {"who": HOSTILE, "known_by": HOSTILE})
    client.post(page(submission, "information-add"), SOURCE | {"words": HOSTILE})
    for seen in (page(submission, "incident-detail"),
                 reverse("submissions:check", args=[submission.reference])):  # fmt: skip
        assert "<script>alert" not in client.get(seen).content.decode()


def test_hidden_and_unknown_are_the_same_and_readers_change_nothing(client, submission):
    group, row = a_group(submission), information_of(submission)
    stranger = signed_in(another_documenter())
    for name, reference in (("group-change", group.reference),
                            ("information-change", row.reference),
                            ("information-grade", row.reference)):  # fmt: skip
        for unknown, who in ((reference, stranger), (new_reference(), client)):
            assert who.get(page(submission, name, unknown)).status_code == 404
    for name in ("group-add", "information-add", "incident-against"):
        assert stranger.get(page(submission, name)).status_code == 404


def test_after_hand_over_it_is_read_only(client, submission):
    group = a_group(submission)
    handed_over(submission)
    assert client.get(page(submission, "group-add")).status_code == 409
    assert client.get(page(submission, "group-change", group.reference)).status_code == 409
    seen = words(client.get(page(submission, "incident-detail")))
    assert "Families: 40 to 60" in seen and "Record what a source says" not in seen


def test_reading_it_is_one_opening(client, submission):
    a_group(submission)
    for name in ("incident-detail", "incident-against"):
        client.get(page(submission, name))
    assert Opening.objects.filter(by=submission.begun_by.reference).count() == 1


def test_unsaved_typing_of_a_change_is_kept_on_its_own_page(client, submission):
    group, row = a_group(submission), information_of(submission)
    for name, found in (("group-change", group), ("information-change", row)):
        address = page(submission, name, found.reference)
        kept = client.get(address).context["autosave"]
        assert client.post(kept, {"who": "canary", "words": "canary"}).status_code == 200
        assert "canary" in words(client.get(address))
    assert groups.read_details(group).who == "Example families."
    assert information.read_details(row).words == "Example."
