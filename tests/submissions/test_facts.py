"""Groups, and what sources say of an incident: sealed, of one submission, and no person is graded."""

import json
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from custody.keystore import TextCorrupt
from custody.models import CustodyEvent, EventText
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import manifest
from submissions.actions import (
    answering,
    erasing,
    exhibits,
    groups,
    incidents,
    information,
    persons,
    progress,
)
from submissions.actions.information import Source
from submissions.completeness import missing
from submissions.fact_vocabularies import GRADED, Reliability
from submissions.facts import Count, GroupDetails, InformationDetails
from submissions.facts_told import GroupTold
from submissions.models import Group, Information, Submission
from submissions.views.check import of_draft, of_version
from submissions.vocabularies import EvidenceType
from tests.cases.pages import at_head
from tests.factories.cases import referred
from tests.factories.partners import acting, member
from tests.factories.submissions import (
    a_group,
    another_documenter,
    complete_draft,
    describe,
    handed_over,
    information_of,
    joined,
    lead,
    person_in,
    recognised,
    said,
)
from tests.partners.browser import words

CANARY = "Below-the-old-mill"


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def incident(submission):
    return submission.incidents.get()


@pytest.fixture
def document(submission):
    exhibit = submission.exhibits.get()
    with acting(submission.begun_by):
        describe(exhibit, submission.begun_by, evidence_type="web_page")
    exhibit.refresh_from_db()
    return exhibit


def act(action, *, by, **kwargs):
    with acting(by):
        return action(by=by, **kwargs)


