"""What pages say when somebody's word is in the way: choosing recipients, and taking back."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import desk, policies
from cases.actions import access, giving_more
from cases.models import Recall, Referral, ReferralItem
from custody.models import CustodyEvent
from impna.errors import NotAllowed
from partners.models import Notification
from tests.cases.test_hand_over_pages import chosen, final, page_of, told
from tests.factories.cases import assigned, contact, fresh, head, officer, received
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import (
    a_risk,
    approver,
    complete_draft,
    person_in,
    recognised,
    said,
    unit_of_an_authority,
)
from tests.partners.browser import words


@pytest.fixture
def unit(db):
    return unit_of_an_authority()


@pytest.fixture
def submission(db):
    return complete_draft(recognisable="someone", identified_by=["face"])


@pytest.fixture
def person(submission):
    found = person_in(submission)
    recognised(submission, found, numbers=(1,))
    return found


class TestChoosing:
    """What is not covered is named, left out, and can be asked for."""

    def test_it_is_named_and_left_out(self, submission, person, unit):
        said(person, scopes={"C06": "refused"})
        client = signed_in(approver(submission))
        step = client.post(page_of(submission), chosen(unit, to="conditions"))
        text = words(step)
        assert "Not everything may be given to it" in text
        assert "W-03: they did not agree that it goes to this recipient" in text
        assert client.post(page_of(submission), final(submission, unit)).status_code == 302
        assert Referral.objects.count() == 1
        assert not ReferralItem.objects.exists()

    def test_ask_again_is_a_button_that_comes_back(self, submission, person, unit):
        said(person, scopes={"C06": "refused"})
        client = signed_in(approver(submission))
        step = client.post(page_of(submission), chosen(unit, to="conditions"))
        address = reverse("submissions:ask-again", args=[submission.reference, person.reference])
        assert f"{address}?back=giving&amp;unit={unit.reference}" in step.content.decode()
        answer = client.post(f"{address}?back=giving&unit={unit.reference}")
        assert answer["Location"] == page_of(submission)
        assert person.to_ask.get().unit == unit

    def test_words_that_are_not_covered_stop_the_recipient(self, unit):
        submission = complete_draft()
        cover = submission.cover_sheet
        cover.recognisable = "someone"
        cover.save(update_fields=["recognisable"])
        person = person_in(submission)
        recognised(submission, person, in_words=True)
        said(person, scopes={"C06": "refused"})
        client = signed_in(approver(submission))
        step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
        assert step.status_code == 422
        assert "This recipient may not be given what is written." in words(step)
        done = client.post(page_of(submission), final(submission, unit))
        assert done.status_code == 422
        assert not Referral.objects.exists()


class TestTakenBack:
    """The recipient answers for what closed; the sender reads it."""

    @pytest.fixture
    def referral(self, submission, person):
        said(person)
        found = received(submission=submission)
        said(person, scopes={"C06": "refused"})
        return fresh(found)

    def address(self, referral):
        recall = Recall.objects.get()
        return reverse("cases:recalled", args=[referral.reference, recall.reference])

    def test_it_stands_on_the_heads_desk_and_page_and_is_answered(self, referral):
        rows = [row.what for row in desk.awaiting(head())]
        assert "say what became of exhibits that were taken back" in rows
        client = signed_in(head())
        assert "Taken back: Exhibit 1" in words(client.get(referral.get_absolute_url()))
        kept = client.post(self.address(referral), {"disposal": "in_file", "text": ""})
        assert kept.status_code == 422
        posted = {"disposal": "in_file", "text": "Under article 1."}
        assert client.post(self.address(referral), posted).status_code == 303
        assert client.post(self.address(referral), posted).status_code == 409
        rows = [row.what for row in desk.awaiting(head())]
        assert "say what became of exhibits that were taken back" not in rows

    def test_the_sender_reads_what_became_of_it(self, referral, submission):
        client = signed_in(approver(submission))
        given = reverse("cases:given", args=[referral.reference])
        assert "Not answered yet" in words(client.get(given))
        signed_in(head()).post(self.address(referral), {"disposal": "destroyed", "text": "Gone."})
        text = words(client.get(given))
        assert "Destroyed" in text
        assert "Gone." in text
        assert "It said what became of what was taken back." in text

    def test_others_of_the_unit_and_strangers_do_not_answer(self, referral, submission):
        refused = signed_in(officer()).get(self.address(referral))
        assert refused.status_code == 404
        assert signed_in(approver(submission)).get(self.address(referral)).status_code == 404


class TestGivenAgain:
    """What words cover anew comes back by an approver's act, and by nothing else."""

    @pytest.fixture
    def referral(self, submission, person):
        said(person)
        found = received(submission=submission)
        said(person, scopes={"C06": "refused"})
        return fresh(found)

    def page(self, referral, name="given"):
        return reverse(f"cases:{name}", args=[referral.reference])

    def test_it_is_offered_once_it_is_covered_and_given_in_one_act(self, referral, person):
        client = signed_in(referral.sent_by)
        assert "Covered again" not in words(client.get(self.page(referral)))
        assert client.get(self.page(referral, "give-again")).status_code == 409
        said(person)
        assert not referral.items.live().exists()
        shown = words(client.get(self.page(referral)))
        assert "What people say now covers Exhibit 1 for this recipient." in shown
        a_risk(referral.submission)
        asked = words(client.get(self.page(referral, "give-again")))
        assert "Exhibit 1" in asked and "Example measure." in asked
        refused = client.post(self.page(referral, "give-again"))
        assert refused.status_code == 422
        done = client.post(self.page(referral, "give-again"), {"looked": "on"})
        assert done.status_code == 302
        assert [one.exhibit.number for one in referral.items.live()] == [1]
        event = CustodyEvent.objects.filter(type="cases.referral.items_given").latest("pk")
        data = json.loads(event.entry)["data"]
        assert (data["again"], data["risks"], data["exhibits"]) == (True, 1, [1])
        told = Notification.objects.filter(code="cases.given_again")
        assert {one.user for one in told} == {head(), contact()}
        page = words(client.get(self.page(referral)))
        assert "You gave it again what was taken back: Exhibit 1." in page
        assert "Covered again" not in page
        assert client.post(self.page(referral, "give-again"), {"looked": "on"}).status_code == 409

    def test_the_recipient_reads_it_again_and_still_owes_its_answer(self, referral, person):
        said(person)
        giver, item = referral.sent_by, referral.submission.exhibits.get()
        with acting(giver):
            giving_more.give_again(referral=referral, exhibits=[item], by=giver)
        reader = assigned(referral)
        assert policies.may_open(reader, referral.items.live().get())
        assert Recall.objects.open().exists()

    def test_what_is_not_covered_or_was_never_taken_back_is_refused(self, referral, person):
        giver, item = referral.sent_by, referral.submission.exhibits.get()
        with pytest.raises(NotAllowed, match="taken back"), acting(giver):
            giving_more.give_again(referral=referral, exhibits=[item], by=giver)
        said(person)
        with pytest.raises(NotAllowed, match="taken back"), acting(giver):
            giving_more.give_again(referral=referral, exhibits=[], by=giver)

    def test_only_an_approver_gives_it(self, referral, person):
        said(person)
        by = referral.submission.begun_by
        client = signed_in(by)
        assert "An approver of your organisation" in words(client.get(self.page(referral)))
        assert client.get(self.page(referral, "give-again")).status_code == 403
        with pytest.raises(NotAllowed), acting(by):
            giving_more.give_again(
                referral=referral, exhibits=[referral.submission.exhibits.get()], by=by
            )
        assert signed_in(head()).get(self.page(referral, "give-again")).status_code == 404

    def test_a_risk_whose_day_is_past_is_looked_at_first(self, referral, person, clock):
        said(person)
        a_risk(referral.submission)
        clock.move(days=31)
        client = signed_in(referral.sent_by)
        asked = client.get(self.page(referral, "give-again"))
        assert "Look at this again before anything is given: Risk 1." in words(asked)
        done = client.post(self.page(referral, "give-again"), {"looked": "on"})
        assert done.status_code == 409
        assert not referral.items.live().exists()

    def test_after_a_recall_of_everything_nothing_is_offered(self, referral, person):
        said(person)
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="x", by=referral.sent_by)
        client = signed_in(referral.sent_by)
        assert client.get(self.page(referral, "give-again")).status_code == 409


