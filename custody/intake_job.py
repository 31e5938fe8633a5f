"""Making received files whole: digests, comparison, one age file, then the examination (DESIGN 6).

Segments → SHA-256 and SHA-512 → the final age file → row and event → segments dropped. The job is
a row with a lease; a worker that dies leaves it to the next, which begins again: the half-made
file was never a row.
"""

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import DatabaseError, connection, transaction
from django.db.models import Manager, Q
from django.utils import timezone

from custody import log, scanning, uploads, vault
from custody.events import Event
from custody.models import IntakeJob, SealedFile, Upload
from custody.models.uploads import UploadState
from custody.ports import examine, received, unexamined

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
BEAT = LEASE / 4
# Making whole is tried for ever: what was acknowledged is not given up for a disk or a key store
# that is away (R7), and a scanner that is away is waited for. Only an examination that breaks off
# again and again ends after so many tries.
TRIES = 8
SCANNER_ASKED_AGAIN = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)


def claim(*, now: datetime | None = None) -> IntakeJob | None:
    """Take one due job for ten minutes; None when there is none. Others skip it."""
    now = now or timezone.now()
    with transaction.atomic():
        job = (
            IntakeJob.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("upload__key__compartment")
            .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
            .filter(done_at__isnull=True, due_at__lte=now)
            .order_by("due_at")
            .first()
        )
        if job is not None:
            job.claimed_until, job.attempts = now + LEASE, job.attempts + 1
            job.save(update_fields=["claimed_until", "attempts"])
    return job


def run(job: IntakeJob) -> SealedFile | None:
    """Make the file whole, then have it examined. None when it failed for good.

    Both steps may run twice: the first finds its file there, the second writes the same again.
    """
    try:
        file = job.upload.file or _make_whole(job)
        with beating(job):
            examine.call(job.upload)
        IntakeJob.objects.filter(pk=job.pk).update(done_at=timezone.now())
    except uploads.LostSegment:
        logger.exception("An upload's segments do not make up its file.")
        _fail(job, "segments_damaged")
        return None
    except scanning.ScannerAway:
        logger.warning("The virus scanner does not answer; it is asked again.")
        _wait_for_scanner(job)
        return None
    except Exception:
        logger.exception("Intake failed; it will be tried again.")
        if job.attempts >= TRIES and job.upload.file is not None:
            _leave_unexamined(job)
        else:
            _put_back(job)
        return None
    return file


def run_due() -> int:
    """Run one job after the other until none is due; how many there were."""
    count = 0
    while (job := claim()) is not None:
        run(job)
        count += 1
    return count


def _make_whole(job: IntakeJob) -> SealedFile:
    upload = job.upload
    stored = vault.store(_Chained(uploads.plaintext(upload), job), key=upload.key)
    return _seal(job, stored)


@transaction.atomic
def _seal(job: IntakeJob, stored: vault.Stored) -> SealedFile:
    upload = (
        Upload.objects.select_for_update(of=("self",)).select_related("key").get(pk=job.upload_id)
    )
    if upload.state != UploadState.RECEIVED:
        assert upload.file is not None
        return upload.file
    file = vault.keep(stored, key=upload.key, by=log.SYSTEM, submission=upload.submission)
    upload.state, upload.file, upload.ended_at = UploadState.SEALED, file, timezone.now()
    upload.save(update_fields=["state", "file", "ended_at"])
    log.record(
        Event.MADE_WHOLE,
        on=upload,
        by=log.SYSTEM,
        submission=upload.submission,
        data={"file": file.reference, **uploads.statement(upload)},
    )
    received.call(upload)
    uploads.drop_segments(upload)
    job.upload = upload
    return file


@transaction.atomic
def _fail(job: IntakeJob, failure: str) -> None:
    upload = Upload.objects.select_for_update().get(pk=job.upload_id)
    upload.state, upload.failure, upload.ended_at = UploadState.FAILED, failure, timezone.now()
    upload.save(update_fields=["state", "failure", "ended_at"])
    job.done_at = timezone.now()
    job.save(update_fields=["done_at"])
    received.call(upload)


def _leave_unexamined(job: IntakeJob) -> None:
    """The file is safe; only its examination failed for good. The exhibit says so (R7)."""
    unexamined.call(job.upload)
    IntakeJob.objects.filter(pk=job.pk).update(done_at=timezone.now())


def _wait_for_scanner(job: IntakeJob) -> None:
    """That nobody was there is no try."""
    IntakeJob.objects.filter(pk=job.pk).update(
        claimed_until=None,
        due_at=timezone.now() + SCANNER_ASKED_AGAIN,
        attempts=job.attempts - 1,
    )


def _put_back(job: IntakeJob) -> None:
    wait = min(timedelta(seconds=15 * 2 ** min(job.attempts, 12)), LONGEST_WAIT)
    IntakeJob.objects.filter(pk=job.pk).update(claimed_until=None, due_at=timezone.now() + wait)


class Leased(Protocol):
    """A row of work that a worker has taken for a while."""

    pk: int
    claimed_until: datetime | None
    attempts: int


@contextmanager
def beating(job: Leased) -> Iterator[None]:
    """Keep the lease while something long runs: it ends by its own deadlines, which are longer.

    A thread, because a scanner may say nothing for minutes.
    """
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT.total_seconds()):
                try:
                    _extend(job)
                except DatabaseError:
                    logger.warning("The lease of an intake job could not be extended.")
                    connection.close()
        finally:
            connection.close()

    _extend(job)
    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _extend(job: Leased) -> None:
    """Only of this try: a job that was taken over meanwhile is another's."""
    job.claimed_until = timezone.now() + LEASE
    rows: Manager[Any] = type(job).objects  # type: ignore[attr-defined]  # it is a model
    mine = rows.filter(pk=job.pk, attempts=job.attempts, done_at__isnull=True)
    mine.update(claimed_until=job.claimed_until)


class _Chained(io.RawIOBase):
    """An iterator of pieces as something to read from; extends the job's lease as it goes."""

    def __init__(self, pieces: Iterator[bytes], job: IntakeJob) -> None:
        self._pieces, self._job = pieces, job
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; empty at the end."""
        if not self._rest:
            self._heartbeat()
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def _heartbeat(self) -> None:
        until = self._job.claimed_until
        if until is not None and until - timezone.now() < LEASE / 2:
            _extend(self._job)
