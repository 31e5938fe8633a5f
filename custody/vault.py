"""The only door to sealed bytes: seal, open, read, erase (DESIGN 6).

Originals are never changed (R1); nothing is in clear on the way to the store (R2); every opening
is recorded before a byte leaves (R3); a key's end is the end of everything sealed to it (R10).
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.age import AgeReader, AgeWriter
from custody.events import Event
from custody.filestore import NewFile
from custody.kept import KeptHeaders
from custody.keys import keystore
from custody.keystore import KeyErased
from custody.models import Compartment, DerivationKind, Opening, SealedFile, SealingKey
from custody.ports import Openable, may_open
from custody.stores import filestore
from impna.db import Principal, after_commit, transaction_as
from impna.errors import NotAllowed, NotNow

logger = logging.getLogger(__name__)

PERMIT_LASTS = timedelta(minutes=15)
_PIECE = 1024 * 1024
# How many bytes may be sent on one look at the permit.
RECHECK_EVERY = 8 * 1024 * 1024
_headers = KeptHeaders()
# Counts what is about to be sent and says whether it may be: whoever does not like the answer
# rolls back. A range of a film is asked for many times a minute.
_COUNT = """
    UPDATE custody_opening opening
    SET bytes_sent = opening.bytes_sent + %s, requests = opening.requests + %s
    FROM custody_sealedfile file JOIN custody_sealingkey key ON key.id = file.key_id
    WHERE opening.id = %s AND opening.files @> %s::jsonb AND file.id = %s
    RETURNING opening.by, opening.expires_at, opening.ended_at, key.destroyed_at
"""


class Person(log.Actor, Principal, Protocol):
    """Whoever reads: named in the log, known to the database."""


class Readable(Protocol):
    """Anything with read(n); it is read to its end."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Stored:
    """A finished age file in the store, not yet a row. Sizes in bytes."""

    store_name: str
    size: int
    sha256: bytes
    sha512: bytes
    stored_size: int
    stored_sha256: bytes


def new_key(compartment: Compartment) -> SealingKey:
    """A key pair for one exhibit or identity: its entry first, then its row."""
    key = draft_key(compartment)
    key.save()
    return key


def draft_key(compartment: Compartment) -> SealingKey:
    """A key pair whose row is saved together with its first file, or never: see `forget_draft`."""
    if compartment.destroyed_at is not None:
        raise NotNow(_("This has been erased."))
    handle = keystore().new_key(compartment.name)
    return SealingKey(
        compartment=compartment,
        entry=handle.entry,
        recipient=handle.recipient,
        made_at=timezone.now(),
    )


def forget_draft(key: SealingKey, store_name: str = "") -> None:
    """What was sealed to a draft key did not arrive whole: nothing of it stays."""
    if store_name:
        filestore().delete(store_name)
    keystore().destroy_key(key.compartment.name, key.entry)


def forget_stored(_key: SealingKey, store_name: str) -> None:
    """What was sealed to a key that has other files became no row: the key stays."""
    if store_name:
        filestore().delete(store_name)


def free_bytes() -> int:
    """How many bytes the store may still take."""
    return filestore().free_bytes()


class Storing:
    """A new age file for `key`, digested as it is written; `finish` gives what was stored.

    Use as a context manager: leaving it without `finish`, or by an exception, leaves nothing in
    the store. Needs no transaction and should not be in one: bytes move. A file whose row is never
    saved is an orphan that the sweep removes.
    """

    def __init__(self, key: SealingKey) -> None:
        _check_usable(key)
        self._key = key
        self._sha256, self._sha512 = hashlib.sha256(), hashlib.sha512()
        self._size = 0
        self._stored: Stored | None = None

    def __enter__(self) -> Self:
        self._stack = ExitStack().__enter__()
        file = self._stack.enter_context(filestore().create())
        self._sealed = _Digesting(file)
        self._writer = AgeWriter(self._sealed, [self._key.recipient])
        self._name = file.name
        return self

    def write(self, piece: bytes) -> None:
        """Take all of `piece`."""
        self._sha256.update(piece)
        self._sha512.update(piece)
        self._size += len(piece)
        self._writer.write(piece)

    def finish(self) -> Stored:
        """Write the last chunk; the file enters the store when the block is left."""
        self._writer.close()
        self._stored = Stored(
            store_name=self._name,
            size=self._size,
            sha256=self._sha256.digest(),
            sha512=self._sha512.digest(),
            stored_size=self._sealed.size,
            stored_sha256=self._sealed.sha256.digest(),
        )
        return self._stored

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None and self._stored is None:
            error = Unfinished("A file was left before its last chunk was written.")
            kind = Unfinished
        self._stack.__exit__(kind, error, trace)


class Unfinished(Exception):
    """Makes the store forget a file that was not finished."""


