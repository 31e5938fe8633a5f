"""The exhibits' bytes: drawn, written and sounded here, so that no picture of anyone is shipped.

Each is made from its name alone, is the same every time, and is smaller than `LARGEST`.
"""

import io
import math
import wave
import zlib

from PIL import ExifTags, Image, ImageDraw

LARGEST = 200_000
_GPS = ExifTags.IFD.GPSInfo
_DETAIL = ExifTags.IFD.Exif
_RATE = 8000
_SECONDS = 3


def content(name: str) -> bytes:
    """The file of this name: a photograph, a document or a recording, by its ending."""
    made = {"jpg": photograph, "pdf": document, "wav": recording}[name.rsplit(".", 1)[-1]](name)
    assert len(made) <= LARGEST
    return made


def photograph(name: str) -> bytes:
    """Shapes and the word Example, with what cameras write: device, time, place (in the open sea)."""
    seed = zlib.crc32(name.encode())
    image = Image.new("RGB", (960, 640), _colour(seed))
    draw = ImageDraw.Draw(image)
    for n in range(9):
        part = zlib.crc32(f"{name} {n}".encode())
        x, y, wide = part % 860, (part >> 8) % 540, 40 + (part >> 16) % 160
        draw.rectangle((x, y, x + wide, y + wide // 2), fill=_colour(part))
    draw.polygon([(80, 560), (200, 320), (320, 560)], fill=_colour(seed >> 4))
    draw.text(
        (360, 280), "Example", fill="white", font_size=72, stroke_width=2, stroke_fill="black"
    )
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Example", "Example camera"
    exif[ExifTags.Base.Software] = "Example"
    exif.get_ifd(_DETAIL)[ExifTags.Base.DateTimeOriginal] = (
        f"2022:0{1 + seed % 9}:{10 + seed % 18} 10:{seed % 50 + 10}:00"
    )
    exif.get_ifd(_GPS).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (0.0, float(seed % 60), 0.0),
            ExifTags.GPS.GPSLongitudeRef: "W",
            ExifTags.GPS.GPSLongitude: (20.0, float((seed >> 6) % 60), 0.0),
        }
    )
    made = io.BytesIO()
    image.save(made, "JPEG", quality=80, exif=exif)
    return made.getvalue()


def document(name: str) -> bytes:
    """One page of text in a PDF as plain as they come."""
    lines = ("Example", name, "Nothing in this document happened; nobody is named in it.")
    shown = " T* ".join(f"({_escaped(line)}) Tj" for line in lines)
    stream = f"BT /F1 18 Tf 72 760 Td 28 TL {shown} ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (Example) /Producer (Example) /CreationDate (D:20220301090000Z) >>",
    )
    made, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, size - 1, len(made))
    )


def recording(name: str) -> bytes:
    """Three seconds of a tone: no voice."""
    pitch = 220 + zlib.crc32(name.encode()) % 440
    tone = bytes(
        128 + round(60 * math.sin(2 * math.pi * pitch * n / _RATE)) for n in range(_RATE * _SECONDS)
    )
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(_RATE)
        file.writeframes(tone)
    return made.getvalue()


def _colour(number: int) -> tuple[int, int, int]:
    return 60 + number % 140, 60 + (number >> 8) % 140, 60 + (number >> 16) % 140


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
