"""A real clamd of the tests' own: local signatures, its socket and its files in memory."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

LIMIT = 8 * 1024 * 1024


@dataclass
class Clamd:
    """Running, until its process is ended."""

    socket: Path
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        """At once, as when a machine dies."""
        self.process.kill()
        self.process.wait()


def program() -> str:
    """Where clamd is; without it the tests that need it fail in CI and are skipped elsewhere."""
    named = os.environ.get("PORTAL_CLAMD", "")
    found = named or shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
    if not found:
        say = "clamd is not installed: ./portal test --install (Debian: clamav-daemon)"
        pytest.fail(say) if os.environ.get("CI") == "true" else pytest.skip(say)
    return found


@contextlib.contextmanager
def running(eicar: bytes, more: str = "", *, at: Path | None = None) -> Iterator[Clamd]:
    """Our own clamd that knows one signature; `at` another socket than one of its own."""
    with tempfile.TemporaryDirectory(prefix="clamd", dir="/dev/shm") as name:
        folder = Path(name)
        path = at or folder / "s"
        (folder / "db").mkdir()
        (folder / "tmp").mkdir()
        (folder / "db" / "local.ndb").write_text(f"Eicar-Test:0:*:{eicar.hex()}\n")
        settings = folder / "clamd.conf"
        settings.write_text(
            f"Foreground yes\nLocalSocket {path}\nDatabaseDirectory {folder}/db\n"
            f"TemporaryDirectory {folder}/tmp\nStreamMaxLength {LIMIT}\nMaxThreads 2\n"
            f"FixStaleSocket yes\nAlertExceedsMax yes\n{more}"
        )
        process = subprocess.Popen(
            [program(), f"--config-file={settings}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        made = Clamd(path, process)
        try:
            _wait_for(made)
            yield made
        finally:
            made.end()


def _wait_for(clamd: Clamd) -> None:
    waiting = threading.Event()
    for _ in range(2000):
        assert clamd.process.poll() is None, "clamd did not start"
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(str(clamd.socket))
            client.sendall(b"zPING\0")
            if client.recv(16) == b"PONG\0":
                return
        waiting.wait(0.01)
    pytest.fail("clamd did not answer")
