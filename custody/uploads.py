"""Receiving files in segments (tus 1.0, DESIGN 6): nothing acknowledged is lost, nothing is in clear.

A segment is sealed, synced to disk and counted in one short transaction; only then is it
acknowledged. When the last one is in, an intake job waits in the database.
"""

import hashlib
import hmac
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import age, log, vault
from custody.keys import keystore
from custody.models import IntakeJob, SealingKey, Segment, Upload
from custody.models.uploads import LARGEST, UploadState
from custody.ports import received
from custody.stores import filestore
from impna.db import Principal, after_commit, ask_as, transaction_as
from impna.errors import NotNow, Refused, TooLarge

MIB = 1024 * 1024
SEGMENT_MOST = 8 * MIB
LASTS = timedelta(days=7)
ALGORITHMS = ("sha256", "sha1")
_COUNT = """
    WITH advanced AS (
        UPDATE custody_upload SET "offset" = %s, expires_at = %s
        WHERE id = %s AND "offset" = %s AND state = %s AND expires_at > %s
        RETURNING id
    )
    INSERT INTO custody_segment (upload_id, start, size, sha256, from_device, store_name)
    SELECT id, %s, %s, %s, %s, %s FROM advanced
    RETURNING upload_id
"""


class WrongOffset(NotNow):
    """The sender and the portal disagree about how much has arrived (409)."""


class WrongChecksum(Refused):
    """What arrived is not what was sent; this one segment is discarded (460)."""

    status = 460


class Expired(Refused):
    """Too late: the upload was given up (410)."""

    status = 410


class NoRoom(Refused):
    """The partner's quota or the portal's disk has no room (507)."""

    status = 507


@dataclass(frozen=True)
class Checksum:
    """What the sender's device says of a segment: one of ALGORITHMS, and the digest."""

    algorithm: str
    digest: bytes

    def fits(self, data: bytes, *, sha256: bytes) -> bool:
        """Compare in constant time; `sha256` is the data's own, computed anyway."""
        computed = sha256
        if self.algorithm != "sha256":
            computed = hashlib.new(self.algorithm, data, usedforsecurity=False).digest()
        return hmac.compare_digest(computed, self.digest)


@transaction.atomic
def begin(
    *,
    key: SealingKey,
    length: int,
    submission: str,
    partner: str,
    by: str,
    quota: int,
) -> Upload:
    """Reserve room and take the first step. Space counts twice: segments, then the whole file.

    `quota` in bytes, over everything of the partner that is on its way. Raises TooLarge above
    50 GiB and NoRoom when quota or disk are short. An empty file is received at once.
    """
    if not 0 <= length <= LARGEST:
        raise TooLarge(_("One file may have up to 50 GiB."))
    _lock_quota(partner)
    if 2 * (on_the_way(partner) + length) > quota:
        raise NoRoom(_("Your organisation's room for files on their way is used up."))
    if 2 * length > filestore().free_bytes():
        raise NoRoom(_("The portal has no room for a file of this size at the moment."))
    now = timezone.now()
    upload = Upload.objects.create(
        key=key,
        submission=submission,
        partner=partner,
        by=by,
        length=length,
        made_at=now,
        expires_at=now + LASTS,
    )
    if length == 0:
        _received(upload)
    return upload


@transaction.atomic
def keep_whole(
    stored: vault.Stored, *, key: SealingKey, submission: str, partner: str, by: log.Actor
) -> Upload:
    """The upload of a file that was sealed as it arrived: at its end already, its file in it.

    The draft key is saved with it; the intake job waits for the examination alone.
    """
    now = timezone.now()
    key.save()
    file = vault.keep(stored, key=key, by=by, submission=submission)
    upload = Upload.objects.create(
        key=key,
        submission=submission,
        partner=partner,
        by=by.reference,
        length=stored.size,
        offset=stored.size,
        state=UploadState.SEALED,
        made_at=now,
        expires_at=now + LASTS,
        received_at=now,
        ended_at=now,
        file=file,
    )
    _queue(upload, now)
    return upload


