"""Uploads, ranges and stalled senders against the real gunicorns."""

import base64
import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.ground import own_database

MIB = 1024 * 1024
SEGMENTS = 128
STALLED = 60
_PLAIN_SERVER = """
import os, tempfile
folder = os.environ["BENCH_FOLDER"]
def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    handle, path = tempfile.mkstemp(dir=folder)
    os.write(handle, body); os.fsync(handle); os.close(handle)
    start_response("204 No Content", [])
    return []
"""


def measure() -> dict[str, float]:
    """Ratios and milliseconds; each pair in one run."""
    with own_database() as name, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plain_server.py").write_text(_PLAIN_SERVER)
        found = _uploads(name, folder)
        found |= _stalled(name)
        found |= _range(name)
    return found


def _uploads(name: str, folder: str) -> dict[str, float]:
    block = os.urandom(MIB)
    with _server(name, "bytes", "impna.wsgi:application") as ours:
        token, address = _begin(ours, SEGMENTS * MIB)
        seconds = _send(ours, address, token, block)
    extra = {"BENCH_FOLDER": folder, "PYTHONPATH": folder}
    with _server(name, "bytes", "plain_server:application", extra) as plain:
        plain_seconds = _send(plain, f"http://127.0.0.1:{plain}/x", "", block)
    return {
        "upload MiB/s": SEGMENTS / seconds,
        "plain segments MiB/s": SEGMENTS / plain_seconds,
        "upload ratio": plain_seconds / seconds,
    }


def _stalled(name: str) -> dict[str, float]:
    with (
        _server(name, "pages", "impna.wsgi:application") as pages,
        _server(name, "bytes", "impna.wsgi:application") as receiving,
    ):
        idle = _p95(pages)
        token, address = _begin(receiving, 100 * MIB)
        stalled = [_stall(receiving, address, token) for _n in range(STALLED)]
        busy = _p95(pages)
        for sender in stalled:
            sender.close()
    return {"page p95 idle ms": idle, "page p95 stalled ms": busy, "stalled ratio": busy / idle}


def _range(name: str) -> dict[str, float]:
    """A 64 KiB range in this process, beyond a request that stops at its permit (404)."""
    from django.conf import settings
    from django.db import transaction

    from custody import vault
    from impna.db import acting_as
    from impna.references import new_reference, show_reference
    from submissions.models import Exhibit
    from tests.factories.partners import signed_in
    from tests.factories.submissions import draft, sent

    submission = draft()
    by = submission.begun_by
    exhibit = sent(submission, os.urandom(8 * MIB))
    _made_whole(name)
    exhibit = Exhibit.objects.select_related("submission", "file__key").get(pk=exhibit.pk)
    with transaction.atomic(), acting_as(by):
        opening = vault.open(exhibit, by=by, reason="Bench.", files={"Exhibit 1": exhibit.file})
    client = signed_in(by)
    where = f"/bytes/opened/{show_reference(opening.reference)}/"
    nothing = f"{where}{show_reference(new_reference())}/"
    where += f"{show_reference(exhibit.file.reference)}/"
    timings: dict[str, list[float]] = {"range": [], "nothing": []}
    for n in range(200):
        begin = time.perf_counter()
        response = client.get(where, headers={"Range": f"bytes={n * 4096}-{n * 4096 + 65535}"})
        assert len(b"".join(response)) == 65536
        timings["range"].append(time.perf_counter() - begin)
        begin = time.perf_counter()
        assert client.get(nothing).status_code == 404
        timings["nothing"].append(time.perf_counter() - begin)
    assert settings.MODE == "test"
    with_bytes, without = (statistics.median(values) * 1000 for values in timings.values())
    return {
        "range request ms": with_bytes,
        "request alone ms": without,
        "range ms": with_bytes - without,
    }


def _made_whole(name: str) -> None:
    script = (
        "import django; django.setup()\n"
        "from custody import intake_job\n"
        "while (job := intake_job.claim()): intake_job.run(job)\n"
    )
    environment = _environment(name, "worker")
    environment["DATABASE_URL"] = _with(os.environ["DATABASE_WORKER_URL"], name)
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def _begin(port: int, length: int) -> tuple[str, str]:
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
        path = urlsplit(response.headers["Location"]).path
    return token, f"http://localhost:{port}{path}"


def _send(port: int, address: str, token: str, block: bytes) -> float:
    import http.client

    checksum = base64.b64encode(hashlib.sha256(block).digest()).decode()
    connection = http.client.HTTPConnection("localhost", port)
    begin = time.perf_counter()
    for n in range(SEGMENTS):
        connection.request(
            "PATCH",
            urlsplit(address).path,
            block,
            {
                "Authorization": f"Bearer {token}",
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": str(n * MIB),
                "Upload-Checksum": f"sha256 {checksum}",
                "Content-Type": "application/offset+octet-stream",
            },
        )
        response = connection.getresponse()
        body = response.read()
        assert response.status == 204, body
    return time.perf_counter() - begin


def _stall(port: int, address: str, token: str) -> socket.socket:
    sender = socket.create_connection(("localhost", port))
    head = (
        f"PATCH {urlsplit(address).path} HTTP/1.1\r\nHost: localhost:{port}\r\n"
        f"Authorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {MIB}\r\n\r\n"
    )
    sender.sendall(head.encode() + b"x" * 100)
    return sender


def _p95(port: int, number: int = 100) -> float:
    timings = []
    for _n in range(number):
        begin = time.perf_counter()
        with urllib.request.urlopen(f"http://localhost:{port}/sign-in/") as response:
            response.read()
        timings.append((time.perf_counter() - begin) * 1000)
    return sorted(timings)[int(0.95 * number)]


@contextmanager
def _server(
    name: str, process: str, application: str, extra: dict[str, str] | None = None
) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = _environment(name, process) | (extra or {})
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
            *("--no-control-socket", "--log-level", "error"),
        ],
        env=environment,
    )
    try:
        _until_it_listens(port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise TimeoutError("gunicorn does not listen")


def _environment(name: str, process: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": _with(os.environ["DATABASE_URL"], name),
        "PORTAL_PROCESS": process,
        "DJANGO_SETTINGS_MODULE": "impna.settings",
    }


def _with(url: str, name: str) -> str:
    from tests.conftest import with_database

    return with_database(url, name)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
