"""Handing over by the pages: three steps, the receipt, further recipients; and every refusal."""

import hashlib
import json
import re
from functools import partial

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from cases import history
from cases.actions import access, advising, referrals
from cases.models import Advice, Referral, ReferralItem
from cases.recipients import possible
from custody.models import CustodyEvent
from impna.errors import NotAllowed
from impna.references import show_reference
from partners import roles
from partners.models import Notification, Partner, Unit
from submissions import declarations
from submissions.actions import exhibits, progress, risks, unsaved
from submissions.models import Submission, Unsaved, Version
from submissions.views import check
from tests.factories.cases import advised, asked, fresh, received, referred
from tests.factories.partners import acting, member, partner_at, signed_in, unit_of
from tests.factories.submissions import (
    a_risk,
    another_documenter,
    approver,
    complete_draft,
    describe,
    documenter,
    draft,
    recognised,
    unit_of_an_authority,
)
from tests.partners.browser import at_once, hidden, words

CONDITION = "Ask us before you share it with Example State 9."
# The last ticks.
TICKED = {"to": "done", "looked": "on", "checked": "on"}
QUESTION = "Who takes cases of example acts in the south?"


def page_of(submission, name="hand-over"):
    return reverse(f"cases:{name}", args=[submission.reference])


def chosen(*units, **more):
    """The first step, as posted."""
    return {"route": "direct", "units": [unit.reference for unit in units], **more}


def told(unit, **more):
    """The second step for one recipient."""
    given = {"mode": "full", "which": "all", "conditions": ""} | more
    return {f"{unit.reference}-{name}": value for name, value in given.items()}


def final(submission, unit, **more):
    """Everything, ticked and sent."""
    number = {"number": str(submission.versions_made + 1)}
    return chosen(unit) | told(unit, **more) | TICKED | number


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def unit(db):
    return unit_of_an_authority()


@pytest.fixture
def client(submission):
    return signed_in(approver(submission))


def supplement(submission, **answers):
    """A second exhibit, in the draft of the next version."""
    by = documenter()
    with acting(by):
        progress.begin_supplement(submission=submission, by=by)
        added = exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="second note",
            description="",
            declared=exhibits.Declared(),
            by=by,
        )
        describe(added, by, **answers)
    return added


