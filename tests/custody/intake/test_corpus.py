"""Every real file goes through the real examination: as many findings as files, none lost."""

import ctypes
import io
import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from custody.intake.confined import Examiner
from custody.intake.findings import Findings

CANARY = b"canary-2718-in-clear"
IN_CREATE, IN_MOVED_TO, IN_MODIFY = 0x100, 0x80, 0x2


@pytest.fixture(scope="module")
def examined(corpus_files: list[Path], examiner: Examiner) -> dict[Path, Findings]:
    """All findings, by file, from one examiner."""
    return {path: examiner.examine(pieces(path), name_hint=path.name) for path in corpus_files}


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(64 * 1024):
            yield piece


def named(examined: dict[Path, Findings], name: str) -> Findings:
    [found] = [found for path, found in examined.items() if path.name == name]
    return found


def picture(found: Findings) -> Image.Image:
    return Image.open(io.BytesIO(found.thumbnail))


def test_as_many_findings_as_files_and_none_crashed(
    examined: dict[Path, Findings], corpus_files: list[Path]
) -> None:
    assert len(examined) == len(corpus_files) > 300
    for path, found in examined.items():
        assert found.crashed == "", path
        assert found.results["formats"]["size"] == path.stat().st_size
        # Named, and never for a reason of our own (a part of a parser that came too late).
        assert set(found.failures.values()) <= {"unreadable", "needs_password", "cut_short"}, path


def test_findings_are_the_same_after_being_sealed(examined: dict[Path, Findings]) -> None:
    for found in examined.values():
        text = found.to_json()
        again = Findings.from_json(text)
        assert again.to_json() == text
        assert again.thumbnail == b""
        only_plain(json.loads(text))


def only_plain(value: object) -> None:
    """Integers, strings, lists and mappings: what the canonical form takes."""
    if isinstance(value, dict):
        for name, item in value.items():
            assert isinstance(name, str)
            only_plain(item)
    elif isinstance(value, list):
        for item in value:
            only_plain(item)
    else:
        assert type(value) in {int, str}


def test_every_image_of_the_corpus_is_measured(examined: dict[Path, Findings]) -> None:
    for path, found in examined.items():
        if path.suffix.lower() in {".jpg", ".jpeg", ".png"} and path.stat().st_size > 200:
            with Image.open(path) as image:
                size = (found.results["images"]["width"], found.results["images"]["height"])
                assert size == image.size


def test_the_photographs_from_arezzo_show_three_times_and_none_is_chosen(
    examined: dict[Path, Findings],
) -> None:
    photographs = {path: found for path, found in examined.items() if path.match("gps/*.jpg")}
    assert len(photographs) >= 8
    for found in photographs.values():
        times = found.results["images"]["times"]
        assert isinstance(times, list)
        sources = [time["source"] for time in times if isinstance(time, dict)]
        assert sources == ["file", "original", "digitized", "gps"]
        [differ] = [note for note in found.notes if note.code == "times_differ"]
        assert dict(differ.parameters) == {"count": 3}
        place = found.results["images"]["place"]
        assert isinstance(place, dict)
        assert str(place["latitude"]).startswith("43.4")
        assert str(place["longitude"]).startswith("11.8")
        assert "time" not in found.results["images"]
    [one] = [found for path, found in photographs.items() if path.name == "DSCN0010.jpg"]
    assert one.results["images"]["times"] == [
        {"source": "file", "written": "2008:11:01 21:15:07", "moment": "2008-11-01T21:15:07"},
        {"source": "original", "written": "2008:10:22 16:28:39", "moment": "2008-10-22T16:28:39"},
        {"source": "digitized", "written": "2008:10:22 16:28:39", "moment": "2008-10-22T16:28:39"},
        {"source": "gps", "written": "2008:10:23 14:27:07.24", "moment": "2008-10-23T14:27:07",
         "offset": "Z"},
    ]  # fmt: skip
    assert one.results["images"]["device"] == {"make": "NIKON", "model": "COOLPIX P6000"}


@pytest.mark.parametrize("shape", ["landscape", "portrait"])
def test_all_orientations_give_the_same_upright_thumbnail(
    examined: dict[Path, Findings], shape: str
) -> None:
    turned = {
        found.results["images"].get("orientation", 1): picture(found)
        for path, found in examined.items()
        if path.parent.name == "orientation" and path.name.startswith(shape)
    }
    assert len(turned) == 8
    upright = turned[1]
    assert (upright.width > upright.height) == (shape == "landscape")
    upside_down = distance(upright.rotate(180), upright)
    for image in turned.values():
        assert image.size == upright.size
        assert distance(image, upright) < upside_down / 2


