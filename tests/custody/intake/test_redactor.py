"""Copies in which marked places are black and only pixels are left, of real files nobody here wrote."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from custody.intake import bare, redacting
from custody.intake.findings import FAILURES
from custody.intake.probing import CannotSay, Job
from custody.intake.redactor import LIMITS, CannotRedact, Redactor

PHOTO = "exif-samples/gps/DSCN0010.jpg"
SIGNED = "c2pa-testfiles/nikon-20221019-building.jpeg"
LETTER = "opf-format-corpus/pdfCabinetOfHorrors/fileAttachment.pdf"
# A page from 1; left, top, width, height in hundredths of a per cent.
MARK = [1, 2531, 1117, 3333, 2222]


@pytest.fixture(scope="module")
def redactor(scratch):
    with Redactor(scratch=scratch) as made:
        yield made


def read(corpus: Path, name: str) -> bytes:
    return (corpus / name).read_bytes()


def pixels_of(copy) -> list[Image.Image]:
    if copy.kind != "pdf":
        return [Image.open(io.BytesIO(copy.content)).convert("RGB")]
    pages = pypdfium2.PdfDocument(copy.content)
    return [page.render(scale=bare.RESOLUTION / 72).to_pil().convert("RGB") for page in pages]


def inside(image: Image.Image, mark) -> Image.Image:
    """What was marked, by the marks themselves and not by the portal's own sum."""
    _page, left, top, width, height = mark
    whole = redacting.WHOLE
    return image.crop(
        (
            round(left * image.width / whole),
            round(top * image.height / whole),
            round((left + width) * image.width / whole),
            round((top + height) * image.height / whole),
        )
    )


def is_black(image: Image.Image) -> bool:
    return image.getextrema() == ((0, 0), (0, 0), (0, 0))


def as_jpeg(**more) -> bytes:
    """A picture nobody took, with whatever Pillow can write beside it."""
    target = io.BytesIO()
    picture = Image.linear_gradient("L").convert("RGB")
    picture.save(target, "JPEG", **more)
    return target.getvalue()


