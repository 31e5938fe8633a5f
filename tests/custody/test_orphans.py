"""Stored files that no row names go; nothing else does."""

import os
import time
from pathlib import Path

import pytest
from django.conf import settings

from custody import orphans, stores
from custody.models import Segment
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


def old_orphans(number: int) -> set[str]:
    names = {stored(b"orphan") for _one in range(number)}
    for name in names:
        age(name, 2 * orphans.DAY)
    return names


@pytest.fixture
def own_store(tmp_path, monkeypatch):
    """A store with nothing of other tests in it."""
    monkeypatch.setattr(settings, "STORE_DIR", tmp_path)
    stores.filestore.cache_clear()
    yield
    stores.filestore.cache_clear()


def old_files_with_rows(number: int) -> set[str]:
    submission = draft()
    for _one in range(number):
        sent(submission, b"kept")
    names = set(Segment.objects.values_list("store_name", flat=True))
    for name in names:
        age(name, 2 * orphans.DAY)
    return names


def test_another_databases_store_is_not_emptied(own_database, own_store, caplog):
    """A restore of the wrong dump: every file looks like an orphan."""
    names = old_orphans(11)
    assert sweep_orphans() == 0
    assert names <= set(filestore().names(0))
    assert "11 of 11 stored files have no row; none was removed." in caplog.text


def test_more_orphans_than_a_crash_leaves_are_kept(own_database, own_store, caplog, monkeypatch):
    """A dump older than the store: some files have rows, implausibly many have none."""
    monkeypatch.setattr(orphans, "_PLAUSIBLE", 5)
    kept, lost = old_files_with_rows(4), old_orphans(6)
    assert sweep_orphans() == 0
    assert kept | lost <= set(filestore().names(0))
    assert "6 of 10 stored files have no row" in caplog.text


def test_as_many_as_a_crash_leaves_go(own_database, own_store, monkeypatch):
    monkeypatch.setattr(orphans, "_PLAUSIBLE", 5)
    kept, lost = old_files_with_rows(4), old_orphans(5)
    assert sweep_orphans() == 5
    assert set(filestore().names(0)) & (kept | lost) == kept
