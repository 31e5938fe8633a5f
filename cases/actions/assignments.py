"""The unit's own ledger: who works on it, what it makes of it. Nobody else learns of it (R5)."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import grants, words
from cases.actions.referrals import locked_referral
from cases.events import Event
from cases.models import Assessment, Assignment, Note, Referral
from cases.states import Internal
from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import Membership, User

LOOK_AGAIN = timedelta(days=30)


@transaction.atomic
def assign(*, referral: Referral, user: User, identifying: bool = False, by: User) -> Assignment:
    """Give it to an officer, analyst or examiner of the unit; several may have it.

    Originals in which someone can be recognised open only for those it was given to `identifying`.
    """
    referral = locked_referral(referral)
    policies.check_can_decide(by, referral)
    role = _role_in(user, referral)
    if referral.assignments.live().filter(user=user).exists():
        raise NotNow(_("It is assigned to this person already."))
    assignment = Assignment.objects.create(
        referral=referral,
        user=user,
        role=role,
        identifying=identifying,
        given_by=by,
        given_at=timezone.now(),
    )
    grants.give_to_officer(referral, user, role, by, identifying=identifying)
    _record(Event.ASSIGNED, assignment, referral, by, {"user": user.reference, "role": role})
    notifications.assigned(assignment)
    return assignment


@transaction.atomic
def end(*, assignment: Assignment, by: User) -> Assignment:
    """Take it back from an officer."""
    referral = locked_referral(assignment.referral)
    policies.check_can_decide(by, referral)
    return _end(Assignment.objects.select_for_update().get(pk=assignment.pk), referral, by)


@transaction.atomic
def state_no_conflict(*, assignment: Assignment, by: User) -> Assignment:
    """The officer states that no conflict of interest stands against working on it."""
    referral = locked_referral(assignment.referral)
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if assignment.user_id != by.pk or assignment.ended_at is not None:
        raise NotAllowed(_("Only the person it is assigned to states this."))
    if assignment.no_conflict_at is None:
        assignment.no_conflict_at = timezone.now()
        assignment.save(update_fields=["no_conflict_at"])
        _record(Event.NO_CONFLICT, assignment, referral, by, {})
    return assignment


@transaction.atomic
def assess(
    *,
    referral: Referral,
    state: str,
    due: date | None = None,
    national_reference: str | None = None,
    by: User,
) -> Assessment:
    """Change the internal state, its date, and the reference of the national file (None: leave)."""
    referral = locked_referral(referral)
    policies.check_can_work(by, referral)
    if state not in Internal.values:
        raise NotAllowed(_("Choose from the list."))
    assessment = Assessment.objects.select_for_update().get(referral=referral)
    assessment.referral = referral
    assessment.state, assessment.since = state, timezone.now()
    assessment.due_on = due or timezone.localdate() + LOOK_AGAIN
    if national_reference is not None:
        assessment.national_reference = (
            words.seal(
                national_reference, referral=referral, on=assessment, column="national_reference"
            )
            if national_reference
            else None
        )
    assessment.save(update_fields=["state", "since", "due_on", "national_reference"])
    log.record(
        Event.ASSESSED,
        on=assessment,
        by=by,
        submission=referral.submission.reference,
        data={"state": state},
    )
    return assessment


@transaction.atomic
def note(*, referral: Referral, text: str, by: User) -> Note:
    """Write something for the unit."""
    referral = locked_referral(referral)
    policies.check_can_work(by, referral)
    if not text.strip():
        raise NotAllowed(_("Write something."))
    written = Note(referral=referral, by=by, at=timezone.now())
    written.words = words.seal(text, referral=referral, on=written, column="words")
    written.save()
    log.record(Event.NOTED, on=written, by=by, submission=referral.submission.reference)
    return written


def read_note(written: Note) -> str:
    """For members of the unit who read the referral."""
    return words.read(written.words, referral=written.referral, on=written, column="words")


def read_national_reference(assessment: Assessment) -> str:
    """For members of the unit who read the referral."""
    return words.read(
        assessment.national_reference,
        referral=assessment.referral,
        on=assessment,
        column="national_reference",
    )


def end_of_role(membership: Membership, by: User) -> None:
    """Plugged into `partners.ports.role_ended`: what was assigned because of the role ends too."""
    if membership.unit_id is None or membership.role not in grants.OFFICER_GRANTS:
        return
    held = Assignment.objects.live().filter(
        user=membership.user_id, role=membership.role, referral__unit=membership.unit_id
    )
    for assignment in held.select_for_update(of=("self",)).select_related(
        "referral__submission", "user"
    ):
        _end(assignment, assignment.referral, by)


def _end(assignment: Assignment, referral: Referral, by: User) -> Assignment:
    if assignment.ended_at is not None:
        raise NotNow(_("This assignment has ended already."))
    assignment.ended_at, assignment.ended_by = timezone.now(), by
    assignment.save(update_fields=["ended_at", "ended_by"])
    grants.take_from_officer(referral, assignment.user, by)
    _record(Event.UNASSIGNED, assignment, referral, by, {"user": assignment.user.reference})
    return assignment


def _role_in(user: User, referral: Referral) -> str:
    held = user.memberships.live().filter(unit=referral.unit_id).values_list("role", flat=True)
    found = [role for role in grants.OFFICER_GRANTS if role in set(held)]
    if not found:
        raise NotAllowed(_("Only case officers, analysts and examiners of the unit get it."))
    return found[0]


def _record(
    event: Event,
    assignment: Assignment,
    referral: Referral,
    by: User,
    data: dict[str, log.Datum],
) -> None:
    log.record(
        event,
        on=assignment,
        by=by,
        submission=referral.submission.reference,
        data={"referral": referral.reference, **data},
    )
