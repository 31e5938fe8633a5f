"""Who takes part in a journey, each new so that no code of theirs is used yet; giving and taking up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from cases.models import Referral
from partners import roles
from partners.models import Partner, Unit, User
from submissions.models import Exhibit, Submission
from tests.factories.cases import fresh
from tests.factories.partners import member, partner_at, unit_of
from tests.factories.redactions import with_picture
from tests.factories.submissions import complete_draft, describe


@dataclass(frozen=True)
class Sender:
    """An organisation and its people."""

    partner: Partner
    documenter: User
    approver: User

    def draft(self, title: str) -> Submission:
        """A draft that misses nothing; its exhibit 1 is a note that stays where it is."""
        return complete_draft(self.documenter, title=title)


def a_sender() -> Sender:
    """A new one."""
    cso = partner_at(kind=roles.CSO)
    return Sender(cso, member(cso, roles.Documenter.code), member(cso, roles.Approver.code))


@dataclass(frozen=True)
class Recipient:
    """A unit of a new authority, and its head."""

    unit: Unit
    head: User

    def referral(self, submission: Submission) -> Referral:
        """What it was given of a submission."""
        return fresh(Referral.objects.get(submission=submission, unit=self.unit))


def a_recipient(country: str = "NL") -> Recipient:
    """Of a State."""
    unit = unit_of(partner_at(kind=roles.AUTHORITY, country=country))
    return Recipient(unit, member(unit.partner, roles.HeadOfUnit.code, unit=unit))


def pictured(submission: Submission, content: bytes, *, by: str = "face", **answers) -> Exhibit:
    """One more exhibit of a draft: a sealed file that identifies somebody by that."""
    exhibit = with_picture(submission, content, name=answers.pop("name", "here.jpg"))
    known = {"recognisable": "someone", "identified_by": [by]}
    describe(exhibit, submission.begun_by, **(known | answers))
    return exhibit


def main(page: Page) -> Locator:
    """The page itself, without its frame."""
    return page.get_by_role("main")


def press(page: Page, name: str) -> None:
    """A button of the page itself."""
    main(page).get_by_role("button", name=name, exact=True).first.click()


def tick(page: Page, name: str, *values: str) -> None:
    """Boxes or choices of one question."""
    for value in values:
        main(page).locator(f"input[name='{name}'][value='{value}']").check()


def write(page: Page, **answers: str) -> None:
    """Fields by their names."""
    for name, text in answers.items():
        main(page).locator(f"[name='{name}']").fill(text)


def choose(page: Page, **answers: str) -> None:
    """Lists by their names."""
    for name, value in answers.items():
        main(page).locator(f"select[name='{name}']").select_option(value)


def says(page: Page, *sentences: str) -> None:
    """The page itself says this."""
    for sentence in sentences:
        expect(main(page)).to_contain_text(sentence)


def says_not(page: Page, *sentences: str) -> None:
    """It says nothing of this."""
    for sentence in sentences:
        expect(main(page)).not_to_contain_text(sentence)


def recipients_chosen(page: Page, submission: Submission, *to: Recipient) -> None:
    """The first step of a hand-over, up to how much each gets."""
    page.goto(f"{submission.get_absolute_url()}hand-over/")
    page.get_by_label("I choose who gets it").check()
    for one in to:
        tick(page, "units", one.unit.reference)
    press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("How much, and on which conditions?")


def come_back_to(page: Page, submission: Submission) -> None:
    """A hand-over that was left at its second step, for something to be done first."""
    page.goto(f"{submission.get_absolute_url()}hand-over/")
    says(page, "You left this unfinished", "How much, and on which conditions?")


def handed_over(page: Page) -> None:
    """The last step, which is shown."""
    page.get_by_label("I have looked at who could be harmed").check()
    page.get_by_label("I have checked the answers above").check()
    press(page, "Hand over now")
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed over")


def taken_up(page: Page, referral: Referral) -> None:
    """Acknowledged, and every condition accepted, by a head of unit who is signed in."""
    page.goto(referral.get_absolute_url())
    press(page, "Acknowledge")
    for condition in referral.conditions.order_by("number"):
        page.goto(f"{referral.get_absolute_url()}conditions/{condition.reference}/")
        page.get_by_label("Accept", exact=True).check()
        press(page, "Answer the condition")
        expect(page).to_have_url(re.compile("#conditions$"))


def address_of(page: Page, referral: Referral, exhibit: Exhibit) -> str:
    """Opened for fifteen minutes with a reason: where its bytes are."""
    page.goto(f"{referral.get_absolute_url()}open/")
    page.get_by_role("checkbox", name=str(exhibit), exact=True).check()
    write(page, reason="First reading.")
    press(page, "Open for 15 minutes")
    link = main(page).get_by_role("link", name=re.compile(rf"{exhibit}\b"))
    address = link.get_attribute("href")
    assert address
    return address


def bytes_at(page: Page, address: str) -> bytes:
    """What whoever is signed in here gets there."""
    answer = page.request.get(address)
    assert answer.status == 200
    return answer.body()


def cannot_open(page: Page, referral: Referral, *exhibits: Exhibit) -> None:
    """Nothing of these is offered to whoever is signed in."""
    page.goto(f"{referral.get_absolute_url()}open/")
    for exhibit in exhibits:
        expect(page.get_by_role("checkbox", name=str(exhibit), exact=True)).to_have_count(0)


def pictures(folder: Path) -> Iterator[bytes]:
    """Real photographs, one after another."""
    for path in sorted((folder / "c2pa-testfiles").glob("adobe-*.jpg")):
        yield path.read_bytes()
