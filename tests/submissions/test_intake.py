"""From the last segment to a sealed, examined exhibit: nothing lost, nothing done twice."""

import hashlib
import json
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from custody import age, intake_job, uploads
from custody.intake.findings import Findings
from custody.keys import keystore
from custody.models import CustodyEvent, IntakeJob, SealedFile, Segment, Upload
from custody.stores import filestore
from custody.texts import open_text
from submissions.actions.examination import FINDINGS_COLUMN
from submissions.models import Exhibit
from tests.factories.submissions import draft, sent

PHOTO = "exif-samples/gps/DSCN0010.jpg"


@pytest.fixture
def photo(shared_data: Path) -> bytes:
    path = shared_data / PHOTO
    if not path.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"needs {PHOTO} under IMPNA_SHARED_DATA")
    return path.read_bytes()


def run_due(as_worker, *, now=None):
    """What the worker does: claim and run until nothing is due."""
    done = []
    with as_worker():
        while (job := intake_job.claim(now=now)) is not None:
            done.append(intake_job.run(job))
    return done


def content_of(file):
    identity = keystore().identity(file.key.compartment.name, file.key.entry)
    with filestore().open(file.store_name) as stored:
        return b"".join(age.decrypt(stored, [identity]))


@pytest.mark.parametrize("size", [0, 1, uploads.MIB - 1, uploads.MIB, 2 * uploads.MIB + 1])
def test_a_file_of_any_size_ends_sealed_with_its_digests(own_database, as_worker, size):
    content = os.urandom(size)
    exhibit = sent(draft(), content)
    run_due(as_worker)
    exhibit.refresh_from_db()
    assert exhibit.file_state == "sealed"
    assert bytes(exhibit.file.sha256) == hashlib.sha256(content).digest()
    assert bytes(exhibit.file.sha512) == hashlib.sha512(content).digest()
    assert content_of(exhibit.file) == content
    assert not Segment.objects.exists()
    assert not IntakeJob.objects.filter(done_at__isnull=True).exists()


