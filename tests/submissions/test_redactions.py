"""Redacted copies: places marked, copies made and proved, looked at, confirmed, taken back."""

import io
import json
import os
from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from custody import age, intake_job, vault
from custody.filestore import FileMissing
from custody.intake import bare
from custody.intake.clamd import Verdict
from custody.intake.redactor import CannotRedact
from custody.keys import keystore
from custody.models import CustodyEvent, Opening, SealedFile, SealingKey
from custody.stores import filestore
from impna.errors import NotAllowed, NotNow
from partners import roles
from partners.models import Notification
from submissions.actions import exhibits, redacting, redactions
from submissions.models import Exhibit, PagePictures, Redaction
from submissions.models.redactions import MOST_MARKS
from submissions.states import CopyState
from tests.cases.test_recipient_openings import received_bytes
from tests.factories.partners import acting, member, signed_in
from tests.factories.redactions import MARK, marked, supplied, with_picture
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    describe,
    draft,
    handed_over,
)
from tests.partners.browser import words

PHOTO = "exif-samples/gps/DSCN0010.jpg"
LETTER = "opf-format-corpus/pdfCabinetOfHorrors/webCapture.pdf"
CANARY = "canary-of-a-redacted-name"


@pytest.fixture
def data(shared_data):
    """A real file by its name."""

    def read(name):
        path = shared_data / name
        if not path.exists() and os.environ.get("CI") != "true":
            pytest.skip(f"needs {name} under IMPNA_SHARED_DATA")
        return path.read_bytes()

    return read


@pytest.fixture(autouse=True)
def scanned_as(monkeypatch):
    """What the scanner will say; it has its own tests."""

    def said(outcome, **more):
        verdict = Verdict(outcome, **more)
        monkeypatch.setattr("custody.scanning.scan", lambda pieces, **_more: verdict)

    said("clean")
    return said


@pytest.fixture
def photo(own_database, data):
    """A photograph in a draft, examined, in which someone can be recognised."""
    return with_picture(draft(), data(PHOTO))


@pytest.fixture
def client(photo):
    return signed_in(photo.submission.begun_by)


def page(exhibit, name="redactions", *more):
    return reverse(
        f"submissions:{name}", args=[exhibit.submission.reference, exhibit.reference, *more]
    )


def work(as_worker):
    """What the worker does; how many jobs there were."""
    with as_worker():
        return redacting.run_due()


def content_of(file):
    identity = keystore().identity(file.key.compartment.name, file.key.entry)
    with filestore().open(file.store_name) as stored:
        return b"".join(age.decrypt(stored, [identity]))


def made(photo, as_worker, *marks):
    copy = marked(photo, *marks)
    work(as_worker)
    return Redaction.objects.select_related("exhibit__submission", "file").get(pk=copy.pk)


def read_by(copy, by):
    """This person opens the copy and takes its bytes."""
    browser = signed_in(by)
    address = page(copy.exhibit, "redaction", copy.reference)
    answer = browser.post(address, {"reason": "To look at it."})
    assert answer.status_code == 302, words(answer)
    ((name, url),) = browser.get(address).context["links"]
    return name, received_bytes(browser.get(url.removeprefix(settings.BYTES_ORIGIN)))


def confirmed(photo, as_worker):
    copy, by = made(photo, as_worker), photo.submission.begun_by
    read_by(copy, by)
    with acting(by):
        redactions.confirm(redaction=copy, by=by)
    return Redaction.objects.get(pk=copy.pk)


def posted(*places, **more):
    """The fields of the form with these places, each five numbers as people type them."""
    parts = ("page", "left", "top", "width", "height")
    typed = {
        f"{part}-{number}": str(value)
        for number, place in enumerate(places, 1)
        for part, value in zip(parts, place, strict=True)
    }
    return {"rows": str(max(len(places), 5)), **typed} | more


def opened_pages(client, exhibit):
    answer = client.post(page(exhibit, "redaction-open-pages"), {"reason": "To mark places."})
    assert answer.status_code == 302, words(answer)
    return answer["Location"]


