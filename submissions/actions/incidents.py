"""Incidents of a draft: facts first, then what the law may call them (requirement 14)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions.actions import cover_sheets
from submissions.actions.drafts import locked_draft
from submissions.conduct import BY_CODE as CONDUCTS
from submissions.events import Event
from submissions.models import Incident, Submission
from submissions.offences import BY_CODE as OFFENCES

ACCOUNT_COLUMN = "submissions.incident.account"
# The sealed fields, in the order in which they are asked (requirement 12).
# `setting` is a code of `conduct.Setting`: where people were when their body or dignity was harmed.
# `against` is a code of `AgainstIt`; what was told before it was asked has words in `weakens` alone.
# `basis` are codes of `BasisOfKnowledge`, `grounds` of `PersecutionGround`, with spaces between them.
ACCOUNT = (
    "heading",
    "what",
    "how",
    "result",
    "place",
    "position",
    "setting",
    "grounds",
    "grounds_why",
    "basis",
    "known_by",
    "against",
    "weakens",
)

type Account = dict[str, str]


@dataclass(frozen=True)
class When:
    """When it happened, as exactly as it is known."""

    precision: str
    begin: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Where:
    """Where it happened, coarsely; the exact place belongs to the sealed account."""

    precision: str
    country: str = ""
    area: str = ""


@dataclass(frozen=True)
class Qualification:
    """Conduct, the context answers, and the offences chosen; `not_sure` leaves the law open."""

    conducts: list[str] = field(default_factory=list)
    conflict: str = ""
    attack: str = ""
    group: str = ""
    offences: list[str] = field(default_factory=list)
    not_sure: bool = False


@transaction.atomic
def add(*, submission: Submission, by: User) -> Incident:
    """A new, empty incident with the next number."""
    submission = locked_draft(submission, by)
    incident = Incident.objects.create(
        submission=submission,
        number=submission.next_incident,
        added_by=by,
        added_at=timezone.now(),
    )
    submission.next_incident += 1
    submission.save(update_fields=["next_incident"])
    record(Event.INCIDENT_ADDED, incident, by, {})
    return incident


@transaction.atomic
def tell(*, incident: Incident, answers: Mapping[str, str], by: User) -> Incident:
    """Change what is told of it: only the named fields of ACCOUNT, the others stay."""
    unknown = set(answers) - set(ACCOUNT)
    if unknown:
        raise ValueError(f"{sorted(unknown)} are no fields of an account.")
    incident = locked_incident(incident, by)
    account = read_account(incident) | {name: text.strip() for name, text in answers.items()}
    incident.account = seal_text(
        json.dumps({name: text for name, text in account.items() if text}),
        compartment=incident.submission.compartment,
        column=ACCOUNT_COLUMN,
        row=incident.reference,
    )
    incident.save(update_fields=["account"])
    record(Event.INCIDENT_CHANGED, incident, by, {"parts": list[log.Datum](sorted(answers))})
    return incident


@transaction.atomic
def place(*, incident: Incident, when: When, where: Where, by: User) -> Incident:
    """When and where, with the precision that is known."""
    incident = locked_incident(incident, by)
    incident.date_precision, incident.place_precision = when.precision, where.precision
    incident.happened_from, incident.happened_to = when.begin, when.end
    incident.country, incident.area = where.country, where.area
    incident.save(
        update_fields=[
            "date_precision",
            "place_precision",
            "happened_from",
            "happened_to",
            "country",
            "area",
        ]
    )
    record(Event.INCIDENT_CHANGED, incident, by, {"parts": ["when", "where"]})
    cover_sheets.refresh(submission=incident.submission, by=by)
    return incident


@transaction.atomic
def qualify(*, incident: Incident, answers: Qualification, by: User) -> Incident:
    """What was done, in what context, and which offences the documenter sees; never automatic."""
    if set(answers.conducts) - set(CONDUCTS) - {"unknown"} or set(answers.offences) - set(OFFENCES):
        raise NotAllowed(_("Choose from the list."))
    incident = locked_incident(incident, by)
    incident.conducts, incident.offences = list(answers.conducts), list(answers.offences)
    incident.conflict, incident.attack = answers.conflict, answers.attack
    incident.group, incident.not_sure = answers.group, answers.not_sure
    incident.save(update_fields=["conducts", "offences", "conflict", "attack", "group", "not_sure"])
    data: dict[str, log.Datum] = {"parts": ["conduct"], "offences": list(answers.offences)}
    record(Event.INCIDENT_CHANGED, incident, by, data)
    cover_sheets.refresh(submission=incident.submission, by=by)
    return incident


@transaction.atomic
def remove(*, incident: Incident, by: User, reason: str) -> Incident:
    """Take an incident out of a draft; its number is not used again.

    What was told of it goes, and so does what anybody was in it and what sources say of it.
    """
    incident = locked_incident(incident, by)
    for rows in (incident.parts, incident.groups, incident.information):
        rows.all().delete()
    incident.removed_at, incident.account = timezone.now(), None
    incident.save(update_fields=["removed_at", "account"])
    record(Event.INCIDENT_REMOVED, incident, by, {}, reason=reason)
    cover_sheets.refresh(submission=incident.submission, by=by)
    return incident


def read_account(incident: Incident) -> Account:
    """What was told, by field; empty fields are absent. Callers open the draft's texts first."""
    if incident.account is None:
        return {}
    text = open_text(
        incident.account,
        compartment=incident.submission.compartment,
        column=ACCOUNT_COLUMN,
        row=incident.reference,
    )
    account: Account = json.loads(text)
    return account


def locked_incident(incident: Incident, by: User) -> Incident:
    """Present, with its draft locked; every change of it or of its rows begins here."""
    submission = locked_draft(incident.submission, by)
    found = (
        Incident.objects.present().select_for_update(of=("self",)).filter(pk=incident.pk).first()
    )
    if found is None:
        raise NotNow(_("This incident has been taken out."))
    found.submission = submission
    return found


def record(
    event: Event, incident: Incident, by: User, data: dict[str, log.Datum], *, reason: str = ""
) -> None:
    """An event of this incident, by its number."""
    log.record(
        event,
        on=incident,
        by=by,
        submission=incident.submission.reference,
        data={"incident": incident.number, **data},
        reason=reason,
    )
