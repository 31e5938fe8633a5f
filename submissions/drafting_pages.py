"""The forms whose typing is kept before it is saved: a key for each, and where it stands."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from impna.errors import NotNow
from partners.models import User
from submissions import policies
from submissions.models import (
    Exhibit,
    Group,
    Incident,
    Information,
    Link,
    Person,
    Risk,
    Submission,
)
from submissions.person_vocabularies import PersonRole
from submissions.states import Status
from submissions.vocabularies import DatePrecision

COVER_SHEET = "cover-sheet"
NEW_INCIDENT = "incident"
NEW_EXHIBIT = "exhibit"
NEW_PERSON = "person"
NEW_RISK = "risk"
NEW_LINK = "link"
HAND_OVER, GIVE = "hand-over", "give"
# What an approver chooses and asks for; these pages belong to a higher app.
APPROVERS = frozenset({HAND_OVER, GIVE})
_PAGES = {
    COVER_SHEET: "submissions:cover-sheet",
    NEW_INCIDENT: "submissions:incident-add",
    NEW_EXHIBIT: "submissions:add-without-file",
    NEW_PERSON: "submissions:person-add",
    NEW_RISK: "submissions:risk-add",
    NEW_LINK: "submissions:link-add",
    HAND_OVER: "cases:hand-over",
    GIVE: "cases:refer",
}
_ROUTES = {
    "incident-what": "incident-what",
    "incident-when": "incident-when",
    "incident-where": "incident-where",
    "incident-conduct": "incident-conduct",
    "incident-more": "incident-conduct-more",
    "incident-context": "incident-context",
    "incident-law": "incident-law",
    "incident-against": "incident-against",
    "incident-group": "group-add",
    "incident-information": "information-add",
    "person-heard": "person-heard",
    "person-who": "person-who",
    "person-care": "person-care",
    "person-account": "person-account",
    "person-parts": "person-parts",
    "person-support": "person-support",
    "risk-answers": "risk-look",
    "link-answers": "link-change",
    "person-consent": "consent-record",
    "exhibit-answers": "exhibit-detail",
    "exhibit-collected": "exhibit-collected",
    "exhibit-steps": "exhibit-steps",
}
# The dates of one precision are another form than those of the next.
_DATES = {f"dates{precision}": precision for precision in DatePrecision.values}
_KINDS: dict[type[Exhibit | Incident | Person | Risk | Link], str] = {
    Incident: "incident",
    Exhibit: "exhibit",
    Person: "person",
    Risk: "risk",
    Link: "link",
}
_KEY = re.compile(r"(incident|exhibit|person|risk|link)-([0-9A-Z]{13})-([a-z]+)")
_FACT = re.compile(r"fact-([0-9A-Z]{13})-(group|information)-([0-9A-Z]{13})")
_PART = re.compile(r"part-([0-9A-Z]{13})-([0-9A-Z]{13})-([a-z_]+)")


def key_of(about: Exhibit | Incident | Person | Risk | Link, step: str) -> str:
    """Of a form about one of them."""
    return f"{_KINDS[type(about)]}-{about.reference}-{step}"


def key_of_part(person: Person, incident: Incident, role: str) -> str:
    """Of the form about what somebody was in an incident."""
    return f"part-{person.reference}-{incident.reference}-{role}"


def key_of_fact(fact: Group | Information) -> str:
    """Of the form that says a group or a piece of information again."""
    kind = "group" if isinstance(fact, Group) else "information"
    return f"fact-{fact.incident.reference}-{kind}-{fact.reference}"


def address_of(submission: Submission, key: str) -> str:
    """Where the form stands; empty for a key that names none, or nothing that is still there."""
    if key in _PAGES:
        return reverse(_PAGES[key], args=[submission.reference])
    if part := _PART.fullmatch(key):
        return _address_of_part(submission, *part.groups())
    if fact := _FACT.fullmatch(key):
        return _address_of_fact(submission, *fact.groups())
    match = _KEY.fullmatch(key)
    name = f"{match[1]}-{match[3]}" if match else ""
    if match is None or not (
        name in _ROUTES or (name.startswith("incident-") and match[3] in _DATES)
    ):
        return ""
    present = {
        "incident": submission.incidents.present,
        "exhibit": submission.exhibits.present,
        "person": submission.persons.present,
        "risk": submission.risks.live,
        "link": submission.links.live,
    }[match[1]]
    if not present().filter(reference=match[2]).exists():
        return ""
    here = [submission.reference, match[2]]
    if match[3] in _DATES:
        return reverse("submissions:incident-dates", args=[*here, _DATES[match[3]]])
    return reverse(f"submissions:{_ROUTES[name]}", args=here)


def _address_of_part(submission: Submission, person: str, incident: str, role: str) -> str:
    is_there = (
        role in PersonRole.values
        and submission.persons.present().filter(reference=person).exists()
        and submission.incidents.present().filter(reference=incident).exists()
    )
    names = [submission.reference, person, incident, role]
    return reverse("submissions:person-part", args=names) if is_there else ""


def _address_of_fact(submission: Submission, incident: str, kind: str, fact: str) -> str:
    there = submission.incidents.present().filter(reference=incident)
    rows = {"group": "groups", "information": "information"}[kind]
    is_there = there.filter(**{f"{rows}__reference": fact})
    names = [submission.reference, incident, fact]
    return reverse(f"submissions:{kind}-change", args=names) if is_there.exists() else ""


def check_may_type(submission: Submission, page: str, by: User) -> None:
    """Whoever may send the form may leave it unfinished."""
    if page in APPROVERS:
        policies.check_can_approve(by, submission)
        if submission.status in (Status.WITHDRAWN, Status.ERASED):
            raise NotNow(_("This has been withdrawn."))
        return
    if page.partition("-")[0] == NEW_RISK or page == NEW_LINK or page.endswith("-consent"):
        policies.check_can_assess_risks(by, submission)
        return
    policies.check_can_draft(by, submission)
    if not submission.is_draft:
        raise NotNow(_("This has been handed over; begin a supplement to add to it."))
