"""The tus endpoint: nothing acknowledged is lost, nothing is taken that was not sent."""

import base64
import hashlib
import io
import socket
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from custody import bodies, intake_job, uploads
from custody.models import IntakeJob, Segment, Upload
from custody.stores import filestore
from impna.db import acting_as
from partners.actions import members, organisations
from partners.models import User
from submissions.actions import exhibits, tokens
from submissions.models import Exhibit
from tests.factories.partners import manager_of, member
from tests.factories.submissions import TusClient, another_documenter, draft, upload_token

MIB = 1024 * 1024


@pytest.fixture
def submission(db):
    return draft()


@pytest.fixture
def tus(submission):
    return TusClient(upload_token(submission))


def offset_of(tus, address):
    return int(tus.request("HEAD", address)["Upload-Offset"])


def test_the_endpoint_says_what_it_can(tus):
    response = tus.request("OPTIONS", "/bytes/uploads/")
    assert response["Tus-Version"] == "1.0.0"
    assert set(response["Tus-Extension"].split(",")) == {
        "creation",
        "termination",
        "expiration",
        "checksum",
    }
    assert response["Tus-Max-Size"] == str(50 * 1024**3)
    assert response["Tus-Checksum-Algorithm"] == "sha256,sha1"


def test_a_file_arrives_in_segments(tus):
    content = bytes(range(256)) * 10_000
    address = tus.begin(len(content))
    for start in range(0, len(content), MIB):
        response = tus.send(address, start, content[start : start + MIB])
        assert response.status_code == 204
        assert int(response["Upload-Offset"]) == min(start + MIB, len(content))
    upload = Upload.objects.get()
    assert upload.state == "received"
    assert b"".join(uploads.plaintext(upload)) == content
    assert IntakeJob.objects.filter(upload=upload).exists()
    assert Exhibit.objects.get().file_state == "checking"


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB])
def test_any_size_arrives_whole(tus, size):
    content = bytes(size)
    address = tus.begin(size)
    for start in range(0, size, MIB):
        assert tus.send(address, start, content[start : start + MIB]).status_code == 204
    upload = Upload.objects.get()
    assert (upload.state, upload.offset) == ("received", size)


def test_what_arrives_is_sealed_at_once(tus):
    canary = b"canary-of-the-upload-test" * 1000
    address = tus.begin(len(canary) + 1)
    tus.send(address, 0, canary)
    with filestore().open(Segment.objects.get().store_name) as stored:
        assert b"canary-of-the-upload-test" not in stored.read()


def test_the_file_name_is_nowhere_in_clear(own_database, as_owner):
    TusClient(upload_token(draft())).begin(10, name="Amina testimony.mp4")
    with as_owner() as owner:
        row = owner.execute("SELECT row_to_json(e)::text, e.name FROM submissions_exhibit e")
        text, sealed = row.fetchone()
        log = owner.execute("SELECT string_agg(entry, '') FROM custody_custodyevent").fetchone()[0]
    assert "Amina" not in text
    assert b"Amina" not in bytes(sealed)
    assert "Amina" not in log


def test_a_damaged_segment_is_discarded_and_can_be_sent_again(tus):
    address = tus.begin(20)
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    response = tus.send(address, 0, b"0123456789", Upload_Checksum=f"sha256 {wrong}")
    assert response.status_code == 460
    assert offset_of(tus, address) == 0
    assert tus.send(address, 0, b"0123456789").status_code == 204


def test_sha1_is_accepted_but_is_not_the_devices_statement(tus):
    address = tus.begin(20)
    digest = base64.b64encode(hashlib.sha1(b"0123456789").digest()).decode()
    assert tus.send(address, 0, b"0123456789", Upload_Checksum=f"sha1 {digest}").status_code == 204
    assert tus.send(address, 10, b"0123456789", checksum=False).status_code == 204
    assert [segment.from_device for segment in Segment.objects.all()] == [False, False]


def test_a_checksum_of_another_kind_is_refused(tus):
    address = tus.begin(20)
    assert tus.send(address, 0, b"x", Upload_Checksum="md5 AAAA").status_code == 400


def test_a_wrong_offset_changes_nothing(tus):
    address = tus.begin(20)
    tus.send(address, 0, b"0123456789")
    assert tus.send(address, 0, b"0123456789").status_code == 409
    assert tus.send(address, 15, b"01234").status_code == 409
    assert offset_of(tus, address) == 10