def pages_drawn(client, exhibit, as_worker):
    assert client.post(page(exhibit, "redaction-pages")).status_code == 302
    assert work(as_worker) == 1


class TestMakingACopy:
    def test_from_the_page_to_a_confirmed_copy(self, photo, client, as_worker):
        assert "Prepare its pages" in words(client.get(page(photo)))
        client.post(page(photo, "redaction-pages"))
        assert "Pictures of its pages are being made" in words(client.get(page(photo)))
        assert work(as_worker) == 1
        assert "Mark places" in words(client.get(page(photo)))
        marking = opened_pages(client, photo)
        shown = client.get(marking)
        assert "Page 1 of the original" in words(shown)
        picture = client.get(f"{marking}1/")
        assert picture["Content-Type"] == "image/jpeg"
        assert picture["Cache-Control"] == "no-store"
        assert bare.is_bare_jpeg(picture.content)
        answer = client.post(marking, posted((1, "25.31", "11.17", "33.33", 22.22)))
        assert answer["Location"] == page(photo)
        copy = Redaction.objects.get()
        assert (copy.number, copy.marks, copy.state) == (1, [MARK], CopyState.MAKING)
        assert "Page 1: 1 place" in words(client.get(page(photo)))
        assert work(as_worker) == 1
        copy.refresh_from_db()
        assert copy.state == CopyState.TO_CONFIRM
        assert not photo.redactions.exists()
        address = page(photo, "redaction", copy.reference)
        assert "Only whoever has looked at it can confirm it" in words(client.get(address))
        name, content = read_by(copy, photo.submission.begun_by)
        assert name == f"Exhibit {photo.number}, redacted copy 1.jpg"
        assert "Confirm: nobody can be recognised in it" in words(client.get(address))
        client.post(page(photo, "redaction-confirm", copy.reference))
        assert [one.pk for one in photo.redactions] == [copy.pk]
        assert b"COOLPIX" not in content
        image = Image.open(io.BytesIO(content))
        box = (170, 60, 360, 150)
        assert image.crop(box).getextrema() == ((0, 0), (0, 0), (0, 0))

    def test_the_copy_is_a_derivation_under_the_exhibits_key_and_the_original_stays(
        self, photo, as_worker, data
    ):
        before = bytes(photo.file.stored_sha256)
        copy = made(photo, as_worker)
        file = copy.file
        assert (file.derivation, file.original_id, file.key_id) == (
            "redaction", photo.file_id, photo.key_id,
        )  # fmt: skip
        assert file.tool.startswith("portal redaction 1; pillow ")
        assert content_of(photo.file) == data(PHOTO)
        photo.file.refresh_from_db()
        assert bytes(photo.file.stored_sha256) == before
        event = CustodyEvent.objects.get(type="custody.file.derived")
        assert json.loads(event.entry)["data"]["original"] == photo.file.reference

    def test_a_pdf_keeps_no_word_of_its_text(self, own_database, as_worker, data):
        letter = with_picture(draft(), data(LETTER), name="letter.pdf")
        copy = made(letter, as_worker, [1, 0, 0, 10_000, 3000], [3, 5000, 5000, 2500, 2500])
        content = content_of(copy.file)
        assert copy.kind == "pdf"
        assert len(bare.read_pdf(content)) == 3
        assert copy.pages == [(1, 1), (3, 1)]
        for said in (b"Archive", b"archive", b"/Font", b"/Info", b"/Metadata", b"http"):
            assert said not in content

    def test_the_history_tells_it_in_numbers(self, photo, client, as_worker):
        copy = confirmed(photo, as_worker)
        history = words(client.get(page(photo, "exhibit-detail")))
        for said in ("was asked for. Marked places: 1", "proved: every marked place is black",
                     "was confirmed: nobody can be recognised in it"):  # fmt: skip
            assert said in history
        assert "A redacted copy was opened" in words(
            client.get(page(photo, "redaction", copy.reference))
        )
        told = Notification.objects.filter(code="submissions.redaction_ready")
        assert [one.user_id for one in told] == [photo.submission.begun_by_id]

    def test_pages_are_made_once_and_looking_at_them_is_an_opening(self, photo, client, as_worker):
        pages_drawn(client, photo, as_worker)
        client.post(page(photo, "redaction-pages"))
        assert PagePictures.objects.count() == 1
        assert work(as_worker) == 0
        marking = opened_pages(client, photo)
        permit = Opening.objects.get(files__0__name=f"Exhibit {photo.number}, pages")
        assert permit.target == f"submissions.exhibit:{photo.reference}"
        client.get(f"{marking}1/")
        permit.refresh_from_db()
        assert permit.requests == 1
        assert permit.bytes_sent > 0


