"""Files of pixels and nothing else: how they are written, and whether one is such a file.

Looks at bytes alone, no parser is asked: what may stand in a bare file is listed, and anything
else, before, between or after it, makes it another file. So text, metadata, a hidden layer, a
colour profile, an attachment or an earlier revision cannot be in one.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

# How many pixels of a bare PDF are an inch.
RESOLUTION = 150
_POINTS = 72
# Tables, the frame, restart intervals: no application data but JFIF's own header, no comment.
_SEGMENTS = {0xDB, 0xC0, 0xC4, 0xDD}
_JFIF, _SCAN = 0xE0, 0xDA
# Without the small picture that its header may carry.
_JFIF_SIZE = 16
# In the scan: a byte 0xFF of the picture itself, or the mark of a restart.
_ENTROPY = re.compile(rb"\xff(?![\x00\xd0-\xd7])")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNKS = (b"IHDR", b"IDAT", b"IEND")
_CHUNK_SIZE = 12  # length, name, checksum
_HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_PAGE = re.compile(
    rb"\d+ 0 obj\n<< /Type /Page [^\n]* >>\nendobj\n"
    rb"\d+ 0 obj\n<< /Type /XObject /Subtype /Image /Width (\d+) /Height (\d+) [^\n]*"
    rb" /Length (\d+) >>\nstream\n"
)
_CONTENT = re.compile(
    rb"\nendstream\nendobj\n\d+ 0 obj\n<< /Length \d+ >>\nstream\n[^\n]*\nendstream\nendobj\n"
)


class NotBare(ValueError):
    """There is something else in it."""


@dataclass(frozen=True)
class Page:
    """One page of a bare PDF: a bare JPEG in colours, and its size in pixels."""

    width: int
    height: int
    jpeg: bytes


def is_bare(data: bytes) -> bool:
    """Whether it is a bare JPEG, PNG or PDF."""
    if data.startswith(_SIGNATURE):
        return is_bare_png(data)
    if data.startswith(_HEAD):
        try:
            read_pdf(data)
        except NotBare:
            return False
        return True
    return is_bare_jpeg(data)


def is_bare_jpeg(data: bytes) -> bool:
    """Whether it is one JPEG of one scan, with nothing but the picture in it."""
    if data[:2] != b"\xff\xd8":
        return False
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == _JFIF and (
            place != 2 or size != _JFIF_SIZE or data[4:11] != b"\x00\x10JFIF\0"
        ):
            return False
        if marker == _SCAN:
            found = _ENTROPY.search(data, place + 2 + size)
            return found is not None and data[found.start() :] == b"\xff\xd9"
        if marker not in _SEGMENTS and marker != _JFIF:
            return False
        place += 2 + size
    return False


def is_bare_png(data: bytes) -> bool:
    """Whether it has a header, pixels and an end, each whole, and no other chunk."""
    if not data.startswith(_SIGNATURE):
        return False
    place, names = len(_SIGNATURE), []
    while place + _CHUNK_SIZE <= len(data):
        size, name = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        end = place + _CHUNK_SIZE + size
        if name not in _CHUNKS or end > len(data):
            return False
        if zlib.crc32(data[place + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return False
        names.append(name)
        place = end
    heads = [names.count(b"IHDR"), names.count(b"IEND")]
    ordered = names[:1] == [b"IHDR"] and names[-1:] == [b"IEND"]
    return place == len(data) and heads == [1, 1] and ordered and b"IDAT" in names


def write_pdf(pages: Sequence[Page]) -> bytes:
    """A PDF that shows these pictures, one a page, and has nothing else: no text, no dates."""
    kids = " ".join(f"{_number(place)} 0 R" for place in range(len(pages)))
    out, starts = bytearray(_HEAD), []
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
    ]
    for place, page in enumerate(pages):
        bodies += _objects(_number(place), page)
    for number, body in enumerate(bodies, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(starts) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(starts) + 1, at)
    return bytes(out)


def read_pdf(data: bytes) -> list[Page]:
    """The pages of a bare PDF; NotBare unless it is, byte for byte, what `write_pdf` makes of them."""
    pages = []
    first = re.compile(rb"3 0 obj\n").search(data, 0, 2_000_000)
    place = first.start() if first else len(data)
    while found := _PAGE.match(data, place):
        width, height, size = (int(group) for group in found.groups())
        jpeg = data[found.end() : found.end() + size]
        after = _CONTENT.match(data, found.end() + size)
        if after is None or not is_bare_jpeg(jpeg):
            raise NotBare
        pages.append(Page(width, height, jpeg))
        place = after.end()
    if not pages or write_pdf(pages) != data:
        raise NotBare
    return pages


def _number(place: int) -> int:
    """Of a page's first object: the catalogue and the list of pages come before."""
    return 3 + 3 * place


def _objects(number: int, page: Page) -> list[bytes]:
    wide, high = (f"{side * _POINTS / RESOLUTION:.2f}" for side in (page.width, page.height))
    shown = f"q {wide} 0 0 {high} 0 0 cm /P Do Q"
    return [
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide} {high}] "
        f"/Resources << /XObject << /P {number + 1} 0 R >> >> /Contents {number + 2} 0 R >>".encode(),
        f"<< /Type /XObject /Subtype /Image /Width {page.width} /Height {page.height} "
        "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode "
        f"/Length {len(page.jpeg)} >>\nstream\n".encode()
        + page.jpeg
        + b"\nendstream",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream".encode(),
    ]