def test_more_than_was_announced_is_refused(tus):
    address = tus.begin(5)
    assert tus.send(address, 0, b"0123456789").status_code == 413
    assert offset_of(tus, address) == 0


def test_a_segment_over_8_mib_is_refused_before_it_is_read(tus):
    address = tus.begin(20 * MIB)
    response = tus.send(address, 0, bytes(8 * MIB + 1))
    assert response.status_code == 413
    assert b"8 MiB" in response.content


def test_a_file_over_50_gib_is_refused(tus):
    response = tus.request("POST", "/bytes/uploads/", Upload_Length=str(50 * 1024**3 + 1))
    assert response.status_code == 413


@pytest.mark.parametrize("length", ["", "-1", "many", "1e9", "9" * 20])
def test_a_length_that_is_none_is_refused(tus, length):
    assert tus.request("POST", "/bytes/uploads/", Upload_Length=length).status_code == 400


def test_another_content_type_is_refused(tus):
    address = tus.begin(5)
    response = tus.request("PATCH", address, b"12345", Upload_Offset="0", Content_Type="text/plain")
    assert response.status_code == 415


def test_another_version_is_refused(tus):
    tus.headers["Tus-Resumable"] = "0.2.2"
    response = tus.request("POST", "/bytes/uploads/", Upload_Length="1")
    assert response.status_code == 412


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer unknown", "Basic YTpi"])
def test_without_a_good_token_nothing_happens(tus, authorization):
    address = tus.begin(5)
    tus.headers["Authorization"] = authorization
    assert tus.send(address, 0, b"12345").status_code == 401
    assert Upload.objects.get().offset == 0


def test_a_session_cookie_is_no_token(tus, submission):
    from tests.factories.partners import signed_in

    client = signed_in(submission.begun_by)
    response = client.post("/bytes/uploads/", headers={"Tus-Resumable": "1.0.0"})
    assert response.status_code == 401


def test_someone_elses_upload_does_not_exist(tus):
    address = tus.begin(5)
    other = TusClient(upload_token(draft(another_documenter())))
    for method in ("HEAD", "DELETE"):
        assert other.request(method, address).status_code == 404
    assert other.send(address, 0, b"12345").status_code == 404
    assert Upload.objects.get().offset == 0


def test_a_colleague_goes_on_with_a_token_of_their_own(tus, submission):
    address = tus.begin(10)
    tus.send(address, 0, b"01234")
    colleague = member(submission.partner, "documenter")
    theirs = TusClient(upload_token(submission, colleague))
    assert theirs.send(address, offset_of(theirs, address), b"56789").status_code == 204
    assert Upload.objects.get().state == "received"


def test_the_token_ends_after_a_day(tus, clock):
    address = tus.begin(5)
    clock.move(hours=24)
    assert tus.send(address, 0, b"12345").status_code == 401


def test_signing_out_ends_what_is_sent_in_that_persons_name(tus, submission):
    from tests.factories.partners import signed_in

    address = tus.begin(5)
    assert signed_in(submission.begun_by).post("/sign-out/").status_code == 302
    assert tus.send(address, 0, b"12345").status_code == 401


def test_a_member_removed_half_way_sends_no_more_and_the_file_stays(tus, submission):
    address = tus.begin(10)
    tus.send(address, 0, b"01234")
    manager = manager_of(submission.partner)
    with transaction.atomic(), acting_as(manager):
        members.remove_member(user=submission.begun_by, by=manager, reason="Left.")
    assert tus.send(address, 5, b"56789").status_code == 401
    colleague = member(submission.partner, "documenter")
    theirs = TusClient(upload_token(submission, colleague))
    assert theirs.send(address, 5, b"56789").status_code == 204


def test_a_role_taken_half_way_stops_the_upload(tus, submission):
    address = tus.begin(10)
    tus.send(address, 0, b"01234")
    manager = manager_of(submission.partner)
    held = submission.begun_by.memberships.live().get(role="documenter")
    with transaction.atomic(), acting_as(manager):
        members.end_role(membership=held, by=manager)
    assert tus.send(address, 5, b"56789").status_code == 403


def test_a_locked_out_partner_sends_no_more(tus, submission):
    address = tus.begin(10)
    manager = manager_of(submission.partner)
    with transaction.atomic(), acting_as(manager):
        organisations.lock_out(partner=submission.partner, by=manager, reason="Seized.")
    assert tus.send(address, 0, b"01234").status_code == 401


