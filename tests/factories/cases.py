"""Referrals in any state, by walking the real actions."""

import io
from collections.abc import Iterable

from django.db import transaction

from cases.actions import (
    access,
    advising,
    assignments,
    enclosures,
    receiving,
    referrals,
    requests,
    two_people,
)
from cases.models import Advice, Enclosure, InformationRequest, Referral, SecondReader
from cases.vocabularies import Mode
from custody import vault
from impna.db import acting_as
from partners.models import Unit, User
from submissions.models import Exhibit, Submission, Version
from tests.factories.partners import acting
from tests.factories.standing import ADVISER, ANALYST, CONTACT, HEAD, OFFICER
from tests.factories.submissions import approver, complete_draft, unit_of_an_authority


def person(email: str) -> User:
    """One of the standing people, as they are now."""
    return User.objects.get(email=email)


def head() -> User:
    """Head of the standing unit."""
    return person(HEAD)


def contact() -> User:
    """Contact point of the standing unit."""
    return person(CONTACT)


def officer() -> User:
    """Case officer of the standing unit, to whom nothing is assigned yet."""
    return person(OFFICER)


def analyst() -> User:
    """Analyst of the standing unit."""
    return person(ANALYST)


def adviser() -> User:
    """Adviser of the Secretariat."""
    return person(ADVISER)


def referred(
    submission: Submission | None = None,
    *,
    unit: Unit | None = None,
    mode: str = Mode.FULL,
    conditions: Iterable[str] = (),
) -> Referral:
    """A complete draft, handed over to one unit."""
    submission = submission or complete_draft()
    unit = unit or unit_of_an_authority()
    by = approver(submission)
    recipient = referrals.Recipient(unit=unit, mode=mode, conditions=list(conditions))
    with acting(by):
        referrals.hand_over(submission=submission, recipients=[recipient], by=by)
    return fresh(Referral.objects.get(submission=submission, unit=unit))


def received(**kwargs) -> Referral:
    """Acknowledged by the contact point."""
    referral = referred(**kwargs)
    by = contact()
    with acting(by):
        receiving.acknowledge(referral=referral, by=by)
    return fresh(referral)


def asked(version: Version, question: str = "Who takes cases like this?") -> Advice:
    """A question to the Secretariat about a version, asked by whoever handed it over."""
    by = version.handed_over_by
    with acting(by):
        return advising.ask(version=version, question=question, by=by)


def advised(advice: Advice, *units: Unit, forum: str = "") -> Advice:
    """Answered. An adviser reads what is shown to it as the application does (DESIGN 4)."""
    by = adviser()
    with transaction.atomic(), acting_as(by):
        return advising.give(advice=advice, text="Because.", units=units, forum=forum, by=by)


def assigned(referral: Referral, user: User | None = None, *, identifying: bool = True) -> User:
    """The officer, to whom it is assigned now, identifying originals included."""
    user, by = user or officer(), head()
    with acting(by):
        assignments.assign(referral=referral, user=user, identifying=identifying, by=by)
    return User.objects.get(pk=user.pk)


def disposed(referral: Referral) -> Referral:
    """Recalled or over, and closed by the head of unit: destroyed there."""
    by = head()
    with acting(by):
        access.say_what_became(referral=referral, disposal="destroyed", text="", by=by)
    return fresh(referral)


def question(referral: Referral, text: str = "Do you know this place?") -> InformationRequest:
    """An information request of the head of unit."""
    by = head()
    with acting(by):
        return requests.ask(referral=referral, kind="clarify", text=text, by=by)


def enclosed(
    request: InformationRequest,
    content: bytes = b"Example letter.",
    *,
    name: str = "example letter.pdf",
    by: User | None = None,
) -> Enclosure:
    """A file with a request, as the plain form brings it."""
    by = by or head()
    key = vault.draft_key(request.referral.compartment)
    stored = vault.store(io.BytesIO(content), key=key)
    with acting(by):
        return enclosures.enclose(request=request, key=key, stored=stored, name=name, by=by)


def asked_to_agree(
    referral: Referral, exhibit: Exhibit, *, by: User, colleague: User
) -> SecondReader:
    """One person of the unit asks another to agree to an opening."""
    item = referral.items.live().get(exhibit=exhibit)
    with acting(by):
        return two_people.ask(item=item, colleague=colleague, reason="Example reason.", by=by)


def agreed(asked: SecondReader, *, agreed: bool = True, by: User | None = None) -> SecondReader:
    """The colleague answers."""
    by = by or asked.colleague
    with acting(by):
        return two_people.answer(asked=asked, agreed=agreed, by=by)


def fresh(referral: Referral) -> Referral:
    """As the database has it now."""
    return Referral.objects.select_related(
        "unit__partner", "submission__partner", "submission__compartment", "version", "compartment"
    ).get(pk=referral.pk)
