"""What an examination found, as integers, strings, lists and mappings only: it is sealed as text.

Nothing here is English: notes, failures and reasons are codes; `custody.intake.words` says them.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

VERSION = 1

type Fact = int | str | list["Fact"] | dict[str, "Fact"]
type Facts = dict[str, Fact]

# Every note a probe may make, with the names of its parameters.
NOTES: Mapping[str, frozenset[str]] = {
    "name_differs": frozenset({"named", "found"}),
    "name_differs_text_only": frozenset({"named"}),
    "format_unknown": frozenset(),
    "empty": frozenset(),
    "times_differ": frozenset({"count"}),
    "place_found": frozenset(),
    "device_named": frozenset(),
    "person_named": frozenset(),
    "too_many_pixels": frozenset({"width", "height"}),
    "needs_password": frozenset(),
    "encrypted_without_password": frozenset(),
    "runs_something": frozenset({"what"}),
    "files_inside": frozenset({"count"}),
    "signatures_inside": frozenset({"count"}),
    "not_looked_through": frozenset({"looked", "of"}),
    "video_only_length": frozenset(),
    "only_beginning": frozenset({"bytes"}),
}
# Why a probe has no result, and why an examination ended early.
FAILURES = frozenset(
    {
        "unreadable", "cut_short", "needs_password", "memory", "refused", "error", "only_beginning",
        "no_room", "not_reached", "deadline", "cpu", "file_size", "killed", "exited", "too_much",
        "garbage", "nothing", "helper_died",
        # Of redacting alone.
        "too_large", "too_many_pages", "too_many_pixels", "several_pictures", "no_pixels",
        "mark_outside", "not_black", "not_bare",
    }
)  # fmt: skip

_LARGEST_INT = 2**53
_DEEPEST = 8
_LONGEST = 2000
# Persian, Indic scripts and emoji need these two.
_JOINERS = "\u200c\u200d"
_CODE = re.compile(r"[a-z][a-z0-9_.]{0,63}")


class NotFindings(ValueError):
    """The text is not what an examination writes."""


@dataclass(frozen=True)
class Note:
    """Something the documenter should read, as a code and its parameters."""

    code: str
    parameters: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Findings:
    """The outcome for one file: there is always one, whatever the file did.

    `results` and `failures` are by probe; a probe in neither had nothing to say of such a file.
    `crashed` is empty, or why the examination ended before its end. `measures` are the ways in
    which the examination was confined, `missing` those this computer does not offer.
    `thumbnail` (JPEG) is sealed as a derivation of its own and not part of the text.
    """

    results: Mapping[str, Facts] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Note] = ()
    crashed: str = ""
    measures: Sequence[str] = ()
    missing: Sequence[str] = ()
    tools: Mapping[str, str] = field(default_factory=dict)
    thumbnail: bytes = b""

    def to_json(self) -> str:
        """The text to seal: keys in order, ASCII only."""
        return json.dumps(
            {
                "version": VERSION,
                "results": self.results,
                "failures": self.failures,
                "notes": [[note.code, note.parameters] for note in self.notes],
                "crashed": self.crashed,
                "measures": list(self.measures),
                "missing": list(self.missing),
                "tools": self.tools,
            },
            sort_keys=True,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "Findings":
        """Read what `to_json` wrote; anything else raises NotFindings."""
        try:
            data = _mapping(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise NotFindings("not JSON") from error
        if data.get("version") != VERSION:
            raise NotFindings("another version")
        return cls(
            results={
                _code(name): facts(value) for name, value in _mapping(data["results"]).items()
            },
            failures={
                _code(name): failure(value) for name, value in _mapping(data["failures"]).items()
            },
            notes=notes(data["notes"]),
            crashed=failure(data["crashed"]) if data["crashed"] else "",
            measures=[_code(item) for item in _list(data["measures"])],
            missing=[_code(item) for item in _list(data["missing"])],
            tools={_code(name): _str(value) for name, value in _mapping(data["tools"]).items()},
        )


def text(value: object, longest: int = 500) -> str:
    """A file's own words, safe to store and show: no control, bidi or broken characters."""
    words = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    words = words.strip(" \0\r\n\t")[: longest + 1]
    shown = "".join(_visible(letter) for letter in words[:longest])
    return shown + ("…" if len(words) > longest else "")


def facts(value: object) -> Facts:
    """Check a probe's facts, which come from a process that has read the file."""
    found = _fact(value, _DEEPEST)
    if not isinstance(found, dict):
        raise NotFindings("facts are a mapping")
    return found


def notes(value: object) -> list[Note]:
    """Check notes against the known codes and parameters."""
    found = []
    for item in _list(value):
        pair = _list(item)
        if len(pair) != 2:
            raise NotFindings("a note is a code and its parameters")
        code, parameters = _str(pair[0]), _mapping(pair[1])
        if NOTES.get(code) != frozenset(parameters):
            raise NotFindings("a note that is not known")
        plain = {name: _plain(parameter) for name, parameter in parameters.items()}
        found.append(Note(code, plain))
    return found


def failure(value: object) -> str:
    """Check the code of a failure."""
    code = _str(value)
    if code not in FAILURES:
        raise NotFindings("a failure that is not known")
    return code


def _fact(value: object, depth: int) -> Fact:
    if depth == 0:
        raise NotFindings("too deep")
    if isinstance(value, list):
        return [_fact(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_code(name): _fact(item, depth - 1) for name, item in value.items()}
    return _plain(value)


def _plain(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_INT:
        return value
    return _str(value)


def _str(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise NotFindings("not a string, or too long")
    if value.isascii() and value.isprintable():
        return value
    if any(_visible(letter) != letter for letter in value):
        raise NotFindings("a string with characters that hide")
    return value


def _code(value: object) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise NotFindings("not a code")
    return value


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NotFindings("not a mapping")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise NotFindings("not a list")
    return value


def _visible(letter: str) -> str:
    # Cc control, Cf format (bidi, zero width), Cs surrogate, Co private, Cn not assigned.
    category = unicodedata.category(letter)
    if (category[0] == "C" and letter not in _JOINERS) or category in {"Zl", "Zp"}:
        return f"\\u{ord(letter):04x}"
    return letter