class TestTheForm:
    @pytest.fixture
    def marking(self, photo, client, as_worker):
        pages_drawn(client, photo, as_worker)
        return opened_pages(client, photo)

    @pytest.mark.parametrize(
        ("place", "sentence"),
        [
            ((1, 50, 50, "", 10), "Say this as well"),
            ((1, 50, 50, 51, 10), "reaches beyond the page"),
            ((1, 50, 50, 10, 50.01), "reaches beyond the page"),
            ((2, 0, 0, 1, 1), "Give a page from 1 to 1."),
            ((0, 0, 0, 1, 1), "Give a page from 1 to 1."),
            ((1, -1, 0, 1, 1), "Give a number up to 100"),
            ((1, 0, 0, 0, 1), "Give a number up to 100"),
            ((1, "left", 0, 1, 1), "Place 2: From the left, %"),
        ],
    )
    def test_bad_places_get_a_sentence_and_nothing_typed_is_lost(
        self, client, marking, place, sentence
    ):
        answer = client.post(marking, posted((1, 12.34, 0, 10, 10), place))
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert 'value="12.34"' in words(answer)
        assert not Redaction.objects.exists()

    def test_no_place_is_refused_and_empty_rows_are_none(self, client, marking):
        answer = client.post(marking, posted())
        assert answer.status_code == 422
        assert "Mark one place at least." in words(answer)

    def test_more_rows_keep_what_was_typed(self, client, marking):
        answer = client.post(marking, posted((1, 12.34, 0, 10, 10), more="1"))
        assert answer.status_code == 200
        assert 'value="12.34"' in words(answer)
        assert 'name="page-10"' in words(answer)
        assert 'name="page-11"' not in words(answer)
        assert not Redaction.objects.exists()

    def test_marks_can_be_sent_after_the_fifteen_minutes_but_no_page_is_shown(
        self, client, marking, clock
    ):
        clock.move(minutes=16)
        assert "The fifteen minutes are over" in words(client.get(marking))
        assert client.get(f"{marking}1/").status_code == 409
        assert client.post(marking, posted((1, 0, 0, 10, 10))).status_code == 302
        assert Redaction.objects.count() == 1

    def test_a_page_that_is_not_there_is_not_found(self, client, marking):
        assert client.get(f"{marking}2/").status_code == 404
        assert client.get(f"{marking}0/").status_code == 404

    def test_another_persons_permit_is_nobodys(self, photo, marking):
        other = signed_in(member(photo.submission.partner, roles.Documenter.code))
        assert other.get(marking).status_code == 404
        assert other.get(f"{marking}1/").status_code == 404


