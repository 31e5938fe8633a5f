"""Holds: placed, looked at again and ended by a lead; nothing they are on is erased (R10)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent, Opening
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import desk
from submissions.actions import exhibits, holds, progress
from submissions.models import Exhibit, Hold
from tests.factories.cases import head, received
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    a_data_request,
    a_hold,
    another_documenter,
    approver,
    complete_draft,
    handed_over,
    lead,
)
from tests.partners.browser import words
from tests.partners.test_queries import few_statements

CANARY = "Letter-of-the-investigating-judge"
WHAT = "look whether a hold still holds"


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


def posted(**more):
    typed = {
        "on": "whole",
        "basis": "asked",
        "words": f"{CANARY}, 12 March.",
        "review_on": in_days(300).isoformat(),
    }
    return typed | more


@pytest.fixture
def submission(db):
    return handed_over().submission


@pytest.fixture
def by(submission):
    return lead(submission)


def page(submission, name="hold-list", *more):
    return reverse(f"submissions:{name}", args=[submission.reference, *more])


def test_a_lead_places_one_and_its_organisation_reads_it(submission, by):
    client = signed_in(by)
    assert "Nothing is held" in words(client.get(page(submission)))
    assert client.post(page(submission, "hold-add"), posted()).status_code == 302
    hold = Hold.objects.get()
    assert (hold.number, hold.exhibit, hold.owner, hold.review_on) == (1, None, by, in_days(300))
    for reader in (by, submission.begun_by):
        shown = words(signed_in(reader).get(page(submission)))
        for said in ("The whole submission", "asked for it in writing", CANARY, by.display_name):
            assert said in shown
    assert "Holds</a>: 1" in words(client.get(submission.get_absolute_url()))


def test_one_exhibit_can_be_held_by_itself(submission, by):
    signed_in(by).post(page(submission, "hold-add"), posted(on="1"))
    assert Hold.objects.get().exhibit == submission.exhibits.get()
    assert "Exhibit 1" in words(signed_in(by).get(page(submission)))


def test_why_exactly_stands_nowhere_in_clear(submission, by):
    signed_in(by).post(page(submission, "hold-add"), posted())
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(h)::text FROM submissions_hold h")
        (row,) = cursor.fetchone()
        cursor.execute("SELECT entry FROM custody_custodyevent WHERE type LIKE 'submissions.hold%'")
        (entry,) = cursor.fetchone()
    assert CANARY not in row
    assert CANARY not in entry


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"on": "7"}, "Select a valid choice"),
        ({"basis": ""}, "Choose the basis."),
        ({"words": " "}, "Say why it is kept."),
        ({"review_on": ""}, "Choose the day on which you look at it again."),
        ({"review_on": "soon"}, "Type a date as year, month and day"),
        ({"review_on": "2001-01-01"}, "Choose a day after today, within three years."),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_typed_is_lost(submission, by, wrong, sentence):
    answer = signed_in(by).post(page(submission, "hold-add"), posted(**wrong))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "words" in wrong or CANARY in words(answer)
    assert not Hold.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 3 * 365 + 1])
def test_it_is_looked_at_again_after_today_and_within_three_years(submission, by, days):
    typed = posted(review_on=in_days(days).isoformat())
    assert signed_in(by).post(page(submission, "hold-add"), typed).status_code == 422
    with pytest.raises(NotAllowed):
        a_hold(submission, by=by, days=days)
    assert a_hold(submission, by=by, days=3 * 365)


def test_the_action_refuses_another_basis_no_words_and_an_exhibit_that_is_not_there(submission, by):
    other = complete_draft().exhibits.get()
    for wrong, error in (
        ({"basis": "because"}, NotAllowed),
        ({"words": " "}, NotAllowed),
        ({"exhibit": other}, NotNow),
    ):
        given = {"basis": "claim", "words": "x", "review_on": in_days(9)} | wrong
        with pytest.raises(error), acting(by):
            holds.place(submission=submission, **given, by=by)


def test_looking_again_makes_the_reader_its_owner_and_is_an_event(submission, by):
    hold, colleague = a_hold(submission, by=by), lead(submission)
    again = page(submission, "hold-look", hold.reference)
    assert "Example reason." in words(signed_in(colleague).get(again))
    typed = {"words": "Still asked for.", "review_on": in_days(400).isoformat()}
    assert signed_in(colleague).post(again, typed).status_code == 302
    hold.refresh_from_db()
    assert (hold.owner, hold.review_on, holds.read_words(hold)) == (
        colleague,
        in_days(400),
        "Still asked for.",
    )
    types = CustodyEvent.objects.filter(type__startswith="submissions.hold").order_by("id")
    assert [event.type.rpartition(".")[2] for event in types] == ["placed", "looked_at_again"]
    assert "Hold 1 was looked at again." in words(
        signed_in(colleague).get(submission.get_absolute_url())
    )


def test_an_ended_one_stays_readable_and_changes_no_more(submission, by):
    hold, client = a_hold(submission, by=by), signed_in(by)
    over = page(submission, "hold-end", hold.reference)
    assert client.post(over, {"reason": ""}).status_code == 422
    assert client.post(over, {"reason": "The court has closed the case."}).status_code == 302
    shown = words(client.get(page(submission)))
    assert "Ended" in shown and "Example reason." in shown
    for again in (over, page(submission, "hold-look", hold.reference)):
        assert client.post(again, posted(reason="x")).status_code == 409
    with acting(by), pytest.raises(NotNow):
        holds.end(hold=hold, reason="x", by=by)


@pytest.mark.parametrize("role", [roles.Documenter, roles.Approver, roles.Reader, roles.Manager])
def test_others_of_the_organisation_place_and_change_none(submission, by, role):
    hold, person = a_hold(submission, by=by), member(submission.partner, role.code)
    client = signed_in(person)
    refused = 404 if role is roles.Manager else 403
    for name, more in (
        ("hold-add", []),
        ("hold-look", [hold.reference]),
        ("hold-end", [hold.reference]),
    ):
        for answer in (client.get(page(submission, name, *more)),
                       client.post(page(submission, name, *more), posted(reason="x"))):  # fmt: skip
            assert answer.status_code == refused


def test_to_others_there_is_no_such_page(db):
    referral = received()
    hold = a_hold(referral.submission)
    for user in (another_documenter(), head()):
        client = signed_in(user)
        for name, more in (("hold-list", []), ("hold-look", [hold.reference])):
            assert client.get(page(referral.submission, name, *more)).status_code == 404


def test_of_another_submission_it_does_not_exist(submission, by):
    other = a_hold(complete_draft())
    assert signed_in(by).get(page(submission, "hold-look", other.reference)).status_code == 404


def test_reading_is_one_opening(submission, by):
    a_hold(submission, by=by)
    client, before = signed_in(by), Opening.objects.count()
    client.get(page(submission))
    client.get(page(submission))
    assert Opening.objects.count() == before + 1


def test_a_held_exhibit_is_not_taken_out_of_a_draft(db):
    submission = complete_draft()
    by, exhibit = submission.begun_by, submission.exhibits.get()
    hold = a_hold(submission, exhibit=exhibit)
    address = reverse("submissions:exhibit-remove", args=[submission.reference, exhibit.reference])
    answer = signed_in(by).post(address, {"reason": "Twice."})
    assert answer.status_code == 409
    assert f"{hold} keeps this" in words(answer)
    with acting(hold.owner):
        holds.end(hold=hold, reason="x", by=hold.owner)
    assert signed_in(by).post(address, {"reason": "Twice."}).status_code == 302


def test_a_supplement_with_something_held_is_not_given_up(submission, by):
    writer = submission.begun_by
    with acting(writer):
        progress.begin_supplement(submission=submission, by=writer)
        added = exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="x",
            description="x",
            declared=exhibits.Declared(),
            by=writer,
        )
    a_hold(submission, exhibit=added, by=by)
    with pytest.raises(NotNow, match="Hold 1 keeps this"), acting(writer):
        progress.give_up_supplement(submission=submission, by=writer)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_sealingkey SET destroyed_at = now() WHERE id = %(key)s",
        "UPDATE custody_compartment SET destroyed_at = now() WHERE id = %(compartment)s",
        "UPDATE submissions_submission SET status = 'erased' WHERE id = %(submission)s",
        "INSERT INTO submissions_erasure (submission_id, erased_by_id, erased_at, during) "
        "VALUES (%(submission)s, %(user)s, now(), 0)",
        "INSERT INTO submissions_erasure "
        "(submission_id, exhibit_id, erased_by_id, erased_at, during) "
        "VALUES (%(submission)s, %(exhibit)s, %(user)s, now(), 0)",
    ],
)
def test_the_database_refuses_to_destroy_what_is_held(db, withdrawals, whole, statement):
    submission = handed_over().submission
    exhibit, approves = submission.exhibits.get(), approver(submission)
    with acting(approves):
        progress.withdraw(submission=submission, reason="R", by=approves)
    hold = a_hold(submission, exhibit=None if whole else exhibit)
    given = {
        "key": exhibit.key_id,
        "compartment": submission.compartment_id,
        "submission": submission.pk,
        "exhibit": exhibit.pk,
        "user": hold.owner_id,
    }
    with pytest.raises(DatabaseError, match="a hold keeps this"):
        run(hold.owner, statement, given)
    with acting(hold.owner):
        holds.end(hold=hold, reason="x", by=hold.owner)
    if "submissions_submission" not in statement:  # that needs its erasure first
        run(hold.owner, statement, given)


def test_a_hold_on_one_exhibit_keeps_no_other(db):
    submission = complete_draft()
    by = submission.begun_by
    with acting(by):
        other = exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="x",
            description="x",
            declared=exhibits.Declared(),
            by=by,
        )
    a_hold(submission, exhibit=submission.exhibits.get(number=1))
    with acting(by):
        exhibits.remove(exhibit=other, by=by, reason="x")
    assert Exhibit.objects.get(pk=other.pk).removed_at is not None


def test_the_database_keeps_a_hold_as_it_was_placed(submission, by):
    hold, stranger = a_hold(submission, by=by), another_documenter()
    with acting(by):
        ended = a_hold(submission, by=by)
        holds.end(hold=ended, reason="x", by=by)
    for statement in (
        "DELETE FROM submissions_hold",
        "UPDATE submissions_hold SET number = 7",
        "UPDATE submissions_hold SET basis = 'claim'",
        f"UPDATE submissions_hold SET owner_id = {stranger.pk} WHERE id = {hold.pk}",
        f"UPDATE submissions_hold SET ended_at = NULL, ended_by_id = NULL WHERE id = {ended.pk}",
        f"UPDATE submissions_hold SET review_on = current_date WHERE id = {ended.pk}",
    ):
        with pytest.raises(DatabaseError):
            run(by, statement)


def run(by, statement, given=None):
    with transaction.atomic(), acting_as(by), connection.cursor() as cursor:
        cursor.execute(statement, given)


class TestTheDesk:
    def test_it_stands_on_the_leads_desk_from_two_weeks_before_its_day(self, submission, by):
        a_hold(submission, by=by, days=14)
        (row,) = [row for row in desk.awaiting(by) if row.what == WHAT]
        assert (row.due, row.about, row.url) == (in_days(14), submission.title, page(submission))
        assert row.on_whom == "You or another data-protection lead"

    def test_past_its_day_it_still_stands_there_and_still_holds(self, submission, by, clock):
        a_hold(submission, by=by, days=14)
        clock.move(days=40)
        assert WHAT in [row.what for row in desk.awaiting(by)]
        with pytest.raises(NotNow), transaction.atomic():
            holds.check_nothing_holds(submission)

    def test_far_ahead_or_ended_it_does_not_wait(self, submission, by):
        a_hold(submission, by=by, days=30)
        near = a_hold(submission, by=by, days=3)
        with acting(by):
            holds.end(hold=near, reason="x", by=by)
        assert WHAT not in [row.what for row in desk.awaiting(by)]

    def test_nobody_else_has_it_on_their_desk(self, submission, by):
        a_hold(submission, by=by, days=3)
        for user in (submission.begun_by, lead(complete_draft(by=another_documenter()))):
            assert WHAT not in [row.what for row in desk.awaiting(user)]


def test_a_leads_desk_takes_few_statements(own_database):
    submission = handed_over().submission
    a_hold(submission, days=3)
    a_data_request(submission)
    client = signed_in(lead(submission))
    with few_statements():
        assert len(client.get("/").context["rows"]) == 2
