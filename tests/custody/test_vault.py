"""The only door to sealed bytes."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from custody import age, vault
from custody.keys import keystore
from custody.keystore import KeyErased
from custody.models import CustodyEvent, DerivationKind, Opening, SealedFile
from custody.ports import may_open
from custody.stores import filestore
from impna.errors import NotAllowed, NotNow
from tests.factories.custody import Reader, Thing, allowing, sealed

CONTENT = b"what was received " * 100_000


def opened(file, *, by, thing=None, **kwargs):
    with transaction.atomic():
        return vault.open(
            thing or Thing(), by=by, reason="To read it.", files={"Exhibit 1": file}, **kwargs
        )


def test_what_was_sealed_is_read_again_byte_for_byte(own_database):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        with vault.Reading(opened(file, by=reader, thing=thing), file, thing, reader) as reading:
            assert b"".join(reading.read()) == CONTENT
            assert b"".join(reading.read(65_530, 65_550)) == CONTENT[65_530:65_550]


def test_digests_are_of_what_was_received_and_of_what_is_stored(own_database):
    file = sealed(CONTENT)
    assert bytes(file.sha256) == hashlib.sha256(CONTENT).digest()
    assert bytes(file.sha512) == hashlib.sha512(CONTENT).digest()
    with filestore().open(file.store_name) as stored:
        raw = stored.read()
    assert bytes(file.stored_sha256) == hashlib.sha256(raw).digest()
    assert len(raw) == file.stored_size
    assert b"what was received" not in raw


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072])
def test_any_size_is_kept_whole(own_database, size):
    content = bytes(i % 251 for i in range(size))
    file = sealed(content)
    identity = keystore().identity(file.key.compartment.name, file.key.entry)
    with filestore().open(file.store_name) as stored:
        assert b"".join(age.decrypt(stored, [identity])) == content
    assert file.size == size


def test_nothing_plugged_opens_nothing(own_database):
    file = sealed(CONTENT)
    with pytest.raises(NotAllowed):
        opened(file, by=Reader())
    assert not Opening.objects.exists()


def test_an_error_while_asking_keeps_it_closed(own_database, caplog):
    def broken(target, by):
        raise OSError("policy away")

    file = sealed(CONTENT)
    may_open.plug(broken)
    try:
        with pytest.raises(NotAllowed):
            opened(file, by=Reader())
    finally:
        may_open.unplug(broken)
    assert not Opening.objects.exists()


def test_an_opening_is_in_the_log_with_its_basis_before_a_byte_is_read(own_database):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        opening = opened(file, by=reader, thing=thing)
    event = CustodyEvent.objects.get(type="custody.opening.opened")
    assert event.on == f"submissions.exhibit:{thing.reference}"
    assert event.submission == thing.submission_reference
    assert f'"opening":"{opening.reference}"' in event.entry
    assert '"basis":"for the test"' in event.entry


def test_a_gallery_is_one_opening_naming_its_items(own_database):
    reader, thing = Reader(), Thing()
    files = {f"Exhibit {n}": sealed(b"x") for n in range(3)}
    with allowing(reader), transaction.atomic():
        opening = vault.open(thing, by=reader, reason="To compare.", files=files)
    assert CustodyEvent.objects.filter(type="custody.opening.opened").count() == 1
    assert [item["name"] for item in opening.files] == list(files)


def test_a_permit_is_for_one_person(own_database):
    reader, other, thing = Reader(), Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader, other):
        opening = opened(file, by=reader, thing=thing)
        with pytest.raises(NotAllowed):
            vault.Reading(opening, file, thing, other)


def test_a_permit_is_for_the_files_it_names(own_database):
    reader, thing = Reader(), Thing()
    file, other = sealed(CONTENT), sealed(b"other")
    with allowing(reader):
        opening = opened(file, by=reader, thing=thing)
        with pytest.raises(NotAllowed):
            vault.Reading(opening, other, thing, reader)


def test_a_permit_ends_after_fifteen_minutes(own_database, clock):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        opening = opened(file, by=reader, thing=thing)
        clock.move(minutes=15)
        with pytest.raises(NotNow):
            vault.Reading(opening, file, thing, reader)


def test_reading_stops_when_the_right_is_lost_on_the_way(own_database):
    reader, thing = Reader(), Thing()
    file = sealed(bytes(20 * 1024 * 1024))
    got = 0
    with allowing(reader) as allowed:
        permit = opened(file, by=reader, thing=thing)
        with (
            vault.Reading(permit, file, thing, reader) as reading,
            pytest.raises(NotAllowed),
        ):
            for piece in reading.read():
                got += len(piece)
                allowed.discard(reader.reference)
    assert got == vault.RECHECK_EVERY


def test_no_transaction_is_open_while_bytes_move(own_database):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        with vault.Reading(opened(file, by=reader, thing=thing), file, thing, reader) as reading:
            for _piece in reading.read():
                assert not connection.in_atomic_block


def test_the_end_event_says_how_much_was_read(own_database, as_worker):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        opening = opened(file, by=reader, thing=thing)
        with vault.Reading(opening, file, thing, reader) as reading:
            assert sum(map(len, reading.read(0, 100))) == 100
            assert sum(map(len, reading.read(0, 50))) == 50
    later = timezone.now() + timedelta(minutes=16)
    with as_worker():
        assert vault.end_openings(now=later) == 1
        assert vault.end_openings(now=later) == 0
    event = CustodyEvent.objects.get(type="custody.opening.ended")
    assert '"bytes":"150"' in event.entry
    assert '"requests":2' in event.entry


def test_a_derivation_is_sealed_to_the_same_key_and_names_its_original(own_database):
    original = sealed(CONTENT)
    stored = vault.store(io.BytesIO(b"small"), key=original.key)
    with transaction.atomic():
        made = vault.keep_derivation(
            stored, original=original, kind=DerivationKind.THUMBNAIL, tool="test 1", by=Reader()
        )
    assert (made.original, made.key) == (original, original.key)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: SealedFile.objects.filter(pk=f.pk).update(size=1),
        lambda f: SealedFile.objects.filter(pk=f.pk).delete(),
        lambda f: SealedFile.objects.filter(pk=f.pk).update(store_name="0" * 32),
    ],
)
def test_the_application_cannot_change_an_original(own_database, change):
    file = sealed(CONTENT)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        change(file)


def test_not_even_the_owner_changes_an_original_by_mistake(own_database, as_owner):
    file = sealed(CONTENT)
    with as_owner() as owner, pytest.raises(Exception, match="written once"):
        owner.execute("UPDATE custody_sealedfile SET size = 1 WHERE id = %s", [file.pk])


def test_erasing_the_key_makes_every_byte_unreadable_and_keeps_the_tombstone(own_database):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        opening = opened(file, by=reader, thing=thing)
        with transaction.atomic():
            vault.destroy(file.key, by=reader, reason="The person asked.")
        with pytest.raises(NotNow, match="erased"):
            vault.Reading(opening, SealedFile.objects.get(pk=file.pk), thing, reader)
        with pytest.raises(NotNow, match="erased"):
            opened(SealedFile.objects.get(pk=file.pk), by=reader, thing=thing)
    with pytest.raises(KeyErased):
        keystore().identity(file.key.compartment.name, file.key.entry)
    tombstone = SealedFile.objects.select_related("key").get(pk=file.pk)
    assert bytes(tombstone.sha256) == hashlib.sha256(CONTENT).digest()
    assert tombstone.key.entry_gone_at is not None


def test_a_rolled_back_erasure_destroys_nothing(own_database):
    file = sealed(CONTENT)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        vault.destroy(file.key, by=Reader(), reason="Never mind.")
        raise ZeroDivisionError
    assert keystore().identity(file.key.compartment.name, file.key.entry)


def test_a_sweep_finishes_an_erasure_that_a_crash_interrupted(own_database):
    file = sealed(CONTENT)
    type(file.key).objects.filter(pk=file.key_id).update(destroyed_at=timezone.now())
    assert vault.sweep() == 1
    assert vault.sweep() == 0
    with pytest.raises(KeyErased):
        keystore().identity(file.key.compartment.name, file.key.entry)


def test_a_destroyed_key_does_not_come_back(own_database):
    file = sealed(CONTENT)
    with transaction.atomic():
        vault.destroy(file.key, by=Reader(), reason="The person asked.")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(file.key).objects.filter(pk=file.key_id).update(destroyed_at=None)


def test_sealing_to_a_destroyed_key_is_refused(own_database):
    file = sealed(CONTENT)
    with transaction.atomic():
        vault.destroy(file.key, by=Reader(), reason="The person asked.")
    key = type(file.key).objects.get(pk=file.key_id)
    with pytest.raises(NotNow):
        vault.store(io.BytesIO(b"late"), key=key)


def test_one_request_looks_once_and_counts_once(own_database):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        opening = opened(file, by=reader, thing=thing)
        with CaptureQueriesContext(connection) as captured:
            with vault.Reading(opening, file, thing, reader, first=(5, 105)) as reading:
                assert b"".join(reading.read(5, 105)) == CONTENT[5:105]
                assert b"".join(reading.read(5, 105)) == CONTENT[5:105]
    # BEGIN, who acts, the look, COMMIT: for each of the two reads.
    assert len(captured) == 8
    opening.refresh_from_db()
    assert (opening.bytes_sent, opening.requests) == (200, 2)


def test_a_refused_look_counts_nothing(own_database):
    reader, other, thing = Reader(), Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader, other):
        opening = opened(file, by=reader, thing=thing)
        with pytest.raises(NotAllowed):
            vault.Reading(opening, file, thing, other, first=(0, 10))
    opening.refresh_from_db()
    assert (opening.bytes_sent, opening.requests) == (0, 0)


def test_a_destroyed_key_is_refused_at_once_though_its_header_is_in_memory(own_database):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        opening = opened(file, by=reader, thing=thing)
        with vault.Reading(opening, file, thing, reader) as reading:
            assert b"".join(reading.read(0, 10)) == CONTENT[:10]
        assert vault._headers.get(file.store_name) is not None
        # Only the decision: the key store and the stored file are as they were.
        type(file.key).objects.filter(pk=file.key_id).update(destroyed_at=timezone.now())
        with pytest.raises(NotNow, match="erased"):
            vault.Reading(opening, file, thing, reader)
    assert vault._headers.get(file.store_name) is None


def test_reading_stops_when_the_key_is_destroyed_on_the_way(own_database):
    reader, thing = Reader(), Thing()
    file = sealed(bytes(20 * 1024 * 1024))
    got = 0
    with allowing(reader):
        permit = opened(file, by=reader, thing=thing)
        with (
            vault.Reading(permit, file, thing, reader) as reading,
            pytest.raises(NotNow, match="erased"),
        ):
            for piece in reading.read():
                if not got:
                    with transaction.atomic():
                        vault.destroy(file.key, by=reader, reason="The person asked.")
                got += len(piece)
    assert got == vault.RECHECK_EVERY


def test_an_opened_header_serves_a_second_reading_without_the_key_store(own_database, monkeypatch):
    reader, thing = Reader(), Thing()
    file = sealed(CONTENT)
    with allowing(reader):
        opening = opened(file, by=reader, thing=thing)
        with vault.Reading(opening, file, thing, reader):
            pass
        monkeypatch.setattr(vault, "keystore", None)
        with vault.Reading(opening, file, thing, reader) as reading:
            assert b"".join(reading.read()) == CONTENT
