"""Sessions are kept with one statement, and what was ended stays ended."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.session_store import SessionStore
from tests.factories.partners import signed_in
from tests.factories.submissions import documenter


@pytest.fixture
def kept(own_database) -> SessionStore:
    store = SessionStore()
    store["began"] = "now"
    store.save()
    return store


def test_a_new_session_gets_a_row_with_a_new_key(kept):
    assert Session.objects.get(pk=kept.session_key).get_decoded() == {"began": "now"}
    other = SessionStore()
    other.save()
    assert other.session_key != kept.session_key


def test_keeping_a_session_is_one_statement(kept, clock):
    before = Session.objects.get(pk=kept.session_key)
    clock.move(minutes=5)
    kept["seen"] = 1
    with CaptureQueriesContext(connection) as captured:
        kept.save()
    assert len(captured) == 1
    after = Session.objects.get(pk=kept.session_key)
    assert after.get_decoded() == {"began": "now", "seen": 1}
    assert after.expire_date > before.expire_date


def test_a_session_that_was_ended_meanwhile_is_not_brought_back(kept):
    there = SessionStore(kept.session_key)
    there["seen"] = 1
    kept.delete()
    with pytest.raises(UpdateError):
        there.save()
    assert not Session.objects.filter(pk=kept.session_key).exists()


def test_two_sessions_never_share_a_key(kept):
    again = SessionStore(kept.session_key)
    again.create()
    assert again.session_key != kept.session_key


def test_every_page_keeps_the_session_for_twenty_minutes_more(own_database, clock):
    client = signed_in(documenter())
    for _n in range(3):
        clock.move(minutes=19)
        assert client.get("/account/").status_code == 200
    assert Session.objects.get(pk=client.session.session_key).expire_date > timezone.now()
    clock.move(minutes=21)
    assert client.get("/account/").status_code == 302


def test_a_page_right_after_another_writes_no_session(own_database, clock):
    client = signed_in(documenter())
    client.get("/account/")
    before = Session.objects.get(pk=client.session.session_key).expire_date
    clock.move(seconds=29)
    client.get("/account/")
    assert Session.objects.get(pk=client.session.session_key).expire_date == before
    clock.move(seconds=2)
    client.get("/account/")
    assert Session.objects.get(pk=client.session.session_key).expire_date > before
