"""Intake against SHA-256, SHA-512 and age in series: same bytes, same disk, write and fsync."""

import hashlib
import os
import resource
import time
from pathlib import Path

from tests.bench.ground import own_database

MIB = 1024 * 1024


def measure(mebibytes: int = 512) -> dict[str, float]:
    """MiB/s of both, alternating, medians of three; what intake added to peak memory in MiB."""
    from django.conf import settings

    from custody import uploads, vault
    from custody.age import AgeWriter
    from tests.factories.submissions import draft

    plain = Path(settings.STORE_DIR) / "bench-plain"
    found: dict[str, list[float]] = {"series": [], "intake": []}
    with own_database():
        submission = draft()
        block = os.urandom(MIB)
        with plain.open("wb") as file:
            for _n in range(mebibytes):
                file.write(block)
        upload, key = _uploaded(submission, block, mebibytes)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _round in range(3):
            found["series"].append(mebibytes / _series(plain, key.recipient, AgeWriter))
            begin = time.perf_counter()
            vault.store(_Reader(uploads.plaintext(upload)), key=key)
            found["intake"].append(mebibytes / (time.perf_counter() - begin))
        added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    plain.unlink()
    series, intake = (sorted(values)[1] for values in found.values())
    return {
        "series MiB/s": series,
        "intake MiB/s": intake,
        "ratio": intake / series,
        "memory added MiB": added,
    }


def _uploaded(submission, block, mebibytes):
    from django.db import transaction

    from impna.db import acting_as
    from submissions.actions import exhibits

    by = submission.begun_by
    with transaction.atomic(), acting_as(by):
        exhibit = exhibits.begin_upload(
            submission=submission, name="bench", length=mebibytes * MIB, by=by
        )
    for n in range(mebibytes):
        exhibits.receive(
            submission=submission.pk,
            exhibit=exhibit.reference,
            offset=n * MIB,
            data=block,
            checksum=None,
            by=by,
        )
    exhibit.refresh_from_db()
    return exhibit.upload, exhibit.key


def _series(plain: Path, recipient: str, writer_of) -> float:
    target = plain.with_name("bench-series")
    begin = time.perf_counter()
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    with plain.open("rb") as source, target.open("wb") as file:
        writer = writer_of(file, [recipient])
        while piece := source.read(MIB):
            sha256.update(piece)
            sha512.update(piece)
            writer.write(piece)
        writer.close()
        file.flush()
        os.fsync(file.fileno())
    taken = time.perf_counter() - begin
    target.unlink()
    return taken


class _Reader:
    def __init__(self, pieces) -> None:
        self._pieces = pieces

    def read(self, size: int, /) -> bytes:
        return next(self._pieces, b"")
