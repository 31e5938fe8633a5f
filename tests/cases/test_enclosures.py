"""Files with an information request: sent by the unit, sealed as they arrive, opened by the sender."""

import hashlib
import io
import json

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import access, assignments, enclosures, requests
from cases.models import Assignment, Enclosure
from cases.models.enclosures import MOST
from cases.views import enclose
from custody import intake_job
from custody.models import CustodyEvent, IntakeJob, Opening, SealingKey, Upload
from partners import roles
from partners.models import Notification
from tests import scanner
from tests.cases.pages import at, at_contact, at_head, given, words
from tests.cases.test_recipient_openings import path_of, received_bytes
from tests.factories.cases import analyst, assigned, enclosed, fresh, head, officer, question
from tests.factories.partners import acting, member, signed_in, unit_of
from tests.factories.submissions import another_documenter, documenter, unit_of_an_authority

MIB = 1024 * 1024
CANARY = b"canary of a file with a request"
NAME = "canary-of-a-name.pdf"


@pytest.fixture
def asked(db):
    """A request of the head of unit, still open."""
    return question(given())


@pytest.fixture
def scanned_as(settings, monkeypatch):
    """What the scanner will say, for tests that are not about the scanner."""

    def said(outcome, **more):
        from custody.intake.clamd import Verdict

        monkeypatch.setattr(
            "custody.scanning.scan", lambda pieces, **_more: Verdict(outcome, **more)
        )

    return said


def page_of(asked):
    return reverse("cases:enclosures", args=[asked.referral.reference, asked.reference])


def open_path(enclosure, side="enclosure"):
    asked = enclosure.request
    return reverse(
        f"cases:{side}", args=[asked.referral.reference, asked.reference, enclosure.reference]
    )


def given_page(asked):
    return reverse("cases:given", args=[asked.referral.reference])


def form_address(client, asked):
    return client.get(page_of(asked)).context["add_url"].removeprefix(settings.BYTES_ORIGIN)


def files(*contents, name="example.jpg"):
    return {"file": [SimpleUploadedFile(name, content) for content in contents]}


def send(client, asked, *contents, name="example.jpg"):
    return client.post(form_address(client, asked), files(*contents, name=name))


def opened(client, enclosure, side="enclosure"):
    """The page after one opening."""
    answer = client.post(open_path(enclosure, side), {"reason": "To look at it"})
    assert answer.status_code == 303, words(answer)
    return client.get(answer["Location"])


def link_of(page):
    ((name, url),) = page.context["links"]
    return {"name": name, "url": url}


def work(as_worker):
    with as_worker():
        assert intake_job.run_due() > 0


def answered(asked):
    by = asked.referral.sent_by
    with acting(by):
        requests.answer(request=asked, text="No.", by=by)


