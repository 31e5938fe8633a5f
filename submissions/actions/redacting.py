"""The worker's part of redacted copies: pictures of pages, copies with black places, scans.

A row with a lease is the job: a worker that dies leaves it to the next, which begins again. What
a file does to the programs that read it costs the copy, never the exhibit.
"""

import io
import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from custody import log, scanning, vault
from custody.intake.clamd import Verdict
from custody.intake.redactor import CannotRedact, Copy, Pictures, Redactor
from custody.intake_job import LEASE, LONGEST_WAIT, SCANNER_ASKED_AGAIN, TRIES, beating
from custody.keystore import KeyErased
from custody.models import DerivationKind, SealedFile
from impna.errors import NotNow
from submissions import notifications
from submissions.events import Event
from submissions.models import Exhibit, PagePictures, Redaction
from submissions.states import Scan

logger = logging.getLogger(__name__)

# A fault of the moment, not of the file: tried again.
_PASSES = {"no_room", "helper_died"}

type Job = PagePictures | Redaction


def run_due() -> int:
    """Do one job after the other until none is due; how many there were."""
    count = 0
    while (job := claim()) is not None:
        run(job)
        count += 1
    return count


def claim(now: datetime | None = None) -> Job | None:
    """Take one due job, pictures first: somebody waits for those. Others skip it."""
    now = now or timezone.now()
    return _claim(PagePictures, now) or _claim(Redaction, now)


def run(job: Job) -> None:
    """Do it, or write down why it cannot be done, or put it back. It may run twice."""
    exhibit = job.exhibit
    try:
        if exhibit.file is None or exhibit.removed_at is not None or exhibit.scan == Scan.INFECTED:
            raise CannotRedact("gone")
        with beating(job):
            if isinstance(job, PagePictures):
                _draw(job, exhibit.file)
            elif job.file is not None:
                _scan(job, job.file)
            else:
                _redact(job, exhibit.file)
    except CannotRedact as failure:
        if failure.code in _PASSES and job.attempts < TRIES:
            _put_back(job)
        else:
            _fail(job, failure.code)
    except (KeyErased, NotNow):
        _fail(job, "gone")
    except scanning.ScannerAway:
        logger.warning("The virus scanner does not answer; it is asked again.")
        _put_back(job, after=SCANNER_ASKED_AGAIN, counts=False)
    except Exception:
        logger.exception("Redacting failed; it will be tried again.")
        if job.attempts < TRIES:
            _put_back(job)
        else:
            _fail(job, "error")


def _draw(job: PagePictures, original: SealedFile) -> None:
    with scanning.plaintext(original) as pieces:
        pictures = _redactor().pages(pieces())
    stored = vault.store(io.BytesIO(pictures.content), key=original.key)
    _keep_pages(job, original, pictures, stored)


def _redact(job: Redaction, original: SealedFile) -> None:
    with scanning.plaintext(original) as pieces:
        copy = _redactor().redact(pieces(), job.marks)
    verdict = scanning.verdict_on([copy.content])
    if verdict.outcome == "infected":
        raise CannotRedact("infected")
    stored = vault.store(io.BytesIO(copy.content), key=original.key)
    _keep_copy(job, original, copy, stored, Scan(verdict.outcome), verdict.why)


def _scan(job: Redaction, supplied: SealedFile) -> None:
    with scanning.plaintext(supplied) as pieces:
        verdict = scanning.verdict_on(pieces())
    _keep_verdict(job, verdict)


@transaction.atomic
def _keep_pages(
    job: PagePictures, original: SealedFile, pictures: Pictures, stored: vault.Stored
) -> None:
    locked = _locked(job)
    if isinstance(locked, PagePictures):
        locked.file = vault.keep_derivation(
            stored,
            original=original,
            kind=DerivationKind.THUMBNAIL,
            tool=pictures.tool,
            by=log.SYSTEM,
            submission=locked.exhibit.submission.reference,
        )
        locked.places, locked.done_at = [[*place] for place in pictures.places], timezone.now()
        locked.save(update_fields=["file", "places", "done_at"])


