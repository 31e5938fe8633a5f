"""Exhibits come into a draft, get their file, are described, or are taken out again."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log, uploads, vault
from custody.intake.findings import Findings
from custody.models import Opening, SealingKey, Upload
from custody.models.uploads import UploadState
from custody.texts import open_text, seal_text
from impna.db import ask_as, partly, transaction_as
from impna.errors import NotAllowed, NotNow, Refused
from partners.models import User
from submissions import notifications, policies
from submissions.actions.drafts import locked_draft, narrowed
from submissions.actions.holds import check_nothing_holds
from submissions.actions.information import ungrade
from submissions.answers import CLEAR, Answers, Details
from submissions.events import Event
from submissions.given_names import given_name
from submissions.graphic import check_chosen
from submissions.hard_stops import check_may_be_here, check_takes_files
from submissions.models import Exhibit, Submission
from submissions.openings import Words
from submissions.states import FileState
from submissions.strict import is_strict
from submissions.vocabularies import Delivery, Recognisable

NAME_COLUMN = "submissions.exhibit.name"
DESCRIPTION_COLUMN = "submissions.exhibit.description"
DETAILS_COLUMN = "submissions.exhibit.details"
FINDINGS_COLUMN = "submissions.exhibit.findings"
# Everything a segment must be asked, in one statement: there are thousands to a file.
_UPLOAD = ("id", "length", "offset", "state", "expires_at")
_SENDING = f"""
    SELECT {policies.HELD.format(submission="exhibit.submission_id")}, key.recipient,
           upload.id, upload.length, upload."offset", upload.state, upload.expires_at
    FROM submissions_exhibit exhibit
    JOIN custody_upload upload ON upload.id = exhibit.upload_id
    JOIN custody_sealingkey key ON key.id = upload.key_id
    WHERE exhibit.submission_id = %s AND exhibit.reference = %s AND exhibit.removed_at IS NULL
"""  # noqa: S608 - two constants


class NoSuchUpload(Refused):
    """Unknown, or someone else's (404)."""

    status = 404


@dataclass(frozen=True)
class Declared:
    """What is known of material that is not sent here. Digests in lower-case hex, size in bytes."""

    sha256: str = ""
    sha512: str = ""
    size: int | None = None


@transaction.atomic
def begin_upload(*, submission: Submission, name: str, length: int, by: User) -> Exhibit:
    """A new exhibit whose file is about to be sent; `name` as the device calls it, sealed."""
    submission = locked_draft(submission, by)
    check_takes_files(submission)
    exhibit = _new(submission, Delivery.PORTAL, name, by)
    exhibit.upload = uploads.begin(
        key=exhibit.key,
        length=length,
        submission=submission.reference,
        partner=by.partner.reference,
        by=by.reference,
        quota=settings.PARTNER_QUOTA,
    )
    exhibit.file_state = _state_of(exhibit.upload)
    exhibit.save()
    _record(Event.UPLOAD_BEGUN, exhibit, by, {"upload": exhibit.upload.reference})
    return exhibit


def receive(
    *,
    submission: int,
    exhibit: str,
    offset: int,
    data: bytes,
    checksum: uploads.Checksum | None,
    by: User,
) -> Upload:
    """Take one segment of an exhibit's file. No event of its own: the whole file is one.

    `submission` by primary key, `exhibit` by reference. Asks in one statement, seals without a
    transaction, and counts the segment in one: see `uploads.take` and `uploads.count`.
    """
    found = ask_as(by, _SENDING, [*policies.held(by, "draft_submission"), submission, exhibit])
    if found is None:
        raise NoSuchUpload(_("There is no such upload."))
    held, recipient, *columns = found
    policies.check_held_to_draft(held)
    upload = partly(Upload, dict(zip(_UPLOAD, columns, strict=True)))
    piece = uploads.take(upload, recipient=recipient, offset=offset, data=data, checksum=checksum)
    if piece is None:
        return upload
    if piece.stop < upload.length:
        return uploads.count(upload, piece, by=by)
    with transaction_as(by):
        uploads.count(upload, piece, by=by)
        Exhibit.objects.filter(upload=upload, file_state=FileState.SENDING).update(
            file_state=FileState.CHECKING
        )
    return upload


