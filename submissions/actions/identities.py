"""The identity vault: who somebody is, entered blind, opened by few, erased with its key (DESIGN 6).

The log learns whose identity it was, by pseudonym. What is kept is no part of a draft or a version:
it may be entered, replaced and erased at any time, and no manifest and no recipient has it.
"""

import io

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log, vault
from custody.keys import tokenizer
from custody.models import Opening
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions import policies
from submissions.actions.drafts import locked
from submissions.events import Event
from submissions.identities import IdentityDetails
from submissions.models import Identity, NameToken, Person, Submission
from submissions.naming.words import forms_to_keep
from submissions.states import Status


@transaction.atomic
def keep(*, person: Person, details: IdentityDetails, by: User) -> Identity:
    """Say who somebody is. What was kept before is destroyed, and shown to nobody for this."""
    person = _locked(person)
    submission = person.submission
    policies.check_can_keep_identities(by, submission)
    if not any(name.strip() for name in details.names):
        raise NotAllowed(_("Write at least one name."))
    replaced = _end(person, by, "Replaced by what was entered now.")
    key = vault.new_key(submission.compartment)
    stored = vault.store(io.BytesIO(details.to_bytes()), key=key)
    identity = Identity.objects.create(
        person=person,
        key=key,
        file=vault.keep(stored, key=key, by=by, submission=submission.reference),
        kept_by=by,
        kept_at=timezone.now(),
    )
    _keep_tokens(identity, details, submission)
    _record(Event.IDENTITY_KEPT, person, by, replaced=replaced)
    return identity


@transaction.atomic
def open_one(*, identity: Identity, reason: str, by: User) -> Opening:
    """A permit of fifteen minutes to read it; the organisation sees who opened it, and why."""
    policies.check_can_open_identities(by, identity.person.submission)
    opening = vault.open(identity, by=by, reason=reason, files={"identity": identity.file})
    _record(Event.IDENTITY_OPENED, identity.person, by, reason=reason, opening=opening.reference)
    return opening


@transaction.atomic
def erase(*, person: Person, reason: str, by: User) -> Person:
    """Destroy it for good. The person stays, by pseudonym."""
    person = _locked(person)
    policies.check_can_lead(by, person.submission)
    if not _end(person, by, reason):
        raise NotNow(_("No identity is kept of this person."))
    _record(Event.IDENTITY_ERASED, person, by, reason=reason)
    return person


@transaction.atomic
def forget(*, person: Person, reason: str, by: User) -> None:
    """Whoever is taken out of a draft leaves no identity. Callers have asked whether they may."""
    if _end(person, by, reason):
        _record(Event.IDENTITY_ERASED, person, by, reason=reason)


def read(*, opening: Opening, identity: Identity, by: User) -> IdentityDetails:
    """What is kept, under a permit that holds. What is read is counted in it."""
    with vault.Reading(opening, identity.file, identity, by) as reading:
        return IdentityDetails.from_bytes(b"".join(reading.read()))


def kept_of(person: Person) -> Identity | None:
    """What is kept of somebody now."""
    found: Identity | None = (
        person.identities.filter(ended_at__isnull=True)
        .select_related("key__compartment", "file__key__compartment", "kept_by")
        .first()
    )
    if found is not None:
        found.person = person
    return found


def _end(person: Person, by: User, reason: str) -> bool:
    """The key first, then what only it could say; the row stays as a tombstone (R10)."""
    identity = kept_of(person)
    if identity is None:
        return False
    vault.destroy(identity.key, by=by, reason=reason, submission=person.submission.reference)
    identity.tokens.all().delete()
    identity.ended_at, identity.ended_by = timezone.now(), by
    identity.save(update_fields=["ended_at", "ended_by"])
    return True


def _keep_tokens(identity: Identity, details: IdentityDetails, submission: Submission) -> None:
    token = tokenizer(submission.compartment).token
    forms = forms_to_keep(details.names, details.numbers)
    # Sorted: the order in which rows were made says nothing of the words.
    tokens = sorted({token(form) for form in forms})
    NameToken.objects.bulk_create(NameToken(identity=identity, token=one) for one in tokens)


def _locked(person: Person) -> Person:
    submission = locked(person.submission)
    found: Person | None = (
        Person.objects.present().select_for_update(of=("self",)).filter(pk=person.pk).first()
    )
    if found is None:
        raise NotNow(_("This person has been taken out."))
    if submission.status == Status.ERASED:
        raise NotNow(_("This has been erased."))
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