class TestRefusals:
    @pytest.mark.parametrize("scan", ["infected", "awaited"])
    def test_what_is_harmful_or_not_examined_is_not_redacted(self, own_database, scan):
        exhibit = with_picture(draft(), b"x", scan=scan)
        by = exhibit.submission.begun_by
        with acting(by):
            for act in (
                lambda: redactions.mark(exhibit=exhibit, marks=[MARK], by=by),
                lambda: redactions.ask_for_pages(exhibit=exhibit, by=by),
                lambda: redactions.open_pages(exhibit=exhibit, reason="x", by=by),
            ):
                with pytest.raises(NotNow):
                    act()
        shown = words(signed_in(by).get(page(exhibit)))
        assert "No new copy now" in shown

    def test_without_a_sealed_file_there_is_no_page(self, own_database):
        submission = draft()
        by = submission.begun_by
        with acting(by):
            held = exhibits.add_without_file(
                submission=submission, delivery="held", name="x", description="",
                declared=exhibits.Declared(), by=by,
            )  # fmt: skip
        assert signed_in(by).get(page(held)).status_code == 404

    @pytest.mark.parametrize(
        "marks",
        [[], [[1, 0, 0, 0, 1]], [[0, 0, 0, 1, 1]], [[1, 9000, 0, 1001, 1]], [[1, 0, -1, 1, 1]],
         [[1, 0, 0, 1]], [[1, 0, 0, 1.5, 1]], [["1", 0, 0, 1, 1]], [[1, 0, 0, 1, 1]] * (MOST_MARKS + 1),
         [[201, 0, 0, 1, 1]], [[True, 0, 0, 1, 1]]],
    )  # fmt: skip
    def test_a_place_off_the_page_is_refused_by_the_action_too(self, photo, marks):
        by = photo.submission.begun_by
        with acting(by), pytest.raises(NotAllowed):
            redactions.mark(exhibit=photo, marks=marks, by=by)

    def test_only_documenters_ask_and_only_in_a_draft(self, photo):
        submission = photo.submission
        reader = member(submission.partner, roles.Reader.code)
        with acting(reader), pytest.raises(NotAllowed):
            redactions.mark(exhibit=photo, marks=[MARK], by=reader)
        assert signed_in(reader).get(page(photo, "redaction-open-pages")).status_code == 403

    def test_an_exhibit_that_was_taken_out_takes_its_copies_along(self, photo, as_worker):
        copy, by = confirmed(photo, as_worker), photo.submission.begun_by
        with acting(by):
            exhibits.remove(exhibit=photo, by=by, reason="Example.")
        assert not photo.redactions.exists()
        assert signed_in(by).get(page(photo, "redaction", copy.reference)).status_code == 404
        stored = SealedFile.objects.get(pk=copy.file_id).store_name
        with pytest.raises(FileMissing):
            filestore().open(stored)

    def test_strangers_find_nothing(self, photo, client, as_worker):
        copy = made(photo, as_worker)
        stranger = signed_in(another_documenter())
        for name, more in (("redactions", ()), ("redaction-pages", ()), ("redaction-open-pages", ()),
                           ("redaction", (copy.reference,)), ("redaction-confirm", (copy.reference,)),
                           ("redaction-take-back", (copy.reference,))):  # fmt: skip
            for method in (stranger.get, stranger.post):
                assert method(page(photo, name, *more)).status_code in (404, 405), name


