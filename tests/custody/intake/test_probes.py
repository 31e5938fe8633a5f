"""The probes themselves, in this process, on files made here."""

import io
from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from custody.intake import formats, images, media, pdfs, thumbnails
from custody.intake.probing import CannotSay, Found, Job


def jpeg(size: tuple[int, int] = (64, 48), **tags: object) -> bytes:
    image, exif = Image.new("RGB", size, "navy"), Image.Exif()
    for name, value in tags.items():
        exif[int(name.removeprefix("t"), 16)] = value
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif)
    return target.getvalue()


def with_gps(gps: Mapping[int, object]) -> bytes:
    image, exif = Image.new("RGB", (8, 8)), Image.Exif()
    exif._ifds[0x8825] = dict(gps)
    exif[0x8825] = dict(gps)
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif)
    return target.getvalue()


def of(content: bytes, probe: Callable[..., Found | None] = images.probe, **job: object) -> Found:
    found = probe(io.BytesIO(content), Job(**job))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_what_is_no_image_is_no_image() -> None:
    assert images.probe(io.BytesIO(b"a letter"), Job(mime="text/plain")) is None
    with pytest.raises(CannotSay, match="unreadable"):
        images.probe(io.BytesIO(b"a letter"), Job(mime="image/png"))


def test_the_south_and_the_west_are_negative_and_nonsense_is_no_place() -> None:
    third = Fraction(1, 3)
    south = {1: "S", 2: (1, 30, third), 3: "W", 4: (70, 0, 0), 5: b"\x01", 6: 12.5, 17: 90}
    place = of(with_gps(south)).facts["place"]
    assert isinstance(place, dict)
    assert place["latitude"] == "-1.500093"
    assert place["longitude"] == "-70.000000"
    assert (place["altitude_metres"], place["altitude_reference"]) == ("12.5", "1")
    assert place["direction_degrees"] == "90.0"
    for broken in ({2: (1, 2), 4: (3, 4)}, {1: "N"}, {2: (0, 0, 0)}):
        assert "place" not in of(with_gps(broken)).facts


def test_hidden_characters_in_what_a_file_says_are_shown() -> None:
    found = of(jpeg(t0131="edit\x1b[31m\u202egpj", t013b="  A. Person "))
    words = found.facts["words"]
    assert isinstance(words, dict)
    assert words["artist"] == "A. Person"
    assert "\x1b" not in str(words)
    assert [code for code, _ in found.notes] == ["person_named"]


def test_one_time_or_the_same_times_are_no_disagreement() -> None:
    found = of(jpeg(t0132="2020:01:02 03:04:05"))
    assert found.facts["times"] == [
        {"source": "file", "written": "2020:01:02 03:04:05", "moment": "2020-01-02T03:04:05"}
    ]
    assert found.notes == []
    odd = of(jpeg(t0132="0000:00:00 00:00:00"))
    assert odd.facts["times"] == [{"source": "file", "written": "0000:00:00 00:00:00"}]


def test_an_image_with_too_many_pixels_is_measured_and_not_drawn() -> None:
    target = io.BytesIO()
    Image.new("1", (15_000, 15_000)).save(target, "PNG")
    assert of(target.getvalue()).facts["width"] == 15_000
    found = of(target.getvalue(), thumbnails.probe)
    assert found.thumbnail == b""
    assert found.notes == [("too_many_pixels", {"width": 15_000, "height": 15_000})]


def test_a_large_photograph_is_drawn_at_a_fraction() -> None:
    found = of(jpeg((4000, 3000)), thumbnails.probe, pixels=1_000_000)
    assert (found.facts["width"], found.facts["height"]) == (480, 360)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr"])
def test_images_of_every_kind_are_drawn(mode: str) -> None:
    target = io.BytesIO()
    form = "PNG" if mode in {"1", "L", "LA", "P", "RGBA", "I;16"} else "TIFF"
    Image.new(mode, (600, 200)).save(target, form)
    found = of(target.getvalue(), thumbnails.probe)
    assert found.facts == {"width": 480, "height": 160, "mime": "image/jpeg"}


def test_what_cannot_be_seen_through_is_drawn_on_paper() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(target, "PNG")
    found = of(target.getvalue(), thumbnails.probe)
    assert Image.open(io.BytesIO(found.thumbnail)).getpixel((5, 5)) == (255, 255, 255)


