"""A draft goes to an approver, comes back, becomes the next version's draft, or is withdrawn."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions import notifications, policies, ports
from submissions.actions import exhibits, groups, information, persons
from submissions.actions.drafts import due, locked, locked_draft
from submissions.completeness import missing
from submissions.events import Event
from submissions.models import Group, Information, Submission
from submissions.states import REVIEW_AFTER, FileState, Status, check_transition


@transaction.atomic
def make_ready(*, submission: Submission, by: User) -> Submission:
    """The documenter has finished: an approver checks it. Any further change takes it back.

    Callers hold an opening of the draft's words.
    """
    submission = locked_draft(submission, by, changes=False)
    check_transition(submission.status, Status.READY)
    if missing(submission, sealed=True):
        raise NotNow(_("Something is still missing; the list says what."))
    _become(submission, Status.READY, Event.MADE_READY, by)
    notifications.ready(submission, by)
    return submission


@transaction.atomic
def send_back(*, submission: Submission, note: str, by: User) -> Submission:
    """The approver sends it back to the documenters, with what to do."""
    submission = locked(submission)
    policies.check_can_approve(by, submission)
    if submission.status != Status.READY:
        raise NotNow(_("It is with the documenters already."))
    _become(submission, Status.DRAFT, Event.SENT_BACK, by, reason=note)
    notifications.sent_back(submission, by)
    return submission


@transaction.atomic
def begin_supplement(*, submission: Submission, by: User) -> Submission:
    """Open what was handed over for its next version; earlier versions stay as they are."""
    submission = locked(submission)
    policies.check_can_draft(by, submission)
    if submission.is_draft:
        raise NotNow(_("It is open for changes already."))
    check_transition(submission.status, Status.DRAFT)
    return _become(submission, Status.DRAFT, Event.SUPPLEMENT_BEGUN, by)


@transaction.atomic
def give_up_supplement(*, submission: Submission, by: User) -> Submission:
    """Leave it as it was handed over: what was added since is taken out and erased."""
    submission = locked_draft(submission, by, changes=False)
    if not submission.is_supplement:
        raise NotNow(_("This was not handed over yet."))
    added = submission.exhibits.present().filter(in_versions__isnull=True)
    if added.filter(file_state__in=[FileState.SENDING, FileState.CHECKING]).exists():
        raise NotNow(_("A file is on its way. Give the upload up, or wait until it is sealed."))
    for exhibit in added.select_related("submission"):
        exhibits.remove(exhibit=exhibit, by=by, reason="The supplement was given up.")
    since = submission.versions.aggregate(last=Max("handed_over_at"))["last"]
    for person in submission.persons.present().filter(added_at__gt=since):
        persons.remove(person=person, by=by, reason="The supplement was given up.")
    facts = {"incident__submission": submission, "added_at__gt": since}
    for group in Group.objects.filter(**facts).select_related("incident"):
        groups.remove(group=group, by=by)
    for row in Information.objects.filter(**facts).select_related("incident"):
        information.remove(information=row, by=by)
    submission.refresh_from_db()
    if submission.status == Status.READY:
        submission.status = Status.DRAFT
    return _become(submission, Status.HANDED_OVER, Event.SUPPLEMENT_GIVEN_UP, by)


@transaction.atomic
def withdraw(*, submission: Submission, reason: str, by: User) -> Submission:
    """Take everything back: nothing new is given, and every recipient is asked to answer."""
    submission = locked(submission)
    policies.check_can_approve(by, submission)
    check_transition(submission.status, Status.WITHDRAWN)
    _become(submission, Status.WITHDRAWN, Event.WITHDRAWN, by, reason=reason)
    ports.withdrawn.tell(submission, by)
    notifications.withdrawn(submission, by)
    return submission


@transaction.atomic
def keep(*, submission: Submission, reason: str, by: User) -> Submission:
    """After a withdrawal: what the partner keeps, and why. It is looked at again in three years."""
    submission = locked(submission)
    policies.check_can_lead(by, submission)
    if submission.status != Status.WITHDRAWN:
        raise NotNow(_("This is decided when it has been withdrawn."))
    if not reason.strip():
        raise NotAllowed(_("Say what is kept, and why."))
    submission.due_on = timezone.localdate() + REVIEW_AFTER
    submission.save(update_fields=["due_on"])
    log.record(
        Event.KEPT, on=submission, by=by, submission=submission.reference, reason=reason, data={}
    )
    return submission


def _become(
    submission: Submission, to: Status, event: Event, by: User, *, reason: str = ""
) -> Submission:
    now = timezone.now()
    submission.status, submission.since, submission.due_on = to, now, due(to, now)
    submission.save(update_fields=["status", "since", "due_on"])
    log.record(
        event,
        on=submission,
        by=by,
        submission=submission.reference,
        data={"version": submission.versions_made},
        reason=reason,
        at=now,
    )
    return submission
