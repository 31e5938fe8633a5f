"""Erasing is real: no key, no word, no way back; a tombstone is left; it yields to a hold (R10)."""

import hashlib
import json
import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from custody import vault
from custody.age import AgeError
from custody.filestore import FileMissing
from custody.keys import cipher, keystore
from custody.keystore import KeyErased
from custody.models import Compartment, CustodyEvent, Opening, SealingKey
from custody.stores import filestore
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import manifest, ports
from submissions.actions import (
    drafts,
    erasing,
    examination,
    exhibits,
    holds,
    progress,
    versions,
)
from submissions.models import Erasure, Exhibit, Submission, Unsaved, Version
from tests.cases.pages import NAME, with_file
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    a_hold,
    a_risk,
    another_documenter,
    approver,
    complete_draft,
    documenter,
    erased,
    handed_over,
    lead,
    sent,
    withdrawn,
)
from tests.partners.browser import words

DONE = {"reason": "The person asked for it.", "sure": "on"}


def fresh(submission) -> Submission:
    return Submission.objects.select_related("partner", "compartment").get(pk=submission.pk)


def page(submission, name="submission-detail", *more):
    return reverse(f"submissions:{name}", args=[submission.reference, *more])


@pytest.fixture
def gone(own_database, withdrawals):
    """Withdrawn, with a file as its second exhibit; in real transactions."""
    return withdrawn(handed_over(with_file()).submission)


@pytest.fixture
def submission(db, withdrawals):
    """Withdrawn, without a file."""
    return withdrawn(handed_over().submission)


