"""Opened only when two people of the recipient agree, because the sender asked for it."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases import two_people
from cases.actions import access, assignments, referrals
from cases.models import Assignment, SecondReader
from custody import vault
from custody.events import Event as Custody
from custody.models import CustodyEvent
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions.actions import exhibits
from submissions.models import VersionExhibit
from tests.cases.pages import at_contact, at_head, file_of, given, words
from tests.cases.test_hand_over_pages import supplement
from tests.factories.cases import (
    agreed,
    analyst,
    asked_to_agree,
    assigned,
    fresh,
    head,
    officer,
)
from tests.factories.partners import acting, member, partner_at, signed_in, unit_of
from tests.factories.submissions import describe, documenter


@pytest.fixture
def referral(db):
    """With a file that two people open; the officer and the head read it."""
    found = given(answers={"markers": ["two_people"]})
    assigned(found)
    return fresh(found)


def opening(referral, by):
    exhibit = file_of(referral)
    with acting(by):
        return vault.open(exhibit, by=by, reason="To see.", files={"Exhibit 2": exhibit.file})


def at_officer():
    return signed_in(officer())


def ask_path(referral):
    return f"{referral.get_absolute_url()}two-people/"


def answer_path(referral):
    return f"{ask_path(referral)}answer/"


def asked(referral, **changes):
    people = {"by": officer(), "colleague": head()} | changes
    return asked_to_agree(referral, file_of(referral), **people)


class TestOpening:
    def test_nobody_opens_it_alone(self, referral):
        for user in (officer(), head()):
            with pytest.raises(NotAllowed):
                opening(referral, user)

    def test_both_who_agreed_open_it_and_nobody_else(self, referral):
        third = assigned(referral, analyst())
        agreed(asked(referral))
        for user in (officer(), head()):
            permit = opening(referral, user)
            assert permit.basis == f"referral {referral.reference}, two people"
        with pytest.raises(NotAllowed):
            opening(referral, third)

    def test_asking_alone_opens_nothing_nor_does_a_no(self, referral):
        row = asked(referral)
        with pytest.raises(NotAllowed):
            opening(referral, officer())
        agreed(row, agreed=False)
        with pytest.raises(NotAllowed):
            opening(referral, officer())

    def test_it_is_over_after_a_day_also_for_what_is_being_read(self, referral, clock):
        agreed(asked(referral))
        permit, exhibit = opening(referral, officer()), file_of(referral)
        clock.move(hours=25)
        with pytest.raises(NotAllowed):
            opening(referral, officer())
        with pytest.raises(NotAllowed):
            vault.Reading(permit, exhibit.file, exhibit, officer())

    def test_an_agreement_is_for_one_exhibit(self, referral):
        other = given(answers={"markers": ["two_people"]})
        assigned(other)
        agreed(asked(referral))
        with pytest.raises(NotAllowed):
            opening(other, officer())

    def test_where_nobody_asked_for_it_one_person_opens(self, db):
        referral = given()
        assert opening(referral, head()).basis == f"referral {referral.reference}"

    def test_what_a_later_draft_says_changes_nothing(self, referral):
        exhibit = file_of(referral)
        type(exhibit).objects.filter(pk=exhibit.pk).update(markers=[])
        with pytest.raises(NotAllowed):
            opening(referral, head())
        frozen = VersionExhibit.objects.get(exhibit=exhibit)
        assert frozen.markers == ["two_people"]

    @pytest.mark.parametrize(("first", "later"), [([], ["two_people"]), (["two_people"], [])])
    def test_a_later_version_can_ask_for_it_and_cannot_give_it_up(self, db, first, later):
        referral = given(answers={"markers": first})
        supplement(referral.submission)
        by = referral.submission.begun_by
        with acting(by):
            describe(file_of(referral), by, markers=later)
        if not first:
            opening(referral, head())  # a draft says nothing to the recipient
        by, to = referral.sent_by, referrals.Recipient(unit=referral.unit)
        with acting(by):
            exhibits.open_names(submission=referral.submission, by=by)
            referrals.hand_over(submission=referral.submission, recipients=[to], by=by)
        with pytest.raises(NotAllowed):
            opening(fresh(referral), head())


class TestRefusals:
    def test_oneself_is_no_second_person(self, referral):
        with pytest.raises(NotAllowed, match="Another person"):
            asked(referral, colleague=officer())
        row = asked(referral)
        with pytest.raises(NotAllowed, match="Only the colleague"):
            agreed(row, by=officer())

    def test_who_may_not_read_it_neither_asks_nor_is_asked(self, referral):
        with pytest.raises(NotAllowed, match="who may read it too"):
            asked(referral, colleague=analyst())
        with pytest.raises(NotAllowed, match="Only heads"):
            asked(referral, by=analyst())
        row = asked(referral, by=head(), colleague=officer())
        with acting(head()):
            assignments.end(assignment=Assignment.objects.live().get(), by=head())
        with pytest.raises(NotAllowed, match="Only heads"):
            agreed(row, by=officer())

    def test_it_is_answered_once_and_in_time(self, referral, clock):
        row = asked(referral)
        with pytest.raises(NotNow, match="asked already"):
            asked(referral)
        late = asked(referral, by=head(), colleague=officer())
        agreed(row)
        with pytest.raises(NotNow, match="answered already"):
            agreed(row)
        clock.move(days=3, minutes=1)
        with pytest.raises(NotNow, match="time to answer is over"):
            agreed(late)

    def test_nothing_is_asked_of_what_one_person_opens(self, db):
        referral = given()
        assigned(referral)
        with pytest.raises(NotNow, match="does not ask for two people"):
            asked(referral)

    def test_a_recall_ends_it(self, referral):
        row = asked(referral)
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="", by=referral.sent_by)
        with pytest.raises(NotNow):
            agreed(row)
        with pytest.raises(NotAllowed):
            opening(referral, head())

    def test_what_was_taken_back_is_neither_asked_for_nor_agreed_to(self, referral):
        row = asked(referral)
        late = asked(referral, by=head(), colleague=officer())
        item = referral.items.get(exhibit=file_of(referral))
        agreed(row)
        with acting(referral.sent_by):
            item.ended_at, item.ended_by = timezone.now(), referral.sent_by
            item.save(update_fields=["ended_at", "ended_by"])
        with pytest.raises(NotNow, match="taken back"):
            agreed(late)
        with pytest.raises(NotAllowed):
            opening(referral, officer())
        assert "agreement lasts" not in words(at_officer().get("/"))

    def test_a_reason_is_given_and_kept_sealed(self, referral):
        row = asked(referral)
        assert b"Example reason" not in bytes(SecondReader.objects.get(pk=row.pk).reason)
        assert "Example reason" not in "".join(CustodyEvent.objects.values_list("entry", flat=True))


class TestDatabase:
    """The same by raw SQL, as the application."""

    def write(self, sql, *values, by):
        with acting(by), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)

    def test_only_the_colleague_answers_once_for_a_day(self, referral):
        row = asked(referral)
        say = (
            "UPDATE cases_secondreader SET agreed = true, answered_at = now(), "
            "until = now() + %s::interval WHERE id = %s"
        )
        for by, lasts in ((officer(), "1 hour"), (head(), "25 hours")):
            with pytest.raises(DatabaseError):
                self.write(say, lasts, row.pk, by=by)
        self.write(say, "1 hour", row.pk, by=head())
        with pytest.raises(DatabaseError):
            self.write(say, "2 hours", row.pk, by=head())

    def test_nothing_else_changes_and_nothing_is_deleted(self, referral):
        row = asked(referral)
        for sql in (
            "UPDATE cases_secondreader SET colleague_id = asked_by_id WHERE id = %s",
            "DELETE FROM cases_secondreader WHERE id = %s",
        ):
            with pytest.raises(DatabaseError):
                self.write(sql, row.pk, by=officer())

    def test_both_are_of_the_unit_and_two(self, referral):
        item = referral.items.get(exhibit=file_of(referral))
        new = (
            "INSERT INTO cases_secondreader (reference, item_id, asked_by_id, asked_at, "
            "colleague_id, reason, until) VALUES (%s, %s, %s, now(), %s, '', now())"
        )
        for number, (by, colleague) in enumerate(
            ((officer(), documenter()), (documenter(), head()), (head(), head()))
        ):
            with pytest.raises(DatabaseError):
                self.write(new, f"EXAMPLE{number}", item.pk, by.pk, colleague.pk, by=by)
        with pytest.raises(DatabaseError):
            self.write(new, "EXAMPLE9", item.pk, officer().pk, head().pk, by=head())
        self.write(new, "EXAMPLE8", item.pk, officer().pk, head().pk, by=officer())


class TestPages:
    def test_from_asking_to_opening(self, referral):
        exhibit = file_of(referral)
        client = at_officer()
        assert "Two people must agree" in words(client.get(referral.get_absolute_url()))
        assert exhibit.reference not in words(client.get(f"{referral.get_absolute_url()}open/"))
        page = client.get(f"{ask_path(referral)}?items={exhibit.reference}")
        assert (
            f'value="{exhibit.reference}" aria-label="Exhibit 2" checked' in page.content.decode()
        )
        form = {"items": [exhibit.reference], "colleague": head().reference, "reason": "To see it."}
        assert client.post(ask_path(referral), form).status_code == 303
        chief = at_head()
        assert "Say whether you agree to open: Exhibit 2" in words(chief.get("/"))
        assert "A colleague answers whether to open: Exhibit 2" in words(client.get("/"))
        shown = words(chief.get(answer_path(referral)))
        assert "To see it." in shown
        row = SecondReader.objects.get()
        said = {"items": [row.reference], "agreed": "yes"}
        assert chief.post(answer_path(referral), said).status_code == 303
        for reader in (client, chief):
            assert "Open while your agreement lasts: Exhibit 2" in words(reader.get("/"))
            form = {"items": [exhibit.reference], "reason": "First assessment"}
            answer = reader.post(f"{referral.get_absolute_url()}open/", form)
            assert answer.status_code == 303
            assert "Download Exhibit 2.mp4" in words(reader.get(answer["Location"]))
        told = words(client.get(referral.get_absolute_url()))
        assert "two people agreed to its opening" in told
        assert "Opened by" in told

    def test_what_is_missing_is_said(self, referral):
        client = at_officer()
        answer = client.post(ask_path(referral), {"reason": " "})
        assert answer.status_code == 422
        for sentence in ("Choose at least one exhibit", "Choose one", "Say why it is to be opened"):
            assert sentence in words(answer)
        asked(referral)
        assert at_head().post(answer_path(referral), {}).status_code == 422

    def test_an_answer_needs_a_fresh_code(self, referral, clock):
        row = asked(referral)
        chief = at_head()
        clock.move(minutes=6)
        answer = chief.post(answer_path(referral), {"items": [row.reference], "agreed": "yes"})
        assert "/code/" in answer["Location"]
        assert SecondReader.objects.get().agreed is None

    def test_another_unit_and_a_contact_point_learn_nothing(self, referral):
        elsewhere = partner_at(kind=roles.AUTHORITY)
        stranger = signed_in(member(elsewhere, roles.HeadOfUnit.code, unit=unit_of(elsewhere)))
        asked(referral)
        for path in (ask_path(referral), answer_path(referral)):
            assert stranger.get(path).status_code == 404
            assert signed_in(documenter()).get(path).status_code == 404
            assert at_contact().get(path).status_code == 403

    def test_what_was_asked_of_another_cannot_be_answered(self, referral):
        third = signed_in(assigned(referral, analyst()))
        row = asked(referral)
        said = {"items": [row.reference], "agreed": "yes"}
        assert third.post(answer_path(referral), said).status_code == 422

    def test_a_gallery_page_that_names_it_is_refused_by_the_vault(self, referral):
        form = {"items": [file_of(referral).reference], "reason": "To see."}
        answer = at_head().post(f"{referral.get_absolute_url()}open/", form)
        assert answer.status_code == 403
        assert not CustodyEvent.objects.filter(
            type=Custody.OPENED, on__startswith="submissions.exhibit:"
        ).exists()

    def test_those_who_can_be_asked_are_the_other_readers(self, referral):
        assert list(two_people.colleagues(referral, officer())) == [head()]