class TestTheWorker:
    def test_a_file_that_crashes_a_parser_costs_the_copy_and_says_so(self, own_database, as_worker):
        exhibit = with_picture(draft(), b"%PDF-1.4 and nothing more")
        by = exhibit.submission.begun_by
        copy = made(exhibit, as_worker)
        assert (copy.state, copy.failure, copy.file) == (CopyState.FAILED, "unreadable", None)
        client = signed_in(by)
        shown = words(client.get(page(exhibit, "redaction", copy.reference)))
        assert "The content does not follow its format" in shown
        assert "The original is not touched" in shown
        assert Notification.objects.filter(code="submissions.redaction_failed").count() == 1
        client.post(page(exhibit, "redaction-pages"))
        work(as_worker)
        assert "Not possible for this file." in words(client.get(page(exhibit)))
        assert content_of(exhibit.file) == b"%PDF-1.4 and nothing more"

    def test_what_is_not_proved_is_not_kept(self, photo, as_worker, monkeypatch):
        def unproved(self, source, marks):
            raise CannotRedact("not_black")

        monkeypatch.setattr("custody.intake.redactor.Redactor.redact", unproved)
        copy = made(photo, as_worker)
        assert copy.failure == "not_black"
        assert not SealedFile.objects.filter(derivation="redaction").exists()
        assert CustodyEvent.objects.filter(type="submissions.exhibit.redaction_failed").exists()

    def test_a_dead_workers_job_is_taken_over_when_its_lease_ends(self, photo, as_worker):
        copy = marked(photo)
        with as_worker():
            assert redacting.claim() == copy
            assert redacting.claim() is None
            again = redacting.claim(timezone.now() + intake_job.LEASE + timedelta(seconds=1))
            assert again == copy
            redacting.run(again)
            redacting.run(again)
        copy.refresh_from_db()
        assert copy.state == CopyState.TO_CONFIRM
        assert SealedFile.objects.filter(derivation="redaction").count() == 1
        assert CustodyEvent.objects.filter(type="submissions.exhibit.redaction_made").count() == 1

    def test_a_fault_of_ours_is_tried_again_and_not_for_ever(
        self, photo, as_worker, monkeypatch, caplog
    ):
        def broken(*args, **kwargs):
            raise OSError("a disk that is away")

        copy = marked(photo)
        monkeypatch.setattr(vault, "store", broken)
        now = timezone.now()
        for _try in range(intake_job.TRIES):
            copy.refresh_from_db()
            assert copy.state == CopyState.MAKING
            now += 2 * intake_job.LONGEST_WAIT
            with as_worker():
                redacting.run(redacting.claim(now))
        copy.refresh_from_db()
        assert copy.failure == "error"
        assert "tried again" in caplog.text

    def test_a_scanner_that_is_away_is_waited_for(self, photo, as_worker, settings, scanned_as):
        settings.CLAMD_SOCKET = "/nowhere"
        scanned_as("not_scanned", reason="no_scanner")
        copy = made(photo, as_worker)
        assert (copy.state, copy.attempts) == (CopyState.MAKING, 0)
        scanned_as("clean")
        with as_worker():
            redacting.run(redacting.claim(timezone.now() + timedelta(hours=1)))
        copy.refresh_from_db()
        assert copy.scan == "clean"

    def test_what_the_scanner_stops_is_dropped(self, photo, as_worker, scanned_as):
        scanned_as("infected", signature="Example")
        assert made(photo, as_worker).failure == "infected"
        assert not SealedFile.objects.filter(derivation="redaction").exists()

    def test_an_exhibit_that_went_meanwhile_ends_the_job(self, photo, as_worker):
        copy, by = marked(photo), photo.submission.begun_by
        with acting(by):
            exhibits.remove(exhibit=photo, by=by, reason="Example.")
        work(as_worker)
        copy.refresh_from_db()
        assert copy.failure == "gone"

    def test_no_transaction_is_open_while_a_copy_is_made(self, photo, as_worker, monkeypatch):
        seen, real = [], vault.store

        def watching(source, *, key):
            seen.append(connection.in_atomic_block)
            return real(source, key=key)

        monkeypatch.setattr(vault, "store", watching)
        made(photo, as_worker)
        assert seen == [False]


