"""What people ask about their data: written down, due in a month, answered, restricted (R10, R11)."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import desk
from submissions.actions import data_requests
from submissions.keeping import months_after
from submissions.models import DataSubjectRequest
from tests.factories.cases import head, received
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    a_data_request,
    another_documenter,
    complete_draft,
    erased,
    handed_over,
    lead,
    person_in,
    withdrawn,
)
from tests.partners.browser import words

CANARY = "Letter-from-her-daughter"
WHAT = "answer what a person asks about their data"


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def by(submission):
    return lead(submission)


def page(submission, name="data-request-list", *more):
    return reverse(f"submissions:{name}", args=[submission.reference, *more])


def days_ago(number):
    return timezone.localdate() - timedelta(days=number)


def posted(**more):
    typed = {
        "kind": "restriction",
        "person": "",
        "words": f"{CANARY}, in person.",
        "received_on": days_ago(2).isoformat(),
    }
    return typed | more


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2026, 11, 30), 3, (2027, 2, 28)),
        ((2026, 12, 5), 1, (2027, 1, 5)),
        ((2026, 9, 30), 3, (2026, 12, 30)),
    ],
)
def test_months_end_with_their_last_day(day, months, then):
    assert months_after(date(*day), months) == date(*then)


def test_a_lead_writes_one_down_and_it_is_due_in_a_month(submission, by):
    person = person_in(submission)
    client = signed_in(by)
    assert "Nothing is asked." in words(client.get(page(submission)))
    answer = client.post(page(submission, "data-request-add"), posted(person=person.reference))
    one = DataSubjectRequest.objects.get()
    assert answer["Location"] == page(submission, "data-request", one.reference)
    assert (one.kind, one.person, one.number) == ("restriction", person, 1)
    assert one.due_on == months_after(days_ago(2), 1)
    shown = words(client.get(answer["Location"]))
    for said in (CANARY, "W-03", "To have it kept, and not used for now", "Your answer"):
        assert said in shown
    listed = words(client.get(page(submission)))
    assert "W-03" in listed and CANARY not in listed
    assert "Data requests</a>: 1 open" in words(client.get(submission.get_absolute_url()))


def test_what_was_asked_stands_nowhere_in_clear(submission, by):
    signed_in(by).post(page(submission, "data-request-add"), posted())
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM submissions_datasubjectrequest r")
        (row,) = cursor.fetchone()
    entry = CustodyEvent.objects.get(type="submissions.data_subject_request.recorded").entry
    assert CANARY not in row
    assert CANARY not in entry


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": ""}, "Choose what is asked for."),
        ({"kind": "portability"}, "Select a valid choice"),
        ({"person": "x"}, "Select a valid choice"),
        ({"words": " "}, "Say what was asked."),
        ({"received_on": ""}, "Choose the day on which you received it."),
        ({"received_on": "2999-01-01"}, "Choose today or a day before."),
        ({"received_on": "soon"}, "Type a date as year, month and day"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_typed_is_lost(submission, by, wrong, sentence):
    answer = signed_in(by).post(page(submission, "data-request-add"), posted(**wrong))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "words" in wrong or CANARY in words(answer)
    assert not DataSubjectRequest.objects.exists()


def test_the_action_refuses_what_the_form_would(submission, by):
    other = person_in(complete_draft())
    for wrong, error in (
        ({"kind": "portability"}, NotAllowed),
        ({"words": " "}, NotAllowed),
        ({"received_on": days_ago(-1)}, NotAllowed),
        ({"person": other}, NotNow),
    ):
        given = {"kind": "access", "words": "x", "received_on": days_ago(1)} | wrong
        with pytest.raises(error), acting(by):
            data_requests.record(submission=submission, **given, by=by)


def test_it_is_extended_once_by_two_months_with_a_reason(submission, by):
    one, client = a_data_request(submission, by=by), signed_in(by)
    longer = page(submission, "data-request-extend", one.reference)
    assert client.get(longer).status_code == 200
    assert client.post(longer, {"reason": ""}).status_code == 422
    assert client.post(longer, {"reason": "Many were received."}).status_code == 302
    one.refresh_from_db()
    assert one.due_on == months_after(one.received_on, 3)
    assert client.get(longer).status_code == 409
    with pytest.raises(NotNow), acting(by):
        data_requests.extend(request=one, reason="x", by=by)
    shown = words(client.get(page(submission, "data-request", one.reference)))
    assert "Many were received." in shown
    assert "Take two more months" not in shown


@pytest.mark.parametrize("outcome", ["granted", "partly", "refused"])
def test_it_is_answered_once_with_its_reason(submission, by, outcome):
    one, client = a_data_request(submission, by=by), signed_in(by)
    here = page(submission, "data-request", one.reference)
    assert client.post(here, {"outcome": outcome, "reason": " "}).status_code == 422
    assert client.post(here, {"outcome": "", "reason": "x"}).status_code == 422
    assert client.post(here, {"outcome": outcome, "reason": "As asked."}).status_code == 302
    one.refresh_from_db()
    assert (one.outcome, one.answered_by) == (outcome, by)
    shown = words(client.get(here))
    assert "As asked." in shown and "Your answer" not in shown
    assert client.post(here, {"outcome": outcome, "reason": "x"}).status_code == 409
    with pytest.raises(NotNow), acting(by):
        data_requests.answer(request=one, outcome=outcome, reason="x", by=by)


def test_the_actions_need_a_reason_and_a_known_outcome(submission, by):
    one = a_data_request(submission, by=by)
    for act in (
        lambda: data_requests.extend(request=one, reason=" ", by=by),
        lambda: data_requests.answer(request=one, outcome="granted", reason=" ", by=by),
        lambda: data_requests.answer(request=one, outcome="maybe", reason="x", by=by),
    ):
        with pytest.raises(NotAllowed), acting(by):
            act()


class TestRestriction:
    def stands(self, one):
        found = DataSubjectRequest.objects.restricting().filter(pk=one.pk).exists()
        assert found == DataSubjectRequest.objects.get(pk=one.pk).restricts
        return found

    def answer(self, one, by, outcome):
        with acting(by):
            data_requests.answer(request=one, outcome=outcome, reason="x", by=by)

    @pytest.mark.parametrize("kind", ["access", "rectification", "erasure", "objection"])
    def test_only_a_request_to_restrict_does(self, submission, by, kind):
        assert not self.stands(a_data_request(submission, kind, by=by))

    @pytest.mark.parametrize(
        ("outcome", "after"), [("granted", True), ("partly", True), ("refused", False)]
    )
    def test_from_the_request_on_and_after_it_unless_refused(self, submission, by, outcome, after):
        one = a_data_request(submission, "restriction", by=by)
        assert self.stands(one)
        self.answer(one, by, outcome)
        assert self.stands(one) == after

    def test_until_it_is_lifted_with_a_reason(self, submission, by):
        one, client = a_data_request(submission, "restriction", by=by), signed_in(by)
        lift = page(submission, "data-request-lift", one.reference)
        assert client.get(lift).status_code == 409
        self.answer(one, by, "granted")
        assert "Ask a data-protection lead before anything is given." in words(
            signed_in(submission.begun_by).get(submission.get_absolute_url())
        )
        assert client.post(lift, {"reason": ""}).status_code == 422
        with pytest.raises(NotAllowed), acting(by):
            data_requests.lift(request=one, reason=" ", by=by)
        assert client.post(lift, {"reason": "It was checked."}).status_code == 302
        assert not self.stands(one)
        with pytest.raises(NotNow), acting(by):
            data_requests.lift(request=one, reason="x", by=by)


@pytest.mark.parametrize("role", [roles.Documenter, roles.Approver, roles.Reader])
def test_only_leads_see_and_change_them(submission, by, role):
    one = a_data_request(submission, by=by)
    client = signed_in(member(submission.partner, role.code))
    for name, more in (
        ("data-request-list", []),
        ("data-request-add", []),
        ("data-request", [one.reference]),
        ("data-request-extend", [one.reference]),
        ("data-request-lift", [one.reference]),
    ):
        assert client.get(page(submission, name, *more)).status_code == 403
    answer = {"outcome": "granted", "reason": "x"}
    assert client.post(page(submission, "data-request", one.reference), answer).status_code == 403
    assert "Data requests" not in words(client.get(submission.get_absolute_url()))


def test_to_others_there_is_no_such_page(db):
    referral = received()
    one = a_data_request(referral.submission)
    for user in (another_documenter(), head()):
        client = signed_in(user)
        for name, more in (("data-request-list", []), ("data-request", [one.reference])):
            assert client.get(page(referral.submission, name, *more)).status_code == 404


def test_of_another_submission_it_does_not_exist(submission, by):
    other = a_data_request(complete_draft())
    assert signed_in(by).get(page(submission, "data-request", other.reference)).status_code == 404


def test_after_an_erasure_its_dates_stay_and_it_is_answered(db, withdrawals):
    submission = handed_over().submission
    by = lead(submission)
    one = a_data_request(submission, "erasure", by=by)
    erased(withdrawn(submission))
    client, here = signed_in(by), page(submission, "data-request", one.reference)
    assert client.get(page(submission)).status_code == 200
    assert "This was erased with the submission." in words(client.get(here))
    assert client.post(here, {"outcome": "granted", "reason": "Erased."}).status_code == 302
    assert client.get(page(submission, "data-request-add")).status_code == 409
    with pytest.raises(NotNow):
        a_data_request(submission, by=by)


def test_the_database_keeps_dates_and_answers(submission, by):
    one = a_data_request(submission, by=by)
    other = person_in(complete_draft())
    table = "submissions_datasubjectrequest"
    refused(by, f"UPDATE {table} SET due_on = due_on + 400")
    refused(by, f"UPDATE {table} SET person_id = {other.pk}")
    with acting(by):
        data_requests.answer(request=one, outcome="refused", reason="x", by=by)
    for statement in (
        f"UPDATE {table} SET outcome = 'granted'",
        f"UPDATE {table} SET outcome = '', answered_at = NULL, answered_by_id = NULL",
        f"UPDATE {table} SET lifted_at = now(), lifted_by_id = answered_by_id",
        f"DELETE FROM {table}",
    ):
        refused(by, statement)


def refused(by, statement):
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        acting_as(by),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


class TestTheDesk:
    def test_it_waits_on_the_leads_until_it_is_answered(self, submission, by):
        one = a_data_request(submission, by=by)
        (row,) = [row for row in desk.awaiting(by) if row.what == WHAT]
        assert (row.due, row.about) == (one.due_on, submission.title)
        assert row.url == page(submission, "data-request", one.reference)
        assert WHAT not in [row.what for row in desk.awaiting(submission.begun_by)]
        with acting(by):
            data_requests.answer(request=one, outcome="granted", reason="x", by=by)
        assert WHAT not in [row.what for row in desk.awaiting(by)]
