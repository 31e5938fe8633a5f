"""What the door's tests share: real processes, watched through /proc, never waited for blindly."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from impna.door.place import ROOT, open_place
from impna.door.privileges import OURSELVES, Identity
from impna.door.testing import OURS

HOLD = Path(__file__).with_name("hold.py")


def eventually(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Return once `condition()`; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {seconds} seconds")
        select.select([], [], [], 0.02)


def family(pid: int) -> set[tuple[int, str]]:
    """All that descends from `pid`, itself included: process id and time of birth."""
    parents: dict[int, int] = {}
    births: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                words = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                parents[int(entry.name)], births[int(entry.name)] = int(words[1]), words[19]
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {(one, births[one]) for one in found if one in births}


def alive(members: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of `members` that still run; a zombie runs no more."""
    left = set()
    for pid, birth in members:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            if words[19] == birth and words[0] != "Z":
                left.add((pid, birth))
    return left


def _gone(members: set[tuple[int, str]]) -> bool:
    return not alive(members)


def clean_environment(**more: str) -> dict[str, str]:
    """This environment without any setting of the portal, and `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {"PYTHONPATH": str(ROOT)} | more


class Running:
    """A program of ours in the background, with what it prints in a file."""

    def __init__(
        self,
        command: list[str | Path],
        var: Path,
        identity: Identity = OURSELVES,
        **settings: str,
    ) -> None:
        self.output = var.parent / f"{var.name}.{time.monotonic_ns()}.out"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env=clean_environment(PORTAL_VAR=str(var), **settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=identity.enter,  # noqa: PLW1509  # no threads here
                **identity.popen,  # type: ignore[call-overload]  # Popen's identity arguments
            )

    def said(self) -> str:
        """All it printed so far."""
        return self.output.read_text()

    def until_it_says(self, words: str, seconds: float = 60) -> None:
        """Wait for `words` in its output; fail at once when it ends first."""
        eventually(lambda: words in self.said() or self.process.poll() is not None, words, seconds)
        assert words in self.said(), self.said()

    def end(self, number: signal.Signals, seconds: float = 30) -> tuple[int, set[tuple[int, str]]]:
        """Signal it; its exit status, and its family as it was before."""
        members = family(self.process.pid)
        self.process.send_signal(number)
        return self.process.wait(seconds), members


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder for the state of one instance."""
    with tempfile.TemporaryDirectory(prefix="impna door ") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "var"


@pytest.fixture
def start(var: Path) -> Iterator[Callable[..., Running]]:
    """Starts `./portal` words, or the servers alone with `hold`; ends what a test leaves."""
    started: list[Running] = []

    def begin(*words: str, identity: Identity = OURSELVES, **settings: str) -> Running:
        program: list[str | Path] = [sys.executable]
        program += [HOLD] if words == ("hold",) else ["-m", "impna.door", *words]
        started.append(Running(program, var, identity, **settings))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            status, members = running.end(signal.SIGKILL)
            eventually(partial(_gone, members), f"the end of a process ({status})")
    # A killed instance leaves scratch memory and sockets for its next start to clear away.
    if var.exists():
        open_place(var).leave()
