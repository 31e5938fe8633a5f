"""Whoever must be met with most care: a survivor of sexual violence, and a child."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.actions import assignments
from cases.models import Referral
from partners import roles
from partners.models import User
from partners.session_store import SessionStore
from submissions.models import Exhibit, Submission
from tests.factories.cases import fresh
from tests.factories.partners import acting, manager_of, member
from tests.factories.submissions import recognised
from tests.journeys.conftest import check_page, sign_in, unused_code
from tests.journeys.giving import (
    a_recipient,
    a_sender,
    address_of,
    bytes_at,
    cannot_open,
    choose,
    handed_over,
    main,
    pictured,
    pictures,
    press,
    recipients_chosen,
    says,
    says_not,
    taken_up,
    tick,
    write,
)


def told(page: Page, submission: Submission) -> None:
    """What was done to him, by conduct and setting, on a page that everyone gets."""
    page.goto(f"{submission.get_absolute_url()}incidents/add/")
    write(page, heading="In the cellar", what="W-01 was made to undress.", known_by="W-01 said so.")
    tick(page, "basis", "participant")
    press(page, "Save and continue")
    tick(page, "precision", "day")
    press(page, "Continue")
    write(page, begin="2026-03-03")
    press(page, "Save and continue")
    tick(page, "precision", "region")
    write(page, country="SY", area="River district")
    press(page, "Save and continue")
    expect(main(page).locator("input[value=coerced_sexual_acts]")).to_have_count(0)
    tick(page, "conducts", "torture")
    press(page, "Save and continue")
    says(page, "Everyone gets this page", "To people of any gender and age.")
    check_page(page)
    tick(page, "conducts", "coerced_sexual_acts")
    choose(page, setting="detention")
    press(page, "Save and continue")
    for question, answer in (("conflict", "NIAC"), ("attack", "unknown"), ("group", "no")):
        tick(page, question, answer)
    press(page, "Save and continue")
    tick(page, "suggested", "RS-8-2-e-vi-1")
    press(page, "Save and continue")
    tick(page, "against", "nothing")
    press(page, "Save and continue")
    says(page, "Sexual acts under force, threat or pressure", "In detention")
    says_not(page, "Still missing")


def added(page: Page, submission: Submission, code: str, **who: list[str]) -> str:
    """Somebody by code, whom nobody has heard; their page. The account step is shown next."""
    page.goto(f"{submission.get_absolute_url()}people/add/")
    write(page, code=code)
    tick(page, "heard", "no")
    press(page, "Save and continue")
    for question, answers in who.items():
        tick(page, question, *answers)
    check_page(page)
    press(page, "Save and continue")
    person = submission.persons.get(code=code)
    return f"{submission.get_absolute_url()}people/{person.reference}/"


def declared(page: Page, manager: User) -> None:
    """The manager says that their people are trained to hear survivors."""
    sign_in(page, manager, going_to="/members/competences/")
    check_page(page)
    tick(page, "competences", "accounts_sgbv")
    press(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()


def account_taken(page: Page) -> None:
    """Only with what it adds, and why it is right of this person."""
    tick(page, "own_account", "taken")
    press(page, "Save and continue")
    expect(page.get_by_text("Write this down before you ask anything.").first).to_be_visible()
    check_page(page)
    write(
        page,
        account_adds="Nobody else was in the cellar; there is no other source.",
        account_why="He wants to tell it. A trained colleague stays with him afterwards.",
    )
    press(page, "Save and continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Part in incidents")


def part_told(page: Page, submission: Submission) -> None:
    """Victim in the incident that was told last."""
    choose(page, incident=submission.incidents.latest("number").reference)
    tick(page, "role", "victim")
    press(page, "Continue")
    tick(page, "statuses", "arrested_released")
    check_page(page)
    press(page, "Save and continue")


def supported(page: Page, here: str) -> None:
    """Support accepted, and by whom he wants to be heard."""
    page.goto(f"{here}support/")
    choose(page, support_psychosocial="accepted")
    write(page, wanted_interviewer="A man", wanted_interpreter="A woman", interviewer="A man")
    check_page(page)
    press(page, "Save and continue")
    says(
        page,
        "Survivor of sexual or gender-based violence",
        "Psychosocial help: Accepted",
        "Gender of interviewer they prefer: A man",
        "Gender of interpreter they prefer: A woman",
        "Protected: identify, support, refer",
    )
    check_page(page)


def survivor_said(page: Page, here: str) -> None:
    """Six questions: nothing is chosen for him. In court yes; his name never; never to one State."""
    page.goto(f"{here}word/record/")
    expect(main(page).locator("input[name=court]:checked")).to_have_count(0)
    write(page, asked_on=timezone.localdate().isoformat(), never_states="RU")
    for question, answer in (
        ("capacity", "adult"),
        ("mode", "witnessed_oral"),
        ("keep", "granted"),
        ("name", "withheld"),
        ("court", "evidence"),
        ("contact", "organisation"),
    ):
        tick(page, question, answer)
    for box in ("any_eu", "defence"):
        main(page).locator(f"input[name={box}]").check()
    check_page(page)
    press(page, "Save")
    says(page, "Use as evidence, with identity", "Identity withheld, protection needed", "Russia")
    check_page(page)


def marked_strict(page: Page, exhibit: Exhibit) -> None:
    """Strict handling is ticked beforehand; two people are suggested, and chosen by hand."""
    page.goto(f"/submissions/{exhibit.submission.reference}/exhibits/{exhibit.reference}/")
    says(page, "A child or a survivor can be recognised in it: W-01.")
    says(page, "opened only when two people of the recipient agree")
    for code in ("H1", "H2"):
        expect(main(page).locator(f"input[name=handling][value={code}]")).to_be_checked()
    two = main(page).locator("input[name=markers][value=two_people]")
    expect(two).not_to_be_checked()
    check_page(page)
    two.check()
    press(page, "Save")
    expect(page.get_by_text("saved").first).to_be_visible()


def grown_old(page: Page) -> None:
    """The code this person gave is older than five minutes."""
    [cookie] = [
        one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME
    ]
    session = SessionStore(cookie["value"])
    session["factor_at"] = (timezone.now() - timedelta(minutes=6)).isoformat()
    session.save()


def colleague_asked(page: Page, referral: Referral, colleague: User) -> None:
    """The head says why, and asks somebody of the unit."""
    page.goto(f"{referral.get_absolute_url()}two-people/")
    page.get_by_role("checkbox", name="Exhibit 2").check()
    tick(page, "colleague", colleague.reference)
    write(page, reason="To see whether the cellar can be found.")
    check_page(page)
    press(page, "Ask")
    says(page, "Two people must agree", f"You asked {colleague}")


def colleague_agrees(page: Page, referral: Referral, colleague: User) -> None:
    """Only with a fresh code, and having read why."""
    sign_in(page, colleague, going_to=referral.get_absolute_url())
    cannot_open(page, referral, *referral.submission.exhibits.filter(number=2))
    grown_old(page)
    page.goto(f"{referral.get_absolute_url()}two-people/answer/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter a fresh code")
    check_page(page)
    page.get_by_label("Code").fill(unused_code(page, colleague))
    press(page, "Continue")
    says(page, "To see whether the cellar can be found.")
    check_page(page)
    tick(page, "agreed", "yes")
    press(page, "Answer")
    expect(page.get_by_text("Your answer is recorded.")).to_be_visible()


def test_a_survivor_of_sexual_violence(portal, new_person, shared_data, watched):
    watched.expected += ["422"]
    sender, recipient = a_sender(), a_recipient()
    submission, content = sender.draft("Example cellar"), next(pictures(shared_data))
    exhibit = pictured(submission, content, by="place")

    page = new_person()
    sign_in(page, sender.documenter)
    told(page, submission)
    here = added(
        page,
        submission,
        "W-01",
        categories=["victim"],
        vulnerabilities=["sgbv_survivor"],
        sex=["male"],
    )
    says(page, "Take no account", "has not declared that its people are trained for this")
    expect(main(page).locator("[name=own_account]")).to_have_count(0)
    check_page(page)
    declared(new_person(), manager_of(sender.partner))
    page.reload()
    account_taken(page)
    part_told(page, submission)
    supported(page, here)
    recognised(submission, submission.persons.get(), numbers=(2,))
    survivor_said(page, here)
    marked_strict(page, exhibit)

    approving = new_person()
    sign_in(approving, sender.approver)
    recipients_chosen(approving, submission, recipient)
    press(approving, "Continue")
    says(
        approving, "As people asked:", "W-01: identity withheld.", "W-01: contact through us only."
    )
    check_page(approving)
    handed_over(approving)

    referral = recipient.referral(submission)
    colleague = member(recipient.unit.partner, roles.CaseOfficer.code, unit=recipient.unit)
    chief = new_person()
    sign_in(chief, recipient.head, going_to=referral.get_absolute_url())
    taken_up(chief, referral)
    says(chief, "W-01: identity withheld. Nothing is done that could reveal it without asking us")
    cannot_open(chief, referral, exhibit)
    with acting(recipient.head):
        assignments.assign(
            referral=fresh(referral), user=colleague, identifying=True, by=recipient.head
        )
    colleague_asked(chief, referral, colleague)
    cannot_open(chief, referral, exhibit)
    colleague_agrees(new_person(), referral, colleague)
    assert bytes_at(chief, address_of(chief, referral, exhibit)) == content


def best_interest_said(page: Page) -> None:
    """Asked of a child only, before anything else of it."""
    expect(page.get_by_role("heading", level=1)).to_have_text("What is best for this child")
    check_page(page)
    write(
        page, best_interest="Her aunt looks after her. Both want it known; nobody hears her again."
    )
    press(page, "Save and continue")
    says(page, "Take no account", "has not declared that its people are trained for this")


def guardian_said(page: Page, here: str) -> None:
    """The child agreed and her aunt, until she is of age; never to one State."""
    page.goto(f"{here}word/record/")
    write(page, asked_on=timezone.localdate().isoformat(), never_states="BE", for_them="Aunt")
    for question, answer in (
        ("capacity", "child"),
        ("mode", "audio"),
        ("keep", "granted"),
        ("name", "open"),
        ("image", "granted"),
        ("court", "evidence"),
    ):
        tick(page, question, answer)
    main(page).locator("input[name=any_eu]").check()
    press(page, "Save")
    expect(
        page.get_by_text("Say from which day on this child is of age at the earliest.").first
    ).to_be_visible()
    check_page(page)
    write(page, of_age_on="2034-05-01")
    press(page, "Save")
    says(
        page,
        "A child who agreed, and a guardian",
        "Of age at the earliest on 1 May 2034",
        "Who spoke: Aunt",
        "Belgium",
    )
    check_page(page)


def test_a_child(portal, new_person, shared_data, watched):
    watched.expected += ["422"]
    sender, recipient, never = a_sender(), a_recipient(), a_recipient("BE")
    submission, content = sender.draft("Example school"), next(pictures(shared_data))
    exhibit = pictured(submission, content)

    page = new_person()
    sign_in(page, sender.documenter)
    here = added(page, submission, "V-02", vulnerabilities=["child"], sex=["female"])
    best_interest_said(page)
    child = submission.persons.get()
    recognised(submission, child, numbers=(2,), in_words=True)
    guardian_said(page, here)
    page.goto(here)
    says(page, "Best for this child", "Her aunt looks after her.", "Protected")
    check_page(page)
    page.goto(f"{submission.get_absolute_url()}exhibits/{exhibit.reference}/")
    says(page, "A child or a survivor can be recognised in it: V-02.")
    tick(page, "markers", "minor")
    press(page, "Save")
    expect(page.get_by_text("saved").first).to_be_visible()

    approving = new_person()
    sign_in(approving, sender.approver)
    recipients_chosen(approving, submission, recipient)
    press(approving, "Continue")
    handed_over(approving)

    referral = recipient.referral(submission)
    chief = new_person()
    sign_in(chief, recipient.head, going_to=referral.get_absolute_url())
    taken_up(chief, referral)
    says(
        chief,
        "V-02: they were asked: what they said decides",
        "Concerns a minor",
        "H1: Not to be disclosed in judicial proceedings without the provider's permission",
        "H2: Not to be disseminated without the provider's permission",
    )
    check_page(chief)
    assert bytes_at(chief, address_of(chief, referral, exhibit)) == content

    another = new_person()
    sign_in(another, member(sender.partner, roles.Approver.code))
    another.goto(f"{submission.get_absolute_url()}refer/")
    tick(another, "units", never.unit.reference)
    press(another, "Continue")
    says(
        another,
        "Not everything may be given to it",
        "V-02: they said never to this recipient or its State (in what is written, exhibits 2)",
    )
    check_page(another)
    press(another, "Continue")
    expect(
        another.get_by_text("This recipient may not be given what is written.").first
    ).to_be_visible()
    assert not Referral.objects.filter(submission=submission, unit=never.unit).exists()
