"""What a recipient does, as posted forms: done once, refused in words, never lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions import decisions
from cases.actions.decisions import Ruling, read_decision, read_feedback
from cases.actions.referrals import read_remark
from cases.models import Assignment, InformationRequest, Message, Note, Taken
from custody.models import CustodyEvent
from impna.errors import NotAllowed
from tests.cases.pages import at, at_contact, at_head, given, sent, words
from tests.factories.cases import assigned, contact, fresh, head, officer, received
from tests.factories.partners import acting, signed_in

DISCLOSED = "Everything written here may be disclosed in proceedings."


@pytest.fixture
def referral(db):
    return given()


@pytest.fixture
def client(referral):
    return at_head()


def to(referral, name=""):
    return f"{referral.get_absolute_url()}{name}"


def test_a_second_acknowledgement_is_refused_in_words(db):
    referral, client = sent(), at_contact()
    assert client.post(to(referral, "acknowledge/")).status_code == 303
    second = client.post(to(referral, "acknowledge/"))
    assert second.status_code == 409
    assert "“Received”" in words(second)
    assert client.get(to(referral, "acknowledge/")).status_code == 405


@pytest.mark.parametrize(
    "name", ["publish", "decide", "feedback", "take", "ask"]
)  # nothing follows before it was acknowledged
def test_nothing_is_done_before_it_was_acknowledged(db, name):
    referral, client = sent(), at_head()
    assert client.get(to(referral, f"{name}/")).status_code == 409
    assert to(referral, f"{name}/") not in client.get(to(referral)).content.decode()


def test_a_condition_is_accepted_as_far_as_the_law_allows(db):
    referral, client = given(conditions=["Ask us first."]), at_head()
    unit = type(referral.unit).objects.filter(pk=referral.unit_id)
    unit.update(standing_text="Our code of procedure, section 1.")
    condition = referral.conditions.get()
    path = to(referral, f"conditions/{condition.reference}/")
    assert "Our code of procedure, section 1." in words(client.get(path))
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"answer": "accept_as_law_allows"}).status_code == 303
    condition.refresh_from_db()
    condition.referral = fresh(referral)
    assert read_remark(condition) == "Our code of procedure, section 1."
    assert client.get(path).status_code == 409
    assert client.post(path, {"answer": "accept"}).status_code == 409


def test_as_far_as_the_law_allows_says_how_far(db):
    referral, client = given(conditions=["Ask us first."]), at_head()
    path = to(referral, f"conditions/{referral.conditions.get().reference}/")
    answer = client.post(path, {"answer": "accept_as_law_allows", "remark": ""})
    assert answer.status_code == 422
    assert "Say how far" in words(answer)


def test_a_condition_that_cannot_be_accepted_stays_open_to_another_answer(db):
    referral, client = given(conditions=["Never use it."]), at_head()
    path = to(referral, f"conditions/{referral.conditions.get().reference}/")
    refused = {"answer": "cannot_accept", "remark": "We have to."}
    assert client.post(path, refused).status_code == 303
    shown = words(client.get(to(referral)))
    assert "Cannot be accepted" in shown
    assert "We have to." in shown
    assert "Example summary." not in shown
    assert client.get(path).status_code == 200


def test_a_condition_of_another_referral_is_not_found_here(db):
    referral, other = given(), given(conditions=["Ask us first."])
    path = to(referral, f"conditions/{other.conditions.get().reference}/")
    assert at_head().get(path).status_code == 404


def test_only_heads_answer_conditions(db):
    referral = given(conditions=["Ask us first."])
    path = to(referral, f"conditions/{referral.conditions.get().reference}/")
    assert at_contact().post(path, {"answer": "accept"}).status_code == 403
    assert at(referral, officer()).post(path, {"answer": "accept"}).status_code == 403


def test_what_is_published_is_only_what_may_follow(client, referral):
    path = to(referral, "publish/")
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"to": "retained"}).status_code == 422
    assert client.post(path, {"to": "being_looked_at"}).status_code == 303
    assert fresh(referral).status == "being_looked_at"
    assert client.get(path).status_code == 409


DECLINE = {
    "outcome": "declined",
    "reasons": ["D08", "D18"],
    "words": "The place is missing.",
    "forum": "iiim",
    "reopen_on_new_facts": "on",
    "seen": "received",
}


def test_a_decline_is_published_with_its_reasons(client, referral):
    assert client.post(to(referral, "decide/"), DECLINE).status_code == 303
    decision = referral.decisions.get()
    decision.referral = fresh(referral)
    assert decision.reasons == ["D08", "D18"]
    assert read_decision(decision) == "The place is missing."
    assert b"place" not in bytes(decision.words)
    shown = words(client.get(to(referral)))
    assert "Insufficient information" in shown
    assert "IIIM (Syria)" in shown
    assert "New facts would reopen it." in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"outcome": ""}, "Choose one."),
        ({"reasons": []}, "Choose at least one reason."),
        ({"reasons": ["D08"], "words": " "}, "Say what is missing"),
        ({"reasons": ["D99"]}, "Select a valid choice"),
        ({"outcome": "retained"}, "Reasons belong to a decline only."),
    ],
)
def test_a_decision_to_mend_keeps_what_was_typed(client, referral, changes, said):
    typed = {**DECLINE, "words": "Typed with care.", **changes}
    answer = client.post(to(referral, "decide/"), typed)
    assert answer.status_code == 422
    assert said in words(answer)
    if typed["words"].strip():
        assert "Typed with care." in answer.content.decode()
    assert 'value="received"' in answer.content.decode()
    assert fresh(referral).status == "received"


def test_a_reason_that_names_a_better_forum_needs_no_words(client, referral):
    typed = {"outcome": "declined", "reasons": ["D18"], "forum": "icc_otp", "seen": "received"}
    assert client.post(to(referral, "decide/"), typed).status_code == 303


def test_two_who_decide_at_once_do_not_overwrite_each_other(client, referral):
    page = client.get(to(referral, "decide/"))
    assert page.context["form"].initial["seen"] == "received"
    with acting(head()):
        decisions.decide(referral=referral, ruling=Ruling("retained"), seen="received", by=head())
    second = client.post(to(referral, "decide/"), DECLINE)
    assert second.status_code == 409
    assert "Someone else decided a moment ago" in words(second)
    assert fresh(referral).status == "retained"
    forged = client.post(to(referral, "decide/"), {**DECLINE, "seen": ""})
    assert forged.status_code == 409


def test_what_cannot_follow_any_more_is_refused_not_lost_in_the_list(client, referral):
    client.post(to(referral, "decide/"), {"outcome": "retained", "seen": "received"})
    again = client.post(to(referral, "decide/"), {"outcome": "retained", "seen": "retained"})
    assert again.status_code == 409
    assert (
        client.post(to(referral, "decide/"), {"outcome": "ended", "seen": "retained"}).status_code
        == 303
    )
    assert client.get(to(referral, "decide/")).status_code == 409


def test_feedback_is_sealed_and_moves_the_date(client, referral, clock):
    due = fresh(referral).due_on
    clock.move(days=10)
    path = to(referral, "feedback/")
    client = at_head()
    empty = client.post(path, {})
    assert empty.status_code == 422
    assert "Say at least one thing." in words(empty)
    typed = {"no_detail": "on", "milestone": "charge", "usefulness": "lead", "text": "Thank you."}
    assert client.post(path, typed).status_code == 303
    feedback = referral.feedback.get()
    feedback.referral = fresh(referral)
    assert (feedback.milestone, feedback.usefulness) == ("charge", "lead")
    assert read_feedback(feedback) == "Thank you."
    assert fresh(referral).due_on == due + timedelta(days=10)
    assert "Thank you." in words(client.get(to(referral)))


def test_exhibits_are_taken_into_the_file(client, referral):
    path = to(referral, "take/")
    first, second = (one.reference for one in referral.submission.exhibits.order_by("number"))
    assert client.post(path, {"items": [first]}).status_code == 422
    assert client.post(path, {"named": "no"}).status_code == 422
    assert client.post(path, {"items": [first, "0" * 13], "named": "no"}).status_code == 422
    assert client.post(path, {"items": [second], "named": "no"}).status_code == 303
    taken = Taken.objects.get()
    assert (taken.item.exhibit.number, taken.is_named) == (2, False)
    event = CustodyEvent.objects.get(type="cases.referral.taken_into_file")
    assert '"exhibits":[]' in event.entry
    shown = words(client.get(to(referral)))
    assert "Being checked" in shown
    assert "Only that something is in a file" in shown
    assert client.post(path, {"items": [second], "named": "no"}).status_code == 422
    assert client.post(path, {"items": [first], "named": "yes"}).status_code == 303
    assert client.get(path).status_code == 409


def test_whether_the_digests_hold_is_said(own_database, as_worker):
    from cases.actions.deadlines import check_taken

    referral, client = given(), at_head()
    second = referral.submission.exhibits.get(number=2).reference
    client.post(to(referral, "take/"), {"items": [second], "named": "yes"})
    with as_worker():
        assert check_taken() == 1
    assert "Checked again: they hold" in words(client.get(to(referral)))


def test_what_waits_for_a_condition_is_not_taken(db):
    referral = given(conditions=["Ask us first."])
    assert at_head().get(to(referral, "take/")).status_code == 409


def test_assigning_and_taking_back(client, referral):
    path = to(referral, "assign/")
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"user": contact().reference}).status_code == 422
    assert client.post(path, {"user": officer().reference}).status_code == 303
    assert signed_in(officer()).get(to(referral)).status_code == 200
    assert client.post(path, {"user": officer().reference}).status_code == 422
    one = Assignment.objects.get()
    end = to(referral, f"assignments/{one.reference}/end/")
    assert signed_in(officer()).post(end).status_code == 403
    assert client.post(end).status_code == 303
    assert client.post(end).status_code == 409
    assert signed_in(officer()).get(to(referral)).status_code == 404


def test_no_conflict_is_stated_by_the_person_alone(client, referral):
    user = assigned(referral)
    names = [referral.reference, Assignment.objects.get().reference]
    path = reverse("cases:no-conflict", args=names)
    assert client.post(path).status_code == 403
    theirs = signed_in(user)
    assert path in theirs.get(to(referral)).content.decode()
    assert theirs.post(path).status_code == 303
    assert Assignment.objects.get().no_conflict_at is not None
    assert path not in theirs.get(to(referral)).content.decode()


def test_an_assignment_of_another_referral_is_not_found_here(client, referral):
    other = given()
    assigned(other)
    one = Assignment.objects.get().reference
    assert client.post(to(referral, f"assignments/{one}/end/")).status_code == 404
    assert client.post(to(referral, f"assignments/{one}/no-conflict/")).status_code == 404


def test_the_internal_state_its_date_and_the_national_reference(client, referral):
    path, today = to(referral, "assess/"), timezone.localdate()
    late = {"state": "linked", "due": today.isoformat()}
    assert client.post(path, late).status_code == 422
    assert client.post(path, {"state": "no such"}).status_code == 422
    typed = {
        "state": "linked",
        "due": (today + timedelta(days=9)).isoformat(),
        "national_reference": "Example 12/26",
    }
    assert client.post(path, typed).status_code == 303
    known = fresh(referral).assessment
    assert (known.state, known.due_on) == ("linked", today + timedelta(days=9))
    assert b"12/26" not in bytes(known.national_reference)
    assert "Example 12/26" in words(client.get(to(referral)))
    assert "Example 12/26" in client.get(path).content.decode()
    assert "Example 12/26" not in at_contact().get(to(referral)).content.decode()
    client.post(path, {"state": "on_hold"})
    assert fresh(referral).assessment.national_reference is None


def test_a_note_is_sealed_and_read_by_the_unit_alone(client, referral):
    assert client.post(to(referral, "note/"), {"text": " "}).status_code == 422
    assert client.post(to(referral, "note/"), {"text": "Only for us."}).status_code == 303
    assert b"Only" not in bytes(Note.objects.get().words)
    assert "Only for us." in words(client.get(to(referral)))
    assert "Only for us." not in words(at_contact().get(to(referral)))


def test_a_request_has_a_kind_words_and_a_date(client, referral):
    path, today = to(referral, "ask/"), timezone.localdate()
    bad = client.post(path, {"kind": "collect", "text": "Film it again.", "due": "2020-01-01"})
    assert bad.status_code == 422
    assert "Film it again." in bad.content.decode()
    good = {"kind": "provide_held", "text": "The uncut file, please."}
    assert client.post(path, good).status_code == 303
    request = InformationRequest.objects.get()
    assert request.due_on == today + timedelta(days=30)
    assert "The uncut file, please." in words(client.get(to(referral)))


def test_a_message_goes_to_the_thread(client, referral):
    assert client.post(to(referral, "write/"), {"text": ""}).status_code == 422
    assert client.post(to(referral, "write/"), {"text": "Thank you."}).status_code == 303
    assert Message.objects.get().from_sender is False
    assert "Thank you." in words(client.get(to(referral)))


@pytest.mark.parametrize("name", ["decide", "feedback", "note", "ask", "write"])
def test_every_text_area_says_that_it_may_be_disclosed(client, referral, name):
    page = client.get(to(referral, f"{name}/"))
    assert page.content.decode().count("<textarea") == 1
    assert DISCLOSED in words(page)
    assert DISCLOSED in words(client.get(to(referral)))


def test_so_do_conditions_and_what_became_of_it(db):
    referral, client = given(conditions=["Ask us first."]), at_head()
    path = to(referral, f"conditions/{referral.conditions.get().reference}/")
    assert DISCLOSED in words(client.get(path))
    client.post(to(referral, "decide/"), {"outcome": "ended", "seen": "received"})
    assert DISCLOSED in words(client.get(to(referral, "became/")))


def test_a_role_that_ended_acts_no_more(db):
    referral = received()
    user = assigned(referral)
    client = signed_in(user)
    assert client.get(to(referral, "note/")).status_code == 200
    with acting(head()):
        from cases.actions import assignments

        assignments.end(assignment=Assignment.objects.get(), by=head())
    assert client.post(to(referral, "note/"), {"text": "Late."}).status_code == 404


def test_a_completion_is_asked_for_and_answered_by_a_supplement_or_in_words(referral, client):
    page = words(client.get(to(referral, "ask/")))
    assert "Complete what is missing" in page
    assert "The sender answers by a supplement" in page
    form = {"kind": "complete", "text": "The second page of exhibit 1 is missing."}
    assert client.post(to(referral, "ask/"), form).status_code == 303
    asked = InformationRequest.objects.get()
    assert (asked.kind, asked.status) == ("complete", "asked")
    assert "Complete what is missing" in words(client.get(to(referral)))
    referral.submission.refresh_from_db()
    assert referral.submission.status == "handed_over"  # nothing went back to be rewritten
    sender = signed_in(referral.sent_by)
    address = reverse("cases:answer", args=[referral.reference, asked.reference])
    answering = sender.get(address)
    assert "or by a supplement: the next version" in words(answering)
    assert f'href="{referral.submission.get_absolute_url()}"' in answering.content.decode()
    assert sender.post(address, {"do": "answer", "text": "It has one page."}).status_code == 302
    asked.refresh_from_db()
    assert asked.status == "answered"


class TestDiscretion:
    DECLINE_D13 = {"outcome": "declined", "reasons": ["D13"], "seen": "received"}

    def bind(self, referral):
        type(referral.unit).objects.filter(pk=referral.unit_id).update(no_discretion=True)

    def test_resources_are_a_reason_where_the_law_knows_discretion(self, client, referral):
        assert "Resources or priorities" in words(client.get(to(referral, "decide/")))
        assert client.post(to(referral, "decide/"), self.DECLINE_D13).status_code == 303

    def test_they_are_not_offered_where_it_leaves_none(self, client, referral):
        self.bind(referral)
        page = words(client.get(to(referral, "decide/")))
        assert "Resources or priorities" not in page
        assert "No competent unit" in page
        assert client.post(to(referral, "decide/"), self.DECLINE_D13).status_code == 422
        assert fresh(referral).status == "received"

    def test_nor_taken_by_the_action(self, client, referral):
        self.bind(referral)
        with acting(head()), pytest.raises(NotAllowed, match="no discretion"):
            decisions.decide(
                referral=referral,
                ruling=Ruling(outcome="declined", reasons=["D02", "D13"]),
                seen="received",
                by=head(),
            )
        assert fresh(referral).status == "received"

    def test_a_contact_point_says_so_in_the_profile(self, referral):
        client = at_contact()
        address = reverse("partners:unit-change", args=[referral.unit.reference])
        assert "our law leaves no discretion" in words(client.get(address)).lower()
        profile = {"name": "War-crimes unit", "feedback_days": "180", "no_discretion": "on"}
        assert client.post(address, profile).status_code == 302
        assert fresh(referral).unit.no_discretion
        event = CustodyEvent.objects.filter(type="partners.unit.changed").latest("id")
        assert '"no_discretion":true' in event.entry
