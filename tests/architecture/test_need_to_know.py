"""What a unit does for itself changes no byte of any page of anyone else (R5)."""

import difflib
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions import assignments, enclosures, receiving, referrals
from cases.models import Assignment, Enclosure, Referral, SecondReader
from custody import vault
from partners import roles
from partners.actions import members
from partners.models import User
from submissions.models import Submission
from tests.cases.pages import file_of, given, with_file
from tests.factories.cases import (
    adviser,
    agreed,
    asked_to_agree,
    assigned,
    enclosed,
    fresh,
    head,
    officer,
    question,
    received,
)
from tests.factories.partners import (
    acting,
    coordinators,
    manager_of,
    member,
    partner_at,
    signed_in,
    unit_of,
)
from tests.factories.submissions import (
    documenter,
    person_in,
    recognised,
    said,
    unit_of_an_authority,
)

# What differs from one request to the next by itself, and nothing else.
_BY_ITSELF = (
    re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'),
    re.compile(r'nonce="[^"]*"'),
    # An upload token is made for each visit of the exhibits page.
    re.compile(r'data-token="[^"]*"'),
    re.compile(r"/bytes/plain/[^/\"]*/"),
)


def others(referral: Referral) -> dict[str, Client]:
    """Everyone who is not of the unit: the sender's people, other recipients, the Secretariat."""
    elsewhere = partner_at(kind=roles.AUTHORITY)
    unit = unit_of(elsewhere)
    people = {
        "documenter": documenter(),
        "approver": referral.sent_by,
        "head of another unit": member(elsewhere, roles.HeadOfUnit.code, unit=unit),
        "contact point of another partner": member(elsewhere, roles.ContactPoint.code, unit=unit),
        "head of another unit of the same partner": member(
            head().partner, roles.HeadOfUnit.code, unit=unit_of(head().partner, "Another unit")
        ),
        "coordinator": coordinators()[0],
        "adviser": adviser(),
    }
    return {name: signed_in(User.objects.get(pk=user.pk)) for name, user in people.items()}


SENDERS = ("documenter", "approver")


def addresses(referral: Referral, name: str) -> list[str]:
    """Desk, lists, and every page about it that somebody has, or does not have."""
    page = referral.get_absolute_url()
    given_page = reverse("cases:given", args=[referral.reference])
    everyones = ["/", "/referrals/", page, given_page, referral.submission.get_absolute_url()]
    everyones += ["/inbox/", "/advice/", "/partners/"]
    if name not in SENDERS:
        return everyones
    of_it = [referral.submission.reference]
    return [
        *everyones,
        reverse("cases:submission-list"),
        reverse("cases:given-list", args=of_it),
        reverse("cases:given-people", args=of_it),
        *(
            reverse(f"cases:{page}", args=[*of_it, person.reference])
            for person in referral.submission.persons.all()
            for page in ("given-person", "given-paper")
        ),
        *(
            reverse(f"cases:{paper}", args=[*of_it, 1])
            for paper in ("receipt", "receipt-long", "receipt-list")
        ),
        reverse("submissions:exhibit-list", args=of_it),
        *(
            reverse("submissions:exhibit-detail", args=[*of_it, exhibit.reference])
            for exhibit in referral.submission.exhibits.all()
        ),
    ]


def seen(readers: dict[str, Client], referral: Referral) -> dict[tuple[str, str], str]:
    """Every page of every reader, without what differs by itself."""
    pages = {}
    for name, client in readers.items():
        for address in addresses(referral, name):
            response = client.get(address)
            told = "\n".join(f"{header}: {said}" for header, said in sorted(response.items()))
            text = f"{response.status_code}\n{told}\n{response.content.decode()}"
            for pattern in _BY_ITSELF:
                text = pattern.sub("", text)
            pages[name, address] = text
    return pages


def assign(referral: Referral) -> None:
    assigned(referral)


def unassign(referral: Referral) -> None:
    with acting(head()):
        assignments.end(assignment=Assignment.objects.live().get(), by=head())


def state_no_conflict(referral: Referral) -> None:
    with acting(officer()):
        assignments.state_no_conflict(assignment=Assignment.objects.live().get(), by=officer())