def test_deleting_gives_up_the_upload_and_destroys_what_arrived(own_database):
    tus = TusClient(upload_token(draft()))
    address = tus.begin(10)
    tus.send(address, 0, b"01234")
    name = Segment.objects.get().store_name
    assert tus.request("DELETE", address).status_code == 204
    assert tus.request("HEAD", address).status_code == 404
    assert not Segment.objects.exists()
    with pytest.raises(Exception, match="file"):
        filestore().open(name)
    assert Upload.objects.get().state == "ended"


def test_an_upload_left_alone_for_seven_days_has_failed_by_name(own_database, as_worker):
    tus = TusClient(upload_token(draft()))
    address = tus.begin(10)
    with as_worker():
        assert len(uploads.expire(now=timezone.now() + timedelta(days=7, seconds=1))) == 1
    assert tus.send(address, 0, b"01234").status_code == 410
    exhibit = Exhibit.objects.get()
    assert (exhibit.file_state, exhibit.failure) == ("failed", "expired")


def test_unfinished_uploads_are_listed_for_any_device(tus):
    address = tus.begin(10, name="أدلة.mp4")
    tus.send(address, 0, b"01234")
    tus.begin(0, name="empty.txt")
    rows = tus.request("GET", "/bytes/uploads/").json()["uploads"]
    assert rows == [
        {"exhibit": 1, "name": "أدلة.mp4", "address": address, "length": 10, "offset": 5}
    ]


def test_stored_segment_digests_prove_the_file_on_resume(tus):
    address = tus.begin(10)
    tus.send(address, 0, b"01234")
    rows = tus.request("GET", address + "segments/").json()["segments"]
    assert rows == [[0, 5, hashlib.sha256(b"01234").hexdigest()]]


def test_the_quota_counts_what_is_on_its_way_twice(submission, settings):
    settings.PARTNER_QUOTA = 100
    tus = TusClient(upload_token(submission))
    tus.begin(30)
    response = tus.request("POST", "/bytes/uploads/", Upload_Length="30")
    assert response.status_code == 507


def test_a_browser_on_the_pages_origin_may_read_the_answers(tus, settings):
    tus.headers["Origin"] = settings.ORIGIN
    response = tus.request("OPTIONS", "/bytes/uploads/")
    assert response["Access-Control-Allow-Origin"] == settings.ORIGIN
    tus.headers["Origin"] = "https://elsewhere.example"
    response = tus.request("OPTIONS", "/bytes/uploads/")
    assert "Access-Control-Allow-Origin" not in response


def test_hostile_metadata_is_refused_in_words(tus):
    response = tus.request(
        "POST", "/bytes/uploads/", Upload_Length="1", Upload_Metadata="filename !!!"
    )
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")


def test_a_documenter_of_another_cso_gets_no_token_for_this_draft(submission):
    from impna.errors import NotAllowed

    stranger = another_documenter()
    with transaction.atomic(), acting_as(stranger), pytest.raises(NotAllowed):
        tokens.allow_uploading(submission=submission, by=User.objects.get(pk=stranger.pk))


def test_a_piece_in_the_middle_of_a_file_costs_three_statements(own_database):
    tus = TusClient(upload_token(draft()))
    address = tus.begin(30)
    tus.send(address, 0, b"0123456789")
    with CaptureQueriesContext(connection) as captured:
        assert tus.send(address, 10, b"0123456789").status_code == 204
    assert len(captured) <= 3


def stored_files():
    return set(filestore().names(0))


def test_of_two_devices_that_send_the_same_piece_at_once_one_is_counted(own_database, monkeypatch):
    tus = TusClient(upload_token(draft()))
    address = tus.begin(20)
    before = stored_files()
    take = uploads.take

    def overtaken(upload, **kwargs):
        piece = take(upload, **kwargs)
        monkeypatch.setattr(uploads, "take", take)
        assert tus.send(address, 0, b"0123456789").status_code == 204
        return piece

    monkeypatch.setattr(uploads, "take", overtaken)
    assert tus.send(address, 0, b"abcdefghij").status_code == 409
    segment = Segment.objects.get()
    assert stored_files() - before == {segment.store_name}
    assert (Upload.objects.get().offset, bytes(segment.sha256)) == (
        10,
        hashlib.sha256(b"0123456789").digest(),
    )