class TestAWholeSubmission:
    def test_afterwards_no_key_and_no_word_of_it_opens(self, gone):
        a_risk(gone)
        file = Exhibit.objects.select_related("file__key__compartment").get(number=2).file
        version, exhibit = gone.versions.get(), gone.exhibits.get(number=1)
        answer = signed_in(lead(gone)).post(page(gone, "erase"), DONE)
        assert answer.status_code == 302
        found = fresh(gone)
        assert (found.status, found.due_on) == ("erased", None)
        assert not SealingKey.objects.filter(
            compartment=found.compartment, destroyed_at__isnull=True
        ).exists()
        with pytest.raises(KeyErased):
            keystore().identity(file.key.compartment.name, file.key.entry)
        with pytest.raises(KeyErased):
            keystore().text_cipher(found.compartment.name)
        with pytest.raises(FileMissing):
            filestore().open(file.store_name)
        exhibit.submission = version.submission = found
        for read in (lambda: manifest.read(version), lambda: exhibits.read_name(exhibit)):
            with pytest.raises(NotNow, match="erased"):
                read()

    def test_a_crash_right_after_the_decision_is_made_good_by_the_sweep(self, gone, monkeypatch):
        monkeypatch.setattr(vault, "after_commit", lambda *_args, **_more: None)
        erased(gone)
        found = fresh(gone)
        assert keystore().text_cipher(found.compartment.name), "its key is still in the key store"
        with pytest.raises(KeyErased):
            cipher(found.compartment)
        assert vault.sweep() == 2
        vault.sweep_compartments()
        with pytest.raises(KeyErased):
            keystore().text_cipher(found.compartment.name)

    def test_if_its_change_is_not_saved_nothing_is_destroyed(self, gone):
        by = lead(gone)
        with pytest.raises(ZeroDivisionError), acting(by):
            erasing.erase(submission=gone, reason="x", by=by)
            raise ZeroDivisionError
        assert fresh(gone).status == "withdrawn"
        assert keystore().text_cipher(gone.compartment.name)

    def test_it_is_an_event_with_its_reason_beside_it(self, submission):
        erased(submission, reason="The person asked.")
        event = CustodyEvent.objects.get(type="submissions.submission.erased")
        assert json.loads(event.entry)["data"] == {"versions": 1, "exhibits": 1}
        assert "The person asked." not in event.entry
        assert CustodyEvent.objects.filter(type="custody.key.destroyed").count() == 1

    def test_what_somebody_left_unfinished_in_a_form_goes_too(self, submission):
        client = signed_in(submission.begun_by)
        kept = client.post(page(submission, "unsaved", "risk"), {"what": "Half a sentence"})
        assert kept.status_code == 200
        erased(submission)
        assert not Unsaved.objects.exists()

    def test_an_upload_that_nobody_finished_ends(self, db, withdrawals):
        submission = handed_over().submission
        by = submission.begun_by
        with acting(by):
            progress.begin_supplement(submission=submission, by=by)
            drafts.allow_files(submission=fresh(submission), by=by)
            begun = exhibits.begin_upload(submission=fresh(submission), name="x", length=9, by=by)
        erased(withdrawn(fresh(submission)))
        begun.upload.refresh_from_db()
        assert begun.upload.state == "ended"

    def test_while_a_file_is_being_sealed_it_waits(self, db, withdrawals):
        submission = handed_over().submission
        by = submission.begun_by
        with acting(by):
            progress.begin_supplement(submission=submission, by=by)
            drafts.allow_files(submission=fresh(submission), by=by)
        exhibit = sent(fresh(submission), b"0123")
        withdrawn(fresh(submission))
        with pytest.raises(NotNow, match="being sealed"):
            erased(submission)
        with pytest.raises(NotNow, match="on its way"), acting(by := lead(submission)):
            erasing.erase_exhibit(exhibit=exhibit, reason="x", by=by)

    def test_what_was_not_examined_yet_is_passed_over(self, own_database, as_worker, withdrawals):
        submission = handed_over().submission
        by = submission.begun_by
        with acting(by):
            progress.begin_supplement(submission=submission, by=by)
            drafts.allow_files(submission=fresh(submission), by=by)
        with_file(fresh(submission), scan="awaited")
        erased(withdrawn(fresh(submission)))
        exhibit = Exhibit.objects.select_related("upload").get(number=2)
        with as_worker():
            assert examination.examine(exhibit.upload)
        exhibit.refresh_from_db()
        assert (exhibit.scan, exhibit.findings) == ("awaited", None)

    @pytest.mark.parametrize("status", ["draft", "ready", "handed_over"])
    def test_only_what_was_withdrawn_is_erased(self, db, status):
        submission = complete_draft() if status == "draft" else handed_over().submission
        if status == "ready":
            submission = complete_draft()
            with acting(submission.begun_by):
                progress.make_ready(submission=submission, by=submission.begun_by)
        client = signed_in(lead(submission))
        assert client.get(page(submission, "erase")).status_code == 409
        assert client.post(page(submission, "erase"), DONE).status_code == 409
        with pytest.raises(NotNow):
            erased(submission)

    def test_a_second_click_says_that_it_is_erased(self, submission):
        client = signed_in(lead(submission))
        assert client.post(page(submission, "erase"), DONE).status_code == 302
        assert client.post(page(submission, "erase"), DONE).status_code == 409

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            (DONE | {"reason": " "}, "Say why it is erased."),
            ({"reason": "x"}, "Tick this to erase it, or cancel."),
        ],
    )
    def test_it_needs_a_reason_and_a_tick(self, submission, typed, sentence):
        answer = signed_in(lead(submission)).post(page(submission, "erase"), typed)
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert fresh(submission).status == "withdrawn"

    def test_the_action_needs_a_reason_too(self, submission):
        with pytest.raises(NotAllowed, match="Say why"):
            erased(submission, reason=" ")

    def test_it_asks_for_a_fresh_code_before_anything_is_typed(self, submission):
        client = signed_in(lead(submission), fresh_factor=False)
        for answer in (
            client.get(page(submission, "erase")),
            client.post(page(submission, "erase"), DONE),
        ):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/code/")
        assert fresh(submission).status == "withdrawn"

    @pytest.mark.parametrize("role", [roles.Documenter, roles.Approver, roles.Reader])
    def test_others_of_the_organisation_do_not_erase(self, submission, role):
        client = signed_in(member(submission.partner, role.code))
        assert client.get(page(submission, "erase")).status_code == 403
        assert client.post(page(submission, "erase"), DONE).status_code == 403

    def test_for_another_organisation_there_is_no_such_page(self, submission):
        other = lead(complete_draft(by=another_documenter()))
        assert signed_in(other).post(page(submission, "erase"), DONE).status_code == 404

    def test_it_is_refused_in_words_while_anything_of_it_is_held(self, submission):
        hold = a_hold(submission, exhibit=submission.exhibits.get())
        client = signed_in(hold.owner)
        shown = words(client.get(page(submission, "erase")))
        assert "Hold 1 keeps this" in shown
        assert "Erase it for good" not in shown
        answer = client.post(page(submission, "erase"), DONE)
        assert answer.status_code == 409
        assert "Hold 1 keeps this" in words(answer)
        with acting(hold.owner):
            holds.end(hold=hold, reason="x", by=hold.owner)
        assert client.post(page(submission, "erase"), DONE).status_code == 302

    def test_with_nobody_to_ask_who_holds_it_it_is_refused(self, submission, monkeypatch):
        monkeypatch.setattr(ports, "erasing", ports.ErasingPort())
        with pytest.raises(NotNow, match="could not be established"):
            erased(submission)

    def test_a_failing_answer_refuses_too(self, submission, monkeypatch):
        port = ports.ErasingPort()
        port.plug(lambda _submission, _exhibit: 1 / 0)
        monkeypatch.setattr(ports, "erasing", port)
        with pytest.raises(ZeroDivisionError):
            erased(submission)
        assert fresh(submission).status == "withdrawn"

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE submissions_submission SET status = 'withdrawn', due_on = current_date",
            "UPDATE custody_compartment SET destroyed_at = NULL WHERE purpose = 'submission'",
            "UPDATE custody_sealingkey SET destroyed_at = NULL",
            "DELETE FROM submissions_erasure",
            "UPDATE submissions_erasure SET erased_at = now()",
            "UPDATE custody_compartment SET destroyed_at = now() WHERE purpose = 'register'",
        ],
    )
    def test_the_database_brings_nothing_back(self, submission, statement):
        by = lead(submission)
        erased(submission)
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            acting_as(by),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_the_database_calls_nothing_erased_that_was_not(self, submission):
        with (
            pytest.raises(DatabaseError, match="only what was withdrawn"),
            transaction.atomic(),
            acting_as(lead(submission)),
        ):
            Submission.objects.filter(pk=submission.pk).update(status="erased", due_on=None)


