"""The identity vault: a key for each, opened by few and seen by all, gone with its key."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from custody import vault
from custody.keys import keystore
from custody.keystore import KeyErased
from custody.models import EventText, Opening, SealedFile
from custody.stores import filestore
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import history, manifest
from submissions.actions import identities, persons
from submissions.identities import STEP, IdentityDetails
from submissions.models import Identity, NameToken, Submission
from tests.factories.cases import adviser, contact, head, officer, received
from tests.factories.partners import acting, coordinators, member
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    handed_over,
    identity_of,
    lead,
    person_in,
)

NAME = "Zulaykha Vashington-Quux"
WHERE = "Behind the old mill 7"
SAID = {"contacts": "+963 944 123 456", "address": WHERE, "safe": "Never by day."}


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def person(submission):
    return person_in(submission)


@pytest.fixture
def kept(person):
    return identity_of(person, NAME, **SAID)


def act(action, *, by, **kwargs):
    with acting(by):
        return action(by=by, **kwargs)


def opened(identity, by, reason="To reach her."):
    with acting(by):
        opening = identities.open_one(identity=identity, reason=reason, by=by)
        return identities.read(opening=opening, identity=identity, by=by)


def refused(statement, parameters):
    """Raw SQL as the application's role is refused."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def events_of(submission):
    found = history.changes_of(submission).filter(type__startswith="submissions.identity")
    return [
        (event.type.rpartition(".")[2], json.loads(event.entry)["data"])
        for event in found.order_by("id")
    ]


def test_it_is_sealed_to_a_key_of_its_own_in_the_compartment_of_its_submission(submission, kept):
    assert kept.file.key == kept.key
    assert kept.key.compartment == submission.compartment
    assert not Submission.objects.filter(exhibits__key=kept.key).exists()
    with filestore().open(kept.file.store_name) as file:
        assert file.read(1000).startswith(b"age-encryption.org/v1\n-> X25519 ")


def test_a_lead_opens_it_with_a_reason_and_reads_what_was_entered(submission, kept):
    by = lead(submission)
    assert opened(kept, by) == IdentityDetails(names=[NAME], **SAID)
    opening = Opening.objects.get(target=f"submissions.identity:{kept.reference}")
    assert (opening.basis, opening.by) == ("data-protection lead", by.reference)
    assert opening.bytes_sent == kept.file.size
    told = history.changes_of(submission).first()
    assert told.type == "submissions.identity.opened"
    texts = {text.name: history.read_text(text) for text in EventText.objects.filter(event=told)}
    assert texts == {"actor": by.display_name, "reason": "To reach her."}
    assert json.loads(told.entry)["data"]["person"] == "W-03"


@pytest.mark.parametrize(
    "who", ["documenter", "approver", "reader", "manager", "another_cso", "head", "contact",
            "officer", "adviser", "coordinator"]
)  # fmt: skip
def test_nobody_else_opens_it(submission, kept, who):
    received(submission=submission)
    partner = submission.partner
    by = {
        "documenter": lambda: submission.begun_by,
        "approver": lambda: approver(submission),
        "reader": lambda: member(partner, roles.Reader.code),
        "manager": lambda: member(partner, roles.Manager.code),
        "another_cso": another_documenter,
        "head": head,
        "contact": contact,
        "officer": officer,
        "adviser": adviser,
        "coordinator": lambda: coordinators()[0],
    }[who]()
    for ask in (
        lambda: identities.open_one(identity=kept, reason="x", by=by),
        lambda: vault.open(kept, by=by, reason="x", files={"identity": kept.file}),
    ):
        with pytest.raises((NotAllowed, DatabaseError)), acting(by):
            ask()
    assert not Opening.objects.filter(target__startswith="submissions.identity").exists()


def test_a_permit_is_good_for_whoever_asked_and_for_that_identity(submission, kept):
    by = lead(submission)
    with acting(by):
        opening = identities.open_one(identity=kept, reason="To reach her.", by=by)
    other = identity_of(person_in(submission, "W-04"), "Somebody Else")
    with pytest.raises(NotAllowed):
        act(identities.read, opening=opening, identity=other, by=by)
    with pytest.raises(NotAllowed):
        act(identities.read, opening=opening, identity=kept, by=lead(submission))