@dataclass(frozen=True)
class Piece:
    """A segment that is sealed and on disk, but not counted: until then it is nobody's."""

    start: int
    size: int
    sha256: bytes
    from_device: bool
    store_name: str

    @property
    def stop(self) -> int:
        """Where the next one begins."""
        return self.start + self.size


def take(
    upload: Upload,
    *,
    recipient: str,
    offset: int,
    data: bytes,
    checksum: Checksum | None,
) -> Piece | None:
    """Seal one segment, whole, to the key of `upload`; it is on disk when this returns.

    None for an empty one, of which nothing is kept. Raises WrongChecksum (only this segment is
    discarded), WrongOffset, Expired, TooLarge. Needs no transaction and should not be in one:
    bytes move. What is never counted, the sweep removes.
    """
    if len(data) > SEGMENT_MOST:
        raise TooLarge(_("One segment may have up to 8 MiB."))
    digest = hashlib.sha256(data).digest()
    if checksum is not None and not checksum.fits(data, sha256=digest):
        raise WrongChecksum(_("This piece was damaged on the way. It will be sent again."))
    _check_fits(upload, offset=offset, size=len(data))
    if not data:
        return None
    with filestore().create() as file, age.encrypt(file, [recipient]) as sealed:
        sealed.write(data)
    return Piece(
        start=offset,
        size=len(data),
        sha256=digest,
        from_device=checksum is not None and checksum.algorithm == "sha256",
        store_name=file.name,
    )


def count(upload: Upload, piece: Piece, *, by: Principal) -> Upload:
    """Count a segment and return the upload with its new offset: now it is acknowledged.

    One statement, which finds nothing when the upload has moved on since: then the piece goes and
    the refusal is that of `take`. Whoever counts the last one holds a transaction, and in it the
    upload is received.
    """
    now = timezone.now()
    last = piece.stop == upload.length
    upload.offset, upload.expires_at = piece.stop, now + LASTS
    still = (upload.pk, piece.start, UploadState.RECEIVING, now)
    segment = (piece.start, piece.size, piece.sha256, piece.from_device, piece.store_name)
    counted = ask_as(by, _COUNT, [piece.stop, upload.expires_at, *still, *segment])
    if counted is None:
        filestore().delete(piece.store_name)
        with transaction_as(by):
            upload.refresh_from_db()
        _check_fits(upload, offset=piece.start, size=piece.size)
        raise WrongOffset(_("The portal has a different part of this file than you think."))
    if last:
        _received(upload)
    return upload


@transaction.atomic
def give_up(upload: Upload) -> Upload:
    """The sender ends it: its segments go, its key goes with the exhibit's."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.state != UploadState.RECEIVING:
        raise NotNow(_("This file has been received; it cannot be taken back this way."))
    _end(upload, UploadState.ENDED)
    return upload


@transaction.atomic
def expire(*, now: datetime | None = None, limit: int = 100) -> list[Upload]:
    """Give up what nobody went on with for seven days. Returns the uploads, for those to be told."""
    now = now or timezone.now()
    late = list(
        Upload.objects.select_for_update(skip_locked=True).filter(
            state=UploadState.RECEIVING, expires_at__lte=now
        )[:limit]
    )
    for upload in late:
        _end(upload, UploadState.FAILED, failure="expired")
        received.call(upload)
    return late


def on_the_way(partner: str) -> int:
    """Bytes of a partner's files that have not been made whole yet, as declared."""
    waiting = Upload.objects.filter(
        partner=partner, state__in=[UploadState.RECEIVING, UploadState.RECEIVED]
    )
    return waiting.aggregate(total=Sum("length"))["total"] or 0


