"""Persons by pseudonym: sealed what is said, a code that no name fits, parts of one submission."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from custody.keystore import TextCorrupt
from custody.models import CustodyEvent, EventText
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import manifest
from submissions.actions import incidents, persons, progress
from submissions.completeness import missing, not_asked
from submissions.models import Part, Person, Submission
from submissions.person_vocabularies import PersonRole
from submissions.persons import PartDetails, PersonDetails, next_codes
from submissions.views.check import of_draft, of_version
from tests.factories.partners import acting, member
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    draft,
    handed_over,
    joined,
    person_in,
)

CANARY = "Behind-the-old-mill"
SAID = {
    "heard": "yes",
    "heard_words": CANARY,
    "categories": ["witness", "victim"],
    "vulnerabilities": ["threatened"],
    "sex": "intersex",
    "gender": CANARY,
    "support": {"legal": "declined"},
    "note": CANARY,
}
ALLEGED = {"unit": "unit", "kind": "police", "rank": CANARY, "states": ["SY"], "degree": "ordered",
           "modes": ["RS-28-a"], "note": CANARY}  # fmt: skip


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def person(submission):
    return person_in(submission, **SAID)


def act(action, *, by, **kwargs):
    with acting(by):
        return action(by=by, **kwargs)


def refused(statement, parameters):
    """Raw SQL as the application's role is refused."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def written(model):
    """Every value of every row, sealed columns as their bytes."""
    return [
        bytes(value) if isinstance(value, memoryview) else str(value).encode()
        for row in model.objects.values_list()
        for value in row
    ]


def unasked(submission):
    return not_asked(submission, submission.persons.present())


def test_what_is_said_is_sealed_and_read_again(person):
    assert persons.read_details(person) == PersonDetails(**SAID)
    joined(person, "perpetrator", **ALLEGED)
    assert persons.read_part(Part.objects.get()) == PartDetails(**ALLEGED)
    for model in (Person, Part, CustodyEvent, EventText):
        found = b" ".join(written(model))
        assert CANARY.encode() not in found
        assert not any(word in found for word in (b"intersex", b"threatened", b"RS-28-a"))


def test_saying_one_thing_leaves_the_others(person):
    by = person.submission.begun_by
    changed = act(persons.change, person=person, answers={"gender": "", "sex": "female"}, by=by)
    assert persons.read_details(changed) == PersonDetails(**SAID | {"gender": "", "sex": "female"})


def test_sealed_words_do_not_open_in_another_row(submission, person):
    other = person_in(submission, "W-04")
    Person.objects.filter(pk=other.pk).update(details=person.details)
    other.refresh_from_db()
    with pytest.raises(TextCorrupt):
        persons.read_details(other)


@pytest.mark.parametrize("code", ["Amina", "W-03a", "WITN-1", "w-03", "W-00003", "W3", "W-", "W-٣"])
def test_a_name_is_no_code_for_the_action_and_none_for_the_database(submission, code):
    with pytest.raises(NotAllowed, match="capital letters"):
        person_in(submission, code)
    refused(
        "INSERT INTO submissions_person (reference, submission_id, code, protected, added_by_id, "
        "added_at) VALUES ('7K3F9Q2MXW4TC', %s, %s, false, %s, now())",
        [submission.pk, code[:8], submission.begun_by.pk],
    )


def test_a_code_is_of_one_person_and_is_never_used_again(submission, person):
    by = submission.begun_by
    with pytest.raises(NotNow, match="used already"):
        person_in(submission, person.code)
    act(persons.remove, person=person, by=by, reason="Entered twice.")
    with pytest.raises(NotNow, match="used already"):
        person_in(submission, person.code)
    refused(
        "INSERT INTO submissions_person (reference, submission_id, code, protected, added_by_id, "
        "added_at) VALUES ('7K3F9Q2MXW4TC', %s, 'W-03', false, %s, now())",
        [submission.pk, by.pk],
    )
    assert person_in(draft(by), person.code).code == person.code


def test_the_next_free_code_follows_the_highest_of_its_letter():
    assert next_codes([]) == {"W": "W-01", "V": "V-01", "P": "P-01"}
    used = ["W-03", "W-1", "V-120", "ABC-7"]
    assert next_codes(used) == {"W": "W-04", "V": "V-121", "P": "P-01"}


@pytest.mark.parametrize(
    ("answers", "is_protected", "is_child"),
    [
        ({}, False, False),
        ({"vulnerabilities": ["older", "threatened"]}, False, False),
        ({"vulnerabilities": ["child"]}, True, True),
        ({"vulnerabilities": ["sgbv_survivor"]}, True, False),
        ({"age_now": "17"}, True, True),
        ({"age_now": "16 or 20"}, True, True),
        ({"age_now": "١٥"}, True, True),
        ({"age_then": "12", "age_now": "31"}, True, False),
        ({"age_then": "unknown", "age_now": "about 40"}, False, False),
    ],
)
def test_who_is_protected_follows_from_the_answers(submission, answers, is_protected, is_child):
    person = person_in(submission, **answers)
    assert person.protected is is_protected
    assert persons.read_details(person).is_child is is_child


