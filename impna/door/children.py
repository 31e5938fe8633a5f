"""Starts processes, watches them, and ends them all: nothing outlives the door.

Every child leads a session of its own, so a Ctrl-C at the terminal reaches only us and we decide
the order. Should we be killed outright, the kernel signals each child (PR_SET_PDEATHSIG).
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

from impna.door.privileges import OURSELVES, Identity
from impna.door.trouble import StopRequested, Trouble

PATIENCE = 10.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def tied_to_us(signal_on_our_death: int, identity: Identity = OURSELVES) -> Callable[[], None]:
    """For Popen's preexec_fn: the child gets the signal when we die, even if we just did."""
    parent = os.getpid()

    def prepare() -> None:
        # Every change of user clears the death signal, so it is set last.
        identity.enter()
        if _libc.prctl(_PR_SET_PDEATHSIG, int(signal_on_our_death), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        if os.getppid() != parent:
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    return prepare


@dataclass(frozen=True)
class Recipe:
    """How one child is started and ended."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    folder: Path
    stop: signal.Signals = signal.SIGTERM
    # What the kernel sends when we are killed. KILL for those that would first finish their work.
    orphaned: signal.Signals = signal.SIGTERM
    identity: Identity = OURSELVES
    stdin: bytes = b""
    keep_open: Sequence[int] = ()


@dataclass
class Child:
    """A running child."""

    recipe: Recipe
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def end(self) -> str | None:
        """How it ended, or None. Does not reap: until `bury` its process group keeps its number."""
        if self.process.returncode is not None:
            return "was stopped"
        how = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if how is None:
            return None
        if how.si_code == os.CLD_EXITED:
            return f"ended with status {how.si_status}"
        return f"was ended by {signal.Signals(how.si_status).name}"

    def signal(self, number: signal.Signals) -> None:
        """Signal the child alone; it looks after its own children."""
        if self.end is None:
            os.kill(self.process.pid, number)

    def bury(self) -> None:
        """End what is left of its process group, and reap it."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The tail of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class ChildEnded(Trouble):
    """A child that should be running is not."""

    def __init__(self, child: Child) -> None:
        self.child = child
        super().__init__(
            f"{child.recipe.name} {child.end} although it should be running, so all was stopped."
            f" Its log is {child.log}; the last lines:\n{child.last_words()}"
        )


@dataclass
class Supervisor:
    """The children of one command, in the order of their start."""

    logs: Path
    children: list[Child] = field(default_factory=list)

    def start(self, recipe: Recipe) -> Child:
        """Start a child; its output goes to a log of its name, and the previous log is kept."""
        log = self.logs / f"{recipe.name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.before"))
        with open(log, "xb", opener=_private) as output:
            process = subprocess.Popen(
                [os.fspath(part) for part in recipe.command],
                stdin=subprocess.PIPE if recipe.stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=recipe.folder,
                env=dict(recipe.environment),
                start_new_session=True,
                preexec_fn=tied_to_us(recipe.orphaned, recipe.identity),  # noqa: PLW1509  # no threads here
                pass_fds=tuple(recipe.keep_open),
                **recipe.identity.popen,  # type: ignore[call-overload]  # Popen's identity arguments
            )
        child = Child(recipe, process, log)
        self.children.append(child)
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(recipe.stdin)
                process.stdin.close()
        return child

    def forget(self, child: Child) -> None:
        """Stop and drop one child whose end is not a failure of the rest."""
        self.stop([child])
        self.children.remove(child)

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Return once `ready()`; raise when a child ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            for child in self.children:
                if child.end is not None:
                    raise ChildEnded(child)
            if time.monotonic() > deadline:
                raise Trouble(
                    f"{what} did not happen within {seconds:.0f} seconds. See {self.logs}."
                )
            time.sleep(0.05)

    def watch(self) -> NoReturn:
        """Wait for the first child to end, which none should, and raise ChildEnded."""
        poll = select.poll()
        watched = {os.pidfd_open(child.process.pid): child for child in self.children}
        try:
            for descriptor in watched:
                poll.register(descriptor, select.POLLIN)
            [(first, _event), *_others] = poll.poll()
            raise ChildEnded(watched[first])
        finally:
            for descriptor in watched:
                os.close(descriptor)

    def stop(self, children: Sequence[Child] | None = None) -> None:
        """End `children` (all of them: latest first) and leave nothing of their groups.

        Asks, waits, then kills; a second Ctrl-C while waiting kills at once.
        """
        patience = PATIENCE
        for child in reversed(self.children if children is None else children):
            try:
                child.signal(child.recipe.stop)
                _wait_for_end(child, patience)
            except StopRequested:
                patience = 0.0
            child.bury()

    def ask(self, children: Sequence[Child]) -> None:
        """Ask several to end at the same moment; `stop` then waits for each."""
        for child in children:
            child.signal(child.recipe.stop)


def _wait_for_end(child: Child, seconds: float) -> None:
    descriptor = os.pidfd_open(child.process.pid) if child.process.returncode is None else -1
    if descriptor < 0:
        return
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(seconds * 1000)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C, a polite kill and a closed terminal raise StopRequested while this lasts."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise StopRequested

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