class TestConfirming:
    def test_only_whoever_has_read_it_confirms_it(self, photo, as_worker):
        copy, by = made(photo, as_worker), photo.submission.begun_by
        with acting(by), pytest.raises(NotNow, match="Open it first"):
            redactions.confirm(redaction=copy, by=by)
        other = approver(photo.submission)
        read_by(copy, other)
        with acting(by), pytest.raises(NotNow, match="Open it first"):
            redactions.confirm(redaction=copy, by=by)
        with acting(other):
            redactions.confirm(redaction=copy, by=other)
        assert photo.redactions.get().confirmed_by == other

    def test_an_opening_without_a_byte_is_no_look(self, photo, as_worker):
        copy, by = made(photo, as_worker), photo.submission.begun_by
        with acting(by):
            redactions.open_copy(redaction=copy, reason="x", by=by)
            with pytest.raises(NotNow):
                redactions.confirm(redaction=copy, by=by)

    def test_a_reader_neither_confirms_nor_takes_back(self, photo, as_worker):
        copy, reader = made(photo, as_worker), member(photo.submission.partner, roles.Reader.code)
        read_by(copy, reader)
        with acting(reader):
            with pytest.raises(NotAllowed):
                redactions.confirm(redaction=copy, by=reader)
            with pytest.raises(NotAllowed):
                redactions.take_back(redaction=copy, reason="x", by=reader)
        shown = words(signed_in(reader).get(page(photo, "redaction", copy.reference)))
        assert "Confirm: nobody" not in shown
        assert "Take this copy back" not in shown

    def test_the_newest_comes_first_and_what_is_taken_back_counts_no_more(self, photo, as_worker):
        first, second = confirmed(photo, as_worker), confirmed(photo, as_worker)
        assert [one.number for one in photo.redactions] == [second.number, first.number] == [2, 1]
        by = photo.submission.begun_by
        client, address = signed_in(by), page(photo, "redaction-take-back", second.reference)
        assert client.post(address, {"reason": " "}).status_code == 422
        assert client.post(address, {"reason": "A name on a badge."}).status_code == 302
        assert [one.number for one in photo.redactions] == [1]
        second.refresh_from_db()
        assert second.state == CopyState.TAKEN_BACK
        for again in (redactions.take_back, redactions.confirm):
            more = {"reason": "x"} if again is redactions.take_back else {}
            with acting(by), pytest.raises(NotNow):
                again(redaction=second, by=by, **more)

    def test_what_is_taken_back_stays_sealed_and_opens_for_nobody(self, photo, as_worker):
        copy, by = confirmed(photo, as_worker), photo.submission.begun_by
        client, address = signed_in(by), page(photo, "redaction", copy.reference)
        ((_name, url),) = client.get(address).context["links"]
        with acting(by):
            redactions.take_back(redaction=copy, reason="Example.", by=by)
        path = url.removeprefix(settings.BYTES_ORIGIN)
        assert client.get(path).status_code == 403
        assert client.post(address, {"reason": "To see."}).status_code == 403
        assert client.get(address).context["links"] == []
        assert content_of(SealedFile.objects.get(pk=copy.file_id))

    def test_it_can_be_confirmed_and_taken_back_after_the_hand_over(self, photo, as_worker):
        submission = complete_draft()
        exhibit = with_picture(submission, content_of(photo.file))
        with acting(submission.begun_by):
            describe(exhibit, submission.begun_by)
        copy = made(exhibit, as_worker)
        handed_over(submission)
        by = approver(submission)
        read_by(copy, by)
        with acting(by):
            redactions.confirm(redaction=copy, by=by)
            assert exhibit.redactions.count() == 1
            redactions.take_back(redaction=copy, reason="Example.", by=by)
        assert not exhibit.redactions.exists()
        submission.refresh_from_db()
        exhibit.submission = submission
        with acting(submission.begun_by), pytest.raises(NotNow):
            redactions.mark(exhibit=exhibit, marks=[MARK], by=submission.begun_by)


class TestTheDatabase:
    """What raw statements of the application and the worker cannot do."""

    def refused(self, statement, *values):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    def test_nothing_is_said_twice_and_nothing_is_deleted(self, photo, as_worker):
        copy = confirmed(photo, as_worker)
        for change in ("confirmed_at = now()", "confirmed_at = NULL, confirmed_by_id = NULL",
                       "marks = '[]'", "number = 9", "scan = 'infected'", "file_id = NULL"):  # fmt: skip
            self.refused(f"UPDATE submissions_redaction SET {change} WHERE id = %s", copy.pk)
        self.refused("DELETE FROM submissions_redaction WHERE id = %s", copy.pk)

    def test_what_is_not_there_or_not_scanned_is_not_confirmed(self, photo, as_worker):
        copy = marked(photo)
        confirm = (
            "UPDATE submissions_redaction SET confirmed_at = now(), confirmed_by_id = %s "
            "WHERE id = %s"
        )
        self.refused(confirm, copy.asked_by_id, copy.pk)
        other = supplied(photo, b"x")
        self.refused(confirm, other.asked_by_id, other.pk)

    def test_what_was_taken_back_is_not_confirmed(self, photo, as_worker):
        copy, by = made(photo, as_worker), photo.submission.begun_by
        with acting(by):
            redactions.take_back(redaction=copy, reason="x", by=by)
        self.refused(
            "UPDATE submissions_redaction SET confirmed_at = now(), confirmed_by_id = %s "
            "WHERE id = %s", by.pk, copy.pk,
        )  # fmt: skip

    def test_the_worker_gives_a_copy_no_other_exhibits_file(self, photo, as_worker, data):
        other = with_picture(photo.submission, data(PHOTO))
        theirs, mine = made(other, as_worker), marked(photo)
        with as_worker():
            for file in (theirs.file_id, photo.file_id):
                self.refused(
                    "UPDATE submissions_redaction SET file_id = %s WHERE id = %s", file, mine.pk
                )


