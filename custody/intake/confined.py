"""Examine files nobody trusts, each in a process that can reach nothing and is ended in time.

A file's own faults never raise: whatever it does to a parser, there are findings that say so, and
the exhibit itself is not touched. The plaintext is only ever in sealed memory (R2).
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from custody.intake import answers
from custody.intake.findings import Findings, Note
from custody.intake.helpers import MESSAGE
from custody.intake.probing import PROBES, Job

MIB = 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]
_READY = 60.0
_START = "import sys; sys.path.insert(0, {root!r}); from custody.intake.helpers import main; "
_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class ExaminerUnavailable(Exception):
    """No helper can be started here: the fault is ours, not the file's. Try again later."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Seconds; bytes; pixels are those decoded for a thumbnail."""

    seconds: float = 30.0
    cpu: int = 20
    memory: int = 1024 * MIB
    content: int = 512 * MIB
    beginning: int = 4 * MIB
    output: int = 256 * 1024
    thumbnail: int = 512 * 1024
    pixels: int = 100_000_000
    edge: int = 480


def examine(
    source: Iterable[bytes],
    *,
    name_hint: str,
    scratch: Path,
    limits: Limits | None = None,
    type_hint: str = "",
) -> Findings:
    """Examine one file. For several, keep one `Examiner`: its helpers start only once."""
    with Examiner(scratch=scratch, limits=limits) as examiner:
        return examiner.examine(source, name_hint=name_hint, type_hint=type_hint)


class Examiner:
    """Examines one file after the other, in one thread, which must outlive it: helpers end with it.

    `scratch` is the tmpfs whose free room bounds what is held in memory. An error that `source`
    raises while it is read is passed on.
    """

    def __init__(
        self, *, scratch: Path, limits: Limits | None = None, probes: Sequence[str] = PROBES
    ) -> None:
        self._scratch = scratch
        self._limits = limits or Limits()
        self._formats = Helper("formats", ())
        self._probes = Helper("probes", probes)

    def __enter__(self) -> Self:
        # Both start at the same time; each is waited for when it is needed.
        self._formats.start()
        if self._probes.expected:
            self._probes.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._formats.stop()
        self._probes.stop()

    def examine(self, source: Iterable[bytes], *, name_hint: str, type_hint: str = "") -> Findings:
        """The findings on one file, whatever it contains."""
        limits = self._limits
        with in_memory(source, self._room(), limits.beginning) as (
            content,
            size,
            whole,
        ):
            if content < 0:
                return Findings(failures={"content": "no_room"}, crashed="no_room")
            # Only the ending of a name matters, and its beginning may be long.
            named = {"name": name_hint[-255:], "type": type_hint[:255], "size": size}
            identified = self._formats.run(named | {"seconds": limits.cpu}, content, limits)
            mime = identified.results.get("formats", {}).get("mime")
            job = Job(
                mime=mime if isinstance(mime, str) else "",
                whole=whole,
                pixels=limits.pixels,
                edge=limits.edge,
            )
            if not whole:
                note = Note("only_beginning", {"bytes": size})
                return replace(
                    identified,
                    notes=[*identified.notes, note],
                    failures={**identified.failures, "content": "only_beginning"},
                )
            if not self._probes.expected:
                return identified
            task: dict[str, object] = {
                "job": job.as_dict(),
                "walls": {"cpu": limits.cpu, "memory": limits.memory},
            }
            probed = self._probes.run(task, content, limits)
        return _together(identified, probed)

    def _room(self) -> int:
        return room_in(self._scratch, self._limits)


