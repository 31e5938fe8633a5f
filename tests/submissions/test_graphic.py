"""Graphic content: said before, chosen each time, blurred until chosen, previewed nowhere."""

import io
import re
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image

from custody.models import Opening
from impna.errors import NotAllowed
from submissions.actions import exhibits, redacting, redactions
from tests.cases.pages import file_of_draft, with_file
from tests.factories.partners import acting, signed_in
from tests.factories.redactions import with_picture
from tests.factories.submissions import describe, draft
from tests.partners.browser import words

ROOT = Path(__file__).resolve().parents[2]
# What shows a picture, a sound or a film in a page by itself.
SHOWS = re.compile(r"<(?:img|video|audio|picture|object|embed|iframe)\b|background-image")
# The sign of the portal, and the pages on which places are marked: blurred when they are graphic.
MAY_SHOW = {"components/header.html": 1, "submissions/redaction_mark.html": 1}


def openings():
    return Opening.objects.filter(target__startswith="submissions.exhibit:")


def address(exhibit, name="exhibit-open", *more):
    return reverse(
        f"submissions:{name}", args=[exhibit.submission.reference, exhibit.reference, *more]
    )


class TestOpening:
    @pytest.fixture
    def exhibit(self, db):
        return file_of_draft(with_file(markers=["graphic"]))

    def test_it_is_chosen_each_time(self, exhibit):
        client = signed_in(exhibit.submission.begun_by)
        page = words(client.get(address(exhibit)))
        assert "Turn the sound off before you play anything" in page
        assert "I choose to open it" in page
        answer = client.post(address(exhibit), {"reason": "To check it."})
        assert answer.status_code == 422
        assert "It holds graphic content" in words(answer)
        assert not openings().exists()
        chosen = {"reason": "To check it.", "chosen": "on"}
        answer = client.post(address(exhibit), chosen)
        assert "turn the sound off" in words(client.get(answer["Location"]))
        assert client.post(address(exhibit), {"reason": "Again."}).status_code == 422
        assert openings().count() == 1

    def test_the_action_refuses_whoever_did_not_choose(self, exhibit):
        by = exhibit.submission.begun_by
        with acting(by), pytest.raises(NotAllowed, match="graphic content"):
            exhibits.open_file(exhibit=exhibit, reason="x", by=by)

    def test_what_is_not_graphic_asks_for_no_tick(self, db):
        exhibit = file_of_draft(with_file())
        client = signed_in(exhibit.submission.begun_by)
        assert "I choose to open it" not in words(client.get(address(exhibit)))
        assert client.post(address(exhibit), {"reason": "To check it."}).status_code == 302


class TestPages:
    @pytest.fixture
    def photo(self, own_database):
        content = io.BytesIO()
        Image.new("RGB", (64, 48), "gray").save(content, "JPEG")
        found = with_picture(draft(), content.getvalue())
        answers = {"recognisable": "someone", "identified_by": ["face"], "markers": ["graphic"]}
        describe(found, found.submission.begun_by, **answers)
        found.markers = ["graphic"]
        return found

    def test_pages_are_blurred_until_each_is_chosen(self, photo, as_worker):
        client = signed_in(photo.submission.begun_by)
        client.post(address(photo, "redaction-pages"))
        with as_worker():
            assert redacting.run_due() == 1
        asking = address(photo, "redaction-open-pages")
        assert client.post(asking, {"reason": "To mark."}).status_code == 422
        by = photo.submission.begun_by
        with acting(by), pytest.raises(NotAllowed, match="graphic content"):
            redactions.open_pages(exhibit=photo, reason="x", by=by)
        marking = client.post(asking, {"reason": "To mark.", "chosen": "on"})["Location"]
        page = client.get(marking).content.decode()
        assert "p-sheet--veiled" in page
        assert "Show page 1 clearly" in page
        form = {"rows": "5", "page-1": "1", "left-1": "1", "top-1": "1", "width-1": "5",
                "height-1": "5"}  # fmt: skip
        client.post(marking, form)
        with as_worker():
            redacting.run_due()
        copy = photo.redacted_copies.get()
        here = address(photo, "redaction", copy.reference)
        assert "Graphic content" in words(client.get(here))
        assert client.post(here, {"reason": "To look."}).status_code == 422
        with acting(by), pytest.raises(NotAllowed, match="graphic content"):
            redactions.open_copy(redaction=copy, reason="x", by=by)
        assert client.post(here, {"reason": "To look.", "chosen": "on"}).status_code == 302


def test_no_page_previews_anything():
    found = {
        str(path.relative_to(ROOT / "templates")): len(SHOWS.findall(path.read_text()))
        for path in (ROOT / "templates").rglob("*.html")
    }
    assert {name: count for name, count in found.items() if count} == MAY_SHOW
    mark = (ROOT / "templates/submissions/redaction_mark.html").read_text()
    assert "p-sheet--veiled" in mark
    css = (ROOT / "static/css/redact.css").read_text()
    assert ".p-sheet__see:not(:has(:checked)) ~ .p-sheet__paper img { filter: blur(" in css