class TestItsTombstone:
    @pytest.fixture
    def stone(self, db, withdrawals):
        submission = handed_over(with_file()).submission
        a_hold(submission, by=(by := lead(submission)))
        with acting(by):
            holds.end(hold=submission.holds.get(), reason="x", by=by)
        withdrawn(submission)
        return erased(submission, reason="The person asked.")

    def test_it_says_what_there_was_and_who_erased_it_when_and_why(self, stone):
        version, file = stone.versions.get(), stone.exhibits.get(number=2).file
        shown = words(signed_in(stone.begun_by).get(page(stone)))
        erasure = Erasure.objects.get()
        for said in (
            "Version 1",
            version.digest_hex,
            bytes(file.sha256).hex(),
            "Exhibit 1",
            "Exhibit 2",
            "The person asked.",
            erasure.erased_by.display_name,
            "its keys are destroyed",
            "Holds that there were",
        ):
            assert said in shown
        assert NAME not in shown

    def test_looking_at_it_opens_nothing(self, stone):
        before, client = Opening.objects.count(), signed_in(stone.begun_by)
        for name in ("submission-detail", "hold-list"):
            assert client.get(page(stone, name)).status_code == 200
        assert client.get(reverse("cases:given-list", args=[stone.reference])).status_code == 200
        assert Opening.objects.count() == before

    def test_a_reason_that_was_erased_from_the_log_is_said_to_be_gone(self, stone, as_tables):
        as_tables("UPDATE custody_eventtext SET salt = NULL, sealed = NULL, erased_at = now()")
        assert "The reason was erased" in words(signed_in(stone.begun_by).get(page(stone)))

    @pytest.fixture
    def as_tables(self, stone):
        def run(statement):
            with acting_as(stone.begun_by), connection.cursor() as cursor:
                cursor.execute(statement)

        return run

    @pytest.mark.parametrize(
        "name",
        ["exhibit-list", "incident-list", "person-list", "risk-list", "cover-sheet", "check",
         "change-title", "withdraw", "keep", "hold-add", "erase", "add-without-file"],
    )  # fmt: skip
    def test_every_other_page_says_that_it_is_erased(self, stone, name):
        for user in (stone.begun_by, lead(stone)):
            answer = signed_in(user).get(page(stone, name))
            assert answer.status_code == 409
            assert "has been erased" in words(answer)

    def test_its_receipt_stays_and_the_long_form_is_gone(self, stone):
        client = signed_in(stone.begun_by)
        names = [stone.reference, 1]
        short = words(client.get(reverse("cases:receipt", args=names)))
        assert "there is no list of its files any more" in short
        for name in ("cases:receipt-long", "cases:receipt-list"):
            assert client.post(reverse(name, args=names)).status_code == 409

    def test_lists_and_desks_show_it_without_breaking(self, stone):
        for user in (stone.begun_by, lead(stone), approver(stone)):
            client = signed_in(user)
            assert client.get("/").status_code == 200
            for show in ("", "?show=withdrawn"):
                shown = words(client.get(reverse("cases:submission-list") + show))
                assert stone.title in shown
                assert "Erased" in shown

    def test_its_pages_of_exhibits_go_on(self, stone, monkeypatch):
        monkeypatch.setattr("submissions.tombstone.PAGE", 1)
        client = signed_in(stone.begun_by)
        first = client.get(page(stone))
        assert [one.exhibit.number for one in first.context["exhibits"]] == [1]
        second = client.get(page(stone), {"after": first.context["after"]})
        assert [one.exhibit.number for one in second.context["exhibits"]] == [2]
        assert client.get(page(stone), {"after": "x"}).context["later_page"] is False


