"""Files with an information request: a letter, a photograph, “do you know this place?”.

They are sealed under the referral's compartment, and only ever looked at by the virus scanner.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notifications, policies
from cases.actions import words
from cases.actions.referrals import locked_referral
from cases.events import Event
from cases.models import Enclosure, InformationRequest
from cases.models.enclosures import MOST
from cases.states import RequestStatus, Status
from custody import log, scanning, uploads, vault
from custody.intake.clamd import Verdict
from custody.models import Opening, SealingKey, Upload
from impna.errors import NotNow, Sentence
from partners.models import User
from submissions.given_names import with_ending
from submissions.states import Scan


@transaction.atomic
def enclose(
    *, request: InformationRequest, key: SealingKey, stored: vault.Stored, name: str, by: User
) -> Enclosure:
    """Add a file that a plain form brought, sealed as it arrived; `name` as its device calls it.

    The sender reads it. Nobody takes it back: what was sent was sent.
    """
    referral = locked_referral(request.referral)
    request = InformationRequest.objects.select_for_update().get(pk=request.pk)
    request.referral = referral
    check_takes_files(request, by)
    upload = uploads.keep_whole(
        stored,
        key=key,
        submission=referral.submission.reference,
        partner=by.partner.reference,
        by=by,
    )
    enclosure = Enclosure(
        request=request,
        number=request.enclosures.count() + 1,
        upload=upload,
        by=by,
        at=timezone.now(),
    )
    enclosure.name = words.seal(name, referral=referral, on=enclosure, column="name")
    enclosure.save()
    _record(Event.ENCLOSED, enclosure, by, {"size": str(stored.size)})
    notifications.enclosed(enclosure)
    return enclosure


@transaction.atomic
def open_file(*, enclosure: Enclosure, reason: str, by: User) -> Opening:
    """One opening, for either side: called by its numbers outside, never by its own name."""
    called = f"Request {enclosure.request.number}, file {enclosure.number}"
    name = with_ending(called, read_name(enclosure))
    return vault.open(enclosure, by=by, reason=reason, files={name: enclosure.file})


def check_takes_files(request: InformationRequest, by: User) -> None:
    """Raise NotAllowed or NotNow unless this person adds one more file to this request now."""
    policies.check_can_work(by, request.referral)
    if closed := closed_because(request):
        raise NotNow(closed)


def closed_because(request: InformationRequest) -> Sentence:
    """Why a request takes no more files; "" while it does."""
    if request.referral.status == Status.RECALLED:
        return _("The sender has taken this back.")
    if request.status != RequestStatus.ASKED:
        return _("This request is not open any more.")
    if request.enclosures.count() >= MOST:
        return _("One request takes up to %(most)d files.") % {"most": MOST}
    return ""


def examine(upload: Upload) -> bool:
    """Plugged into `custody.ports.examine`: scan it once; a second call changes nothing."""
    enclosure = _of(upload)
    if enclosure is None:
        return False
    if enclosure.scan == Scan.AWAITED:
        with scanning.plaintext(enclosure.file) as pieces:
            verdict = scanning.verdict_on(pieces())
        _keep(upload, verdict)
    return True


def leave_unexamined(upload: Upload) -> bool:
    """Plugged into `custody.ports.unexamined`: no try to scan it came to its end."""
    return _keep(upload, scanning.UNEXAMINED)


def read_name(enclosure: Enclosure) -> str:
    """What its own device called it. Both sides read it."""
    referral = enclosure.request.referral
    return words.read(enclosure.name, referral=referral, on=enclosure, column="name")


@transaction.atomic
def _keep(upload: Upload, verdict: Verdict) -> bool:
    """Write what the scanner said, once; whether the upload is one of ours."""
    enclosure = _of(upload, lock=True)
    if enclosure is not None and enclosure.scan == Scan.AWAITED:
        enclosure.scan, enclosure.scan_reason = Scan(verdict.outcome), verdict.why
        enclosure.save(update_fields=["scan", "scan_reason"])
        found: dict[str, log.Datum] = {"scan": enclosure.scan, "reason": enclosure.scan_reason}
        _record(Event.ENCLOSURE_EXAMINED, enclosure, log.SYSTEM, found)
        if enclosure.scan == Scan.INFECTED:
            notifications.enclosure_quarantined(enclosure)
    return enclosure is not None


def _of(upload: Upload, *, lock: bool = False) -> Enclosure | None:
    found = Enclosure.objects.select_related(
        "request__referral__submission", "upload__file__key__compartment", "by"
    )
    if lock:
        found = found.select_for_update(of=("self",))
    return found.filter(upload=upload).first()


def _record(event: Event, enclosure: Enclosure, by: log.Actor, data: dict[str, log.Datum]) -> None:
    request = enclosure.request
    named: dict[str, log.Datum] = {
        "referral": request.referral.reference,
        "request": request.number,
        "file": enclosure.number,
    }
    log.record(
        event,
        on=enclosure,
        by=by,
        submission=enclosure.submission_reference,
        data=named | data,
    )