def distance(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def test_thumbnails_are_small_and_carry_nothing_but_the_picture(
    examined: dict[Path, Findings],
) -> None:
    drawn = [found for found in examined.values() if found.thumbnail]
    assert len(drawn) > 150
    for found in drawn:
        image = picture(found)
        image.load()
        assert image.format == "JPEG"
        assert max(image.size) <= 480
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert found.results["thumbnails"] == {
            "width": image.width, "height": image.height, "mime": "image/jpeg"
        }  # fmt: skip


def test_what_hostile_pdfs_bring_is_named(examined: dict[Path, Findings]) -> None:
    brings = {
        path.name: found.results.get("pdfs", {}).get("brings", {})
        for path, found in examined.items()
    }
    assert brings["javascript.pdf"] == {"javascript": 1, "open_action": 1}
    assert "runs_something" in codes(named(examined, "javascript.pdf"))
    assert "files_inside" in codes(named(examined, "fileAttachment.pdf"))
    assert named(examined, "encryption_openpassword.pdf").results["pdfs"] == {
        "encryption": "needs_password", "version": "1.7"
    }  # fmt: skip
    assert "needs_password" in codes(named(examined, "encryption_openpassword.pdf"))
    open_to_read = named(examined, "encryption_nocopy.pdf")
    assert open_to_read.results["pdfs"]["encryption"] == "opens_without_password"
    assert open_to_read.results["pdfs"]["pages"] == 1


def codes(found: Findings) -> set[str]:
    return {note.code for note in found.notes}


def test_formats_carry_the_numbers_that_archives_cite(examined: dict[Path, Findings]) -> None:
    for name, pronom in (
        ("example.warc", "fmt/1355"),
        ("DSCN0010.jpg", "x-fmt/391"),
        ("jpeg2000.mov", "x-fmt/384"),
        ("lorem-ipsum.doc", "fmt/40"),
        ("LibreOfficeWriter_odt_1.3.odt", "fmt/1756"),
        ("webp.webp", "fmt/567"),
    ):
        form = named(examined, name).results["formats"]["format"]
        assert isinstance(form, dict)
        assert form["pronom"] == pronom, name


def test_names_of_real_files_are_seldom_called_wrong(examined: dict[Path, Findings]) -> None:
    wrong = {path.name for path, found in examined.items() if "name_differs" in codes(found)}
    # A theme of Microsoft Office is XML, and PRONOM's number says so; it has no type of its own.
    assert wrong <= {"themedata.xml"}


def test_hostile_names_change_nothing(corpus: Path) -> None:
    names = json.loads(next(corpus.glob("naughty-strings/*.json")).read_text())
    assert len(names) > 400
    with Examiner(scratch=corpus, probes=()) as quick:
        for name in names:
            found = quick.examine([b"\x89PNG\r\n\x1a\n"], name_hint=name)
            assert found.crashed == ""
            assert found.failures == {}
            # Nothing of a name is kept: it is sealed elsewhere.
            if len(name) > 8:
                assert json.dumps(name)[1:-1] not in found.to_json()
        for ending in ("\0.jpg", "/../../x.jpg", "\\x.jpg", "\u202egpj.exe", "x" * 5000 + ".jpg"):
            assert quick.examine([b"letter"], name_hint=ending).crashed == ""


class Watch:
    """What appears in folders, as the kernel tells it."""

    def __init__(self, *folders: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.handle = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for folder in folders:
            mask = IN_CREATE | IN_MOVED_TO
            assert self._libc.inotify_add_watch(self.handle, os.fsencode(folder), mask) > 0

    def names(self) -> list[str]:
        found = []
        try:
            events = os.read(self.handle, 1 << 20)
        except BlockingIOError:
            return []
        while events:
            length = struct.unpack_from("iIII", events)[3]
            found.append(os.fsdecode(events[16 : 16 + length].rstrip(b"\0")))
            events = events[16 + length :]
        return found


def test_no_plaintext_reaches_a_path_while_or_after(
    scratch: Path, corpus: Path, examiner: Examiner
) -> None:
    watch = Watch(scratch)
    # Others use these as well; only what holds our bytes counts.
    shared = {folder: Watch(Path(folder)) for folder in ("/tmp", "/var/tmp", "/dev/shm")}
    photograph = (corpus / "exif-samples" / "gps" / "DSCN0010.jpg").read_bytes()
    page = (corpus / "opf-format-corpus" / "pdfCabinetOfHorrors" / "javascript.pdf").read_bytes()
    for content in (photograph + CANARY, page + CANARY, CANARY * 100):
        examiner.examine([content], name_hint="exhibit")
    assert watch.names() == []
    assert list(scratch.iterdir()) == []
    for folder, watched in shared.items():
        for name in watched.names():
            path = Path(folder, name)
            if path.is_file():
                assert CANARY not in path.read_bytes()


def test_findings_of_one_file_hold_nothing_of_another(examiner: Examiner) -> None:
    for number in range(20):
        image = Image.new("RGB", (40 + number, 30))
        exif = Image.Exif()
        exif[0x0131] = f"canary-{number:02d}"
        target = io.BytesIO()
        image.save(target, "JPEG", exif=exif)
        found = examiner.examine([target.getvalue()], name_hint="x.jpg")
        text = found.to_json()
        assert found.results["images"]["width"] == 40 + number
        assert [n for n in range(20) if f"canary-{n:02d}" in text] == [number]