@transaction.atomic
def keep_plain(
    *, submission: Submission, key: SealingKey, stored: vault.Stored, name: str, by: User
) -> Exhibit:
    """An exhibit whose whole file a plain form brought, sealed as it arrived.

    Its upload is at its end already; the job waits for the examination alone.
    """
    submission = locked_draft(submission, by)
    check_takes_files(submission)
    upload = uploads.keep_whole(
        stored,
        key=key,
        submission=submission.reference,
        partner=by.partner.reference,
        by=by,
    )
    exhibit = _new(submission, Delivery.PORTAL, name, by, key=key)
    exhibit.upload, exhibit.file, exhibit.file_state = upload, upload.file, FileState.SEALED
    exhibit.save()
    _record(Event.FILE_RECEIVED, exhibit, by, {"failure": "", "form": True})
    return exhibit


@transaction.atomic
def open_names(*, submission: Submission, by: User) -> Opening:
    """A permit to read names, descriptions and findings while working on a submission.

    One opening for each person and quarter of an hour, not one for each page (R3).
    """
    words = Words(submission)
    still_open = Opening.objects.filter(
        by=by.reference,
        target=f"{words.custody_label}:{words.reference}",
        ended_at__isnull=True,
        expires_at__gt=timezone.now(),
    )
    return still_open.order_by("-id").first() or vault.open(
        words, by=by, reason=_("Working on the draft."), files={}
    )


@transaction.atomic
def open_file(*, exhibit: Exhibit, reason: str, chosen: bool = False, by: User) -> Opening:
    """One opening of its file; graphic content only for whoever `chosen` it."""
    check_chosen(exhibit.markers, chosen=chosen)
    if exhibit.file is None:
        raise NotNow(_("This exhibit has no sealed file in the portal."))
    name = given_name(exhibit.number, read_name(exhibit))
    return vault.open(exhibit, by=by, reason=reason, files={name: exhibit.file})


@transaction.atomic
def end_upload(*, exhibit: Exhibit, by: User) -> Exhibit:
    """The sender gives a file up: what arrived of it is destroyed, its number stays unused."""
    exhibit = _locked(exhibit, by)
    if exhibit.upload is None or exhibit.file_state != FileState.SENDING:
        raise NotNow(_("This file is not being sent."))
    check_nothing_holds(exhibit.submission, exhibit)
    uploads.give_up(exhibit.upload)
    _remove(exhibit)
    _record(Event.UPLOAD_ENDED, exhibit, by, {})
    vault.destroy(
        exhibit.key,
        by=by,
        reason="Given up before it was received.",
        submission=exhibit.submission.reference,
    )
    return exhibit


@transaction.atomic
def add_without_file(
    *,
    submission: Submission,
    delivery: Delivery,
    name: str,
    description: str,
    declared: Declared,
    by: User,
) -> Exhibit:
    """An exhibit that is sent another way, held somewhere, or given on request."""
    submission = locked_draft(submission, by)
    exhibit = _new(submission, delivery, name, by)
    exhibit.declared_sha256 = declared.sha256
    exhibit.declared_sha512 = declared.sha512
    exhibit.declared_size = declared.size
    exhibit.description = _seal(exhibit, description, DESCRIPTION_COLUMN)
    exhibit.save()
    _record(Event.EXHIBIT_ADDED, exhibit, by, {"delivery": str(delivery)})
    return exhibit


@transaction.atomic
def correct(
    *, exhibit: Exhibit, delivery: Delivery, name: str, declared: Declared, by: User
) -> Exhibit:
    """Mend what was said of material that is not sent here: a slip in a digest, another holder.

    The event says what changed, with the digests before and after; a name is never in it.
    """
    exhibit = _locked(exhibit, by)
    if exhibit.upload is not None or delivery == Delivery.PORTAL:
        raise NotNow(_("Only material without its file here is corrected this way."))
    before = _declared(exhibit)
    renamed = read_name(exhibit) != name
    exhibit.delivery, exhibit.name = delivery, _seal(exhibit, name, NAME_COLUMN)
    exhibit.declared_sha256 = declared.sha256
    exhibit.declared_sha512 = declared.sha512
    exhibit.declared_size = declared.size
    exhibit.save(
        update_fields=["delivery", "name", "declared_sha256", "declared_sha512", "declared_size"]
    )
    data: dict[str, log.Datum] = {
        "name": renamed,
        "before": before,
        "after": _declared(exhibit),
    }
    _record(Event.EXHIBIT_CORRECTED, exhibit, by, data)
    return exhibit