class TestSendingAndOpening:
    def test_a_photograph_goes_to_the_sender_and_comes_back_whole(self, own_database, shared_data):
        asked = question(given())
        content = (shared_data / "smallest-files" / "jpeg.jpg").read_bytes()
        client = at_head()
        answer = send(client, asked, content, name="the place.JPG")
        assert answer.status_code == 303
        assert answer["Location"] == f"{settings.ORIGIN}{page_of(asked)}?received=1#received"
        page = client.get(answer["Location"].removeprefix(settings.ORIGIN))
        assert "1 file of your form is listed below" in words(page)
        assert "the place.JPG" in words(page)
        enclosure = asked.enclosures.get()
        assert bytes(enclosure.file.sha256) == hashlib.sha256(content).digest()
        sender = signed_in(asked.referral.sent_by)
        shown = words(sender.get(given_page(asked)))
        assert "Open File 1" in shown
        assert "the place.JPG" in shown
        link = link_of(opened(sender, enclosure, "given-enclosure"))
        assert link["name"] == "Request 1, file 1.jpg"
        whole = sender.get(path_of(link))
        assert received_bytes(whole) == content
        assert "Request 1, file 1.jpg" in whole["Content-Disposition"]
        assert "the place" not in whole["Content-Disposition"]

    def test_the_unit_opens_its_own_and_one_opening_serves_for_its_minutes(self, asked, clock):
        enclosure, client = enclosed(asked), at_head()
        link = link_of(opened(client, enclosure))
        assert link["name"] == "Request 1, file 1.pdf"
        assert "File 1 is open" in words(client.get(open_path(enclosure)))
        permit = Opening.objects.get(target=f"cases.enclosure:{enclosure.reference}")
        assert permit.basis == f"referral {asked.referral.reference}"
        clock.move(minutes=16)
        assert "Open it for 15 minutes" in words(client.get(open_path(enclosure)))

    def test_a_reason_is_needed(self, asked):
        enclosure = enclosed(asked)
        for client, side in (
            (at_head(), "enclosure"),
            (signed_in(documenter()), "given-enclosure"),
        ):
            assert client.post(open_path(enclosure, side), {"reason": " "}).status_code == 422
        assert not Opening.objects.filter(target__startswith="cases.enclosure").exists()

    def test_an_assigned_officer_sends_and_an_analyst_only_reads(self, asked):
        sent = send(at(asked.referral, officer()), asked, b"one")
        assert sent.status_code == 303
        reader = at(asked.referral, analyst())
        assert reader.get(page_of(asked)).context["add_url"] == ""
        address = enclose.address_for(asked, analyst()).removeprefix(settings.BYTES_ORIGIN)
        assert reader.post(address, files(b"two")).status_code == 403
        assert asked.enclosures.count() == 1
        assert link_of(opened(reader, asked.enclosures.get()))

    def test_each_act_has_its_event_and_no_name(self, own_database, as_worker):
        asked = question(given())
        send(at_head(), asked, CANARY, name=NAME)
        enclosure = asked.enclosures.get()
        work(as_worker)
        opened(signed_in(documenter()), enclosure, "given-enclosure")
        events = CustodyEvent.objects.filter(on=f"cases.enclosure:{enclosure.reference}")
        assert [event.type for event in events.order_by("id")] == [
            "cases.enclosure.added",
            "cases.enclosure.examined",
            "custody.opening.opened",
        ]
        told = json.loads(events.get(type="cases.enclosure.added").entry)["data"]
        assert (told["request"], told["file"], told["size"]) == (1, 1, str(len(CANARY)))
        assert not any("canary" in event.entry for event in CustodyEvent.objects.all())
        page = words(at_head().get(asked.referral.get_absolute_url()))
        assert "File 1 was added to request 1." in page
        assert "It added a file to its request 1." in words(
            signed_in(documenter()).get(given_page(asked))
        )

    def test_its_key_is_the_referrals_and_not_the_submissions(self, asked):
        key = enclosed(asked).upload.key
        assert key.compartment == asked.referral.compartment
        assert key.compartment != asked.referral.submission.compartment

    def test_nothing_of_it_is_in_clear(self, own_database, as_owner, as_worker, tmp_path, settings):
        from custody import stores

        settings.STORE_DIR = tmp_path
        stores.filestore.cache_clear()
        try:
            asked = question(given())
            send(at_head(), asked, CANARY * 5000, name=NAME)
            work(as_worker)
            opened(signed_in(documenter()), asked.enclosures.get(), "given-enclosure")
            stored = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        finally:
            stores.filestore.cache_clear()
        assert stored
        assert not any(CANARY in content for content in stored)
        with as_owner() as owner:
            tables = owner.execute(
                "SELECT relname FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            ).fetchall()
            for (table,) in tables:
                for clear in (CANARY, NAME.encode()):
                    found = owner.execute(
                        f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s OR t::text LIKE %s',
                        [f"%{clear.decode()}%", f"%{clear.hex()}%"],
                    ).fetchone()
                    assert found == (0,), table


class TestWhoIsTold:
    def test_the_approvers_are_told_once_a_day_by_a_constant_sentence(self, asked, clock):
        send(at_head(), asked, b"one", b"two")
        send(at_head(), asked, b"three")
        told = Notification.objects.filter(code="cases.enclosed")
        assert told.get().user == asked.referral.sent_by
        page = words(signed_in(asked.referral.sent_by).get("/inbox/"))
        assert "A recipient has added files to something it asks you." in page
        clock.move(days=1, hours=1)
        enclosed(asked)
        assert told.count() == 2

    def test_the_unit_sees_when_the_sender_opened_it_and_neither_who_nor_why(self, asked):
        enclosure = enclosed(asked)
        opened(signed_in(documenter()), enclosure, "given-enclosure")
        opened(at_head(), enclosure)
        shown = words(at_head().get(page_of(asked)))
        assert "File 1 The sender Not told" in shown
        assert documenter().display_name not in shown
        assert f"File 1 {head().display_name} To look at it" in shown
        history = words(at_head().get(asked.referral.get_absolute_url()))
        assert history.count("A file of a request was opened for fifteen minutes.") == 1

    def test_the_sender_sees_its_own_openings_and_none_of_the_units(self, asked):
        enclosure, reader = enclosed(asked), signed_in(documenter())
        reader.get(given_page(asked))
        address = reverse("cases:given-list", args=[asked.referral.submission.reference])
        before = len(reader.get(address).context["openings"])
        opened(at_head(), enclosure)
        assert len(reader.get(address).context["openings"]) == before
        opened(reader, enclosure, "given-enclosure")
        assert "A file that a recipient sent with a request" in words(reader.get(address))
        submission = words(reader.get(asked.referral.submission.get_absolute_url()))
        assert "A file of a request was opened for fifteen minutes." in submission

    def test_the_way_there_is_on_the_pages_of_both_sides(self, asked):
        assert page_of(asked) in at_head().get(asked.referral.get_absolute_url()).content.decode()
        enclosure = enclosed(asked)
        assert "1 file with it" in words(at_head().get(asked.referral.get_absolute_url()))
        answer = reverse("cases:answer", args=[asked.referral.reference, asked.reference])
        page = signed_in(asked.referral.sent_by).get(answer).content.decode()
        assert open_path(enclosure, "given-enclosure") in page


class TestWhoMayNot:
    def test_the_address_is_for_one_person_and_one_hour(self, asked, monkeypatch):
        own, other = at_head(), at(asked.referral, officer())
        address = form_address(own, asked)
        spoilt = address.replace("/bytes/enclosures/", "/bytes/enclosures/x")
        for client, where in ((other, address), (own, spoilt)):
            answer = client.post(where, files(b"x"))
            assert answer.status_code == 401
            assert "Nothing of this form was received" in words(answer)
        import time

        later = time.time() + 3700
        monkeypatch.setattr("django.core.signing.time.time", lambda: later)
        assert own.post(address, files(b"x")).status_code == 401
        assert not Enclosure.objects.exists()

    def test_it_ends_with_the_session(self, asked, client):
        own = at_head()
        address = form_address(own, asked)
        own.post(reverse("partners:sign-out"))
        for stranger in (own, client):
            answer = stranger.post(address, files(b"x"))
            assert answer.status_code == 401
            assert "you have signed out since" in words(answer)
        assert not Enclosure.objects.exists()

    def test_an_account_whose_sessions_were_ended_sends_nothing_more(self, asked, monkeypatch):
        own = at_head()
        address = form_address(own, asked)
        monkeypatch.setattr(enclose, "is_current", lambda request, user: False)
        assert own.post(address, files(b"x")).status_code == 401
        assert not Enclosure.objects.exists()

    def test_reading_it_is_no_way_to_send(self, asked):
        assert at_head().get(form_address(at_head(), asked)).status_code == 405

    def test_for_everyone_else_it_does_not_exist(self, asked):
        enclosure = enclosed(asked)
        elsewhere = unit_of_an_authority("Example State 2")
        strangers = [
            another_documenter(),
            member(elsewhere.partner, roles.HeadOfUnit.code, unit=elsewhere),
            member(
                head().partner, roles.HeadOfUnit.code, unit=unit_of(head().partner, "Another unit")
            ),
        ]
        for stranger in strangers:
            client = signed_in(stranger)
            address = enclose.address_for(asked, stranger).removeprefix(settings.BYTES_ORIGIN)
            assert client.get(page_of(asked)).status_code == 404
            assert client.post(address, files(b"x")).status_code == 404
            for side in ("enclosure", "given-enclosure"):
                assert client.get(open_path(enclosure, side)).status_code == 404
                assert client.post(open_path(enclosure, side), {"reason": "x"}).status_code == 404
        assert asked.enclosures.count() == 1

    def test_each_side_has_its_own_page_of_it_and_not_the_others(self, asked):
        enclosure = enclosed(asked)
        assert at_head().get(open_path(enclosure, "given-enclosure")).status_code == 404
        assert signed_in(documenter()).get(open_path(enclosure)).status_code == 404

    def test_a_contact_point_neither_reads_nor_sends(self, asked):
        enclosure = enclosed(asked)
        assert at_contact().get(page_of(asked)).status_code == 403
        assert at_contact().post(open_path(enclosure), {"reason": "x"}).status_code == 403

    def test_a_file_of_another_request_is_not_found_here(self, asked):
        other = question(asked.referral, "And this one?")
        there = enclosed(other)
        there.request = asked
        assert at_head().get(open_path(there)).status_code == 404
        sender = signed_in(documenter())
        assert sender.get(open_path(there, "given-enclosure")).status_code == 404

    def test_whoever_is_taken_off_the_case_neither_sends_nor_reads(self, own_database):
        asked = question(given())
        client = signed_in(assigned(asked.referral, officer()))
        address = form_address(client, asked)
        client.post(address, files(b"mine"))
        link = link_of(opened(client, asked.enclosures.get()))
        assert received_bytes(client.get(path_of(link))) == b"mine"
        with acting(head()):
            assignments.end(assignment=Assignment.objects.get(), by=head())
        assert client.post(address, files(b"x")).status_code == 404
        assert client.get(path_of(link)).status_code == 403
        assert asked.enclosures.count() == 1


class TestWhenItIsOver:
    def test_a_request_that_is_answered_takes_no_more(self, asked):
        client = at_head()
        address = form_address(client, asked)
        enclosed(asked)
        answered(asked)
        answer = client.post(address, files(b"late"))
        assert answer.status_code == 409
        assert "This request is not open any more." in words(answer)
        assert page_of(asked) in answer.content.decode()
        page = client.get(page_of(asked))
        assert page.context["add_url"] == ""
        assert "This request is not open any more." in words(page)
        assert asked.enclosures.count() == 1

    def test_it_may_close_between_two_files_of_one_form(self, asked, monkeypatch):
        client, keep = at_head(), enclosures.enclose

        def and_then_it_closes(**kwargs):
            kept = keep(**kwargs)
            answered(asked)
            return kept

        address, keys = form_address(client, asked), SealingKey.objects.count()
        monkeypatch.setattr(enclosures, "enclose", and_then_it_closes)
        answer = client.post(address, files(b"one", b"two"))
        assert answer.status_code == 409
        assert "Not all of this form was received" in words(answer)
        assert "1 file of it arrived before and is kept." in words(answer)
        assert asked.enclosures.count() == 1
        assert SealingKey.objects.count() == keys + 1

    def test_what_was_recalled_takes_none_and_both_sides_still_read(self, asked):
        referral, enclosure, client = asked.referral, enclosed(asked), at_head()
        address = form_address(client, asked)
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="", by=referral.sent_by)
        answer = client.post(address, files(b"late"))
        assert answer.status_code == 409
        assert "The sender has taken this back." in words(answer)
        assert link_of(opened(client, enclosure))
        assert link_of(opened(signed_in(documenter()), enclosure, "given-enclosure"))

    def test_after_the_end_of_access_only_the_sender_reads(self, asked):
        referral, enclosure, client = asked.referral, enclosed(asked), at_head()
        address = form_address(client, asked)
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="", by=referral.sent_by)
        with acting(head()):
            access.say_what_became(
                referral=fresh(referral), disposal="destroyed", text="Done.", by=head()
            )
        assert client.post(address, files(b"late")).status_code == 404
        assert client.get(open_path(enclosure)).status_code == 404
        assert link_of(opened(signed_in(documenter()), enclosure, "given-enclosure"))