def refused(statement, parameters):
    """Raw SQL as the application's role is refused."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def written(model):
    return b" ".join(
        bytes(value) if isinstance(value, memoryview) else str(value).encode()
        for row in model.objects.values_list()
        for value in row
    )


def account(submission):
    return incidents.read_account(submission.incidents.get())


class TestGroups:
    def test_so_many_are_kept_and_who_they_are_is_sealed(self, submission):
        group = a_group(submission, who=CANARY, statuses=["missing"], vulnerabilities=["older"])
        assert (group.unit, group.fewest, group.most) == ("families", 40, 60)
        told = groups.read_details(group)
        assert (told.who, told.statuses) == (CANARY, ["missing"])
        for model in (Group, CustodyEvent, EventText):
            found = written(model)
            assert CANARY.encode() not in found and b"older" not in found

    def test_sealed_words_do_not_open_in_another_row(self, submission):
        one, other = a_group(submission), a_group(submission)
        other.details = one.details
        with pytest.raises(TextCorrupt):
            groups.read_details(other)

    @pytest.mark.parametrize(
        ("few", "most", "counted"),
        [
            (40, 60, "Persons: 40 to 60"),
            (40, None, "Persons: at least 40"),
            (None, 60, "Persons: at most 60"),
            (7, 7, "Persons: 7"),
            (None, None, "Persons: number not known"),
        ],
    )
    def test_either_end_may_be_unknown(self, submission, incident, few, most, counted):
        group = act(
            groups.add, incident=incident, count=Count("persons", few, most), role="witness",
            details=GroupDetails(who="Example."), by=submission.begun_by,
        )  # fmt: skip
        assert GroupTold.of(group).counted == counted

    @pytest.mark.parametrize(
        ("count", "role", "details"),
        [
            (Count("persons", 60, 40), "victim", {}),
            (Count("persons", 0, 4), "victim", {}),
            (Count("persons", None, 10**9), "victim", {}),
            (Count("crowds", 1, 2), "victim", {}),
            (Count("", 1, 2), "victim", {}),
            (Count("persons"), "hero", {}),
            (Count("persons"), "", {}),
            (Count("persons"), "victim", {"who": " "}),
            (Count("persons"), "victim", {"vulnerabilities": ["weak"]}),
            (Count("persons"), "victim", {"categories": ["hero"]}),
            (Count("persons"), "victim", {"basis": ["rumour"]}),
            (Count("persons"), "witness", {"statuses": ["dead"]}),
        ],
    )
    def test_what_is_no_group_is_refused(self, submission, incident, count, role, details):
        told = GroupDetails(**({"who": "Example."} | details))
        with pytest.raises(NotAllowed):
            act(groups.add, incident=incident, count=count, role=role, details=told,
                by=submission.begun_by)  # fmt: skip
        assert not Group.objects.exists()

    def test_the_database_refuses_what_is_no_group(self, submission):
        group = a_group(submission)
        for change in ("fewest = 61", "fewest = 0", "unit = 'crowds'", "role = 'hero'",
                       "incident_id = incident_id", "reference = reference"):  # fmt: skip
            refused(f"UPDATE submissions_group SET {change} WHERE id = %s", [group.pk])

    def test_a_group_is_changed_and_taken_away(self, submission):
        group, by = a_group(submission), submission.begun_by
        changed = act(
            groups.change, group=group, count=Count("houses", None, 12), role="witness",
            details=GroupDetails(who="Others."), by=by,
        )  # fmt: skip
        assert (changed.unit, changed.most, changed.role) == ("houses", 12, "witness")
        act(groups.remove, group=group, by=by)
        assert not Group.objects.exists()
        with pytest.raises(NotNow, match="already"):
            act(groups.remove, group=group, by=by)


class TestInformation:
    def test_a_source_is_one_thing_and_what_it_says_is_sealed(self, submission, document):
        person = person_in(submission)
        for more, kind in (
            ({"person": person}, "person"), ({"exhibit": document}, "exhibit"), ({}, "own"),
        ):  # fmt: skip
            row = information_of(submission, words=CANARY, **more)
            assert row.source == kind
            assert information.read_details(row).words == CANARY
        for model in (Information, CustodyEvent, EventText):
            found = written(model)
            assert CANARY.encode() not in found and b"supports" not in found
        with pytest.raises(NotAllowed, match="one source"):
            information_of(submission, person=person, exhibit=document)
        insert = (
            "INSERT INTO submissions_information (reference, incident_id, source, person_id, "
            "exhibit_id, reliability, details, added_by_id, added_at) "
            "SELECT '7K3F9Q2MXW4TC', incident_id, %s, %s, %s, %s, details, added_by_id, now() "
            "FROM submissions_information LIMIT 1"
        )
        for kind, one, other in (
            ("person", person.pk, document.pk), ("own", person.pk, None), ("exhibit", None, None),
        ):  # fmt: skip
            refused(insert, [kind, one, other, ""])

    @pytest.mark.parametrize(
        "details",
        [{"basis": ""}, {"on": []}, {"bearing": ""}, {"basis": "rumour"}, {"on": ["law"]},
         {"bearing": "proves"}],
    )  # fmt: skip
    def test_what_is_left_open_or_on_no_list_is_refused(self, submission, details):
        with pytest.raises(NotAllowed):
            information_of(submission, **details)

    def test_a_source_of_another_submission_is_refused(self, submission, document):
        elsewhere = complete_draft(title="Another one")
        stranger, other = person_in(elsewhere), elsewhere.exhibits.get()
        with pytest.raises(NotNow, match="person"):
            information_of(submission, person=stranger)
        with pytest.raises(NotNow, match="exhibit"):
            information_of(submission, exhibit=other)
        row = information_of(submission, exhibit=document)
        update = "UPDATE submissions_information SET exhibit_id = %s WHERE id = %s"
        refused(update, [other.pk, row.pk])
        refused("UPDATE submissions_information SET incident_id = %s", [row.incident_id])

    def test_it_is_changed_and_taken_away(self, submission, document):
        row, by = information_of(submission), submission.begun_by
        details = InformationDetails("inference", ["who"], "weakens")
        changed = act(
            information.change, information=row, source=Source(exhibit=document),
            details=details, by=by,
        )  # fmt: skip
        assert (changed.source, information.read_details(changed)) == ("exhibit", details)
        act(information.remove, information=row, by=by)
        with pytest.raises(NotNow, match="already"):
            act(information.remove, information=row, by=by)


class TestReliability:
    def test_the_database_has_the_same_list_of_documents(self):
        module = import_module("submissions.migrations.0024_facts")
        assert set(module.GRADED) == {str(code) for code in GRADED}

    def test_a_document_is_graded_and_the_grade_taken_back(self, submission, document):
        row, by = information_of(submission, exhibit=document), submission.begun_by
        for reliability in (Reliability.UNSURE, ""):
            act(information.grade, information=row, reliability=reliability, by=by)
            row.refresh_from_db()
            assert row.reliability == reliability
        with pytest.raises(NotAllowed, match="list"):
            act(information.grade, information=row, reliability="bad", by=by)

    def test_nobody_grades_a_person_nor_the_organisation_itself(self, submission):
        by = submission.begun_by
        for more in ({"person": person_in(submission)}, {}):
            row = information_of(submission, **more)
            with pytest.raises(NotAllowed, match="never of people"):
                act(information.grade, information=row, reliability="unsure", by=by)
            refused("UPDATE submissions_information SET reliability = 'unsure' WHERE id = %s",
                    [row.pk])  # fmt: skip

    def test_what_holds_somebodys_account_is_not_graded(self, submission):
        exhibit, by = submission.exhibits.get(), submission.begun_by
        row = information_of(submission, exhibit=exhibit)
        for kind in sorted({*EvidenceType.values, ""} - GRADED):
            act(describe, exhibit=exhibit, by=by, evidence_type=kind)
            with pytest.raises(NotAllowed, match="never of people"):
                act(information.grade, information=row, reliability="unsure", by=by)
            refused("UPDATE submissions_information SET reliability = 'unsure' WHERE id = %s",
                    [row.pk])  # fmt: skip

    def test_what_turns_out_to_be_an_account_keeps_no_grade(self, submission, document):
        by = submission.begun_by
        row = information_of(submission, exhibit=document)
        statement = "UPDATE submissions_exhibit SET evidence_type = 'affidavit' WHERE id = %s"
        for change in (
            lambda: act(describe, exhibit=document, by=by, evidence_type="affidavit"),
            lambda: act(answering.answer_several, submission=submission, numbers=[1],
                        given={"evidence_type": "witness_statement"}, by=by),
        ):  # fmt: skip
            act(describe, exhibit=document, by=by, evidence_type="press_item")
            act(information.grade, information=row, reliability="unsure", by=by)
            refused(statement, [document.pk])
            change()
            row.refresh_from_db()
            assert row.reliability == ""

    def test_another_source_is_not_graded_yet(self, submission, document):
        by = submission.begun_by
        row = information_of(submission, exhibit=document)
        act(information.grade, information=row, reliability="unsure", by=by)
        details = information.read_details(row)
        row = act(information.change, information=row, source=Source(), details=details, by=by)
        assert row.reliability == ""


class TestWhatPointsAgainstIt:
    def test_it_has_to_be_answered_and_nothing_known_is_an_answer(self, submission, incident):
        by = submission.begun_by
        for answers, is_open in (
            ({"against": "", "weakens": ""}, True),
            ({"against": "nothing"}, False),
            ({"against": "", "weakens": "It was dark."}, False),
        ):
            act(incidents.tell, incident=incident, answers=answers, by=by)
            assert bool(missing(submission, sealed=True)) is is_open

    @pytest.mark.parametrize("bearing", ["weakens", "contradicts"])
    def test_a_source_that_points_against_it_takes_nothing_known_back(self, submission, bearing):
        information_of(submission)
        assert account(submission)["against"] == "nothing"
        information_of(submission, bearing=bearing)
        assert "against" not in account(submission)
        assert "weakens" in missing(submission, sealed=True)[0].words

    def test_with_the_last_source_goes_the_answer_that_rested_on_it(self, submission, incident):
        by = submission.begun_by
        row = information_of(submission, bearing="weakens")
        act(incidents.tell, incident=incident, answers={"against": "something"}, by=by)
        act(information.remove, information=row, by=by)
        assert "against" not in account(submission)


class TestBoth:
    def test_only_documenters_of_the_same_cso_change_it(self, submission, incident):
        group, row = a_group(submission), information_of(submission)
        told, count, said_of = GroupDetails(who="x"), Count("persons"), InformationDetails("x")
        for by in (member(submission.partner, roles.Reader.code), another_documenter()):
            for action, more in (
                (groups.add,
                 {"incident": incident, "count": count, "role": "victim", "details": told}),
                (groups.change,
                 {"group": group, "count": count, "role": "victim", "details": told}),
                (groups.remove, {"group": group}),
                (information.add, {"incident": incident, "source": Source(), "details": said_of}),
                (information.change,
                 {"information": row, "source": Source(), "details": said_of}),
                (information.grade, {"information": row, "reliability": ""}),
                (information.remove, {"information": row}),
            ):  # fmt: skip
                with pytest.raises(NotAllowed):
                    act(action, by=by, **more)

    def test_after_hand_over_nothing_changes(self, submission):
        group, row = a_group(submission), information_of(submission)
        handed_over(submission)
        for action, more in ((groups.remove, {"group": group}),
                             (information.remove, {"information": row})):  # fmt: skip
            with pytest.raises(NotNow, match="supplement"):
                act(action, by=submission.begun_by, **more)

    def test_the_log_learns_that_it_is_there_and_nothing_else(self, submission, incident, document):
        by, group = submission.begun_by, a_group(submission)
        row = information_of(submission, exhibit=document, bearing="weakens")
        act(information.grade, information=row, reliability="unsure", by=by)
        act(information.remove, information=row, by=by)
        act(groups.remove, group=group, by=by)
        events = CustodyEvent.objects.filter(on=f"submissions.incident:{incident.reference}")
        told = [(event.type.rpartition(".")[2], json.loads(event.entry)["data"])
                for event in events.order_by("id")]  # fmt: skip
        one = {"incident": 1}
        assert told[-6:] == [
            ("group_added", one),
            ("information_added", one),
            ("changed", one | {"parts": ["against"]}),
            ("information_changed", one),
            ("information_removed", one),
            ("group_removed", one),
        ]

    def test_with_an_incident_goes_what_stood_behind_it(self, submission, incident):
        a_group(submission)
        information_of(submission)
        by = submission.begun_by
        act(incidents.remove, incident=incident, by=by, reason="Entered twice.")
        assert not Group.objects.exists() and not Information.objects.exists()

    def test_with_its_source_goes_what_it_says(self, submission, document):
        person, by = person_in(submission), submission.begun_by
        information_of(submission, person=person)
        information_of(submission, exhibit=document)
        act(persons.remove, person=person, by=by, reason="Entered twice.")
        assert [row.source for row in Information.objects.all()] == ["exhibit"]
        act(exhibits.remove, exhibit=document, by=by, reason="Entered twice.")
        assert not Information.objects.exists()

    def test_what_was_added_to_a_supplement_goes_when_it_is_given_up(self, submission):
        a_group(submission)
        handed_over(submission)
        by = submission.begun_by
        act(progress.begin_supplement, submission=submission, by=by)
        a_group(submission)
        information_of(submission)
        act(progress.give_up_supplement, submission=Submission.objects.get(pk=submission.pk), by=by)
        assert Group.objects.count() == 1 and not Information.objects.exists()

    def test_a_version_freezes_it_and_says_the_same_as_the_draft(self, submission, document):
        a_group(submission, who=CANARY)
        row = information_of(submission, exhibit=document, words=CANARY, bearing="contradicts")
        by = submission.begun_by
        act(information.grade, information=row, reliability="unsure", by=by)
        act(incidents.tell, incident=submission.incidents.get(),
            answers={"against": "something"}, by=by)  # fmt: skip
        [now] = of_draft(submission).incidents
        version = handed_over(submission)
        [entry] = manifest.read(version)["incidents"]
        assert entry["groups"][0]["fewest"] == 40 and entry["groups"][0]["details"]["who"] == CANARY
        assert entry["information"][0]["exhibit"] == 1
        assert CANARY.encode() not in bytes(version.manifest)
        assert CANARY not in json.dumps(version.sheet)
        [told] = of_version(version).incidents
        assert (told.groups, told.account) == (now.groups, now.account)
        assert [one.facts for one in told.information] == [one.facts for one in now.information]
        assert [one.label for one in told.pointing_against] == ["Exhibit 1"]

    def test_a_version_of_before_is_still_read(self, submission, monkeypatch):
        write = manifest.write

        def as_before(**given):
            document = json.loads(write(**given))
            for entry in document["incidents"]:
                del entry["groups"], entry["information"]
            return json.dumps(document | {"v": 3}, sort_keys=True)

        monkeypatch.setattr(manifest, "write", as_before)
        [told] = of_version(handed_over(submission)).incidents
        assert (told.groups, told.information) == ([], [])

    def test_with_an_exhibit_that_is_erased_goes_what_it_says_of_incidents(
        self, submission, document
    ):
        information_of(submission, exhibit=document, words=CANARY)
        information_of(submission, words="Own words stay.")
        version = handed_over(submission)
        by = lead(submission)
        act(erasing.erase_exhibit, exhibit=document, reason="Asked.", by=by)
        version.refresh_from_db()
        text = json.dumps(manifest.read(version))
        assert CANARY not in text and "Own words stay." in text
        assert [row.source for row in Information.objects.all()] == ["own"]

    def test_a_recipient_reads_all_of_it_and_no_name_of_a_source_that_was_not_given(
        self, submission, document
    ):
        a_group(submission, who="Families below the mill")
        person = person_in(submission)
        joined(person, "witness")
        information_of(submission, person=person, words="They saw lights.")
        information_of(submission, exhibit=document, words="It was another day.",
                       bearing="contradicts")  # fmt: skip
        act(incidents.tell, incident=submission.incidents.get(),
            answers={"against": "something"}, by=submission.begun_by)  # fmt: skip
        referral = referred(submission)
        page = words(at_head().get(reverse("cases:referral", args=[referral.reference])))
        for told in ("Families: 40 to 60", "Families below the mill", "They saw lights.",
                     "It was another day.", "Contradicts it", "Exhibit 1"):  # fmt: skip
            assert told in page, told
        assert "W-03" not in page

    def test_a_recipient_who_has_an_exhibit_with_them_reads_the_code(self, submission):
        person, exhibit = person_in(submission), submission.exhibits.get()
        by = submission.begun_by
        act(describe, exhibit=exhibit, by=by, recognisable="someone", identified_by=["face"])
        said(person)
        recognised(submission, person, numbers=(1,))
        information_of(submission, person=person)
        referral = referred(submission)
        page = words(at_head().get(reverse("cases:referral", args=[referral.reference])))
        assert "W-03" in page
