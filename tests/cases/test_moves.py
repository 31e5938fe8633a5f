"""Every (state, to, role) of referrals, requests and advice: the tables say what the actions do."""

import pytest
from django.utils import timezone

from cases.actions import access, advising, deadlines, decisions, receiving, requests
from cases.actions.decisions import Ruling
from cases.models import Advice, InformationRequest, Referral
from cases.states import (
    ADVICE_TRANSITIONS,
    REQUEST_TRANSITIONS,
    TRANSITIONS,
    AdviceStatus,
    RequestStatus,
    Status,
)
from partners import roles
from tests.factories.cases import (
    adviser,
    analyst,
    asked,
    assigned,
    contact,
    fresh,
    head,
    officer,
    received,
    referred,
)
from tests.factories.partners import acting, member
from tests.factories.submissions import documenter, handed_over, unit_of_an_authority
from tests.moves import allowed


def people(referral):
    """One person of each role on both sides; those who work for the unit have it assigned."""
    examiner = member(referral.unit.partner, roles.ForensicExaminer.code, unit=referral.unit)
    return {
        "head_of_unit": head(),
        "contact_point": contact(),
        "case_officer": assigned(referral, officer()),
        "analyst": assigned(referral, analyst()),
        "forensic_examiner": assigned(referral, examiner),
        "approver": referral.sent_by,
        "documenter": documenter(),
        "adviser": adviser(),
    }


def wrong_rows(table, state, acts, who, became):
    """Rows of one state in which the actions do something else than the table says."""
    wrong = []
    for to, ways in acts.items():
        for code, by in who.items():
            moved = to != state and allowed(ways, to, by, became)
            if moved != (code in table[state].get(to, ())):
                wrong.append((state, to, code, moved))
    return wrong


def decide(referral, outcome):
    """As the form does, on the state that is there."""
    ruling = Ruling(outcome=outcome, reasons=["D02"] if outcome == "declined" else [])
    return lambda by: decisions.decide(
        referral=referral, ruling=ruling, seen=fresh(referral).status, by=by
    )


@pytest.mark.parametrize("state", list(Status))
def test_each_move_of_a_referral_is_made_by_the_roles_of_the_table_alone(db, state):
    referral = referred()
    who = people(referral)
    Referral.objects.filter(pk=referral.pk).update(status=state)
    acts = {
        Status.SENT: [],
        Status.RECEIVED: [lambda by: receiving.acknowledge(referral=referral, by=by)],
        Status.COLLECTED: [
            lambda by: receiving.publish(referral=referral, to="collected", by=by),
        ],
        Status.BEING_LOOKED_AT: [
            lambda by: receiving.publish(referral=referral, to="being_looked_at", by=by),
        ],
        Status.RETAINED: [decide(referral, "retained")],
        Status.DECLINED: [decide(referral, "declined")],
        Status.ENDED: [decide(referral, "ended")],
        Status.RECALLED: [lambda by: access.recall(referral=referral, reason="R", by=by)],
    }
    assert set(acts) == set(Status)
    assert wrong_rows(TRANSITIONS, state, acts, who, lambda: fresh(referral).status) == []


@pytest.mark.parametrize("state", list(RequestStatus))
def test_each_move_of_a_request_is_made_by_the_roles_of_the_table_alone(db, clock, state):
    referral = received()
    who = people(referral)
    with acting(head()):
        made = requests.ask(referral=referral, kind="clarify", text="Why?", by=head())
    given = state in (RequestStatus.ANSWERED, RequestStatus.DECLINED)
    InformationRequest.objects.update(
        status=state,
        answered_by=referral.sent_by if given else None,
        answered_at=timezone.now() if given else None,
    )
    acts = {
        RequestStatus.ASKED: [],
        RequestStatus.ANSWERED: [lambda by: requests.answer(request=made, text="So.", by=by)],
        RequestStatus.DECLINED: [lambda by: requests.decline(request=made, text="No.", by=by)],
        RequestStatus.LAPSED: [],
    }
    assert set(acts) == set(RequestStatus)

    def became():
        return InformationRequest.objects.get().status

    assert wrong_rows(REQUEST_TRANSITIONS, state, acts, who, became) == []
    clock.move(days=31)
    deadlines.lapse_requests()
    lapsed = became() != state
    assert lapsed == (roles.PORTAL in REQUEST_TRANSITIONS[state].get(RequestStatus.LAPSED, ()))


@pytest.mark.parametrize("state", list(AdviceStatus))
def test_each_move_of_a_question_is_made_by_the_roles_of_the_table_alone(db, clock, state):
    made, unit = asked(handed_over()), unit_of_an_authority()
    given = state in (AdviceStatus.ADVISED, AdviceStatus.ADVISED_ELSEWHERE)
    Advice.objects.update(
        status=state,
        answered_by=adviser() if given else None,
        answered_at=timezone.now() if given else None,
    )
    who = {
        "adviser": adviser(),
        "approver": made.asked_by,
        "documenter": documenter(),
        "head_of_unit": head(),
    }
    acts = {
        AdviceStatus.ASKED: [],
        AdviceStatus.ADVISED: [
            lambda by: advising.give(advice=made, text="Because.", units=[unit], by=by)
        ],
        AdviceStatus.ADVISED_ELSEWHERE: [
            lambda by: advising.give(advice=made, text="Because.", forum="icc_otp", by=by)
        ],
        AdviceStatus.LAPSED: [],
    }
    assert set(acts) == set(AdviceStatus)

    def became():
        return Advice.objects.get().status

    assert wrong_rows(ADVICE_TRANSITIONS, state, acts, who, became) == []
    clock.move(days=8)
    deadlines.lapse_advice()
    lapsed = became() != state
    assert lapsed == (roles.PORTAL in ADVICE_TRANSITIONS[state].get(AdviceStatus.LAPSED, ()))
