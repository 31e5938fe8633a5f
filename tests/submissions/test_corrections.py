"""What was typed of material that stays elsewhere can be mended while it is a draft; the log tells."""

import json

import pytest
from django.db import transaction

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions.actions import exhibits, versions
from submissions.actions.exhibits import Declared
from submissions.models import Exhibit
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    describe,
    documenter,
    draft,
    sent,
)

RIGHT = {"delivery": "direct", "name": "Hard disk, black", "sha256": "cd" * 32, "size": "1 234"}


@pytest.fixture
def submission(db):
    return draft()


@pytest.fixture
def exhibit(submission):
    return held(submission)


def held(submission) -> Exhibit:
    by = submission.begun_by
    with transaction.atomic(), acting_as(by):
        return exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="Hard disk",
            description="In the safe.",
            declared=Declared(sha256="ab" * 32),
            by=by,
        )


def one(exhibit):
    return f"{exhibit.submission.get_absolute_url()}exhibits/{exhibit.reference}/"


def client():
    return signed_in(documenter())


def correct(exhibit, by, **given):
    known = {"delivery": "held", "name": "Hard disk", "declared": Declared()}
    return exhibits.correct(exhibit=exhibit, by=by, **(known | given))


def test_a_slip_is_mended_and_the_log_keeps_both_digests_and_no_name(exhibit):
    page = client().get(one(exhibit)).content.decode()
    assert "Correct name, delivery or digests" in page
    form = client().get(f"{one(exhibit)}correct/").content.decode()
    assert "ab" * 32 in form
    assert "Hard disk" in form
    answer = client().post(f"{one(exhibit)}correct/", RIGHT)
    assert answer.status_code == 302, answer.content.decode()
    exhibit.refresh_from_db()
    assert (exhibit.delivery, exhibit.declared_sha256) == ("direct", "cd" * 32)
    assert (exhibit.declared_sha512, exhibit.declared_size) == ("", 1234)
    assert exhibits.read_name(exhibit) == "Hard disk, black"
    assert exhibits.read_description(exhibit) == "In the safe."
    event = CustodyEvent.objects.get(type="submissions.exhibit.corrected")
    assert json.loads(event.entry)["data"] == {
        "exhibit": 1,
        "name": True,
        "before": {"delivery": "held", "sha256": "ab" * 32, "sha512": "", "size": ""},
        "after": {"delivery": "direct", "sha256": "cd" * 32, "sha512": "", "size": "1234"},
    }
    assert "black" not in event.entry
    page = client().get(one(exhibit)).content.decode()
    assert (
        "Exhibit 1: what was said of its material was corrected. Its digests were changed." in page
    )


def test_a_mistake_is_a_sentence_and_changes_nothing(exhibit):
    answer = client().post(f"{one(exhibit)}correct/", RIGHT | {"sha256": "cd" * 31})
    assert answer.status_code == 422
    assert "This digest has 64 characters" in answer.content.decode()
    assert "Hard disk, black" in answer.content.decode()
    exhibit.refresh_from_db()
    assert exhibit.declared_sha256 == "ab" * 32


def test_a_reader_and_a_stranger_correct_nothing(exhibit):
    reader = member(exhibit.submission.partner, roles.Reader.code)
    assert "Correct name" not in signed_in(reader).get(one(exhibit)).content.decode()
    for method in ("get", "post"):
        assert getattr(signed_in(reader), method)(f"{one(exhibit)}correct/").status_code == 403
        stranger = signed_in(another_documenter())
        assert getattr(stranger, method)(f"{one(exhibit)}correct/").status_code == 404
    with acting(reader), pytest.raises(NotAllowed):
        correct(exhibit, reader)


def test_a_received_file_is_never_corrected(submission):
    file = sent(submission, b"what was sent")
    assert "Correct name" not in client().get(one(file)).content.decode()
    assert client().post(f"{one(file)}correct/", RIGHT).status_code == 404
    by = submission.begun_by
    with acting(by), pytest.raises(NotNow):
        correct(file, by)


def test_material_elsewhere_does_not_become_an_upload(exhibit):
    answer = client().post(f"{one(exhibit)}correct/", RIGHT | {"delivery": "portal"})
    assert answer.status_code == 422
    by = exhibit.submission.begun_by
    with acting(by), pytest.raises(NotNow):
        correct(exhibit, by, delivery="portal")


def test_what_was_handed_over_is_corrected_by_a_supplement_alone(db):
    submission = complete_draft()
    exhibit = submission.exhibits.get()
    with acting(approver(submission)):
        versions.hand_over(submission=submission, by=approver(submission))
    assert "Correct name" not in client().get(one(exhibit)).content.decode()
    assert client().post(f"{one(exhibit)}correct/", RIGHT).status_code == 409
    by = submission.begun_by
    with acting(by), pytest.raises(NotNow):
        correct(exhibit, by)


def test_what_was_taken_out_is_not_corrected(exhibit):
    by = exhibit.submission.begun_by
    with acting(by):
        describe(exhibit, by)
        exhibits.remove(exhibit=exhibit, by=by, reason="Not ours.")
    assert client().post(f"{one(exhibit)}correct/", RIGHT).status_code == 404
    with acting(by), pytest.raises(NotNow):
        correct(exhibit, by)
