"""Groups of an incident: people who are not recorded one by one (requirement 11).

The log learns that there is one; neither how many nor who.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody.texts import open_text, seal_text
from impna.errors import NotNow
from partners.models import User
from submissions.actions.incidents import locked_incident, record
from submissions.events import Event
from submissions.facts import Count, GroupDetails
from submissions.models import Group, Incident

DETAILS_COLUMN = "submissions.group.details"


@transaction.atomic
def add(*, incident: Incident, count: Count, role: str, details: GroupDetails, by: User) -> Group:
    """So many people, and what they were in it."""
    incident = locked_incident(incident, by)
    group = Group(incident=incident, added_by=by, added_at=timezone.now())
    _write(group, count, role, details)
    group.save()
    record(Event.GROUP_ADDED, incident, by, {})
    return group


@transaction.atomic
def change(*, group: Group, count: Count, role: str, details: GroupDetails, by: User) -> Group:
    """Say all of it again."""
    group = _locked(group, by)
    _write(group, count, role, details)
    group.save(update_fields=["unit", "fewest", "most", "role", "details"])
    record(Event.GROUP_CHANGED, group.incident, by, {})
    return group


@transaction.atomic
def remove(*, group: Group, by: User) -> None:
    """There was no such group: what was said of it is erased."""
    group = _locked(group, by)
    group.delete()
    record(Event.GROUP_REMOVED, group.incident, by, {})


def read_details(group: Group) -> GroupDetails:
    """What is said of it. Callers open the draft's words first."""
    text = open_text(
        group.details,
        compartment=group.incident.submission.compartment,
        column=DETAILS_COLUMN,
        row=group.reference,
    )
    return GroupDetails.from_text(text)


def _write(group: Group, count: Count, role: str, details: GroupDetails) -> None:
    count.check()
    details.check(role)
    group.unit, group.fewest, group.most = count.unit, count.fewest, count.most
    group.role = role
    group.details = seal_text(
        details.text(),
        compartment=group.incident.submission.compartment,
        column=DETAILS_COLUMN,
        row=group.reference,
    )


def _locked(group: Group, by: User) -> Group:
    incident = locked_incident(group.incident, by)
    found: Group | None = (
        incident.groups.select_for_update(of=("self",)).filter(pk=group.pk).first()
    )
    if found is None:
        raise NotNow(_("This group has been taken away already."))
    found.incident = incident
    return found
