"""Handling codes and restrictions are answered before an exhibit opens: by page, by bytes, by file."""

import pytest
from django.db import IntegrityError, transaction

from cases import package, policies
from cases.actions import decisions, receiving, referrals, requests
from cases.actions.referrals import Recipient
from cases.models import Condition
from custody import vault
from custody.models import Opening
from impna.errors import NotAllowed, NotNow
from submissions.answers import Details
from tests.cases.pages import CONTENT, at_head, file_of, given, with_file, words
from tests.cases.test_hand_over_pages import chosen, final, page_of, supplement, told
from tests.cases.test_recipient_openings import opened, path_of, received_bytes
from tests.factories.cases import assigned, fresh, head, officer, received, referred
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import approver, complete_draft, describe, unit_of_an_authority

RESTRICTED = Details(restrictions="Show nobody the house.")


def marked(*codes, **more):
    """Acknowledged, with an unmarked exhibit 1 and a file that carries these codes."""
    return given(answers={"handling": list(codes), **more})


def sentences(referral):
    return [referrals.read_condition(one) for one in fresh(referral).conditions.all()]


def answer(referral, answer="accept"):
    by = head()
    with acting(by):
        for one in referral.conditions.filter(answer="awaited"):
            receiving.answer_condition(condition=one, answer=answer, remark="Example.", by=by)


def opens(referral, number, by=None):
    by, exhibit = by or head(), referral.submission.exhibits.get(number=number)
    with acting(by):
        try:
            vault.open(exhibit, by=by, reason="Example", files={})
        except NotAllowed:
            return False
    return True


