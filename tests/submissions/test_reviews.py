"""Every three years a lead looks whether what was handed over is kept (R10, R11)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import desk
from submissions.actions import progress, reviewing
from submissions.models import Review, Submission
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    complete_draft,
    handed_over,
    lead,
    withdrawn,
)
from tests.partners.browser import words

WHAT = "decide whether what was handed over is still kept, and why"
THREE_YEARS = 3 * 365


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def submission(db):
    return handed_over().submission


@pytest.fixture
def by(submission):
    return lead(submission)


def page(submission):
    return reverse("submissions:review", args=[submission.reference])


def posted(**more):
    return {"reason": "Proceedings go on.", "next_on": in_days(400).isoformat()} | more


def rows(user):
    return [row for row in desk.awaiting(user) if row.what == WHAT]


def test_what_was_handed_over_stands_on_the_leads_desk_after_three_years(submission, by, clock):
    assert rows(by) == []
    day = in_days(THREE_YEARS)
    clock.move(days=THREE_YEARS - 15)
    assert rows(by) == []
    clock.move(days=1)
    (row,) = rows(by)
    assert (row.due, row.about, row.url) == (day, submission.title, page(submission))
    assert row.on_whom == "You or another data-protection lead"
    assert rows(submission.begun_by) == []
    assert rows(lead(complete_draft(by=another_documenter()))) == []


def test_a_review_keeps_it_until_its_own_day(submission, by, clock):
    clock.move(days=THREE_YEARS)
    client = signed_in(by)
    shown = words(client.get(page(submission)))
    assert "Is it still kept, and why?" in shown and "erase single exhibits" in shown
    assert client.post(page(submission), posted()).status_code == 302
    assert rows(by) == []
    assert Review.objects.get().next_on == in_days(400)
    clock.move(days=390)
    assert len(rows(by)) == 1
    event = CustodyEvent.objects.get(type="submissions.submission.reviewed")
    assert "Proceedings" not in event.entry
    shown = words(signed_in(by).get(submission.get_absolute_url()))
    assert "decided that it is kept" in shown and "Proceedings go on." in shown


def test_a_supplement_does_not_begin_the_three_years_anew(submission, by, clock):
    first = Submission.objects.with_review().get().review_on
    clock.move(days=100)
    with acting(submission.begun_by):
        progress.begin_supplement(submission=submission, by=submission.begun_by)
    handed_over(Submission.objects.get())
    assert Submission.objects.with_review().get().review_on == first


def test_also_while_a_supplement_is_written_it_is_asked(submission, by, clock):
    with acting(submission.begun_by):
        progress.begin_supplement(submission=submission, by=submission.begun_by)
    clock.move(days=THREE_YEARS)
    assert len(rows(by)) == 1
    assert signed_in(by).post(page(submission), posted()).status_code == 302


def test_the_page_of_a_submission_says_when_it_is_looked_at_again(submission, by):
    shown = words(signed_in(submission.begun_by).get(submission.get_absolute_url()))
    assert "Looked at again:" in shown and "Review it now" not in shown
    assert "Review it now" in words(signed_in(by).get(submission.get_absolute_url()))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reason": " "}, "Say why it is kept."),
        ({"next_on": ""}, "Choose the day on which you look at it again."),
        ({"next_on": "2001-01-01"}, "Choose a day after today, within three years."),
        ({"next_on": "later"}, "Type a date as year, month and day"),
    ],
)
def test_bad_input_gets_a_sentence(submission, by, wrong, sentence):
    answer = signed_in(by).post(page(submission), posted(**wrong))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert not Review.objects.exists()


@pytest.mark.parametrize(("reason", "days"), [(" ", 9), ("x", 0), ("x", THREE_YEARS + 1)])
def test_the_action_refuses_no_reason_and_another_day(submission, by, reason, days):
    with pytest.raises(NotAllowed), acting(by):
        reviewing.review(submission=submission, reason=reason, next_on=in_days(days), by=by)


@pytest.mark.parametrize("is_draft", [True, False])
def test_it_is_asked_neither_of_a_draft_nor_of_what_was_withdrawn(db, withdrawals, clock, is_draft):
    submission = complete_draft() if is_draft else withdrawn(handed_over().submission)
    by = lead(submission)
    assert signed_in(by).get(page(submission)).status_code == 409
    with pytest.raises(NotNow), acting(by):
        reviewing.review(submission=submission, reason="x", next_on=in_days(9), by=by)
    clock.move(days=THREE_YEARS)
    assert rows(by) == []


@pytest.mark.parametrize("role", [roles.Documenter, roles.Approver, roles.Reader])
def test_only_a_lead_reviews(submission, role):
    client = signed_in(member(submission.partner, role.code))
    assert client.get(page(submission)).status_code == 403
    assert client.post(page(submission), posted()).status_code == 403


def test_the_database_changes_no_review(submission, by):
    signed_in(by).post(page(submission), posted())
    for statement in (
        "UPDATE submissions_review SET next_on = next_on + 900",
        "DELETE FROM submissions_review",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            acting_as(by),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
