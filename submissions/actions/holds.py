"""Holds: placed, looked at again by a day, and ended, by a data-protection lead (R10).

While one lives nothing it is on is erased; the database refuses it too. The log learns numbers,
dates and the basis; why exactly is sealed.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions import policies
from submissions.actions.drafts import locked
from submissions.events import Event
from submissions.keeping import HoldBasis, last_review_day
from submissions.models import Exhibit, Hold, Submission
from submissions.states import Status

WORDS_COLUMN = "submissions.hold.words"


@transaction.atomic
def place(
    *,
    submission: Submission,
    exhibit: Exhibit | None = None,
    basis: str,
    words: str,
    review_on: date,
    by: User,
) -> Hold:
    """Keep a submission, or one exhibit of it, from being erased; looked at again on a day."""
    submission = _locked(submission, by)
    if basis not in HoldBasis.values:
        raise NotAllowed(_("Choose from the list."))
    if exhibit is not None and not submission.exhibits.present().filter(pk=exhibit.pk).exists():
        raise NotNow(_("This exhibit is not there any more."))
    now = timezone.now()
    hold = Hold(
        submission=submission,
        exhibit=exhibit,
        number=submission.holds.count() + 1,
        basis=basis,
        set_at=now,
    )
    _answer_for(hold, words, review_on, by)
    hold.save()
    _record(Event.HOLD_PLACED, hold, by)
    return hold


@transaction.atomic
def look_again(*, hold: Hold, words: str, review_on: date, by: User) -> Hold:
    """It still holds: why now, and until when. Whoever says so answers for it from then on."""
    hold = _live(hold, by)
    _answer_for(hold, words, review_on, by)
    hold.save(update_fields=["words", "owner", "review_on", "looked_at"])
    _record(Event.HOLD_LOOKED_AT, hold, by)
    return hold


@transaction.atomic
def end(*, hold: Hold, reason: str, by: User) -> Hold:
    """What it was on may be erased again. Nothing is erased by that."""
    hold = _live(hold, by)
    hold.ended_at, hold.ended_by = timezone.now(), by
    hold.save(update_fields=["ended_at", "ended_by"])
    _record(Event.HOLD_ENDED, hold, by, reason=reason)
    return hold


def check_nothing_holds(submission: Submission, exhibit: Exhibit | None = None) -> None:
    """Raise NotNow, naming the hold, if one keeps the exhibit, or with none: anything of it.

    Callers have locked the submission.
    """
    found = submission.holds.keeping(exhibit.pk if exhibit else None).order_by("number").first()
    if found is not None:
        said = {"hold": found, "basis": found.get_basis_display()}
        raise NotNow(
            _("%(hold)s keeps this: “%(basis)s”. A data-protection lead ends a hold.") % said
        )


def read_words(hold: Hold) -> str:
    """Why exactly. Callers open the submission's words first."""
    return open_text(
        hold.words,
        compartment=hold.submission.compartment,
        column=WORDS_COLUMN,
        row=hold.reference,
    )


def _answer_for(hold: Hold, words: str, review_on: date, by: User) -> None:
    if not words.strip():
        raise NotAllowed(_("Say why it is kept."))
    if not timezone.localdate() < review_on <= last_review_day():
        raise NotAllowed(_("Look at it again on a day after today, within three years."))
    hold.words = seal_text(
        words,
        compartment=hold.submission.compartment,
        column=WORDS_COLUMN,
        row=hold.reference,
    )
    hold.owner, hold.review_on, hold.looked_at = by, review_on, timezone.now()


def _locked(submission: Submission, by: User) -> Submission:
    submission = locked(submission)
    policies.check_can_lead(by, submission)
    if submission.status == Status.ERASED:
        raise NotNow(_("This has been erased."))
    return submission


def _live(hold: Hold, by: User) -> Hold:
    submission = _locked(hold.submission, by)
    found = Hold.objects.live().select_for_update(of=("self",)).filter(pk=hold.pk).first()
    if found is None:
        raise NotNow(_("This hold has ended already."))
    found.submission = submission
    return found


def _record(event: Event, hold: Hold, by: User, *, reason: str = "") -> None:
    log.record(
        event,
        on=hold,
        by=by,
        submission=hold.submission.reference,
        data={
            "hold": hold.number,
            "exhibit": hold.exhibit.number if hold.exhibit else 0,
            "basis": hold.basis,
            "review_on": hold.review_on.isoformat(),
        },
        reason=reason,
    )