@transaction.atomic
def describe(
    *, exhibit: Exhibit, answers: Answers, by: User, strict_shown: bool = False
) -> Exhibit:
    """What it is, what it shows, where it comes from, and whether someone can be recognised in it.

    `strict_shown`: the strict handling was suggested on the page, so that less of it is a choice.
    Raises NotAllowed for a code that is on none of the lists, and NotNow when its file is here but
    it is marked as what is never kept here.
    """
    answers.check()
    exhibit = _locked(exhibit, by)
    check_may_be_here(exhibit, answers.markers)
    ungrade([exhibit], answers.evidence_type)
    for field in CLEAR:
        setattr(exhibit, field, getattr(answers, field))
    exhibit.loosened = not is_strict(answers.handling) and (strict_shown or exhibit.loosened)
    exhibit.description = _seal(exhibit, answers.description, DESCRIPTION_COLUMN)
    exhibit.details = _seal(exhibit, answers.details.text(), DETAILS_COLUMN)
    exhibit.save(update_fields=[*CLEAR, "loosened", "description", "details"])
    record_answers(exhibit, by)
    narrowed(exhibit.submission, by)
    return exhibit


@transaction.atomic
def bring(*, exhibit: Exhibit, earlier: Exhibit | None, by: User) -> Exhibit:
    """Say that this is the file of what an earlier version described without one, or take it back.

    What was said then is taken over as long as nothing was answered here.
    """
    exhibit = _locked(exhibit, by)
    if exhibit.in_versions.exists():
        raise NotNow(_("This exhibit has been handed over; it stays as it is."))
    if exhibit.delivery != Delivery.PORTAL:
        raise NotNow(_("This exhibit has no file in the portal."))
    if (
        earlier
        and not exhibit.submission.exhibits.described_before().filter(pk=earlier.pk).exists()
    ):
        raise NotAllowed(_("Choose an exhibit that was handed over without its file."))
    exhibit.brings = earlier
    exhibit.save(update_fields=["brings"])
    number = earlier.number if earlier else 0
    _record(Event.FILE_BROUGHT, exhibit, by, {"brings": number})
    if earlier and exhibit.recognisable == Recognisable.UNANSWERED and not exhibit.obtained:
        earlier.submission = exhibit.submission
        describe(exhibit=exhibit, answers=read_answers(earlier), by=by)
        exhibit.refresh_from_db()
    return exhibit


@transaction.atomic
def remove(*, exhibit: Exhibit, by: User, reason: str) -> Exhibit:
    """Take an exhibit out of a draft: its key is destroyed, its number is never used again."""
    exhibit = _locked(exhibit, by)
    if exhibit.in_versions.exists():
        raise NotNow(_("This exhibit has been handed over; withdraw the submission, or recall it."))
    if exhibit.file_state in (FileState.SENDING, FileState.CHECKING):
        raise NotNow(_("Its file is on its way. Give the upload up, or wait until it is sealed."))
    check_nothing_holds(exhibit.submission, exhibit)
    _remove(exhibit)
    _record(Event.EXHIBIT_REMOVED, exhibit, by, {}, reason=reason)
    vault.destroy(exhibit.key, by=by, reason=reason, submission=exhibit.submission.reference)
    return exhibit


def record_answers(exhibit: Exhibit, by: User) -> None:
    """The event of changed answers: codes only."""
    data: dict[str, log.Datum] = {
        "type": exhibit.evidence_type,
        "recognisable": exhibit.recognisable,
        "identified_by": list[log.Datum](exhibit.identified_by),
        "obtained": exhibit.obtained,
        "markers": list[log.Datum](exhibit.markers),
        "handling": list[log.Datum](exhibit.handling),
        "loosened": exhibit.loosened,
    }
    _record(Event.EXHIBIT_CHANGED, exhibit, by, data)


