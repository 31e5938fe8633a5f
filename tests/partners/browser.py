"""What a person does at the pages: fill in a form, follow a letter, wait."""

import html
import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.models import User
from tests.factories.partners import PASSWORD, next_code

SIGN_IN = reverse("partners:sign-in")
SECOND_STEP = reverse("partners:sign-in-code")
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def hidden(response) -> list[tuple[str, str]]:
    """The hidden fields of a page, without the form token."""
    found = _HIDDEN.findall(response.content.decode())
    return [(html.unescape(name), html.unescape(value)) for name, value in found]


def words(response) -> str:
    """A page as it is read: entities undone."""
    return html.unescape(response.content.decode())


def first_step(client: Client, email: str, password: str = PASSWORD, **more):
    """Address and password."""
    return client.post(SIGN_IN, {"email": email, "password": password, **more})


def ticket(client: Client, user: User, password: str = PASSWORD) -> str:
    """What the first step hands to the second."""
    return dict(hidden(first_step(client, user.email, password)))["ticket"]


def second_step(client: Client, given: str, code: str, **more):
    """The code."""
    return client.post(SECOND_STEP, {"ticket": given, "code": code, **more})


def sign_in(client: Client, user: User, **more):
    """Both steps."""
    return second_step(client, ticket(client, user), next_code(user), **more)


def is_signed_in(client: Client) -> bool:
    """Whether the account page answers."""
    return client.get(reverse("partners:account")).status_code == 200


def wrong_code(user: User) -> str:
    """Six digits that are not a code of this moment."""
    device = user.totpdevice_set.get(confirmed=True)
    now = timezone.now()
    good = {device.code_at(now + timedelta(seconds=30 * step)) for step in range(-2, 4)}
    return next(code for n in range(10) if (code := f"{n:06d}") not in good)


class Clocks:
    """Django's clock and the system's, which tickets and codes read, moved together."""

    def __init__(self, clock, patch: pytest.MonkeyPatch) -> None:
        self._clock, self._offset = clock, 0.0
        real = time.time
        patch.setattr(time, "time", lambda: real() + self._offset)

    def move(self, **delta: float) -> None:
        """Forward."""
        self._offset += timedelta(**delta).total_seconds()
        self._clock.move(**delta)


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run the actions at the same moment on connections of their own; results or exceptions."""
    gate = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def run(place: int, action: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=20)
            results[place] = action()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def wait_until_waiting(number: int) -> None:
    """Until so many sessions of this database wait for a lock that we hold."""
    patience = threading.Event()
    for _n in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_stat_clear_snapshot(), count(*) FROM pg_locks WHERE NOT granted AND pid "
                "IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            if cursor.fetchone()[1] >= number:
                return
        patience.wait(0.01)
    raise AssertionError("nobody waits")
