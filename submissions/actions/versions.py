"""Hand-over: a draft becomes a numbered, frozen version, and the approver declares for whom (R1, R4).

To whom it goes is the business of `cases`, which calls these in one transaction with its referrals.
"""

import hashlib
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log
from impna.errors import NotAllowed, NotNow
from impna.references import new_reference
from partners.models import Unit, User
from submissions import declarations, manifest, notifications, policies
from submissions.actions.drafts import due, locked
from submissions.completeness import missing
from submissions.events import Event
from submissions.models import (
    Consent,
    Declaration,
    Exhibit,
    Link,
    Submission,
    Version,
    VersionExhibit,
)
from submissions.states import Status, check_transition


@transaction.atomic
def hand_over(*, submission: Submission, by: User) -> Version:
    """Freeze the draft as its next version.

    Raises NotAllowed when this person changed it (four eyes) and NotNow while something is missing,
    while a single-handed cooling-off lasts, or when it was handed over already. Callers hold an
    opening of the draft's words.
    """
    submission = locked(submission)
    policies.check_can_approve(by, submission)
    check_transition(submission.status, Status.HANDED_OVER)
    check_complete(submission)
    now = timezone.now()
    alone = check_eyes(by, submission, now)
    writers = policies.changed_by(submission)
    version = _freeze(submission, by, now, alone=alone)
    submission.status, submission.since = Status.HANDED_OVER, now
    submission.due_on, submission.versions_made = due(Status.HANDED_OVER, now), version.number
    submission.save(update_fields=["status", "since", "due_on", "versions_made"])
    log.record(
        Event.HANDED_OVER,
        on=version,
        by=by,
        submission=submission.reference,
        data={
            "version": version.number,
            "digest": version.digest_hex,
            "exhibits": version.exhibits,
            "incidents": version.incidents,
            "single_handed": alone,
        },
        at=now,
    )
    notifications.handed_over(version, writers)
    return version


def check_complete(submission: Submission) -> None:
    """Raises NotNow while an answer or a signature is missing. Callers hold an opening of its words."""
    if missing(submission, sealed=True):
        raise NotNow(_("Something is still missing; the list says what."))
    if submission.links.to_sign().exists():
        raise NotNow(_("An approver has to sign first who is given without being asked."))


@transaction.atomic
def declare(*, version: Version, unit: Unit, by: User) -> Declaration:
    """The approver's word that this version may go to this unit. Saying it again changes nothing."""
    submission = locked(version.submission)
    policies.check_can_approve(by, submission)
    if submission.status in (Status.WITHDRAWN, Status.ERASED):
        raise NotNow(_("This has been withdrawn."))
    said, is_new = Declaration.objects.get_or_create(
        version=version,
        unit=unit,
        defaults={
            "words": declarations.digest(),
            "declared_by": by,
            "declared_at": timezone.now(),
        },
    )
    if is_new:
        log.record(
            Event.DECLARED,
            on=said,
            by=by,
            submission=submission.reference,
            data={
                "version": version.number,
                "unit": unit.reference,
                "words": said.words,
                "risks": submission.risks.live().count(),
            },
        )
    return said


def check_eyes(by: User, submission: Submission, now: datetime) -> bool:
    """True when this is a single-handed hand-over; raises when four eyes are still needed."""
    changed = policies.last_change_by(by, submission)
    if changed is None:
        return False
    if not submission.partner.single_handed:
        raise NotAllowed(_("You changed this draft; another approver hands it over."))
    if _utc_day(now) <= _utc_day(changed):
        raise NotNow(
            _("You changed this today. Your organisation is single-handed: hand it over tomorrow.")
        )
    return True


def _freeze(submission: Submission, by: User, now: datetime, *, alone: bool) -> Version:
    found = submission.incidents.present().with_facts()
    told = list(found.select_related("submission__compartment"))
    items: list[Exhibit] = list(
        submission.exhibits.present().select_related("file", "submission__compartment")
    )
    people = list(
        submission.persons.present().with_parts().select_related("submission__compartment")
    )
    reference, number = new_reference(), submission.next_version
    text = manifest.write(
        submission=submission,
        number=number,
        at=log.written_time(now),
        cover=submission.cover_sheet,
        told=told,
        people=people,
        consents=_consents(submission),
        links=_links(submission),
        items=items,
    )
    version = Version.objects.create(
        reference=reference,
        submission=submission,
        number=number,
        manifest=manifest.seal(text, submission=submission, version=reference),
        digest=hashlib.sha256(text.encode()).digest(),
        sheet=manifest.sheet_of(submission.cover_sheet, told, items),
        exhibits=len(items),
        incidents=len(told),
        size=sum(one.file.size for one in items if one.file),
        single_handed=alone,
        handed_over_by=by,
        handed_over_at=now,
    )
    VersionExhibit.objects.bulk_create(
        VersionExhibit(
            version=version, exhibit=one, recognisable=one.recognisable, markers=one.markers
        )
        for one in items
    )
    return version


def _consents(submission: Submission) -> list[Consent]:
    found = Consent.objects.live().filter(
        person__submission=submission, person__removed_at__isnull=True
    )
    return list(
        found.select_related("person__submission__compartment", "evidence").order_by("person_id")
    )


def _links(submission: Submission) -> list[Link]:
    found = submission.links.live().select_related("person", "submission__compartment")
    return list(found.prefetch_related("linked__exhibit"))


def _utc_day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