def test_protection_goes_with_the_answer_it_follows_from(submission):
    person = person_in(submission, vulnerabilities=["child"])
    by = submission.begun_by
    act(persons.change, person=person, answers={"vulnerabilities": []}, by=by)
    assert not Person.objects.get(pk=person.pk).protected


@pytest.mark.parametrize(
    "answers",
    [
        {"heard": "often"},
        {"sex": "other"},
        {"categories": ["hero"]},
        {"vulnerabilities": ["weak"]},
        {"support": {"money": "offered"}},
        {"support": {"legal": "paid"}},
    ],
)
def test_codes_outside_the_lists_are_refused(person, answers):
    with pytest.raises(NotAllowed, match="list"):
        act(persons.change, person=person, answers=answers, by=person.added_by)


@pytest.mark.parametrize(
    ("role", "answers"),
    [
        ("hero", {}),
        ("victim", {"statuses": ["sad"]}),
        ("victim", {"rank": "Captain"}),
        ("witness", {"degree": "ordered"}),
        ("witness", {"basis": ["rumour"]}),
        ("source", {"connection": "friend"}),
        ("perpetrator", {"modes": ["RS-99"]}),
        ("perpetrator", {"states": ["ZZ"]}),
        ("perpetrator", {"kind": "bad"}),
        ("expert", {"connection": "ngo"}),
    ],
)
def test_a_part_takes_what_its_role_is_asked_and_nothing_else(person, role, answers):
    with pytest.raises(NotAllowed):
        joined(person, role, **answers)
    assert not Part.objects.exists()


def test_every_role_can_be_had_in_one_incident_and_each_once(person):
    for role in PersonRole.values:
        joined(person, role, note="Example.")
        joined(person, role, note="Said again.")
    assert Part.objects.count() == len(PersonRole.values)
    assert {persons.read_part(part).note for part in Part.objects.all()} == {"Said again."}


def test_a_part_joins_what_is_of_one_submission(submission, person):
    own = joined(person)
    elsewhere = complete_draft(title="Another one").incidents.get()
    by = submission.begun_by
    with pytest.raises(NotNow, match="taken out"):
        act(persons.take_part, person=person, incident=elsewhere, role="victim", answers={}, by=by)
    insert = (
        "INSERT INTO submissions_part (person_id, incident_id, role, added_by_id, added_at) "
        "VALUES (%s, %s, %s, %s, now())"
    )
    refused(insert, [person.pk, elsewhere.pk, "victim", by.pk])
    refused(insert, [person.pk, own.incident_id, "victim", by.pk])
    refused(insert, [person.pk, own.incident_id, "hero", by.pk])
    refused("UPDATE submissions_part SET incident_id = %s WHERE id = %s", [elsewhere.pk, own.pk])


@pytest.mark.parametrize("column", ["code = 'W-99'", "submission_id = 1", "reference = 'X'"])
def test_a_person_keeps_code_and_place(person, column):
    refused(f"UPDATE submissions_person SET {column} WHERE id = %s", [person.pk])
    refused("DELETE FROM submissions_person WHERE id = %s", [person.pk])


def test_of_whoever_is_taken_out_nothing_is_kept(submission, person):
    joined(person)
    refused(
        "UPDATE submissions_person SET removed_at = now(), details = NULL WHERE id = %s",
        [person.pk],
    )
    act(persons.remove, person=person, by=submission.begun_by, reason="Entered twice.")
    gone = Person.objects.get(pk=person.pk)
    assert (gone.details, gone.protected) == (None, False)
    assert not Part.objects.exists()
    refused(
        "UPDATE submissions_person SET removed_at = NULL WHERE id = %s",
        [person.pk],
    )
    refused("UPDATE submissions_person SET details = 'x' WHERE id = %s", [person.pk])
    for action, more in (
        (persons.change, {"answers": {"sex": "male"}}),
        (persons.remove, {"reason": "x"}),
    ):
        with pytest.raises(NotNow, match="taken out"):
            act(action, person=person, by=submission.begun_by, **more)


def test_a_part_is_taken_away_once(person):
    part, by = joined(person), person.added_by
    act(persons.leave, part=part, by=by)
    assert not Part.objects.exists()
    with pytest.raises(NotNow, match="already"):
        act(persons.leave, part=part, by=by)


def test_with_an_incident_goes_what_anybody_was_in_it(submission, person):
    joined(person)
    by = submission.begun_by
    act(incidents.remove, incident=submission.incidents.get(), by=by, reason="Entered twice.")
    assert not Part.objects.exists()
    assert of_draft(submission).people[0].parts == []