class TestHowMuch:
    def test_more_than_50_mib_is_refused_before_a_byte_is_read(self, asked):
        class Unread(io.BytesIO):
            def read(self, *args):
                raise AssertionError("the body was read")

        client = at_head()
        answer = client.generic(
            "POST",
            form_address(client, asked),
            b"",
            content_type=MULTIPART_CONTENT,
            CONTENT_LENGTH=str(52 * MIB),
            **{"wsgi.input": Unread()},
        )
        assert answer.status_code == 413
        assert "One form takes up to 50 MiB of files in all." in words(answer)

    def test_the_eleventh_file_of_a_form_is_said_to_be_left_out(self, asked):
        answer = send(at_head(), asked, *[b"x"] * (enclose.MOST_FILES + 1))
        assert f"received={enclose.MOST_FILES}&left=stopped" in answer["Location"]
        assert asked.enclosures.count() == enclose.MOST_FILES
        page = at_head().get(answer["Location"].removeprefix(settings.ORIGIN))
        assert "Not everything was received" in words(page)

    def test_a_request_takes_twenty_and_says_so(self, asked):
        for _file in range(MOST - 1):
            enclosed(asked)
        answer = send(at_head(), asked, b"the last", b"one too many")
        assert answer.status_code == 409
        assert "One request takes up to 20 files." in words(answer)
        assert "1 file of it arrived before and is kept." in words(answer)
        assert asked.enclosures.count() == MOST
        page = at_head().get(page_of(asked))
        assert page.context["add_url"] == ""
        assert "One request takes up to 20 files." in words(page)

    def test_a_form_without_a_file_receives_none(self, asked):
        client = at_head()
        answer = client.post(form_address(client, asked), {"nothing": "x"})
        assert "received=0" in answer["Location"]
        page = client.get(answer["Location"].removeprefix(settings.ORIGIN))
        assert "No file was in the form" in words(page)

    def test_the_asking_partners_quota_counts(self, asked, settings):
        client = at_head()
        address = form_address(client, asked)
        settings.PARTNER_QUOTA = 10
        answer = client.post(address, files(b"x" * 100))
        assert answer.status_code == 507
        assert "no room" in words(answer)
        assert not Enclosure.objects.exists()

    def test_an_upload_of_it_is_the_asking_partners(self, asked):
        upload = enclosed(asked).upload
        assert (upload.partner, upload.by) == (head().partner.reference, head().reference)

    def test_a_line_that_breaks_keeps_what_was_complete_and_nothing_else(self, asked):
        client, keys = at_head(), SealingKey.objects.count()
        body = encode_multipart(BOUNDARY, files(b"complete", b"x" * MIB))
        answer = client.generic(
            "POST",
            form_address(client, asked),
            b"",
            CONTENT_TYPE=MULTIPART_CONTENT,
            CONTENT_LENGTH=str(len(body)),
            **{"wsgi.input": io.BytesIO(body[: -MIB // 2])},
        )
        assert "received=1&left=stopped" in answer["Location"]
        assert asked.enclosures.count() == 1
        assert SealingKey.objects.count() == keys + 1

    def test_more_files_take_no_more_statements(self, asked):
        sender, unit = signed_in(documenter()), at_head()
        pages = [
            (sender, given_page(asked)),
            (unit, asked.referral.get_absolute_url()),
            (unit, page_of(asked)),
        ]
        enclosed(asked)
        counts = []
        for _round in range(2):
            for client, address in pages:
                client.get(address)
            counted = []
            for client, address in pages:
                with CaptureQueriesContext(connection) as statements:
                    assert client.get(address).status_code == 200
                counted.append(len(statements))
            counts.append(counted)
            for _file in range(5):
                enclosed(asked)
        assert counts[0] == counts[1]


class TestScanning:
    def test_a_clean_file_is_told_to_be_clean(self, own_database, as_worker, clamd, settings):
        settings.CLAMD_SOCKET, settings.SCAN_LIMIT = str(clamd.socket), scanner.LIMIT
        asked = question(given())
        enclosure = enclosed(asked)
        assert "Not examined yet" in words(at_head().get(page_of(asked)))
        assert "not been examined yet" in words(at_head().get(open_path(enclosure)))
        work(as_worker)
        enclosure.refresh_from_db()
        assert (enclosure.scan, enclosure.scan_reason) == ("clean", "")
        assert not enclosure.file.derivations.exists()
        assert "Nothing found" in words(at_head().get(page_of(asked)))
        assert not IntakeJob.objects.filter(upload=enclosure.upload, done_at__isnull=True).exists()

    def test_what_the_scanner_knows_opens_for_an_examiner_of_the_unit_alone(
        self, own_database, as_worker, clamd, settings, eicar
    ):
        settings.CLAMD_SOCKET, settings.SCAN_LIMIT = str(clamd.socket), scanner.LIMIT
        asked = question(given())
        enclosure = enclosed(asked, eicar)
        work(as_worker)
        enclosure.refresh_from_db()
        assert enclosure.scan == "infected"
        told = Notification.objects.get(code="cases.enclosure_quarantined")
        assert told.user == head()
        for client, side in (
            (at_head(), "enclosure"),
            (signed_in(documenter()), "given-enclosure"),
            (signed_in(asked.referral.sent_by), "given-enclosure"),
        ):
            path = open_path(enclosure, side)
            assert "This file is infected" in words(client.get(path))
            assert "<form" not in client.get(path).content.decode().split("<main")[1]
            assert client.post(path, {"reason": "To see."}).status_code == 403
        assert "Harmful" in words(signed_in(documenter()).get(given_page(asked)))
        examiner = member(head().partner, roles.ForensicExaminer.code, unit=asked.referral.unit)
        client = signed_in(assigned(asked.referral, examiner))
        link = link_of(opened(client, enclosure))
        assert received_bytes(client.get(path_of(link))) == eicar

    def test_a_permit_ends_when_the_scanner_finds_something(
        self, own_database, as_worker, scanned_as
    ):
        asked = question(given())
        enclosure, sender = enclosed(asked), signed_in(documenter())
        link = link_of(opened(sender, enclosure, "given-enclosure"))
        assert received_bytes(sender.get(path_of(link))) == b"Example letter."
        scanned_as("infected", signature="Eicar")
        work(as_worker)
        assert sender.get(path_of(link)).status_code == 403

    def test_what_was_not_scanned_opens_after_a_warning_that_says_why(
        self, own_database, as_worker, scanned_as
    ):
        asked = question(given())
        enclosure = enclosed(asked)
        scanned_as("not_scanned", reason="encrypted")
        work(as_worker)
        for client, side in (
            (at_head(), "enclosure"),
            (signed_in(documenter()), "given-enclosure"),
        ):
            shown = words(client.get(open_path(enclosure, side)))
            assert "the virus scanner could not look inside" in shown
            assert "Open it only on a device you can spare" in shown
            assert link_of(opened(client, enclosure, side))

    def test_a_scanner_that_never_answers_is_said_in_words(self, own_database, as_worker):
        asked = question(given())
        upload = Upload.objects.get(pk=enclosed(asked).upload_id)
        with as_worker():
            for _twice in range(2):
                assert enclosures.leave_unexamined(upload)
        found = asked.enclosures.get()
        assert (found.scan, found.scan_reason) == ("not_scanned", "examination_failed")
        assert "no examination came to its end" in words(at_head().get(page_of(asked)))
        assert CustodyEvent.objects.filter(type="cases.enclosure.examined").count() == 1

    def test_an_exhibits_upload_is_none_of_ours(self, own_database, as_worker):
        referral = given()
        upload = referral.submission.exhibits.get(number=2).upload
        with as_worker():
            assert not enclosures.examine(upload)
            assert not enclosures.leave_unexamined(upload)


class TestTheDatabase:
    """What the application's role could try by itself."""

    def refused(self, statement, *values):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    def test_a_closed_or_recalled_request_takes_no_row(self, asked):
        enclosed(asked)
        copy = (
            "INSERT INTO cases_enclosure (reference, request_id, number, name, upload_id, scan, "
            "scan_reason, by_id, at) SELECT '0000000000000', request_id, 2, name, upload_id, %s, "
            "'', by_id, at FROM cases_enclosure"
        )
        self.refused(copy, "clean")
        answered(asked)
        self.refused(copy, "awaited")

    def test_a_file_sealed_elsewhere_is_none_of_a_request(self, asked):
        enclosed(asked)
        other = asked.referral.submission.exhibits.get(number=2).upload_id
        self.refused(
            "INSERT INTO cases_enclosure (reference, request_id, number, name, upload_id, scan, "
            "scan_reason, by_id, at) SELECT '0000000000000', request_id, 2, name, %s, 'awaited', "
            "'', by_id, at FROM cases_enclosure",
            other,
        )

    def test_nothing_of_a_row_changes_but_the_verdict_and_that_once(
        self, own_database, as_owner, as_worker
    ):
        import psycopg

        enclosed(question(given()))
        work(as_worker)
        for statement in (
            "UPDATE cases_enclosure SET number = 2",
            "UPDATE cases_enclosure SET scan = 'clean'",
            "DELETE FROM cases_enclosure",
        ):
            with as_owner() as owner, pytest.raises(psycopg.errors.IntegrityError):
                owner.execute(statement)
