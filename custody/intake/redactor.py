"""Make redacted copies in a confined process, and let none out that does not prove itself.

The copy comes from a process that has read a hostile file. It is believed only when its bytes are
of a form that holds pixels alone, and when another process, which has seen nothing but the copy,
finds every marked place black.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from custody.intake import bare
from custody.intake.confined import MIB, Helper, Limits, in_memory, room_in
from custody.intake.findings import Fact, Findings
from custody.intake.probing import Job

LIMITS = Limits(seconds=600, cpu=480, memory=1536 * MIB, content=512 * MIB, thumbnail=96 * MIB)
VERSION = 1
_NAME = "redacting"
_SETTINGS = {
    "jpeg": "JPEG, quality 90, 4:4:4",
    "png": "PNG",
    "pdf": f"pages as JPEG, {bare.RESOLUTION} pixels an inch, quality 90, 4:4:4",
}
_PROGRAMS = {"jpeg": ("pillow",), "png": ("pillow",), "pdf": ("pypdfium2", "pillow")}

type Marks = Sequence[Sequence[int]]


class CannotRedact(Exception):
    """There is no copy; `code` (`custody.intake.words.FAILURES`) says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Copy:
    """A proved copy: `kind` is jpeg, png or pdf, `tool` what made it and how."""

    content: bytes
    kind: str
    pages: int
    tool: str


@dataclass(frozen=True)
class Pictures:
    """Small pictures of the pages (JPEG), one after the other; `places` has for each where it
    begins, its size in bytes, its width and its height.
    """

    content: bytes
    places: Sequence[tuple[int, int, int, int]]
    tool: str


class Redactor:
    """Works on one file after the other, in one thread, which must outlive it.

    An error that a source raises while it is read is passed on.
    """

    def __init__(self, *, scratch: Path, limits: Limits = LIMITS) -> None:
        self._scratch, self._limits = scratch, limits
        # What may come back is said for each task, below.
        self._helper = Helper("probes", [f"custody.intake.{_NAME}:probe"], judge=bool)

    def __enter__(self) -> Self:
        self._helper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._helper.stop()

    def pages(self, source: Iterable[bytes]) -> Pictures:
        """What the pages look like, for whoever marks them."""
        found = self._run("pages", source)
        content = found.thumbnail
        places = [_place(place) for place in _list(found, "pages")]
        if not places or not all(bare.is_bare_jpeg(one) for one in _cut(content, places)):
            raise CannotRedact("garbage")
        return Pictures(content, places, _tool(found, "pages", "pdf", "small pages"))

    def redact(self, source: Iterable[bytes], marks: Marks) -> Copy:
        """A copy in which every marked place is black, and nothing but pixels is left."""
        found = self._run("redact", source, marks)
        content, facts = found.thumbnail, found.results[_NAME]
        kind, pages = facts.get("kind"), facts.get("pages")
        if not isinstance(kind, str) or kind not in _SETTINGS or not isinstance(pages, int):
            raise CannotRedact("garbage")
        if not bare.is_bare(content):
            raise CannotRedact("not_bare")
        proof = self._run("prove", [content], marks)
        if proof.results[_NAME] != {"pages": pages}:
            raise CannotRedact("not_bare")
        return Copy(content, kind, pages, _tool(found, "redaction", kind, _SETTINGS[kind]))

    def _run(self, task: str, source: Iterable[bytes], marks: Marks = ()) -> Findings:
        limits = self._limits
        room = room_in(self._scratch, limits)
        with in_memory(source, room, 0) as (content, _size, whole):
            if content < 0 or not whole:
                raise CannotRedact("too_large" if room == limits.content else "no_room")
            job = Job(task=task, marks=marks).as_dict()
            walls = {"cpu": limits.cpu, "memory": limits.memory}
            found = self._helper.run({"job": job, "walls": walls}, content, limits)
        if failure := found.crashed or found.failures.get(_NAME):
            raise CannotRedact("too_large" if failure == "too_much" else failure)
        if _NAME not in found.results:
            raise CannotRedact("no_pixels")
        return found


def _tool(found: Findings, what: str, kind: str, settings: str) -> str:
    programs = ", ".join(f"{name} {found.tools[name]}" for name in _PROGRAMS[kind])
    return f"portal {what} {VERSION}; {programs}; {settings}"


def _list(found: Findings, name: str) -> list[Fact]:
    value = found.results[_NAME].get(name)
    return value if isinstance(value, list) else []


def _place(place: Fact) -> tuple[int, int, int, int]:
    match place:
        case [int(start), int(size), int(width), int(height)]:
            return start, size, width, height
    raise CannotRedact("garbage")


def _cut(content: bytes, places: Sequence[tuple[int, int, int, int]]) -> Iterator[bytes]:
    """Each picture; nothing when they are not all of it, in order."""
    expected = 0
    for start, size, _width, _height in places:
        yield content[start : start + size] if start == expected else b""
        expected = start + size
    yield b"" if expected != len(content) else content[places[-1][0] :]