def assess(referral: Referral) -> None:
    with acting(head()):
        assignments.assess(referral=referral, state="linked", by=head())


def name_the_file(referral: Referral) -> None:
    with acting(head()):
        assignments.assess(
            referral=referral, state="linked", national_reference="Example 12/26", by=head()
        )


def note(referral: Referral) -> None:
    with acting(head()):
        assignments.note(referral=referral, text="Only for us.", by=head())


def open_words(referral: Referral) -> None:
    with acting(head()):
        receiving.open_words(referral=referral, by=head())


def open_exhibit(referral: Referral) -> None:
    exhibit = file_of(referral)
    assert exhibit.file is not None
    with acting(head()):
        vault.open(exhibit, by=head(), reason="To see.", files={"Exhibit 2": exhibit.file})


def ask_a_colleague(referral: Referral) -> None:
    asked_to_agree(referral, file_of(referral), by=officer(), colleague=head())


def agree_to_an_opening(referral: Referral) -> None:
    agreed(SecondReader.objects.awaited().get())


def open_a_file_of_its_own(referral: Referral) -> None:
    sent = Enclosure.objects.get(request__referral=referral)
    with acting(head()):
        enclosures.open_file(enclosure=sent, reason="To see.", by=head())


def look_at_the_page(referral: Referral) -> None:
    assert signed_in(head()).get(referral.get_absolute_url()).status_code == 200


def end_a_role(referral: Referral) -> None:
    partner = head().partner
    leaving = member(partner, roles.CaseOfficer.code, unit=referral.unit)
    with acting(manager_of(partner)):
        members.end_role(membership=leaving.memberships.get(), by=manager_of(partner))


ACTS: tuple[Callable[[Referral], None], ...] = (
    assign,
    state_no_conflict,
    ask_a_colleague,
    agree_to_an_opening,
    assess,
    name_the_file,
    note,
    open_words,
    open_exhibit,
    open_a_file_of_its_own,
    look_at_the_page,
    unassign,
    end_a_role,
)


def with_somebody() -> Submission:
    """With a file in which somebody can be recognised, who agreed to it."""
    submission = with_file(recognisable="someone", identified_by=["face"], markers=["two_people"])
    person = person_in(submission)
    recognised(submission, person, numbers=(2,), in_words=True)
    said(person)
    return submission


@pytest.fixture
def still(monkeypatch):
    """Time stands from then on: a clock that ticks on a page is not what is tested here."""

    def stand() -> None:
        now = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: now)

    return stand


def test_what_a_unit_does_for_itself_changes_no_byte_of_anyone_elses_pages(db, still):
    referral = received(submission=with_somebody())
    enclosed(question(referral))
    readers = others(referral)
    still()
    seen(readers, referral)  # openings of the sender's own words begin here
    before = seen(readers, referral)
    assert before["documenter", referral.submission.get_absolute_url()].startswith("200")
    assert before["documenter", referral.get_absolute_url()].startswith("404")
    for act in ACTS:
        act(fresh(referral))
        after = seen(readers, referral)
        for page, text in before.items():
            changed = "\n".join(
                difflib.unified_diff(text.splitlines(), after[page].splitlines(), n=0)
            )
            assert not changed, f"{act.__name__} shows on {page}:\n{changed}"


def test_what_a_unit_sends_with_a_request_shows_to_its_sender_alone(db, still):
    referral = given()
    readers = {name: one for name, one in others(referral).items() if name not in SENDERS}
    other = unit_of_an_authority("Example State 2")
    again = referrals.Recipient(unit=other)
    with acting(referral.sent_by):
        second = referrals.refer(version=referral.version, recipient=again, by=referral.sent_by)
    readers["another recipient of the same"] = signed_in(
        member(other.partner, roles.HeadOfUnit.code, unit=other)
    )
    still()
    before = seen(readers, referral) | seen(readers, second)
    enclosed(question(referral))
    assert seen(readers, referral) | seen(readers, second) == before


def test_what_is_published_does_show(db, still):
    """The comparison would find a difference if there were one."""
    referral = given()
    readers = {"head": signed_in(head())}
    still()
    seen(readers, referral)
    before = seen(readers, referral)
    note(referral)
    assert seen(readers, referral) != before
