"""Uploads against a server that only writes and syncs, and pages beside stalled senders."""

import socket
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tests.bench.ground import own_database
from tests.bench.serving import MIB, Sender, begin_upload, server

STALLED = 60
# Two servers take turns: a disk that allows bursts gives both the same share of them.
ROUNDS = 6
# Segment sizes in MiB, and how many of them are sent in a round.
SIZES = {1: 32, 8: 6}
_PLAIN_SERVER = """
import os, tempfile
folder = os.environ["BENCH_FOLDER"]
def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    handle, path = tempfile.mkstemp(dir=folder)
    left = memoryview(body)
    while left:
        left = left[os.write(handle, left):]
    os.fsync(handle); os.close(handle)
    start_response("204 No Content", [])
    return []
"""


def measure() -> dict[str, float]:
    """Ratios and milliseconds; each pair in one run."""
    with own_database() as name:
        found: dict[str, float] = {"statements per PATCH": _statements()}
        found |= _uploads(name)
        found |= _stalled(name)
    return found


def _uploads(name: str) -> dict[str, float]:
    from django.conf import settings

    found = {}
    with ExitStack() as stack:
        # Beside the store: the same disk, which a temporary folder may not be.
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=settings.STORE_DIR))
        (Path(folder) / "plain_server.py").write_text(_PLAIN_SERVER)
        extra = {"BENCH_FOLDER": folder, "PYTHONPATH": folder}
        ports = (
            stack.enter_context(server(name, "bytes")).port,
            stack.enter_context(server(name, "bytes", "plain_server:application", extra)).port,
        )
        for size, count in SIZES.items():
            ours, plain = (Sender(port, size * MIB) for port in ports)
            ours.begin((ROUNDS + 1) * count * size * MIB)
            rates: dict[str, list[float]] = {"ours": [], "plain": []}
            for turn in range(ROUNDS + 1):
                for kind, sender in (("ours", ours), ("plain", plain)):
                    seconds = sender.send(count)
                    if turn:  # the first warms up both servers and their folders
                        rates[kind].append(count * size / seconds)
            pairs = sorted(a / b for a, b in zip(rates["ours"], rates["plain"], strict=True))
            found |= {
                f"upload {size} MiB/s": sorted(rates["ours"])[ROUNDS // 2],
                f"plain {size} MiB/s": sorted(rates["plain"])[ROUNDS // 2],
                f"upload ratio {size}": (pairs[ROUNDS // 2 - 1] + pairs[ROUNDS // 2]) / 2,
                f"upload best ratio {size}": max(rates["ours"]) / max(rates["plain"]),
            }
    return found


def _statements() -> int:
    """How many statements one PATCH in the middle of a file costs, BEGIN and COMMIT included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.factories.submissions import TusClient, draft, upload_token

    tus = TusClient(upload_token(draft()))
    address = tus.begin(3)
    tus.send(address, 0, b"1")
    with CaptureQueriesContext(connection) as captured:
        tus.send(address, 1, b"2")
    return len(captured)


def _stalled(name: str) -> dict[str, float]:
    with server(name, "pages") as pages, server(name, "bytes") as receiving:
        idle = _p95(pages.port)
        token, path = begin_upload(receiving.port, 100 * MIB)
        stalled = [_stall(receiving.port, path, token) for _n in range(STALLED)]
        busy = _p95(pages.port)
        for sender in stalled:
            sender.close()
    return {"page p95 idle ms": idle, "page p95 stalled ms": busy, "stalled ratio": busy / idle}


def _stall(port: int, path: str, token: str) -> socket.socket:
    sender = socket.create_connection(("localhost", port))
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: localhost:{port}\r\n"
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
