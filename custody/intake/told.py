"""What a file says of itself, as labelled rows in the reader's language. Nothing is left out of
disagreement: every time keeps its own name, words and zone.

The file's own words were made safe to show when they were read (`findings.text`); pages escape
and isolate them like any other text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from custody.intake import words
from custody.intake.findings import Fact, Facts, Findings

# Labels of what a file may say in words, by the probe's name for it, in the order of the page.
WORDS: Mapping[str, Promise] = {
    "artist": _("Artist"),
    "author": _("Author"),
    "composer": _("Composer"),
    "camera_owner_name": _("Owner of the camera"),
    "copyright": _("Copyright"),
    "lens_model": _("Lens"),
    "body_serial_number": _("Serial number of the camera"),
    "lens_serial_number": _("Serial number of the lens"),
    "title": _("Title"),
    "subject": _("Subject"),
    "keywords": _("Keywords"),
    "image_description": _("Description"),
    "comment": _("Comment"),
    "album": _("Album"),
    "year": _("Year"),
    "software": _("Software"),
    "creator": _("Written with"),
    "producer": _("Made into a PDF by"),
}
TIMES: Mapping[tuple[str, str], Promise] = {
    ("images", "file"): _("Changed (DateTime)"),
    ("images", "original"): _("Taken (DateTimeOriginal)"),
    ("images", "digitized"): _("Digitised (DateTimeDigitized)"),
    ("images", "gps"): _("Satellites (GPS)"),
    ("pdfs", "created"): _("Created (CreationDate)"),
    ("pdfs", "changed"): _("Changed (ModDate)"),
}
# What a failed probe costs the reader.
LOST: Mapping[str, Promise] = {
    "formats": _("Its format could not be identified."),
    "images": _("What the image says of itself could not be read."),
    "pdfs": _("What the PDF says of itself could not be read."),
    "media": _("What the recording says of itself could not be read."),
    "thumbnails": _("A preview could not be made."),
}
# Said by the end of the examination itself, or by a note.
_SAID_ELSEWHERE = {"not_reached", "only_beginning"}
_BELOW_SEA = "1"
_SECOND = 1000


@dataclass(frozen=True)
class Row:
    """One thing the file says; `sub` in smaller letters."""

    label: str
    value: str
    sub: str = ""


@dataclass
class Time:
    """One moment the file carries, and every name under which it does."""

    moment: str
    zone: str
    labels: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """All of it, in words. `examined` is false before the examination has ended."""

    examined: bool = False
    times: list[Time] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    crashed: str = ""

    @property
    def says_something(self) -> bool:
        """The file carries metadata of its own."""
        return bool(self.times or self.rows)


def told(found: Findings | None) -> Told:
    """What a person may read of these findings; of None, nothing."""
    if found is None:
        return Told()
    notes = [words.say(note) for note in found.notes if note.code != "times_differ"]
    failures = [
        f"{LOST[probe]} {words.say_failure(code)}"
        for probe, code in found.failures.items()
        if probe in LOST and code not in _SAID_ELSEWHERE and code != found.crashed
    ]
    return Told(
        examined=True,
        times=_times(found.results),
        rows=_rows(found.results),
        notes=notes,
        failures=failures,
        crashed=words.say_failure(found.crashed) if found.crashed else "",
    )


def _times(results: Mapping[str, Facts]) -> list[Time]:
    """In the file's order; names of one moment together, so that three that differ are three."""
    found: dict[tuple[str, str], Time] = {}
    for probe, facts in results.items():
        for entry in _list(facts.get("times")):
            source, written = _text(entry, "source"), _text(entry, "written")
            moment = _text(entry, "moment").replace("T", " ") or written
            zone = _text(entry, "offset")
            time = found.setdefault((moment, zone), Time(moment, "UTC" if zone == "Z" else zone))
            time.labels.append(str(TIMES.get((probe, source), source)))
            if (fraction := _text(entry, "fraction")) and "." not in written:
                written = f"{written}.{fraction}"
            if written not in time.written:
                time.written.append(written)
    return list(found.values())


def _rows(results: Mapping[str, Facts]) -> list[Row]:
    images, pdfs = results.get("images", {}), results.get("pdfs", {})
    media = results.get("media", {})
    said: dict[str, str] = {}
    for facts in (images, pdfs, media):
        for group in ("words", "info", "device"):
            part = _mapping(facts.get(group))
            said |= {name: str(value) for name, value in part.items() if name in WORDS}
    rows = [
        *_place(_mapping(images.get("place"))),
        *_device(_mapping(images.get("device"))),
        *(Row(str(label), said[name]) for name, label in WORDS.items() if name in said),
        *_measure(images, pdfs, media),
    ]
    # What the content shows is no word of the file about itself: it stands with it, not alone.
    return rows + _format(_mapping(results.get("formats", {}).get("format"))) if rows else []


def _place(place: Facts) -> list[Row]:
    if not place:
        return []
    decimals = f"{_text(place, 'latitude')}, {_text(place, 'longitude')}"
    datum = _text(place, "datum")
    written = _text(place, "written")
    rows = [
        Row(
            _now("Place"),
            written or decimals,
            ", ".join(filter(None, [decimals if written else "", datum])),
        )
    ]
    if metres := _text(place, "altitude_metres"):
        said = _now("%(n)s metres") % {"n": metres}
        below = _text(place, "altitude_reference") == _BELOW_SEA
        rows.append(Row(_now("Height"), said, _now("Below sea level.") if below else ""))
    if degrees := _text(place, "direction_degrees"):
        rows.append(Row(_now("Direction of view"), _now("%(n)s degrees") % {"n": degrees}))
    return rows


def _device(device: Facts) -> list[Row]:
    make, model = _text(device, "make"), _text(device, "model")
    name = model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
    return [Row(_now("Device"), name)] if name else []


def _measure(images: Facts, pdfs: Facts, media: Facts) -> list[Row]:
    rows = []
    if "width" in images:
        said = _now("%(width)s × %(height)s pixels") % images
        rows.append(Row(_now("Size of the image"), said))
    if "pages" in pdfs:
        rows.append(Row(_now("Pages"), str(pdfs["pages"])))
    length = media.get("milliseconds")
    if isinstance(length, int):
        minutes, seconds = divmod(round(length / _SECOND), 60)
        said = _now("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds}
        channels = media.get("channels")
        sub = ""
        if isinstance(channels, int):
            sub = ngettext("%(n)d channel", "%(n)d channels", channels) % {"n": channels}
        rows.append(Row(_now("Length"), said, sub))
    return rows


def _format(form: Facts) -> list[Row]:
    name, version = _text(form, "name"), _text(form, "version")
    pronom = _text(form, "pronom")
    said = f"PRONOM {pronom}" if pronom else ""
    return [Row(_now("Format, by its content"), f"{name} {version}".strip(), said)] if name else []


def _text(facts: Fact, name: str) -> str:
    value = _mapping(facts).get(name, "")
    return str(value) if isinstance(value, int | str) else ""


def _mapping(value: Fact | None) -> Facts:
    return value if isinstance(value, dict) else {}


def _list(value: Fact | None) -> list[Fact]:
    return value if isinstance(value, list) else []
