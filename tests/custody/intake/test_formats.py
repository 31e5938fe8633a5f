"""The content says what a file is; the name only what it claims."""

import io

import pytest
from PIL import Image

from custody.intake.confined import Examiner
from custody.intake.words import say


def image(form: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (20, 20)).save(target, form)
    return target.getvalue()


@pytest.mark.parametrize("name", ["photo.jpg", "photo.pdf", "photo.txt", "photo.exe.docx"])
def test_a_wrong_name_does_not_deceive(examiner: Examiner, name: str) -> None:
    found = examiner.examine([image("PNG")], name_hint=name)
    assert found.results["formats"]["mime"] == "image/png"
    assert found.results["formats"]["name_and_content"] == "mismatch"
    assert found.results["images"]["format"] == "PNG"
    assert [note.code for note in found.notes] == ["name_differs"]


def test_a_mismatch_is_said_plainly(examiner: Examiner) -> None:
    found = examiner.examine([image("PNG")], name_hint="photo.jpg")
    assert dict(found.notes[0].parameters) == {"named": "JPEG", "found": "PNG"}
    assert say(found.notes[0]) == "The name says JPEG, the content is PNG."


def test_the_right_name_and_no_name_are_not_remarked(examiner: Examiner) -> None:
    for name in ("photo.png", "photo", "", "photo.unheard"):
        found = examiner.examine([image("PNG")], name_hint=name)
        assert list(found.notes) == []
        verdict = found.results["formats"]["name_and_content"]
        assert verdict == ("match" if name == "photo.png" else "unknown")


def test_what_nobody_knows_is_called_unknown(examiner: Examiner) -> None:
    found = examiner.examine([bytes(range(1, 255)) * 3], name_hint="photo.jpg")
    assert "format_unknown" in [note.code for note in found.notes]
    assert found.results["formats"]["name_and_content"] == "unknown"


def test_text_under_another_name_is_said_to_be_only_text(examiner: Examiner) -> None:
    found = examiner.examine([b"a letter to someone\n"], name_hint="report.pdf")
    assert [note.code for note in found.notes] == ["name_differs_text_only"]
    assert examiner.examine([b"a letter\n"], name_hint="letter.txt").notes == []
