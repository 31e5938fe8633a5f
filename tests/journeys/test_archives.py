"""What was gathered long ago or by others: paper consents, a public square, a leaked order."""

import re

from playwright.sync_api import Page, expect

from submissions.models import Consent, Exhibit, Person, Submission
from tests.factories.submissions import identity_of, person_in, recognised
from tests.journeys.conftest import check_page, sign_in
from tests.journeys.giving import (
    a_recipient,
    a_sender,
    address_of,
    bytes_at,
    choose,
    come_back_to,
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

FORM = "Consent form 2019"
ASK_AGAIN = re.compile(r"^Ask again ?: W-03$")


def form_mapped(page: Page) -> None:
    """What a signature on it means, said once for all who signed."""
    page.goto("/consent-forms/")
    check_page(page)
    page.get_by_role("link", name="Add a form").click()
    write(page, title=FORM)
    for question, answer in (
        ("mode", "written"),
        ("keep", "granted"),
        ("name", "open"),
        ("image", "granted"),
        ("court", "evidence"),
        ("contact", "organisation"),
    ):
        tick(page, question, answer)
    main(page).locator("input[name=any_eu]").check()
    check_page(page)
    press(page, "Save")
    says(page, FORM)


def word_entered(page: Page, person: Person, *, struck_out: str = "") -> None:
    """From the paper: a day and who spoke; what they struck out on it is taken away."""
    page.goto(f"{person.submission.get_absolute_url()}people/{person.reference}/word/record/")
    main(page).get_by_role("link", name=FORM).click()
    expect(main(page).locator("input[name=any_eu]")).to_be_checked()
    write(page, asked_on="2019-06-14")
    tick(page, "capacity", "adult")
    if struck_out:
        main(page).locator(f"input[name={struck_out}]").uncheck()
    press(page, "Save")
    says(page, "14 Jun 2019", "Written and signed", "Use as evidence, with identity")


def test_a_legacy_archive_with_paper_consents(portal, new_person, shared_data):
    sender, recipient = a_sender(), a_recipient()
    submission, photos = sender.draft("Example archive"), pictures(shared_data)
    contents = [next(photos) for _number in range(3)]
    shown = [pictured(submission, content) for content in contents]
    people = [person_in(submission, code) for code in ("W-01", "W-02", "W-03")]
    for person, exhibit in zip(people, shown, strict=True):
        recognised(submission, person, numbers=(exhibit.number,))

    page = new_person()
    sign_in(page, sender.documenter)
    form_mapped(page)
    for person in people[:2]:
        word_entered(page, person)
    check_page(page)

    approving = new_person()
    sign_in(approving, sender.approver)
    recipients_chosen(approving, submission, recipient)
    says(
        approving,
        "Something is still missing",
        "W-03: what they said when they were asked",
        "W-03: nothing is recorded of what they said (exhibits 4)",
    )
    says_not(approving, "W-01", "W-02")
    check_page(approving)
    main(approving).get_by_role("button", name=ASK_AGAIN).click()
    expect(approving.get_by_text("W-03 is to be asked again; it is on the desk.")).to_be_visible()

    page.goto("/")
    says(page, "Ask W-03 again what may be given of them")
    check_page(page)
    # Her paper is found: she signed, and struck out that it goes to anybody.
    word_entered(page, people[2], struck_out="any_eu")
    check_page(page)

    come_back_to(approving, submission)
    says(approving, "W-03: they did not agree that it goes to this recipient (exhibits 4)")
    says(approving, "All that may be given to it: 3")
    says_not(approving, "Something is still missing")
    expect(main(approving).get_by_role("button", name=ASK_AGAIN)).to_be_visible()
    press(approving, "Continue")
    handed_over(approving)

    referral = recipient.referral(submission)
    assert [item.exhibit.number for item in referral.items.order_by("exhibit__number")] == [1, 2, 3]
    chief = new_person()
    sign_in(chief, recipient.head, going_to=referral.get_absolute_url())
    taken_up(chief, referral)
    says(chief, "W-01: they were asked", "W-02: they were asked")
    says_not(chief, "W-03", "Exhibit 4")
    check_page(chief)
    assert bytes_at(chief, address_of(chief, referral, shown[1])) == contents[1]


def square_told(page: Page, submission: Submission) -> None:
    """Unknown people in all three at once; nobody can have asked them."""
    here = submission.get_absolute_url()
    page.goto(f"{here}recognised/")
    says(page, "Someone can be recognised, and it is not said who: Exhibits 2 to 4.")
    page.goto(f"{here}recognised/add/")
    choose(page, who="unknown")
    write(page, fewest="150", most="200", describe="Passers-by in a public square", numbers="2-4")
    tick(page, "basis", "asked")
    press(page, "Save")
    expect(page.get_by_text("Whoever was asked has a code.").first).to_be_visible()
    check_page(page)
    tick(page, "basis", "not_reachable")
    write(page, reason="Filmed openly and seen by millions; nothing in it points to one of them.")
    press(page, "Save")
    says(page, "150 to 200 unknown people", "To sign", "By an approver who changed nothing")
    says_not(page, "Nobody is named yet")
    check_page(page)


def square_signed(page: Page, submission: Submission) -> None:
    """Without the signature nothing of it is given; the approver weighs it and signs."""
    page.goto(f"{submission.get_absolute_url()}recognised/")
    says(page, "nothing in it points to one of them")
    press(page, "Weighed: I sign it")
    expect(page.get_by_text("Signed.", exact=True)).to_be_visible()
    says_not(page, "To sign")
    check_page(page)


def test_a_public_video_with_unknown_faces(portal, new_person, shared_data, watched):
    watched.expected += ["422"]
    sender, recipient = a_sender(), a_recipient()
    submission = sender.draft("Example square")
    video = (shared_data / "smallest-files" / "Mpeg4.mp4").read_bytes()
    public = {"obtained": "downloaded", "evidence_type": "video"}
    shown = [pictured(submission, video, name=f"{n}.mp4", **public) for n in range(3)]

    page = new_person()
    sign_in(page, sender.documenter)
    square_told(page, submission)
    assert submission.links.count() == 1

    approving = new_person()
    sign_in(approving, sender.approver)
    recipients_chosen(approving, submission, recipient)
    says(
        approving,
        "150 to 200 unknown people: an approver has not signed that it is given without asking "
        "(exhibits 2–4)",
    )
    check_page(approving)
    square_signed(approving, submission)
    come_back_to(approving, submission)
    says(approving, "All: 4 exhibits")
    says_not(approving, "Not everything may be given to it")
    press(approving, "Continue")
    handed_over(approving)

    referral = recipient.referral(submission)
    chief = new_person()
    sign_in(chief, recipient.head, going_to=referral.get_absolute_url())
    taken_up(chief, referral)
    basis = "150 to 200 unknown people: they cannot be reached, or nobody knows who they are"
    expect(main(chief).get_by_text(basis)).to_have_count(3)
    says_not(chief, "Passers-by", "seen by millions")
    check_page(chief)
    assert bytes_at(chief, address_of(chief, referral, shown[2])) == video


def alleged(page: Page, person: Person) -> None:
    """Who is said to have given the order; a unit's chain of command, and no name."""
    here = f"{person.submission.get_absolute_url()}people/{person.reference}/parts/"
    page.goto(here)
    choose(page, incident=person.submission.incidents.get().reference)
    tick(page, "role", "perpetrator")
    press(page, "Continue")
    tick(page, "unit", "individual")
    choose(page, kind="armed_forces", degree="ordered")
    write(page, rank="Colonel", chain="Signed the order of exhibit 2.", states="SY")
    tick(page, "modes", "RS-25-3-b")
    check_page(page)
    press(page, "Save and continue")


def officials_named(page: Page, submission: Submission) -> None:
    """They need not be asked, and it is said why."""
    here = f"{submission.get_absolute_url()}recognised/add/?exhibit=2"
    page.goto(here)
    choose(page, who="P-01")
    tick(page, "basis", "not_required")
    press(page, "Save")
    expect(page.get_by_text("Say why they need not be asked.").first).to_be_visible()
    check_page(page)
    choose(page, why="alleged")
    press(page, "Save")
    page.goto(here)
    choose(page, who="unknown", why="official")
    write(page, fewest="6", describe="Officials on the list of recipients")
    tick(page, "basis", "not_required")
    press(page, "Save")
    says(
        page,
        "P-01",
        "Said to have done it, ordered it or let it happen",
        "6 unknown people",
        "An official or member of armed forces, acting as such",
    )
    says_not(page, "Missing", "To sign")
    check_page(page)


def test_a_leaked_order_that_names_officials(portal, new_person, shared_data, watched):
    watched.expected += ["422"]
    sender, recipient = a_sender(), a_recipient()
    submission, content = sender.draft("Example order"), next(pictures(shared_data))
    order = {"evidence_type": "order_record", "obtained": "person"}
    exhibit: Exhibit = pictured(submission, content, by="name_written", **order)
    commander = person_in(submission, "P-01", categories=["suspect"])
    identity_of(commander, "Examplo Commander")

    page = new_person()
    sign_in(page, sender.documenter)
    alleged(page, commander)
    officials_named(page, submission)

    approving = new_person()
    sign_in(approving, sender.approver)
    recipients_chosen(approving, submission, recipient)
    says(approving, "All: 2 exhibits")
    says_not(approving, "Not everything may be given to it", "Something is still missing")
    expect(main(approving).locator("input[name$='-form']")).to_have_count(0)
    press(approving, "Continue")
    says_not(approving, "As redacted copies", "As people asked")
    check_page(approving)
    handed_over(approving)
    assert not Consent.objects.filter(person__submission=submission).exists()

    referral = recipient.referral(submission)
    assert referral.items.get(exhibit=exhibit).copy is None
    chief = new_person()
    sign_in(chief, recipient.head, going_to=referral.get_absolute_url())
    taken_up(chief, referral)
    says(
        chief,
        "P-01: they need not be asked",
        "6 unknown people: they need not be asked",
        "Order or command record",
        "Name that is written",
    )
    says_not(chief, "Redacted copy", "Examplo", "Colonel")
    check_page(chief)
    assert bytes_at(chief, address_of(chief, referral, exhibit)) == content
