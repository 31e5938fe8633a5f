"""Persons of a draft, by pseudonym, and their parts in incidents (requirements 9, 28 to 31).

The log learns the pseudonym and which step was answered; neither answers, nor roles, nor incidents.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions.actions import identities
from submissions.actions.drafts import locked_draft, narrowed
from submissions.events import Event
from submissions.models import Incident, Part, Person, Submission
from submissions.models.persons import CODE
from submissions.persons import STEPS, PartDetails, PersonDetails

DETAILS_COLUMN = "submissions.person.details"
PART_COLUMN = "submissions.part.details"

type Answers = Mapping[str, Any]


@transaction.atomic
def add(*, submission: Submission, code: str, answers: Answers, by: User) -> Person:
    """Somebody new under a code that nobody of this submission has or had."""
    submission = locked_draft(submission, by)
    if not re.fullmatch(CODE, code):
        raise NotAllowed(
            _("A code is one to three capital letters, a hyphen and up to four digits.")
        )
    if submission.persons.filter(code=code).exists():
        raise NotNow(_("%(code)s is used already; choose another code.") % {"code": code})
    person = Person(submission=submission, code=code, added_by=by, added_at=timezone.now())
    _write(person, replace(PersonDetails(), **answers), PersonDetails())
    person.save()
    _record(Event.PERSON_ADDED, person, by)
    return person


@transaction.atomic
def change(*, person: Person, answers: Answers, by: User) -> Person:
    """Change what is said: only the named fields of PersonDetails, the others stay.

    Whether somebody is protected follows from the answers. Raises NotAllowed for an account that the
    organisation may not take, or that it gives no reason for (`PersonDetails.check_account`).
    """
    person = _locked(person, by)
    before = read_details(person)
    after = replace(before, **answers)
    parts = [
        step
        for step, names in STEPS.items()
        if any(getattr(before, name) != getattr(after, name) for name in names)
    ]
    if parts:
        _write(person, after, before)
        person.save(update_fields=["details", "protected"])
        _record(Event.PERSON_CHANGED, person, by, parts=list[log.Datum](parts))
    return person


@transaction.atomic
def remove(*, person: Person, by: User, reason: str) -> Person:
    """Take somebody out of a draft: what was said goes, and who they are; the code is not used again."""
    person = _locked(person, by)
    person.parts.all().delete()
    person.information.all().delete()
    identities.forget(person=person, by=by, reason=reason)
    person.removed_at, person.details, person.protected = timezone.now(), None, False
    person.save(update_fields=["removed_at", "details", "protected"])
    _record(Event.PERSON_REMOVED, person, by, reason=reason)
    narrowed(person.submission, by)
    return person


@transaction.atomic
def take_part(*, person: Person, incident: Incident, role: str, answers: Answers, by: User) -> Part:
    """What somebody was in an incident; said again, only the named answers change."""
    person = _locked(person, by)
    found = person.submission.incidents.present().filter(pk=incident.pk).first()
    if found is None:
        raise NotNow(_("This incident has been taken out."))
    there = person.parts.filter(incident=found, role=role).first()
    part = there or Part(role=role, added_by=by, added_at=timezone.now())
    part.person, part.incident = person, found
    details = replace(read_part(part), **answers)
    details.check(role)
    part.details = _seal(person, details.text(), PART_COLUMN, part.row)
    if there:
        part.save(update_fields=["details"])
        _record(Event.PERSON_CHANGED, person, by, parts=["part"])
    else:
        part.save()
        _record(Event.PERSON_TOOK_PART, person, by)
    return part


@transaction.atomic
def leave(*, part: Part, by: User) -> None:
    """Somebody had no such part: what was said of it is erased."""
    person = _locked(part.person, by)
    deleted, _by_table = person.parts.filter(pk=part.pk).delete()
    if not deleted:
        raise NotNow(_("This part has been taken away already."))
    _record(Event.PERSON_LEFT, person, by)


def read_details(person: Person) -> PersonDetails:
    """What is said of somebody. Callers open the draft's words first."""
    text = _open(person, person.details, DETAILS_COLUMN, person.reference)
    return PersonDetails.from_text(text) if text else PersonDetails()


def read_part(part: Part) -> PartDetails:
    """What is said of one part. Callers open the draft's words first."""
    text = _open(part.person, part.details, PART_COLUMN, part.row)
    return PartDetails.from_text(text) if text else PartDetails()


def _write(person: Person, details: PersonDetails, before: PersonDetails) -> None:
    details.check()
    details.check_account(before, person.submission.partner.competences)
    person.protected = details.is_protected
    person.details = _seal(person, details.text(), DETAILS_COLUMN, person.reference)


def _seal(person: Person, text: str, column: str, row: str) -> bytes | None:
    if not text:
        return None
    return seal_text(text, compartment=person.submission.compartment, column=column, row=row)


def _open(person: Person, sealed: bytes | memoryview | None, column: str, row: str) -> str:
    if sealed is None:
        return ""
    return open_text(sealed, compartment=person.submission.compartment, column=column, row=row)


def _locked(person: Person, by: User) -> Person:
    submission = locked_draft(person.submission, by)
    found = Person.objects.present().select_for_update(of=("self",)).filter(pk=person.pk).first()
    if found is None:
        raise NotNow(_("This person has been taken out."))
    found.submission = submission
    return found


def _record(event: Event, person: Person, by: User, *, reason: str = "", **data: log.Datum) -> None:
    log.record(
        event,
        on=person,
        by=by,
        submission=person.submission.reference,
        data={"person": person.code, **data},
        reason=reason,
    )
