"""The real gunicorns, started for a measurement, and a sender for them."""

import base64
import hashlib
import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MIB = 1024 * 1024
_INTAKE = """
import resource, django
django.setup()
from custody import intake_job
while job := intake_job.claim():
    assert intake_job.run(job) is not None
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(frozen=True)
class Serving:
    """A running gunicorn: where it listens, and its processes' father."""

    port: int
    pid: int

    def workers(self) -> list[int]:
        """Its workers' process ids (Linux)."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in children.read_text().split()]


@contextmanager
def server(
    name: str,
    process: str,
    application: str = "impna.wsgi:application",
    extra: dict[str, str] | None = None,
) -> Iterator[Serving]:
    """gunicorn with the portal's own settings, on the database `name`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = ["--config", "python:impna.gunicorn", "--bind", f"127.0.0.1:{port}"]
    # A sender waits while another one's turn is measured.
    settings += ["--log-level", "error", "--keep-alive", "60"]
    gunicorn = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, *settings],
        env=environment(name, process) | (extra or {}),
    )
    try:
        _until_it_listens(port)
        yield Serving(port, gunicorn.pid)
    finally:
        gunicorn.terminate()
        gunicorn.wait(30)


def environment(name: str, process: str) -> dict[str, str]:
    """What a process of the portal is told, with the database `name`."""
    from tests.conftest import with_database

    return os.environ | {
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], name),
        "PORTAL_PROCESS": process,
        "DJANGO_SETTINGS_MODULE": "impna.settings",
    }


def make_whole(name: str) -> list[float]:
    """Run the intake jobs that wait, as the worker, in a process of its own.

    For each, the process's peak memory after it, in MiB.
    """
    from tests.conftest import with_database

    worker = with_database(os.environ["DATABASE_WORKER_URL"], name)
    done = subprocess.run(
        [sys.executable, "-c", _INTAKE],
        env=environment(name, "worker") | {"DATABASE_URL": worker},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return [int(line) / 1024 for line in done.stdout.split()]


class Sender:
    """One device with one connection, sending one file in equal segments of `size` bytes."""

    def __init__(self, port: int, size: int) -> None:
        self._block = os.urandom(size)
        digest = hashlib.sha256(self._block).digest()
        self._headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Checksum": "sha256 " + base64.b64encode(digest).decode(),
            "Content-Type": "application/offset+octet-stream",
        }
        self._port, self._path = port, "/x"
        self._connection = http.client.HTTPConnection("localhost", port)
        self._offset = 0

    def begin(self, length: int) -> None:
        """Ask the portal for an upload; without this it sends to a server that takes anything."""
        token, self._path = begin_upload(self._port, length)
        self._headers["Authorization"] = f"Bearer {token}"

    def send(self, count: int) -> float:
        """The next `count` segments; seconds."""
        begin = time.perf_counter()
        for _n in range(count):
            headers = self._headers | {"Upload-Offset": str(self._offset)}
            self._connection.request("PATCH", self._path, self._block, headers)
            response = self._connection.getresponse()
            body = response.read()
            assert response.status == 204, body
            self._offset += len(self._block)
        return time.perf_counter() - begin


def begin_upload(port: int, length: int) -> tuple[str, str]:
    """A token of a new draft and the path of a new upload of `length` bytes."""
    from tests.factories.submissions import draft, upload_token

    token = upload_token(draft())
    request = urllib.request.Request(
        f"http://localhost:{port}/bytes/uploads/",
        method="POST",
        headers={
            "Authorization": f"Bearer {token}",
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(length),
        },
    )
    with urllib.request.urlopen(request) as response:
        return token, urlsplit(response.headers["Location"]).path


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise TimeoutError("gunicorn does not listen")
