"""Information records: which source says what of an incident, and which way it points (9, 16).

The log learns that there is one; neither the source nor what it says.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions.actions.incidents import locked_incident, read_account, record, tell
from submissions.events import Event
from submissions.fact_vocabularies import GRADED, AgainstIt, InformationSource, Reliability
from submissions.facts import InformationDetails
from submissions.models import Exhibit, Incident, Information, Person
from submissions.persons import check_codes

DETAILS_COLUMN = "submissions.information.details"


@dataclass(frozen=True)
class Source:
    """Somebody by code, or an exhibit; neither is the organisation itself."""

    person: Person | None = None
    exhibit: Exhibit | None = None

    @property
    def kind(self) -> InformationSource:
        """As it is kept."""
        if self.person is not None:
            return InformationSource.PERSON
        return InformationSource.EXHIBIT if self.exhibit else InformationSource.OWN


@transaction.atomic
def add(
    *, incident: Incident, source: Source, details: InformationDetails, by: User
) -> Information:
    """What a source says. What points against the incident takes "nothing known" back."""
    incident = locked_incident(incident, by)
    row = Information(incident=incident, added_by=by, added_at=timezone.now())
    _write(row, source, details)
    row.save()
    record(Event.INFORMATION_ADDED, incident, by, {})
    _ask_again(incident, by)
    return row


@transaction.atomic
def change(
    *, information: Information, source: Source, details: InformationDetails, by: User
) -> Information:
    """Say all of it again. Another source is not graded yet."""
    row = _locked(information, by)
    if row.exhibit != source.exhibit:
        row.reliability = ""
    _write(row, source, details)
    row.save(update_fields=["source", "person", "exhibit", "reliability", "details"])
    record(Event.INFORMATION_CHANGED, row.incident, by, {})
    _ask_again(row.incident, by)
    return row


@transaction.atomic
def grade(*, information: Information, reliability: str, by: User) -> Information:
    """How reliable a document or online source is, in the organisation's view; "" takes it back.

    Raises NotAllowed for any other source: nobody grades people (R12).
    """
    check_codes(([reliability], Reliability))
    row = _locked(information, by)
    if reliability and not row.may_be_graded:
        raise NotAllowed(
            _("Reliability is said of documents and online sources only, never of people.")
        )
    row.reliability = reliability
    row.save(update_fields=["reliability"])
    record(Event.INFORMATION_CHANGED, row.incident, by, {})
    return row


@transaction.atomic
def remove(*, information: Information, by: User) -> None:
    """It was no such thing: what was said of it is erased."""
    row = _locked(information, by)
    row.delete()
    record(Event.INFORMATION_REMOVED, row.incident, by, {})
    _ask_again(row.incident, by)


def read_details(information: Information) -> InformationDetails:
    """What it says. Callers open the draft's words first."""
    text = open_text(
        information.details,
        compartment=information.incident.submission.compartment,
        column=DETAILS_COLUMN,
        row=information.reference,
    )
    return InformationDetails.from_text(text)


def ungrade(exhibits: Iterable[Exhibit], evidence_type: str) -> None:
    """Called when it is said what they are: what is no document or online source keeps no grade."""
    if evidence_type not in GRADED:
        Information.objects.filter(exhibit__in=list(exhibits)).exclude(reliability="").update(
            reliability=""
        )


def _write(row: Information, source: Source, details: InformationDetails) -> None:
    details.check()
    _check_source(row.incident, source)
    row.source, row.person, row.exhibit = source.kind, source.person, source.exhibit
    row.details = seal_text(
        details.text(),
        compartment=row.incident.submission.compartment,
        column=DETAILS_COLUMN,
        row=row.reference,
    )


def _check_source(incident: Incident, source: Source) -> None:
    """It is there, and of this submission."""
    submission, person, exhibit = incident.submission, source.person, source.exhibit
    if person and exhibit:
        raise NotAllowed(_("Choose one source."))
    if person and not submission.persons.present().filter(pk=person.pk).exists():
        raise NotNow(_("This person has been taken out."))
    if exhibit and not submission.exhibits.present().filter(pk=exhibit.pk).exists():
        raise NotNow(_("This exhibit has been taken out."))


def _ask_again(incident: Incident, by: User) -> None:
    """What points against it is asked again where the answer no longer fits what sources say."""
    account = read_account(incident)
    said = account.get("against", "")
    rows = [*incident.information.all()]
    for row in rows:
        row.incident = incident
    known = any(read_details(row).is_against for row in rows)
    unsaid = said == AgainstIt.SOMETHING and not known and not account.get("weakens")
    if (known and said == AgainstIt.NOTHING) or unsaid:
        tell(incident=incident, answers={"against": ""}, by=by)


def _locked(information: Information, by: User) -> Information:
    incident = locked_incident(information.incident, by)
    rows = incident.information.select_related("exhibit").select_for_update(of=("self",))
    found: Information | None = rows.filter(pk=information.pk).first()
    if found is None:
        raise NotNow(_("This has been taken away already."))
    found.incident = incident
    return found