class TestThreeSteps:
    def test_walked_by_hand_they_hand_over(self, client, submission, unit):
        page = client.get(page_of(submission))
        assert page.status_code == 200
        assert unit.name in words(page)
        step = client.post(page_of(submission), chosen(unit, to="conditions"))
        assert step.status_code == 200
        assert "Exhibit 1" in words(step)
        fields = {}
        for name, value in hidden(step):
            fields.setdefault(name, []).append(value)
        fields |= told(unit, conditions=f"{CONDITION}\n\n Second. ")
        step = client.post(page_of(submission), {**fields, "to": "check"})
        assert step.status_code == 200
        assert CONDITION in words(step)
        assert all(str(sentence) in words(step) for sentence in declarations.WORDS)
        last = words(step).rpartition("<form")[2]
        posted = {}
        for name, value in hidden(step):
            if name != "csrfmiddlewaretoken":
                posted[name] = [*posted.get(name, []), value]
        # The page carries everything twice: for changing it, and for the last step.
        posted = {name: values[: len(values) // 2 or 1] for name, values in posted.items()}
        assert 'name="checked"' in last
        done = client.post(page_of(submission), {**posted, **TICKED})
        assert done.status_code == 302, words(done)
        assert done["Location"].endswith("/versions/1/receipt/")
        referral = Referral.objects.get(submission=submission)
        assert (referral.mode, referral.route, referral.unit) == ("full", "direct", unit)
        assert [referrals.read_condition(one) for one in fresh(referral).conditions.all()] == [
            CONDITION,
            "Second.",
        ]

    def test_nothing_of_it_stands_in_a_session_or_an_address(self, client, submission, unit):
        client.post(
            page_of(submission), chosen(unit, to="check") | told(unit, conditions=CONDITION)
        )
        assert all(CONDITION not in str(session.get_decoded()) for session in Session.objects.all())

    def test_steps_are_posted_back_and_forth(self, client, submission, unit):
        posted = chosen(unit) | told(unit, mode="summary", conditions=CONDITION)
        first = client.post(page_of(submission), {**posted, "to": "recipients"})
        box = re.search(rf'<input[^>]*value="{unit.reference}"[^>]*>', words(first))
        assert "checked" in box[0]
        assert (f"{unit.reference}-conditions", CONDITION) in hidden(first)
        second = client.post(page_of(submission), {**posted, "to": "conditions"})
        assert CONDITION in words(second)
        assert not Version.objects.exists()

    def test_recipients_need_no_query_each(self, submission, unit, django_assert_max_num_queries):
        for n in range(4):
            unit_of_an_authority(f"Example State {n + 20}")
        with django_assert_max_num_queries(4):
            assert len(possible(submission)) >= 5

    @pytest.mark.parametrize(
        ("reach", "modes"),
        [("alert", ["alert"]), ("summary", ["alert", "summary"]), ("directory", None)],
    )
    def test_only_what_is_within_reach_today_is_offered(self, submission, reach, modes):
        other = unit_of(partner_at(kind=roles.AUTHORITY, reach=reach))
        found = {one.unit: one.modes for one in possible(submission)}
        assert found.get(other) == modes

    def test_units_that_take_nothing_direct_or_are_suspended_are_not_offered(self, submission):
        closed = unit_of_an_authority("Example State 31")
        Unit.objects.filter(pk=closed.pk).update(takes_direct_intake=False)
        gone = unit_of(partner_at(Partner.Status.ACTIVE, roles.AUTHORITY))
        Partner.objects.filter(pk=gone.partner_id).update(status="suspended")
        assert not {closed, gone} & {one.unit for one in possible(submission)}

    def test_the_number_to_call_stands_beside_the_unit(self, client, submission, unit):
        Unit.objects.filter(pk=unit.pk).update(on_call="+00 123 456")
        assert "+00 123 456" in words(client.get(page_of(submission)))

    def test_an_alert_gives_no_exhibit_and_a_tick_gives_only_that_one(
        self, client, submission, unit
    ):
        other = unit_of_an_authority("Example State 2")
        posted = final(submission, unit, mode="alert")
        posted |= told(other, which="some", exhibits=["1"])
        posted["units"] = [unit.reference, other.reference]
        assert client.post(page_of(submission), posted).status_code == 302
        given = {item.referral.unit: item.exhibit.number for item in ReferralItem.objects.all()}
        assert given == {other: 1}

    def test_those_with_someone_recognisable_are_pointed_out(self, unit, db):
        submission = complete_draft(
            recognisable="someone",
            identified_by=["face"],
        )
        recognised(submission, basis="not_required", numbers=(1,))
        client = signed_in(approver(submission))
        step = client.post(page_of(submission), chosen(unit, to="conditions"))
        assert "Someone can be recognised in it." in words(step)
        step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
        assert "You sign for them below" in words(step)


class TestCheckingTheAnswers:
    """What the approver signs for stands above the signature."""

    def test_every_answer_stands_on_the_last_step(self, client, submission, unit):
        step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
        page = words(step)
        for said in ("Example summary.", "Incident 1:", "Nothing known", "example note",
                     "Photograph", "Not sure: said of every incident"):  # fmt: skip
            assert said in page, said
        assert 'class="p-summary__change"' not in page, "a mere approver changes nothing"

    def test_who_may_change_it_finds_the_way(self, unit, clock, db):
        submission = complete_draft(by_approver=True, single_handed=True)
        client = signed_in(submission.begun_by)
        step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
        assert reverse("submissions:cover-sheet", args=[submission.reference]) in words(step)

    def test_a_long_list_goes_on_with_all_that_was_chosen(
        self, client, submission, unit, monkeypatch
    ):
        monkeypatch.setattr(check, "MOST", 1)
        posted = chosen(unit, to="check") | told(unit, conditions=CONDITION)
        step = words(client.post(page_of(submission), posted))
        assert "Incident 1:" in step and "example note" not in step
        assert "Hand over now" not in step
        step = words(client.post(page_of(submission), posted | {"answers": "1"}))
        assert "example note" in step and "Incident 1:" not in step
        assert CONDITION in step and "Hand over now" in step

    def test_of_a_frozen_version_they_are_as_they_were(self, db):
        referral = referred()
        submission, by = referral.submission, documenter()
        with acting(by):
            progress.begin_supplement(submission=submission, by=by)
            describe(submission.exhibits.get(), by, evidence_type="video")
        other = unit_of_an_authority("Example State 2")
        posted = {"units": [other.reference], "to": "check"} | told(other)
        page = words(signed_in(referral.sent_by).post(page_of(submission, "refer"), posted))
        assert "Example summary." in page and "Incident 1:" in page
        assert "Exhibit 1: Photograph" in page and "Video" not in page


class TestLeftUnfinished:
    """A closed tab loses neither conditions nor a question."""

    def keep(self, submission, page="hand-over"):
        return reverse("submissions:unsaved", args=[submission.reference, page])

    def test_typing_is_kept_and_found_again_on_its_step(self, client, submission, unit):
        step = client.post(page_of(submission), chosen(unit, to="conditions"))
        assert f'data-autosave="{self.keep(submission)}"' in words(step)
        typed = chosen(unit, at="conditions") | told(unit, conditions=CONDITION)
        assert client.post(self.keep(submission), typed).status_code == 200
        page = client.get(page_of(submission))
        assert page.status_code == 200
        assert "You left this unfinished" in words(page) and CONDITION in words(page)
        assert "How much, and on which conditions?" in words(page)
        assert b"Example State 9" not in bytes(Unsaved.objects.get().words)

    def test_every_step_that_was_sent_is_found_again(self, client, submission, unit):
        client.post(page_of(submission), {"route": "ask", "question": QUESTION, "to": "check"})
        page = words(client.get(page_of(submission)))
        assert "Check your answers and hand over" in page and QUESTION in page
        client.post(
            page_of(submission), chosen(unit, to="check") | told(unit, conditions="x" * 501)
        )
        page = client.get(page_of(submission))
        assert page.status_code == 200 and "x" * 501 in words(page)

    def test_it_is_gone_once_handed_over_or_thrown_away(self, client, submission, unit):
        client.post(page_of(submission), chosen(unit, to="conditions"))
        discard = reverse("submissions:unsaved-discard", args=[submission.reference, "hand-over"])
        assert client.post(discard)["Location"] == page_of(submission)
        assert "You left this unfinished" not in words(client.get(page_of(submission)))
        client.post(page_of(submission), chosen(unit, to="conditions"))
        assert client.post(page_of(submission), final(submission, unit)).status_code == 302
        assert not Unsaved.objects.exists()

    def test_giving_a_version_to_others_is_kept_too(self, db):
        referral, other = referred(), unit_of_an_authority("Example State 2")
        client, submission = signed_in(referral.sent_by), referral.submission
        typed = {"units": [other.reference], "at": "conditions"} | told(other, conditions=CONDITION)
        assert client.post(self.keep(submission, "give"), typed).status_code == 200
        assert CONDITION in words(client.get(page_of(submission, "refer")))

    def test_only_an_approver_keeps_it_and_nobody_else_sees_it(self, client, submission, unit):
        typed = chosen(unit, at="conditions") | told(unit, conditions=CONDITION)
        client.post(self.keep(submission), typed)
        assert signed_in(documenter()).post(self.keep(submission), typed).status_code == 403
        assert signed_in(another_documenter()).post(self.keep(submission), typed).status_code == 404
        other = signed_in(member(submission.partner, roles.Approver.code))
        assert CONDITION not in words(other.get(page_of(submission)))

    def test_of_what_was_withdrawn_nothing_is_kept(self, db):
        referral = referred()
        with acting(referral.sent_by):
            progress.withdraw(submission=referral.submission, reason="x", by=referral.sent_by)
        answer = signed_in(referral.sent_by).post(self.keep(referral.submission, "give"), {})
        assert answer.status_code == 409

    def test_too_much_to_be_kept_is_still_handed_over(self, client, submission, unit, monkeypatch):
        monkeypatch.setattr(unsaved, "MOST", 10)
        step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
        assert step.status_code == 200 and not Unsaved.objects.exists()


class TestRefusals:
    def test_a_stranger_finds_nothing(self, submission):
        stranger = signed_in(another_documenter())
        assert stranger.get(page_of(submission)).status_code == 404
        assert stranger.post(page_of(submission), {"to": "done"}).status_code == 404

    def test_a_documenter_and_a_reader_may_not(self, submission, unit):
        for user in (documenter(), member(submission.partner, roles.Reader.code)):
            client = signed_in(user)
            assert client.get(page_of(submission)).status_code == 403
            response = client.post(page_of(submission), final(submission, unit))
            assert response.status_code == 403
        assert not Version.objects.exists()

    def test_four_eyes_are_said_before_the_button_and_kept_by_it(self, unit, db):
        submission = complete_draft(by_approver=True)
        client = signed_in(submission.begun_by)
        page = client.get(page_of(submission))
        assert "another approver hands it over" in words(page)
        step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
        assert "another approver hands it over" in words(step)
        assert "Hand over now" not in words(step)
        response = client.post(page_of(submission), final(submission, unit))
        assert response.status_code == 403
        assert not Referral.objects.exists()

    def test_the_day_after_a_single_handed_approver_may(self, unit, clock, db):
        submission = complete_draft(by_approver=True, single_handed=True)
        client = signed_in(submission.begun_by)
        assert "tomorrow" in words(client.get(page_of(submission)))
        assert client.post(page_of(submission), final(submission, unit)).status_code == 409

    def test_what_is_missing_is_said_with_its_page(self, unit, db):
        submission = draft()
        client = signed_in(approver(submission))
        page = client.get(page_of(submission))
        assert "Something is still missing" in words(page)
        assert reverse("submissions:cover-sheet", args=[submission.reference]) in words(page)
        step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
        assert "Hand over now" not in words(step)
        assert client.post(page_of(submission), final(submission, unit)).status_code == 409
        assert not Version.objects.exists()

    def test_nobody_chosen_is_mended_on_the_first_step(self, client, submission):
        step = client.post(page_of(submission), {"route": "direct", "to": "conditions"})
        assert step.status_code == 422
        assert "Tick at least one" in words(step)

    def test_a_unit_out_of_reach_is_no_choice(self, client, submission):
        other = unit_of(partner_at(kind=roles.AUTHORITY, reach="directory"))
        response = client.post(page_of(submission), final(submission, other))
        assert response.status_code == 422
        assert not Version.objects.exists()

    def test_what_was_typed_stays_when_something_is_to_be_mended(self, client, submission, unit):
        long = "x" * 501
        step = client.post(
            page_of(submission), chosen(unit, to="check") | told(unit, conditions=long)
        )
        assert step.status_code == 422
        assert long in words(step)

    def test_the_tick_is_needed(self, client, submission, unit):
        posted = final(submission, unit, conditions=CONDITION)
        del posted["checked"]
        step = client.post(page_of(submission), posted)
        assert step.status_code == 422
        assert (f"{unit.reference}-conditions", CONDITION) in hidden(step)
        assert not Version.objects.exists()

    def test_the_second_of_two_clicks_is_led_to_the_receipt(self, client, submission, unit):
        posted = final(submission, unit)
        first = client.post(page_of(submission), posted)
        second = client.post(page_of(submission), posted)
        assert first["Location"] == second["Location"]
        assert Version.objects.count() == 1
        assert Notification.objects.filter(code="cases.sent").count() == 2

    def test_two_clicks_at_the_same_moment_hand_over_once(self, own_database):
        submission, unit = complete_draft(), unit_of_an_authority()
        by = approver(submission)
        clients, posted = (signed_in(by), signed_in(by)), final(submission, unit)
        answers = at_once(*(partial(one.post, page_of(submission), posted) for one in clients))
        assert sorted(answer.status_code for answer in answers) in ([302, 302], [302, 409])
        assert Version.objects.count() == Referral.objects.count() == 1

    def test_what_was_handed_over_is_not_handed_over_again(self, db):
        referral = referred()
        client = signed_in(referral.sent_by)
        assert client.get(page_of(referral.submission)).status_code == 409

    def test_what_was_withdrawn_goes_to_nobody(self, db):
        referral = referred()
        with acting(referral.sent_by):
            progress.withdraw(submission=referral.submission, reason="x", by=referral.sent_by)
        client = signed_in(referral.sent_by)
        for name in ("hand-over", "refer", "ask-advice"):
            assert client.get(page_of(referral.submission, name)).status_code == 409


class TestSupplements:
    def test_existing_recipients_are_listed_and_get_it(self, db):
        referral = received()
        supplement(referral.submission)
        submission = Submission.objects.get(pk=referral.submission_id)
        client = signed_in(referral.sent_by)
        page = client.get(page_of(submission))
        assert "They have an earlier version, and get this one" in words(page)
        posted = {"route": "direct", **TICKED, "number": "2"}
        posted |= told(referral.unit, which="new", conditions=CONDITION)
        assert client.post(page_of(submission), posted).status_code == 302
        referral = fresh(referral)
        assert referral.version.number == 2
        assert referral.conditions.get().version.number == 2
        assert [item.exhibit.number for item in referral.items.live()] == [1, 2]

    def test_what_was_kept_back_before_is_not_given_by_the_next_version(self, db):
        """By the action: an unnamed recipient gets what is new, and nothing else."""
        submission, unit = complete_draft(), unit_of_an_authority()
        by = approver(submission)
        with acting(by):
            recipient = referrals.Recipient(unit=unit, exhibits=[])
            referrals.hand_over(submission=submission, recipients=[recipient], by=by)
        supplement(submission)
        with acting(by):
            referrals.hand_over(submission=submission, recipients=[], by=by)
        given = Referral.objects.get(unit=unit).items.live()
        assert [item.exhibit.number for item in given] == [2]

    def test_it_reaches_one_that_no_longer_takes_direct_intake(self, db):
        referral = received()
        supplement(referral.submission)
        Unit.objects.filter(pk=referral.unit_id).update(takes_direct_intake=False)
        with acting(referral.sent_by):
            referrals.hand_over(submission=referral.submission, recipients=[], by=referral.sent_by)
        assert fresh(referral).version.number == 2

    def test_a_recipient_out_of_reach_is_said_before_the_button(self, db):
        referral = received()
        supplement(referral.submission)
        Partner.objects.filter(pk=referral.unit.partner_id).update(status="suspended")
        client = signed_in(referral.sent_by)
        page = client.get(page_of(referral.submission))
        assert "may not be given a new version" in words(page)
        posted = {"route": "direct", "to": "check"}
        assert "Hand over now" not in words(client.post(page_of(referral.submission), posted))


class TestWithoutARecipient:
    """A recipient whose reach has fallen does not hold up the others."""

    @pytest.fixture
    def fallen(self, db):
        """One of two recipients may be given nothing any more; a supplement is in the draft."""
        referral, other = received(), unit_of_an_authority("Example State 2")
        with acting(referral.sent_by):
            recipient = referrals.Recipient(unit=other)
            referrals.refer(version=referral.version, recipient=recipient, by=referral.sent_by)
        supplement(referral.submission)
        Partner.objects.filter(pk=other.partner_id).update(status="suspended")
        return Referral.objects.get(unit=other)

    def posted(self, fallen, to="done"):
        there = fallen.submission.referrals.exclude(pk=fallen.pk).get()
        return {"route": "direct", "to": to, "looked": "on", "checked": "on", "number": "2",
                "without": [fallen.unit.reference]} | told(there.unit, which="new")  # fmt: skip

    def test_it_is_offered_said_and_done(self, fallen):
        client, submission = signed_in(fallen.sent_by), fallen.submission
        page = words(client.get(page_of(submission)))
        assert "hand over without this one" in page
        assert f'name="without" value="{fallen.unit.reference}"' in page
        step = words(client.post(page_of(submission), self.posted(fallen, "check")))
        assert "does not get this version" in step and "It keeps" in step
        assert "Hand over now" in step
        assert client.post(page_of(submission), self.posted(fallen)).status_code == 302
        numbers = {one.unit: one.version.number for one in submission.referrals.all()}
        assert numbers.pop(fallen.unit) == 1 and set(numbers.values()) == {2}
        assert [item.exhibit.number for item in fallen.items.live()] == [1]

    def test_the_log_says_who_did_not_get_it_and_why_to_the_sender_alone(self, fallen):
        client, submission = signed_in(fallen.sent_by), fallen.submission
        client.post(page_of(submission), self.posted(fallen))
        event = CustodyEvent.objects.get(type="cases.referral.passed_over")
        data = json.loads(event.entry)["data"]
        assert event.on == f"cases.referral:{fallen.reference}"
        assert data == {"version": 2, "mode": "full", "reach": "blocked"}
        given = reverse("cases:given", args=[fallen.reference])
        assert "You handed over version 2 without it" in words(client.get(given))
        assert not history.published_of(fallen).filter(type=event.type).exists()

    def test_unless_nobody_is_left(self, db):
        referral = received()
        supplement(referral.submission)
        Partner.objects.filter(pk=referral.unit.partner_id).update(status="suspended")
        client = signed_in(referral.sent_by)
        posted = {"route": "direct", **TICKED, "number": "2",
                  "without": [referral.unit.reference]}  # fmt: skip
        answer = client.post(page_of(referral.submission), posted)
        assert answer.status_code == 422 and "Tick at least one" in words(answer)
        assert Version.objects.count() == 1

    def test_one_that_may_be_given_it_is_not_left_out(self, fallen):
        submission, by = fallen.submission, fallen.sent_by
        unit = submission.referrals.exclude(pk=fallen.pk).get().unit
        with acting(by), pytest.raises(NotAllowed, match="cannot be left out"):
            referrals.hand_over(
                submission=submission, recipients=[], without=[unit, fallen.unit], by=by
            )

    def test_without_the_tick_it_still_stands_against_it(self, fallen):
        posted = self.posted(fallen, "check") | {"without": []}
        step = words(signed_in(fallen.sent_by).post(page_of(fallen.submission), posted))
        assert "Hand over now" not in step

    def test_it_can_be_given_it_once_it_may_again(self, fallen):
        client, submission = signed_in(fallen.sent_by), fallen.submission
        client.post(page_of(submission), self.posted(fallen))
        Partner.objects.filter(pk=fallen.unit.partner_id).update(status="active")
        assert fallen.unit.reference in words(client.get(page_of(submission, "refer")))
        posted = {"units": [fallen.unit.reference], **TICKED}
        answer = client.post(page_of(submission, "refer"), posted | told(fallen.unit))
        assert answer.status_code == 302
        assert fresh(fallen).version.number == 2
        assert [item.exhibit.number for item in fallen.items.live()] == [1, 2]


class TestAsking:
    def test_nobody_gets_it_and_the_secretariat_is_asked(self, client, submission):
        step = client.post(
            page_of(submission), {"route": "ask", "question": QUESTION, "to": "conditions"}
        )
        assert step.status_code == 200
        assert QUESTION in words(step)
        assert "Hand over now" in words(step)
        posted = {"route": "ask", "question": QUESTION, **TICKED}
        done = client.post(page_of(submission), posted | {"number": "1"})
        assert done.status_code == 302
        assert not Referral.objects.exists()
        advice = Advice.objects.get(submission=submission)
        assert advising.read_question(advice) == QUESTION
        assert advice.version.number == 1

    def test_a_supplement_may_ask_and_keep_its_conditions(self, db):
        referral = received()
        supplement(referral.submission)
        client = signed_in(referral.sent_by)
        posted = {"route": "ask", "question": QUESTION, **TICKED}
        posted |= told(referral.unit, which="new", conditions=CONDITION) | {"number": "2"}
        assert client.post(page_of(referral.submission), posted).status_code == 302
        assert fresh(referral).conditions.count() == 1
        assert Advice.objects.get().version.number == 2

    def test_a_question_is_needed(self, client, submission):
        step = client.post(page_of(submission), {"route": "ask", "to": "conditions"})
        assert step.status_code == 422

    def test_the_page_says_what_the_secretariat_sees(self, client, submission):
        assert "The Secretariat sees the reference" in words(client.get(page_of(submission)))


class TestReceipts:
    @pytest.fixture
    def referral(self, db):
        return referred(conditions=[CONDITION])

    @pytest.fixture
    def address(self, referral):
        return reverse("cases:receipt", args=[referral.submission.reference, 1])

    def test_it_names_nobody_and_no_file(self, referral, address):
        page = words(signed_in(referral.sent_by).get(address))
        version = referral.version
        assert show_reference(referral.submission.reference) in page
        assert version.handed_over_at.strftime("%Y-%m-%d %H:%M:%S UTC") in page
        fours = " ".join(version.digest_hex[n : n + 4] for n in range(0, 64, 4))
        assert fours in page
        receipt = page.partition('class="p-receipt"')[2]
        for name in (referral.unit.name, referral.unit.partner.name, "example note", CONDITION):
            assert name not in receipt

    def test_colleagues_see_it_and_strangers_do_not(self, referral, address):
        assert signed_in(documenter()).get(address).status_code == 200
        assert signed_in(another_documenter()).get(address).status_code == 404
        assert signed_in(documenter()).get(address.replace("/1/", "/2/")).status_code == 404

    def test_the_long_form_is_asked_for_and_is_an_opening(self, referral, address):
        client = signed_in(documenter())
        opened = CustodyEvent.objects.filter(type="custody.opening.opened")
        before = opened.count()
        client.get(address)
        assert opened.count() == before
        assert client.get(f"{address}long/").status_code == 405
        page = client.post(f"{address}long/")
        assert opened.count() == before + 1
        assert "example note" not in words(page)
        assert "Download the list" in words(page)

    def test_the_list_has_the_digest_of_the_receipt(self, referral, address):
        response = signed_in(referral.sent_by).post(f"{address}list/")
        assert hashlib.sha256(response.content).hexdigest() == referral.version.digest_hex
        assert json.loads(response.content)["submission"] == referral.submission.reference
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("part", ["long/", "list/"])
    def test_strangers_do_not_get_it(self, referral, address, part):
        assert signed_in(another_documenter()).post(f"{address}{part}").status_code == 404


class TestFurtherRecipients:
    @pytest.fixture
    def referral(self, db):
        return received()

    @pytest.fixture
    def other(self, db):
        return unit_of_an_authority("Example State 2")

    def posted(self, unit, **more):
        return {"units": [unit.reference], **TICKED} | told(unit, **more)

    def test_they_get_the_newest_version(self, referral, other):
        client, address = signed_in(referral.sent_by), page_of(referral.submission, "refer")
        page = client.get(address)
        assert page.status_code == 200
        assert referral.unit.reference not in words(page)
        step = client.post(address, self.posted(other) | {"to": "check"})
        assert "Give it now" in words(step)
        done = client.post(address, self.posted(other, conditions=CONDITION))
        assert done.status_code == 302
        made = Referral.objects.get(unit=other)
        assert made.version.number == 1
        assert made.version.declarations.filter(unit=other).exists()
        assert made.items.live().count() == 1
        assert client.post(address, self.posted(other)).status_code == 422
        assert Referral.objects.filter(unit=other).count() == 1

    def test_only_approvers_of_the_sender(self, referral, other):
        address = page_of(referral.submission, "refer")
        assert signed_in(documenter()).get(address).status_code == 403
        assert signed_in(documenter()).post(address, self.posted(other)).status_code == 403
        assert signed_in(another_documenter()).get(address).status_code == 404

    def test_a_draft_is_not_given(self, submission, client):
        assert client.get(page_of(submission, "refer")).status_code == 409

    def test_one_that_was_recalled_waits_for_its_answer(self, referral, other):
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="x", by=referral.sent_by)
        client = signed_in(referral.sent_by)
        address = page_of(referral.submission, "refer")
        assert client.post(address, self.posted(referral.unit)).status_code == 422

    def test_advice_prefills_and_opens_units_that_take_nothing_direct(self, referral, other):
        Unit.objects.filter(pk=other.pk).update(takes_direct_intake=False)
        client = signed_in(referral.sent_by)
        address = page_of(referral.submission, "refer")
        assert client.post(address, self.posted(other)).status_code == 422
        advice = advised(asked(referral.version), other)
        page = client.get(f"{address}?advice={advice.reference}")
        assert page.context["walk"].first["units"].initial == [other.reference]
        assert client.post(address, self.posted(other)).status_code == 302
        assert Referral.objects.get(unit=other).route == "advised"


class TestRisks:
    """Who could be harmed is asked again at each new disclosure (requirement 32)."""

    def check(self, submission, unit):
        return chosen(unit, to="check") | told(unit)

    def test_the_approver_reads_them_and_says_so(self, client, submission, unit):
        a_risk(submission)
        step = words(client.post(page_of(submission), self.check(submission, unit)))
        for said in ("Who could be harmed", "W-03", "An interpreter", "Example threat.",
                     "Those who are said to have done it", "Example measure.", "Risk 1"):  # fmt: skip
            assert said in step, said
        posted = final(submission, unit)
        del posted["looked"]
        refused = client.post(page_of(submission), posted)
        assert refused.status_code == 422
        assert "Tick this once you have looked at who could be harmed by it." in words(refused)
        assert not Version.objects.exists()
        assert client.post(page_of(submission), final(submission, unit)).status_code == 302
        entry = CustodyEvent.objects.get(type="submissions.declaration.made").entry
        assert json.loads(entry)["data"]["risks"] == 1
        assert "interpreter" not in entry and "W-03" not in entry

    def test_without_any_it_is_asked_all_the_same(self, client, submission, unit):
        step = words(client.post(page_of(submission), self.check(submission, unit)))
        assert "None is written down. If you looked and found none, go on." in step
        assert "I have looked at who could be harmed" in step

    def test_one_whose_day_is_past_is_looked_at_first(self, submission, unit, clock):
        risk = a_risk(submission)
        clock.move(days=31)
        client = signed_in(approver(submission))
        step = words(client.post(page_of(submission), self.check(submission, unit)))
        assert "Look at this again before anything is given: Risk 1." in step
        assert "Hand over now" not in step
        refused = client.post(page_of(submission), final(submission, unit))
        assert refused.status_code == 409
        assert not Version.objects.exists()
        with acting(submission.begun_by):
            risks.end(risk=risk, reason="They moved.", by=submission.begun_by)
        assert client.post(page_of(submission), final(submission, unit)).status_code == 302

    def test_whoever_asks_the_secretariat_first_gives_to_nobody(self, submission, clock):
        a_risk(submission)
        clock.move(days=31)
        client = signed_in(approver(submission))
        posted = {"route": "ask", "question": QUESTION, "to": "check"}
        step = words(client.post(page_of(submission), posted))
        assert "Who could be harmed" not in step
        posted |= {"to": "done", "checked": "on", "number": "1"}
        assert client.post(page_of(submission), posted).status_code == 302

    def test_further_recipients_are_a_new_disclosure(self, db):
        referral, other = referred(), unit_of_an_authority("Example State 2")
        a_risk(referral.submission)
        client = signed_in(referral.sent_by)
        posted = {"units": [other.reference], **TICKED} | told(other)
        step = client.post(page_of(referral.submission, "refer"), posted | {"to": "check"})
        assert "Example measure." in words(step)
        refused = posted | {"looked": ""}
        answer = client.post(page_of(referral.submission, "refer"), refused)
        assert answer.status_code == 422
        assert client.post(page_of(referral.submission, "refer"), posted).status_code == 302
