"""Links in words: who, where, on what basis, and what still stands against giving it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from impna.errors import Sentence
from submissions.actions import links
from submissions.consent_vocabularies import Basis
from submissions.links import LinkDetails, ranges_of
from submissions.models import Consent, Link, Person, Submission


@dataclass(frozen=True)
class LinkTold:
    """One link; `consent` is the live word of somebody who was asked, if there is one."""

    link: Link
    details: LinkDetails
    numbers: list[int]
    consent: Consent | None

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Self:
        """As a manifest has it."""
        link = _from_entry(entry)
        link.reference, link.number = entry["reference"], entry["number"]
        link.in_words = entry["in_words"]
        return cls(link, LinkDetails(**entry["details"]), entry["exhibits"], None)

    @property
    def where(self) -> Sentence:
        """Numbers of exhibits, as people read them."""
        return ranges_of(self.numbers)

    @property
    def lacks_word(self) -> bool:
        """They were asked, it says, and nothing is recorded of what they said."""
        return self.link.basis == Basis.ASKED and self.consent is None

    @property
    def is_protected(self) -> bool:
        """A child or a survivor."""
        return self.link.person is not None and self.link.person.protected

    @property
    def is_taken_back(self) -> bool:
        """They took their word back."""
        return self.consent is not None and self.consent.withdrawn_at is not None


def somebody(entry: Mapping[str, Any]) -> str:
    """Their code, or how many nobody knows, as a manifest has it."""
    return str(_from_entry(entry))


def told_of(submission: Submission) -> list[LinkTold]:
    """All that hold, in the order of their numbers; three queries."""
    found = list(
        submission.links.live()
        .select_related("person", "signed_by")
        .prefetch_related("linked__exhibit")
    )
    people = {link.person_id for link in found if link.person_id}
    said = {
        consent.person_id: consent for consent in Consent.objects.live().filter(person__in=people)
    }
    rows = []
    for link in found:
        link.submission = submission
        rows.append(
            LinkTold(
                link,
                links.read_details(link),
                sorted(one.exhibit.number for one in link.linked.all()),
                said.get(link.person_id) if link.basis == Basis.ASKED else None,
            )
        )
    return rows


def names_by_exhibit(submission: Submission) -> dict[int, list[str]]:
    """For each exhibit's primary key who can be recognised in it, by code or number; 0 are the words."""
    found: dict[int, list[str]] = {}
    for link in submission.links.live().select_related("person").prefetch_related("linked"):
        places = [one.exhibit_id for one in link.linked.all()]
        for place in [*places, *([0] if link.in_words else [])]:
            found.setdefault(place, []).append(str(link))
    return found


def _from_entry(entry: Mapping[str, Any]) -> Link:
    person = Person(code=entry["code"]) if entry["code"] else None
    return Link(person=person, fewest=entry["fewest"], most=entry["most"], basis=entry["basis"])
