"""The exhibit's page: every answer kept or refused with words, sealed where it says so."""

from dataclasses import asdict

import pytest
from django.urls import reverse

from custody.models import CustodyEvent
from partners import roles
from submissions import custody_told
from submissions.actions import exhibits, progress
from submissions.answers import Collected, Details, Step, still_open
from submissions.models import Exhibit, Submission, UploadToken
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    complete_draft,
    handed_over,
    person_in,
    recognised,
)
from tests.partners.browser import words

FULL = {
    "evidence_type": "video",
    "description": "canary-shows",
    "derivation": "original",
    "strands": ["crime_base", "linkage"],
    "recognisable": "someone",
    "identified_by": ["face", "voice"],
    "obtained": "person",
    "origin": "canary-origin",
    "markers": ["graphic"],
    "handling": ["H1", "H3"],
    "restrictions": "canary-restrictions",
}


@pytest.fixture
def submission(db):
    return complete_draft(recognisable="unanswered", evidence_type="", obtained="")


@pytest.fixture
def exhibit(submission) -> Exhibit:
    return submission.exhibits.select_related("submission__compartment").get()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


@pytest.fixture
def here(exhibit):
    names = [exhibit.submission.reference, exhibit.reference]
    return reverse("submissions:exhibit-detail", args=names)


def fresh(exhibit) -> Exhibit:
    return Exhibit.objects.select_related("submission__compartment").get(pk=exhibit.pk)


def without(*names):
    return {name: value for name, value in FULL.items() if name not in names}


def test_every_answer_is_kept_and_shown_again(client, exhibit, here):
    assert client.post(here, FULL).status_code == 302
    found = fresh(exhibit)
    assert (found.evidence_type, found.derivation, found.obtained) == (
        "video",
        "original",
        "person",
    )
    assert (found.recognisable, found.identified_by) == ("someone", ["face", "voice"])
    assert (found.strands, found.markers) == (["crime_base", "linkage"], ["graphic"])
    assert found.handling == ["H1", "H3"]
    details = exhibits.read_details(found)
    assert (details.origin, details.restrictions) == ("canary-origin", "canary-restrictions")
    assert still_open(found) == []
    page = words(client.get(here))
    for said in ("canary-shows", "canary-origin", "canary-restrictions"):
        assert said in page
    assert page.count(" checked") == 2 + 1 + 2 + 1 + 1 + 2
    assert "Still missing" not in page


def test_what_is_said_to_be_encrypted_stands_in_no_clear_column_and_no_event(client, here):
    client.post(here, FULL)
    rows = [*Exhibit.objects.values(), *CustodyEvent.objects.values("entry")]
    said = " ".join(str(value) for row in rows for value in row.values())
    assert "canary" not in said
    sealed = [bytes(row["details"]) for row in Exhibit.objects.values("details")]
    assert not any(b"canary" in text for text in sealed)


def test_nothing_is_chosen_that_nobody_answered(client, here):
    page = words(client.get(here))
    assert " checked" not in page
    assert page.count(" selected") == 2  # "Not chosen yet", twice
    assert "Whether someone can be recognised, what it is, how it was obtained" in page


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (without("recognisable"), "recognisable", "Say whether someone can"),
        (FULL | {"recognisable": "nobody"}, "identified_by", "You answered that nobody"),
        (without("restrictions"), "restrictions", "Say what the restrictions are."),
        (FULL | {"handling": ["H1"]}, "handling", "choose “Other restrictions” as well"),
        (FULL | {"obtained": "stolen"}, "obtained", "valid choice"),
        (FULL | {"markers": ["rude"]}, "markers", "valid choice"),
    ],
)
def test_a_mistake_is_a_sentence_at_its_field_and_changes_nothing(
    client, exhibit, here, typed, field, sentence
):
    page = client.post(here, typed)
    assert page.status_code == 422
    assert sentence in str(page.context["form"].errors[field])
    assert "canary-origin" in words(page)
    assert fresh(exhibit).recognisable == "unanswered"


