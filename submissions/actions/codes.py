"""A code that a person holds: made, used without an account, answered (R4, requirement 73).

It pauses and never pulls: from its use on nothing new of this person is given, and what was given
stays readable until the organisation has spoken with them, or a set number of days has passed.
Nothing here, in the log or in a notification knows the code itself.
"""

import hmac
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.texts import open_text, seal_text
from impna.errors import NotAllowed, NotNow
from impna.references import new_reference, show_reference
from partners.models import User
from submissions import notifications, policies, ports
from submissions.actions import consents
from submissions.actions.drafts import locked
from submissions.events import Event
from submissions.models import CodeEnd, Person, Submission, WithdrawalCode
from submissions.querysets import CodeQuerySet
from submissions.states import Status

# Whoever holds a code has no account and no name here.
HOLDER = log.SystemActor(display_name="Somebody with a code", roles_text="code")
WORDS, PRESSURE = "words", "pressure"
_SOME = 200


@transaction.atomic
def make(*, person: Person, asked_for: bool, by: User) -> str:
    """A new code, returned once, for a person who asked for one; an unused one before it ends.

    Raises NotNow while a used one waits for an answer, or where nothing could be taken back.
    """
    submission = _locked(person.submission, by)
    if not asked_for:
        raise NotAllowed(_("A code is made only for somebody who asked for one."))
    word = person.consents.live().first()
    if person.removed_at is not None or word is None or word.withdrawn_at is not None:
        raise NotNow(_("There is no word of this person that could be taken back."))
    now = timezone.now()
    before = person.codes.live().select_for_update(of=("self",)).first()
    if before is not None and before.used_at is not None:
        raise NotNow(_("They used their code: answer it first."))
    if before is not None:
        _end(before, CodeEnd.NOT_USED, now, by)
    secret = new_reference()
    code = WithdrawalCode.objects.create(
        person=person, digest=_digest(secret), made_by=by, made_at=now
    )
    _record(Event.CODE_MADE, code, person, submission, by)
    return show_reference(secret)


@transaction.atomic
def end(*, person: Person, by: User) -> WithdrawalCode:
    """An unused code works no more."""
    submission = _locked(person.submission, by)
    code = person.codes.live().filter(used_at__isnull=True).select_for_update(of=("self",)).first()
    if code is None:
        raise NotNow(_("There is no unused code of this person."))
    found: WithdrawalCode = code
    _end(found, CodeEnd.NOT_USED, timezone.now(), by)
    _record(Event.CODE_ENDED, found, person, submission, by)
    return found


@transaction.atomic
def use(*, secret: str, by: log.Actor) -> None:
    """Whoever holds it says stop. Says nothing of whether there is such a code.

    A wrong one costs the same statements: its event is written and rolled back. People are told by
    `tell_used`, so that an answer takes no longer for a right code.
    """
    digest, now = _digest(secret), timezone.now()
    # The submission first, as everywhere.
    found = (
        Submission.objects.select_for_update(of=("self",))
        .filter(persons__codes__digest=digest)
        .order_by("pk")
        .first()
    )
    codes = WithdrawalCode.objects.filter(digest=digest)
    code = codes.select_related("person").first()
    due_on = timezone.localdate(now) + timedelta(days=settings.PAUSE_DAYS)
    used = codes.live().filter(used_at__isnull=True).update(used_at=now, due_on=due_on)
    with transaction.atomic():
        log.record(
            Event.CODE_USED,
            on=code or HOLDER,
            by=by,
            submission=found.reference if found else "",
            data={"person": code.person.code if code else "", "due_on": due_on.isoformat()},
        )
        if not used:
            transaction.set_rollback(True)


@transaction.atomic
def confirm(*, person: Person, words: str, by: User) -> WithdrawalCode:
    """They want it, of their own free will: all of it is taken back, and asked back."""
    code, submission = _pausing(person, by)
    _say(code, submission, WORDS, words)
    code.save(update_fields=["words"])
    consents.withdraw(person=person, reason=_("Their code, confirmed with them."), by=by)
    code.refresh_from_db()
    return code


@transaction.atomic
def flag_pressure(*, person: Person, words: str, by: User) -> WithdrawalCode:
    """Somebody may press them: it stays paused, time does not end it, and it is due again."""
    code, submission = _pausing(person, by)
    _say(code, submission, PRESSURE, words)
    now = timezone.now()
    code.pressed_at, code.pressed_by = now, by
    code.due_on = timezone.localdate(now) + timedelta(days=settings.PAUSE_DAYS)
    code.save(update_fields=["pressure", "pressed_at", "pressed_by", "due_on"])
    _record(Event.CODE_PRESSED, code, person, submission, by, due_on=code.due_on)
    return code