def test_entering_it_anew_destroys_what_was_there(submission, person, kept):
    key, file = kept.key, kept.file
    anew = identity_of(person, "Another Name")
    assert person.identities.count() == 2
    kept.refresh_from_db()
    assert kept.ended_by == submission.begun_by and not kept.tokens.exists()
    with pytest.raises(NotAllowed):
        opened(kept, lead(submission))
    key.refresh_from_db()
    assert key.destroyed_at is not None
    assert opened(anew, lead(submission)).names == ["Another Name"]
    assert [what for what, _data in events_of(submission)] == ["kept", "kept", "opened"]
    assert SealedFile.objects.filter(pk=file.pk).exists()  # its row is the tombstone


def test_what_is_destroyed_is_gone_from_key_store_and_store(own_database):
    submission = complete_draft()
    identity = identity_of(person_in(submission), NAME)
    by = lead(submission)
    act(identities.erase, person=identity.person, reason="She asked for it.", by=by)
    key = Identity.objects.select_related("key__compartment").get().key
    with pytest.raises(KeyErased):
        keystore().identity(key.compartment.name, key.entry)
    assert identity.file.store_name not in set(filestore().names(0))


def test_a_lead_erases_it_and_the_person_stays(submission, person, kept):
    for by in (submission.begun_by, approver(submission), another_documenter()):
        with pytest.raises(NotAllowed):
            act(identities.erase, person=person, reason="x", by=by)
    by = lead(submission)
    act(identities.erase, person=person, reason="She asked for it.", by=by)
    assert identities.kept_of(person) is None and not NameToken.objects.exists()
    assert events_of(submission)[-1] == ("erased", {"person": "W-03"})
    with pytest.raises(NotNow, match="No identity"):
        act(identities.erase, person=person, reason="x", by=by)


def test_only_documenters_of_the_same_cso_enter_it_also_after_a_hand_over(submission, person):
    details = IdentityDetails(names=[NAME])
    for by in (lead(submission), approver(submission), another_documenter()):
        with pytest.raises(NotAllowed):
            act(identities.keep, person=person, details=details, by=by)
    with pytest.raises(NotAllowed, match="name"):
        act(identities.keep, person=person, details=IdentityDetails(names=[" "]),
            by=submission.begun_by)  # fmt: skip
    version = handed_over(submission)
    kept = identity_of(person, NAME, **SAID)
    submission.refresh_from_db()
    assert submission.status == "handed_over"
    assert opened(kept, lead(submission)).names == [NAME]
    assert NAME not in json.dumps(manifest.read(version))


def test_whoever_is_taken_out_leaves_no_identity(submission, person, kept):
    act(persons.remove, person=person, by=submission.begun_by, reason="Entered twice.")
    kept.refresh_from_db()
    kept.key.refresh_from_db()
    assert kept.ended_at is not None and kept.key.destroyed_at is not None
    assert not NameToken.objects.exists()
    with pytest.raises(NotNow, match="taken out"):
        act(identities.keep, person=person, details=IdentityDetails(names=["x"]),
            by=submission.begun_by)  # fmt: skip


def test_no_manifest_has_it(submission, person, kept):
    version = handed_over(submission)
    document = json.dumps(manifest.read(version), ensure_ascii=False)
    assert "W-03" in document
    for secret in (NAME, WHERE, "944", kept.reference):
        assert secret not in document


def test_it_stands_in_no_clear_column_no_event_and_no_digest_that_a_guess_confirms(kept):
    said = IdentityDetails(names=[NAME], **SAID)
    again = identity_of(kept.person, NAME, **SAID)
    assert kept.file.size == again.file.size == STEP
    assert bytes(kept.file.sha256) != bytes(again.file.sha256)
    assert IdentityDetails.from_bytes(said.to_bytes()) == said
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')"
        )
        for (table,) in cursor.fetchall():
            for secret in (NAME, "Zulaykha", WHERE, "944123456", "23456"):
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s OR t::text LIKE %s',
                    [f"%{secret}%", f"%{secret.encode().hex()}%"],
                )
                assert cursor.fetchone() == (0,), (table, secret)


def test_tokens_are_of_the_submissions_own_key(submission, kept):
    tokens = {bytes(one) for one in NameToken.objects.values_list("token", flat=True)}
    assert tokens and {len(one) for one in tokens} == {16}
    other = identity_of(person_in(complete_draft(title="Another one")), NAME, **SAID)
    others = {bytes(one) for one in other.tokens.values_list("token", flat=True)}
    assert len(others) == len(tokens) and not tokens & others