class TestPictures:
    def test_a_photograph_loses_place_time_and_device_and_what_was_marked(self, redactor, corpus):
        photo = read(corpus, PHOTO)
        assert b"COOLPIX P6000" in photo
        assert b"Exif" in photo
        copy = redactor.redact([photo], [MARK])
        assert copy.kind == "jpeg"
        for said in (b"COOLPIX", b"NIKON", b"Nikon", b"Exif", b"GPS", b"2008:10:22", b"WGS-84"):
            assert said not in copy.content
        (image,) = pixels_of(copy)
        assert image.size == Image.open(io.BytesIO(photo)).size
        assert is_black(inside(image, MARK))
        assert not is_black(image)
        assert not Image.open(io.BytesIO(copy.content)).getexif()

    def test_content_credentials_and_what_stands_behind_the_picture_are_gone(
        self, redactor, corpus
    ):
        signed = read(corpus, SIGNED)
        assert b"c2pa" in signed
        copy = redactor.redact([signed + b"behind the end: CANARY"], [MARK])
        for said in (b"c2pa", b"jumb", b"http://ns.adobe.com", b"Adobe", b"ICC_PROFILE", b"CANARY"):
            assert said not in copy.content

    def test_every_kind_of_data_beside_a_picture_is_gone(self, redactor):
        exif = Image.Exif()
        exif[0x010E] = "CANARY of a description"
        profile = b"CANARY of a profile" + bytes(200)
        photo = as_jpeg(exif=exif, icc_profile=profile, comment=b"CANARY of a comment",
                        xmp=b"<x>CANARY of xmp</x>")  # fmt: skip
        assert photo.count(b"CANARY") == 4
        assert b"CANARY" not in redactor.redact([photo], [MARK]).content
        target, words = io.BytesIO(), PngInfo()
        words.add_text("Author", "CANARY of an author")
        words.add_itxt("XML:com.adobe.xmp", "CANARY of xmp")
        Image.new("P", (64, 48)).save(target, "PNG", pnginfo=words, exif=exif)
        assert target.getvalue().count(b"CANARY") == 3
        copy = redactor.redact([target.getvalue()], [MARK])
        assert copy.kind == "png"
        assert b"CANARY" not in copy.content
        names = re.findall(rb"IHDR|IDAT|IEND|tEXt|iTXt|zTXt|eXIf|iCCP|tIME|pHYs", copy.content)
        assert set(names) == {b"IHDR", b"IDAT", b"IEND"}

    @pytest.mark.parametrize("number", range(1, 9))
    def test_a_picture_is_turned_upright_before_places_are_black(self, redactor, corpus, number):
        photo = read(corpus, f"exif-samples/orientation/landscape_{number}.jpg")
        mark = [1, 0, 0, 10_000, 5000]
        (image,) = pixels_of(redactor.redact([photo], [mark]))
        assert image.width > image.height
        assert is_black(inside(image, mark))
        below = image.crop((0, image.height // 2 + 8, image.width, image.height))
        assert not is_black(below)

    @pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
    def test_colours_of_any_kind_come_out_in_plain_ones(self, redactor, mode):
        target = io.BytesIO()
        gray = Image.linear_gradient("L")
        deep = gray.convert("I").point(lambda value: value * 256)
        picture = (deep if mode == "I;16" else gray.convert("RGB")).convert(mode)
        picture.save(target, "TIFF" if mode in ("CMYK", "I;16") else "PNG")
        copy = redactor.redact([target.getvalue()], [MARK])
        assert is_black(inside(*pixels_of(copy), MARK))
        assert not is_black(*pixels_of(copy))

    def test_what_shines_through_is_paper_and_not_what_was_hidden_under_it(self, redactor):
        hidden = Image.new("RGBA", (64, 64), (200, 0, 0, 0))
        target = io.BytesIO()
        hidden.save(target, "PNG")
        (image,) = pixels_of(redactor.redact([target.getvalue()], [[1, 0, 0, 100, 100]]))
        assert image.getpixel((60, 60)) == (255, 255, 255)

    @pytest.mark.parametrize("mark", [[1, 1, 1, 1, 1], [1, 9999, 9999, 1, 1], [1, 0, 0, 10_000, 10_000],
                                      [1, 3333, 0, 1, 10_000]])  # fmt: skip
    def test_the_smallest_and_the_largest_place_is_black_to_its_edges(self, redactor, mark):
        (image,) = pixels_of(redactor.redact([as_jpeg(quality=40)], [mark]))
        (box,) = redacting.boxes([mark], 1, image.size)
        assert is_black(image.crop(box))

    def test_several_pictures_in_one_file_are_refused(self, redactor):
        target = io.BytesIO()
        frames = [Image.new("L", (9, 9), shade) for shade in (0, 99, 200)]
        frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
        with pytest.raises(CannotRedact, match="several_pictures"):
            redactor.redact([target.getvalue()], [MARK])


class TestPdfs:
    def test_text_attachments_and_all_else_of_a_pdf_are_gone(self, redactor, corpus):
        letter = read(corpus, LETTER)
        before = pypdf.PdfReader(io.BytesIO(letter))
        text = before.pages[0].extract_text()
        words = re.findall(r"[A-Za-z]{6,}", text)[:40]
        assert words
        assert before.attachments
        copy = redactor.redact([letter], [MARK])
        assert (copy.kind, copy.pages) == ("pdf", len(before.pages))
        after = pypdf.PdfReader(io.BytesIO(copy.content), strict=True)
        assert after.metadata is None
        assert not after.attachments
        assert not after.xmp_metadata
        assert [page.extract_text() for page in after.pages] == [""] * copy.pages
        assert all("/Annots" not in page for page in after.pages)
        for word in words:
            assert word.encode() not in copy.content
        assert copy.content.count(b"%%EOF") == 1
        for key in (b"/Info", b"/Metadata", b"/Annots", b"/EmbeddedFile", b"/JavaScript", b"/Font",
                    b"/ID", b"/Prev"):  # fmt: skip
            assert key not in copy.content

    def test_places_are_black_on_their_pages_and_nowhere_else(self, redactor, corpus):
        capture = read(corpus, "opf-format-corpus/pdfCabinetOfHorrors/webCapture.pdf")
        marks = [[1, 0, 0, 10_000, 3000], [3, 5000, 5000, 2500, 2500]]
        pages = pixels_of(redactor.redact([capture], marks))
        assert len(pages) == 3
        assert is_black(inside(pages[0], marks[0]))
        assert is_black(inside(pages[2], marks[1]))
        assert not is_black(inside(pages[1], marks[0]))
        assert not is_black(inside(pages[0], marks[1]))

    def test_a_pdf_that_wants_a_password_gives_no_copy(self, redactor, corpus):
        locked = read(corpus, "opf-format-corpus/pdfCabinetOfHorrors/encryption_openpassword.pdf")
        with pytest.raises(CannotRedact, match="needs_password"):
            redactor.redact([locked], [MARK])

    def test_a_place_on_a_page_that_is_not_there_gives_no_copy(self, redactor, corpus):
        with pytest.raises(CannotRedact, match="mark_outside"):
            redactor.redact([read(corpus, LETTER)], [MARK, [99, 0, 0, 100, 100]])

    def test_pages_beyond_the_limit_are_refused(self, redactor):
        many = pypdfium2.PdfDocument.new()
        for _number in range(redacting.MOST_PAGES + 1):
            many.new_page(20, 20)
        target = io.BytesIO()
        many.save(target)
        with pytest.raises(CannotRedact, match="too_many_pages"):
            redactor.redact([target.getvalue()], [MARK])

    def test_a_page_of_too_many_pixels_is_refused_before_it_is_drawn(self, redactor):
        large = pypdfium2.PdfDocument.new()
        large.new_page(14_000, 14_000)
        target = io.BytesIO()
        large.save(target)
        with pytest.raises(CannotRedact, match="too_many_pixels"):
            redactor.redact([target.getvalue()], [MARK])


class TestPagePictures:
    def test_pages_are_shown_small_and_bare_one_after_the_other(self, redactor, corpus):
        capture = read(corpus, "opf-format-corpus/pdfCabinetOfHorrors/webCapture.pdf")
        found = redactor.pages([capture])
        assert len(found.places) == 3
        for start, size, width, height in found.places:
            jpeg = found.content[start : start + size]
            assert bare.is_bare_jpeg(jpeg)
            assert Image.open(io.BytesIO(jpeg)).size == (width, height)
            assert max(width, height) <= 1400

    def test_what_is_no_picture_has_none(self, redactor):
        with pytest.raises(CannotRedact, match="no_pixels"):
            redactor.pages([b"an ordinary letter"])


class TestWhateverAFileDoes:
    def test_every_file_of_the_corpus_gives_a_proved_copy_or_a_word_why_not(
        self, redactor, corpus_files
    ):
        made, refused = 0, set()
        for path in corpus_files:
            if path.stat().st_size > 3_000_000 or "test_fontArial" in path.name:
                continue
            try:
                copy = redactor.redact([path.read_bytes()], [MARK])
            except CannotRedact as failure:
                refused.add(failure.code)
                continue
            made += 1
            assert bare.is_bare(copy.content)
            image = pixels_of(copy)[0]
            assert image.width < 8 or is_black(inside(image, MARK))
        assert made > 100
        assert refused <= FAILURES
        assert refused <= {"no_pixels", "unreadable", "needs_password", "cut_short", "error",
                           "several_pictures", "killed"}  # fmt: skip

    def test_limits_of_size_time_and_memory_refuse(self, scratch, corpus):
        photo = read(corpus, PHOTO)
        for limit, code in (({"content": 1000}, "too_large"), ({"thumbnail": 1000}, "too_large"),
                            ({"seconds": 0.001}, "deadline"), ({"memory": 1}, "memory")):  # fmt: skip
            with Redactor(scratch=scratch, limits=replace(LIMITS, **limit)) as limited:
                with pytest.raises(CannotRedact) as refused:
                    limited.redact([photo], [MARK])
                assert refused.value.code in (code, "error")

    def test_the_tool_says_which_programs_and_settings_made_it(self, redactor, corpus):
        tool = redactor.redact([read(corpus, LETTER)], [MARK]).tool
        assert re.fullmatch(
            r"portal redaction 1; pypdfium2 [\d.]+, pillow [\d.]+; "
            r"pages as JPEG, 150 pixels an inch, quality 90, 4:4:4",
            tool,
        )
        assert len(tool) <= 200


class TestProof:
    """What another process says of a copy that is not what it should be."""

    def prove(self, content: bytes, marks=(MARK,)):
        return redacting.probe(io.BytesIO(content), Job(task="prove", marks=list(marks)))

    def test_a_place_that_is_not_black_is_found(self):
        picture = Image.new("RGB", (400, 400), "white")
        ImageDraw.Draw(picture).rectangle((0, 0, 399, 399), fill="black")
        picture.putpixel((150, 100), (1, 0, 0))
        target = io.BytesIO()
        picture.save(target, "PNG")
        with pytest.raises(CannotSay, match="not_black"):
            self.prove(target.getvalue())
        picture.putpixel((150, 100), (0, 0, 0))
        target = io.BytesIO()
        picture.save(target, "PNG")
        assert self.prove(target.getvalue()).facts == {"pages": 1}

    def test_on_any_page_of_a_pdf(self):
        black, white = (
            bare.Page(80, 80, redacting._jpeg(Image.new("RGB", (80, 80), shade), quality=90))
            for shade in ("black", "white")
        )
        content = bare.write_pdf([black, white])
        assert self.prove(content).facts == {"pages": 2}
        with pytest.raises(CannotSay, match="not_black"):
            self.prove(content, [[2, 0, 0, 10_000, 10_000]])

    def test_a_copy_with_anything_beside_its_pixels_is_no_copy(self, redactor, corpus, monkeypatch):
        photo = read(corpus, PHOTO)
        run = redactor._run

        def leaking(task, source, marks=()):
            found = run(task, source, marks)
            return replace(found, thumbnail=found.thumbnail + b"x") if task == "redact" else found

        monkeypatch.setattr(redactor, "_run", leaking)
        with pytest.raises(CannotRedact, match="not_bare"):
            redactor.redact([photo], [MARK])

    def test_a_copy_that_another_process_does_not_prove_is_no_copy(
        self, redactor, corpus, monkeypatch
    ):
        photo, run = read(corpus, PHOTO), redactor._run

        def forgetting(task, source, marks=()):
            return run(task, source, [[1, 0, 0, 1, 1]] if task == "redact" else marks)

        monkeypatch.setattr(redactor, "_run", forgetting)
        with pytest.raises(CannotRedact, match="not_black"):
            redactor.redact([photo], [MARK])


def a_jpeg() -> bytes:
    return redacting._jpeg(Image.linear_gradient("L").convert("RGB"), quality=90)


def a_png() -> bytes:
    return redacting._png(Image.linear_gradient("L").convert("RGB"))


class TestBareFiles:
    def test_what_the_portal_writes_is_bare(self):
        jpeg, png = a_jpeg(), a_png()
        pdf = bare.write_pdf([bare.Page(256, 256, jpeg)])
        assert bare.is_bare(jpeg)
        assert bare.is_bare(png)
        assert bare.is_bare(pdf)
        assert bare.read_pdf(pdf) == [bare.Page(256, 256, jpeg)]

    def test_nothing_stands_before_between_or_behind(self):
        jpeg, png = a_jpeg(), a_png()
        pdf = bare.write_pdf([bare.Page(256, 256, jpeg)])
        for whole in (jpeg, png, pdf):
            assert not bare.is_bare(whole + b"\n")
            assert not bare.is_bare(b"\n" + whole)
            assert not bare.is_bare(whole[:-1])
        comment = b"\xff\xfe\x00\x08canary"
        assert not bare.is_bare(jpeg[:20] + comment + jpeg[20:])
        assert not bare.is_bare(jpeg[:-2] + comment + jpeg[-2:])
        assert not bare.is_bare(jpeg[:-2] + jpeg)
        text = bytes.fromhex("00000004") + b"tEXtabcd" + bytes(4)
        assert not bare.is_bare(png[:33] + text + png[33:])
        assert not bare.is_bare(pdf.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 1 0 R"))
        assert not bare.is_bare(pdf.replace(b"/P Do Q", b"/P Do Q ()Tj"))
        assert not bare.is_bare(pdf + pdf)

    def test_a_damaged_chunk_is_not_bare(self):
        png = a_png()
        assert not bare.is_bare(png[:60] + bytes([png[60] ^ 1]) + png[61:])

    def test_a_small_picture_in_the_header_is_not_bare(self):
        jpeg = a_jpeg()
        longer = jpeg[:4] + b"\x00\x13" + jpeg[6:20] + b"\x01\x02\x03" + jpeg[20:]
        assert not bare.is_bare(longer)
