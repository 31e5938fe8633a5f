"""What pages say when somebody's word is in the way: choosing recipients, and taking back."""

import pytest
from django.urls import reverse

from cases import desk
from cases.models import Recall, Referral, ReferralItem
from tests.cases.test_hand_over_pages import chosen, final, page_of, told
from tests.factories.cases import fresh, head, officer, received
from tests.factories.partners import signed_in
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
