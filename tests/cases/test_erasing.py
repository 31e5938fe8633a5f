"""What was erased, seen from the recipients' side: who still holds it, and pages that show both."""

import pytest
from django.urls import reverse

from cases import desk, sender_desk
from cases.actions import access, assignments, deadlines, decisions, referrals
from cases.models import Referral, Taken
from impna.errors import NotNow
from submissions.actions import erasing
from tests.cases.pages import NAME, file_of, given, with_file
from tests.factories.cases import (
    advised,
    adviser,
    asked,
    disposed,
    enclosed,
    fresh,
    head,
    officer,
    question,
    received,
    referred,
)
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import (
    approver,
    complete_draft,
    erased,
    handed_over,
    lead,
    unit_of_an_authority,
    withdrawn,
)
from tests.partners.browser import words

DONE = {"reason": "The person asked.", "sure": "on"}


def erase_exhibit(submission, number):
    by, exhibit = lead(submission), submission.exhibits.get(number=number)
    with acting(by):
        return erasing.erase_exhibit(exhibit=exhibit, reason="x", by=by)


@pytest.fixture
def gone(db) -> Referral:
    """Closed by its recipient after a withdrawal, and erased; with a request and its file."""
    referral = given(conditions=["Example condition."])
    enclosed(question(referral))
    withdrawn(referral.submission)
    disposed(fresh(referral))
    erased(referral.submission)
    return fresh(referral)


def test_until_a_recipient_has_said_what_became_of_it_nothing_is_erased(db):
    referral = received()
    submission = withdrawn(referral.submission)
    client = signed_in(lead(submission))
    address = reverse("submissions:erase", args=[submission.reference])
    name = referral.unit.partner.name
    shown = words(client.get(address))
    assert f"{name} has not said what became of what it had" in shown
    assert client.post(address, DONE).status_code == 409
    disposed(fresh(referral))
    assert client.post(address, DONE).status_code == 302


def test_one_exhibit_waits_for_those_who_were_given_it_and_for_nobody_else(db):
    submission = with_file()
    referred(submission=submission, mode="summary")
    one, other = (submission.exhibits.get(number=n) for n in (1, 2))
    referral = Referral.objects.get()
    assert {item.exhibit for item in referral.items.all()} == {one, other}
    with pytest.raises(NotNow, match="has not said what became"):
        erase_exhibit(submission, 2)


def test_what_a_recipient_was_never_given_is_erased_under_its_eyes(db):
    referral = referred(submission=with_file(), mode="alert")
    assert erase_exhibit(referral.submission, 2).removed_at is not None
    page = signed_in(head()).get(referral.get_absolute_url())
    assert page.status_code == 200
    assert NAME not in words(page)


def test_after_a_recall_was_answered_the_exhibit_goes_and_the_submission_stays(db):
    referral = given()
    by = approver(referral.submission)
    with acting(by):
        access.recall(referral=referral, reason="x", by=by)
    disposed(fresh(referral))
    erase_exhibit(referral.submission, 2)
    other = unit_of_an_authority("Example State 2")
    client = signed_in(by)
    shown = words(client.get(reverse("cases:refer", args=[referral.submission.reference])))
    assert other.name in shown
    again = referred_again(referral.submission, other)
    assert [item.exhibit.number for item in again.items.all()] == [1]
    assert client.get(reverse("cases:given", args=[again.reference])).status_code == 200


def referred_again(submission, unit) -> Referral:
    by = approver(submission)
    with acting(by):
        recipient = referrals.Recipient(unit=unit, mode="full")
        return referrals.refer(version=submission.versions.get(), recipient=recipient, by=by)


def test_the_senders_pages_of_a_closed_referral_say_that_it_was_erased(gone):
    client = signed_in(gone.submission.begun_by)
    shown = words(client.get(reverse("cases:given", args=[gone.reference])))
    assert "The submission was erased" in shown
    assert "Example condition." in shown and "Do you know this place?" in shown
    listed = client.get(reverse("cases:given-list", args=[gone.submission.reference]))
    assert gone.unit.partner.name in words(listed)


def test_for_its_recipient_it_is_closed_as_before(gone):
    for user in (head(), officer()):
        assert signed_in(user).get(gone.get_absolute_url()).status_code == 404
        assert signed_in(user).get(reverse("cases:referral-list")).status_code == 200
        assert desk.awaiting(user) == []


def test_on_no_desk_of_its_sender_does_anything_wait(gone):
    for user in (approver(gone.submission), lead(gone.submission)):
        assert sender_desk.awaiting(user) == []
        assert signed_in(user).get("/").status_code == 200


@pytest.mark.parametrize("answered", [True, False])
def test_a_question_to_the_secretariat_says_on_both_sides_that_it_was_erased(db, answered):
    version = handed_over(complete_draft())
    advice = asked(version, question="Who takes Anna?")
    if answered:
        advised(advice, unit_of_an_authority())
    withdrawn(version.submission)
    erased(version.submission)
    address = reverse("cases:advice", args=[advice.reference])
    for user in (version.submission.begun_by, adviser()):
        shown = words(signed_in(user).get(address))
        assert "This was erased with the submission." in shown
        assert "Anna" not in shown
    listed = signed_in(adviser()).get(reverse("cases:advice-list"))
    assert listed.status_code == 200


def test_the_pages_that_give_or_ask_refuse_in_words(gone):
    client = signed_in(approver(gone.submission))
    for name in ("cases:hand-over", "cases:refer", "cases:ask-advice"):
        answer = client.get(reverse(name, args=[gone.submission.reference]))
        assert answer.status_code in (302, 409), name


def test_the_check_of_what_was_taken_passes_over_what_was_erased(own_database, as_worker):
    referral = given()
    by = officer()
    with acting(chief := head()):
        assignments.assign(referral=referral, user=by, by=chief)
    with acting(by):
        items = list(referral.items.filter(exhibit=file_of(referral)))
        decisions.take_into_file(referral=referral, items=items, is_named=True, by=by)
    withdrawn(referral.submission)
    disposed(fresh(referral))
    erased(referral.submission)
    with as_worker():
        deadlines.check_taken()
    assert Taken.objects.get().checked_at is None