def store(source: Readable, *, key: SealingKey) -> Stored:
    """Stream `source` to its end into a new age file for `key`."""
    with Storing(key) as storing:
        while piece := source.read(_PIECE):
            storing.write(piece)
        return storing.finish()


@transaction.atomic
def keep(stored: Stored, *, key: SealingKey, by: log.Actor, submission: str = "") -> SealedFile:
    """Make a stored age file an original: row and event together (R6)."""
    return _keep(stored, key=key, by=by, submission=submission)


@transaction.atomic
def keep_derivation(
    stored: Stored,
    *,
    original: SealedFile,
    kind: DerivationKind,
    tool: str,
    by: log.Actor,
    submission: str = "",
) -> SealedFile:
    """Make a stored age file a derivation of `original`, sealed to the same key."""
    return _keep(
        stored,
        key=original.key,
        by=by,
        submission=submission,
        original=original,
        derivation=kind,
        tool=tool,
    )


@transaction.atomic
def open(
    target: Openable, *, by: log.Actor, reason: str, files: Mapping[str, SealedFile]
) -> Opening:
    """Ask, record one opening, and give a permit of fifteen minutes for the named files.

    `files` maps what the reader sees ("Exhibit 12.jpg") to the file. Raises NotAllowed when no
    basis is found or asking fails (R13), NotNow when a key has been destroyed.
    """
    basis = _basis(target, by)
    for file in files.values():
        _check_usable(file.key)
    now = timezone.now()
    opening = Opening.objects.create(
        target=f"{target.custody_label}:{target.reference}",
        submission=target.submission_reference,
        by=by.reference,
        basis=basis,
        files=[{"name": name, "file": file.reference} for name, file in files.items()],
        opened_at=now,
        expires_at=now + PERMIT_LASTS,
    )
    log.record(
        Event.OPENED,
        on=target,
        by=by,
        submission=target.submission_reference,
        reason=reason,
        data={
            "opening": opening.reference,
            "basis": basis,
            "files": [file.reference for file in files.values()],
        },
        at=now,
    )
    return opening


