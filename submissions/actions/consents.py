"""What a person said: recorded, asked again, taken back (R4; requirements 24, 25, 73).

The log learns the code, the number and until when; never an answer. The newest word holds; those
before it are kept. All of it may come at any time, and locks the submission first.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from custody.texts import open_text, seal_text
from impna.errors import NotNow
from partners.models import User
from submissions import policies, ports
from submissions.actions.drafts import locked, locked_draft
from submissions.consents import ConsentDetails, Word
from submissions.events import Event
from submissions.models import CodeEnd, Consent, Exhibit, PaperForm, Person, Submission
from submissions.states import Status

DETAILS_COLUMN = "submissions.consent.details"


@transaction.atomic
def record(
    *,
    person: Person,
    word: Word,
    details: ConsentDetails,
    evidence: Exhibit | None = None,
    by: User,
) -> Consent:
    """What they said when they were asked; it takes the place of what they said before.

    Raises NotNow after a withdrawal of the submission, and NotAllowed for contradictions.
    """
    submission = _locked(person.submission, by)
    person = _present(submission, person)
    word.check(timezone.localdate())
    if evidence is not None and not submission.exhibits.present().filter(pk=evidence.pk).exists():
        raise NotNow(_("The exhibit that shows it has been taken out."))
    now = timezone.now()
    person.consents.live().update(replaced_at=now)
    last = person.consents.aggregate(last=Max("number"))["last"] or 0
    consent = Consent(
        person=person,
        number=last + 1,
        asked_on=word.asked_on,
        expires_on=word.expires_on,
        of_age_on=word.of_age_on,
        mode=word.mode,
        capacity=word.capacity,
        said=dict(word.said),
        to_states=sorted(set(word.to_states)),
        to_bodies=sorted(set(word.to_bodies)),
        never_states=sorted(set(word.never_states)),
        never_bodies=sorted(set(word.never_bodies)),
        never_death_penalty=word.never_death_penalty,
        never_in_public=word.never_in_public,
        not_exhibits=sorted(set(word.not_exhibits)),
        evidence=evidence,
        recorded_by=by,
        recorded_at=now,
    )
    if text := details.text():
        consent.details = seal_text(
            text,
            compartment=submission.compartment,
            column=DETAILS_COLUMN,
            row=consent.reference,
        )
    consent.save()
    person.to_ask.open().update(done_at=now)
    _record(Event.CONSENT_RECORDED, consent, submission, by)
    ports.consent_narrowed.tell(submission, by)
    return consent


@transaction.atomic
def withdraw(*, person: Person, reason: str, by: User) -> Consent:
    """They took all of it back: nothing of them is given any more, and what was given ends.

    Less than all is recorded as a new word.
    """
    submission = locked(person.submission)
    policies.check_can_assess_risks(by, submission)
    found = person.consents.live().first()
    if found is None or found.withdrawn_at is not None:
        raise NotNow(_("There is no word of this person that could be taken back."))
    found.withdrawn_at, found.withdrawn_by = timezone.now(), by
    found.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _end_codes(person, by, found.withdrawn_at)
    _record(Event.CONSENT_WITHDRAWN, found, submission, by, reason=reason)
    ports.consent_narrowed.tell(submission, by)
    return found


@transaction.atomic
def map_form(*, name: str, answers: dict[str, Any], by: User) -> PaperForm:
    """What a signature on a form on paper means; said once for all who signed it."""
    policies.check_can_begin(by)
    if PaperForm.objects.visible_to(by).live().filter(name=name).exists():
        raise NotNow(_("A form of this name is mapped already."))
    form = PaperForm.objects.create(
        partner=by.partner, name=name, answers=answers, mapped_by=by, mapped_at=timezone.now()
    )
    log.record(Event.PAPER_FORM_MAPPED, on=form, by=by)
    return form


@transaction.atomic
def end_form(*, form: PaperForm, by: User) -> PaperForm:
    """No more words are recorded from it; those that were stay."""
    policies.check_can_begin(by)
    found = PaperForm.objects.visible_to(by).live().select_for_update().filter(pk=form.pk).first()
    if found is None:
        raise NotNow(_("This form is not used any more already."))
    ended: PaperForm = found
    ended.ended_at = timezone.now()
    ended.save(update_fields=["ended_at"])
    log.record(Event.PAPER_FORM_ENDED, on=ended, by=by)
    return ended


def read_details(consent: Consent) -> ConsentDetails:
    """The sealed part. Callers open the submission's words first."""
    if consent.details is None:
        return ConsentDetails()
    return ConsentDetails.from_text(
        open_text(
            consent.details,
            compartment=consent.person.submission.compartment,
            column=DETAILS_COLUMN,
            row=consent.reference,
        )
    )


def _locked(submission: Submission, by: User) -> Submission:
    submission = locked(submission)
    policies.check_can_assess_risks(by, submission)
    if submission.status in (Status.WITHDRAWN, Status.ERASED):
        raise NotNow(_("This has been withdrawn."))
    if submission.is_draft and policies.holds(by, submission, "draft_submission"):
        return locked_draft(submission, by)
    return submission


def _present(submission: Submission, person: Person) -> Person:
    found = submission.persons.present().filter(pk=person.pk).first()
    if found is None:
        raise NotNow(_("This person has been taken out."))
    found.submission = submission
    return found


def _end_codes(person: Person, by: User, now: datetime) -> None:
    """A code has nothing left to stop; one that was used has its answer with this."""
    live = person.codes.live()
    live.filter(used_at__isnull=False).update(outcome=CodeEnd.TAKEN_BACK, ended_at=now, ended_by=by)
    live.filter(used_at__isnull=True).update(outcome=CodeEnd.NOT_USED, ended_at=now, ended_by=by)


def _record(
    event: Event, consent: Consent, submission: Submission, by: User, *, reason: str = ""
) -> None:
    until = consent.expires_on.isoformat() if consent.expires_on else ""
    log.record(
        event,
        on=consent,
        by=by,
        submission=submission.reference,
        data={"person": consent.person.code, "number": consent.number, "until": until},
        reason=reason,
    )
