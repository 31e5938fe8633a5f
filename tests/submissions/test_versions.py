"""Hand-over: complete, by other eyes, frozen; and the one rule of what may be given to whom."""

import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from submissions import manifest
from submissions.actions import exhibits, incidents, progress, versions
from submissions.completeness import missing
from submissions.models import Declaration, Exhibit, Submission, Version, VersionExhibit
from tests.factories.partners import acting
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    draft,
    handed_over,
    unit_of_an_authority,
)


def refused(statement, parameters):
    """Raw SQL as the application's role is refused."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def covers(version, exhibit, unit):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT submissions_covers(%s, %s, %s)",
            [version.pk, exhibit.pk if exhibit else None, unit.pk],
        )
        return cursor.fetchone()[0]


def test_an_empty_draft_says_everything_that_is_missing(db):
    found = {one.part for one in missing(draft())}
    assert found == {"incidents", "cover_sheet"}


def test_a_complete_draft_misses_nothing(db):
    assert missing(complete_draft(), sealed=True) == []


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ({"recognisable": "unanswered"}, "recognised"),
        ({"recognisable": "someone"}, "identifies"),
        ({"recognisable": "someone", "identified_by": ["face"]}, "who can be recognised"),
        ({"obtained": ""}, "obtained"),
        ({"evidence_type": ""}, "what it is"),
    ],
)
def test_each_unanswered_question_stands_against_a_hand_over(db, answer, word):
    submission = complete_draft(**answer)
    assert any(word in one.words for one in missing(submission, sealed=True))
    by = approver(submission)
    with acting(by), pytest.raises(NotNow):
        versions.hand_over(submission=submission, by=by)


def test_a_hand_over_freezes_a_numbered_version(db):
    version = handed_over()
    text = manifest.read(version)
    assert version.number == 1
    assert version.submission.status == "handed_over"
    assert [item["number"] for item in text["exhibits"]] == [1]
    assert text["exhibits"][0]["name"] == "example note"
    assert text["cover_sheet"]["summary"] == "Example summary."
    assert version.sheet["situation"] == "Example attacks on schools"
    assert "summary" not in version.sheet
    counts = {"incidents": 1, "exhibits": 1, "files": 0, "size": "0"}
    assert version.sheet.items() >= counts.items()
    assert text["cover_sheet"].items() >= counts.items()


def test_the_digest_on_the_receipt_is_of_the_manifests_canonical_text(db):
    import rfc8785

    version = handed_over()
    text = rfc8785.dumps(manifest.read(version))
    assert version.digest_hex == hashlib.sha256(text).hexdigest()


def test_the_manifest_is_sealed(db):
    version = handed_over()
    assert b"example note" not in bytes(version.manifest)


def test_the_event_of_a_hand_over_names_version_and_digest(db):
    version = handed_over()
    event = CustodyEvent.objects.get(type="submissions.version.handed_over")
    data = json.loads(event.entry)["data"]
    assert data["digest"] == version.digest_hex
    assert data["version"] == 1


def test_whoever_changed_the_draft_does_not_hand_it_over(db):
    submission = complete_draft(by_approver=True)
    by = submission.begun_by
    with acting(by), pytest.raises(NotAllowed, match="another approver"):
        versions.hand_over(submission=submission, by=by)


def test_four_eyes_hold_in_the_database_too(db):
    submission = complete_draft(by_approver=True)
    by = submission.begun_by
    with pytest.raises(DatabaseError, match="does not hand it over"), transaction.atomic():
        versions._freeze(submission, by, submission.begun_at, alone=False)


def test_a_single_handed_organisation_waits_until_the_next_day(db, clock):
    submission = complete_draft(by_approver=True, single_handed=True)
    by = submission.begun_by
    with acting(by), pytest.raises(NotNow, match="tomorrow"):
        versions.hand_over(submission=submission, by=by)
    clock.move(days=1)
    with acting(by):
        version = versions.hand_over(submission=submission, by=by)
    assert version.single_handed


def test_a_documenter_does_not_hand_over(db):
    submission = complete_draft()
    with acting(submission.begun_by), pytest.raises(NotAllowed, match="approver"):
        versions.hand_over(submission=submission, by=submission.begun_by)


def test_an_approver_of_another_organisation_does_not_hand_over(db):
    submission, other = complete_draft(), approver(partner=another_documenter().partner)
    with acting(other), pytest.raises(NotAllowed):
        versions.hand_over(submission=submission, by=other)


def test_handing_over_twice_is_not_possible(db):
    version = handed_over()
    by = version.handed_over_by
    with acting(by), pytest.raises(NotNow):
        versions.hand_over(submission=version.submission, by=by)
    assert Version.objects.count() == 1


@pytest.mark.parametrize("table", ["version", "versionexhibit", "declaration"])
def test_what_was_handed_over_or_declared_is_never_changed(db, table):
    version = handed_over()
    with acting(version.handed_over_by):
        versions.declare(version=version, unit=unit_of_an_authority(), by=version.handed_over_by)
    refused(f"DELETE FROM submissions_{table}", [])
    refused(f"UPDATE submissions_{table} SET id = id + 1000", [])


def test_an_exhibit_that_was_handed_over_stays(db):
    version = handed_over()
    exhibit = version.items.get().exhibit
    refused("UPDATE submissions_exhibit SET removed_at = now() WHERE id = %s", [exhibit.pk])
    by = version.submission.begun_by
    with acting(by):
        progress.begin_supplement(submission=version.submission, by=by)
        with pytest.raises(NotNow, match="handed over"):
            exhibits.remove(exhibit=exhibit, by=by, reason="Example")


def test_a_version_takes_no_exhibit_of_another_submission(db):
    version, other = handed_over(), complete_draft()
    with pytest.raises(DatabaseError), transaction.atomic():
        VersionExhibit.objects.create(
            version=version, exhibit=other.exhibits.get(), recognisable="nobody"
        )


def test_a_draft_that_is_ready_goes_back_by_any_change(db):
    submission = complete_draft()
    by = submission.begun_by
    with acting(by):
        progress.make_ready(submission=submission, by=by)
        assert Submission.objects.get(pk=submission.pk).status == "ready"
        incidents.add(submission=submission, by=by)
    assert Submission.objects.get(pk=submission.pk).status == "draft"


def test_only_a_complete_draft_is_made_ready(db):
    submission = draft()
    with acting(submission.begun_by), pytest.raises(NotNow):
        progress.make_ready(submission=submission, by=submission.begun_by)


def test_an_approver_sends_a_ready_draft_back_with_a_note(db):
    submission = complete_draft()
    with acting(submission.begun_by):
        progress.make_ready(submission=submission, by=submission.begun_by)
    by = approver(submission)
    with acting(by):
        progress.send_back(submission=submission, note="Say when.", by=by)
    assert Submission.objects.get(pk=submission.pk).status == "draft"


def test_a_supplement_is_the_next_version_and_changes_nothing_of_the_first(db):
    first = handed_over()
    by, submission = first.submission.begun_by, first.submission
    before = manifest.read(first)
    with acting(by):
        progress.begin_supplement(submission=submission, by=by)
        incident = submission.incidents.present().get()
        incidents.remove(incident=incident, by=by, reason="Counted twice.")
    second_approver = first.handed_over_by
    with acting(second_approver):
        second = versions.hand_over(submission=submission, by=second_approver)
    assert second.number == 2
    assert manifest.read(Version.objects.get(pk=first.pk)) == before
    assert manifest.read(second)["incidents"] == []


def test_a_supplement_that_is_given_up_leaves_the_first_version(db):
    first = handed_over()
    by, submission = first.submission.begun_by, first.submission
    with acting(by):
        progress.begin_supplement(submission=submission, by=by)
        added = exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="example",
            description="",
            declared=exhibits.Declared(),
            by=by,
        )
        progress.give_up_supplement(submission=submission, by=by)
    assert Submission.objects.get(pk=submission.pk).status == "handed_over"
    assert Exhibit.objects.get(pk=added.pk).removed_at is not None


def test_nothing_is_covered_before_it_is_declared(db):
    version, unit = handed_over(), unit_of_an_authority()
    exhibit = version.items.get().exhibit
    assert covers(version, exhibit, unit) == "undeclared"
    by = version.handed_over_by
    with acting(by):
        versions.declare(version=version, unit=unit, by=by)
        versions.declare(version=version, unit=unit, by=by)
    assert covers(version, exhibit, unit) == ""
    assert covers(version, None, unit) == ""
    assert Declaration.objects.count() == 1


def test_a_declaration_for_one_unit_covers_no_other(db):
    version = handed_over()
    one, other = unit_of_an_authority(), unit_of_an_authority(name="Example State 2")
    with acting(version.handed_over_by):
        versions.declare(version=version, unit=one, by=version.handed_over_by)
    assert covers(version, None, other) == "undeclared"


def test_an_answer_that_is_taken_back_uncovers(db):
    version, unit = handed_over(), unit_of_an_authority()
    exhibit = version.items.get().exhibit
    with acting(version.handed_over_by):
        versions.declare(version=version, unit=unit, by=version.handed_over_by)
    Exhibit.objects.filter(pk=exhibit.pk).update(recognisable="unanswered")
    assert covers(version, exhibit, unit) == "unanswered"


def test_an_exhibit_that_was_never_handed_over_is_not_covered(db):
    version, other = handed_over(), complete_draft()
    assert covers(version, other.exhibits.get(), unit_of_an_authority()) == "not_handed_over"


def test_what_is_withdrawn_is_covered_no_more(db, withdrawals):
    version, unit = handed_over(), unit_of_an_authority()
    by = version.handed_over_by
    with acting(by):
        versions.declare(version=version, unit=unit, by=by)
        progress.withdraw(submission=version.submission, reason="Example", by=by)
    assert covers(version, None, unit) == "withdrawn"


def test_two_hand_overs_at_once_make_one_version(own_database):
    from threading import Thread

    from django.db import connections

    submission = complete_draft()
    by = approver(submission)
    outcomes = []

    def attempt():
        try:
            with transaction.atomic(), acting_as(by):
                versions.hand_over(submission=submission, by=by)
            outcomes.append("done")
        except NotNow:
            outcomes.append("not now")
        finally:
            connections.close_all()

    threads = [Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "not now"]
    assert Version.objects.count() == 1
