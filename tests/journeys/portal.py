"""A whole portal for the browser, on a database of its own: pages, bytes, workers, beat, clamd."""

import http.client
import itertools
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from impna.door import scanner
from impna.door.children import Recipe, Supervisor
from impna.door.place import Place
from impna.door.scanner import Scanner
from tests import workers

ROOT = Path(__file__).resolve().parents[2]
_CELERY = [sys.executable, "-m", "celery", "-A", "impna.celery:app"]
_BROKERS = itertools.count()


@dataclass(frozen=True)
class Portal:
    """Where it answers, and how its processes are started and ended."""

    origin: str
    bytes_origin: str
    database: str
    supervisor: Supervisor
    place: Place

    @property
    def names(self) -> list[str]:
        """What runs, by name."""
        return [child.recipe.name for child in self.supervisor.children]

    def child(self, name: str):
        """The running process of this name."""
        return next(child for child in self.supervisor.children if child.recipe.name == name)

    def log(self, name: str) -> str:
        """What a process has written so far."""
        return self.child(name).log.read_text(errors="replace")


# Starts a proxy before the given listeners of pages and bytes; the origin people type.
type InFront = Callable[[Supervisor, socket.socket, socket.socket], str]


@contextmanager
def running(database: str, folder: Path, in_front: InFront | None = None) -> Iterator[Portal]:
    """Everything up and answering on free loopback ports; all of it ended by its number after."""
    supervisor = Supervisor(folder)
    # Its scratch is its own, so that a search of it finds what these processes left.
    place = Place(folder, Path(tempfile.mkdtemp(dir=os.environ["PORTAL_SCRATCH_DIR"])))
    with _listener() as pages, _listener() as bytes_:
        origins = [f"http://localhost:{web.getsockname()[1]}" for web in (pages, bytes_)]
        try:
            if in_front is not None:
                origins = [in_front(supervisor, pages, bytes_)] * 2
            told = os.environ | _databases(database) | _scanned(place, supervisor)
            told |= dict(zip(("PORTAL_ORIGIN", "PORTAL_BYTES_ORIGIN"), origins, strict=True))
            told |= {"DJANGO_SETTINGS_MODULE": "impna.settings", "PORTAL_WEB_WORKERS": "1"}
            told |= {"PORTAL_SCRATCH_DIR": str(place.scratch), "TMPDIR": str(place.scratch)}
            # Not measured: it would slow every page, and the other tests run the same code.
            told.pop("COVERAGE_PROCESS_CONFIG", None)
            # No test's cache.clear() takes our tasks, and no other portal's workers do.
            told["REDIS_URL"] = workers.broker(workers.PORTALS + next(_BROKERS) % workers.EACH)
            supervisor.start(_web("pages", pages, told))
            supervisor.start(_web("bytes", bytes_, told))
            for queue in ("fast", "intake"):
                supervisor.start(_worker(queue, told))
            supervisor.start(_beat(told, folder))
            supervisor.wait_until(
                lambda: all(_answers(web) for web in (pages, bytes_)), "The first page", 60
            )
            yield Portal(*origins, database, supervisor, place)
        finally:
            supervisor.ask(supervisor.children)
            supervisor.stop()
            place.leave()


def _scanned(place: Place, supervisor: Supervisor) -> dict[str, str]:
    """A real clamd that knows the test file's signature."""
    found = scanner.start(place, supervisor)
    if not isinstance(found, Scanner):
        pytest.fail(f"No scanner ({found}): ./portal test --install gets it.", pytrace=False)
    return {"PORTAL_CLAMD_SOCKET": str(found.socket), "PORTAL_SCAN_LIMIT": str(found.limit)}


def _databases(name: str) -> dict[str, str]:
    return {
        variable: urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{name}"))
        for variable in ("DATABASE_URL", "DATABASE_WORKER_URL")
    }


def _web(process: str, listener: socket.socket, told: dict[str, str]) -> Recipe:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:impna.gunicorn"]
    command += ["--bind", f"fd://{listener.fileno()}", "impna.wsgi:application"]
    return Recipe(
        process,
        command,
        told | {"PORTAL_PROCESS": process},
        ROOT,
        keep_open=(listener.fileno(),),
    )


def _worker(queue: str, told: dict[str, str]) -> Recipe:
    command = [*_CELERY, "worker", "-Q", queue, "-n", f"{queue}-{os.getpid()}@%h"]
    command += ["--pool", "threads", "--concurrency", "1", "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle"]
    return Recipe(f"worker-{queue}", command, _as_worker(told, "worker"), ROOT)


def _beat(told: dict[str, str], folder: Path) -> Recipe:
    command = [*_CELERY, "beat", "--loglevel", "WARNING", "--pidfile="]
    command += ["--schedule", str(folder / "schedule")]
    return Recipe("beat", command, _as_worker(told, "beat"), ROOT)


def _as_worker(told: dict[str, str], process: str) -> dict[str, str]:
    return told | {"PORTAL_PROCESS": process, "DATABASE_URL": told["DATABASE_WORKER_URL"]}


def _listener() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def _answers(web: socket.socket) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", web.getsockname()[1], timeout=10)
    try:
        # The bytes server says 404 here, and that it is there.
        connection.request("GET", "/help/", headers={"Host": "localhost"})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
