"""What a probe is given and gives back. Probes run in a confined process and nowhere else."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import BinaryIO

from custody.intake.findings import Facts

PROBES = (
    "custody.intake.images:probe",
    "custody.intake.pdfs:probe",
    "custody.intake.media:probe",
    "custody.intake.thumbnails:probe",
)


@dataclass(frozen=True)
class Job:
    """One file for the probes: its MIME type by content, whether all of it is there, limits.

    `task` and `marks` are for redacting alone: see `custody.intake.redacting`.
    """

    mime: str = ""
    whole: bool = True
    pixels: int = 100_000_000
    edge: int = 480
    objects: int = 20_000
    seconds: int = 5
    task: str = ""
    marks: Sequence[Sequence[int]] = ()

    as_dict = asdict


@dataclass
class Found:
    """What one probe says of a file; notes are a code and its parameters."""

    facts: Facts = field(default_factory=dict)
    notes: list[tuple[str, dict[str, int | str]]] = field(default_factory=list)
    thumbnail: bytes = b""

    def note(self, code: str, **parameters: int | str) -> None:
        """Say something to the documenter."""
        self.notes.append((code, parameters))


class CannotSay(Exception):
    """The file is of this probe's kind, but the probe fails; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


type Probe = Callable[[BinaryIO, Job], Found | None]
