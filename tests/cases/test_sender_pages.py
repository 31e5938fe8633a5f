"""What the sender sees and does after a hand-over: one page per recipient, lists and the desk."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions import access, assignments, decisions, receiving, referrals, requests
from cases.models import Condition, InformationRequest, Message, Referral, Reminder
from cases.states import Internal
from custody.models import CustodyEvent
from partners import roles
from submissions.models import Submission
from tests.factories.cases import advised, asked, assigned, fresh, head, received, referred
from tests.factories.partners import acting, coordinators, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    complete_draft,
    documenter,
    draft,
    handed_over,
    unit_of_an_authority,
)
from tests.partners.browser import words
from tests.partners.test_queries import few_statements

QUESTION = "Which example lens was used?"


def page_of(referral, name="given", *more):
    return reverse(f"cases:{name}", args=[referral.reference, *more])


def list_of(referral):
    return reverse("cases:given-list", args=[referral.submission.reference])


def question(referral, kind="clarify"):
    with acting(head()):
        return requests.ask(referral=referral, kind=kind, text=QUESTION, by=head())


def refused_condition(referral):
    condition = referral.conditions.first()
    with acting(head()):
        return receiving.answer_condition(
            condition=condition, answer="cannot_accept", remark="Example law.", by=head()
        )


def make_late(referral, days=10):
    """As if the date were past; walking weeks is the sweep's own test."""
    Referral.objects.filter(pk=referral.pk).update(
        due_on=timezone.localdate() - timedelta(days=days)
    )
    return fresh(referral)


@pytest.fixture
def referral(db):
    return received(conditions=["Ask us first."])


@pytest.fixture
def client(referral):
    return signed_in(referral.sent_by)


class TestOnePage:
    def test_it_shows_what_was_published_and_nothing_internal(self, referral, client):
        before = words(client.get(page_of(referral)))
        officer = assigned(referral)
        with acting(head()):
            assignments.assess(
                referral=referral, state=Internal.LINKED, national_reference="X 1/26", by=head()
            )
            assignments.note(referral=referral, text="internal example words", by=head())
        after = words(client.get(page_of(referral)))
        strip = lambda page: page.partition("<main")[2]  # noqa: E731 - tokens differ outside
        assert _without_tokens(strip(before)) == _without_tokens(strip(after))
        assert officer.display_name not in after
        assert head().display_name not in after
        assert "It published: Received." in after

    def test_reading_it_is_one_opening_for_a_quarter_of_an_hour(self, referral, client):
        opened = CustodyEvent.objects.filter(type="custody.opening.opened")
        before = opened.count()
        client.get(page_of(referral))
        client.get(page_of(referral))
        assert opened.count() == before + 1

    @pytest.mark.parametrize("name", ["given", "recall"])
    def test_strangers_find_nothing(self, referral, name):
        stranger = signed_in(another_documenter())
        assert stranger.get(page_of(referral, name)).status_code == 404
        assert stranger.post(page_of(referral, name)).status_code == 404

    def test_a_recipient_has_its_own_page(self, referral):
        assert signed_in(head()).get(page_of(referral)).status_code == 404

    def test_colleagues_read_and_do_nothing(self, referral):
        asking = question(referral)
        for user in (documenter(), member(referral.submission.partner, roles.Reader.code)):
            client = signed_in(user)
            page = client.get(page_of(referral))
            assert page.status_code == 200
            assert QUESTION in words(page)
            assert "Recall it" not in words(page)
            assert client.post(page_of(referral), {"text": "Hello"}).status_code == 403
            assert client.get(page_of(referral, "recall")).status_code == 403
            assert client.get(page_of(referral, "answer", asking.reference)).status_code == 403
        assert not Message.objects.exists()

    def test_decisions_and_feedback_are_in_words(self, referral, client):
        ruling = decisions.Ruling(
            outcome="declined",
            reasons=["D02", "D08"],
            words="The place is missing.",
            reopen_on_new_facts=True,
        )
        with acting(head()):
            decisions.give_feedback(referral=referral, no_detail=True, text="Useful.", by=head())
            decisions.decide(referral=referral, ruling=ruling, seen="received", by=head())
        page = words(client.get(page_of(referral)))
        for sentence in (
            "No jurisdictional link",
            "Insufficient information",
            "The place is missing.",
            "Would reopen it",
            "In use, no detail possible",
            "Useful.",
        ):
            assert sentence in page

    @pytest.mark.parametrize(("named", "said"), [(True, "Exhibit 1"), (False, "does not say what")])
    def test_what_is_in_its_file_is_named_only_if_it_chose_so(self, db, named, said):
        referral = received()
        with acting(head()):
            decisions.take_into_file(
                referral=referral, items=list(referral.items.live()), is_named=named, by=head()
            )
        client = signed_in(referral.sent_by)
        page = words(client.get(page_of(referral)))
        panel = page.partition("In its file")[2][:200]
        assert said in panel
        assert "you can ask, not oblige" in page.replace("for that you can", "you can")


