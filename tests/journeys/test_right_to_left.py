"""The pages in Arabic, whose layout runs from right to left, with a catalogue and not only mirrored."""

from playwright.sync_api import Page, expect

from partners.models import User
from tests.factories.cases import head, received
from tests.factories.partners import PASSWORD
from tests.factories.submissions import complete_draft, documenter
from tests.journeys.conftest import check_page, unused_code


def choose_arabic(page: Page) -> None:
    """Before signing in, as the header offers it."""
    page.goto("/sign-in/")
    page.locator("header summary").click()
    page.locator("button[name=language][value=ar]").click()
    expect(page.locator("html[lang=ar][dir=rtl]")).to_be_visible()
    page.wait_for_url("**/sign-in/")


def sign_in_without_reading(page: Page, user: User) -> None:
    """By the names of the fields: their labels are translated."""
    page.locator("main input[name=email]").fill(user.email)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.locator("main input[name=code]").fill(unused_code(page, user))
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("header nav")).to_be_visible()


def looks_right(page: Page, path: str) -> None:
    """Turned, accessible and no wider than the window; what people typed keeps its own direction."""
    page.goto(path)
    expect(page.locator("html[lang=ar][dir=rtl]")).to_be_visible()
    expect(page.locator("h1")).to_be_visible()
    check_page(page)
    assert page.evaluate("document.dir") == "rtl"
    names = page.locator("bdi.p-name")
    assert {name.get_attribute("dir") for name in names.all()} <= {"auto"}


def test_arabic_is_chosen_and_every_page_turns(new_person) -> None:
    sender = documenter()
    submission = complete_draft(sender)
    referral = received()

    page = new_person()
    choose_arabic(page)
    check_page(page)
    sign_in_without_reading(page, sender)
    one = f"/submissions/{submission.reference}/"
    for path in ("/", "/submissions/", one, f"{one}exhibits/", f"{one}cover-sheet/"):
        looks_right(page, path)
    expect(page.locator("header nav")).to_contain_text("الملفات المقدمة")

    page = new_person()
    choose_arabic(page)
    sign_in_without_reading(page, head())
    for path in ("/", "/referrals/", f"/referrals/{referral.reference}/"):
        looks_right(page, path)
