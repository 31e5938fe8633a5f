"""Somebody takes their word back: three recipients, and three answers to what became of it."""

from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.actions import receiving, referrals
from cases.models import Referral
from submissions.models import Exhibit, Person, Submission
from tests.factories.partners import acting
from tests.factories.submissions import person_in, recognised, said
from tests.journeys.conftest import check_page, sign_in
from tests.journeys.giving import (
    Recipient,
    Sender,
    a_recipient,
    a_sender,
    address_of,
    bytes_at,
    cannot_open,
    main,
    pictured,
    pictures,
    press,
    says,
    says_not,
    tick,
    write,
)

LAW = "Kept under section 12 of the Example Act."
BECAME = {
    "returned": "It says it has given it back.",
    "destroyed": "It says it has destroyed it.",
    "in_file": "It says it has taken it into its file, from which it cannot be withdrawn.",
}


def given_to(submission: Submission, sender: Sender, *to: Recipient) -> list[Referral]:
    """In one hand-over, and acknowledged by each head."""
    wanted = [referrals.Recipient(unit=one.unit, mode="full", conditions=[]) for one in to]
    with acting(sender.approver):
        referrals.hand_over(submission=submission, recipients=wanted, by=sender.approver)
    for one in to:
        with acting(one.head):
            receiving.acknowledge(referral=one.referral(submission), by=one.head)
    return [one.referral(submission) for one in to]


def taken_back(page: Page, person: Person) -> None:
    """By the documenter, to whom they said it."""
    page.goto(f"{person.submission.get_absolute_url()}people/{person.reference}/word/")
    main(page).get_by_role("link", name="take it back").click()
    says(page, "W-03 takes all of it back", "it need not give it back")
    check_page(page)
    write(page, reason="Said so at the clinic, alone with us.")
    press(page, "They take it back")
    expect(
        page.get_by_text("W-03 has taken it back. Nothing of it is given.").first
    ).to_be_visible()
    says(page, "Taken back")
    check_page(page)


def answered(page: Page, referral: Referral, became: str) -> None:
    """By a head of unit; what is kept is kept under a law."""
    page.goto(referral.get_absolute_url())
    says(page, "Taken back: Exhibit 2", "What people who can be recognised in it said")
    says_not(page, "W-03")
    main(page).get_by_role("link", name="Say what became of it").click()
    tick(page, "disposal", became)
    if became == "in_file":
        press(page, "Say it")
        expect(page.get_by_text("Say under which law it is kept.").first).to_be_visible()
        check_page(page)
        write(page, text=LAW)
    press(page, "Say it")
    expect(page.get_by_text("Said. The sender reads it.").first).to_be_visible()
    says(page, "Your answer:")


def closed(page: Page, referral: Referral, exhibit: Exhibit, address: str) -> None:
    """Neither is it offered, nor does what was open before give any byte."""
    cannot_open(page, referral, exhibit)
    answer = page.request.get(address)
    assert answer.status in (403, 404, 410), answer.status


def test_a_word_taken_back_from_three_recipients(portal, new_person, shared_data, watched):
    watched.expected += ["422"]
    sender = a_sender()
    to = [a_recipient(country) for country in ("NL", "DE", "FR")]
    submission, content = sender.draft("Example clinic"), next(pictures(shared_data))
    exhibit = pictured(submission, content)
    person = person_in(submission, "W-03")
    recognised(submission, person, numbers=(2,))
    said(person)
    given = given_to(submission, sender, *to)
    chiefs, addresses = [new_person() for _one in to], []
    for chief, one, referral in zip(chiefs, to, given, strict=True):
        sign_in(chief, one.head, going_to=referral.get_absolute_url())
        addresses.append(address_of(chief, referral, exhibit))
        assert bytes_at(chief, addresses[-1]) == content

    page = new_person()
    sign_in(page, sender.documenter)
    people = f"{submission.get_absolute_url()}given/people/"
    page.goto(people)
    expect(main(page).get_by_text("Held there today.")).to_have_count(3)
    check_page(page)
    taken_back(page, person)
    for chief, referral, address in zip(chiefs, given, addresses, strict=True):
        closed(chief, referral, exhibit, address)
    page.goto(people)
    says_not(page, "Held there today.")
    expect(main(page).get_by_text("It has to say what became of it.")).to_have_count(3)

    for chief, referral, became in zip(chiefs, given, BECAME, strict=True):
        answered(chief, referral, became)
    check_page(chiefs[0])

    page.goto(people)
    today = timezone.localdate()
    day = f"{today.day} {today:%b %Y}"
    for one, sentence in zip(to, BECAME.values(), strict=True):
        row = main(page).get_by_role("row").filter(has_text=one.unit.partner.name)
        expect(row).to_contain_text("Taken back, because what was agreed to has changed.")
        expect(row.get_by_role("cell").last).to_contain_text(sentence)
        expect(row.get_by_role("cell").last).to_contain_text(day)
    says(page, "They took it back on")
    check_page(page)
    page.goto(f"/given/{given[2].reference}/")
    says(page, "Taken into the file; cannot be withdrawn", LAW)
    check_page(page)
    for chief, referral, address in zip(chiefs, given, addresses, strict=True):
        closed(chief, referral, exhibit, address)
