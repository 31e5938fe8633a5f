"""A process that may too much, or could not do what it promises, does not start."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from custody.keys import keystore
from impna import startup
from impna.environment import database
from impna.startup import check_database_role, check_keys, check_scratch, check_start
from tests.conftest import ROOT, with_database

MIB = 1024 * 1024


def test_the_applications_and_the_workers_roles_may_start(own_database, as_worker):
    check_database_role()
    with as_worker():
        check_database_role()


def test_the_owner_of_the_tables_does_not_start(own_database):
    settings = connections["default"].settings_dict
    before = settings["USER"], settings["PASSWORD"]
    owner = database(os.environ["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL")
    connections["default"].close()
    settings["USER"], settings["PASSWORD"] = owner["USER"], owner["PASSWORD"]
    try:
        with pytest.raises(ImproperlyConfigured, match="impna_app"):
            check_database_role()
    finally:
        connections["default"].close()
        settings["USER"], settings["PASSWORD"] = before


@pytest.fixture
def production(settings, tmp_path):
    """The key store of production, with a sound master key: not the one of this computer."""
    settings.PRODUCTION = True
    settings.MASTER_KEY_FILE = str(tmp_path / "master")
    Path(settings.MASTER_KEY_FILE).write_bytes(bytes(32))
    Path(settings.MASTER_KEY_FILE).chmod(0o600)
    keystore.cache_clear()
    yield settings
    keystore.cache_clear()


def test_keys_that_open_may_be_relied_on(own_database):
    check_start()


def test_a_master_key_that_is_missing_or_open_to_others_stops_the_start(own_database, production):
    file = Path(production.MASTER_KEY_FILE)
    file.chmod(0o640)
    with pytest.raises(ImproperlyConfigured, match=r"PORTAL_MASTER_KEY_FILE: chmod 600"):
        check_keys()
    file.unlink()
    with pytest.raises(ImproperlyConfigured, match="PORTAL_MASTER_KEY_FILE"):
        check_keys()


def test_another_master_key_than_the_one_they_were_made_with_stops_the_start(
    own_database, production
):
    with pytest.raises(ImproperlyConfigured, match=r"do not open.*PORTAL_MASTER_KEY_FILE"):
        check_keys()


def test_an_empty_key_store_stops_the_start(own_database, settings, tmp_path):
    settings.KEYS_DIR = tmp_path
    tmp_path.chmod(0o700)
    keystore.cache_clear()
    with pytest.raises(ImproperlyConfigured, match="PORTAL_KEYS_DIR"):
        check_keys()
    tmp_path.chmod(0o750)
    with pytest.raises(ImproperlyConfigured, match="chmod 700"):
        check_keys()
    keystore.cache_clear()


@pytest.mark.parametrize(("limit", "starts"), [(512 * MIB, True), (512 * MIB + 1, False)])
def test_scratch_holds_the_largest_file_to_be_scanned(settings, monkeypatch, limit, starts):
    usage = namedtuple("usage", "total used free")(2048 * MIB, 0, 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    settings.SCAN_LIMIT = limit
    if starts:
        check_scratch()
    else:
        with pytest.raises(ImproperlyConfigured, match=f"at most {512 * MIB}"):
            check_scratch()


def test_scratch_of_production_is_memory(settings, monkeypatch):
    monkeypatch.setattr(startup, "in_memory", lambda _path: False)
    check_scratch()
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="on a disk"):
        check_scratch()


SERVER = [sys.executable, "-m", "gunicorn", "--config", "python:impna.gunicorn"]
WORKER = [sys.executable, "-m", "celery", "-A", "impna.celery:app", "worker", "--pool", "solo"]


@pytest.mark.parametrize(
    ("command", "settings", "words"),
    [
        ([*SERVER, "impna.wsgi:application"], {"PORTAL_SCAN_LIMIT": str(2**60)}, "SCRATCH_DIR is"),
        (WORKER, {"PORTAL_SCAN_LIMIT": str(2**60)}, "PORTAL_SCRATCH_DIR is too small"),
        ([*SERVER, "impna.wsgi:application"], {"PORTAL_WEB_WORKERS": "x"}, "PORTAL_WEB_WORKERS is"),
    ],
)
def test_web_servers_and_workers_make_sure_before_they_begin(
    own_database, command, settings, words
):
    told = {"PORTAL_BIND": "127.0.0.1:0", "DJANGO_SETTINGS_MODULE": "impna.settings"}
    told["DATABASE_URL"] = with_database(os.environ["DATABASE_URL"], own_database)
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=os.environ | told | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert words in done.stderr
