"""The forms whose typing is kept before it is saved: a key for each, and where it stands."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from impna.errors import NotNow
from partners.models import User
from submissions import policies
from submissions.models import Exhibit, Incident, Submission
from submissions.states import Status
from submissions.vocabularies import DatePrecision

COVER_SHEET = "cover-sheet"
NEW_INCIDENT = "incident"
NEW_EXHIBIT = "exhibit"
HAND_OVER, GIVE = "hand-over", "give"
# What an approver chooses and asks for; these pages belong to a higher app.
APPROVERS = frozenset({HAND_OVER, GIVE})
_PAGES = {
    COVER_SHEET: "submissions:cover-sheet",
    NEW_INCIDENT: "submissions:incident-add",
    NEW_EXHIBIT: "submissions:add-without-file",
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
    "exhibit-answers": "exhibit-detail",
    "exhibit-collected": "exhibit-collected",
    "exhibit-steps": "exhibit-steps",
}
# The dates of one precision are another form than those of the next.
_DATES = {f"dates{precision}": precision for precision in DatePrecision.values}
_KEY = re.compile(r"(incident|exhibit)-([0-9A-Z]{13})-([a-z]+)")


def key_of(about: Exhibit | Incident, step: str) -> str:
    """Of a form about one incident or exhibit."""
    kind = "incident" if isinstance(about, Incident) else "exhibit"
    return f"{kind}-{about.reference}-{step}"


def address_of(submission: Submission, key: str) -> str:
    """Where the form stands; empty for a key that names none, or nothing that is still there."""
    if key in _PAGES:
        return reverse(_PAGES[key], args=[submission.reference])
    match = _KEY.fullmatch(key)
    name = f"{match[1]}-{match[3]}" if match else ""
    if match is None or not (
        name in _ROUTES or (name.startswith("incident-") and match[3] in _DATES)
    ):
        return ""
    there = submission.incidents if match[1] == "incident" else submission.exhibits
    if not there.present().filter(reference=match[2]).exists():
        return ""
    here = [submission.reference, match[2]]
    if match[3] in _DATES:
        return reverse("submissions:incident-dates", args=[*here, _DATES[match[3]]])
    return reverse(f"submissions:{_ROUTES[name]}", args=here)


def check_may_type(submission: Submission, page: str, by: User) -> None:
    """Whoever may send the form may leave it unfinished."""
    if page in APPROVERS:
        policies.check_can_approve(by, submission)
        if submission.status in (Status.WITHDRAWN, Status.ERASED):
            raise NotNow(_("This has been withdrawn."))
        return
    policies.check_can_draft(by, submission)
    if not submission.is_draft:
        raise NotNow(_("This has been handed over; begin a supplement to add to it."))
