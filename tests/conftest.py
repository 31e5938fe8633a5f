"""Real PostgreSQL as the application's roles: a template built by the owner, clones for tests.

Ordinary tests run in a transaction that is rolled back. Tests of transactions, roles and the
middleware ask for `own_database`: a fresh clone, dropped afterwards. Nothing is ever flushed.
"""

import base64
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from django.utils import timezone
from psycopg import sql

from tests import scanner
from tests.descriptors import open_files

ROOT = Path(__file__).resolve().parent.parent
NEEDED = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "PORTAL_KEYS_DIR",
    "PORTAL_STORE_DIR",
)
# Some tests take the environment away.
_STORE = os.environ.get("PORTAL_STORE_DIR", "")
_RUN = f"impna_test_{os.getpid()}_{uuid.uuid4().hex[:6]}"


def pytest_configure() -> None:
    """Stop with a sentence when the servers are not there."""
    # Real Argon2 at its lowest cost: hundreds of example people set passwords here.
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.parallelism = 1, 1
    Argon2PasswordHasher.memory_cost = 64
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise pytest.UsageError(
            f"{', '.join(missing)} not set: start tests with ./portal test, which brings the servers."
        )

    # WhiteNoise warns of a missing folder, and warnings are errors.
    (Path(os.environ["PORTAL_VAR"]) / "static").mkdir(parents=True, exist_ok=True)


def with_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


class Clones:
    """Makes and drops databases as the owner."""

    def __init__(self) -> None:
        self.owner_url = os.environ["DATABASE_OWNER_URL"]
        self.base = urlsplit(self.owner_url).path.strip("/")
        self.bare = f"{_RUN}_bare"
        self.template = f"{_RUN}_template"

    def execute(self, statement: sql.Composed) -> None:
        """One statement on the server, outside any transaction."""
        with psycopg.connect(with_database(self.owner_url, "postgres"), autocommit=True) as owner:
            owner.execute(statement)

    def create(self, name: str, template: str) -> None:
        """A copy; nobody may be connected to the template."""
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def drop(self, name: str) -> None:
        """PostgreSQL itself waits some seconds for sessions that are just ending."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    def build_bare(self) -> None:
        """Migrate as the owner, prepare as the application."""
        self.create(self.bare, self.base)
        for command, variable in (("migrate", "DATABASE_OWNER_URL"), ("prepare", "DATABASE_URL")):
            environment = os.environ | {
                "DATABASE_URL": with_database(os.environ[variable], self.bare)
            }
            subprocess.run(
                [sys.executable, "manage.py", command, "--verbosity", "0"],
                cwd=ROOT,
                env=environment,
                check=True,
            )


@pytest.fixture(scope="session")
def clones(django_db_blocker: object) -> Iterator[Clones]:
    """The templates of this run: a bare one, and one with the first people in it."""
    from tests.factories.standing import people

    made = Clones()
    made.build_bare()
    made.create(made.template, made.bare)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _point_to(made.template)
        people()
        connections.close_all()
    yield made
    made.drop(made.template)
    made.drop(made.bare)


@pytest.fixture(scope="session")
def django_db_setup(clones: Clones, django_db_blocker: object) -> Iterator[None]:
    """One clone for all tests that roll back."""
    name = f"{_RUN}_main"
    clones.create(name, clones.template)
    _point_to(name)
    yield
    connections.close_all()
    clones.drop(name)


@pytest.fixture
def own_database(
    clones: Clones, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[str]:
    """A fresh clone with real transactions; its name."""
    yield from _own(clones, clones.template, django_db_blocker)


@pytest.fixture
def unfounded_database(
    clones: Clones, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[str]:
    """A fresh clone without anybody in it."""
    yield from _own(clones, clones.bare, django_db_blocker)


def _own(clones: Clones, template: str, blocker: object) -> Iterator[str]:
    before = connections["default"].settings_dict["NAME"]
    name = f"{_RUN}_{uuid.uuid4().hex[:8]}"
    clones.create(name, template)
    with blocker.unblock():  # type: ignore[attr-defined]
        _point_to(name)
        yield name
        connections.close_all()
    _point_to(before)
    clones.drop(name)


@pytest.fixture(scope="session", autouse=True)
def shared_data() -> Path:
    """Real files nobody here wrote."""
    return Path(os.environ.get("IMPNA_SHARED_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def eicar(shared_data: Path) -> bytes:
    """The scanners' test file: kept encoded, never written to a disk."""
    path = shared_data / "eicar" / "eicar.b64"
    if not path.exists():
        say = f"{path} is not there; IMPNA_SHARED_DATA names the folder of test files"
        pytest.fail(say) if os.environ.get("CI") == "true" else pytest.skip(say)
    return base64.b64decode(path.read_bytes())


@pytest.fixture(scope="session")
def clamd(eicar: bytes) -> Iterator[scanner.Clamd]:
    """One real scanner for all tests that do not end it."""
    with scanner.running(eicar, "AlertEncrypted yes\nMaxRecursion 5\n") as made:
        yield made


@pytest.fixture(autouse=True)
def closed_files() -> Iterator[None]:
    """What a test leaves open fails that test, and not another when memory is tidied later."""
    yield
    left = open_files(_STORE)
    assert not left, f"A stored file was left open (an answer that was not read?): {left}"


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Valkey is real and shared by the run; its cache keys are not."""
    yield
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def as_owner(own_database: str):
    """The owner's own session on this test's database, for what an insider could try."""

    @contextmanager
    def session():
        url = with_database(os.environ["DATABASE_OWNER_URL"], own_database)
        with psycopg.connect(url) as owner:
            yield owner

    return session


@pytest.fixture
def as_worker(own_database: str):
    """Django's connection as the worker's role, as in Celery."""

    @contextmanager
    def session():
        settings = connections["default"].settings_dict
        before = settings["USER"], settings["PASSWORD"]
        worker = urlsplit(os.environ["DATABASE_WORKER_URL"])
        connections["default"].close()
        settings["USER"], settings["PASSWORD"] = worker.username, unquote(worker.password or "")
        try:
            yield
        finally:
            connections["default"].close()
            settings["USER"], settings["PASSWORD"] = before

    return session


class Clock:
    """Moves django.utils.timezone.now; nothing waits."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._offset = timedelta(0)
        real = timezone.now
        patch.setattr(timezone, "now", lambda: real() + self._offset)

    def move(self, **delta: float) -> None:
        """Forward, or back with negative numbers."""
        self._offset += timedelta(**delta)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time for this test."""
    return Clock(monkeypatch)


def _point_to(name: str) -> None:
    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name