def test_an_image_cut_short_says_so() -> None:
    whole = jpeg((400, 300))
    with pytest.raises(CannotSay, match="cut_short"):
        thumbnails.probe(io.BytesIO(whole[: len(whole) // 2]), Job())


def pdf(change: Callable[[PdfWriter], object] = lambda _: None) -> bytes:
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 100)
    change(writer)
    writer.write(target)
    return target.getvalue()


def names(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def test_a_plain_pdf_brings_nothing() -> None:
    found = of(pdf(), pdfs.probe)
    assert found.facts["pages"] == 1
    assert found.facts["encryption"] == "none"
    assert found.facts["brings"] == {}
    assert found.notes == []
    assert of(pdf(), thumbnails.probe).facts == {"width": 400, "height": 200, "mime": "image/jpeg"}


def test_what_a_pdf_says_of_itself_is_told_as_written() -> None:
    def change(writer: PdfWriter) -> None:
        writer.add_metadata(
            {
                "/Author": "A. Person",
                "/Title": "Report \u202etxt",
                "/CreationDate": "D:20200102030405+02'00'",
                "/ModDate": "D:20210102030405Z",
            }
        )

    found = of(pdf(change), pdfs.probe)
    info = found.facts["info"]
    assert isinstance(info, dict)
    assert (info["author"], info["title"]) == ("A. Person", "Report \\u202etxt")
    assert found.facts["times"] == [
        {"source": "created", "written": "D:20200102030405+02'00'",
         "moment": "2020-01-02T03:04:05", "offset": "+02:00"},
        {"source": "changed", "written": "D:20210102030405Z",
         "moment": "2021-01-02T03:04:05", "offset": "Z"},
    ]  # fmt: skip
    assert [code for code, _ in found.notes] == ["person_named", "times_differ"]


def test_actions_attachments_and_signatures_of_a_pdf_are_counted() -> None:
    def change(writer: PdfWriter) -> None:
        script = names(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert('x')"))
        writer.root_object[NameObject("/AnotherAction")] = script
        writer.add_attachment("inner.txt", b"inside")
        root = writer.root_object
        launch = names(S=NameObject("/Launch"), F=TextStringObject("cmd.exe"))
        root[NameObject("/OpenAction")] = launch
        signature = names(
            Type=NameObject("/Sig"),
            ByteRange=ArrayObject([NumberObject(0)] * 4),
            Contents=TextStringObject(""),
        )
        root[NameObject("/Unreached")] = writer._add_object(signature)

    found = of(pdf(change), pdfs.probe)
    assert found.facts["brings"] == {
        "javascript": 1, "launch": 1, "embedded_files": 1, "open_action": 1, "signatures": 1
    }  # fmt: skip
    assert [code for code, _ in found.notes] == [
        "runs_something", "runs_something", "files_inside", "signatures_inside"
    ]  # fmt: skip


def test_a_pdf_with_a_password_is_not_opened() -> None:
    locked = pdf(lambda writer: writer.encrypt("secret", algorithm="AES-256"))
    assert of(locked, pdfs.probe).facts == {"version": "1.3", "encryption": "needs_password"}
    with pytest.raises(CannotSay, match="needs_password"):
        thumbnails.probe(io.BytesIO(locked), Job())
    opens = pdf(lambda writer: writer.encrypt("", "owner", algorithm="RC4-128"))
    found = of(opens, pdfs.probe)
    assert (found.facts["encryption"], found.facts["pages"]) == ("opens_without_password", 1)


def test_a_pdf_of_too_many_objects_is_looked_through_in_part() -> None:
    found = of(pdf(), pdfs.probe, objects=1)
    assert [code for code, _ in found.notes] == ["not_looked_through"]
    found = of(pdf(), pdfs.probe, seconds=-1)
    objects = found.facts["objects"]
    assert isinstance(objects, dict)
    assert objects["looked"] == 0


def test_the_length_of_a_sound_is_told() -> None:
    header = b"RIFF\x2c\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0"
    sound = header + b"data\x40\x1f\0\0" + bytes(8000)
    found = of(sound, media.probe, mime="audio/x-wav")
    assert found.facts["milliseconds"] == 1000
    assert found.facts["samples_per_second"] == 8000
    assert media.probe(io.BytesIO(sound), Job(mime="image/png")) is None
    with pytest.raises(CannotSay, match="unreadable"):
        media.probe(io.BytesIO(b"nothing"), Job(mime="audio/mpeg"))
    film = of(b"nothing", media.probe, mime="video/webm")
    assert [code for code, _ in film.notes] == ["video_only_length"]


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("photo.JPG", "image/jpeg"),
        ("a.b/photo.jpeg", "image/jpeg"),
        ("c:\\x\\photo.png", "image/png"),
        ("letter", ""),
        ("letter.unheard", ""),
        (".jpg", ""),
        ("", ""),
        ("film.MP4", "video/mp4"),
        ("invoice.pdf.exe", "application/x-msdos-program"),
    ],
)
def test_the_claim_of_a_name_is_its_ending(name: str, claimed: str) -> None:
    assert formats.claimed(name) in {claimed, "application/octet-stream"} - (
        {"application/octet-stream"} if not name.endswith(".exe") else set()
    )


def test_a_senders_type_counts_where_the_name_says_nothing() -> None:
    assert formats.claimed("photo", "image/png; x=y") == "image/png"
    assert formats.claimed("photo.jpg", "image/png") == "image/jpeg"
    assert formats.claimed("photo", "application/octet-stream") == ""
    assert formats.claimed("photo", "no type\n") == ""


@pytest.mark.parametrize(
    ("claim", "mime", "basis", "verdict"),
    [
        ("image/jpeg", "image/jpeg", "content", "match"),
        ("image/jpeg", "image/png", "content", "mismatch"),
        ("video/mp4", "video/quicktime", "content", "match"),
        ("text/plain", "text/html", "content", "match"),
        ("text/html", "text/plain", "text_only", "match"),
        ("image/jpeg", "text/plain", "text_only", "mismatch"),
        ("text/xml", "application/rdf+xml", "content", "match"),
        ("", "image/png", "content", "unknown"),
        ("image/png", "", "content", "unknown"),
    ],
)
def test_name_and_content_are_compared(claim: str, mime: str, basis: str, verdict: str) -> None:
    assert formats.compare(claim, {"mime": mime, "basis": basis}) == verdict
