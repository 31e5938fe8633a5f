"""Incidents: facts first, sealed what must be, a cover sheet that follows."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from submissions.actions import cover_sheets, incidents
from submissions.actions.incidents import Qualification, When, Where
from submissions.models import CoverSheet, Incident
from tests.factories.partners import member
from tests.factories.submissions import another_documenter, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission(db):
    return draft()


@pytest.fixture
def incident(submission):
    return act(incidents.add, submission=submission, by=submission.begun_by)


def act(action, *, by, **kwargs):
    with transaction.atomic(), acting_as(by):
        return action(by=by, **kwargs)


def test_incidents_are_numbered_and_numbers_are_not_used_again(submission, incident):
    by = submission.begun_by
    act(incidents.remove, incident=incident, by=by, reason="Entered twice.")
    assert act(incidents.add, submission=submission, by=by).number == 2


def test_what_is_told_is_sealed_and_read_again(incident):
    by = incident.added_by
    told = act(incidents.tell, incident=incident, answers={"what": "The market burned."}, by=by)
    assert b"market" not in bytes(told.account)
    assert incidents.read_account(told) == {"what": "The market burned."}


def test_telling_one_thing_leaves_the_others(incident):
    by = incident.added_by
    act(incidents.tell, incident=incident, answers={"what": "A", "how": "B"}, by=by)
    told = act(incidents.tell, incident=incident, answers={"how": ""}, by=by)
    assert incidents.read_account(told) == {"what": "A"}


def test_an_unknown_field_is_refused(incident):
    with pytest.raises(ValueError, match="no fields"):
        act(incidents.tell, incident=incident, answers={"submission_id": "1"}, by=incident.added_by)


def test_the_cover_sheet_follows_the_incidents(submission, incident):
    by = submission.begun_by
    second = act(incidents.add, submission=submission, by=by)
    place = Where("district", "CF", "North")
    first_days = When("between", date(2024, 3, 1), date(2024, 3, 4))
    act(incidents.place, incident=incident, when=first_days, where=place, by=by)
    act(
        incidents.place,
        incident=second,
        when=When("exact", date(2024, 5, 9)),
        where=Where("region", "TD"),
        by=by,
    )
    answers = Qualification(conducts=["killing"], conflict="NIAC", offences=["RS-8-2-c-i-1"])
    act(incidents.qualify, incident=incident, answers=answers, by=by)
    cover = CoverSheet.objects.get(submission=submission)
    assert (cover.period_from, cover.period_to) == (date(2024, 3, 1), date(2024, 5, 9))
    assert (cover.countries, cover.offences) == (["CF", "TD"], ["RS-8-2-c-i-1"])
    act(incidents.remove, incident=second, by=by, reason="Another event.")
    cover.refresh_from_db()
    assert (cover.period_to, cover.countries) == (date(2024, 3, 4), ["CF"])


def test_codes_outside_the_list_are_refused(incident):
    with pytest.raises(NotAllowed):
        answers = Qualification(conducts=["killing"], offences=["RS-99"])
        act(incidents.qualify, incident=incident, answers=answers, by=incident.added_by)


@pytest.mark.parametrize(
    "when",
    [When("exact"), When("between", date(2024, 3, 4), date(2024, 3, 1)), When("sometime")],
)
def test_the_database_refuses_a_time_that_cannot_be(incident, when):
    with pytest.raises(IntegrityError):
        act(
            incidents.place,
            incident=incident,
            when=when,
            where=Where("country", "CF"),
            by=incident.added_by,
        )


def test_a_removed_incident_is_not_changed_any_more(incident):
    by = incident.added_by
    act(incidents.remove, incident=incident, by=by, reason="Entered twice.")
    with pytest.raises(NotNow):
        act(incidents.tell, incident=incident, answers={"what": "A"}, by=by)
    assert Incident.objects.get(pk=incident.pk).account is None


def test_only_documenters_of_the_same_cso_change_it(submission, incident):
    reader = member(submission.partner, "reader")
    for person in (reader, another_documenter()):
        with pytest.raises(NotAllowed):
            act(incidents.tell, incident=incident, answers={"what": "A"}, by=person)


def test_the_summary_is_sealed(submission):
    by = submission.begun_by
    sheet = cover_sheets.Sheet(situation="Northern district", summary="Forty houses burned.")
    cover = act(cover_sheets.write, submission=submission, sheet=sheet, by=by)
    assert b"houses" not in bytes(cover.summary)
    assert cover_sheets.read_summary(cover) == "Forty houses burned."


def test_each_change_is_an_event_without_content(incident):
    by = incident.added_by
    act(incidents.tell, incident=incident, answers={"what": "The market burned."}, by=by)
    events = CustodyEvent.objects.filter(on=f"submissions.incident:{incident.reference}")
    assert [e.type for e in events.order_by("id")] == [
        "submissions.incident.added",
        "submissions.incident.changed",
    ]
    assert not any("market" in e.entry for e in events)