def plaintext(upload: Upload) -> Iterator[bytes]:
    """The whole file, segment by segment, each verified against its own digest.

    The next segment is read and decrypted while the caller works on this one. Raises `LostSegment`
    when the segments do not make up the whole.
    """
    identity = keystore().identity(upload.key.compartment.name, upload.key.entry)
    segments = upload.segments.order_by("start").iterator(chunk_size=500)
    expected = 0
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = _begin_reading(ahead, next(segments, None), identity)
        while coming is not None:
            segment, reading = coming
            coming = _begin_reading(ahead, next(segments, None), identity)
            data = reading.result()
            if segment.start != expected or len(data) != segment.size:
                raise LostSegment
            expected += segment.size
            yield data
    if expected != upload.length:
        raise LostSegment


def _begin_reading(
    ahead: ThreadPoolExecutor, segment: Segment | None, identity: str
) -> tuple[Segment, Future[bytes]] | None:
    if segment is None:
        return None
    return segment, ahead.submit(_read_segment, segment.store_name, bytes(segment.sha256), identity)


def _read_segment(store_name: str, sha256: bytes, identity: str) -> bytes:
    """Touches no database: it runs in a thread of its own."""
    with filestore().open(store_name) as file:
        data = age.open_bytes(file.read(), [identity])
    if hashlib.sha256(data).digest() != sha256:
        raise LostSegment
    return data


class LostSegment(Exception):
    """The store gave back something other than what was acknowledged."""


def statement(upload: Upload) -> dict[str, log.Datum]:
    """What was stated of the segments, for the log before they go.

    `segments_sha256` is over one line for each in order: its start, size and hex SHA-256, with
    spaces and a line feed. `by_device` counts those whose digest the sender's device stated.
    """
    lines = hashlib.sha256()
    count = by_device = 0
    for segment in upload.segments.order_by("start").iterator(chunk_size=500):
        line = f"{segment.start} {segment.size} {bytes(segment.sha256).hex()}\n"
        lines.update(line.encode())
        count, by_device = count + 1, by_device + int(segment.from_device)
    return {"segments": count, "by_device": by_device, "segments_sha256": lines.hexdigest()}


def drop_segments(upload: Upload) -> None:
    """After the whole file is kept: rows first, then bytes; a crash leaves orphans for the sweep."""
    names = list(upload.segments.values_list("store_name", flat=True))
    upload.segments.all().delete()
    after_commit(_delete, names)


def _received(upload: Upload) -> None:
    now = timezone.now()
    upload.state, upload.received_at = UploadState.RECEIVED, now
    upload.save(update_fields=["state", "received_at"])
    _queue(upload, now)


def _queue(upload: Upload, now: datetime) -> None:
    IntakeJob.objects.create(upload=upload, due_at=now)
    after_commit(_queue_intake)


def _end(upload: Upload, state: UploadState, *, failure: str = "") -> None:
    upload.state, upload.failure, upload.ended_at = state, failure, timezone.now()
    upload.save(update_fields=["state", "failure", "ended_at"])
    drop_segments(upload)


def _check_fits(upload: Upload, *, offset: int, size: int) -> None:
    _check_open(upload)
    if offset != upload.offset:
        raise WrongOffset(_("The portal has a different part of this file than you think."))
    if offset + size > upload.length:
        raise TooLarge(_("This is more than the file was said to have."))


def _check_open(upload: Upload) -> None:
    if upload.state == UploadState.RECEIVING and upload.expires_at <= timezone.now():
        raise Expired(_("Nobody went on with this file for seven days. Start it again."))
    if upload.state in (UploadState.FAILED, UploadState.ENDED):
        raise Expired(_("This file was given up. Start it again."))
    if upload.state != UploadState.RECEIVING:
        raise NotNow(_("This file has arrived whole already."))


def _lock_quota(partner: str) -> None:
    """Two uploads of one partner at once do not share the same free room."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"quota:{partner}"]
        )


def _queue_intake() -> None:
    from custody.tasks import intake  # the task imports this module

    intake.delay()


def _delete(names: list[str]) -> None:
    for name in names:
        filestore().delete(name)