def test_saving_goes_to_the_next_exhibit_that_is_not_answered_for(client, submission, here):
    by = submission.begun_by
    with acting(by):
        other = exhibits.add_without_file(
            submission=submission, delivery="held", name="another", description="",
            declared=exhibits.Declared(), by=by,
        )  # fmt: skip
    assert "Save and go to the next" in words(client.get(here))
    answer = client.post(here, FULL | {"then": "next"})
    names = [submission.reference, other.reference]
    assert answer["Location"] == reverse("submissions:exhibit-detail", args=names)
    assert "Save and go to the next" not in words(client.get(answer["Location"]))


def test_steps_are_added_and_taken_away_one_at_a_time(client, exhibit, here):
    client.post(here, FULL)
    assert client.post(f"{here}steps/", {"what": "", "note": "kept"}).status_code == 422
    for what, when in (("collected", "spring 2024"), ("copied", ""), ("gap", "")):
        typed = {"what": what, "when": when, "note": f"canary {what}"}
        assert client.post(f"{here}steps/", typed).status_code == 302
    page = client.get(f"{here}steps/")
    assert "spring 2024" in words(page) and "canary copied" in words(page)
    key = page.context["steps"][1]["key"]
    assert client.post(f"{here}steps/", {"take_away": key}).status_code == 302
    details = exhibits.read_details(fresh(exhibit))
    assert [step.what for step in details.steps] == ["collected", "gap"]
    assert details.origin == "canary-origin"
    again = client.post(f"{here}steps/", {"take_away": key})
    assert again.status_code == 409
    client.post(here, FULL)
    assert len(exhibits.read_details(fresh(exhibit)).steps) == 2


def test_every_field_of_a_step_is_kept_and_shown(client, exhibit, here):
    typed = {name: f"canary-{name}" for name in custody_told.STEP}
    assert client.post(f"{here}steps/", typed | {"what": "transferred_in"}).status_code == 302
    (step,) = exhibits.read_details(fresh(exhibit)).steps
    assert asdict(step) == typed | {"what": "transferred_in"}
    for page in (client.get(f"{here}steps/"), signed_in(reader_of(exhibit)).get(here)):
        assert all(said in words(page) for said in typed.values())


def test_how_it_was_collected_is_kept_and_shown(client, exhibit, here):
    client.post(here, FULL)
    typed = {name: f"canary-{name}" for name in custody_told.COLLECTED}
    assert client.post(f"{here}collected/", typed).status_code == 302
    details = exhibits.read_details(fresh(exhibit))
    assert asdict(details.collected) == typed
    assert details.origin == "canary-origin"
    for page in (client.get(here), signed_in(reader_of(exhibit)).get(here)):
        assert all(said in words(page) for said in typed.values())


def test_what_is_too_long_is_refused_and_not_lost(client, exhibit, here):
    answer = client.post(f"{here}collected/", {"tool": "x" * 301, "place": "kept words"})
    assert answer.status_code == 422
    assert "kept words" in words(answer)
    assert exhibits.read_details(fresh(exhibit)).collected == Collected()


def test_details_sealed_before_these_questions_were_asked_are_still_read():
    text = '{"origin": "", "restrictions": "", "steps": [{"what": "gap"}]}'
    found = Details.from_text(text)
    assert found.collected == Collected()
    assert found.steps == [Step("gap")]


def test_the_list_of_steps_has_an_end(client, here, monkeypatch):
    monkeypatch.setattr("submissions.views.exhibit_answers.MOST_STEPS", 1)
    assert client.post(f"{here}steps/", {"what": "collected"}).status_code == 302
    assert client.post(f"{here}steps/", {"what": "copied"}).status_code == 409


def reader_of(exhibit):
    return member(exhibit.submission.partner, roles.Reader.code)