class TestAsking:
    def test_each_code_is_one_sentence_that_names_its_exhibits(self, db):
        draft = with_file(complete_draft(handling=["H2"]), handling=["H0", "H1", "H2"])
        assert sentences(received(submission=draft)) == [
            "Exhibit 2: Not to be disclosed in judicial proceedings without the provider's "
            "permission",
            "Exhibits 1 to 2: Not to be disseminated without the provider's permission",
        ]

    def test_other_restrictions_are_asked_in_the_senders_words(self, db):
        referral = marked("H3", details=RESTRICTED)
        assert sentences(referral) == ["Exhibit 2: Show nobody the house."]
        assert b"house" not in bytes(referral.conditions.get().words)

    def test_what_only_repeats_the_law_is_not_asked(self, db):
        assert sentences(marked("H0")) == []

    def test_an_alert_gives_no_exhibit_and_asks_nothing(self, db):
        referral = referred(submission=with_file(handling=["H1"]), mode="alert")
        assert sentences(referral) == []

    def test_they_follow_the_senders_own_conditions(self, db):
        referral = given(answers={"handling": ["H1"]}, conditions=["Ask us first."])
        assert sentences(referral)[0] == "Ask us first."
        assert [one.code for one in referral.conditions.all()] == ["", "H1"]

    def test_a_code_names_exhibits_and_words_of_the_sender_name_none(self, db):
        found = marked("H1").conditions.get()
        for wrong in ({"exhibits": []}, {"code": ""}, {"code": "H9"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                values = {
                    name: getattr(found, name)
                    for name in ("referral", "version", "code", "exhibits", "due_on")
                }
                Condition.objects.create(**values | {"number": 9} | wrong)


class TestOpening:
    def test_until_it_is_answered_the_exhibit_stays_closed_and_the_others_open(self, db):
        referral = marked("H1")
        assert opens(referral, 1)
        assert not opens(referral, 2)
        answer(referral)
        assert opens(referral, 2)

    @pytest.mark.parametrize("said", ["accept", "accept_as_law_allows"])
    def test_both_ways_of_accepting_open_it(self, db, said):
        referral = marked("H2")
        answer(referral, said)
        assert opens(referral, 2)

    def test_one_that_cannot_be_accepted_stays_closed_until_the_sender_gives_it_up(self, db):
        referral = marked("H3", details=RESTRICTED)
        answer(referral, "cannot_accept")
        assert not opens(referral, 2)
        with acting(referral.sent_by):
            receiving.waive_condition(condition=referral.conditions.get(), by=referral.sent_by)
        assert opens(referral, 2)

    def test_every_code_of_an_exhibit_is_answered(self, db):
        referral = marked("H1", "H2")
        by = head()
        with acting(by):
            first = referral.conditions.first()
            receiving.answer_condition(condition=first, answer="accept", by=by)
        assert not opens(referral, 2)
        answer(referral)
        assert opens(referral, 2)

    def test_officers_are_bound_as_heads_are(self, db):
        referral = marked("H1")
        by = assigned(referral)
        assert not opens(referral, 2, by)
        answer(referral)
        assert opens(referral, 2, officer())

    def test_what_is_said_of_it_is_closed_as_well(self, db):
        referral = marked("H1")
        with acting(head()):
            read = package.read(referral)
        assert read.summary == "Example summary."
        assert [bool(item.told) for item in read.items] == [True, False]

    def test_it_cannot_be_taken_into_a_file_before(self, db):
        referral = marked("H1")
        by = assigned(referral)
        with acting(by), pytest.raises(NotNow, match="not settled"):
            decisions.take_into_file(
                referral=referral, items=list(referral.items.all()), is_named=False, by=by
            )

    def test_the_pages_say_so_and_open_nothing(self, db):
        referral, client = marked("H1"), at_head()
        page = client.get(referral.get_absolute_url())
        assert "Exhibit 2: Not to be disclosed in judicial proceedings" in words(page)
        assert f'value="{file_of(referral).reference}"' not in page.content.decode()
        form = {"items": [file_of(referral).reference], "reason": "Because"}
        assert client.post(f"{referral.get_absolute_url()}open/", form).status_code == 409
        assert not Opening.objects.filter(target__startswith="submissions.exhibit:").exists()
        take = client.get(f"{referral.get_absolute_url()}take/")
        assert "Exhibit 1" in words(take)
        assert "Exhibit 2" not in words(take)
        condition = referral.conditions.get()
        address = f"{referral.get_absolute_url()}conditions/{condition.reference}/"
        assert "Exhibit 2: Not to be disclosed" in words(client.get(address))
        assert client.post(address, {"answer": "accept"}).status_code == 303
        assert client.post(f"{referral.get_absolute_url()}open/", form).status_code == 303


class TestLater:
    def next_version(self, referral, **recipient):
        by = referral.sent_by
        with acting(by):
            referrals.hand_over(
                submission=referral.submission,
                recipients=[Recipient(unit=referral.unit, **recipient)],
                by=by,
            )
        return fresh(referral)

    def test_a_supplement_asks_for_what_it_adds_and_for_nothing_again(self, db):
        referral = marked("H1")
        answer(referral)
        supplement(referral.submission, handling=["H1", "H2"])
        referral = self.next_version(referral)
        assert [(c.code, c.exhibits) for c in referral.conditions.all()] == [
            ("H1", [2]),
            ("H1", [3]),
            ("H2", [3]),
        ]
        assert opens(referral, 2)
        assert not opens(referral, 3)

    def test_a_code_put_on_something_given_before_is_asked_too(self, db):
        referral = marked("H1")
        answer(referral)
        supplement(referral.submission)
        by = referral.submission.begun_by
        with acting(by):
            describe(file_of(referral), by, handling=["H1", "H2"])
        referral = self.next_version(referral)
        assert sentences(referral)[1:] == [
            "Exhibit 2: Not to be disseminated without the provider's permission"
        ]
        assert not opens(referral, 2)

    def test_other_words_of_restriction_are_asked_again(self, db):
        referral = marked("H3", details=RESTRICTED)
        answer(referral)
        supplement(referral.submission)
        by = referral.submission.begun_by
        with acting(by):
            details = Details(restrictions="Show nobody the house or the road.")
            describe(file_of(referral), by, handling=["H3"], details=details)
        referral = self.next_version(referral)
        assert sentences(referral)[1:] == ["Exhibit 2: Show nobody the house or the road."]

    def test_bytes_that_are_open_close_with_a_new_code_until_it_is_answered(self, own_database):
        referral, client = marked("H1"), at_head()
        answer(referral)
        (link,) = opened(client, referral).context["links"]
        assert received_bytes(client.get(path_of(link))) == CONTENT
        supplement(referral.submission)
        by = referral.submission.begun_by
        with acting(by):
            describe(file_of(referral), by, handling=["H1", "H2"])
        referral = self.next_version(referral)
        assert client.get(path_of(link)).status_code == 403
        answer(referral)
        assert received_bytes(client.get(path_of(link))) == CONTENT

    def test_an_exhibit_that_comes_with_an_answer_closes_nothing_else(self, db):
        submission, unit = with_file(handling=["H1"]), unit_of_an_authority()
        first = submission.exhibits.get(number=1)
        by = approver(submission)
        with acting(by):
            some = Recipient(unit=unit, exhibits=[first])
            referrals.hand_over(submission=submission, recipients=[some], by=by)
        referral = submission.referrals.get()
        with acting(head()):
            receiving.acknowledge(referral=referral, by=head())
            asked = requests.ask(referral=referral, kind="provide_held", text="Give.", by=head())
        assert sentences(referral) == []
        with acting(by):
            requests.answer(request=asked, text="Here.", exhibits=[file_of(referral)], by=by)
        assert len(sentences(referral)) == 1
        assert opens(referral, 1)
        assert not opens(referral, 2)
        assert policies.settled(fresh(referral)).version == 1


class TestCheckingBeforehand:
    def test_the_sender_reads_what_each_recipient_will_be_asked(self, db):
        submission = with_file(handling=["H1", "H3"], details=RESTRICTED)
        unit, client = unit_of_an_authority(), signed_in(approver(submission))
        step = client.post(page_of(submission), chosen(unit, to="check") | told(unit))
        assert "Exhibit 2: Show nobody the house." in words(step)
        assert "Exhibit 2: Not to be disclosed in judicial proceedings" in words(step)
        only = told(unit, which="some", exhibits=["1"])
        step = client.post(page_of(submission), chosen(unit, to="check") | only)
        assert "Exhibit 2" not in words(step).rpartition("Who receives it")[2]
        done = client.post(page_of(submission), final(submission, unit))
        assert done.status_code == 302
        assert sorted(sentences(submission.referrals.get())) == [
            "Exhibit 2: Not to be disclosed in judicial proceedings without the provider's "
            "permission",
            "Exhibit 2: Show nobody the house.",
        ]

    def test_a_further_recipient_is_asked_what_the_version_says(self, db):
        submission = with_file(handling=["H2"])
        by = approver(submission)
        with acting(by):
            referrals.hand_over(submission=submission, recipients=[], by=by)
        unit = unit_of_an_authority()
        step = signed_in(by).post(
            page_of(submission, "refer"), chosen(unit, to="check") | told(unit)
        )
        assert "Exhibit 2: Not to be disseminated" in words(step)

    def test_the_sender_reads_the_answer_and_may_give_it_up(self, db):
        referral = marked("H1")
        answer(referral, "cannot_accept")
        client = signed_in(referral.sent_by)
        page = words(client.get(f"/given/{referral.reference}/"))
        assert "It cannot accept one of your conditions" in page
        assert "Exhibit 2: Not to be disclosed in judicial proceedings" in page
        waive = f"/given/{referral.reference}/conditions/{referral.conditions.get().reference}/"
        assert "may open the exhibits it names" in words(client.get(waive))
