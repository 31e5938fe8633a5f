"""Risks of a submission: assessed, looked at again by a date, and over (requirement 32).

The log learns numbers and dates. A change is none of the draft's: it may come at any time.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow, Sentence
from partners.models import User
from submissions import policies
from submissions.actions.drafts import locked
from submissions.events import Event
from submissions.models import Risk, Submission
from submissions.risks import MOST_DAYS, RiskDetails
from submissions.states import Status

DETAILS_COLUMN = "submissions.risk.details"
# Nobody keeps more than this in mind.
MOST_TOLD = 100


@transaction.atomic
def assess(*, submission: Submission, details: RiskDetails, review_on: date, by: User) -> Risk:
    """A new risk, to be looked at again by a day."""
    submission = _locked(submission, by)
    number = submission.risks.count() + 1
    risk = Risk(submission=submission, number=number)
    _look(risk, details, review_on, by)
    risk.save()
    _record(Event.RISK_ASSESSED, risk, by)
    return risk


@transaction.atomic
def look_again(*, risk: Risk, details: RiskDetails, review_on: date, by: User) -> Risk:
    """It was looked at again: what holds now, and until when."""
    risk = _live(risk, by)
    _look(risk, details, review_on, by)
    risk.save(update_fields=["details", "review_on", "looked_at", "looked_by"])
    _record(Event.RISK_LOOKED_AT, risk, by)
    return risk


@transaction.atomic
def end(*, risk: Risk, reason: str, by: User) -> Risk:
    """It is over. What was said of it stays readable to the organisation."""
    risk = _live(risk, by)
    risk.ended_at, risk.ended_by = timezone.now(), by
    risk.save(update_fields=["ended_at", "ended_by"])
    _record(Event.RISK_OVER, risk, by, reason=reason)
    return risk


def late(submission: Submission) -> Sentence:
    """Which risks are to be looked at again before anything is given: their day is past. Or ""."""
    found = list(submission.risks.late().order_by("number")[:5])
    if not found:
        return ""
    said = _("Look at this again before anything is given: %(risks)s. The day to do so is past.")
    return said % {"risks": ", ".join(map(str, found))}


def check_looked_at(submission: Submission) -> None:
    """Raise NotNow while one is late (requirement 32)."""
    if said := late(submission):
        raise NotNow(said)


def told(submission: Submission) -> list[tuple[Risk, RiskDetails]]:
    """Those that hold, the nearest look first. Callers open the submission's words first."""
    found = submission.risks.live().select_related("looked_by").order_by("review_on", "number")
    return [(risk, _read(submission, risk)) for risk in found[:MOST_TOLD]]


def read_details(risk: Risk) -> RiskDetails:
    """What is said of it. Callers open the submission's words first."""
    return _read(risk.submission, risk)


def _read(submission: Submission, risk: Risk) -> RiskDetails:
    return RiskDetails.from_text(
        open_text(
            risk.details,
            compartment=submission.compartment,
            column=DETAILS_COLUMN,
            row=risk.reference,
        )
    )


def _look(risk: Risk, details: RiskDetails, review_on: date, by: User) -> None:
    details.check()
    today = timezone.localdate()
    if not today < review_on <= today + timedelta(days=MOST_DAYS):
        raise NotAllowed(
            _("Look at it again on a day after today, within %(days)d days.") % {"days": MOST_DAYS}
        )
    risk.details = seal_text(
        details.text(),
        compartment=risk.submission.compartment,
        column=DETAILS_COLUMN,
        row=risk.reference,
    )
    risk.review_on, risk.looked_at, risk.looked_by = review_on, timezone.now(), by


def _locked(submission: Submission, by: User) -> Submission:
    submission = locked(submission)
    policies.check_can_assess_risks(by, submission)
    if submission.status == Status.ERASED:
        raise NotNow(_("This has been erased."))
    return submission


def _live(risk: Risk, by: User) -> Risk:
    submission = _locked(risk.submission, by)
    found = Risk.objects.live().select_for_update(of=("self",)).filter(pk=risk.pk).first()
    if found is None:
        raise NotNow(_("This risk is over already."))
    found.submission = submission
    return found


def _record(event: Event, risk: Risk, by: User, *, reason: str = "") -> None:
    log.record(
        event,
        on=risk,
        by=by,
        submission=risk.submission.reference,
        data={"risk": risk.number, "review_on": risk.review_on.isoformat()},
        reason=reason,
    )
