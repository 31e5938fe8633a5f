"""Why someone of the providing partner may open what it provided."""

from dataclasses import dataclass
from typing import ClassVar

from custody.log import Actor, Target
from partners.models import User
from submissions import policies
from submissions.models import Exhibit, Submission


@dataclass(frozen=True)
class Words:
    """The sealed texts of a submission's exhibits (names, descriptions) as one thing to open."""

    submission: Submission
    custody_label: ClassVar[str] = Submission.custody_label

    @property
    def reference(self) -> str:
        """The submission's."""
        return self.submission.reference

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.submission.reference


def own_partner(target: Target, by: Actor) -> str | None:
    """A member who may see the submission opens its exhibits and words; nobody what is quarantined."""
    if not isinstance(target, Exhibit | Words) or not isinstance(by, User):
        return None
    if not policies.holds(by, target.submission, "view_submission"):
        return None
    if isinstance(target, Exhibit) and target.scan == "infected":
        return None
    return "own partner"


def find_exhibit(reference: str) -> Exhibit | None:
    """The exhibit a permit names."""
    return (
        Exhibit.objects.present().select_related("submission").filter(reference=reference).first()
    )


def find_words(reference: str) -> Words | None:
    """The submission a permit names."""
    submission = Submission.objects.filter(reference=reference).first()
    return Words(submission) if submission else None
