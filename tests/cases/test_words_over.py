"""A word ends by its own day: the system ends what it covered and asks it back, once (R4).

And what is asked back is followed up.
"""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import policies, sender_desk
from cases.actions import access, deadlines, narrowing
from cases.models import Recall, ReferralItem
from custody.models import CustodyEvent
from partners import roles
from partners.models import Notification
from submissions import coverage
from tests.cases.pages import words
from tests.factories.cases import assigned, contact, fresh, head, received
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    a_risk,
    approver,
    complete_draft,
    lead,
    person_in,
    recognised,
    said,
)


@pytest.fixture
def person(own_database):
    """Recognisable in the only exhibit."""
    submission = complete_draft(recognisable="someone", identified_by=["face"])
    found = person_in(submission)
    recognised(submission, found, numbers=(1,))
    return found


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def time_passes(person, clock, days):
    """And the log knows: the database believes no clock that it cannot see."""
    clock.move(days=days)
    a_risk(person.submission)


def swept(as_worker):
    with as_worker():
        return narrowing.end_what_is_over()


def test_it_is_taken_back_after_its_day_and_once(person, as_worker, clock):
    said(person, expires_on=in_days(3))
    referral = received(submission=person.submission)
    time_passes(person, clock, 1)
    assert swept(as_worker) == 0
    time_passes(person, clock, 4)
    assert [swept(as_worker), swept(as_worker)] == [1, 0]
    item, recall = ReferralItem.objects.get(), Recall.objects.get()
    assert (item.ended_at is None, item.ended_by) == (False, None)
    assert (recall.referral, recall.items.get()) == (referral, item)
    assert recall.due_on == in_days(14)
    event = CustodyEvent.objects.filter(type="cases.recall.asked").get()
    assert event.by == "system"
    assert not policies.may_open(assigned(referral), item)


def test_both_sides_are_told_and_by_no_name(person, as_worker, clock):
    keeper, gives = lead(person.submission), approver(person.submission)
    said(person, expires_on=in_days(1))
    received(submission=person.submission)
    time_passes(person, clock, 3)
    swept(as_worker)
    assert Notification.objects.filter(code="cases.asked_back", user=head()).count() == 1
    told = Notification.objects.filter(code="cases.word_over")
    assert {one.user for one in told} == {keeper, gives}
    assert {one.about for one in told} == {person.submission.title}


def test_whoever_comes_of_age_is_asked_back_too(person, as_worker, clock):
    said(person, capacity="child", of_age_on=in_days(4))
    received(submission=person.submission)
    time_passes(person, clock, 2)
    assert swept(as_worker) == 0
    time_passes(person, clock, 3)
    assert swept(as_worker) == 1
    assert Recall.objects.count() == 1


def test_words_of_which_it_is_over_recall_the_whole_referral(person, as_worker, clock):
    submission = person.submission
    sheet = submission.cover_sheet
    sheet.recognisable = "someone"
    sheet.save(update_fields=["recognisable"])
    recognised(submission, person, in_words=True)
    said(person, expires_on=in_days(2))
    referral = received(submission=submission)
    time_passes(person, clock, 4)
    assert [swept(as_worker), swept(as_worker)] == [1, 0]
    assert fresh(referral).status == "recalled"
    assert not Recall.objects.exists()
    assert Notification.objects.filter(code="cases.word_over", user=approver(submission)).exists()


def test_what_another_word_or_no_word_covers_stays(person, as_worker, clock):
    said(person, expires_on=in_days(2))
    received(submission=person.submission)
    said(person, expires_on=in_days(30))
    time_passes(person, clock, 4)
    assert swept(as_worker) == 0
    assert ReferralItem.objects.live().exists()


def test_a_clock_set_back_neither_revives_nor_asks_twice(person, as_worker, clock):
    said(person, expires_on=in_days(3))
    received(submission=person.submission)
    time_passes(person, clock, 10)
    clock.move(days=-10)
    assert [swept(as_worker), swept(as_worker)] == [1, 0]
    clock.move(days=-30)
    assert swept(as_worker) == 0
    assert Recall.objects.count() == 1
    assert not ReferralItem.objects.live().exists()


class TestSilence:
    """A recall that nobody answers is reminded of, and then stands with the sender as silence."""

    @pytest.fixture
    def referral(self, person):
        said(person)
        found = received(submission=person.submission)
        said(person, scopes={"C06": "refused"})
        return found

    def rows(self, user):
        found = sender_desk.awaiting(type(user).objects.get(pk=user.pk))
        return [(row.due, row.on_whom) for row in found if "taken back from" in str(row.what)]

    def test_the_unit_is_reminded_three_times(self, referral, as_worker, clock):
        made = []
        with as_worker():
            for _day in range(40):
                clock.move(days=1)
                made.append(deadlines.remind() + deadlines.remind())
        assert [day for day, count in enumerate(made, start=1) if count] == [15, 22, 29]
        told = Notification.objects.filter(code="cases.recall_silent")
        assert {one.user for one in told} == {head(), contact()}
        assert told.filter(user=contact()).count() == 3

    def test_it_stands_with_approver_and_lead_until_it_is_answered(self, referral, clock):
        people = [approver(referral.submission), lead(referral.submission)]
        clock.move(days=14)
        assert [self.rows(one) for one in people] == [[], []]
        clock.move(days=1)
        due = Recall.objects.get().due_on
        assert [self.rows(one) for one in people] == [[(due, "The recipient")]] * 2
        page = words(signed_in(people[0]).get(reverse("cases:given", args=[referral.reference])))
        assert "It was to say what became of what was taken back by" in page
        with acting(head()):
            narrowing.answer(recall=Recall.objects.get(), disposal="destroyed", text="", by=head())
        assert [self.rows(one) for one in people] == [[], []]
        page = words(signed_in(people[0]).get(reverse("cases:given", args=[referral.reference])))
        assert "No answer by the date" not in page

    def test_whoever_is_both_reads_it_once(self, referral, clock):
        both = member(
            referral.submission.partner, roles.DataProtectionLead.code, roles.Approver.code
        )
        clock.move(days=15)
        assert len(self.rows(both)) == 1

    def test_a_whole_recall_without_an_answer_waits_with_the_lead_too(self, referral, clock):
        keeper, by = lead(referral.submission), referral.sent_by
        with acting(by):
            access.recall(referral=referral, reason="x", by=by)
        clock.move(days=15)
        assert self.rows(keeper) == [(fresh(referral).due_on, "The recipient")]
        assert len(sender_desk.awaiting(keeper)) == 1


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2030-05-10T09:59:59+00:00", date(2030, 5, 10)),
        ("2030-05-10T10:00:00+00:00", date(2030, 5, 11)),
        ("2030-05-10T23:59:00-10:00", date(2030, 5, 11)),
    ],
)
def test_a_day_is_over_where_it_ends_first(db, monkeypatch, at, day):
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat(at))
    assert coverage.ends_first() == day
