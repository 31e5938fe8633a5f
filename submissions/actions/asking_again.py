"""Asking somebody again whose word stood in the way of giving something (requirement 26)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from impna.errors import NotAllowed, NotNow
from partners.models import Unit, User
from partners.policies import allowed
from submissions import policies
from submissions.actions.drafts import locked
from submissions.events import Event
from submissions.models import AskAgain, Person
from submissions.states import Status

WITHIN = timedelta(days=14)


@transaction.atomic
def want(*, person: Person, unit: Unit | None, by: User) -> AskAgain:
    """A documenter is to ask them again, for one recipient; wanted twice is once."""
    submission = locked(person.submission)
    may = (policies.check_can_approve, policies.check_can_assess_risks)
    if not any(allowed(check, by, submission) for check in may):
        raise NotAllowed(_("Only an approver or a documenter of your organisation does this."))
    if submission.status in (Status.WITHDRAWN, Status.ERASED):
        raise NotNow(_("This has been withdrawn."))
    if not submission.persons.present().filter(pk=person.pk).exists():
        raise NotNow(_("This person has been taken out."))
    now = timezone.now()
    task, is_new = AskAgain.objects.open().get_or_create(
        person=person,
        unit=unit,
        defaults={
            "asked_by": by,
            "asked_at": now,
            "due_on": timezone.localdate(now) + WITHIN,
        },
    )
    if is_new:
        _record(Event.ASKED_AGAIN, task, by)
    return task


@transaction.atomic
def give_up(*, task: AskAgain, reason: str, by: User) -> AskAgain:
    """They cannot or do not want to be asked; their word stays as it is."""
    submission = locked(task.person.submission)
    policies.check_can_assess_risks(by, submission)
    found = AskAgain.objects.open().filter(pk=task.pk).select_related("person").first()
    if found is None:
        raise NotNow(_("This has been done already."))
    ended: AskAgain = found
    ended.person.submission = submission
    ended.done_at = timezone.now()
    ended.save(update_fields=["done_at"])
    _record(Event.NOT_ASKED_AGAIN, ended, by, reason=reason)
    return ended


def _record(event: Event, task: AskAgain, by: User, *, reason: str = "") -> None:
    log.record(
        event,
        on=task,
        by=by,
        submission=task.person.submission.reference,
        data={"person": task.person.code, "unit": task.unit.reference if task.unit else ""},
        reason=reason,
    )