def _without_tokens(page):
    import re

    return re.sub(r'name="(?:csrfmiddlewaretoken|next)" value="[^"]*"', "", page)


class TestWriting:
    def test_a_message_reaches_the_thread(self, referral, client):
        assert client.post(page_of(referral), {"text": "Hello there"}).status_code == 302
        assert requests.read_message(Message.objects.get(referral=referral)) == "Hello there"
        assert "Hello there" in words(client.get(page_of(referral)))

    def test_nothing_is_no_message(self, referral, client):
        assert client.post(page_of(referral), {"text": " "}).status_code == 422

    def test_after_the_end_nobody_writes(self, referral, client):
        end(referral)
        assert client.post(page_of(referral), {"text": "Hello"}).status_code == 409
        assert client.get(page_of(referral)).status_code == 200


def end(referral):
    """Recalled, and answered: access has ended."""
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="x", by=referral.sent_by)
    with acting(head()):
        access.say_what_became(referral=referral, disposal="returned", text="", by=head())


class TestConditions:
    def test_one_that_cannot_be_accepted_is_given_up_once(self, referral, client):
        condition = refused_condition(referral)
        page = words(client.get(page_of(referral)))
        assert "It cannot accept one of your conditions" in page
        assert "Example law." in page
        address = page_of(referral, "waive", condition.reference)
        assert "Ask us first." in words(client.get(address))
        assert client.post(address).status_code == 302
        assert Condition.objects.get().answer == "waived"
        assert client.post(address).status_code == 409

    def test_only_by_an_approver(self, referral):
        address = page_of(referral, "waive", refused_condition(referral).reference)
        assert signed_in(documenter()).post(address).status_code == 403
        assert signed_in(another_documenter()).post(address).status_code == 404
        assert signed_in(head()).post(address).status_code == 404

    def test_not_one_of_another_referral(self, referral, client):
        other = referred(unit=unit_of_an_authority("Example State 2"), conditions=["x"])
        address = page_of(referral, "waive", other.conditions.get().reference)
        assert client.post(address).status_code == 404


class TestRequests:
    @pytest.fixture
    def asking(self, referral):
        return question(referral)

    @pytest.fixture
    def address(self, referral, asking):
        return page_of(referral, "answer", asking.reference)

    def test_an_answer_with_an_exhibit_gives_it(self, db):
        referral = kept_back()
        asking = question(referral, "clarify")
        client = signed_in(referral.sent_by)
        address = page_of(referral, "answer", asking.reference)
        page = client.get(address)
        assert "Nobody has to collect anything new." in words(page)
        assert not referral.items.exists()
        done = client.post(address, {"do": "answer", "text": "Here it is.", "exhibits": ["1"]})
        assert done.status_code == 302
        assert InformationRequest.objects.get().status == "answered"
        assert [item.exhibit.number for item in referral.items.live()] == [1]
        assert client.post(address, {"do": "answer", "text": "Again."}).status_code == 409

    def test_it_may_be_declined_with_a_reason(self, client, address):
        assert client.post(address, {"do": "decline", "why": ""}).status_code == 422
        assert client.post(address, {"do": "decline", "why": "Not safe."}).status_code == 302
        asking = InformationRequest.objects.get()
        assert (asking.status, requests.read_answer(asking)) == ("declined", "Not safe.")

    def test_what_was_typed_stays(self, client, address):
        page = client.post(address, {"do": "answer", "text": "Kept words", "exhibits": ["99"]})
        assert page.status_code == 422
        assert "Kept words" in words(page)
        assert InformationRequest.objects.get().status == "asked"

    def test_an_alerted_recipient_gets_no_exhibit(self, db):
        referral = received(mode="alert")
        address = page_of(referral, "answer", question(referral).reference)
        client = signed_in(referral.sent_by)
        assert "only alerted" in words(client.get(address))
        assert client.post(address, {"do": "answer", "text": "Words."}).status_code == 302

    def test_strangers_and_recipients_do_not_answer(self, address):
        for user in (another_documenter(), head()):
            assert signed_in(user).post(address, {"text": "x"}).status_code == 404


