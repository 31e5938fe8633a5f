"""Who and what a step needs, looked up afresh: nothing is carried from one step to the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cases.demonstration.story import Story
from cases.models import Condition, InformationRequest, Referral
from impna.db import acting_as
from partners.models import Unit, User
from submissions.models import Exhibit, Submission, Version

# The recipients, by the domain of their addresses.
STATE_1, STATE_2, STATE_3 = "state-1.example", "state-2.example", "state-3.example"
MECHANISM = "mechanism.example"
ADVISER = "adviser@secretariat.example"
# The organisations; the one person of C is documenter and approver.
CSO_A, CSO_B, CSO_C = "cso-a.example", "cso-b.example", "cso-c.example"
_ALONE = "alone"
_LEADS = {CSO_A: "protection", CSO_B: "approver"}


@dataclass(frozen=True)
class Scene:
    """One story at one moment, inside that step's transaction."""

    story: Story

    @property
    def submission(self) -> Submission:
        """The story's own, as it is now."""
        return Submission.objects.select_related("partner", "compartment").get(
            title=self.story.title
        )

    @property
    def version(self) -> Version:
        """The newest that was handed over."""
        return self.submission.versions.select_related("submission").latest("number")

    def exhibit(self, number: int) -> Exhibit:
        """By its number."""
        return self.submission.exhibits.select_related("submission", "file__key").get(number=number)

    def referral(self, unit: str) -> Referral:
        """The one to that recipient."""
        return Referral.objects.select_related(
            "unit__partner", "submission__partner", "submission__compartment", "version",
            "compartment",
        ).get(submission=self.submission, unit=unit_of(unit))  # fmt: skip

    def condition(self, unit: str, number: int) -> Condition:
        """What that recipient was asked, by its number."""
        return self.referral(unit).conditions.select_related("referral").get(number=number)

    def request(self, unit: str, number: int) -> InformationRequest:
        """What that recipient asks, by its number."""
        return (
            self.referral(unit).requests.select_related("referral__submission").get(number=number)
        )

    @contextmanager
    def documenter(self) -> Iterator[User]:
        """Whoever writes for the story's organisation."""
        with acting(f"{self._seat('documenter')}@{self.story.of}") as user:
            yield user

    @contextmanager
    def approver(self) -> Iterator[User]:
        """Whoever answers for the story's organisation."""
        with acting(f"{self._seat('approver')}@{self.story.of}") as user:
            yield user

    @contextmanager
    def lead(self) -> Iterator[User]:
        """Whoever decides for the story's organisation what is kept and erased."""
        with acting(f"{_LEADS[self.story.of]}@{self.story.of}") as user:
            yield user

    def _seat(self, seat: str) -> str:
        return _ALONE if self.story.of == CSO_C else seat


def person(email: str) -> User:
    """One of the demonstration's people, with the roles they hold at this moment."""
    return User.objects.select_related("partner").get(email=email)


def unit_of(domain: str) -> Unit:
    """The one unit of a recipient."""
    return Unit.objects.select_related("partner").get(partner__contact_email=f"manager@{domain}")


@contextmanager
def acting(email: str) -> Iterator[User]:
    """As that person, for the database too."""
    user = person(email)
    with acting_as(user):
        yield user
