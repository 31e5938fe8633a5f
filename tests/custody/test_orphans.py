"""Stored files that no row names go; nothing else does."""

import os
import time
from pathlib import Path

from django.conf import settings

from custody.orphans import sweep_orphans
from custody.stores import filestore
from tests.factories.custody import sealed
from tests.factories.submissions import draft, sent


def age(name: str, seconds: float) -> None:
    """Make a stored file look old."""
    path = Path(settings.STORE_DIR) / name[:2] / name
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


def stored(content: bytes) -> str:
    with filestore().create() as file:
        file.write(content)
    return file.name


def test_an_old_orphan_goes_and_a_young_one_stays(own_database):
    old, young = stored(b"old"), stored(b"young")
    age(old, 2 * 24 * 3600)
    sweep_orphans()
    names = set(filestore().names(0))
    assert old not in names
    assert young in names


def test_files_and_segments_with_rows_stay_however_old(own_database):
    file = sealed(b"kept")
    segment = sent(draft(), b"on its way").upload.segments.get()
    for name in (file.store_name, segment.store_name):
        age(name, 10 * 24 * 3600)
    sweep_orphans()
    assert {file.store_name, segment.store_name} <= set(filestore().names(0))
