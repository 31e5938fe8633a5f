"""Copies of pictures and PDFs in which marked places are black and only pixels are left.

Runs in a confined process. What is drawn is drawn anew from what a reader sees: a text layer,
metadata, annotations, attachments and earlier revisions are not copied, so they need no removing.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import pypdfium2  # type: ignore[import-untyped]  # it brings no types
from PIL import Image, ImageOps
from pypdfium2 import raw

from custody.intake import bare, images, pdfs, thumbnails
from custody.intake.probing import CannotSay, Found, Job

# A mark is a page from 1, then left, top, width and height in hundredths of a per cent of it.
WHOLE = 10_000
MOST_PAGES = 200
# Of one page, or of one picture.
MOST_PIXELS = 80_000_000
# JPEG works on squares of so many pixels: one that is wholly black is black without a trace.
_GRID = 8
_QUALITY = 90
_LOSSY = {"JPEG", "MPO", "HEIF", "AVIF", "WEBP", "JPEG2000"}
_SHOWN_EDGE, _SHOWN_QUALITY = 1400, 75
# What Pillow tells of JFIF's own header, which has the format's version and the resolution alone.
_SAID = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
_BLACK = ((0, 0), (0, 0), (0, 0))


def probe(file: BinaryIO, job: Job) -> Found | None:
    """One of the three tasks; None when the file is no image and no PDF."""
    return {"pages": _pages, "redact": _redact, "prove": _prove}[job.task](file, job)


def boxes(
    marks: Iterable[Sequence[int]], page: int, size: tuple[int, int]
) -> Iterator[tuple[int, int, int, int]]:
    """The marks of one page in pixels: left, top, right, bottom. Never less than was marked."""
    width, height = size
    for number, left, top, wide, high in marks:
        if number == page:
            yield (
                _down(left * width // WHOLE),
                _down(top * height // WHOLE),
                min(_up(-(-(left + wide) * width // WHOLE)), width),
                min(_up(-(-(top + high) * height // WHOLE)), height),
            )


def _pages(file: BinaryIO, job: Job) -> Found | None:
    """A small picture of each page, one after the other, and where each begins."""
    drawn = _drawn(file)
    if drawn is None:
        return None
    pictures, places = bytearray(), []
    for picture in drawn[1]:
        picture.thumbnail((_SHOWN_EDGE, _SHOWN_EDGE))
        jpeg = _jpeg(picture, quality=_SHOWN_QUALITY, exact=False)
        places.append([len(pictures), len(jpeg), picture.width, picture.height])
        pictures += jpeg
    return Found({"pages": [[*place] for place in places]}, thumbnail=bytes(pictures))


def _redact(file: BinaryIO, job: Job) -> Found | None:
    drawn = _drawn(file)
    if drawn is None:
        return None
    kind, pictures = drawn
    made: list[bare.Page] = []
    single = b""
    for page, picture in enumerate(pictures, 1):
        for box in boxes(job.marks, page, picture.size):
            picture.paste((0, 0, 0), box)
        if kind == "png":
            single = _png(picture)
        made.append(bare.Page(*picture.size, b"" if single else _jpeg(picture, quality=_QUALITY)))
    if any(mark[0] > len(made) for mark in job.marks):
        raise CannotSay("mark_outside")
    content = bare.write_pdf(made) if kind == "pdf" else single or made[0].jpeg
    return Found({"kind": kind, "pages": len(made)}, thumbnail=content)


def _prove(file: BinaryIO, job: Job) -> Found | None:
    """Read a finished copy as anybody would, and look for what must not be in it."""
    content = file.read()
    if not bare.is_bare(content):
        raise CannotSay("not_bare")
    if pdfs.is_pdf(file):
        jpegs = [page.jpeg for page in bare.read_pdf(content)]
        if _says_something(content):
            raise CannotSay("not_bare")
    else:
        jpegs = [content]
    for page, jpeg in enumerate(jpegs, 1):
        with Image.open(io.BytesIO(jpeg), formats=("JPEG", "PNG")) as picture:
            picture.load()
            if picture.mode != "RGB" or set(picture.info) - _SAID:
                raise CannotSay("not_bare")
            for box in boxes(job.marks, page, picture.size):
                if picture.crop(box).getextrema() != _BLACK:
                    raise CannotSay("not_black")
    return Found({"pages": len(jpegs)})


def _says_something(content: bytes) -> bool:
    """Whether a PDF has a text, a word about itself, an annotation, a bookmark or a file in it."""
    document = pypdfium2.PdfDocument(content)
    said = any(document.get_metadata_dict().values()) or document.count_attachments()
    for page in document:
        said = said or page.get_textpage().count_chars() or raw.FPDFPage_GetAnnotCount(page)
    return bool(said) or any(document.get_toc())


def _drawn(file: BinaryIO) -> tuple[str, Iterator[Image.Image]] | None:
    """What kind of copy it gives, and its pages one at a time, upright and in plain colours."""
    if pdfs.is_pdf(file):
        return "pdf", _of_pdf(file)
    image = images.opened(file)
    if image is None:
        return None
    # Telephones put a map of brightness behind a JPEG, which is no picture of its own.
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise CannotSay("several_pictures")
    if image.width * image.height > MOST_PIXELS:
        raise CannotSay("too_many_pixels")
    kind = "jpeg" if image.format in _LOSSY else "png"
    return kind, iter((_of_image(image),))


def _of_image(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except OSError as error:
        raise CannotSay("cut_short" if "truncated" in str(error) else "unreadable") from error
    upright = thumbnails.eight_bits(ImageOps.exif_transpose(image))
    return thumbnails.on_paper(upright)


def _of_pdf(file: BinaryIO) -> Iterator[Image.Image]:
    file.seek(0)
    try:
        document = pypdfium2.PdfDocument(file)
        count = len(document)
        if count > MOST_PAGES:
            raise CannotSay("too_many_pages")
        for number in range(count):
            yield _page(document[number])
    except pypdfium2.PdfiumError as error:
        needs = "password" in str(error).lower()
        raise CannotSay("needs_password" if needs else "unreadable") from error
    if count == 0:
        raise CannotSay("unreadable")


def _page(page: pypdfium2.PdfPage) -> Image.Image:
    scale = bare.RESOLUTION / 72
    width, height = page.get_size()
    if min(width, height) <= 0:
        raise CannotSay("unreadable")
    if width * height * scale * scale > MOST_PIXELS:
        raise CannotSay("too_many_pixels")
    # Nothing is run, and what only a form would show is left out.
    drawn = page.render(scale=scale, may_draw_forms=False)
    picture = drawn.to_pil().convert("RGB")
    drawn.close()
    page.close()
    return picture


def _jpeg(image: Image.Image, *, quality: int, exact: bool = True) -> bytes:
    """`exact`: colours are not spread over squares of another size, so black stays black."""
    target = io.BytesIO()
    _plain(image).save(target, "JPEG", quality=quality, subsampling=0 if exact else 2)
    return target.getvalue()


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    _plain(image).save(target, "PNG", compress_level=6)
    return target.getvalue()


def _plain(image: Image.Image) -> Image.Image:
    """A new image of the same pixels, so that nothing the old one carried along is written."""
    plain = Image.new("RGB", image.size)
    plain.paste(image)
    return plain


def _down(pixel: int) -> int:
    return pixel // _GRID * _GRID


def _up(pixel: int) -> int:
    return -(-pixel // _GRID) * _GRID