class TestWhatTheRecipientReads:
    """Closed by a person's word is not closed by a condition; nobody is named."""

    SAID = "Somebody who can be recognised in it no longer agrees, or was not asked."

    def page(self, referral):
        reader = assigned(referral)
        return signed_in(reader), referral.get_absolute_url()

    def test_an_exhibit_whose_word_is_over(self, submission, person, clock):
        said(person, expires_on=timezone.localdate() + timedelta(days=3))
        referral = received(submission=submission)
        clock.move(days=10)
        client, page = self.page(referral)
        client.get(page)  # the log learns what day it is
        shown = words(client.get(page))
        assert self.SAID in shown
        assert "Waits for a condition" not in shown and "Until every condition" not in shown
        assert "W-03" not in shown
        item = referral.items.get().exhibit.reference
        opened = client.post(f"{page}open/", {"items": [item], "reason": "To read it"})
        assert opened.status_code == 409
        assert "no longer agrees, or was not asked" in words(opened)

    def test_what_is_written(self, db, clock):
        submission = complete_draft()
        submission.cover_sheet.recognisable = "someone"
        submission.cover_sheet.save(update_fields=["recognisable"])
        person = person_in(submission)
        recognised(submission, person, in_words=True)
        said(person, expires_on=timezone.localdate() + timedelta(days=3))
        referral = received(submission=submission)
        clock.move(days=10)
        client, page = self.page(referral)
        client.get(page)
        shown = words(client.get(page))
        assert "recognised in what is written no longer agrees, or was not asked." in shown
        assert "Closed until the conditions are settled." not in shown

    def test_a_condition_stays_a_condition(self, submission, person):
        said(person)
        referral = received(submission=submission, conditions=["Ask us."])
        client, page = self.page(referral)
        shown = words(client.get(page))
        assert "Waits for a condition" in shown and self.SAID not in shown

    def test_what_was_given_again_is_said(self, submission, person):
        said(person)
        referral = received(submission=submission)
        said(person, scopes={"C06": "refused"})
        said(person)
        giver, item = referral.sent_by, submission.exhibits.get()
        with acting(giver):
            giving_more.give_again(referral=fresh(referral), exhibits=[item], by=giver)
        client, page = self.page(referral)
        assert "Given to you again since then: Exhibit 1." in words(client.get(page))