class TestOneExhibit:
    @pytest.fixture
    def given(self, db):
        return handed_over(with_file()).submission

    def erase(self, submission, number, **more):
        exhibit = submission.exhibits.get(number=number)
        address = page(submission, "exhibit-erase", exhibit.reference)
        return signed_in(more.pop("by", None) or lead(submission)).post(address, DONE | more)

    def test_its_file_and_its_words_are_gone_and_the_rest_is_there(self, own_database):
        submission = handed_over(with_file()).submission
        exhibit = submission.exhibits.select_related("file__key__compartment").get(number=2)
        file = exhibit.file
        assert self.erase(submission, 2).status_code == 302
        found = Exhibit.objects.get(pk=exhibit.pk)
        assert (found.name, found.description, found.details) == (None, None, None)
        with pytest.raises(KeyErased):
            keystore().identity(file.key.compartment.name, file.key.entry)
        with pytest.raises(FileMissing):
            filestore().open(file.store_name)
        version = Version.objects.select_related("submission__compartment").get()
        told = {one["number"]: one for one in manifest.read(version)["exhibits"]}
        assert NAME not in json.dumps(told)
        assert told[1]["name"] == "example note"
        assert told[2]["erased"] is True
        assert told[2]["sha256"] == bytes(file.sha256).hex()

    def test_the_receipts_digest_stays_and_the_event_has_that_of_what_is_left(self, given):
        before = given.versions.get().digest_hex
        self.erase(given, 2)
        version = Version.objects.select_related("submission__compartment").get()
        assert version.digest_hex == before
        event = CustodyEvent.objects.get(type="submissions.exhibit.erased")
        names = [given.reference, 1]
        client = signed_in(given.begun_by)
        text = client.post(reverse("cases:receipt-list", args=names)).content
        assert json.loads(event.entry)["data"] == {
            "exhibit": 2,
            "versions": {"1": hashlib.sha256(text).hexdigest()},
        }
        shown = words(client.post(reverse("cases:receipt-long", args=names)))
        assert "erased since" in shown
        assert "no longer the digest above" in shown

    def test_it_leaves_a_tombstone_in_the_list_and_its_own_page_leads_there(self, given):
        exhibit, by = given.exhibits.get(number=2), lead(given)
        self.erase(given, 2, by=by)
        client = signed_in(given.begun_by)
        shown = words(client.get(page(given, "exhibit-list")))
        for said in (bytes(exhibit.file.sha256).hex(), by.display_name, DONE["reason"]):
            assert said in shown
        assert NAME not in shown
        answer = client.get(page(given, "exhibit-detail", exhibit.reference))
        assert answer["Location"].endswith("/exhibits/#erased")
        assert "Exhibit 2 was erased." in words(client.get(page(given)))
        stranger = signed_in(another_documenter())
        assert stranger.get(page(given, "exhibit-detail", exhibit.reference)).status_code == 404

    def test_it_is_in_no_later_version_and_the_earlier_ones_still_count_it(self, given):
        self.erase(given, 2)
        by = given.begun_by
        with acting(by):
            progress.begin_supplement(submission=given, by=by)
            exhibits.open_names(submission=fresh(given), by=by)
        approves = approver(given)
        with acting(approves):
            second = versions.hand_over(submission=fresh(given), by=approves)
        assert [one.exhibit.number for one in second.items.all()] == [1]
        assert given.versions.get(number=1).exhibits == 2

    def test_after_a_withdrawal_it_is_possible_too_and_the_rest_can_follow(
        self, given, withdrawals
    ):
        withdrawn(given)
        assert self.erase(given, 2).status_code == 302
        erased(given)
        shown = words(signed_in(given.begun_by).get(page(given)))
        assert "erased before, on" in shown

    def test_of_a_draft_a_documenter_takes_it_out_instead(self, db):
        submission = complete_draft()
        answer = self.erase(submission, 1)
        assert answer.status_code == 409
        assert "takes it out of the draft" in words(answer)

    def test_it_is_refused_while_it_is_held_and_another_one_is_not(self, given):
        hold = a_hold(given, exhibit=given.exhibits.get(number=2))
        exhibit = given.exhibits.get(number=2)
        client = signed_in(hold.owner)
        shown = words(client.get(page(given, "exhibit-erase", exhibit.reference)))
        assert "Hold 1 keeps this" in shown and "Erase it for good" not in shown
        assert self.erase(given, 2, by=hold.owner).status_code == 409
        assert self.erase(given, 1, by=hold.owner).status_code == 302

    def test_the_page_warns_of_the_same_bytes_elsewhere(self, db):
        submission = handed_over(with_file(with_file())).submission
        exhibit = submission.exhibits.get(number=2)
        address = page(submission, "exhibit-erase", exhibit.reference)
        assert "They stay in: Exhibit 3." in words(signed_in(lead(submission)).get(address))

    @pytest.mark.parametrize("typed", [{"reason": ""}, {"sure": ""}])
    def test_it_needs_a_reason_and_a_tick(self, given, typed):
        assert self.erase(given, 2, **typed).status_code == 422
        assert not Erasure.objects.exists()

    def test_it_asks_for_a_fresh_code(self, given):
        client = signed_in(lead(given), fresh_factor=False)
        address = page(given, "exhibit-erase", given.exhibits.get(number=2).reference)
        assert client.get(address)["Location"].startswith("/code/")

    def test_twice_is_refused(self, given):
        exhibit, by = given.exhibits.get(number=2), lead(given)
        with acting(by):
            erasing.erase_exhibit(exhibit=exhibit, reason="x", by=by)
        with pytest.raises(NotNow), acting(by):
            erasing.erase_exhibit(exhibit=exhibit, reason="x", by=by)
        assert self.erase(given, 2).status_code == 404

    @pytest.mark.parametrize("role", [roles.Documenter, roles.Approver, roles.Reader])
    def test_only_a_lead_does_it_and_only_a_lead_is_offered_it(self, given, role):
        person = member(given.partner, role.code)
        assert self.erase(given, 2, by=person).status_code == 403
        own = page(given, "exhibit-detail", given.exhibits.get(number=2).reference)
        assert "Erase this exhibit" not in words(signed_in(person).get(own))
        assert "Erase this exhibit" in words(signed_in(lead(given)).get(own))

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE submissions_version SET manifest = '\\x00'",
            "UPDATE submissions_version SET digest = '\\x00'",
            "UPDATE submissions_exhibit SET removed_at = NULL WHERE number = 2",
            "UPDATE submissions_exhibit SET removed_at = now() WHERE number = 1",
        ],
    )
    def test_a_version_is_cut_in_the_transaction_of_an_erasure_alone(self, own_database, statement):
        submission = handed_over(with_file()).submission
        self.erase(submission, 2)
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            acting_as(lead(submission)),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_hold_and_an_erasure_at_the_same_moment_never_both_stand(own_database, withdrawals):
    """Two connections: whoever has the submission first, the other one is refused."""
    submission = withdrawn(handed_over().submission)
    by, other = lead(submission), lead(submission)
    outcome: list[str] = []

    def erase():
        try:
            with transaction.atomic(), acting_as(other):
                erasing.erase(submission=submission, reason="x", by=other)
            outcome.append("erased")
        except NotNow as refusal:
            outcome.append(str(refusal.reason))
        finally:
            connection.close()

    thread = threading.Thread(target=erase)
    with transaction.atomic(), acting_as(by):
        a_hold(submission, by=by)
        thread.start()
        while not somebody_waits() and thread.is_alive():
            pass
        assert outcome == [], "it waits for the lock"
    thread.join(30)
    assert len(outcome) == 1
    assert "Hold 1 keeps this" in outcome[0]
    assert fresh(submission).status == "withdrawn"


def somebody_waits():
    """Another session of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_nobody_reads_an_erased_exhibit_under_a_permit_from_before(own_database):
    submission = handed_over(with_file()).submission
    by, reader = lead(submission), documenter()
    exhibit = submission.exhibits.select_related("file__key__compartment").get(number=2)
    exhibit.submission = submission
    with transaction.atomic(), acting_as(reader):
        permit = vault.open(exhibit, by=reader, reason="x", files={"Exhibit 2": exhibit.file})
    with transaction.atomic(), acting_as(by):
        erasing.erase_exhibit(exhibit=exhibit, reason="x", by=by)
    with pytest.raises((NotNow, NotAllowed, AgeError)):
        vault.Reading(permit, exhibit.file, exhibit, reader)
    assert Compartment.objects.get(pk=submission.compartment_id).destroyed_at is None
