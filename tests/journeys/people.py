"""People in a journey: who can be recognised, and what they said, as a documenter enters it."""

import re
from dataclasses import dataclass

from django.utils import timezone
from playwright.sync_api import Page, expect

from submissions.consent_vocabularies import Told
from submissions.models import Submission
from tests.journeys.conftest import check_page


def asked_about(page: Page, submission: Submission) -> None:
    """Somebody by code, where they can be recognised, and what they said: six questions."""
    here = f"/submissions/{submission.reference}"
    page.goto(f"{here}/people/add/")
    page.get_by_label("Code").fill("W-03")
    page.locator("input[name=heard][value=no]").check()
    _press(page, "Save and continue")
    page.goto(f"{here}/recognised/")
    check_page(page)
    page.goto(f"{here}/recognised/add/?exhibit=1")
    check_page(page)
    page.get_by_label("Who can be recognised?").select_option("W-03")
    page.locator("input[name=basis][value=asked]").check()
    _press(page, "Save")
    page.get_by_role("main").get_by_role("link", name=re.compile("What they said")).first.click()
    page.get_by_role("main").get_by_role("link", name="Record it").click()
    check_page(page)
    said = said_by(page)
    assert said.seconds <= 180, f"{said.clicks} clicks, {said.fields} fields: {said.seconds:.0f} s"
    _press(page, "Save")
    expect(page.get_by_text("Any authority in the European Union")).to_be_visible()
    check_page(page)


@dataclass
class Entered:
    """What a hand does on a page: two seconds for a click, four for a field and 0.3 for a letter."""

    page: Page
    clicks: int = 0
    fields: int = 0
    letters: int = 0

    def tick(self, name: str, value: str = "") -> None:
        """A box or a choice."""
        one = f"[value='{value}']" if value else ""
        self.page.locator(f"main input[name={name}]{one}").check()
        self.clicks += 1

    def type(self, name: str, text: str) -> None:
        """A field."""
        self.page.locator(f"main [name={name}]").fill(text)
        self.fields, self.letters = self.fields + 1, self.letters + len(text)

    @property
    def seconds(self) -> float:
        """Of somebody who types twenty letters in six seconds and reads the answers off a form."""
        return 2 * self.clicks + 4 * self.fields + 0.3 * self.letters


def said_by(page: Page) -> Entered:
    """One interview's answers, all six questions and how it was asked."""
    hand = Entered(page)
    hand.type("asked_on", timezone.localdate().isoformat())
    for name, value in (
        ("capacity", "adult"),
        ("mode", "audio"),
        ("keep", "granted"),
        ("any_eu", ""),
        ("secretariat", "C02"),
        ("name", "open"),
        ("image", "granted"),
        ("medical", "refused"),
        ("court", "evidence"),
        ("defence", ""),
        ("contact", "organisation"),
        ("others", "C23"),
        ("asked_others", ""),
        *(("told", one) for one in Told.values),
    ):
        hand.tick(name, value)
    hand.type("never_states", "SY")
    hand.type("safe_route", "Through the clinic on market days")
    hand.type("fallback", "A sister organisation")
    hand.type("language", "Arabic")
    hand.type("explained_by", "D-01")
    return hand


def _press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