def test_only_documenters_of_the_same_cso_change_it(submission, person):
    part = joined(person)
    incident = part.incident
    for by in (member(submission.partner, roles.Reader.code), another_documenter()):
        for action, more in (
            (persons.add, {"submission": submission, "code": "W-09", "answers": {}}),
            (persons.change, {"person": person, "answers": {}}),
            (persons.remove, {"person": person, "reason": "x"}),
            (persons.take_part,
             {"person": person, "incident": incident, "role": "expert", "answers": {}}),
            (persons.leave, {"part": part}),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                act(action, by=by, **more)


def test_after_hand_over_nothing_changes(submission, person):
    handed_over(submission)
    with pytest.raises(NotNow, match="supplement"):
        act(persons.change, person=person, answers={"sex": "male"}, by=submission.begun_by)


def test_the_log_learns_the_code_and_the_step_and_nothing_else(person):
    by, part = person.added_by, joined(person, "perpetrator", **ALLEGED)
    joined(person, "perpetrator", rank="Other")
    act(persons.change, person=person, answers={"sex": "male", "note": ""}, by=by)
    act(persons.change, person=person, answers={"sex": "male"}, by=by)
    act(persons.leave, part=part, by=by)
    act(persons.remove, person=person, by=by, reason="Entered twice.")
    events = CustodyEvent.objects.filter(on=f"submissions.person:{person.reference}").order_by("id")
    told = [(event.type.rpartition(".")[2], json.loads(event.entry)["data"]) for event in events]
    assert told == [
        ("added", {"person": "W-03"}),
        ("took_part", {"person": "W-03"}),
        ("changed", {"person": "W-03", "parts": ["part"]}),
        ("changed", {"person": "W-03", "parts": ["who", "support"]}),
        ("left", {"person": "W-03"}),
        ("removed", {"person": "W-03"}),
    ]


def test_the_worker_sees_who_is_there_and_the_secretariat_nobody(own_database, as_owner):
    """The worker takes back what nobody answered for: rows of persons, whose words are sealed."""
    with as_owner() as owner:
        rows = owner.execute(
            "SELECT who, what, privilege FROM unnest(ARRAY['impna_worker', 'impna_secretariat']) who, "
            "unnest(ARRAY['person', 'part']) what, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) "
            "privilege WHERE has_any_column_privilege(who, 'submissions_' || what, privilege)"
        ).fetchall()
    assert rows == [("impna_worker", "person", "SELECT")]


def test_whether_somebody_was_heard_is_asked_and_does_not_stop_a_hand_over(submission):
    person = person_in(submission)
    assert [one.words for one in unasked(submission)] == ["W-03: whether they were heard already"]
    assert missing(submission, sealed=True) == []
    act(persons.change, person=person, answers={"heard": "unknown"}, by=person.added_by)
    assert unasked(submission) == []
    assert handed_over(submission).number == 1


def test_a_version_freezes_who_did_what_to_whom(submission, person):
    joined(person, "victim", statuses=["injured_healed"])
    version = handed_over(submission)
    document = manifest.read(version)
    assert document["v"] == 4
    [entry] = document["persons"]
    assert (entry["code"], entry["protected"]) == ("W-03", False)
    assert entry["details"]["heard_words"] == CANARY
    [part] = entry["parts"]
    assert (part["incident"], part["role"]) == (1, "victim")
    assert part["details"]["statuses"] == ["injured_healed"]
    assert CANARY.encode() not in bytes(version.manifest)
    assert "persons" not in json.dumps(version.sheet) and "W-03" not in json.dumps(version.sheet)
    [told] = of_version(version).people
    [now] = of_draft(submission).people
    assert (told.details, told.roles[0][0]) == (now.details, now.roles[0][0])
    assert str(told.parts[0].incident) == str(now.parts[0].incident)


def test_a_version_of_before_persons_is_still_read(submission, person, monkeypatch):
    write = manifest.write

    def as_before(**given):
        document = json.loads(write(**given))
        del document["persons"]
        return json.dumps(document | {"v": 1}, sort_keys=True)

    monkeypatch.setattr(manifest, "write", as_before)
    version = handed_over(submission)
    assert manifest.read(version)["v"] == 1
    answers = of_version(version)
    assert (answers.people, answers.counts["people"]) == ([], 0)
    assert len(answers.incidents) == 1


def test_whoever_was_added_to_a_supplement_goes_when_it_is_given_up(submission, person):
    handed_over(submission)
    by = submission.begun_by
    act(progress.begin_supplement, submission=submission, by=by)
    person_in(submission, "W-04")
    act(progress.give_up_supplement, submission=Submission.objects.get(pk=submission.pk), by=by)
    assert [one.code for one in submission.persons.present()] == ["W-03"]


def test_a_change_takes_a_draft_back_from_its_approver(submission, person):
    by = submission.begun_by
    act(progress.make_ready, submission=submission, by=by)
    act(persons.change, person=person, answers={"sex": "male"}, by=by)
    assert Submission.objects.get(pk=submission.pk).status == "draft"
    assert approver(submission) != by
