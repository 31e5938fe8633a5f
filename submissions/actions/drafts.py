"""Beginning a submission, and changing it while it is a draft."""

from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.keys import new_compartment
from custody.models import Compartment
from impna.errors import NotNow
from partners import roles
from partners.models import Partner, User
from partners.models.people import group_name
from submissions import policies, ports
from submissions.events import Event
from submissions.models import Contribution, Submission, SubmissionGroupObjectPermission
from submissions.querysets import permission_id
from submissions.states import DUE_AFTER, Status

# Which role of the providing partner gets which permission, from the first moment on.
GRANTS: dict[str, tuple[str, ...]] = {
    roles.Documenter.code: ("view_submission", "draft_submission", "identify_submission"),
    roles.Approver.code: ("view_submission", "approve_submission", "identify_submission"),
    roles.DataProtectionLead.code: (
        "view_submission",
        "lead_submission",
        "identify_submission",
        "view_identity",
    ),
    roles.Reader.code: ("view_submission",),
}


@transaction.atomic
def begin(*, title: str, kind: str, by: User) -> Submission:
    """Begin a draft: its compartment, its row, and the grants of its own partner's roles."""
    policies.check_can_begin(by)
    now = timezone.now()
    submission = Submission.objects.create(
        partner=by.partner,
        compartment=new_compartment(Compartment.Purpose.SUBMISSION),
        title=title,
        kind=kind,
        since=now,
        due_on=due(Status.DRAFT, now),
        begun_by=by,
        begun_at=now,
    )
    _remember(submission, by)
    _grant_to_own_partner(submission)
    log.record(
        Event.GRANT_GIVEN,
        on=submission,
        by=by,
        submission=submission.reference,
        data={"roles": list[log.Datum](sorted(GRANTS))},
    )
    log.record(
        Event.SUBMISSION_BEGUN,
        on=submission,
        by=by,
        submission=submission.reference,
        data={"kind": kind},
    )
    return submission


@transaction.atomic
def change_title(*, submission: Submission, title: str, by: User) -> Submission:
    """The working title; no names belong in it."""
    submission = locked_draft(submission, by)
    submission.title = title
    submission.save(update_fields=["title"])
    log.record(
        Event.SUBMISSION_CHANGED,
        on=submission,
        by=by,
        submission=submission.reference,
        data={"part": "title"},
    )
    return submission


@transaction.atomic
def allow_files(*, submission: Submission, by: User) -> Submission:
    """None of the draft's files is of a kind that is never sent here: they can be chosen (5.2)."""
    submission = locked_draft(submission, by)
    if submission.takes_files:
        return submission
    submission.files_allowed_for = submission.next_version
    submission.save(update_fields=["files_allowed_for"])
    log.record(
        Event.FILES_ALLOWED,
        on=submission,
        by=by,
        submission=submission.reference,
        data={"version": submission.next_version},
    )
    return submission


def locked(submission: Submission) -> Submission:
    """The submission, locked: every change of it, its grants and what was given of it begins here."""
    found: Submission = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("partner", "compartment")
        .get(pk=submission.pk)
    )
    return found


def locked_draft(submission: Submission, by: User, *, changes: bool = True) -> Submission:
    """The draft, locked, if this person may change it; every change of a draft begins here.

    A change is remembered for the four eyes, and takes a draft back from the approver.
    """
    submission = locked(submission)
    policies.check_can_draft(by, submission)
    if not submission.is_draft:
        raise NotNow(_("This has been handed over; begin a supplement to add to it."))
    if changes:
        _remember(submission, by)
    return submission


def narrowed(submission: Submission, by: User) -> None:
    """Who can be recognised where was changed; what was given of it may not be covered any more (R4)."""
    if submission.versions_made:
        ports.consent_narrowed.tell(submission, by)


def due(status: Status, now: datetime) -> date | None:
    """Until when a submission may stay in a state that begins now."""
    after = DUE_AFTER[status]
    return timezone.localdate(now) + after if after is not None else None


def _remember(submission: Submission, by: User) -> None:
    now = timezone.now()
    Contribution.objects.update_or_create(
        submission=submission,
        user=by,
        defaults={"last_at": now},
        create_defaults={"last_at": now},
    )
    if submission.status == Status.READY:
        submission.status, submission.since = Status.DRAFT, now
        submission.due_on = due(Status.DRAFT, now)
        submission.save(update_fields=["status", "since", "due_on"])
        log.record(Event.TAKEN_BACK, on=submission, by=by, submission=submission.reference, data={})


def _grant_to_own_partner(submission: Submission) -> None:
    partner: Partner = submission.partner
    rows = []
    for role, permissions in GRANTS.items():
        group, _new = Group.objects.get_or_create(name=group_name(partner, role))
        rows += [
            SubmissionGroupObjectPermission(
                group=group, permission_id=permission_id(name), content_object=submission
            )
            for name in permissions
        ]
    SubmissionGroupObjectPermission.objects.bulk_create(rows)
