"""A documenter's day at the pages of a draft: typing that a closed tab does not lose."""

import re

import pytest
from playwright.sync_api import Page, expect

from partners import roles
from partners.models import Partner, User
from submissions.models import Submission, Unsaved
from tests.factories.partners import member
from tests.factories.standing import FIRST_DOCUMENTER
from tests.factories.submissions import approver, complete_draft, unit_of_an_authority
from tests.journeys.conftest import check_page, sign_in

OFFER = "You typed this and did not save it"


@pytest.fixture
def documenter(portal_database) -> User:
    cso = Partner.objects.get(members__email=FIRST_DOCUMENTER)
    return member(cso, roles.Documenter.code)


@pytest.fixture
def submission(documenter) -> Submission:
    return complete_draft(documenter, recognisable="unanswered")


def here(submission: Submission, rest: str = "") -> str:
    return f"/submissions/{submission.reference}/{rest}"


def kept(page: Page) -> None:
    expect(page.locator("[data-autosave-said]")).to_have_text(
        re.compile(r"Saved at \d\d:\d\d UTC on this server")
    )


def test_what_was_typed_comes_back_after_the_tab_was_closed(page, submission, documenter):
    sign_in(page, documenter, going_to=here(submission, "incidents/add/"))
    page.get_by_label("What happened?").fill("At dawn the bridge was shelled.")
    kept(page)
    page.get_by_label("How was it done?").fill("From the hill.")
    page.goto(here(submission))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(here(submission, "incidents/add/"))
    expect(page.get_by_role("heading", name=OFFER)).to_be_visible()
    expect(page.get_by_label("What happened?")).to_have_value("At dawn the bridge was shelled.")
    expect(page.get_by_label("How was it done?")).to_have_value("From the hill.")
    check_page(page)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.get_by_label("A short heading").fill("The bridge")
    page.get_by_role("button", name="Keep and save it").click()
    expect(page.get_by_role("heading", name="When it happened")).to_be_visible()
    assert not Unsaved.objects.filter(submission=submission).exists()


def test_typing_survives_a_closed_browser_on_a_later_step(new_person, submission, documenter):
    """Another browser finds it: nothing was in the one that was closed."""
    incident = submission.incidents.get()
    law = here(submission, f"incidents/{incident.reference}/law/")
    first = new_person()
    sign_in(first, documenter, going_to=law)
    first.get_by_label("Extermination").check()
    kept(first)
    first.context.close()
    second = new_person()
    sign_in(second, documenter, going_to=law)
    expect(second.get_by_role("heading", name=OFFER)).to_be_visible()
    expect(second.get_by_label("Extermination")).to_be_checked()
    check_page(second)


def test_an_approvers_conditions_survive_a_closed_browser(new_person, documenter):
    submission, unit = complete_draft(documenter), unit_of_an_authority()
    by, condition = approver(submission), "Ask us before you share it."
    page = here(submission, "hand-over/")
    first = new_person()
    sign_in(first, by, going_to=page)
    first.get_by_label("I choose who gets it").check()
    first.locator(f"input[value='{unit.reference}']").check()
    first.get_by_role("button", name="Continue").click()
    first.get_by_label("On which conditions?").fill(condition)
    kept(first)
    first.context.close()
    second = new_person()
    sign_in(second, by, going_to=page)
    expect(second.get_by_role("heading", name="You left this unfinished")).to_be_visible()
    expect(second.get_by_label("On which conditions?")).to_have_value(condition)
    check_page(second)


def test_a_broken_line_is_said_and_typing_is_kept_when_it_is_back(
    page, submission, documenter, watched
):
    watched.expected.append("ERR_INTERNET_DISCONNECTED")
    sign_in(page, documenter, going_to=here(submission, "cover-sheet/"))
    page.context.set_offline(True)
    page.get_by_label("Summary").fill("canary")
    said = page.locator("[data-autosave-said]")
    expect(said).to_have_text(re.compile("no connection"))
    page.context.set_offline(False)
    page.get_by_label("Summary").fill("canary again")
    kept(page)


def test_questions_about_persons_go_away_when_nobody_can_be_recognised(
    page, submission, documenter
):
    exhibit = submission.exhibits.get()
    sign_in(page, documenter, going_to=here(submission, f"exhibits/{exhibit.reference}/"))
    how = page.get_by_label("Handwriting")
    expect(how).to_be_visible()
    page.get_by_label("Nobody can be recognised").check()
    expect(how).to_be_hidden()
    page.get_by_label("Someone can be recognised").check()
    expect(how).to_be_visible()
    check_page(page)


def test_the_pages_of_a_draft_are_accessible_and_fit(page, submission, documenter):
    exhibit, incident = submission.exhibits.get(), submission.incidents.get()
    sign_in(page, documenter, going_to=here(submission))
    for rest in (
        "",
        "exhibits/",
        "exhibits/answer/",
        f"exhibits/{exhibit.reference}/steps/",
        f"incidents/{incident.reference}/conduct/more/",
    ):
        page.goto(here(submission, rest))
        check_page(page)
    page.goto("/submissions/begin/supplement/")
    check_page(page)