@transaction.atomic
def _keep_copy(
    job: Redaction,
    original: SealedFile,
    copy: Copy,
    stored: vault.Stored,
    scan: Scan,
    why: str,
) -> None:
    locked = _locked(job)
    if not isinstance(locked, Redaction):
        return
    submission = locked.exhibit.submission.reference
    locked.file = vault.keep_derivation(
        stored,
        original=original,
        kind=DerivationKind.REDACTION,
        tool=copy.tool,
        by=log.SYSTEM,
        submission=submission,
    )
    locked.kind, locked.scan, locked.scan_reason = copy.kind, scan, why
    locked.done_at = timezone.now()
    locked.save(update_fields=["file", "kind", "scan", "scan_reason", "done_at"])
    data: dict[str, log.Datum] = {
        "file": locked.file.reference,
        "pages": copy.pages,
        "places": len(locked.marks),
        "scan": scan,
    }
    _record(Event.REDACTION_MADE, locked, data)
    notifications.redaction_ready(locked)


@transaction.atomic
def _keep_verdict(job: Redaction, verdict: Verdict) -> None:
    """Of a supplied copy: it is there whatever comes of scanning it."""
    locked = _locked(job)
    if isinstance(locked, Redaction):
        locked.scan, locked.scan_reason = Scan(verdict.outcome), verdict.why
        locked.done_at = timezone.now()
        locked.save(update_fields=["scan", "scan_reason", "done_at"])
        data: dict[str, log.Datum] = {"scan": locked.scan, "reason": locked.scan_reason}
        _record(Event.REDACTION_EXAMINED, locked, data)
        harmful = locked.scan == Scan.INFECTED
        (notifications.redaction_failed if harmful else notifications.redaction_ready)(locked)


@transaction.atomic
def _fail(job: Job, code: str) -> None:
    if isinstance(job, Redaction) and job.file is not None:
        _keep_verdict(job, scanning.UNEXAMINED)
        return
    locked = _locked(job)
    if locked is not None:
        locked.failure, locked.done_at = code, timezone.now()
        locked.save(update_fields=["failure", "done_at"])
        if isinstance(locked, Redaction):
            _record(Event.REDACTION_FAILED, locked, {"failure": code})
            if code != "gone":
                notifications.redaction_failed(locked)


def _claim[Row: (PagePictures, Redaction)](rows: type[Row], now: datetime) -> Row | None:
    with transaction.atomic():
        job: Row | None = (
            rows.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related(
                "exhibit__submission__partner",
                "exhibit__file__key__compartment",
                "file__key__compartment",
            )
            .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
            .filter(done_at__isnull=True, due_at__lte=now)
            .order_by("due_at")
            .first()
        )
        if job is not None:
            job.claimed_until, job.attempts = now + LEASE, job.attempts + 1
            job.save(update_fields=["claimed_until", "attempts"])
    return job


def _locked(job: Job) -> Job | None:
    """The job, its exhibit still there; None when another worker has ended it."""
    found: Job | None = (
        type(job)
        .objects.select_for_update(of=("self",))
        .select_related("exhibit__submission__partner", "exhibit__key", "asked_by")
        .filter(pk=job.pk, done_at__isnull=True)
        .first()
    )
    return found


def _put_back(job: Job, *, after: timedelta | None = None, counts: bool = True) -> None:
    wait = after or min(timedelta(seconds=15 * 2 ** min(job.attempts, 12)), LONGEST_WAIT)
    type(job).objects.filter(pk=job.pk).update(
        claimed_until=None,
        due_at=timezone.now() + wait,
        attempts=job.attempts if counts else job.attempts - 1,
    )


def _record(event: Event, redaction: Redaction, data: dict[str, log.Datum]) -> None:
    exhibit: Exhibit = redaction.exhibit
    log.record(
        event,
        on=exhibit,
        by=log.SYSTEM,
        submission=exhibit.submission.reference,
        data={"exhibit": exhibit.number, "copy": redaction.number, **data},
    )


_of_this_thread = threading.local()


def _redactor() -> Redactor:
    """One for each worker thread: its helper starts once, and ends with the thread."""
    if not hasattr(_of_this_thread, "redactor"):
        _of_this_thread.redactor = Redactor(scratch=settings.SCRATCH_DIR).__enter__()
    redactor: Redactor = _of_this_thread.redactor
    return redactor
