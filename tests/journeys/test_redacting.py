"""A redacted copy from the first mark to the confirmation: by keyboard, by mouse, without JavaScript."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from partners import roles
from partners.models import Partner, User
from submissions.models import Exhibit, Redaction
from tests.factories.partners import member
from tests.factories.redactions import with_picture
from tests.factories.standing import FIRST_DOCUMENTER
from tests.factories.submissions import draft
from tests.journeys.conftest import check_page, sign_in

PHOTO = "c2pa-testfiles/nikon-20221019-building.jpeg"


@pytest.fixture
def documenter(portal_database) -> User:
    """Someone new, whose codes are all unused."""
    cso = Partner.objects.get(members__email=FIRST_DOCUMENTER)
    return member(cso, roles.Documenter.code)


@pytest.fixture
def photo(documenter, shared_data) -> Exhibit:
    return with_picture(draft(documenter), (shared_data / PHOTO).read_bytes())


def until(page: Page, text: str) -> None:
    """The page as it is loaded again until a worker has come so far."""
    found = page.get_by_text(text).first
    for _look in range(60):
        if found.is_visible():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(found).to_be_visible()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def to_the_pages(page: Page, photo: Exhibit, documenter: User, *, look=lambda page: None) -> None:
    """Pictures of the pages made, a reason given."""
    reference = photo.submission.reference
    sign_in(page, documenter, going_to=f"/submissions/{reference}/exhibits/{photo.reference}/")
    page.get_by_role("link", name="Redacted copies: none yet").click()
    look(page)
    page.get_by_role("button", name="Prepare its pages").press("Enter")
    until(page, "You mark places on its pages")
    look(page)
    page.get_by_role("link", name="Mark places").press("Enter")
    look(page)
    page.get_by_label("Reason").fill("To cover faces.")
    page.get_by_role("button", name="Show the pages").press("Enter")
    expect(page.get_by_role("heading", name="Page 1")).to_be_visible()


def confirmed(page: Page, *, look=lambda page: None) -> bytes:
    """The newest copy opened, downloaded and confirmed."""
    until(page, "To be looked at")
    page.get_by_role("link", name="Redacted copy 1").click()
    look(page)
    page.get_by_label("Reason").fill("To look at it.")
    page.get_by_role("button", name="Open it for 15 minutes").press("Enter")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Exhibit 1, redacted copy 1.jpg").click()
    content = download.value.path().read_bytes()
    page.reload()
    look(page)
    page.get_by_role("button", name="Confirm: nobody can be recognised in it").press("Enter")
    expect(page.get_by_text("Redacted copy 1 is confirmed")).to_be_visible()
    return content


def is_black(content: bytes, left: float, top: float, right: float, bottom: float) -> bool:
    """Of that part of the picture, in per cent."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    sides = (left * image.width, top * image.height, right * image.width, bottom * image.height)
    return image.crop(tuple(round(side / 100) for side in sides)).getextrema() == ((0, 0),) * 3


def test_places_are_marked_moved_and_sized_by_keyboard_and_drawn_by_mouse(
    page, photo, documenter, watched
):
    to_the_pages(page, photo, documenter, look=check_page)
    page.get_by_role("button", name="Add a place on page 1").press("Enter")
    box = page.get_by_role("button", name="Place 1 on page 1")
    expect(box).to_be_focused()
    press(page, *["ArrowLeft"] * 30, *["ArrowUp"] * 30, *["Shift+ArrowRight"] * 10)
    said = "Place 1 on page 1: 10 % from the left, 10 % from the top, 30 % wide, 20 % high."
    expect(page.get_by_role("button", name=said)).to_be_focused()
    page.get_by_role("button", name="Black out all of it").press("Enter")
    press(page, "Delete")
    expect(page.get_by_role("group", name="Place 2")).to_have_count(0)
    paper = page.locator(".p-sheet__paper").bounding_box()
    assert paper is not None
    x, y, width, height = paper["x"], paper["y"], paper["width"], paper["height"]
    page.mouse.move(x + width * 0.6, y + height * 0.6)
    page.mouse.down()
    page.mouse.move(x + width * 0.9, y + height * 0.9, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="Place 3 on page 1")).to_be_focused()
    check_page(page)
    page.get_by_role("button", name="Make the redacted copy").press("Enter")
    content = confirmed(page, look=check_page)
    assert is_black(content, 10, 10, 40, 30)
    assert is_black(content, 61, 61, 89, 89)
    assert not is_black(content, 42, 35, 58, 58)
    assert Redaction.objects.get().marks[0] == [1, 1000, 1000, 3000, 2000]
    page.get_by_role("link", name="Redacted copy 1").click()
    page.get_by_role("link", name="Take this copy back").click()
    check_page(page)


def test_without_javascript_places_are_typed(new_person, photo, documenter):
    page = new_person(java_script_enabled=False)
    to_the_pages(page, photo, documenter)
    expect(page.get_by_role("button", name="Add a place")).to_have_count(0)
    place = page.get_by_role("group", name="Place 1")
    typed = {
        "Page": "1",
        "From the left": "20",
        "From the top": "20",
        "Width": "30",
        "Height": "25.5",
    }
    for label, value in typed.items():
        place.get_by_label(label).fill(value)
    page.get_by_role("button", name="More places").click()
    expect(page.get_by_role("group", name="Place 10")).to_be_visible()
    page.get_by_role("button", name="Make the redacted copy").click()
    assert is_black(confirmed(page), 20, 20, 50, 45.5)
