"""What a recipient does: conditions first, then opening, publishing, deciding, telling."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from cases import package, policies
from cases.actions import access, assignments, decisions, receiving, requests
from cases.actions.decisions import Ruling
from cases.models import Assessment, Condition, Decision, Feedback, Referral, Taken
from cases.states import TRANSITIONS, Status
from custody import vault
from custody.models import CustodyEvent, Opening
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners.models import Notification
from tests.factories.cases import (
    analyst,
    assigned,
    contact,
    fresh,
    head,
    officer,
    received,
    referred,
)
from tests.factories.partners import acting
from tests.factories.submissions import documenter


def answered(referral, answer="accept"):
    with acting(head()):
        for condition in referral.conditions.all():
            receiving.answer_condition(condition=condition, answer=answer, by=head())
    return fresh(referral)


def retained(no_detail=True):
    return Ruling(outcome="retained", no_detail=no_detail)


class TestConditions:
    def test_everything_stays_closed_until_they_are_answered(self, db):
        referral = received(conditions=["Ask before sharing with another State."])
        item = referral.items.get()
        assert not policies.may_open(head(), item)
        with acting(head()), pytest.raises(NotAllowed):
            vault.open(item.exhibit, by=head(), reason="Example", files={})
        answered(referral)
        assert policies.may_open(head(), referral.items.get())

    def test_the_words_of_a_package_are_closed_as_well(self, db):
        referral = received(conditions=["Example."])
        with acting(head()):
            assert package.read(referral).summary == ""
            assert package.read(referral).incidents == []
        with acting(head()):
            told = package.read(answered(referral))
        assert told.summary == "Example summary."
        assert len(told.incidents) == 1
        assert told.items[0].told["name"] == "example note"

    def test_accepting_as_far_as_the_law_allows_sends_the_standing_text(self, db):
        from cases.actions.referrals import read_remark

        referral = received(conditions=["Example."])
        type(referral.unit).objects.filter(pk=referral.unit_id).update(standing_text="Our law.")
        answered(referral, "accept_as_law_allows")
        assert read_remark(Condition.objects.get()) == "Our law."

    def test_one_that_cannot_be_accepted_goes_back_to_the_sender(self, db):
        referral = answered(received(conditions=["Example."]), "cannot_accept")
        assert not policies.may_open(head(), referral.items.get())
        told = Notification.objects.filter(code="cases.condition_refused")
        assert {n.user for n in told} == {referral.sent_by}

    def test_the_sender_gives_it_up_and_it_opens(self, db):
        referral = answered(received(conditions=["Example."]), "cannot_accept")
        with acting(referral.sent_by):
            receiving.waive_condition(condition=referral.conditions.get(), by=referral.sent_by)
        assert policies.may_open(head(), referral.items.get())

    def test_nobody_else_gives_it_up(self, db):
        referral = answered(received(conditions=["Example."]), "cannot_accept")
        for by in (head(), documenter()):
            with acting(by), pytest.raises(NotAllowed):
                receiving.waive_condition(condition=referral.conditions.get(), by=by)

    def test_an_answer_is_given_once(self, db):
        referral = answered(received(conditions=["Example."]))
        with pytest.raises(NotNow):
            answered(referral, "cannot_accept")

    def test_only_a_head_answers(self, db):
        referral = received(conditions=["Example."])
        by = assigned(referral)
        with acting(by), pytest.raises(NotAllowed):
            receiving.answer_condition(condition=referral.conditions.get(), answer="accept", by=by)

    def test_before_the_acknowledgement_nothing_is_answered(self, db):
        referral = referred(conditions=["Example."])
        with acting(head()), pytest.raises(NotNow, match="Acknowledge"):
            receiving.answer_condition(
                condition=referral.conditions.get(), answer="accept", by=head()
            )


class TestOpening:
    def test_heads_and_whoever_it_is_assigned_to_open_what_was_given(self, db):
        referral = received()
        item, by = referral.items.get(), assigned(referral, analyst())
        for person in (head(), by):
            with acting(person):
                opening = vault.open(item.exhibit, by=person, reason="Reading", files={})
            assert opening.basis == f"referral {referral.reference}"

    def test_contact_points_and_others_of_the_unit_do_not(self, db):
        referral = received()
        for person in (contact(), officer()):
            with acting(person), pytest.raises(NotAllowed):
                vault.open(referral.items.get().exhibit, by=person, reason="Example", files={})
            with acting(person), pytest.raises(NotAllowed):
                receiving.open_words(referral=referral, by=person)

    def test_words_are_opened_once_for_a_person_and_a_quarter_of_an_hour(self, db):
        referral = received()
        with acting(head()):
            first = receiving.open_words(referral=referral, by=head())
            assert receiving.open_words(referral=referral, by=head()) == first
        assert Opening.objects.filter(target=f"cases.referral:{referral.reference}").count() == 1

    def test_an_exhibit_that_was_not_given_stays_closed(self, db):
        referral = received()
        item = referral.items.get()
        referral.items.update(ended_at=timezone.now(), ended_by=referral.sent_by)
        with acting(head()), pytest.raises(NotAllowed):
            vault.open(item.exhibit, by=head(), reason="Example", files={})

    def test_a_quarantined_exhibit_opens_for_examiners_only(self, db):
        from partners import roles
        from tests.factories.partners import member

        referral = received()
        item = referral.items.select_related("exhibit", "referral").get()
        item.exhibit.scan = "infected"
        examiner = member(referral.unit.partner, roles.ForensicExaminer.code, unit=referral.unit)
        examiner = assigned(referral, examiner)
        assert policies.may_open(examiner, item)
        assert not policies.may_open(head(), item)

    def test_an_opening_by_a_recipient_is_told_to_nobody_else(self, db):
        from submissions import history

        referral = received()
        with acting(head()):
            vault.open(referral.items.get().exhibit, by=head(), reason="Example", files={})
        told = [event.type for event in history.changes_of(referral.submission)]
        assert "custody.opening.opened" not in told
        assert CustodyEvent.objects.filter(type="custody.opening.opened").exists()


class TestPublishing:
    def test_collected_is_published_not_set_by_opening(self, db):
        referral = received()
        with acting(head()):
            receiving.open_words(referral=referral, by=head())
        assert fresh(referral).status == "received"
        with acting(head()):
            receiving.publish(referral=referral, to="collected", by=head())
        assert fresh(referral).status == "collected"

    def test_a_decision_is_not_published_without_its_reasons(self, db):
        referral = received()
        with acting(head()), pytest.raises(NotAllowed):
            receiving.publish(referral=referral, to="declined", by=head())

    def test_feedback_is_due_at_the_units_own_interval(self, db):
        referral = received()
        assert referral.due_on == timezone.localdate() + timedelta(days=referral.unit.feedback_days)

    @pytest.mark.parametrize("outcome", ["retained", "declined", "ended"])
    @pytest.mark.parametrize("state", list(Status))
    def test_each_decision_follows_where_the_table_allows_it(self, db, state, outcome):
        referral = received()
        Referral.objects.filter(pk=referral.pk).update(status=state)
        ruling = Ruling(outcome=outcome, reasons=["D02"] if outcome == "declined" else [])
        with acting(head()):
            if Status(outcome) in TRANSITIONS[state]:
                decisions.decide(referral=referral, ruling=ruling, seen=state, by=head())
                assert fresh(referral).status == outcome
            else:
                with pytest.raises(NotNow):
                    decisions.decide(referral=referral, ruling=ruling, seen=state, by=head())

    def test_a_decline_needs_a_reason(self, db):
        referral = received()
        with acting(head()), pytest.raises(NotAllowed, match="reason"):
            decisions.decide(
                referral=referral, ruling=Ruling(outcome="declined"), seen="received", by=head()
            )

    @pytest.mark.parametrize("code", ["D08", "D16", "D18"])
    def test_some_reasons_need_words(self, db, code):
        referral = received()
        ruling = Ruling(outcome="declined", reasons=[code])
        with acting(head()), pytest.raises(NotAllowed, match="words"):
            decisions.decide(referral=referral, ruling=ruling, seen="received", by=head())

    def test_a_decline_closes_access_after_thirty_days(self, db):
        referral = received()
        ruling = Ruling(outcome="declined", reasons=["D02"])
        with acting(head()):
            decisions.decide(referral=referral, ruling=ruling, seen="received", by=head())
        assert fresh(referral).access_ends_on == timezone.localdate() + timedelta(days=30)

    def test_an_officer_does_not_decide(self, db):
        referral = received()
        by = assigned(referral)
        with acting(by), pytest.raises(NotAllowed):
            decisions.decide(referral=referral, ruling=retained(), seen="received", by=by)

    def test_two_who_decide_at_once_do_not_overwrite_each_other(self, own_database):
        referral = received()
        by, outcomes = head(), []

        def attempt(ruling):
            try:
                with transaction.atomic(), acting_as(by):
                    decisions.decide(referral=referral, ruling=ruling, seen="received", by=by)
                outcomes.append("done")
            except NotNow:
                outcomes.append("not now")
            finally:
                connections.close_all()

        rulings = (retained(), Ruling(outcome="declined", reasons=["D02"]))
        threads = [Thread(target=attempt, args=[ruling]) for ruling in rulings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["done", "not now"]
        assert Decision.objects.count() == 1

    def test_feedback_moves_the_next_date(self, db, clock):
        referral = received()
        clock.move(days=10)
        with acting(head()):
            decisions.give_feedback(referral=referral, no_detail=True, by=head())
        assert fresh(referral).due_on == timezone.localdate() + timedelta(
            days=referral.unit.feedback_days
        )

    def test_feedback_that_says_nothing_is_refused(self, db):
        referral = received()
        with acting(head()), pytest.raises(NotAllowed):
            decisions.give_feedback(referral=referral, by=head())
        with pytest.raises(DatabaseError), transaction.atomic():
            Feedback.objects.create(referral=referral, given_by=head(), given_at=timezone.now())

    def test_what_was_said_is_never_changed(self, db):
        referral = received()
        with acting(head()):
            decisions.decide(referral=referral, ruling=retained(), seen="received", by=head())
        with pytest.raises(DatabaseError), transaction.atomic():
            Decision.objects.update(no_detail=False)


class TestTakenIntoFile:
    def test_the_fact_is_published_and_which_exhibit_only_if_the_unit_says_so(self, db):
        referral = received()
        by = assigned(referral)
        with acting(by):
            decisions.take_into_file(
                referral=referral, items=list(referral.items.all()), is_named=False, by=by
            )
        event = CustodyEvent.objects.get(type="cases.referral.taken_into_file")
        assert '"exhibits":[]' in event.entry
        assert fresh(referral).taken_at is not None

    def test_it_is_taken_once(self, db):
        referral = received()
        by, items = assigned(referral), list(referral.items.all())
        with acting(by):
            decisions.take_into_file(referral=referral, items=items, is_named=True, by=by)
            with pytest.raises(NotNow):
                decisions.take_into_file(referral=referral, items=items, is_named=True, by=by)

    def test_what_was_not_given_is_not_taken(self, db):
        referral, other = received(), referred(unit=None)
        by = assigned(referral)
        with acting(by), pytest.raises(NotAllowed):
            decisions.take_into_file(
                referral=referral, items=list(other.items.all()), is_named=True, by=by
            )
        assert not Taken.objects.exists()


class TestTheUnitsOwnLedger:
    def test_assigning_gives_exactly_the_roles_grants(self, db):
        referral = received()
        by = assigned(referral)
        assert policies.holds(by, referral, "work_referral")
        assert not policies.holds(by, referral, "decide_referral")

    def test_only_people_of_the_unit_are_assigned(self, db):
        referral = received()
        with acting(head()), pytest.raises(NotAllowed):
            assignments.assign(referral=referral, user=documenter(), by=head())

    def test_the_end_of_an_assignment_takes_the_grants(self, db):
        referral = received()
        by = assigned(referral)
        with acting(head()):
            assignments.end(assignment=referral.assignments.get(), by=head())
        assert not policies.holds(by, referral, "view_referral")

    def test_the_end_of_the_role_ends_the_assignment(self, db):
        from partners.actions import members
        from tests.factories.partners import manager_of

        referral = received()
        by = assigned(referral)
        manager = manager_of(referral.unit.partner)
        with acting(manager):
            members.end_role(membership=by.memberships.live().get(), by=manager)
        assert not policies.holds(officer(), referral, "view_referral")
        assert referral.assignments.get().ended_at is not None

    def test_internal_states_and_references_are_the_units_own(self, db):
        referral = received()
        by = assigned(referral)
        before = Referral.objects.filter(pk=referral.pk).values().get()
        with acting(by):
            assignments.assess(
                referral=referral, state="linked", national_reference="Example 12/26", by=by
            )
            assignments.note(referral=referral, text="Example note.", by=by)
            assignments.state_no_conflict(assignment=referral.assignments.get(), by=by)
        assessment = Assessment.objects.select_related("referral__compartment").get()
        assert assessment.state == "linked"
        assert assignments.read_national_reference(assessment) == "Example 12/26"
        assert Referral.objects.filter(pk=referral.pk).values().get() == before
        assert not Notification.objects.filter(user=referral.sent_by, code="cases.note").exists()

    def test_an_analyst_writes_nothing(self, db):
        referral = received()
        by = assigned(referral, analyst())
        with acting(by), pytest.raises(NotAllowed):
            assignments.note(referral=referral, text="Example", by=by)


class TestRequests:
    def test_a_question_and_its_answer_with_an_exhibit(self, db):
        referral = received()
        by = assigned(referral)
        with acting(by):
            request = requests.ask(
                referral=referral, kind="clarify", text="Which lens was used?", by=by
            )
        exhibit = referral.items.get().exhibit
        with acting(referral.sent_by):
            requests.answer(
                request=request, text="The long one.", exhibits=[exhibit], by=referral.sent_by
            )
        request.refresh_from_db()
        assert request.status == "answered"
        assert requests.read_question(request) == "Which lens was used?"
        assert requests.read_answer(request) == "The long one."
        assert [a.exhibit for a in request.attached.all()] == [exhibit]

    def test_an_exhibit_that_was_held_back_is_given_with_an_answer(self, db):
        referral = received()
        by = assigned(referral)
        item = referral.items.get()
        referral.items.update(ended_at=timezone.now(), ended_by=referral.sent_by)
        with acting(by):
            request = requests.ask(referral=referral, kind="provide_held", text="Give.", by=by)
        with acting(referral.sent_by):
            requests.answer(
                request=request, text="Here.", exhibits=[item.exhibit], by=referral.sent_by
            )
        assert referral.items.live().get().exhibit == item.exhibit

    def test_it_is_answered_once(self, db):
        referral = received()
        by, sender = assigned(referral), referral.sent_by
        with acting(by):
            request = requests.ask(referral=referral, kind="clarify", text="Why?", by=by)
        with acting(sender):
            requests.decline(request=request, text="It would endanger someone.", by=sender)
            with pytest.raises(NotNow):
                requests.answer(request=request, text="Because.", by=sender)

    def test_only_the_sender_answers(self, db):
        referral = received()
        by = assigned(referral)
        with acting(by):
            request = requests.ask(referral=referral, kind="clarify", text="Why?", by=by)
        for person in (by, documenter()):
            with acting(person), pytest.raises(NotAllowed):
                requests.answer(request=request, text="Because.", by=person)

    def test_nobody_is_asked_to_collect_anything(self, db):
        referral = received()
        by = assigned(referral)
        with acting(by), pytest.raises(NotAllowed):
            requests.ask(referral=referral, kind="collect", text="Go there again.", by=by)

    def test_messages_go_both_ways_and_are_sealed(self, db):
        referral = received()
        by = assigned(referral)
        with acting(by):
            theirs = requests.write(referral=referral, text="Thank you.", by=by)
        with acting(referral.sent_by):
            ours = requests.write(referral=referral, text="You are welcome.", by=referral.sent_by)
        assert (theirs.from_sender, ours.from_sender) == (False, True)
        assert requests.read_message(theirs) == "Thank you."
        assert b"Thank you" not in bytes(theirs.words)

    def test_after_the_end_nothing_is_written(self, db):
        referral = received()
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="", by=referral.sent_by)
        with acting(head()):
            access.say_what_became(referral=referral, disposal="destroyed", text="", by=head())
        with acting(referral.sent_by), pytest.raises(NotNow):
            requests.write(referral=referral, text="Example", by=referral.sent_by)
