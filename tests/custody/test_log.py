"""The custody log: saved with the change, never altered, erasable names."""

import hashlib
import json

import pytest
import rfc8785
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from custody import log
from custody.history import read_text
from custody.models import CustodyEvent, EventText
from tests.factories.custody import Reader, Thing


def recorded(**kwargs):
    with transaction.atomic():
        return log.record("custody.test.happened", on=Thing(), by=Reader(), **kwargs)


def test_the_digest_is_of_the_canonical_entry(own_database):
    event = CustodyEvent.objects.get(pk=recorded(data={"b": 1, "a": ["x", True]}).pk)
    assert bytes(event.digest) == hashlib.sha256(event.entry.encode()).digest()
    assert rfc8785.dumps(json.loads(event.entry)).decode() == event.entry


def test_the_columns_are_what_was_digested(own_database):
    event = CustodyEvent.objects.get(pk=recorded().pk)
    entry = json.loads(event.entry)
    for column in ("type", "on", "submission", "partner", "by", "at"):
        assert getattr(event, column) == entry[column]


def test_names_and_reasons_are_not_in_the_entry_but_their_digests_are(own_database):
    event = recorded(reason="Because Example asked.")
    entry = json.loads(event.entry)
    assert "Example" not in event.entry
    for text in EventText.objects.filter(event_id=event.pk):
        words = read_text(text)
        assert entry["texts"][text.name] == log.digest_of_text(bytes(text.salt), words)
        assert words.encode() not in bytes(text.sealed)


def test_an_event_is_saved_with_its_change_or_not_at_all(unfounded_database):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.record("custody.test.happened", on=Thing(), by=Reader())
        raise ZeroDivisionError
    assert not CustodyEvent.objects.exists()


def test_there_is_no_event_without_a_transaction(own_database):
    with pytest.raises(RuntimeError):
        log.record("custody.test.happened", on=Thing(), by=Reader())


def test_every_event_waits_for_the_sequencer(own_database, as_worker):
    event = recorded()
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM custody_pendingevent WHERE event_id = %s", [event.pk])
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_custodyevent SET entry = '{}'",
        "DELETE FROM custody_custodyevent",
        "TRUNCATE custody_custodyevent CASCADE",
        "DELETE FROM custody_eventtext",
        "INSERT INTO custody_pendingevent VALUES (99)",
        "ALTER TABLE custody_custodyevent DISABLE TRIGGER ALL",
        "DROP TABLE custody_custodyevent",
    ],
)
@pytest.mark.parametrize("role", ["impna_app", "impna_secretariat"])
def test_no_right_of_the_application_alters_the_log(own_database, role, statement):
    recorded()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_custodyevent SET entry = '{}'",
        "DELETE FROM custody_custodyevent",
        "TRUNCATE custody_custodyevent CASCADE",
        "DELETE FROM custody_eventtext",
        "TRUNCATE custody_eventtext",
        "ALTER TABLE custody_custodyevent DISABLE TRIGGER ALL",
        "DROP TABLE custody_custodyevent",
    ],
)
def test_no_right_of_the_worker_alters_the_log(own_database, as_worker, statement):
    event = recorded()
    with as_worker():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("impna_worker",)
        with pytest.raises(ProgrammingError, match="permission denied|must be owner"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    assert CustodyEvent.objects.get(pk=event.pk).entry == event.entry


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_custodyevent SET entry = '{}'",
        "DELETE FROM custody_custodyevent",
        "TRUNCATE custody_custodyevent CASCADE",
        "DELETE FROM custody_eventtext",
        "TRUNCATE custody_eventtext",
    ],
)
def test_triggers_stop_even_the_owner(own_database, as_owner, statement):
    recorded()
    with as_owner() as owner, pytest.raises(Exception, match="append-only|only be erased"):
        owner.execute(statement)


def test_a_name_can_be_erased_and_nothing_else(own_database):
    from django.utils import timezone

    event = recorded(reason="A reason.")
    reason = EventText.objects.get(event_id=event.pk, name="reason")
    with pytest.raises(IntegrityError), transaction.atomic():
        EventText.objects.filter(pk=reason.pk).update(sealed=b"other words")
    EventText.objects.filter(pk=reason.pk).update(salt=None, sealed=None, erased_at=timezone.now())
    assert read_text(EventText.objects.get(pk=reason.pk)) is None
    assert json.loads(CustodyEvent.objects.get(pk=event.pk).entry)["texts"]["reason"]


@pytest.mark.parametrize(
    "data",
    [{"x": 1.5}, {"x": None}, {"x": 2**53}, {"x": "\0"}, {"x": b"bytes"}, {"x": {1: "a"}}],
)
def test_what_has_no_canonical_form_is_refused(own_database, data):
    with pytest.raises(ValueError):
        recorded(data=data)


def test_primary_keys_do_not_get_in(own_database):
    with pytest.raises(ValueError), transaction.atomic():
        log.record("custody.test.happened", on=Thing(), by=Reader(), submission="17")


_json = st.recursive(
    st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé€𐍈", max_size=3), inner)
    ),
    max_leaves=8,
)


def canonical(value):
    return log.canonical_entry(
        type="custody.test.happened",
        on="x:y",
        by=Reader(),
        data={"v": value},
        submission="",
        at=timezone.now(),
        texts={},
    )


@given(_json)
def test_the_entry_is_canonical_for_any_data(value):
    entry = canonical(value)
    assert rfc8785.dumps(json.loads(entry)).decode() == entry


@pytest.mark.parametrize("key", ["\uff61", "\U0001f600", "é", "a"])
def test_keys_are_sorted_as_the_standard_says(key):
    value = {key: 1, "\uffff": 2, "b": 3}
    entry = canonical(value)
    assert rfc8785.dumps(json.loads(entry)).decode() == entry


def test_half_a_character_is_no_text():
    with pytest.raises(ValueError):
        canonical({"a": "\ud800"})
