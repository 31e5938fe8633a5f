"""Guessing is slow for everyone and locks nobody out."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.actions import accounts
from partners.actions.accounts import TooSoon, delay_after
from partners.models import Throttle, User
from tests.factories.partners import PASSWORD, next_code, signed_in
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import (
    at_once,
    first_step,
    hidden,
    second_step,
    ticket,
    words,
    wrong_code,
)

DELAYS = [0, 0, 0, 2, 4, 8, 16, 30, 30, 30, 30]
NOBODY = "nobody@nowhere.example"


@pytest.fixture
def user(db) -> User:
    return documenter()


def guess(email: str):
    return first_step(Client(), email, "not the password")


@pytest.mark.parametrize(("failures", "seconds"), [*enumerate(DELAYS), (1000, 30), (10**6, 30)])
def test_delays_grow_and_stop_at_thirty_seconds(failures, seconds):
    assert delay_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize("email", ["documenter@cso-one.example", NOBODY])
def test_wrong_passwords_slow_the_form_down_for_known_and_unknown_alike(db, clock, email):
    for number, seconds in enumerate(DELAYS[1:], 1):
        assert guess(email).status_code == 422, number
        if seconds:
            clock.move(seconds=seconds - 0.5)
            early = guess(email)
            assert early.status_code == 429, number
            assert "Your account is not locked" in words(early)
            clock.move(seconds=0.5)


def test_too_early_is_said_in_the_same_words_for_known_and_unknown(user):
    pages = []
    for email in (user.email, NOBODY):
        for _n in range(3):
            guess(email)
        pages.append(words(guess(email)))
    one, other = (page.split("<main", 1)[1] for page in pages)
    assert one == other
    assert "Try again in 2 seconds." in one


def test_the_right_password_too_early_waits_as_well_and_then_works(user, clock):
    for _n in range(3):
        guess(user.email)
    assert first_step(Client(), user.email).status_code == 429
    clock.move(seconds=2)
    assert "ticket" in dict(hidden(first_step(Client(), user.email)))


def test_no_number_of_failures_locks_an_account(user, clock):
    guess(user.email)
    Throttle.objects.update(failures=10_000)
    assert first_step(Client(), user.email).status_code == 429
    clock.move(seconds=30)
    client = Client()
    assert second_step(client, ticket(client, user), next_code(user))["Location"] == "/"


def test_the_right_password_forgets_the_failures(user):
    for _n in range(2):
        guess(user.email)
    assert first_step(Client(), user.email).status_code == 200
    for _n in range(3):
        assert guess(user.email).status_code == 422


def test_failures_are_forgotten_after_a_quiet_hour(user, clock):
    for _n in range(3):
        guess(user.email)
    Throttle.objects.update(failures=9)
    clock.move(minutes=59, seconds=59)
    guess(user.email)
    assert Throttle.objects.get().failures == 10
    clock.move(hours=1, seconds=1)
    guess(user.email)
    assert Throttle.objects.get().failures == 1


def test_a_too_early_try_counts_for_nothing(user):
    for _n in range(3):
        guess(user.email)
    before = Throttle.objects.get()
    for _n in range(5):
        assert guess(user.email).status_code == 429
    after = Throttle.objects.get()
    assert (after.failures, after.last_failure_at) == (3, before.last_failure_at)


def test_one_persons_failures_do_not_slow_another(user):
    for _n in range(3):
        guess(user.email)
    assert guess(user.email).status_code == 429
    assert guess(another_documenter().email).status_code == 422


@pytest.mark.parametrize("change", [str.upper, str.title, lambda e: f"  {e} "])
def test_another_way_of_writing_the_address_is_the_same_address(user, change):
    for _n in range(3):
        guess(user.email)
    assert guess(change(user.email)).status_code == 429


def test_wrong_codes_slow_the_second_step_down(user, clock):
    client = Client()
    given = ticket(client, user)
    for _n in range(3):
        assert second_step(client, given, wrong_code(user)).status_code == 422
    assert second_step(client, given, next_code(user)).status_code == 429
    clock.move(seconds=2)
    assert second_step(client, given, next_code(user))["Location"] == "/"


def test_a_new_password_step_does_not_forget_wrong_codes(user):
    for _n in range(3):
        client = Client()
        assert second_step(client, ticket(client, user), wrong_code(user)).status_code == 422
    client = Client()
    assert second_step(client, ticket(client, user), next_code(user)).status_code == 429


def test_wrong_codes_at_the_step_up_count_with_those_at_sign_in(user):
    client = signed_in(user)
    for _n in range(3):
        assert client.post(reverse("partners:step-up"), {"code": "000000"}).status_code == 422
    other = Client()
    assert second_step(other, ticket(other, user), next_code(user)).status_code == 429


@pytest.mark.parametrize("email", ["documenter@cso-one.example", NOBODY])
def test_asking_for_links_slows_down_for_known_and_unknown_alike(db, email):
    for _n in range(3):
        response = Client().post(reverse("partners:forgotten"), {"email": email})
        assert response.status_code == 200
    response = Client().post(reverse("partners:forgotten"), {"email": email})
    assert response.status_code == 429


def test_the_table_names_nobody(user):
    guess(user.email)
    row = Throttle.objects.get()
    assert len(bytes(row.key_digest)) == 32
    assert user.email not in str(row)


def test_parallel_guesses_queue_and_do_not_pass_the_delay(own_database):
    user = documenter()
    seen = at_once(*(lambda: guess(user.email).status_code for _n in range(6)))
    assert sorted(seen) == [422, 422, 422, 429, 429, 429]
    assert Throttle.objects.get().failures == 3


def test_a_guess_waits_for_the_one_before_it(own_database):
    """The row stays locked until the answer is committed, so nobody reads a stale count."""
    from django.db import transaction

    user = documenter()
    began, done = threading.Event(), threading.Event()
    answers = []

    def second_guess():
        began.set()
        answers.append(guess(user.email).status_code)
        done.set()
        connections.close_all()

    thread = threading.Thread(target=second_guess)
    with transaction.atomic():
        for _n in range(3):
            assert accounts.check_password(email=user.email, password="wrong") is None
        thread.start()
        began.wait(5)
        assert not done.wait(0.3), "the second guess did not wait"
    thread.join(20)
    assert answers == [429]


def test_a_refusal_says_how_many_seconds(db):
    for _n in range(5):
        Throttle.objects.update(last_failure_at=timezone.now() - timedelta(minutes=1))
        accounts.check_password(email=NOBODY, password="x")
    with pytest.raises(TooSoon) as caught:
        accounts.check_password(email=NOBODY, password=PASSWORD)
    assert (caught.value.seconds, caught.value.status) == (8, 429)
