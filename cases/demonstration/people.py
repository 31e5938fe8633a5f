"""The people of the stories and what threatens them: codes and invented answers, as examples."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.demonstration.scene import Scene
from cases.demonstration.story import Verb
from submissions.actions import persons, risks
from submissions.risks import RiskDetails

_SAYS = "Example: invented for the demonstration."


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
                person = persons.add(
                    submission=submission, code=one.code, answers=one.answers, by=by
                )
                for (number, role), answers in one.parts.items():
                    persons.take_part(
                        person=person, incident=told[number], role=role, answers=answers, by=by
                    )

    return do
