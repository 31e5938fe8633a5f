"""A code that a person holds: given to whoever asked, used without an account, answered."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.errors import NotAllowed, NotNow
from impna.references import new_reference, show_reference
from partners import roles
from submissions import desk
from submissions.actions import codes, consents
from submissions.models import WithdrawalCode
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    a_code,
    another_documenter,
    complete_draft,
    documenter,
    person_in,
    said,
)
from tests.partners.browser import words

ADDRESS = "/your-code/"
CANARY = "By-the-safe-route-on-market-day"
THANKS = "If the code is right, it works from now on."


@pytest.fixture
def person(db):
    found = person_in(complete_draft())
    said(found)
    return found


@pytest.fixture
def client(person):
    return signed_in(person.submission.begun_by)


def page(person, name):
    return reverse(f"submissions:{name}", args=[person.submission.reference, person.reference])


def typed(secret, client=None):
    return (client or Client()).post(ADDRESS, {"code": secret})


def used(person):
    assert typed(a_code(person)).status_code == 200
    return person.codes.get(ended_at=None)


def answer(client, person, outcome, text=CANARY):
    return client.post(page(person, "code-answer"), {"outcome": outcome, "words": text})


class TestGiving:
    def test_it_is_made_for_somebody_who_asked_and_shown_once(self, person, client):
        made = client.post(page(person, "code-make"), {"asked_for": "on"})
        shown = re.search(r'"p-secret" dir="ltr">([0-9A-Z-]{16})<', words(made)).group(1)
        assert "Who searches their bag" in words(made)
        assert "no-store" in made["Cache-Control"]
        code = person.codes.get()
        assert (code.made_by, code.used_at) == (person.submission.begun_by, None)
        for name in ("consent-detail", "code-make", "person-detail"):
            text = words(client.get(page(person, name)))
            assert shown not in text
            assert shown.replace("-", "") not in text
        assert typed(shown).status_code == 200
        assert person.codes.get().used_at is not None

    def test_nobody_gets_one_who_did_not_ask(self, person, client):
        refused = client.post(page(person, "code-make"), {})
        assert refused.status_code == 422
        assert "A code is made only for somebody who asked for one." in words(refused)
        by = person.submission.begun_by
        with pytest.raises(NotAllowed), acting(by):
            codes.make(person=person, asked_for=False, by=by)
        assert not person.codes.exists()

    def test_without_a_word_there_is_nothing_to_stop(self, person, client):
        other = person_in(person.submission, "W-04")
        assert client.post(page(other, "code-make"), {"asked_for": "on"}).status_code == 409

    def test_only_a_keyed_digest_is_kept(self, person, settings):
        secret = a_code(person).replace("-", "")
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(c)::text FROM submissions_withdrawalcode c")
            assert secret not in cursor.fetchone()[0]
        settings.SECRET_KEY = "another"
        assert codes._digest(secret) != bytes(person.codes.get().digest)

    def test_a_new_one_ends_the_one_before(self, person):
        first, second = a_code(person), a_code(person)
        typed(first)
        assert not WithdrawalCode.objects.pausing().exists()
        typed(second)
        assert WithdrawalCode.objects.pausing().count() == 1

    def test_an_ended_one_works_no_more_and_ends_once(self, person, client):
        secret = a_code(person)
        assert client.post(page(person, "code-end")).status_code == 302
        assert THANKS in words(typed(secret))
        assert not WithdrawalCode.objects.pausing().exists()
        assert client.post(page(person, "code-end")).status_code == 409

    def test_while_a_used_one_waits_there_is_no_other(self, person, client):
        used(person)
        assert client.get(page(person, "code-make")).status_code == 409
        with pytest.raises(NotNow):
            a_code(person)

    def test_taking_all_of_it_back_ends_the_code(self, person):
        secret, by = a_code(person), person.submission.begun_by
        with acting(by):
            consents.withdraw(person=person, reason="Asked.", by=by)
        typed(secret)
        assert person.codes.get().outcome == "not_used"

    def test_readers_give_none_and_others_find_no_page(self, person):
        reader = signed_in(member(documenter().partner, roles.Reader.code))
        stranger = signed_in(another_documenter())
        for name in ("code-make", "code-answer", "code-end"):
            assert reader.post(page(person, name)).status_code == 403
            assert stranger.post(page(person, name)).status_code == 404
            assert stranger.get(page(person, name)).status_code in (404, 405)


class TestUsing:
    def test_the_page_is_open_and_names_nothing(self, db):
        text = words(Client().get(ADDRESS))
        assert "Type your code" in text
        for word in ("IMPNA", "crime", "Impunity", "consent", "submission", "portal", "<script"):
            assert word not in text

    def test_right_wrong_used_and_ended_are_answered_alike(self, person):
        right, ended = a_code(person_of(person, "W-05")), a_code(person)
        again = a_code(person)
        wrong = show_reference(new_reference())
        answers = [
            typed(one, Client(REMOTE_ADDR=f"192.0.2.{place}"))
            for place, one in enumerate((right, wrong, right, ended, again))
        ]
        assert {one.status_code for one in answers} == {200}
        assert len({one.content for one in answers}) == 1
        assert THANKS in words(answers[0])
        assert all(not one.cookies for one in answers)
        assert WithdrawalCode.objects.pausing().count() == 2

    def test_a_right_and_a_wrong_code_cost_the_same_statements(self, person):
        counted = []
        for secret in (a_code(person), show_reference(new_reference())):
            with CaptureQueriesContext(connection) as queries:
                typed(secret)
            counted.append([query["sql"].split("(")[0][:30] for query in queries])
        right, wrong = counted
        ends = ("RELEASE", "ROLLBACK")
        assert [one for one in right if not one.startswith(ends)] == [
            one for one in wrong if not one.startswith(ends)
        ]

    def test_it_is_read_in_small_letters_and_without_dashes(self, person):
        typed(f" {a_code(person).lower().replace('-', ' ')} ")
        assert person.codes.get().used_at is not None

    @pytest.mark.parametrize("secret", ["", "7K3F", "x" * 41, "7K3F-9Q2M-XW4T-0"])
    def test_what_cannot_be_a_code_is_said_to_be_mistyped(self, db, secret):
        assert typed(secret).status_code == 422

    def test_after_many_tries_from_one_place_it_waits(self, person, clock):
        secret = a_code(person)
        wrong = show_reference(new_reference())
        assert [typed(wrong).status_code for _n in range(4)] == [200, 200, 200, 429]
        waiting = typed(secret)
        assert waiting.status_code == 429
        assert "There were many tries from here." in words(waiting)
        assert "IMPNA" not in words(waiting)
        assert not WithdrawalCode.objects.pausing().exists()
        elsewhere = Client(REMOTE_ADDR="192.0.2.7")
        assert typed(wrong, elsewhere).status_code == 200
        clock.move(seconds=2)
        assert typed(secret).status_code == 200
        assert WithdrawalCode.objects.pausing().exists()

    def test_behind_a_proxy_a_place_is_the_one_the_proxy_names(self, db, settings):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        wrong = show_reference(new_reference())
        seen = [
            Client(headers={"X-Forwarded-For": f"198.51.100.1, 192.0.2.{place}"})
            .post(ADDRESS, {"code": wrong})
            .status_code
            for place in (1, 1, 1, 1, 2)
        ]
        assert seen == [200, 200, 200, 429, 200]

    def test_log_and_events_hold_no_code(self, person, caplog):
        caplog.set_level("DEBUG")
        secret = a_code(person)
        wrong = show_reference(new_reference())
        typed(secret)
        typed(wrong)
        kept = caplog.text + "".join(CustodyEvent.objects.values_list("entry", flat=True))
        for one in (secret, wrong):
            assert one not in kept
            assert one.replace("-", "") not in kept
        event = CustodyEvent.objects.get(type="submissions.code.used")
        assert '"person":"W-03"' in event.entry

    def test_it_is_on_the_desk_until_its_day(self, person, settings):
        settings.PAUSE_DAYS = 5
        lead = member(person.submission.partner, roles.DataProtectionLead.code)
        assert desk.awaiting(lead) == []
        used(person)
        (row,) = desk.awaiting(lead)
        assert row.due == timezone.localdate() + timedelta(days=5)
        assert row.url == page(person, "code-answer")
        assert any(row.url == one.url for one in desk.awaiting(person.submission.begun_by))
        assert not any(row.url == one.url for one in desk.awaiting(another_documenter()))
        reader = member(person.submission.partner, roles.Reader.code)
        assert desk.awaiting(reader) == []


class TestAnswering:
    def test_confirmed_it_is_taken_back(self, person, client):
        code = used(person)
        assert "Somebody else may have used it" in words(client.get(page(person, "code-answer")))
        assert answer(client, person, "confirm").status_code == 302
        code.refresh_from_db()
        assert (code.outcome, code.ended_by) == ("taken_back", person.submission.begun_by)
        assert person.consents.get().withdrawn_at is not None
        assert answer(client, person, "confirm").status_code == 409

    def test_possible_pressure_keeps_it_paused_and_due_again(self, person, clock):
        code = used(person)
        clock.move(days=3)
        client = signed_in(person.submission.begun_by)
        assert answer(client, person, "pressure").status_code == 302
        code.refresh_from_db()
        assert code.due_on == timezone.localdate() + timedelta(days=14)
        assert code.ended_at is None
        shown = words(client.get(page(person, "code-answer")))
        assert CANARY in shown
        assert reverse("submissions:risk-add", args=[person.submission.reference]) in shown
        assert person.consents.get().withdrawn_at is None
        rows = desk.awaiting(person.submission.begun_by)
        assert "They may be under pressure." in {row.note for row in rows}

    def test_spoken_with_it_goes_on(self, person, client):
        code = used(person)
        assert answer(client, person, "go_on").status_code == 302
        code.refresh_from_db()
        assert (code.outcome, code.ended_by) == ("goes_on", person.submission.begun_by)
        assert person.consents.get().withdrawn_at is None
        a_code(person)

    @pytest.mark.parametrize("outcome", ["confirm", "pressure", "go_on", ""])
    def test_each_needs_to_be_said_in_words(self, person, client, outcome):
        used(person)
        assert answer(client, person, outcome, "").status_code == 422
        assert WithdrawalCode.objects.pausing().exists()

    def test_an_action_refuses_silence_too(self, person):
        used(person)
        by = person.submission.begun_by
        for act in (codes.confirm, codes.flag_pressure, codes.go_on):
            with pytest.raises(NotAllowed), acting(by):
                act(person=person, words=" ", by=by)

    def test_words_are_sealed(self, person, client):
        used(person)
        answer(client, person, "pressure")
        answer(client, person, "go_on", f"{CANARY} again")
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(c)::text FROM submissions_withdrawalcode c")
            assert CANARY not in cursor.fetchone()[0]
        assert CANARY not in "".join(CustodyEvent.objects.values_list("entry", flat=True))
        code = person.codes.get()
        assert codes.read(code, codes.WORDS) == f"{CANARY} again"
        assert codes.read(code, codes.PRESSURE) == CANARY

    def test_where_nothing_is_paused_there_is_nothing_to_answer(self, person, client):
        assert client.get(page(person, "code-answer")).status_code == 409
        a_code(person)
        by = person.submission.begun_by
        for act in (codes.confirm, codes.flag_pressure, codes.go_on):
            with pytest.raises(NotNow), acting(by):
                act(person=person, words="x", by=by)


class TestRawSql:
    def test_a_code_is_used_once_and_ends_once(self, person):
        used(person)
        now = timezone.now()
        for change in (
            {"used_at": now},
            {"used_at": None, "due_on": None},
            {"due_on": timezone.localdate()},
            {"outcome": "lapsed", "ended_at": now},
            {"outcome": "not_used", "ended_at": now, "ended_by": person.submission.begun_by},
            {"digest": b"x" * 32},
            {"made_by": another_documenter()},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                WithdrawalCode.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            WithdrawalCode.objects.all().delete()

    def test_somebody_else_makes_none(self, person):
        with pytest.raises(DatabaseError), transaction.atomic():
            WithdrawalCode.objects.create(
                person=person, digest=b"x", made_by=another_documenter(), made_at=timezone.now()
            )

    def test_no_word_is_taken_back_by_nobody(self, person):
        used(person)
        with pytest.raises(DatabaseError), transaction.atomic():
            person.consents.update(withdrawn_at=timezone.now())


def person_of(person, code):
    other = person_in(person.submission, code)
    said(other)
    return other
