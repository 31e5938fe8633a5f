"""Dates that bind: reminders, lapses, the end of access, re-verified digests."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions import (
    access,
    advising,
    deadlines,
    decisions,
    receiving,
    referrals,
    requests,
)
from cases.actions.decisions import Ruling
from cases.models import Advice, Condition, InformationRequest, Referral, Reminder, Taken
from impna.errors import NotAllowed, NotNow
from partners.models import Letter, Notification
from tests.cases.pages import words
from tests.factories.cases import adviser, assigned, contact, fresh, head, received, referred
from tests.factories.partners import acting, coordinators, signed_in
from tests.factories.submissions import (
    complete_draft,
    documenter,
    handed_over,
    sealed_exhibit,
    unit_of_an_authority,
)


def test_a_unit_is_reminded_on_the_day_after_and_each_week_three_times(
    own_database, as_worker, clock
):
    referral = referred()
    made = []
    with as_worker():
        for _day in range(40):
            clock.move(days=1)
            made.append(deadlines.remind() + deadlines.remind())
    assert sum(made) == 3
    assert [day for day, count in enumerate(made, start=1) if count] == [8, 15, 22]
    assert Reminder.objects.filter(referral=referral).count() == 3
    assert Notification.objects.filter(code="cases.silent", user=contact()).count() == 3


def test_silence_past_the_date_is_computed(db, clock):
    referral = referred()
    assert not referral.is_silent
    clock.move(days=8)
    assert fresh(referral).is_silent
    assert referral in Referral.objects.silent()
    assert fresh(referral).status == "sent"


def test_a_request_lapses_after_its_date(db, clock):
    referral = received()
    by = assigned(referral)
    with acting(by):
        requests.ask(referral=referral, kind="clarify", text="Why?", by=by)
    assert deadlines.lapse_requests() == 0
    clock.move(days=31)
    assert deadlines.lapse_requests() == 1
    assert deadlines.lapse_requests() == 0
    assert InformationRequest.objects.get().status == "lapsed"


def test_access_ends_thirty_days_after_a_decline(db, clock):
    referral = received()
    with acting(head()):
        decisions.decide(
            referral=referral,
            ruling=Ruling(outcome="declined", reasons=["D02"]),
            seen="received",
            by=head(),
        )
    clock.move(days=30)
    assert deadlines.end_access() == 0
    clock.move(days=1)
    assert deadlines.end_access() == 1
    assert deadlines.end_access() == 0
    assert not referral.items.live().exists()
    assert referral.items.get().ended_by is None
    assert fresh(referral).is_live


def test_the_worker_may_do_all_of_this_and_no_more(own_database, as_worker, clock):
    referral = referred()
    with as_worker():
        clock.move(days=8)
        assert deadlines.remind() == 1
        assert deadlines.lapse_requests() == deadlines.lapse_advice() == 0
        assert deadlines.end_access() == 0
        from django.db import ProgrammingError, transaction

        with pytest.raises(ProgrammingError), transaction.atomic():
            Referral.objects.filter(pk=referral.pk).update(status="retained")


def test_digests_of_what_was_taken_are_verified_again(own_database, as_worker):
    submission = complete_draft()
    exhibit = sealed_exhibit(as_worker, submission, b"example bytes")
    referral = received(submission=submission)
    by = assigned(referral)
    item = referral.items.get(exhibit=exhibit)
    with acting(by):
        decisions.take_into_file(referral=referral, items=[item], is_named=True, by=by)
    with as_worker():
        assert deadlines.check_taken() == 1
        assert deadlines.check_taken() == 0
    assert Taken.objects.get().holds is True


def test_a_file_that_was_damaged_is_no_verdict(own_database, as_worker, caplog):
    import logging

    from custody.stores import filestore

    submission = complete_draft()
    exhibit = sealed_exhibit(as_worker, submission, b"example bytes")
    referral = received(submission=submission)
    by = assigned(referral)
    with acting(by):
        decisions.take_into_file(
            referral=referral,
            items=[referral.items.get(exhibit=exhibit)],
            is_named=True,
            by=by,
        )
    exhibit.refresh_from_db()
    filestore().delete(exhibit.file.store_name)
    with caplog.at_level(logging.ERROR), as_worker():
        assert deadlines.check_taken() == 0
    assert Taken.objects.get().holds is None


def told(user, code):
    return Notification.objects.filter(user=user, code=f"cases.{code}")


def a_request(referral, **more):
    by = assigned(referral)
    with acting(by):
        return requests.ask(referral=referral, kind="clarify", text="Why?", by=by, **more)


class TestARequest:
    def test_its_sender_is_reminded_once_a_few_days_before(self, own_database, as_worker, clock):
        referral = received()
        a_request(referral)
        by, made = referral.sent_by, []
        with as_worker():
            for _day in range(30):
                clock.move(days=1)
                made.append(deadlines.remind_of_requests())
                assert deadlines.remind_of_requests() == 0
        assert [day for day, count in enumerate(made, start=1) if count] == [27]
        assert told(by, "request_soon").get().about == referral.submission.title
        assert Letter.objects.filter(user=by, kind="waiting", sent_at__isnull=True).exists()

    def test_nobody_is_reminded_of_what_was_just_asked(self, db, clock):
        referral = received()
        a_request(referral, due=timezone.localdate() + timedelta(days=2))
        clock.move(days=1)
        assert deadlines.remind_of_requests() == 0

    def test_once_access_has_ended_nobody_is_told(self, db, clock):
        referral = received()
        a_request(referral)
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="x", by=referral.sent_by)
        with acting(head()):
            access.say_what_became(referral=referral, disposal="destroyed", text="", by=head())
        clock.move(days=28)
        assert deadlines.remind_of_requests() == 0
        clock.move(days=3)
        assert deadlines.lapse_requests() == 1
        assert not told(referral.sent_by, "request_lapsed").exists()
        assert not told(head(), "not_answered").exists()

    def test_both_sides_are_told_when_it_lapses(self, own_database, as_worker, clock):
        referral = received()
        request = a_request(referral)
        clock.move(days=31)
        with as_worker():
            assert deadlines.lapse_requests() == 1
            assert deadlines.lapse_requests() == 0
        assert told(referral.sent_by, "request_lapsed").count() == 1
        for one in (head(), request.asked_by):
            row = told(one, "not_answered").get()
            assert row.path == referral.get_absolute_url()
        assert not told(contact(), "not_answered").exists()


class TestADamagedFile:
    @pytest.fixture
    def referral(self, own_database, as_worker, monkeypatch):
        submission = complete_draft()
        exhibit = sealed_exhibit(as_worker, submission, b"example bytes")
        referral = received(submission=submission)
        by = assigned(referral)
        with acting(by):
            decisions.take_into_file(
                referral=referral,
                items=[referral.items.get(exhibit=exhibit)],
                is_named=False,
                by=by,
            )
        monkeypatch.setattr(deadlines, "digests_hold", lambda _file: False)
        with as_worker():
            assert deadlines.check_taken() == 1
            assert deadlines.check_taken() == 0
        return referral

    def test_the_head_is_told_and_the_units_page_says_it_plainly(self, referral):
        assert Taken.objects.get().holds is False
        assert told(head(), "damaged").get().path == referral.get_absolute_url()
        page = words(signed_in(head()).get(referral.get_absolute_url()))
        assert "A stored file is not what it was" in page
        assert "The file of Exhibit 2 was read again" in page

    def test_coordinators_are_told_without_anything_they_may_not_see(self, referral):
        for one in coordinators():
            row = told(one, "storage").get()
            assert (row.about, row.path) == ("", referral.unit.partner.get_absolute_url())
            page = signed_in(one).post(f"/inbox/{row.reference}/", follow=True)
            assert page.status_code == 200
            assert referral.title not in words(page)

    def test_the_sender_learns_nothing_of_what_is_in_the_file(self, referral):
        by = referral.sent_by
        assert not told(by, "damaged").exists()
        page = words(signed_in(by).get(reverse("cases:given", args=[referral.reference])))
        assert "not what it was" not in page


class TestAConditionThatNobodyAnswers:
    def test_its_unit_is_reminded_three_times(self, own_database, as_worker, clock):
        received(conditions=["Ask us first."])
        made = []
        with as_worker():
            for _day in range(40):
                clock.move(days=1)
                made.append(deadlines.remind() + deadlines.remind())
        assert [day for day, count in enumerate(made, start=1) if count] == [8, 15, 22]
        assert told(head(), "condition_silent").count() == 3
        assert told(contact(), "condition_silent").count() == 3
        assert not told(head(), "silent").exists()

    def test_it_counts_as_silence_for_the_sender(self, db, clock):
        referral = received(conditions=["Ask us first."])
        by, page = referral.sent_by, reverse("cases:given", args=[referral.reference])
        assert "No answer by the date" not in words(signed_in(by).get(page))
        clock.move(days=8)
        assert referral in Referral.objects.silent()
        shown = words(signed_in(by).get(page))
        assert "No answer by the date It was to answer your condition by" in shown
        assert "Received, no answer" in words(signed_in(by).get("/submissions/"))
        rows = signed_in(by).get("/").context["rows"]
        assert any(row.what.startswith("no answer from") for row in rows)

    def test_an_answer_ends_it(self, db, clock):
        referral = received(conditions=["Ask us first."])
        clock.move(days=8)
        condition = referral.conditions.get()
        with acting(head()):
            receiving.answer_condition(condition=condition, answer="accept", by=head())
        assert referral not in Referral.objects.silent()
        assert deadlines.remind() == 0

    def test_before_it_is_acknowledged_one_reminder_is_enough(self, db, clock):
        referral = referred(conditions=["Ask us first."])
        clock.move(days=8)
        assert not Condition.objects.overdue().exists()
        assert Referral.objects.silent().filter(pk=referral.pk).exists()


class TestWhatBecameOfIt:
    def test_after_a_recall_the_unit_is_reminded(self, own_database, as_worker, clock):
        referral = received()
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="x", by=referral.sent_by)
        made = []
        with as_worker():
            for _day in range(40):
                clock.move(days=1)
                made.append(deadlines.remind() + deadlines.remind())
        assert [day for day, count in enumerate(made, start=1) if count] == [15, 22, 29]
        assert told(head(), "disposal_silent").count() == 3

    def test_after_a_decline_too_and_the_sender_sees_the_silence(self, db, clock):
        referral = declined()
        clock.move(days=31)
        assert referral in Referral.objects.silent()
        shown = words(
            signed_in(referral.sent_by).get(reverse("cases:given", args=[referral.reference]))
        )
        assert "It was to say what became of what it had by" in shown
        [row] = [
            row
            for row in signed_in(referral.sent_by).get("/").context["rows"]
            if "what became" in row.what
        ]
        assert str(row.on_whom) == "The recipient"

    def test_once_it_is_said_nobody_is_reminded(self, db, clock):
        referral = declined()
        with acting(head()):
            access.say_what_became(referral=referral, disposal="destroyed", text="", by=head())
        clock.move(days=31)
        assert deadlines.remind() == 0
        assert not Referral.objects.silent().exists()

    def test_a_recall_offers_no_second_one(self, db, clock):
        referral = received()
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="x", by=referral.sent_by)
        clock.move(days=15)
        page = signed_in(referral.sent_by).get(reverse("cases:given", args=[referral.reference]))
        assert "No answer by the date" in words(page)
        assert reverse("cases:recall", args=[referral.reference]) not in page.content.decode()


def declined():
    referral = received()
    with acting(head()):
        decisions.decide(
            referral=referral,
            ruling=Ruling(outcome="declined", reasons=["D02"]),
            seen="received",
            by=head(),
        )
    return fresh(referral)


class TestAdvice:
    def test_the_adviser_reads_the_question_and_suggests_units(self, db):
        version, unit = handed_over(), unit_of_an_authority()
        by = version.handed_over_by
        with acting(by):
            advice = advising.ask(version=version, question="Who could take it?", by=by)
        assert advice in Advice.objects.visible_to(adviser())
        assert advising.read_question(advice) == "Who could take it?"
        advising.give(advice=advice, text="This unit.", units=[unit], by=adviser())
        advice.refresh_from_db()
        assert advice.status == "advised"
        assert list(advice.suggested.all()) == [unit]
        assert Notification.objects.filter(code="cases.advice_given", user=by).exists()

    def test_another_forum_is_advice_too(self, db):
        version = handed_over()
        by = version.handed_over_by
        with acting(by):
            advice = advising.ask(version=version, question="Who?", by=by)
        advising.give(advice=advice, text="Not ours.", forum="icc_otp", by=adviser())
        advice.refresh_from_db()
        assert advice.status == "advised_elsewhere"

    def test_a_question_lapses_after_seven_days(self, db, clock):
        version = handed_over()
        by = version.handed_over_by
        with acting(by):
            advice = advising.ask(version=version, question="Who?", by=by)
        clock.move(days=8)
        assert deadlines.lapse_advice() == 1
        with pytest.raises(NotNow):
            advising.give(advice=advice, text="Late.", forum="iiim", by=adviser())

    def test_one_question_at_a_time(self, db):
        version = handed_over()
        by = version.handed_over_by
        with acting(by):
            advising.ask(version=version, question="Who?", by=by)
            with pytest.raises(NotNow):
                advising.ask(version=version, question="Who?", by=by)

    def test_only_an_adviser_advises_and_only_an_approver_asks(self, db):
        version = handed_over()
        by = version.handed_over_by
        with acting(documenter()), pytest.raises(NotAllowed):
            advising.ask(version=version, question="Who?", by=documenter())
        with acting(by):
            advice = advising.ask(version=version, question="Who?", by=by)
            with pytest.raises(NotAllowed):
                advising.give(advice=advice, text="Me.", forum="iiim", by=by)

    def test_the_direct_route_never_waits_for_the_secretariat(self, db):
        version = handed_over()
        by = version.handed_over_by
        with acting(by):
            advising.ask(version=version, question="Who?", by=by)
            referral = referrals.refer(
                version=version, recipient=referrals.Recipient(unit=unit_of_an_authority()), by=by
            )
        assert referral.route == "direct"
        assert referral.due_on == timezone.localdate() + timedelta(days=7)
