"""Every three years: is what was handed over still kept, and why? (R10)"""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions import policies
from submissions.actions.drafts import locked
from submissions.events import Event
from submissions.keeping import last_review_day
from submissions.models import Review, Submission
from submissions.states import Status


@transaction.atomic
def review(*, submission: Submission, reason: str, next_on: date, by: User) -> Review:
    """It is kept until it is looked at again, with a reason. What is withdrawn has `keep`."""
    submission = locked(submission)
    policies.check_can_lead(by, submission)
    if submission.status in (Status.WITHDRAWN, Status.ERASED) or not submission.versions_made:
        raise NotNow(_("This is asked of what was handed over and not withdrawn."))
    if not reason.strip():
        raise NotAllowed(_("Say why it is kept."))
    if not timezone.localdate() < next_on <= last_review_day():
        raise NotAllowed(_("Look at it again on a day after today, within three years."))
    made = Review.objects.create(
        submission=submission, reviewed_by=by, reviewed_at=timezone.now(), next_on=next_on
    )
    log.record(
        Event.REVIEWED,
        on=submission,
        by=by,
        submission=submission.reference,
        data={"next_on": next_on.isoformat()},
        reason=reason,
    )
    return made