class TestSupplied:
    def send(self, client, exhibit, content, name=f"{CANARY}.mp4"):
        url = client.get(page(exhibit)).context["supply_url"].removeprefix(settings.BYTES_ORIGIN)
        return client.post(url, {"file": SimpleUploadedFile(name, content)})

    def scan(self, as_worker):
        assert work(as_worker) == 1

    def test_a_copy_the_sender_made_is_sealed_scanned_and_confirmed(self, photo, client, as_worker):
        keys = SealingKey.objects.count()
        answer = self.send(client, photo, b"muted film" * 1000)
        assert answer.status_code == 303
        assert answer["Location"].startswith(f"{settings.ORIGIN}{page(photo)}?received=1")
        copy = Redaction.objects.select_related("file", "exhibit__submission").get()
        assert SealingKey.objects.count() == keys
        assert (copy.file.derivation, copy.file.tool) == ("redaction", "supplied by the sender")
        assert (copy.file.original_id, copy.file.key_id) == (photo.file_id, photo.key_id)
        assert copy.state == CopyState.MAKING
        self.scan(as_worker)
        copy.refresh_from_db()
        assert copy.state == CopyState.TO_CONFIRM
        shown = words(client.get(page(photo, "redaction", copy.reference)))
        assert f"{CANARY}.mp4" in shown
        name, content = read_by(copy, photo.submission.begun_by)
        assert name == f"Exhibit {photo.number}, redacted copy 1.mp4"
        assert content == b"muted film" * 1000
        client.post(page(photo, "redaction-confirm", copy.reference))
        assert photo.redactions.count() == 1

    def test_its_name_stands_nowhere_in_clear(self, photo, client):
        self.send(client, photo, b"x")
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(r)::text FROM submissions_redaction r")
            (row,) = cursor.fetchone()
            cursor.execute("SELECT string_agg(entry, '') FROM custody_custodyevent")
            (log,) = cursor.fetchone()
        assert CANARY not in row + log
        assert CANARY.encode().hex() not in row

    def test_an_infected_one_opens_for_nobody_and_is_never_confirmed(
        self, photo, client, as_worker, scanned_as
    ):
        self.send(client, photo, b"bad")
        scanned_as("infected", signature="Example")
        self.scan(as_worker)
        copy = Redaction.objects.get()
        address = page(photo, "redaction", copy.reference)
        assert "This file is infected" in words(client.get(address))
        assert client.post(address, {"reason": "x"}).status_code == 403
        assert client.post(page(photo, "redaction-confirm", copy.reference)).status_code == 409
        assert Notification.objects.filter(code="submissions.redaction_failed").exists()

    def test_a_scan_that_never_ends_leaves_a_copy_that_says_so(
        self, photo, as_worker, monkeypatch, caplog
    ):
        def broken(pieces):
            raise OSError("a disk that is away")

        copy, now = supplied(photo, b"x"), timezone.now()
        monkeypatch.setattr("custody.scanning.verdict_on", broken)
        for _try in range(intake_job.TRIES):
            now += 2 * intake_job.LONGEST_WAIT
            with as_worker():
                redacting.run(redacting.claim(now))
        copy.refresh_from_db()
        assert (copy.scan, copy.scan_reason) == ("not_scanned", "examination_failed")
        assert copy.state == CopyState.TO_CONFIRM

    def test_two_copies_of_one_exhibit_can_be_supplied(self, photo, client, as_worker):
        for content in (b"one", b"two"):
            assert self.send(client, photo, content).status_code == 303
        assert work(as_worker) == 2
        assert [content_of(one.file) for one in Redaction.objects.order_by("number")] == [
            b"one",
            b"two",
        ]

    def test_one_that_nobody_could_scan_says_so_and_can_be_confirmed(
        self, photo, client, as_worker, scanned_as
    ):
        self.send(client, photo, b"large")
        scanned_as("not_scanned", reason="too_large")
        self.scan(as_worker)
        shown = words(client.get(page(photo, "redaction", Redaction.objects.get().reference)))
        assert "The file is larger than the virus scanner takes." in shown
        assert "Can anybody be recognised in it?" in shown

    def test_a_form_that_breaks_off_leaves_the_exhibits_key_and_nothing_else(
        self, photo, client, monkeypatch
    ):
        before = SealedFile.objects.count()

        def refuses(**_more):
            raise NotNow("No.")

        monkeypatch.setattr(redactions, "supply", refuses)
        names = set(filestore().names(0))
        assert self.send(client, photo, b"x").status_code == 409
        assert SealedFile.objects.count() == before
        assert set(filestore().names(0)) == names
        assert content_of(photo.file)

    def test_the_address_is_for_one_person_an_hour_and_a_draft(self, photo, client, clock):
        url = client.get(page(photo)).context["supply_url"].removeprefix(settings.BYTES_ORIGIN)
        file = {"file": SimpleUploadedFile("x.mp4", b"x")}
        assert signed_in(another_documenter()).post(url, file).status_code == 401
        assert client.post(url[:-2] + "xx/", file).status_code in (401, 404)
        reader = member(photo.submission.partner, roles.Reader.code)
        assert signed_in(reader).get(page(photo)).context["supply_url"] == ""
        clock.move(minutes=61)
        assert client.post(url, file).status_code == 401
        assert not Redaction.objects.exists()

    def test_no_file_and_two_files_are_told(self, photo, client):
        url = client.get(page(photo)).context["supply_url"].removeprefix(settings.BYTES_ORIGIN)
        empty = client.post(url, {"other": "x"})["Location"].removeprefix(settings.ORIGIN)
        assert "No file was received" in words(client.get(empty))
        two = {"file": [SimpleUploadedFile(f"{one}.mp4", b"x") for one in "ab"]}
        answer = client.post(url, two)["Location"].removeprefix(settings.ORIGIN)
        assert "One file was received" in words(client.get(answer))
        assert Redaction.objects.count() == 1


