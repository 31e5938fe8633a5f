"""The form without JavaScript: N sent are N accounted for, sealed as they arrive."""

import hashlib
import io
import os
import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from custody import plain, stores, vault
from custody.models import IntakeJob, SealedFile, SealingKey, Upload
from impna.db import acting_as
from submissions.actions import exhibits, tokens
from submissions.models import Exhibit
from submissions.views.plain import MOST_FILES
from tests.factories.submissions import draft, upload_token

MIB = 1024 * 1024


@pytest.fixture
def own_store(tmp_path, monkeypatch):
    """A store in which nobody else writes meanwhile."""
    monkeypatch.setattr(settings, "STORE_DIR", tmp_path)
    stores.filestore.cache_clear()
    yield tmp_path
    stores.filestore.cache_clear()


@pytest.fixture
def submission(db, own_store):
    return draft()


@pytest.fixture
def token(submission):
    return upload_token(submission)


def files(*contents: bytes) -> dict:
    return {
        "file": [
            SimpleUploadedFile(f"number {number}.jpg", content)
            for number, content in enumerate(contents, start=1)
        ]
    }


def send(token: str, data: dict, **extra):
    return Client().post(f"/bytes/plain/{token}/", data, **extra)


def stored() -> set[Path]:
    """Every file of the store, half-written ones included."""
    return {path for path in Path(settings.STORE_DIR).rglob("*") if path.is_file()}


def test_every_file_of_the_form_is_an_exhibit(token, submission):
    contents = [b"one", os.urandom(3 * MIB + 7), b""]
    answer = send(token, files(*contents))
    assert answer.status_code == 303
    page = f"{settings.ORIGIN}{submission.get_absolute_url()}exhibits/?received=3#received"
    assert answer["Location"] == page
    made = submission.exhibits.select_related("file", "upload")
    assert [exhibits.read_name(exhibit) for exhibit in made] == [
        "number 1.jpg",
        "number 2.jpg",
        "number 3.jpg",
    ]
    assert [bytes(exhibit.file.sha256) for exhibit in made] == [
        hashlib.sha256(content).digest() for content in contents
    ]
    assert {exhibit.file_state for exhibit in made} == {"sealed"}
    assert {exhibit.upload.state for exhibit in made} == {"sealed"}
    assert IntakeJob.objects.filter(done_at__isnull=True).count() == 3


def test_what_was_sent_comes_back_whole(token, submission):
    content = os.urandom(200_001)
    send(token, files(content))
    exhibit, by = submission.exhibits.get(), submission.begun_by
    with transaction.atomic(), acting_as(by):
        permit = vault.open(exhibit, by=by, reason="To read it.", files={"it": exhibit.file})
    with vault.Reading(permit, exhibit.file, exhibit, by) as reading:
        assert b"".join(reading.read()) == content


