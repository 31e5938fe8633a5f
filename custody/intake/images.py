"""What an image says of itself: size, times, place, camera. Nothing is chosen or corrected."""

import math
import re
import warnings
from typing import BinaryIO

import pi_heif  # type: ignore[import-untyped]  # it brings no types
from PIL import ExifTags, Image, UnidentifiedImageError

from custody.intake.findings import Facts, text
from custody.intake.probing import CannotSay, Found, Job

# Only what cameras, phones, scanners and screens write. Others bring parsers nobody here needs.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF", "JPEG2000", "ICO")
_TYPES = {
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff", "image/bmp", "image/heic",
    "image/heif", "image/avif", "image/jp2", "image/vnd.microsoft.icon",
}  # fmt: skip
_EXIF, _GPS = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo
_TIMES = (
    ("file", "DateTime", "OffsetTime", "SubsecTime"),
    ("original", "DateTimeOriginal", "OffsetTimeOriginal", "SubsecTimeOriginal"),
    ("digitized", "DateTimeDigitized", "OffsetTimeDigitized", "SubsecTimeDigitized"),
)
_DEVICE = ("Make", "Model", "LensModel", "BodySerialNumber", "LensSerialNumber", "CameraOwnerName")
_WORDS = ("Software", "Artist", "Copyright", "ImageDescription")
_PERSONS = ("CameraOwnerName", "Artist", "Copyright")
_WRITTEN = re.compile(r"(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})")
_OFFSET = re.compile(r"[+-]\d{2}:\d{2}|Z")

# Our own limit is exact and says so; Pillow's only warns.
Image.MAX_IMAGE_PIXELS = None
pi_heif.options.DECODE_THREADS = 1
pi_heif.register_heif_opener()
Image.init()


def opened(file: BinaryIO) -> Image.Image | None:
    """The image, not yet decoded; None when it is none of ours."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning is about the file, and nobody reads it
            return Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        return None


def probe(file: BinaryIO, job: Job) -> Found | None:
    """Facts of an image; None when the file is not one."""
    image = opened(file)
    if image is None:
        if job.mime in _TYPES:
            raise CannotSay("unreadable")
        return None
    found = Found({"format": str(image.format), "width": image.width, "height": image.height})
    exif = image.getexif()
    main = _named(dict(exif), ExifTags.TAGS)
    detail = _named(exif.get_ifd(_EXIF), ExifTags.TAGS)
    gps = _named(exif.get_ifd(_GPS), ExifTags.GPSTAGS)
    everything = main | detail
    if isinstance(turned := everything.get("Orientation"), int):
        found.facts["orientation"] = turned
    for name, tags in (("device", _DEVICE), ("words", _WORDS)):
        said: Facts = {
            _snake(tag): words for tag in tags if (words := text(everything.get(tag) or ""))
        }
        if said:
            found.facts[name] = said
    _tell_times(found, _times(everything, gps))
    if place := _place(gps):
        found.facts["place"] = place
        found.note("place_found")
    if "device" in found.facts:
        found.note("device_named")
    if any(text(everything.get(tag) or "") for tag in _PERSONS):
        found.note("person_named")
    return found


def _tell_times(found: Found, times: list[Facts]) -> None:
    if times:
        found.facts["times"] = [*times]
    different = {str(time.get("moment") or time["written"]) for time in times}
    if len(different) > 1:
        found.note("times_differ", count=len(different))


def _times(tags: dict[str, object], gps: dict[str, object]) -> list[Facts]:
    """Every time in the file with its source, in the order of the standard; none is preferred."""
    times = []
    for source, tag, offset_tag, fraction_tag in _TIMES:
        if not (written := text(tags.get(tag) or "")):
            continue
        time: Facts = {"source": source, "written": written}
        if moment := _moment(written):
            time["moment"] = moment
        if (offset := text(tags.get(offset_tag) or "")) and _OFFSET.fullmatch(offset):
            time["offset"] = offset
        if fraction := text(tags.get(fraction_tag) or ""):
            time["fraction"] = fraction
        times.append(time)
    day, clock = text(gps.get("GPSDateStamp") or ""), _numbers(gps.get("GPSTimeStamp"), 3)
    if day or clock:
        # The standard says GPS time is UTC.
        hours = ":".join(f"{part:02.0f}" for part in clock[:2])
        seconds = f"{clock[2]:05.2f}".removesuffix(".00") if clock else ""
        written = f"{day} {hours}:{seconds}".strip() if clock else day
        time = {"source": "gps", "written": written, "offset": "Z"}
        if moment := _moment(written):
            time["moment"] = moment
        times.append(time)
    return times


def _moment(written: str) -> str:
    found = _WRITTEN.match(written)
    if found is None or found[1] == "0000":
        return ""
    return "{}-{}-{}T{}:{}:{}".format(*found.groups())


def _place(gps: dict[str, object]) -> Facts:
    place: Facts = {}
    written = []
    for name, tag, negative in (
        ("latitude", "GPSLatitude", "S"),
        ("longitude", "GPSLongitude", "W"),
    ):
        parts = _numbers(gps.get(tag), 3)
        if not parts:
            return {}
        degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
        side = text(gps.get(f"{tag}Ref") or "")
        place[name] = f"{-degrees if side.upper() == negative else degrees:.6f}"
        written.append(
            f"{_short(parts[0])}° {_short(parts[1])}′ {_short(parts[2])}″ {side}".strip()
        )
    place["written"] = ", ".join(written)
    for name, tag in (("altitude_metres", "GPSAltitude"), ("direction_degrees", "GPSImgDirection")):
        if number := _numbers([gps.get(tag)], 1):
            place[name] = f"{number[0]:.1f}"
    for name, tag in (("altitude_reference", "GPSAltitudeRef"), ("datum", "GPSMapDatum")):
        value = gps.get(tag)
        if value is not None:
            value = value[0] if isinstance(value, bytes) and len(value) == 1 else value
            place[name] = text(value)
    return place


def _numbers(value: object, count: int) -> list[float]:
    """`count` finite numbers, or none."""
    if not isinstance(value, (tuple, list)) or len(value) != count:
        return []
    try:
        numbers = [float(part) for part in value]
    except (TypeError, ValueError, ZeroDivisionError):
        return []
    return numbers if all(math.isfinite(number) for number in numbers) else []


def _short(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _named(tags: dict[int, object], names: dict[int, str]) -> dict[str, object]:
    return {names[tag]: value for tag, value in tags.items() if tag in names}


def _snake(tag: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", tag).lower()
