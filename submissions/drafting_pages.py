"""The forms whose typing is kept before it is saved: a key for each, and where it stands."""

import re

from django.urls import reverse

from submissions.models import Exhibit, Incident, Submission

COVER_SHEET = "cover-sheet"
NEW_INCIDENT = "incident"
NEW_EXHIBIT = "exhibit"
_PAGES = {
    COVER_SHEET: "cover-sheet",
    NEW_INCIDENT: "incident-add",
    NEW_EXHIBIT: "add-without-file",
}
_ROUTES = {
    "incident-what": "incident-what",
    "incident-where": "incident-where",
    "exhibit-answers": "exhibit-detail",
    "exhibit-collected": "exhibit-collected",
    "exhibit-steps": "exhibit-steps",
}
_KEY = re.compile(r"(incident|exhibit)-([0-9A-Z]{13})-([a-z]+)")


def key_of(about: Exhibit | Incident, step: str) -> str:
    """Of a form about one incident or exhibit."""
    kind = "incident" if isinstance(about, Incident) else "exhibit"
    return f"{kind}-{about.reference}-{step}"


def address_of(submission: Submission, key: str) -> str:
    """Where the form stands; empty for a key that names none, or nothing that is still there."""
    if key in _PAGES:
        return reverse(f"submissions:{_PAGES[key]}", args=[submission.reference])
    match = _KEY.fullmatch(key)
    if match is None or f"{match[1]}-{match[3]}" not in _ROUTES:
        return ""
    there = submission.incidents if match[1] == "incident" else submission.exhibits
    if not there.present().filter(reference=match[2]).exists():
        return ""
    route = _ROUTES[f"{match[1]}-{match[3]}"]
    return reverse(f"submissions:{route}", args=[submission.reference, match[2]])
