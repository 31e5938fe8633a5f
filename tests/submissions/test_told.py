"""The exhibit's page tells its own organisation what the file says of itself, and nobody else."""

from pathlib import Path

import pytest

from custody import intake_job
from custody.models import CustodyEvent
from submissions.actions import examination, exhibits
from submissions.models import Exhibit
from tests.factories.partners import signed_in
from tests.factories.submissions import another_documenter, draft, sent


@pytest.fixture
def corpus(shared_data: Path) -> Path:
    if not (shared_data / "exif-samples").is_dir():
        pytest.fail("IMPNA_SHARED_DATA names no folder with exif-samples")
    return shared_data


@pytest.fixture
def examined(own_database, as_worker):
    """An exhibit whose file has been through the whole of intake."""

    def make(content: bytes, name: str) -> Exhibit:
        exhibit = sent(draft(), content, name=name)
        with as_worker():
            intake_job.run_due()
        return Exhibit.objects.select_related("submission").get(pk=exhibit.pk)

    return make


def page_of(exhibit: Exhibit) -> str:
    submission = exhibit.submission
    client = signed_in(submission.begun_by)
    return client.get(address_of(exhibit)).content.decode()


def address_of(exhibit: Exhibit) -> str:
    return f"{exhibit.submission.get_absolute_url()}exhibits/{exhibit.reference}/"


def test_a_photograph_is_told_with_all_its_times_its_place_and_its_device(examined, corpus):
    photo = corpus / "exif-samples/gps/DSCN0010.jpg"
    exhibit = examined(photo.read_bytes(), photo.name)
    page = page_of(exhibit)
    assert "It carries 3 times that are not the same" in page
    for said in ("2008-11-01 21:15:07", "2008-10-22 16:28:39", "2008-10-23 14:27:07",
                 "2008:10:23 14:27:07.24", "43.467448, 11.885127", "43° 28′ 2.814″ N",
                 "COOLPIX P6000", "Nikon Transfer 1.1 W", "640 × 480 pixels"):  # fmt: skip
        assert said in page
    assert page.count("No zone is given.") == 2
    assert "This can identify people, and it can be wrong" in page
    assert signed_in(another_documenter()).get(address_of(exhibit)).status_code == 404


def test_reading_what_a_file_says_is_one_opening(examined, corpus):
    photo = corpus / "exif-samples/gps/DSCN0010.jpg"
    exhibit = examined(photo.read_bytes(), photo.name)
    opened = CustodyEvent.objects.filter(type="custody.opening.opened")
    assert not opened.exists()
    page_of(exhibit)
    page_of(exhibit)
    assert opened.count() == 1


def test_what_a_hostile_pdf_would_not_give_is_said(examined, corpus):
    locked = corpus / "opf-format-corpus/pdfCabinetOfHorrors/encryption_openpassword.pdf"
    page = page_of(examined(locked.read_bytes(), locked.name))
    assert "A preview could not be made. A password is needed." in page
    assert "The file is kept as it is." in page
    assert "This can identify people" not in page


def test_a_file_that_breaks_its_reader_says_so_and_is_kept(examined, monkeypatch):
    from custody.intake.findings import Findings

    class Broken:
        def examine(self, pieces, *, name_hint):
            return Findings(
                failures={"thumbnails": "killed", "media": "not_reached"}, crashed="killed"
            )

    monkeypatch.setattr(examination, "_examiner", Broken)
    exhibit = examined(b"anything", "film.mp4")
    page = page_of(exhibit)
    assert "The examination was broken off. The program that reads this format crashed." in page
    assert "The file is kept as it is." in page
    assert exhibit.file_state == "sealed"


def test_what_a_file_says_cannot_run_or_hide(examined):
    import io

    from PIL import Image

    exif, target = Image.Exif(), io.BytesIO()
    exif[0x013B] = "<script>alert(1)</script>\u202egpj"
    Image.new("RGB", (8, 8)).save(target, "JPEG", exif=exif)
    page = page_of(examined(target.getvalue(), "small.jpg"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_a_file_without_words_of_its_own_says_so(examined):
    page = page_of(examined(b"plain words and nothing else", "note.txt"))
    assert "The portal found no time, place, device or name in it." in page


def test_before_the_examination_the_page_says_so(own_database):
    exhibit = sent(draft(), b"")
    assert exhibits.read_findings(exhibit) is None
    assert "What the file itself says" not in page_of(exhibit)
