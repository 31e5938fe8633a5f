"""What people asked for when they agreed stands before the recipient as conditions."""

import pytest

from cases import policies
from cases.actions import receiving, referrals
from tests.cases.test_hand_over_pages import chosen, page_of, told
from tests.factories.cases import assigned, contact, fresh, head, received, referred
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import (
    approver,
    complete_draft,
    person_in,
    recognised,
    said,
    unit_of_an_authority,
)
from tests.partners.browser import words


@pytest.fixture
def submission(db):
    submission = complete_draft(recognisable="someone", identified_by=["place"])
    for code, scopes in (("W-03", {"C14": "granted"}), ("W-04", {"C14": "granted"})):
        person = person_in(submission, code)
        recognised(submission, person, numbers=(1,))
        said(person, scopes=scopes)
    return submission


def sentences(referral):
    return [referrals.read_condition(one) for one in referral.conditions.order_by("number")]


def test_a_lead_only_is_a_condition_and_closes_until_it_is_answered(submission):
    referral = received(submission=submission)
    assert sentences(referral) == ["W-03, W-04: only as a lead, not as evidence."]
    reader, item = assigned(referral), referral.items.get()
    assert not policies.may_open(reader, item)
    by = head()
    with acting(by):
        receiving.answer_condition(
            condition=referral.conditions.get(), answer="accept", remark="", by=by
        )
    assert policies.may_open(reader, item)


def test_identity_withheld_contact_and_no_public_hearing_are_asked_too(db):
    submission = complete_draft(recognisable="someone", identified_by=["place"])
    person = person_in(submission)
    recognised(submission, person, numbers=(1,))
    said(person, scopes={"C13": "granted", "C16": "granted"}, never_in_public=True)
    asked = " ".join(sentences(referred(submission)))
    for said_so in ("identity withheld", "contact through us only", "not in a public hearing"):
        assert said_so in asked


@pytest.mark.parametrize(
    ("scopes", "asked"),
    [
        ({"C12": "refused"}, ["W-03: not as evidence in court without asking us again."]),
        ({"C12": "not_asked"}, ["W-03: not as evidence in court without asking us again."]),
        ({"C12": "granted"}, []),
        ({"C12": "refused", "C14": "granted"}, ["W-03: only as a lead, not as evidence."]),
    ],
)
def test_use_in_court_is_what_the_person_chose(db, scopes, asked):
    submission = complete_draft(recognisable="someone", identified_by=["place"])
    person = person_in(submission)
    recognised(submission, person, numbers=(1,))
    said(person, scopes=scopes)
    assert sentences(referred(submission)) == asked


def test_what_does_not_go_along_asks_nothing(db):
    submission = complete_draft()
    said(person_in(submission), scopes={"C14": "granted"})
    assert sentences(referred(submission)) == []


def test_the_same_sentence_is_asked_once(submission):
    referral = received(submission=submission)
    by, writer = approver(submission), submission.begun_by
    from submissions.actions import progress

    with acting(writer):
        progress.begin_supplement(submission=fresh(referral).submission, by=writer)
    with acting(by):
        referrals.hand_over(
            submission=submission,
            recipients=[referrals.Recipient(unit=referral.unit)],
            by=by,
        )
    assert len(sentences(fresh(referral))) == 1


def test_the_approver_reads_them_before_signing(submission):
    unit = unit_of_an_authority()
    client = signed_in(approver(submission))
    step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
    text = words(step)
    assert "As people asked:" in text
    assert "W-03, W-04: only as a lead, not as evidence." in text


def test_a_contact_point_acknowledges_without_reading_them(submission):
    referral = referred(submission)
    with acting(contact()):
        receiving.acknowledge(referral=referral, by=contact())
    assert fresh(referral).status == "received"