def kept_back():
    """Received by a unit that was given no exhibit of the version."""
    submission = complete_draft()
    from tests.factories.cases import contact
    from tests.factories.submissions import approver

    by = approver(submission)
    recipient = referrals.Recipient(unit=unit_of_an_authority(), exhibits=[])
    with acting(by):
        referrals.hand_over(submission=submission, recipients=[recipient], by=by)
    referral = Referral.objects.get(submission=submission)
    with acting(contact()):
        receiving.acknowledge(referral=referral, by=contact())
    return fresh(referral)


class TestRecall:
    def test_it_closes_everything_and_says_so_before(self, referral, client):
        address = page_of(referral, "recall")
        page = words(client.get(address))
        assert "This cannot be undone" in page
        assert client.post(address, {"reason": " "}).status_code == 422
        assert client.post(address, {"reason": "A person changed their mind."}).status_code == 302
        assert fresh(referral).status == "recalled"
        assert not referral.items.live().exists()
        assert client.post(address, {"reason": "Again."}).status_code == 409


class TestSilence:
    def test_it_is_said_with_three_ways_on(self, referral, client):
        make_late(referral)
        page = words(client.get(page_of(referral)))
        assert "No answer by the date" in page
        assert reverse("cases:ask-advice", args=[referral.submission.reference]) in page
        assert page_of(referral, "recall") in page
        assert "keep waiting" in page

    def test_reminders_have_their_dates(self, referral, client, as_system):
        late = make_late(referral)
        as_system(late)
        page = words(client.get(page_of(referral)))
        assert "Reminded on:" in page
        assert "Next reminder:" in page

    def test_the_list_shows_it_as_silence(self, referral, client):
        make_late(referral)
        page = words(client.get("/submissions/"))
        assert "Received, no answer" in page
        assert "answer was due" in page


@pytest.fixture
def as_system(monkeypatch):
    """The worker alone writes reminders; here its row is made by hand."""

    def remind(referral):
        row = Reminder(referral=referral, due_on=referral.due_on, number=1, at=timezone.now())
        from cases import published

        real = published.silence_of
        monkeypatch.setattr(published, "silence_of", lambda one, _rows: real(one, [row]))

    return remind


class TestGivenList:
    def test_who_holds_what_and_who_opened(self, referral, client):
        client.get(page_of(referral))
        page = words(client.get(list_of(referral)))
        assert referral.unit.partner.name in page
        assert "Exhibit 1" in page
        assert "Everything closes at once." in page
        assert "View “blind”" in page
        assert referral.sent_by.display_name in page

    def test_openings_of_a_recipient_are_not_among_them(self, referral, client):
        page = words(client.get(list_of(referral)))
        with acting(head()):
            receiving.open_words(referral=referral, by=head())
        assert _without_tokens(words(client.get(list_of(referral)))) == _without_tokens(page)

    def test_the_secretariats_are_in_full(self, referral, client):
        from tests.factories.cases import adviser

        question = asked(referral.version)
        signed_in(adviser()).get(reverse("cases:advice", args=[question.reference]))
        page = words(client.get(list_of(referral)))
        assert adviser().display_name in page
        assert "Answering a question." in page

    def test_strangers_find_nothing_and_colleagues_read(self, referral):
        assert signed_in(another_documenter()).get(list_of(referral)).status_code == 404
        page = signed_in(documenter()).get(list_of(referral))
        assert page.status_code == 200
        assert "Give it to someone else" not in words(page)

    def test_it_is_linked_from_the_submission(self, referral, client):
        page = words(client.get(referral.submission.get_absolute_url()))
        assert list_of(referral) in page
        assert "/versions/1/receipt/" in page