def test_a_line_that_breaks_keeps_what_was_complete_and_nothing_else(token, submission):
    before, keys = stored(), SealingKey.objects.count()
    body = encode_multipart(BOUNDARY, files(b"complete", b"x" * MIB))
    cut = body[: len(body) - MIB // 2]
    answer = Client().generic(
        "POST",
        f"/bytes/plain/{token}/",
        b"",
        CONTENT_TYPE=MULTIPART_CONTENT,
        CONTENT_LENGTH=str(len(body)),
        **{"wsgi.input": io.BytesIO(cut)},
    )
    assert answer.status_code == 303
    assert "received=1&left=stopped" in answer["Location"]
    assert [exhibits.read_name(exhibit) for exhibit in submission.exhibits.all()] == [
        "number 1.jpg"
    ]
    assert SealedFile.objects.count() == 1
    assert SealingKey.objects.count() == keys + 1
    assert Upload.objects.count() == 1
    assert len(stored() - before) == 1


def test_a_sender_who_stalls_is_cut_off_and_keeps_what_was_complete(token, submission, monkeypatch):
    monkeypatch.setattr(plain, "STALLED_AFTER", 0.2)
    body = encode_multipart(BOUNDARY, files(b"complete", b"x" * 2000))
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as stream:
        theirs.sendall(body[:-1000])  # and the line stays open
        answer = Client().generic(
            "POST",
            f"/bytes/plain/{token}/",
            b"",
            CONTENT_TYPE=MULTIPART_CONTENT,
            CONTENT_LENGTH=str(len(body)),
            **{"wsgi.input": stream, "gunicorn.socket": ours},
        )
    assert answer.status_code == 303
    assert "received=1&left=stopped" in answer["Location"]
    assert submission.exhibits.count() == 1


def test_nothing_is_in_clear_on_a_disk(token, monkeypatch):
    import tempfile

    def never(*args, **kwargs):
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", never)
    monkeypatch.setattr(tempfile, "TemporaryFile", never)
    before = stored()
    send(token, files(b"canary of the plain form " * 200_000))
    [new] = stored() - before
    assert b"canary of the plain form" not in new.read_bytes()


def test_more_than_200_mib_is_refused_before_a_byte_is_read(token, submission):
    class Unread(io.BytesIO):
        def read(self, *args):
            raise AssertionError("the body was read")

    answer = Client().generic(
        "POST",
        f"/bytes/plain/{token}/",
        b"",
        content_type=MULTIPART_CONTENT,
        CONTENT_LENGTH=str(202 * MIB),
        **{"wsgi.input": Unread()},
    )
    assert answer.status_code == 413
    assert not submission.exhibits.exists()


@pytest.mark.parametrize("length", ["", "-1", "many"])
def test_a_form_without_a_length_is_refused(token, length):
    answer = Client().generic(
        "POST",
        f"/bytes/plain/{token}/",
        encode_multipart(BOUNDARY, files(b"x")),
        content_type=MULTIPART_CONTENT,
        CONTENT_LENGTH=length,
    )
    assert answer.status_code == 413
    assert not Exhibit.objects.exists()


def test_the_hundred_and_first_file_is_said_to_be_left_out(token, submission):
    answer = send(token, files(*[b"x"] * (MOST_FILES + 1)))
    assert f"received={MOST_FILES}&left=stopped" in answer["Location"]
    assert submission.exhibits.count() == MOST_FILES


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a&amp;b.txt", "folder/inner/file.txt", "x" * 600]
)
def test_a_file_keeps_the_name_its_device_gave_it(token, submission, name):
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        f"content\r\n--{BOUNDARY}--\r\n"
    ).encode()
    Client().generic("POST", f"/bytes/plain/{token}/", body, content_type=MULTIPART_CONTENT)
    assert exhibits.read_name(submission.exhibits.get()) == name[:500]


def test_a_form_without_a_file_receives_none(token, submission):
    answer = send(token, {"nothing": "x"})
    assert "received=0" in answer["Location"]
    assert not submission.exhibits.exists()


def test_without_a_good_token_nothing_happens(token, submission):
    with transaction.atomic(), acting_as(submission.begun_by):
        tokens.revoke_all(by=submission.begun_by)
    for wrong in (token, "unknown"):
        answer = send(wrong, files(b"x"))
        assert answer.status_code == 401
        assert "Nothing of this form was received" in answer.content.decode()
    assert not submission.exhibits.exists()


def test_a_quota_that_is_used_up_refuses_the_form(token, submission, settings):
    settings.PARTNER_QUOTA = 10
    answer = send(token, files(b"x" * 100))
    assert answer.status_code == 507
    assert not submission.exhibits.exists()


def test_too_many_forms_at_once_are_asked_to_wait(token, submission):
    taken = [plain._places.acquire(blocking=False) for _place in range(plain.AT_ONCE)]
    assert all(taken)
    try:
        assert send(token, files(b"x")).status_code == 503
    finally:
        for _place in taken:
            plain._places.release()
    assert send(token, files(b"x")).status_code == 303


def test_what_could_not_be_saved_leaves_nothing(token, submission, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError("no")

    before = stored()
    monkeypatch.setattr(exhibits, "keep_plain", fail)
    with pytest.raises(RuntimeError):
        send(token, files(b"x"))
    assert stored() == before
    assert not submission.exhibits.exists()


def test_the_page_says_how_many_came_and_never_a_name(token, submission):
    from tests.factories.partners import signed_in

    client = signed_in(submission.begun_by)
    page = client.get(f"{submission.get_absolute_url()}exhibits/?received=2").content.decode()
    assert "All 2 files of your form" in page
    page = client.get(f"{submission.get_absolute_url()}exhibits/?received=<b>").content.decode()
    assert "of your form" not in page