@pytest.mark.parametrize("piece", [b"01234", b"0123456789"])
def test_a_file_given_up_while_a_piece_is_sealed_keeps_nothing_of_it(
    own_database, monkeypatch, piece
):
    tus = TusClient(upload_token(draft()))
    address = tus.begin(10)
    before = stored_files()
    take = uploads.take

    def given_up(upload, **kwargs):
        sealed = take(upload, **kwargs)
        assert tus.request("DELETE", address).status_code == 204
        return sealed

    monkeypatch.setattr(uploads, "take", given_up)
    assert tus.send(address, 0, piece).status_code == 410
    assert stored_files() == before
    assert not Segment.objects.exists()
    assert Upload.objects.get().state == "ended"


def test_an_empty_piece_changes_nothing_and_keeps_nothing(own_database):
    submission = draft()
    TusClient(upload_token(submission)).begin(10)
    before = stored_files()
    upload = exhibits.receive(
        submission=submission.pk,
        exhibit=Exhibit.objects.get().reference,
        offset=0,
        data=b"",
        checksum=None,
        by=submission.begun_by,
    )
    assert (upload.offset, upload.state) == (0, "receiving")
    assert stored_files() == before


def test_a_role_taken_while_a_piece_is_on_its_way_refuses_it(own_database, monkeypatch):
    submission = draft()
    tus = TusClient(upload_token(submission))
    address = tus.begin(10)
    read_body = bodies.read_body

    def meanwhile(request, **kwargs):
        manager = manager_of(submission.partner)
        held = submission.begun_by.memberships.live().get(role="documenter")
        with transaction.atomic(), acting_as(manager):
            members.end_role(membership=held, by=manager)
        return read_body(request, **kwargs)

    monkeypatch.setattr(bodies, "read_body", meanwhile)
    assert tus.send(address, 0, b"01234").status_code == 403
    assert Upload.objects.get().offset == 0


def test_a_token_that_was_found_knows_the_whole_person(submission):
    found = tokens.find(upload_token(submission))
    assert found is not None
    whole = User.objects.get(pk=submission.begun_by.pk)
    assert found.user == whole
    assert found.user.acting_gids == whole.acting_gids
    assert found.user.display_name == whole.display_name
    assert found.user.partner.name == whole.partner.name
    assert found.submission == submission


def test_when_memory_is_full_a_piece_is_asked_to_wait(tus):
    address = tus.begin(4)
    taken = [bodies._places.acquire(blocking=False) for _place in range(bodies.IN_FLIGHT)]
    assert all(taken)
    try:
        answer = tus.send(address, 0, b"four")
    finally:
        for _place in taken:
            bodies._places.release()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "as much as it can" in answer.content.decode()
    assert offset_of(tus, address) == 0
    assert tus.send(address, 0, b"four").status_code == 204


def test_a_piece_that_breaks_off_is_asked_for_again_and_nothing_of_it_is_kept(tus):
    address = tus.begin(10)
    before = set(filestore().names(0))
    answer = Client().generic(
        "PATCH",
        address.removeprefix(settings.BYTES_ORIGIN),
        b"",
        headers=tus.headers | {"Upload-Offset": "0"},
        CONTENT_TYPE="application/offset+octet-stream",
        CONTENT_LENGTH="10",
        **{"wsgi.input": io.BytesIO(b"half")},
    )
    assert (answer.status_code, answer["Connection"]) == (408, "close")
    assert "It will be sent again." in answer.content.decode()
    assert offset_of(tus, address) == 0
    assert not Segment.objects.filter(upload__length=10).exists()
    assert set(filestore().names(0)) <= before
    assert tus.send(address, 0, b"0123456789").status_code == 204


def test_a_file_that_is_finished_while_the_broker_is_away_is_sealed_all_the_same(
    own_database, as_worker, caplog
):
    from impna.celery import app

    submission = draft()
    tus = TusClient(upload_token(submission))
    address = tus.begin(5)
    # Nothing listens there: the task is refused, the row is not.
    with no_broker(app):
        assert tus.send(address, 0, b"whole").status_code == 204
    assert "Error calling" in caplog.text
    assert offset_of(tus, address) == 5
    with as_worker():
        assert intake_job.run_due() == 1
    exhibit = submission.exhibits.get()
    assert (exhibit.file_state, exhibit.file.size) == ("sealed", 5)


@contextmanager
def no_broker(app):
    """The broker's address is one where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    before = app.conf.broker_url, app.conf.task_publish_retry
    app.conf.broker_url, app.conf.task_publish_retry = f"redis://127.0.0.1:{port}/0", False
    app.pool.force_close_all()
    app._pool = app.amqp._producer_pool = None
    try:
        yield
    finally:
        app.conf.broker_url, app.conf.task_publish_retry = before
        app._pool = app.amqp._producer_pool = None