def file_arrived(upload: Upload) -> bool:
    """Plugged into `custody.ports.received`: the exhibit learns how its file fared."""
    exhibit = (
        Exhibit.objects.select_for_update(of=("self",))
        .select_related("submission")
        .filter(upload=upload)
        .first()
    )
    if exhibit is None:
        return False
    exhibit.file_state = _state_of(upload)
    exhibit.file, exhibit.failure = upload.file, upload.failure
    exhibit.save(update_fields=["file_state", "file", "failure"])
    event = Event.FILE_RECEIVED if upload.file else Event.FILE_FAILED
    data: dict[str, log.Datum] = {"exhibit": exhibit.number, "failure": upload.failure}
    log.record(event, on=exhibit, by=log.SYSTEM, submission=exhibit.submission.reference, data=data)
    if event == Event.FILE_FAILED:
        notifications.file_failed(exhibit)
    return True


def read_name(exhibit: Exhibit) -> str:
    """What the sender's device called it."""
    return _unseal(exhibit, exhibit.name, NAME_COLUMN)


def read_description(exhibit: Exhibit) -> str:
    """What the documenter says of it."""
    return _unseal(exhibit, exhibit.description, DESCRIPTION_COLUMN)


def read_details(exhibit: Exhibit) -> Details:
    """By which codes people are named, and how it came here."""
    text = _unseal(exhibit, exhibit.details, DETAILS_COLUMN)
    return Details.from_text(text) if text else Details()


def read_answers(exhibit: Exhibit) -> Answers:
    """What has been answered so far. Callers hold an opening of the submission's words."""
    return Answers(
        **{name: getattr(exhibit, name) for name in CLEAR},
        description=read_description(exhibit),
        details=read_details(exhibit),
    )


def read_findings(exhibit: Exhibit) -> Findings | None:
    """What the examination found; None before it has ended."""
    text = _unseal(exhibit, exhibit.findings, FINDINGS_COLUMN)
    return Findings.from_json(text) if text else None


def _new(
    submission: Submission,
    delivery: Delivery,
    name: str,
    by: User,
    *,
    key: SealingKey | None = None,
) -> Exhibit:
    exhibit = Exhibit(
        submission=submission,
        number=submission.next_exhibit,
        delivery=delivery,
        key=key or vault.new_key(submission.compartment),
        added_by=by,
        added_at=timezone.now(),
    )
    submission.next_exhibit += 1
    submission.save(update_fields=["next_exhibit"])
    exhibit.name = _seal(exhibit, name, NAME_COLUMN)
    return exhibit


def _declared(exhibit: Exhibit) -> dict[str, log.Datum]:
    return {
        "delivery": exhibit.delivery,
        "sha256": exhibit.declared_sha256,
        "sha512": exhibit.declared_sha512,
        "size": "" if exhibit.declared_size is None else str(exhibit.declared_size),
    }


def _remove(exhibit: Exhibit) -> None:
    exhibit.information.all().delete()
    exhibit.removed_at = timezone.now()
    exhibit.name = exhibit.description = exhibit.details = exhibit.findings = None
    exhibit.save(update_fields=["removed_at", "name", "description", "details", "findings"])


def _locked(exhibit: Exhibit, by: User) -> Exhibit:
    submission = locked_draft(exhibit.submission, by)
    found = (
        Exhibit.objects.present()
        .select_for_update(of=("self",))
        .select_related("key", "upload")
        .filter(pk=exhibit.pk)
        .first()
    )
    if found is None:
        raise NotNow(_("This exhibit has been taken out."))
    found.submission = submission
    return found


def _state_of(upload: Upload) -> FileState:
    return {
        UploadState.RECEIVING: FileState.SENDING,
        UploadState.RECEIVED: FileState.CHECKING,
        UploadState.SEALED: FileState.SEALED,
        UploadState.FAILED: FileState.FAILED,
        UploadState.ENDED: FileState.NONE,
    }[UploadState(upload.state)]


def _record(
    event: Event, exhibit: Exhibit, by: User, data: dict[str, log.Datum], *, reason: str = ""
) -> None:
    log.record(
        event,
        on=exhibit,
        by=by,
        submission=exhibit.submission.reference,
        data={"exhibit": exhibit.number, **data},
        reason=reason,
    )


def _seal(exhibit: Exhibit, text: str, column: str) -> bytes | None:
    if not text:
        return None
    return seal_text(
        text,
        compartment=exhibit.submission.compartment,
        column=column,
        row=exhibit.reference,
    )


def _unseal(exhibit: Exhibit, sealed: bytes | memoryview | None, column: str) -> str:
    if sealed is None:
        return ""
    return open_text(
        sealed, compartment=exhibit.submission.compartment, column=column, row=exhibit.reference
    )