class Helper:
    """One helper process; it is started again when it has had to be ended.

    `judge` says whether the bytes that come back beside the findings are of the form they must
    have; others are dropped.
    """

    def __init__(
        self,
        kind: str,
        probes: Sequence[str],
        judge: Callable[[bytes], bool] = answers.is_plain_jpeg,
    ) -> None:
        self._kind, self._names, self._judge = kind, list(probes), judge
        self.expected = [kind] if kind == "formats" else [answers.short(name) for name in probes]
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._measures: dict[str, bool] = {}
        self._tools: dict[str, str] = {}
        self._ready = False

    def start(self) -> socket.socket:
        """Begin; `_wait` learns later whether it is ready."""
        if self._control is not None:
            return self._control
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        arguments = (self._kind, theirs.fileno(), os.getpid(), self._names)
        with theirs:
            program = f"{_START.format(root=str(_ROOT))}main{arguments!r}"
            self._process = subprocess.Popen(  # noqa: S603  # our own program, no user's words
                [sys.executable, "-I", "-B", "-c", program],
                env={},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._control, self._ready = ours, False
        return ours

    def stop(self) -> None:
        """End the helper and all that it began."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def run(self, task: dict[str, object], content: int, limits: Limits) -> Findings:
        """One file's outcome; a helper that had to be ended is not used again."""
        control = self._wait()
        reader = answers.Reader(control, limits.output, limits.thumbnail)
        with reader:
            try:
                socket.send_fds(
                    control,
                    [json.dumps(task).encode("ascii")],
                    [content, *reader.theirs],
                )
                reader.let_go()
                ended = reader.read_all(time.monotonic() + limits.seconds)
            except OSError:
                ended = "helper_died"
        if ended in {"deadline", "too_much", "helper_died"}:
            self.stop()
        found = answers.read(reader.output, ended, self.expected)
        if found.crashed in {"garbage", "nothing"}:
            self.stop()
        picture = reader.picture
        usable = "thumbnails" not in found.failures and self._judge(picture)
        return replace(
            found,
            thumbnail=picture if usable else b"",
            measures=[name for name, holds in self._measures.items() if holds],
            missing=[name for name, holds in self._measures.items() if not holds],
            tools=self._tools,
        )

    def _wait(self) -> socket.socket:
        control = self.start()
        if self._ready:
            return control
        control.settimeout(_READY)
        try:
            told = json.loads(control.recv(MESSAGE) or b"{}")
        except OSError:
            told = {}
        if "measures" not in told:
            self.stop()
            why = told.get("failed", "it says nothing")
            raise ExaminerUnavailable(f"The helper for {self._kind} does not start: {why}.")
        control.settimeout(None)
        self._measures, self._tools, self._ready = told["measures"], told["tools"], True
        return control


def room_in(scratch: Path, limits: Limits) -> int:
    """How many bytes of one file may be held in memory now."""
    disk = os.statvfs(scratch)
    return min(limits.content, disk.f_bavail * disk.f_frsize)


@contextlib.contextmanager
def in_memory(
    source: Iterable[bytes], room: int, beginning: int
) -> Iterator[tuple[int, int, bool]]:
    """A sealed memory file of the source: descriptor, size, and whether all of it is there.

    Of a source that is too large only the beginning is kept; -1 when not even that has room.
    """
    handle = os.memfd_create("intake", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        size, whole = 0, True
        for piece in source:
            if size + len(piece) > room:
                whole = False
                break
            view = memoryview(piece)
            while view:
                view = view[os.write(handle, view) :]
            size += len(piece)
        if not whole:
            size = min(size, beginning)
            os.ftruncate(handle, size)
        fcntl.fcntl(handle, fcntl.F_ADD_SEALS, _SEALS)
        os.lseek(handle, 0, os.SEEK_SET)
        yield (handle if whole or size else -1), size, whole
    finally:
        os.close(handle)


def _together(first: Findings, second: Findings) -> Findings:
    return Findings(
        results={**first.results, **second.results},
        failures={**first.failures, **second.failures},
        notes=[*first.notes, *second.notes],
        crashed=second.crashed or first.crashed,
        # What holds for the parsers; the identifier is safe in memory and holds most of it.
        measures=second.measures,
        missing=second.missing,
        tools={**first.tools, **second.tools},
        thumbnail=second.thumbnail,
    )
