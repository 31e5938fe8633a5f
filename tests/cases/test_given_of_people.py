"""What was given of whom: to the sender alone, live and ended, with answers; paper asks first."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import given_of_people
from cases.actions import access, deadlines, decisions, narrowing
from cases.models import Recall, Referral
from partners import roles
from submissions.actions import consents, exhibits, progress
from tests.cases.pages import words
from tests.factories.cases import assigned, fresh, head, received
from tests.factories.partners import acting, member, partner_at, signed_in, unit_of
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    person_in,
    recognised,
    said,
)
from tests.partners.test_queries import few_statements


def with_people(*codes):
    """A draft whose exhibit shows them; all agreed to it."""
    submission = complete_draft(recognisable="someone", identified_by=["face"])
    for code in codes:
        person = person_in(submission, code)
        recognised(submission, person, numbers=(1,))
        said(person)
    return submission


@pytest.fixture
def submission(db):
    return with_people("W-03")


@pytest.fixture
def person(submission):
    return submission.persons.get(code="W-03")


@pytest.fixture
def referral(submission, person):
    return received(submission=submission)


@pytest.fixture
def client(referral):
    return signed_in(referral.sent_by)


def people_of(submission):
    return reverse("cases:given-people", args=[submission.reference])


def page_of(person, name="given-person"):
    return reverse(f"cases:{name}", args=[person.submission.reference, person.reference])


def take_back(person):
    by = person.submission.begun_by
    with acting(by):
        consents.withdraw(person=person, reason="Asked.", by=by)


def main(response):
    """What stands on the page itself, as a reader reads it."""
    return words(response).partition("Sign out")[2]


class TestOfASubmission:
    def test_what_is_held_on_which_basis_by_whom_since_when(self, referral, client):
        text = main(client.get(people_of(referral.submission)))
        assert "W-03" in text
        assert "They were asked: what they said decides" in text
        assert referral.unit.partner.name in text
        assert "Exhibit 1" in text
        assert "Held there today." in text
        assert "Received, since" in text

    def test_unknown_people_are_one_group(self, submission, person):
        link = recognised(submission, basis="not_required", numbers=(1,))
        referral = received(submission=submission)
        text = main(signed_in(referral.sent_by).get(people_of(submission)))
        assert str(link) in text
        assert "They need not be asked" in text
        assert text.count("Held there today.") == 2

    def test_a_word_taken_back_ends_it_and_an_answer_is_awaited(self, referral, person, client):
        take_back(person)
        text = main(client.get(people_of(referral.submission)))
        assert "They took it back on" in text
        assert "what was agreed to has changed" in text
        assert "It has to say what became of it. until" in text
        assert "Held there today." not in text

    @pytest.mark.parametrize(
        ("disposal", "said_so"),
        [
            ("returned", "has given it back"),
            ("destroyed", "has destroyed it"),
            ("in_file", "from which it cannot be withdrawn"),
            ("duty_to_keep", "its law obliges it to keep it"),
        ],
    )
    def test_each_answer_is_told(self, referral, person, client, disposal, said_so):
        take_back(person)
        with acting(head()):
            narrowing.answer(
                recall=Recall.objects.get(), disposal=disposal, text="Article 1.", by=head()
            )
        assert said_so in main(client.get(people_of(referral.submission)))

    def test_no_answer_by_its_date_is_said_as_that(self, referral, person, client, clock):
        take_back(person)
        clock.move(days=20)
        text = main(signed_in(referral.sent_by).get(people_of(referral.submission)))
        assert "No answer It has not said what became of it." in text

    def test_what_is_over_by_its_date_is_closed_though_nothing_happened(
        self, submission, person, clock
    ):
        said(person, expires_on=timezone.localdate() + timedelta(days=3))
        referral = received(submission=submission)
        clock.move(days=10)
        assigned(referral)  # the log learns that time has passed
        text = main(signed_in(referral.sent_by).get(people_of(submission)))
        assert "held until a day that is past" in text

    def test_of_age_and_another_persons_word_are_told_apart(self, submission, person, clock):
        said(person, capacity="child", of_age_on=timezone.localdate() + timedelta(days=5))
        other = person_in(submission, "W-04")
        recognised(submission, other, numbers=(1,))
        said(other)
        referral = received(submission=submission)
        clock.move(days=10)
        assigned(referral)  # the log learns that time has passed
        text = main(signed_in(referral.sent_by).get(people_of(submission)))
        assert "the child is of age now" in text
        assert "something else stands against it" in text

    def test_recalled_by_the_sender(self, referral, client):
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="Example.", by=referral.sent_by)
        assert "Taken back by us." in main(client.get(people_of(referral.submission)))

    def test_withdrawn_with_everything(self, referral, client):
        with acting(referral.sent_by):
            progress.withdraw(
                submission=referral.submission, reason="Example.", by=referral.sent_by
            )
        text = main(client.get(people_of(referral.submission)))
        assert "with everything we had given" in text

    def test_recalled_whole_when_the_words_are_not_covered(self, db):
        submission = complete_draft()
        person = person_in(submission)
        submission.cover_sheet.recognisable = "someone"
        submission.cover_sheet.save(update_fields=["recognisable"])
        recognised(submission, person, in_words=True)
        said(person)
        referral = received(submission=submission)
        client = signed_in(referral.sent_by)
        assert "What is written" in main(client.get(people_of(submission)))
        take_back(person)
        text = main(client.get(people_of(submission)))
        assert "what was agreed to has changed" in text
        with acting(head()):
            access.say_what_became(
                referral=fresh(referral), disposal="destroyed", text="", by=head()
            )
        assert "It says it has destroyed it." in main(client.get(people_of(submission)))

    def test_ended_by_time_and_by_what_the_recipient_said(self, own_database, as_worker, clock):
        referral = received(submission=with_people("W-03"))
        ruling = decisions.Ruling(outcome="declined", reasons=["D02"])
        with acting(head()):
            decisions.decide(referral=referral, ruling=ruling, seen="received", by=head())
        clock.move(days=40)
        with as_worker():
            assert deadlines.end_access() == 1
        client = signed_in(referral.sent_by)
        assert "its time there was over" in main(client.get(people_of(referral.submission)))
        with acting(head()):
            access.say_what_became(
                referral=fresh(referral), disposal="returned", text="", by=head()
            )
        text = main(client.get(people_of(referral.submission)))
        assert "It says it has given it back." in text

    def test_what_is_in_a_file_is_named_only_if_it_chose_so(self, referral, client):
        exhibit = referral.submission.exhibits.get()
        with acting(head()):
            decisions.take_into_file(
                referral=referral,
                items=[referral.items.get(exhibit=exhibit)],
                is_named=False,
                by=head(),
            )
        text = main(client.get(people_of(referral.submission)))
        assert "something of what it was given is in its file" in text
        assert "has taken Exhibit 1" not in text

    def test_others_find_nothing(self, referral, person):
        elsewhere = partner_at(kind=roles.AUTHORITY)
        strangers = (
            another_documenter(),
            head(),
            assigned(referral),
            member(elsewhere, roles.HeadOfUnit.code, unit=unit_of(elsewhere)),
        )
        for stranger in strangers:
            client = signed_in(stranger)
            for address in (
                people_of(referral.submission),
                page_of(person),
                page_of(person, "given-paper"),
            ):
                assert client.get(address).status_code == 404

    def test_a_person_of_another_submission_is_not_found(self, referral, client):
        other = person_in(complete_draft(title="Another example"), "V-01")
        there = reverse("cases:given-person", args=[referral.submission.reference, other.reference])
        assert client.get(there).status_code == 404

    def test_every_role_of_the_sender_reads_it(self, referral, person):
        for code in (roles.DataProtectionLead.code, roles.Reader.code, roles.Documenter.code):
            client = signed_in(member(referral.submission.partner, code))
            assert client.get(people_of(referral.submission)).status_code == 200
            assert client.get(page_of(person)).status_code == 200

    def test_people_go_on_and_more_of_them_take_no_more_statements(self, own_database, monkeypatch):
        monkeypatch.setattr("cases.views.given_of_people.PAGE", 2)
        submission = with_people("W-03", "W-04", "W-05", "W-06")
        referral = received(submission=submission)
        take_back(submission.persons.get(code="W-03"))
        client = signed_in(referral.sent_by)
        with few_statements():
            first = client.get(people_of(submission))
        text = main(first)
        assert "W-04" in text
        assert "W-05" not in text
        second = main(client.get(people_of(submission) + "?after=2"))
        assert "W-05" in second
        assert "W-04" not in second
        assert "Next people" not in second
        assert main(client.get(people_of(submission) + "?after=nothing")) == text


class TestOfOnePerson:
    def test_it_can_be_read_out(self, referral, person, client):
        text = main(client.get(page_of(person)))
        assert "This is everything we have given to others in which you can be recognised." in text
        assert "A prosecution service in a State of the European Union. It was given on" in text
        assert ": Photograph." in text
        assert "Held there today." in text

    def test_nothing_given_is_said_as_that(self, submission, person):
        client = signed_in(approver(submission))
        assert "has been given to anybody" in main(client.get(page_of(person)))

    def test_taken_back_says_until_when_an_answer_comes(self, referral, person, client):
        take_back(person)
        assert "It has time until" in main(client.get(page_of(person)))
        with acting(head()):
            narrowing.answer(recall=Recall.objects.get(), disposal="destroyed", text="", by=head())
        assert "It says it has destroyed it. It said so on" in main(client.get(page_of(person)))

    def test_openings_are_those_of_what_shows_them(self, db):
        submission = complete_draft()
        person, other = person_in(submission), person_in(submission, "W-04")
        recognised(submission, person, in_words=True)
        recognised(submission, other, numbers=(1,))
        by = submission.begun_by
        with acting(by):
            exhibits.open_names(submission=submission, by=by)
        client = signed_in(by)
        assert by.display_name in main(client.get(page_of(person)))
        assert "Nothing has been opened." in main(client.get(page_of(other)))


class TestOnPaper:
    def test_it_asks_first(self, referral, person, client):
        asked = client.get(page_of(person, "given-paper"))
        assert "Does this have to be on paper?" in words(asked)
        assert "A prosecution service" not in words(asked)
        refused = client.post(page_of(person, "given-paper"))
        assert refused.status_code == 422
        assert "A prosecution service" not in words(refused)

    def test_it_names_nobody(self, referral, person, client):
        take_back(person)
        page = client.post(page_of(person, "given-paper"), {"weighed": "on"})
        assert page.status_code == 200
        paper = page.content.decode().partition('<div class="p-receipt">')[2]
        paper = paper.partition("</div>")[0]
        assert "A prosecution service in a State of the European Union" in paper
        for name in (
            person.code,
            person.reference,
            referral.reference,
            referral.submission.reference,
            referral.submission.title,
            referral.unit.partner.name,
            referral.unit.name,
            referral.submission.partner.name,
            "IMPNA",
            "Exhibit",
            "href",
        ):
            assert str(name) not in paper

    @pytest.mark.parametrize(
        ("kind", "country", "called"),
        [
            ("authority", "FR", "in a State of the European Union"),
            ("authority", "CH", "outside the European Union"),
            ("mechanism", "", "international court or investigating body"),
        ],
    )
    def test_categories(self, db, kind, country, called):
        partner = partner_at(kind=kind, name="Example body", country=country)
        assert called in str(given_of_people.category(partner))


def test_no_referral_is_no_row(submission, person):
    assert not Referral.objects.exists()
    (row,) = given_of_people.given_of(submission, submission.links.all())
    assert row.gifts == []
