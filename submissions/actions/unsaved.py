"""What somebody typed in a form of a draft and has not saved: kept for that person and page alone.

No event is recorded: nothing of the submission changes, nobody else can read it, and an event every
few seconds would bury the log. Nor does it count as a change for the four eyes, or take a draft
back from its approver; saving does all of that.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody.texts import open_text, seal_text
from impna.errors import TooLarge
from partners.models import User
from submissions.drafting_pages import check_may_type
from submissions.models import Submission, Unsaved

COLUMN = "submissions.unsaved.words"
MOST = 400_000  # characters of JSON; a hand-over to many recipients is the longest form

type Fields = Mapping[str, list[str]]


@dataclass(frozen=True)
class Typed:
    """The fields of a form as they were left, and when."""

    fields: dict[str, list[str]]
    at: datetime


@transaction.atomic
def keep(*, submission: Submission, page: str, fields: Fields, by: User) -> datetime:
    """Keep the fields in place of what this person left on this page before; when it was kept."""
    check_may_type(submission, page, by)
    if not fits(fields):
        raise TooLarge(_("This is too much text for one form."))
    text = json.dumps(dict(fields))
    row = Unsaved(submission=submission, user=by, page=page).row
    words = seal_text(text, compartment=submission.compartment, column=COLUMN, row=row)
    now = timezone.now()
    Unsaved.objects.update_or_create(
        submission=submission, user=by, page=page, defaults={"words": words, "at": now}
    )
    return now


def fits(fields: Fields) -> bool:
    """Not more than is kept of one form."""
    return len(json.dumps(dict(fields))) <= MOST


@transaction.atomic
def discard(*, submission: Submission, page: str, by: User) -> bool:
    """It was saved, or is not wanted. Returns whether there was something."""
    deleted, _by_table = Unsaved.objects.filter(submission=submission, user=by, page=page).delete()
    return deleted > 0


def find(submission: Submission, page: str, by: User) -> Typed | None:
    """What this person left on this page. Callers open the draft's words before they show it."""
    found = Unsaved.objects.filter(submission=submission, user=by, page=page).first()
    if found is None:
        return None
    found.submission, found.user = submission, by
    text = open_text(found.words, compartment=submission.compartment, column=COLUMN, row=found.row)
    return Typed(json.loads(text), found.at)
