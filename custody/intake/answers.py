"""What comes back from a process that has read a hostile file: read within limits, believed only
where it holds to the form.
"""

import contextlib
import json
import os
import select
import signal
import socket
import time
from typing import Self

from custody.intake.findings import Facts, Findings, Note, NotFindings, facts, failure, notes
from custody.intake.helpers import MESSAGE

# JFIF's own header, tables, the frame, the scan: no other application data, no comment.
_SCAN = 0xDA
_PICTURE_MARKERS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDD, _SCAN}
_SIGNALS = {signal.SIGXCPU: "cpu", signal.SIGXFSZ: "file_size"}


class Reader:
    """Reads what a helper writes, as much as it may and as long as it may."""

    def __init__(self, control: socket.socket, output: int, picture: int) -> None:
        self._control = control
        self._ours: dict[int, tuple[bytearray, int]] = {}
        self.theirs: list[int] = []
        self._output, self._picture = bytearray(), bytearray()
        for into, most in ((self._output, output), (self._picture, picture)):
            ours, theirs = os.pipe()
            os.set_blocking(ours, False)
            self._ours[ours] = (into, most)
            self.theirs.append(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()
        for ours in self._ours:
            os.close(ours)

    @property
    def output(self) -> bytes:
        """The lines that came."""
        return bytes(self._output)

    @property
    def picture(self) -> bytes:
        """The thumbnail that came."""
        return bytes(self._picture)

    def let_go(self) -> None:
        """Close the ends that are not ours."""
        while self.theirs:
            os.close(self.theirs.pop())

    def read_all(self, until: float) -> str:
        """Read until the helper says the file is done; why it ended, empty when all went well."""
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        for ours in self._ours:
            waiting.register(ours, select.POLLIN)
        while True:
            left = until - time.monotonic()
            if left <= 0:
                return "deadline"
            ready = {handle for handle, _ in waiting.poll(left * 1000)}
            for handle in ready & set(self._ours):
                if self._drain(handle):
                    return "too_much"
                if self._at_end(handle):
                    waiting.unregister(handle)
            if self._control.fileno() in ready:
                ended = _end(self._control.recv(MESSAGE))
                return "too_much" if any(self._drain(ours) for ours in self._ours) else ended

    def _drain(self, handle: int) -> bool:
        """Take what is there; whether it is more than allowed."""
        into, most = self._ours[handle]
        with contextlib.suppress(BlockingIOError):
            while len(into) <= most and (piece := os.read(handle, 65536)):
                into += piece
        return len(into) > most

    def _at_end(self, handle: int) -> bool:
        try:
            piece = os.read(handle, 1)
        except BlockingIOError:
            return False
        self._ours[handle][0].extend(piece)
        return not piece


def _end(message: bytes) -> str:
    """Why the helper says the file's process ended."""
    if not message:
        return "helper_died"
    told = json.loads(message)
    if number := told.get("signal"):
        return _SIGNALS.get(number, "killed")
    return "exited" if told.get("exit") else ""


def read(output: bytes, ended: str, expected: list[str]) -> Findings:
    """Make findings of the lines; whatever does not hold to the form ends the reading."""
    results: dict[str, Facts] = {}
    failures: dict[str, str] = {}
    said: list[Note] = []
    begun: list[str] = []
    done, crashed = False, ended
    try:
        for line in output.splitlines():
            match json.loads(line):
                case {"begin": str(name)} if short(name) in expected and not done:
                    begun.append(short(name))
                case {"failed": code} if begun and not done:
                    failures[begun[-1]] = failure(code)
                case {"facts": found, "notes": noted} if begun and not done:
                    results[begun[-1]], more = facts(found), notes(noted)
                    said += more
                case {"end": 1} if not done:
                    done = True
                case _:
                    raise NotFindings("a line of another form")
    except (ValueError, RecursionError):
        # A line cut off by the process's own end is that end's doing.
        crashed = ended or "garbage"
    if not crashed and not done:
        crashed = "nothing" if not begun else "exited"
    if crashed:
        if begun and not done and begun[-1] not in results:
            failures.setdefault(begun[-1], crashed)
        failures |= {name: "not_reached" for name in expected if name not in begun}
    return Findings(results=results, failures=failures, notes=said, crashed=crashed)


def short(name: str) -> str:
    """A probe's name in findings: `custody.intake.images:probe` is `images`."""
    module, _, function = name.rpartition(":")
    return module.rpartition(".")[2] if function == "probe" else function or name


def is_plain_jpeg(picture: bytes) -> bool:
    """Whether it is a JPEG with nothing in it but the picture, as our own probe draws it."""
    if picture[:2] != b"\xff\xd8" or picture[-2:] != b"\xff\xd9":
        return False
    place = 2
    while picture[place : place + 1] == b"\xff" and place + 4 <= len(picture):
        marker = picture[place + 1]
        if marker not in _PICTURE_MARKERS:
            return False
        if marker == _SCAN:
            return True
        place += 2 + int.from_bytes(picture[place + 2 : place + 4], "big")
    return False