class TestTheDatabaseHolds:
    INSERT = (
        "INSERT INTO submissions_identity (reference, person_id, key_id, file_id, kept_by_id, "
        "kept_at) VALUES ('7K3F9Q2MXW4TC', %s, %s, %s, %s, now())"
    )

    def test_one_identity_of_a_person(self, submission, person, kept):
        spare = identity_of(person_in(submission, "W-04"))
        Identity.objects.all()
        refused(self.INSERT, [person.pk, spare.key_id, spare.file_id, submission.begun_by.pk])

    def test_a_key_of_the_submissions_compartment_that_is_no_exhibits(self, submission, person):
        by = submission.begun_by
        for compartment in (complete_draft(title="Another one").compartment,):
            with acting(by):
                key = vault.new_key(compartment)
                stored = vault.store(_Bytes(b"x"), key=key)
                file = vault.keep(stored, key=key, by=by)
            refused(self.INSERT, [person.pk, key.pk, file.pk, by.pk])
        exhibit = submission.exhibits.get()
        with acting(by):
            file = vault.keep(vault.store(_Bytes(b"x"), key=exhibit.key), key=exhibit.key, by=by)
        refused(self.INSERT, [person.pk, exhibit.key_id, file.pk, by.pk])

    def test_it_is_not_moved_brought_back_or_deleted(self, submission, person, kept):
        other = identity_of(person_in(submission, "W-04"))
        for column, value in (
            ("person_id", other.person_id),
            ("key_id", other.key_id),
            ("file_id", other.file_id),
            ("reference", "7K3F9Q2MXW4TC"),
        ):
            refused(
                f"UPDATE submissions_identity SET {column} = %s WHERE id = %s", [value, kept.pk]
            )
        refused("DELETE FROM submissions_identity WHERE id = %s", [kept.pk])
        act(identities.erase, person=person, reason="x", by=lead(submission))
        refused(
            "UPDATE submissions_identity SET ended_at = NULL, ended_by_id = NULL WHERE id = %s",
            [kept.pk],
        )
        refused(
            "INSERT INTO submissions_nametoken (identity_id, token) VALUES (%s, %s)",
            [kept.pk, b"x" * 16],
        )

    def test_it_ends_with_its_key_and_its_tokens(self, submission, kept):
        end = "UPDATE submissions_identity SET ended_at = now(), ended_by_id = %s WHERE id = %s"
        by = submission.begun_by
        refused(end, [by.pk, kept.pk])
        with acting(by):
            vault.destroy(kept.key, by=by, reason="x")
        refused(end, [by.pk, kept.pk])
        refused(end.replace(", ended_by_id = %s", ""), [kept.pk])

    def test_a_token_is_no_word(self, kept):
        refused(
            "INSERT INTO submissions_nametoken (identity_id, token) VALUES (%s, %s)",
            [kept.pk, NAME.encode()],
        )

    def test_a_removed_person_has_none(self, person, kept):
        refused(
            "UPDATE submissions_person SET removed_at = now(), details = NULL WHERE id = %s",
            [person.pk],
        )

    def test_workers_and_the_secretariat_see_neither_identities_nor_tokens(
        self, own_database, as_owner
    ):
        with as_owner() as owner:
            rows = owner.execute(
                "SELECT has_any_column_privilege(who, 'submissions_' || what, "
                "'SELECT, INSERT, UPDATE') "
                "FROM unnest(ARRAY['impna_worker', 'impna_secretariat', 'impna_guard']) who, "
                "unnest(ARRAY['identity', 'nametoken']) what"
            ).fetchall()
        assert rows == [(False,)] * 6


def test_what_was_begun_before_the_vault_is_opened_by_its_leads_too(own_database, as_owner):
    from importlib import import_module

    sql = import_module("submissions.migrations.0019_identities")
    submission = complete_draft()
    kept, by = identity_of(person_in(submission), NAME), lead(submission)
    with as_owner() as owner:
        owner.execute(sql.TAKE_FROM_LEADS)
        owner.commit()
        assert not submissions_opened(owner)
        owner.execute(sql.MAKE_PERMISSION)
        owner.execute(sql.GIVE_TO_LEADS)
        owner.execute(sql.GIVE_TO_LEADS)
        owner.commit()
        assert submissions_opened(owner) == [(submission.pk, 1)]
    assert opened(kept, by).names == [NAME]


def submissions_opened(owner):
    return owner.execute(
        "SELECT content_object_id, count(*) FROM submissions_submissiongroupobjectpermission held "
        "JOIN auth_permission p ON p.id = held.permission_id AND p.codename = 'view_identity' "
        "GROUP BY 1"
    ).fetchall()


class _Bytes:
    def __init__(self, content):
        self._content = content

    def read(self, size):
        given, self._content = self._content[:size], self._content[size:]
        return given