class TestTheListOfSubmissions:
    def test_one_published_state_for_each_recipient(self, referral, client):
        other = unit_of_an_authority("Example State 2")
        with acting(referral.sent_by):
            referrals.refer(
                version=referral.version,
                recipient=referrals.Recipient(unit=other),
                by=referral.sent_by,
            )
        draft(title="Another draft")
        page = words(client.get("/submissions/"))
        for found in (referral.unit.partner.name, "Received", "Example State 2", "Sent", "Draft"):
            assert found in page

    def test_it_takes_few_statements(self, own_database):
        referral = received()
        for n in range(3):
            unit = unit_of_an_authority(f"Example State {n + 40}")
            with acting(referral.sent_by):
                referrals.refer(
                    version=referral.version,
                    recipient=referrals.Recipient(unit=unit),
                    by=referral.sent_by,
                )
        for n in range(5):
            referred(complete_draft(title=f"Number {n}"))
        client = signed_in(referral.sent_by)
        client.get("/submissions/")
        with few_statements():
            response = client.get("/submissions/")
        assert len(response.context["rows"]) == 6

    def test_a_stranger_sees_none_of_it(self, referral):
        page = words(signed_in(another_documenter()).get("/submissions/"))
        assert referral.submission.title not in page
        assert referral.unit.partner.name not in page


class TestTheDesk:
    def rows(self, user):
        return {(str(row.what), row.about) for row in signed_in(user).get("/").context["rows"]}

    def test_a_question_a_refused_request_and_silence_wait(self, referral):
        question(referral)
        refused_condition(referral)
        make_late(referral)
        who = referral.unit.partner.name
        found = {what for what, _about in self.rows(referral.sent_by)}
        assert f"answer 1 request of {who}" in found
        assert f"decide about a condition that {who} cannot accept" in found
        assert any(what.startswith(f"no answer from {who}") for what in found)

    def test_a_recall_waits_on_the_recipient(self, referral):
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="x", by=referral.sent_by)
        client = signed_in(referral.sent_by)
        row = next(row for row in client.get("/").context["rows"] if "recalled" in row.what)
        assert str(row.on_whom) == "The recipient"

    def test_advice_waits_until_something_is_given(self, db):
        version = handed_over()
        unit = unit_of_an_authority()
        advised(asked(version), unit)
        by = version.handed_over_by
        wanted = ("the Secretariat has answered: choose recipients", version.submission.title)
        assert wanted in self.rows(by)
        with acting(by):
            referrals.refer(version=version, recipient=referrals.Recipient(unit=unit), by=by)
        assert wanted not in self.rows(by)

    def test_nobody_else_sees_it(self, referral):
        question(referral)
        for user in (documenter(), another_documenter(), coordinators()[0]):
            assert not [about for what, about in self.rows(user) if what.startswith("answer")]

    def test_an_approvers_desk_takes_few_statements(self, own_database):
        referral = received()
        question(referral)
        for n in range(3):
            referred(complete_draft(title=f"Number {n}"))
        client = signed_in(referral.sent_by)
        client.get("/")
        with few_statements():
            client.get("/")


def test_a_draft_has_no_given_links(db):
    submission: Submission = draft()
    page = words(signed_in(documenter()).get(submission.get_absolute_url()))
    assert "Given and opened" not in page


@pytest.mark.parametrize(
    ("show", "wanted"),
    [
        ("", {"draft", "handed_over"}),
        ("drafts", {"draft"}),
        ("handed-over", {"handed_over"}),
        ("withdrawn", set()),
        ("made-up", {"draft", "handed_over"}),
    ],
)
def test_the_list_is_filtered_by_where_submissions_stand(db, show, wanted):
    referral, begun = received(), draft(title="Example that was begun")
    rows = signed_in(referral.sent_by).get("/submissions/", {"show": show}).context["rows"]
    shown = {row["submission"].pk: row["submission"].status for row in rows}
    ours = {pk: shown[pk] for pk in (referral.submission_id, begun.pk) if pk in shown}
    assert set(ours.values()) == wanted