class TestTelling:
    def test_the_task_list_names_what_identifies_someone_and_has_no_copy(
        self, photo, client, as_worker
    ):
        address = photo.submission.get_absolute_url()
        said = f"Exhibit {photo.number} identifies someone and has no redacted copy"
        assert said in words(client.get(address))
        confirmed(photo, as_worker)
        assert said not in words(client.get(address))

    def test_many_are_told_in_one_line_and_none_stands_in_the_way(self, photo, client, data):
        for _number in range(3):
            with_picture(photo.submission, b"x")
        shown = client.get(photo.submission.get_absolute_url())
        assert "Several exhibits identify someone and have no redacted copy" in words(shown)
        assert "no redacted copy" not in str(shown.context["missing"])

    def test_the_exhibits_page_leads_to_its_copies(self, photo, client, as_worker):
        assert "Redacted copies: none yet" in words(client.get(page(photo, "exhibit-detail")))
        confirmed(photo, as_worker)
        assert "1 redacted copy" in words(client.get(page(photo, "exhibit-detail")))

    def test_numbers_go_on_whatever_becomes_of_a_copy(self, photo):
        assert [marked(photo).number for _one in range(3)] == [1, 2, 3]
        assert all(
            one.number < two.number for one, two in pairwise(Redaction.objects.order_by("pk"))
        )
        assert Exhibit.objects.identifying_without_copy().get() == photo
