"""Erasing for good: a submission that was withdrawn, or one exhibit that was handed over (R10).

Keys are destroyed; what is left are numbers, dates and digests. It yields to a hold, and waits for
recipients: what an authority took into its file can be asked for, not forced.
"""

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log, uploads, vault
from impna.errors import NotAllowed, NotNow, Sentence
from partners.models import User
from submissions import manifest, policies, ports
from submissions.actions.drafts import locked
from submissions.actions.holds import check_nothing_holds
from submissions.events import Event
from submissions.models import Erasure, Exhibit, Submission, Version
from submissions.states import FileState, Status, check_transition


@transaction.atomic
def erase(*, submission: Submission, reason: str, by: User) -> Submission:
    """Everything of a withdrawn submission: every file, every sealed word, every draft of a form.

    Raises NotNow while a hold keeps anything of it, a recipient has not said what became of what it
    had, or a file is just being sealed.
    """
    submission = locked(submission)
    policies.check_can_lead(by, submission)
    check_transition(submission.status, Status.ERASED)
    _check(submission, None, reason)
    for exhibit in submission.exhibits.unfinished().select_related("upload"):
        assert exhibit.upload is not None
        uploads.give_up(exhibit.upload)
    now = timezone.now()
    Erasure.objects.create(submission=submission, erased_by=by, erased_at=now)
    submission.unsaved.all().delete()
    vault.destroy_compartment(
        submission.compartment,
        by=by,
        reason="The submission was erased.",
        submission=submission.reference,
    )
    submission.status, submission.since, submission.due_on = Status.ERASED, now, None
    submission.save(update_fields=["status", "since", "due_on"])
    log.record(
        Event.ERASED,
        on=submission,
        by=by,
        submission=submission.reference,
        data={
            "versions": submission.versions_made,
            "exhibits": submission.exhibits.present().count(),
        },
        reason=reason,
    )
    return submission


@transaction.atomic
def erase_exhibit(*, exhibit: Exhibit, reason: str, by: User) -> Exhibit:
    """One exhibit: its file, what was said of it, and that in every version it belongs to.

    A version's digest stays that of what was handed over; the event has the digest of what is left
    of its text. Callers hold an opening of the submission's words.
    """
    submission = locked(exhibit.submission)
    policies.check_can_lead(by, submission)
    found = (
        submission.exhibits.present()
        .select_for_update(of=("self",))
        .select_related("key")
        .filter(pk=exhibit.pk)
        .first()
    )
    if found is None or submission.status == Status.ERASED:
        raise NotNow(_("This has been erased."))
    if submission.is_draft and not found.in_versions.exists():
        raise NotNow(_("This was not handed over: a documenter takes it out of the draft."))
    found.submission = submission
    _check(submission, found, reason)
    Erasure.objects.create(
        submission=submission, exhibit=found, erased_by=by, erased_at=timezone.now()
    )
    cut = _cut(submission, found)
    found.removed_at = timezone.now()
    found.information.all().delete()
    found.name = found.description = found.details = found.findings = None
    found.save(update_fields=["removed_at", "name", "description", "details", "findings"])
    vault.destroy(found.key, by=by, reason="Erased.", submission=submission.reference)
    log.record(
        Event.EXHIBIT_ERASED,
        on=found,
        by=by,
        submission=submission.reference,
        data={"exhibit": found.number, "versions": cut},
        reason=reason,
    )
    return found


def why_not(submission: Submission, exhibit: Exhibit | None = None) -> Sentence:
    """What stands against erasing it now, for the page that offers it; "" if nothing does."""
    try:
        check_nothing_holds(submission, exhibit)
    except NotNow as refusal:
        return refusal.reason
    on_its_way = submission.exhibits.on_their_way()
    if exhibit is not None and on_its_way.filter(pk=exhibit.pk).exists():
        return _("Its file is on its way. It can be erased when it is sealed, or given up.")
    if exhibit is None and on_its_way.filter(file_state=FileState.CHECKING).exists():
        return _("A file has just arrived and is being sealed. Try again in a few minutes.")
    return ports.erasing.why_not(submission, exhibit)


def _check(submission: Submission, exhibit: Exhibit | None, reason: str) -> None:
    if not reason.strip():
        raise NotAllowed(_("Say why it is erased."))
    if said := why_not(submission, exhibit):
        raise NotNow(said)


def _cut(submission: Submission, exhibit: Exhibit) -> dict[str, log.Datum]:
    """Take its words out of each version; the SHA-256 of what is left, by number."""
    left: dict[str, log.Datum] = {}
    for version in submission.versions.filter(items__exhibit=exhibit).order_by("number"):
        version.submission = submission
        text = manifest.without_words_of(version, exhibit.reference)
        sealed = manifest.seal(text, submission=submission, version=version.reference)
        Version.objects.filter(pk=version.pk).update(manifest=sealed)
        left[str(version.number)] = hashlib.sha256(text.encode()).hexdigest()
    return left