def test_a_reader_reads_every_answer_and_changes_none(client, submission, here):
    client.post(here, FULL)
    client.post(f"{here}steps/", {"what": "collected", "when": "spring 2024"})
    recognised(submission, person_in(submission), numbers=(1,))
    reader = signed_in(member(submission.partner, roles.Reader.code))
    page = words(reader.get(here))
    for said in ("W-03", "canary-origin", "canary-restrictions", "Face, Voice", "spring 2024"):
        assert said in page
    assert "<textarea" not in page
    for path in (here, f"{here}steps/", f"{here}collected/"):
        assert reader.post(path, FULL).status_code == 403


def test_for_another_organisation_the_steps_do_not_exist(here):
    stranger = signed_in(another_documenter())
    for path in ("steps/", "collected/"):
        assert stranger.get(here + path).status_code == 404
        assert stranger.post(here + path, {"what": "collected"}).status_code == 404


def test_after_hand_over_nothing_of_an_exhibit_is_changed(db):
    version = handed_over()
    exhibit = version.items.get().exhibit
    names = [version.submission.reference, exhibit.reference]
    here = reverse("submissions:exhibit-detail", args=names)
    client = signed_in(version.submission.begun_by)
    assert client.get(here).status_code == 200
    for path in (here, f"{here}steps/", f"{here}collected/", f"{here}take-out/", f"{here}give-up/"):
        answer = client.post(path, FULL | {"what": "collected", "reason": "x"})
        assert answer.status_code == 409, path
    assert "begin a supplement" in words(answer)
    describe = f"{version.submission.get_absolute_url()}exhibits/describe/"
    assert client.post(describe, {}).status_code == 409


def test_the_groups_of_the_list_agree_with_what_is_open(db):
    answered = {"recognisable": "nobody", "evidence_type": "video", "obtained": "made"}
    cases = [
        {},
        {"recognisable": "unanswered"},
        {"recognisable": "someone"},
        {"recognisable": "someone", "identified_by": ["face"]},
        {"evidence_type": ""},
        {"obtained": ""},
    ]
    for case in cases:
        exhibit = complete_draft(**(answered | case)).exhibits.get()
        open_ones = bool(still_open(exhibit))
        found = Exhibit.objects.filter(pk=exhibit.pk)
        assert found.needing_someone().exists() == open_ones, case
        assert found.unanswered().exists() == open_ones, case
        assert found.settled().exists() != open_ones, case


def test_looking_at_the_upload_page_makes_one_token_a_day(db, clock):
    submission = complete_draft()
    client = signed_in(submission.begun_by)
    address = f"{submission.get_absolute_url()}exhibits/"
    events = CustodyEvent.objects.filter(type="submissions.submission.uploading_allowed")
    first = client.get(address).context["token"]
    assert client.get(address).context["token"] == first
    assert events.count() == UploadToken.objects.count() == 1
    clock.move(hours=13)
    client = signed_in(submission.begun_by)
    assert client.get(address).context["token"] != first
    assert events.count() == 2


def test_a_token_that_was_revoked_is_not_given_again(db):
    from submissions.actions import tokens

    submission = complete_draft()
    client, address = signed_in(submission.begun_by), f"{submission.get_absolute_url()}exhibits/"
    first = client.get(address).context["token"]
    with acting(submission.begun_by):
        tokens.revoke_all(by=submission.begun_by)
    second = client.get(address).context["token"]
    assert second != first
    assert tokens.find(first) is None
    assert tokens.find(second).submission == submission


def test_looking_at_the_upload_page_does_not_take_a_draft_back_from_its_approver(db):
    submission = complete_draft()
    by = submission.begun_by
    with acting(by):
        progress.make_ready(submission=submission, by=by)
    signed_in(by).get(f"{submission.get_absolute_url()}exhibits/")
    assert Submission.objects.get(pk=submission.pk).status == "ready"
