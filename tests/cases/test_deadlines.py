"""Dates that bind: reminders, lapses, the end of access, re-verified digests."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions import advising, deadlines, decisions, referrals, requests
from cases.actions.decisions import Ruling
from cases.models import Advice, InformationRequest, Referral, Reminder, Taken
from impna.errors import NotAllowed, NotNow
from partners.models import Notification
from tests.factories.cases import adviser, assigned, contact, fresh, head, received, referred
from tests.factories.partners import acting
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