@transaction.atomic
def go_on(*, person: Person, words: str, by: User) -> WithdrawalCode:
    """They were spoken with and want it to go on as it was."""
    code, submission = _pausing(person, by)
    _say(code, submission, WORDS, words)
    code.save(update_fields=["words"])
    _end(code, CodeEnd.GOES_ON, timezone.now(), by)
    _record(Event.CODE_GOES_ON, code, person, submission, by)
    return code


def tell_used() -> int:
    """Tell the organisations of codes that were used. The system acts."""
    return _each(WithdrawalCode.objects.filter(used_at__isnull=False, told_at__isnull=True), _tell)


def lapse() -> int:
    """Nobody spoke with them in time: it is taken back as if they had confirmed it.

    The system acts. Where somebody may press them, it stays paused and overdue.
    """
    return _each(WithdrawalCode.objects.over(timezone.localdate()), _lapse)


def read(code: WithdrawalCode, column: str) -> str:
    """`words` or `pressure`. Callers open the submission's words first."""
    sealed = getattr(code, column)
    if sealed is None:
        return ""
    return open_text(
        sealed,
        compartment=code.person.submission.compartment,
        column=f"submissions.code.{column}",
        row=code.reference,
    )


def _each(found: CodeQuerySet, act: Callable[[WithdrawalCode, Submission], None]) -> int:
    """Each in a transaction of its own, the submission locked first, asked again under the lock."""
    done = 0
    for pk, submission in found.order_by("pk").values_list("pk", "person__submission")[:_SOME]:
        with transaction.atomic():
            holder = locked(Submission(pk=submission))
            code = found.select_for_update(of=("self",)).filter(pk=pk).first()
            if code is not None:
                code.person.submission = holder
                act(code, holder)
                done += 1
    return done


def _tell(code: WithdrawalCode, _submission: Submission) -> None:
    code.told_at = timezone.now()
    code.save(update_fields=["told_at"])
    notifications.code_used(code)


def _lapse(code: WithdrawalCode, submission: Submission) -> None:
    now = timezone.now()
    _record(Event.CODE_LAPSED, code, code.person, submission, log.SYSTEM)
    code.outcome, code.ended_at = CodeEnd.LAPSED, now
    code.save(update_fields=["outcome", "ended_at"])
    code.person.consents.live().filter(withdrawn_at__isnull=True).update(withdrawn_at=now)
    ports.consent_narrowed.tell(submission, log.SYSTEM)
    notifications.code_lapsed(code)


def _pausing(person: Person, by: User) -> tuple[WithdrawalCode, Submission]:
    submission = _locked(person.submission, by)
    code = person.codes.pausing().select_for_update(of=("self",)).first()
    if code is None:
        raise NotNow(_("Nothing is paused by this person’s code any more."))
    return code, submission


def _locked(submission: Submission, by: User) -> Submission:
    submission = locked(submission)
    policies.check_can_assess_risks(by, submission)
    if submission.status in (Status.WITHDRAWN, Status.ERASED):
        raise NotNow(_("This has been withdrawn."))
    return submission


def _end(code: WithdrawalCode, outcome: CodeEnd, now: datetime, by: User) -> None:
    code.outcome, code.ended_at, code.ended_by = outcome, now, by
    code.save(update_fields=["outcome", "ended_at", "ended_by"])


def _say(code: WithdrawalCode, submission: Submission, column: str, words: str) -> None:
    if not words.strip():
        raise NotAllowed(_("Say how you spoke with them, and what they said."))
    sealed = seal_text(
        words,
        compartment=submission.compartment,
        column=f"submissions.code.{column}",
        row=code.reference,
    )
    setattr(code, column, sealed)


def _digest(secret: str) -> bytes:
    """Of the thirteen characters: without the portal's secret it does not show whose a code is."""
    key = settings.SECRET_KEY.encode()
    return hmac.digest(key, f"submissions.withdrawal_code:{secret}".encode(), "sha256")


def _record(
    event: Event,
    code: WithdrawalCode,
    person: Person,
    submission: Submission,
    by: log.Actor,
    *,
    due_on: date | None = None,
) -> None:
    data: dict[str, log.Datum] = {"person": person.code}
    if due_on is not None:
        data["due_on"] = due_on.isoformat()
    log.record(event, on=code, by=by, submission=submission.reference, data=data)
