"""The people of the stories and what threatens them: codes and invented answers, as examples."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.demonstration.scene import Scene
from cases.demonstration.story import Verb
from partners import roles
from partners.models import Partner, User
from submissions.actions import consents, identities, links, persons, risks
from submissions.consent_vocabularies import (
    Answer,
    Basis,
    Capacity,
    Mode,
    NotRequired,
    Scope,
    Told,
)
from submissions.consents import ConsentDetails, Word, scopes
from submissions.identities import IdentityDetails
from submissions.links import LinkDetails
from submissions.models import Exhibit, Person, Submission
from submissions.risks import RiskDetails

_SAYS = "Example: invented for the demonstration."
# Of somebody whose account the organisation takes, as it declared that it is trained to.
HEARD_BY_US = {
    "own_account": "taken",
    "account_adds": "Example: nobody else was on that side of the river; no picture shows it.",
}


@dataclass(frozen=True)
class Someone:
    """Under a code; `parts` by number of the incident and role, with what is said of each."""

    code: str
    answers: dict[str, Any]
    parts: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)


def witness(code: str, *incidents: int, **more: object) -> Someone:
    """Saw something, and was heard by nobody yet."""
    answers = {"heard": "no", "categories": ["witness"], "sex": "unknown", "age_now": "unknown"}
    said = {"connection": "third_party", "basis": ["direct"], "note": _SAYS}
    return Someone(code, answers | more, {(number, "witness"): said for number in incidents})


def victim(code: str, *incidents: int, **more: object) -> Someone:
    """Harmed, heard once elsewhere, and helped."""
    answers = {
        "heard": "yes",
        "heard_words": "Example: by another organisation in spring, recorded in writing.",
        "categories": ["victim", "witness"],
        "vulnerabilities": ["displaced"],
        "sex": "female",
        "age_then": "31",
        "support": {"medical": "accepted", "psychosocial": "offered"},
        "wanted_interviewer": "Example: a woman",
        "interviewer": "Example: a woman",
        "note": _SAYS,
    }
    said = {"statuses": ["injured_healed"], "note": _SAYS}
    return Someone(code, answers | more, {(number, "victim"): said for number in incidents})


def child(code: str, *incidents: int) -> Someone:
    """Identified and referred; no account was taken."""
    return victim(
        code,
        *incidents,
        vulnerabilities=["child"],
        sex="unknown",
        age_then="12",
        best_interest="Example: lives with an aunt, who was asked. No account was taken.",
        support={"protection": "accepted", "psychosocial": "accepted"},
        wanted_interviewer="",
        interviewer="",
    )


def alleged(code: str, *incidents: int) -> Someone:
    """A unit that is said to have been there."""
    said = {
        "unit": "unit",
        "kind": "unknown",
        "chain": "Example: nobody could tell who gave orders.",
        "degree": "suspected",
        "note": _SAYS,
    }
    answers = {"heard": "no", "categories": ["suspect"], "note": _SAYS}
    return Someone(code, answers, {(number, "perpetrator"): said for number in incidents})


def unasked(code: str) -> Someone:
    """Only a code yet."""
    return Someone(code, {})


def at_risk(*to: str, codes: Sequence[str] = (), within: int = 30, impact: str = "high") -> Verb:
    """A risk that its documenter wrote down, to be looked at again in so many days from today."""

    def do(scene: Scene) -> None:
        details = RiskDetails(
            to=list(to),
            people=list(codes),
            threats=["alleged", "retelling"],
            what=f"{_SAYS} Somebody might learn who spoke.",
            likelihood="medium",
            impact=impact,
            done="Example: meetings elsewhere, and codes instead of names.",
        )
        day = timezone.localdate() + timedelta(days=within)
        with scene.documenter() as by:
            risks.assess(submission=scene.submission, details=details, review_on=day, by=by)

    return do


def named(*found: Someone) -> Verb:
    """Added to the draft by its documenter, one after another."""

    def do(scene: Scene) -> None:
        with scene.documenter() as by:
            submission = scene.submission
            told = {one.number: one for one in submission.incidents.present()}
            for one in found:
                person = _someone(submission, one.code, by)
                persons.change(person=person, answers=one.answers, by=by)
                for (number, role), answers in one.parts.items():
                    persons.take_part(
                        person=person, incident=told[number], role=role, answers=answers, by=by
                    )

    return do


def identified(code: str, *names: str) -> Verb:
    """Who somebody is, put into the vault under an invented name; no other text has its words."""

    def do(scene: Scene) -> None:
        details = IdentityDetails(names=list(names), contacts=_SAYS, safe=_SAYS)
        with scene.documenter() as by:
            person = scene.submission.persons.present().get(code=code)
            identities.keep(person=person, details=details, by=by)

    return do


def recognised(exhibit: Exhibit, code: str, by: User) -> None:
    """Somebody by code who was asked, and what they said; whoever is suspected was not asked."""
    person = _someone(exhibit.submission, code, by)
    asked = not code.startswith("S-")
    if asked and not person.consents.exists():
        consents.record(person=person, word=_word(), details=_EXPLAINED, by=by)
    links.add(
        submission=exhibit.submission,
        person=person,
        basis=Basis.ASKED if asked else Basis.NOT_REQUIRED,
        details=LinkDetails() if asked else LinkDetails(why=NotRequired.ALLEGED),
        in_words=False,
        numbers=[exhibit.number],
        by=by,
    )


def _someone(submission: Submission, code: str, by: User) -> Person:
    found: Person | None = submission.persons.present().filter(code=code).first()
    return found or persons.add(submission=submission, code=code, answers={}, by=by)


def _word() -> Word:
    """Yes to everybody who receives, with name, in court; no to all else."""
    bodies = list(
        Partner.objects.filter(kind__in=(roles.AUTHORITY, roles.MECHANISM)).order_by("pk")
    )
    said = scopes(
        keep=Answer.GRANTED,
        secretariat=[Scope.C02, Scope.C03],
        any_eu=True,
        states=[],
        bodies=bodies,
        name="open",
        image=Answer.GRANTED,
        medical=Answer.GRANTED,
        court="evidence",
        defence=True,
        contact="direct",
        others=[Scope.C23],
        asked_others=True,
    )
    return Word(
        asked_on=timezone.localdate(),
        mode=Mode.WRITTEN,
        capacity=Capacity.ADULT,
        said=said,
        to_bodies=[body.reference for body in bodies],
        never_death_penalty=False,
    )


_EXPLAINED = ConsentDetails(
    language="Example: the person’s own",
    explained_by="Example: D-01",
    told=list(Told.values),
    safe_route="Example: through the clinic on market days.",
    fallback="Example: a sister organisation.",
    note=_SAYS,
)