class Reading:
    """A permitted reading of one file: `size` in bytes, and verified ranges of it.

    Holds no transaction while bytes move. The permit, the key, and whether the actor may still
    open the target, are looked at here and again every 8 MiB; when one fails the stream ends with
    an error, so that the receiver sees a broken transfer and never a short file that looks whole.
    With `first`, a range that will be read at once, this look counts its first 8 MiB as well.
    """

    def __init__(
        self,
        opening: Opening,
        file: SealedFile,
        target: Openable,
        by: Person,
        *,
        first: tuple[int, int] | None = None,
    ) -> None:
        self._opening, self._target, self._by = opening, target, by
        self.file, self.size = file, file.size
        self._counted = first
        if first is None:
            self._look()
        else:
            self._look(sending=min(first[1] - first[0], RECHECK_EVERY), request=True)
        self._handle = filestore().open(file.store_name)
        try:
            self._reader = self._opened()
        except Exception:
            self._handle.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._handle.close()

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `stop`; counted before they are given."""
        stop = self.size if stop is None else min(stop, self.size)
        counted, self._counted = self._counted == (start, stop), None
        for begin in range(start, max(stop, start + 1), RECHECK_EVERY):
            end = min(begin + RECHECK_EVERY, stop)
            if begin > start or not counted:
                self._look(sending=end - begin, request=begin == start)
            yield from self._reader.read_range(begin, end)

    def _look(self, *, sending: int = 0, request: bool = False) -> None:
        """May this go on? What is about to be sent is counted if so, and only then."""
        with transaction_as(self._by, savepoint=False), connection.cursor() as cursor:
            _basis(self._target, self._by)
            named = json.dumps([{"file": self.file.reference}])
            cursor.execute(_COUNT, [sending, int(request), self._opening.pk, named, self.file.pk])
            row = cursor.fetchone()
            if row is None or row[0] != self._by.reference:
                raise NotAllowed(_("This permit is not for you, or not for this file."))
            _owner, expires_at, ended_at, destroyed_at = row
            if ended_at is not None or expires_at <= timezone.now():
                raise NotNow(_("The fifteen minutes are over. Open it again."))
            if destroyed_at is not None:
                _headers.drop(self.file.store_name)
                raise NotNow(_("This has been erased."))

    def _opened(self) -> AgeReader:
        """From memory, if it was read a moment ago: `_look` has just seen that its key exists."""
        kept = _headers.get(self.file.store_name)
        if kept is not None:
            return AgeReader(self._handle, [], again=kept)
        key = self.file.key
        try:
            identity = keystore().identity(key.compartment.name, key.entry)
        except KeyErased as error:
            raise NotNow(_("This has been erased.")) from error
        reader = AgeReader(self._handle, [identity])
        _headers.put(self.file.store_name, reader.opened)
        return reader


@transaction.atomic
def end_openings(*, now: datetime | None = None, limit: int = 200) -> int:
    """Write the end event, with what was read, of permits whose time is over. Returns how many."""
    now = now or timezone.now()
    over = Opening.objects.select_for_update(skip_locked=True).filter(
        ended_at__isnull=True, expires_at__lte=now
    )[:limit]
    for opening in over:
        opening.ended_at = now
        opening.save(update_fields=["ended_at"])
        log.record(
            Event.OPENING_ENDED,
            on=opening,
            by=log.SYSTEM,
            submission=opening.submission,
            data={"bytes": str(opening.bytes_sent), "requests": opening.requests},
            at=now,
        )
    return len(over)


@transaction.atomic
def destroy(key: SealingKey, *, by: log.Actor, reason: str, submission: str = "") -> SealingKey:
    """Decide that everything sealed to `key` is gone. The rows stay as a tombstone (R10).

    The key store's entry and the stored files go right after the commit; `sweep` finishes what a
    crash left undone. Callers check for holds first.
    """
    key = SealingKey.objects.select_for_update().get(pk=key.pk)
    if key.destroyed_at is not None:
        return key
    key.destroyed_at = timezone.now()
    key.save(update_fields=["destroyed_at"])
    log.record(
        Event.KEY_DESTROYED,
        on=key,
        by=by,
        submission=submission,
        reason=reason,
        data={"files": [file.reference for file in key.files.order_by("pk")]},
    )
    after_commit(_remove, key)
    return key


@transaction.atomic
def destroy_compartment(
    compartment: Compartment, *, by: log.Actor, reason: str, submission: str
) -> None:
    """Decide that everything of a compartment is gone: each key in it, and every text it sealed.

    As with `destroy`: the key store's entry goes right after the commit, the sweep makes sure, and
    callers check for holds first. Each key has its own event; the caller's says the rest.
    """
    for key in compartment.keys.filter(destroyed_at__isnull=True).order_by("pk"):
        destroy(key, by=by, reason=reason, submission=submission)
    compartment.destroyed_at = timezone.now()
    compartment.save(update_fields=["destroyed_at"])
    after_commit(keystore().destroy_compartment, compartment.name)


def sweep_compartments() -> None:
    """Take destroyed compartments out of the key store, also those that a backup brought back."""
    erased = Compartment.objects.filter(destroyed_at__isnull=False)
    for name in erased.values_list("name", flat=True).iterator():
        keystore().destroy_compartment(name)


def sweep() -> int:
    """Finish erasures that a crash interrupted; returns how many keys were destroyed."""
    undone = SealingKey.objects.filter(
        destroyed_at__isnull=False, entry_gone_at__isnull=True
    ).select_related("compartment")
    for key in undone:
        _remove(key)
    return len(undone)


def _remove(key: SealingKey) -> None:
    keystore().destroy_key(key.compartment.name, key.entry)
    for file in key.files.all():
        filestore().delete(file.store_name)
    SealingKey.objects.filter(pk=key.pk).update(entry_gone_at=timezone.now())


def _keep(
    stored: Stored,
    *,
    key: SealingKey,
    by: log.Actor,
    submission: str,
    original: SealedFile | None = None,
    derivation: str = "",
    tool: str = "",
) -> SealedFile:
    locked = SealingKey.objects.select_for_update().get(pk=key.pk)
    _check_usable(locked)
    now = timezone.now()
    file = SealedFile.objects.create(
        key=key,
        store_name=stored.store_name,
        size=stored.size,
        sha256=stored.sha256,
        sha512=stored.sha512,
        stored_size=stored.stored_size,
        stored_sha256=stored.stored_sha256,
        sealed_at=now,
        original=original,
        derivation=derivation,
        tool=tool,
    )
    data: dict[str, log.Datum] = {
        "size": str(stored.size),
        "sha256": stored.sha256.hex(),
        "sha512": stored.sha512.hex(),
        "stored_sha256": stored.stored_sha256.hex(),
    }
    if original is not None:
        data |= {"original": original.reference, "kind": derivation, "tool": tool}
    event = Event.FILE_SEALED if original is None else Event.FILE_DERIVED
    log.record(event, on=file, by=by, submission=submission, data=data, at=now)
    return file


def _basis(target: Openable, by: log.Actor) -> str:
    try:
        basis = may_open.basis(target, by)
    except Exception as error:
        logger.exception("Asking whether something may be opened failed; it stays closed.")
        raise NotAllowed(_("Whether you may open this could not be established.")) from error
    if basis is None:
        raise NotAllowed(_("You may not open this."))
    return basis


def _check_usable(key: SealingKey) -> None:
    if key.destroyed_at is not None:
        raise NotNow(_("This has been erased."))


class _Digesting:
    """Passes bytes on to a new file and digests what is stored."""

    def __init__(self, file: NewFile) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return self._file.write(data)
