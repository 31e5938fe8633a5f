"""Why a recipient may open what it was given, and what that is when it is words."""

from dataclasses import dataclass
from typing import ClassVar

from cases import policies, two_people
from cases.models import Advice, AdviceExhibit, Enclosure, Referral, ReferralItem
from custody.log import Actor, Target
from partners.models import User
from partners.policies import allowed
from submissions.models import Exhibit, Redaction
from submissions.policies import holds as holds_of_sender
from submissions.states import Scan


@dataclass(frozen=True)
class Package:
    """The words of a referral: summary, incidents, what is said of its exhibits, and the thread."""

    referral: Referral
    custody_label: ClassVar[str] = Referral.custody_label

    @property
    def reference(self) -> str:
        """The referral's."""
        return self.referral.reference

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.referral.submission.reference


@dataclass(frozen=True)
class Question:
    """A question to the Secretariat and its answer: all that an adviser reads in `blind` (R14)."""

    advice: Advice
    custody_label: ClassVar[str] = Advice.custody_label

    @property
    def reference(self) -> str:
        """The question's."""
        return self.advice.reference

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.advice.submission.reference


@dataclass(frozen=True)
class Shown:
    """What a CSO wrote, as it shows it with a question: summary and incidents of its version."""

    advice: Advice
    custody_label: ClassVar[str] = f"{Advice.custody_label}.words"

    @property
    def reference(self) -> str:
        """The question's."""
        return self.advice.reference

    @property
    def submission_reference(self) -> str:
        """For the vault."""
        return self.advice.submission.reference


def adviser(target: Target, by: Actor) -> str | None:
    """An adviser of the Secretariat reads what was asked of it, and opens what is shown with it.

    One rule for words and exhibits, and asked again whenever bytes go out: `policies.may_be_shown`.
    """
    if not isinstance(by, User) or not isinstance(target, Question | Shown | Exhibit | Redaction):
        return None
    if not allowed(policies.check_is_adviser, by):
        return None
    if isinstance(target, Question):
        may = allowed(policies.check_can_advise, by, target.advice)
        return f"advice {target.reference}" if may else None
    if isinstance(target, Shown):
        may = policies.may_be_shown(by, target.advice)
        return f"advice {target.reference}" if may else None
    items = AdviceExhibit.objects.filter(advice__in=Advice.objects.assisting())
    items = (
        items.filter(copy=target)
        if isinstance(target, Redaction)
        else items.filter(exhibit=target, copy__isnull=True)
    )
    item = items.select_related("advice__submission", "exhibit", "copy").first()
    if item is None or not policies.may_be_shown(by, item.advice, item):
        return None
    return f"advice {item.advice.reference}"


def recipient(target: Target, by: Actor) -> str | None:
    """One rule for exhibits and words: a live item, or the referral, granted to this person."""
    if not isinstance(by, User) or not isinstance(target, Exhibit | Redaction | Package):
        return None
    if isinstance(target, Package):
        may = target.referral.is_live and policies.holds(by, target.referral, "read_referral")
        return f"referral {target.reference}" if may else None
    given = ReferralItem.objects.live().filter(referral__in=Referral.objects.visible_to(by))
    given = (
        given.filter(copy=target)
        if isinstance(target, Redaction)
        else given.filter(exhibit=target, copy__isnull=True)
    )
    items = given.select_related("referral__version", "version", "exhibit", "copy")
    found = next((item for item in items if policies.may_open(by, item)), None)
    if found is None:
        return None
    return f"referral {found.referral.reference}{two_people.basis_of(found)}"


def either_side(target: Target, by: Actor) -> str | None:
    """A file of a request: who reads the referral in the unit that sent it, or sees the submission.

    What is quarantined opens for the unit's forensic examiners alone, as an exhibit does.
    """
    if not isinstance(by, User) or not isinstance(target, Enclosure):
        return None
    referral, harmful = target.request.referral, target.scan == Scan.INFECTED
    if policies.holds(by, referral, "examine_referral" if harmful else "read_referral"):
        return f"referral {referral.reference}"
    if not harmful and holds_of_sender(by, referral.submission, "view_submission"):
        return f"request {target.request.reference}"
    return None


def find_package(reference: str) -> Package | None:
    """The referral a permit names."""
    found = Referral.objects.select_related("submission").filter(reference=reference).first()
    return Package(found) if found else None


def find_question(reference: str) -> Question | None:
    """The question a permit names."""
    found = Advice.objects.select_related("submission").filter(reference=reference).first()
    return Question(found) if found else None


def find_shown(reference: str) -> Shown | None:
    """The question whose words a permit names."""
    found = Advice.objects.select_related("submission").filter(reference=reference).first()
    return Shown(found) if found else None


def find_enclosure(reference: str) -> Enclosure | None:
    """The file of a request that a permit names."""
    found = Enclosure.objects.select_related("request__referral__submission")
    return found.filter(reference=reference).first()
