"""A whole portal for the browser: pages, bytes, both workers and beat, on a database of its own."""

import http.client
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from impna.door.children import Recipe, Supervisor
from tests import workers

ROOT = Path(__file__).resolve().parents[2]
_CELERY = [sys.executable, "-m", "celery", "-A", "impna.celery:app"]


@dataclass(frozen=True)
class Portal:
    """Where it answers, and how its processes are started and ended."""

    origin: str
    bytes_origin: str
    database: str
    supervisor: Supervisor

    def child(self, name: str):
        """The running process of this name."""
        return next(child for child in self.supervisor.children if child.recipe.name == name)

    def log(self, name: str) -> str:
        """What a process has written so far."""
        return self.child(name).log.read_text(errors="replace")


@contextmanager
def running(database: str, folder: Path) -> Iterator[Portal]:
    """Everything up and answering on free loopback ports; all of it ended by its number after."""
    with _listener() as pages, _listener() as bytes_:
        origins = {
            "PORTAL_ORIGIN": f"http://localhost:{pages.getsockname()[1]}",
            "PORTAL_BYTES_ORIGIN": f"http://localhost:{bytes_.getsockname()[1]}",
        }
        told = os.environ | origins | _databases(database)
        told |= {"DJANGO_SETTINGS_MODULE": "impna.settings", "PORTAL_WEB_WORKERS": "1"}
        # No test's cache.clear() takes our tasks.
        told["REDIS_URL"] = workers.broker(workers.MOST + workers.NUMBER)
        supervisor = Supervisor(folder)
        try:
            supervisor.start(_web("pages", pages, told))
            supervisor.start(_web("bytes", bytes_, told))
            for queue in ("fast", "intake"):
                supervisor.start(_worker(queue, told))
            supervisor.start(_beat(told, folder))
            portal = Portal(
                origins["PORTAL_ORIGIN"], origins["PORTAL_BYTES_ORIGIN"], database, supervisor
            )
            supervisor.wait_until(
                lambda: all(_answers(o) for o in (portal.origin, portal.bytes_origin)),
                "The first page",
                60,
            )
            yield portal
        finally:
            supervisor.ask(supervisor.children)
            supervisor.stop()


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


def _answers(origin: str) -> bool:
    host = origin.removeprefix("http://")
    connection = http.client.HTTPConnection("127.0.0.1", int(host.rsplit(":", 1)[1]), timeout=10)
    try:
        # The bytes server says 404 here, and that it is there.
        connection.request("GET", "/help/", headers={"Host": host})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