def test_the_device_statement_is_in_the_log_before_the_segments_go(own_database, as_worker):
    content = os.urandom(uploads.MIB + 5)
    sent(draft(), content)
    run_due(as_worker)
    event = CustodyEvent.objects.get(type="custody.upload.made_whole")
    lines = (
        f"0 {uploads.MIB} {hashlib.sha256(content[: uploads.MIB]).hexdigest()}\n"
        f"{uploads.MIB} 5 {hashlib.sha256(content[uploads.MIB :]).hexdigest()}\n"
    )
    data = json.loads(event.entry)["data"]
    assert data["segments_sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert (data["segments"], data["by_device"]) == (2, 0)


def test_a_photo_is_examined_and_gets_a_thumbnail_of_its_own(own_database, as_worker, photo):
    exhibit = sent(draft(), photo, name="north road.jpg")
    run_due(as_worker)
    exhibit.refresh_from_db()
    text = open_text(
        exhibit.findings,
        compartment=exhibit.submission.compartment,
        column=FINDINGS_COLUMN,
        row=exhibit.reference,
    )
    found = Findings.from_json(text)
    assert found.results["formats"]["mime"] == "image/jpeg"
    assert b"COOLPIX" not in bytes(exhibit.findings)
    assert exhibit.scan in ("clean", "not_scanned")
    thumbnails = exhibit.file.derivations.all()
    assert [t.derivation for t in thumbnails] == (["thumbnail"] if exhibit.scan == "clean" else [])


def test_a_job_is_done_once_however_often_it_runs(own_database, as_worker):
    sent(draft(), b"once")
    with as_worker():
        job = intake_job.claim()
        first = intake_job.run(job)
        again = intake_job.run(IntakeJob.objects.select_related("upload__file").get(pk=job.pk))
    assert first == again
    assert SealedFile.objects.count() == 1
    assert CustodyEvent.objects.filter(type="custody.file.sealed").count() == 1


def test_two_workers_do_not_take_the_same_job(own_database, as_worker):
    sent(draft(), b"mine")
    with as_worker():
        assert intake_job.claim() is not None
        assert intake_job.claim() is None


def test_a_dead_workers_job_is_taken_over_when_its_lease_ends(own_database, as_worker):
    sent(draft(), b"taken over")
    with as_worker():
        assert intake_job.claim() is not None
    later = timezone.now() + intake_job.LEASE
    assert len(run_due(as_worker, now=later)) == 1
    assert Exhibit.objects.get().file_state == "sealed"


def test_a_damaged_segment_fails_by_name_and_says_so(own_database, as_worker, caplog):
    exhibit = sent(draft(), os.urandom(uploads.MIB + 1))
    first, second = Segment.objects.order_by("start")
    path = Path(settings.STORE_DIR) / first.store_name[:2] / first.store_name
    other = Path(settings.STORE_DIR) / second.store_name[:2] / second.store_name
    path.chmod(0o600)
    path.write_bytes(other.read_bytes())
    run_due(as_worker)
    exhibit.refresh_from_db()
    assert (exhibit.file_state, exhibit.failure) == ("failed", "segments_damaged")
    assert Upload.objects.get().state == "failed"
    assert CustodyEvent.objects.filter(type="submissions.exhibit.file_failed").count() == 1


def test_a_disk_that_is_away_for_long_loses_nothing_that_was_acknowledged(own_database, as_worker):
    content = os.urandom(1000)
    exhibit = sent(draft(), content)
    name = Segment.objects.get().store_name
    path = Path(settings.STORE_DIR) / name[:2] / name
    away = path.with_suffix(".away")
    path.rename(away)
    later = timezone.now()
    for _try in range(2 * intake_job.TRIES):
        later += 2 * intake_job.LONGEST_WAIT
        with as_worker():
            assert intake_job.run(intake_job.claim(now=later)) is None
    exhibit.refresh_from_db()
    assert exhibit.file_state == "checking"
    away.rename(path)
    run_due(as_worker, now=later + 2 * intake_job.LONGEST_WAIT)
    exhibit.refresh_from_db()
    assert content_of(exhibit.file) == content


def test_a_worker_killed_between_store_and_row_leaves_the_job_whole(
    own_database, as_worker, monkeypatch
):
    content = os.urandom(1000)
    sent(draft(), content)

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(intake_job, "_seal", die)
        with as_worker(), pytest.raises(Killed):
            intake_job.run(intake_job.claim())
    run_due(as_worker, now=timezone.now() + intake_job.LEASE)
    exhibit = Exhibit.objects.get()
    assert content_of(exhibit.file) == content
    assert SealedFile.objects.count() == 1


def test_the_worker_holds_no_transaction_while_bytes_move(own_database, as_worker, monkeypatch):
    sent(draft(), os.urandom(2 * uploads.MIB))
    seen = []
    original = uploads.plaintext

    def watching(upload):
        for piece in original(upload):
            seen.append(connection.in_atomic_block)
            yield piece

    monkeypatch.setattr(uploads, "plaintext", watching)
    run_due(as_worker)
    assert seen == [False, False]


def test_the_lease_is_kept_while_a_scanner_says_nothing(own_database, as_worker, monkeypatch):
    monkeypatch.setattr(intake_job, "BEAT", timedelta(milliseconds=20))
    sent(draft(), b"long in the scanner")
    beats, enough = [], threading.Event()
    extend = intake_job._extend

    def counted(job):
        extend(job)
        beats.append(IntakeJob.objects.get().claimed_until)
        if len(beats) > 2:
            enough.set()

    monkeypatch.setattr(intake_job, "_extend", counted)
    monkeypatch.setattr("custody.ports.examine._functions", [lambda _upload: enough.wait(60)])
    with as_worker():
        assert intake_job.run(intake_job.claim()) is not None
    assert enough.is_set()
    assert beats == sorted(beats)
    assert beats[-1] > beats[0]
    job = IntakeJob.objects.get()
    assert job.done_at is not None
    assert not any(thread.name.startswith("lease") for thread in threading.enumerate())


def test_a_beat_extends_no_job_that_another_worker_took_over(own_database, as_worker):
    sent(draft(), b"taken over")
    with as_worker():
        slow = intake_job.claim()
        late = timezone.now() + 2 * intake_job.LEASE
        other = intake_job.claim(now=late)
        intake_job._extend(slow)
        assert IntakeJob.objects.get().claimed_until == other.claimed_until


def test_a_database_that_is_away_for_one_beat_ends_no_examination(
    own_database, as_worker, monkeypatch, caplog
):
    monkeypatch.setattr(intake_job, "BEAT", timedelta(milliseconds=20))
    sent(draft(), b"goes on")
    tries, again = [], threading.Event()
    extend = intake_job._extend

    def failing(job):
        tries.append(job)
        if len(tries) == 2:
            raise OperationalError("away")
        extend(job)
        if len(tries) > 2:
            again.set()

    monkeypatch.setattr(intake_job, "_extend", failing)
    monkeypatch.setattr("custody.ports.examine._functions", [lambda _upload: again.wait(60)])
    with as_worker():
        assert intake_job.run(intake_job.claim()) is not None
    assert again.is_set()
    assert "could not be extended" in caplog.text
