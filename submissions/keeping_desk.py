"""What waits for a data-protection lead besides withdrawals: requests, holds, reviews."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from impna.errors import Sentence
from partners.desk import Waiting
from submissions.keeping import SOON
from submissions.models import Submission
from submissions.states import Status


def rows(one: Any) -> Iterator[Waiting]:
    """Of a submission `with_what_is_kept` the request and the hold that come first, and its review."""
    soon = timezone.localdate() + SOON
    if one.asked_on is not None:
        yield _row(
            one,
            due=one.asked_on,
            what=_("answer what a person asks about their data"),
            since=one.asked_at,
            page="data-request",
            more=[one.asked_reference],
            action=_("Answer"),
        )
    if one.hold_on is not None and one.hold_on <= soon:
        yield _row(
            one,
            due=one.hold_on,
            what=_("look whether a hold still holds"),
            since=one.hold_since,
            page="hold-list",
            action=_("Look"),
        )
    is_asked = one.versions_made and one.status != Status.WITHDRAWN
    if is_asked and one.review_on <= soon:
        yield _row(
            one,
            due=one.review_on,
            what=_("decide whether what was handed over is still kept, and why"),
            since=one.reviewed_at or one.first_given_at,
            page="review",
            action=_("Decide"),
        )


def _row(
    submission: Submission,
    *,
    due: date,
    what: Sentence,
    since: Any,
    page: str,
    action: Sentence,
    more: Sequence[str] = (),
) -> Waiting:
    return Waiting(
        due=due,
        what=what,
        about=submission.title,
        on_whom=_("You or another data-protection lead"),
        since=since,
        url=reverse(f"submissions:{page}", args=[submission.reference, *more]),
        action=action,
    )
