"""The main line in real browsers, one for each person: from an invitation to feedback.

A real photograph from the shared data goes from a documenter through an approver to a prosecutor.
"""

import hashlib
import re
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from cases.models import Advice, InformationRequest, Referral
from impna.db import acting_as
from partners.actions import members
from partners.models import User
from submissions.actions import progress
from submissions.models import Submission
from tests.factories.cases import adviser, contact, fresh, head, officer, received
from tests.factories.partners import PASSWORD, acting, manager_of
from tests.factories.submissions import (
    approver,
    complete_draft,
    documenter,
    unit_of_an_authority,
)
from tests.journeys.conftest import Mailbox, check_page, sign_in
from tests.journeys.people import asked_about
from tests.journeys.portal import Portal
from tests.journeys.test_joining import code_of, link_in_mail
from tests.journeys.test_uploads import (
    Line,
    all_received,
    choose,
    sealed,
    some_arrived,
    tab_to,
    tab_to_words,
)

CONDITION = "Ask us before you share it with another State."
MIB = 1024 * 1024


def press(page: Page, name: str) -> None:
    """A button of the page itself."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    """A link of the page itself."""
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def examined(page: Page, submission: Submission) -> None:
    """Wait until the worker has looked into every file."""
    for _look in range(480):
        if not submission.exhibits.present().filter(scan="awaited").exists():
            return
        page.wait_for_timeout(250)
    raise AssertionError("Not every file was examined.")


@pytest.fixture
def photograph(shared_data) -> Path:
    """A real photograph of several segments, with content credentials of its own."""
    return shared_data / "c2pa-testfiles" / "truepic-20230212-landscape.jpg"


def joined(page: Page, mailbox: Mailbox, address: str) -> User:
    """The documenter accepts an invitation: name, password, factor, recovery codes, terms."""
    cso = documenter().partner
    manager = manager_of(cso)
    with transaction.atomic(), acting_as(manager):
        members.invite(partner=cso, email=address, offers=[("documenter", "")], by=manager)
    page.goto(link_in_mail(page, mailbox, address))
    page.get_by_label("Your name").fill("Example documenter")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Continue")
    page.get_by_role("textbox", name="Six-digit code").fill(code_of(page))
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.locator(".p-codes li")).to_have_count(10)
    page.goto("/")
    expect(page).to_have_url(re.compile("/terms/"))
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return User.objects.get(email=address)


def begun(page: Page) -> Submission:
    """A draft, from the first question on."""
    page.goto("/submissions/begin/")
    page.get_by_label("Information", exact=True).check()
    page.get_by_label("Working title").fill("Example bridge, three days")
    check_page(page)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Example bridge")
    check_page(page)
    return Submission.objects.latest("pk")


def sent_with_a_break(page: Page, submission: Submission, file: Path) -> None:
    """The line breaks in the middle; the browser goes on where the server says it stopped."""
    page.goto(f"/submissions/{submission.reference}/exhibits/")
    page.get_by_role("link", name="Answer, then add files").click()
    check_page(page)
    page.get_by_label("No, none of it is").check()
    press(page, "Continue")
    line = Line(page)
    line.slow()
    choose(page, file)
    some_arrived(page, file.name)
    line.broken()
    line.whole()
    all_received(page, 1)
    sealed(page, submission, 1)
    examined(page, submission)


def described(page: Page, submission: Submission) -> None:
    """What it is, how it came here, and that someone can be recognised by the face."""
    exhibit = submission.exhibits.present().get()
    page.goto(f"/submissions/{submission.reference}/exhibits/{exhibit.reference}/")
    page.get_by_label("What is it?").select_option("photograph")
    page.get_by_label("What does it show?").fill("The bridge from the north bank.")
    page.get_by_label("Someone can be recognised").check()
    page.get_by_label("Face", exact=True).check()
    page.get_by_label("Photographed, filmed or recorded by us").check()
    check_page(page)
    press(page, "Save")
    expect(page.get_by_text("saved").first).to_be_visible()


def incident_told(page: Page, submission: Submission) -> None:
    """What, when, where, what was done, in which context, and which offences it suggests."""
    page.goto(f"/submissions/{submission.reference}/incidents/add/")
    page.get_by_label("A short heading").fill("Bridge closed")
    page.get_by_label("What happened?").fill("Armed men closed the bridge; W-03 was turned back.")
    page.locator("main input[name=basis]").first.check()
    page.locator("main textarea[name=known_by]").fill("W-03 was there.")
    check_page(page)
    press(page, "Save and continue")
    page.locator("input[name=precision][value=day]").check()
    check_page(page)
    press(page, "Continue")
    page.locator("input[name=begin]").fill("2026-03-03")
    check_page(page)
    press(page, "Save and continue")
    page.locator("input[name=precision][value=district]").check()
    page.get_by_label("State", exact=True).fill("SY")
    page.get_by_label("District or region").fill("River district")
    check_page(page)
    press(page, "Save and continue")
    page.locator("input[name=conducts][value=attack_on_civilians]").check()
    check_page(page)
    press(page, "Save and continue")
    check_page(page)
    press(page, "Save and continue")
    for question, answer in (("conflict", "NIAC"), ("attack", "unknown"), ("group", "no")):
        page.locator(f"input[name={question}][value={answer}]").check()
    check_page(page)
    press(page, "Save and continue")
    page.locator("input[name=suggested][value='RS-8-2-e-i']").check()
    check_page(page)
    press(page, "Save and continue")
    page.locator("input[name=against][value=nothing]").check()
    check_page(page)
    press(page, "Save and continue")
    expect(page.get_by_text("article 8(2)(e)(i)").first).to_be_visible()
    expect(page.get_by_text("Still missing")).to_have_count(0)
    check_page(page)


def cover_sheet_written(page: Page, submission: Submission) -> None:
    """What a recipient reads first."""
    page.goto(f"/submissions/{submission.reference}/cover-sheet/")
    page.get_by_label("Situation").fill("Closed bridge, river district")
    page.get_by_label("Summary").fill("Residents were kept from crossing on three days.")
    page.get_by_label("Languages of the material").fill("Arabic, English")
    page.get_by_label("Nobody can be recognised").check()
    check_page(page)
    page.get_by_role("main").get_by_role("button", name="Save").first.click()


def handed_over_directly(page: Page, submission: Submission, *, conditions: str = "") -> Referral:
    """An approver: who gets it, how much, what is asked, and the last tick."""
    unit = unit_of_an_authority()
    page.goto(f"/submissions/{submission.reference}/hand-over/")
    page.get_by_label("I choose who gets it").check()
    page.locator(f"input[value='{unit.reference}']").check()
    check_page(page)
    press(page, "Continue")
    page.get_by_label("On which conditions?").fill(conditions)
    check_page(page)
    press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers and hand over")
    expect(page.get_by_text("the recipients and the dates; nothing else")).to_be_visible()
    check_page(page)
    page.get_by_label("I have looked at who could be harmed").check()
    page.get_by_label("I have checked the answers above").check()
    press(page, "Hand over now")
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed over")
    check_page(page)
    return fresh(Referral.objects.get(submission=submission, unit=unit))


def test_from_an_invitation_to_feedback(portal, new_person, mailbox, watched, photograph):
    watched.expected += ["ERR_INTERNET_DISCONNECTED", "ERR_NETWORK", "Failed to load resource"]

    sender = new_person()
    joined(sender, mailbox, "field@cso-one.example")
    submission = begun(sender)
    sent_with_a_break(sender, submission, photograph)
    described(sender, submission)
    asked_about(sender, submission)
    incident_told(sender, submission)
    cover_sheet_written(sender, submission)
    sender.goto(submission.get_absolute_url())
    check_page(sender)
    sender.get_by_role("link", name="Check your answers").click()
    check_page(sender)
    press(sender, "Ask an approver to check it")

    approving = new_person()
    sign_in(approving, approver(submission))
    expect(approving.get_by_text("Example bridge, three days").first).to_be_visible()
    check_page(approving)
    referral = handed_over_directly(approving, submission, conditions=CONDITION)
    digest = referral.version.digest_hex
    shown = re.sub(r"\s", "", approving.get_by_role("main").inner_text())
    assert digest in shown

    receiving = new_person()
    sign_in(receiving, contact())
    check_page(receiving)
    receiving.goto("/referrals/")
    check_page(receiving)
    receiving.get_by_role("link", name="Closed bridge, river district").first.click()
    expect(receiving.get_by_text("Residents were kept")).to_have_count(0)
    press(receiving, "Acknowledge")
    expect(receiving.get_by_text("Received").first).to_be_visible()
    check_page(receiving)

    chief = new_person()
    page_of = f"/referrals/{referral.reference}/"
    sign_in(chief, head(), going_to=page_of)
    expect(chief.get_by_text(CONDITION)).to_be_visible()
    check_page(chief)
    accepted(chief, referral)
    expect(chief.get_by_text("Residents were kept").first).to_be_visible()
    chief.goto(f"{page_of}assign/")
    check_page(chief)
    chief.get_by_label(officer().display_name).check()
    chief.get_by_label("May also open originals in which someone can be recognised").check()
    chief.get_by_role("main").get_by_role("button").first.click()

    prosecutor = new_person()
    sign_in(prosecutor, officer(), going_to=page_of)
    check_page(prosecutor)
    opened_with_range(prosecutor, referral, photograph)
    asked(prosecutor, page_of)
    enclosed(portal, prosecutor, referral, photograph)

    enclosure_opened(approving, referral, photograph)
    answered(approving, referral)
    prosecutor.goto(page_of)
    expect(prosecutor.get_by_text("The long one.").first).to_be_visible()
    taken(prosecutor, page_of)
    decided(chief, page_of)

    approving.goto(f"/given/{referral.reference}/")
    for words in ("Retained", "In use, no detail possible", "Charge"):
        expect(approving.get_by_text(words).first).to_be_visible()
    check_page(approving)
    approving.goto(f"/submissions/{submission.reference}/given/")
    check_page(approving)
    approving.goto("/inbox/")
    check_page(approving)


def accepted(page: Page, referral: Referral) -> None:
    """What the sender asks for, and what a person asked for when they agreed."""
    for condition in referral.conditions.order_by("number"):
        page.goto(f"/referrals/{referral.reference}/conditions/{condition.reference}/")
        check_page(page)
        page.get_by_label("Accept", exact=True).check()
        page.get_by_role("main").get_by_role("button").first.click()
        expect(page).to_have_url(re.compile("#conditions$"))


def opened_with_range(page: Page, referral: Referral, file: Path) -> None:
    """A reason, fifteen minutes, and exactly the bytes that were sent, in part and as a whole."""
    page.goto(f"/referrals/{referral.reference}/open/")
    page.get_by_role("checkbox", name="Exhibit 1").check()
    page.get_by_label("Reason").fill("First reading.")
    check_page(page)
    press(page, "Open for 15 minutes")
    link = page.get_by_role("main").get_by_role("link", name=re.compile("Exhibit 1"))
    check_page(page)
    address = link.get_attribute("href")
    content = file.read_bytes()
    part = page.request.get(address, headers={"Range": "bytes=1000-1999"})
    assert part.status == 206
    assert part.body() == content[1000:2000]
    with page.expect_download() as download:
        link.click()
    got = Path(download.value.path()).read_bytes()
    assert hashlib.sha256(got).digest() == hashlib.sha256(content).digest()
    assert "Exhibit 1" in download.value.suggested_filename


def asked(page: Page, page_of: str) -> None:
    """An information request."""
    page.goto(f"{page_of}ask/")
    page.get_by_label("Explain something").check()
    page.get_by_label("Your question").fill("Which lens was used?")
    check_page(page)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("Which lens was used?").first).to_be_visible()


def enclosed(portal: Portal, page: Page, referral: Referral, picture: Path) -> None:
    """A picture with the request: sealed by the bytes server, scanned by the worker."""
    request = InformationRequest.objects.get(referral=referral)
    address = f"/referrals/{referral.reference}/requests/{request.reference}/files/"
    page.goto(address)
    page.get_by_label("Files", exact=True).set_input_files(picture)
    page.get_by_role("button", name="Send the files").click()
    expect(page.get_by_text("Received, sealed and sent")).to_be_visible()
    portal.supervisor.wait_until(
        lambda: request.enclosures.get().scan == "clean", "The scanner's verdict", 60
    )
    page.goto(address)
    check_page(page)


def enclosure_opened(page: Page, referral: Referral, picture: Path) -> None:
    """By the sender, who gets it byte for byte."""
    page.goto(f"/given/{referral.reference}/")
    page.get_by_role("link", name=re.compile("Open File 1")).click()
    check_page(page)
    page.get_by_label("Reason").fill("To answer the request.")
    page.get_by_role("main").get_by_role("button").first.click()
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Request 1, file 1")).click()
    assert Path(download.value.path()).read_bytes() == picture.read_bytes()


def answered(page: Page, referral: Referral) -> None:
    """By the sender, from its desk."""
    request = InformationRequest.objects.get(referral=referral)
    page.goto(f"/given/{referral.reference}/")
    expect(page.get_by_text("Which lens was used?").first).to_be_visible()
    check_page(page)
    page.goto(f"/given/{referral.reference}/requests/{request.reference}/")
    page.get_by_label("Your answer").fill("The long one.")
    page.get_by_role("checkbox", name=re.compile("Exhibit 1")).check()
    check_page(page)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("The long one.").first).to_be_visible()


def taken(page: Page, page_of: str) -> None:
    """Into the national file; its fact is published."""
    page.goto(f"{page_of}take/")
    page.get_by_label(re.compile("Exhibit 1")).check()
    page.get_by_label("Which exhibits were taken into a file").check()
    check_page(page)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Closed bridge, river district")


def decided(page: Page, page_of: str) -> None:
    """Retained, without detail; then feedback with a public milestone."""
    page.goto(f"{page_of}decide/")
    page.get_by_label(re.compile("^Retained")).check()
    page.get_by_label("In use, no detail possible").check()
    check_page(page)
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto(f"{page_of}feedback/")
    page.get_by_label("Public milestone").select_option("charge")
    check_page(page)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Closed bridge, river district")


def test_the_advised_route(portal, new_person):
    submission = complete_draft(title="Example advice")
    with acting(submission.begun_by):
        progress.make_ready(submission=submission, by=submission.begun_by)
    page = new_person()
    sign_in(page, approver(submission), going_to=f"/submissions/{submission.reference}/hand-over/")
    page.get_by_label("I ask the Secretariat who could take it").check()
    page.get_by_label("Your question to the Secretariat").fill("Who could take it?")
    press(page, "Continue")
    page.get_by_label("I have checked the answers above").check()
    check_page(page)
    press(page, "Hand over now")
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed over")
    question = Advice.objects.get(submission=submission)

    secretariat = new_person()
    sign_in(secretariat, adviser(), going_to="/advice/")
    check_page(secretariat)
    secretariat.goto(f"/advice/{question.reference}/")
    expect(secretariat.get_by_text("Who could take it?").first).to_be_visible()
    expect(secretariat.get_by_text("Example attacks on schools")).to_have_count(0)
    check_page(secretariat)
    suggested(secretariat)

    page.goto(f"/advice/{question.reference}/")
    expect(page.get_by_text("It has a unit for this.").first).to_be_visible()
    check_page(page)


def suggested(page: Page) -> None:
    """A unit, and why."""
    page.get_by_label("Recipients in the portal").check()
    page.locator(f"input[value='{unit_of_an_authority().reference}']").check()
    page.get_by_label("Why, and what the organisation should know").fill("It has a unit for this.")
    check_page(page)
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_text("Your answer is sent.")).to_be_visible()


def test_a_supplement_reaches_the_recipient(portal, new_person):
    referral = received(submission=complete_draft(title="Example supplement"))
    submission = referral.submission
    page = new_person()
    sign_in(page, documenter(), going_to=submission.get_absolute_url())
    check_page(page)
    press(page, "Begin a supplement")
    page.goto(f"/submissions/{submission.reference}/exhibits/describe/")
    page.get_by_label("Held by us or someone else").check()
    page.get_by_label("What is it, in a few words?").fill("second note")
    page.get_by_label("Where is it, and with whom?").fill("In our safe.")
    page.get_by_role("main").get_by_role("button").first.click()
    added = submission.exhibits.present().latest("number")
    page.goto(f"/submissions/{submission.reference}/exhibits/{added.reference}/")
    page.get_by_label("What is it?").select_option("other")
    page.get_by_label("Nobody can be recognised").check()
    page.get_by_label("Found by us").check()
    press(page, "Save")
    page.goto(submission.get_absolute_url())
    check_page(page)
    page.get_by_role("link", name="Check your answers").click()
    check_page(page)
    press(page, "Ask an approver to check it")

    approving = new_person()
    sign_in(approving, approver(submission), going_to=f"{submission.get_absolute_url()}hand-over/")
    approving.get_by_label("I choose who gets it").check()
    press(approving, "Continue")
    check_page(approving)
    press(approving, "Continue")
    approving.get_by_label("I have looked at who could be harmed").check()
    approving.get_by_label("I have checked the answers above").check()
    press(approving, "Hand over now")
    expect(approving.get_by_role("heading", level=1)).to_have_text("Handed over")
    assert fresh(referral).version.number == 2

    chief = new_person()
    sign_in(chief, head(), going_to=f"/referrals/{referral.reference}/")
    expect(chief.get_by_text("version 2").first).to_be_visible()
    check_page(chief)


def test_the_hand_over_and_the_first_answers_work_without_javascript(portal, new_person):
    submission = complete_draft(title="Example without JavaScript")
    approving = new_person(java_script_enabled=False)
    sign_in(approving, approver(submission))
    approving.goto(f"/submissions/{submission.reference}/hand-over/")
    approving.get_by_label("I choose who gets it").check()
    approving.locator(f"input[value='{unit_of_an_authority().reference}']").check()
    press(approving, "Continue")
    approving.get_by_label("On which conditions?").fill(CONDITION)
    press(approving, "Continue")
    approving.get_by_label("I have looked at who could be harmed").check()
    approving.get_by_label("I have checked the answers above").check()
    press(approving, "Hand over now")
    expect(approving.get_by_role("heading", level=1)).to_have_text("Handed over")
    referral = Referral.objects.get(submission=submission)

    chief = new_person(java_script_enabled=False)
    sign_in(chief, head(), going_to=f"/referrals/{referral.reference}/")
    press(chief, "Acknowledge")
    chief.goto(f"/referrals/{referral.reference}/conditions/{referral.conditions.get().reference}/")
    chief.get_by_label("Cannot accept").check()
    chief.get_by_role("main").get_by_role("button").first.click()
    approving.goto(f"/given/{referral.reference}/")
    expect(approving.get_by_text(CONDITION).first).to_be_visible()


def test_the_keyboard_alone_hands_over_and_acknowledges(portal, new_person):
    submission = complete_draft(title="Example by keyboard")
    unit = unit_of_an_authority()
    page = new_person()
    sign_in(page, approver(submission), going_to=f"{submission.get_absolute_url()}hand-over/")
    tab_to(page, "at.value === 'direct'")
    page.keyboard.press("Space")
    tab_to(page, f"at.value === '{unit.reference}'")
    page.keyboard.press("Space")
    tab_to_words(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_label("On which conditions?")).to_be_visible()
    tab_to(page, f"at.name === '{unit.reference}-conditions'")
    page.keyboard.type(CONDITION)
    tab_to_words(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Hand over version 1")).to_be_visible()
    tab_to(page, "at.name === 'looked'")
    page.keyboard.press("Space")
    tab_to(page, "at.name === 'checked'")
    page.keyboard.press("Space")
    tab_to_words(page, "Hand over now")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed over")

    referral = Referral.objects.get(submission=submission)
    theirs = new_person()
    sign_in(theirs, contact(), going_to=f"/referrals/{referral.reference}/")
    tab_to_words(theirs, "Acknowledge")
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_text("Received").first).to_be_visible()
    assert fresh(referral).status == "received"
