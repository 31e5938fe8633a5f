"""Redacted copies of an exhibit: asked for or supplied, looked at, confirmed, taken back.

A copy counts when somebody of the organisation has opened it and says that nobody can be
recognised in it; it stops counting when somebody takes it back.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from custody import log, vault
from custody.intake.redacting import MOST_PAGES, WHOLE
from custody.models import DerivationKind, Opening
from custody.texts import open_text, seal_text
from impna.db import after_commit
from impna.errors import NotAllowed, NotNow
from partners.models import User
from submissions import policies, ports
from submissions.actions.drafts import locked, locked_draft
from submissions.events import Event
from submissions.given_names import with_ending
from submissions.graphic import check_chosen
from submissions.models import Exhibit, PagePictures, Redaction, Submission
from submissions.models.redactions import MOST, MOST_MARKS
from submissions.states import CopyState, Scan, Status

NAME_COLUMN = "submissions.redaction.name"
SUPPLIED = "supplied by the sender"
_ENDINGS = {"jpeg": "jpg"}


@transaction.atomic
def ask_for_pages(*, exhibit: Exhibit, by: User) -> PagePictures:
    """Have small pictures of its pages made, to mark places on; they are made once."""
    exhibit = _locked_exhibit(exhibit, by)
    if found := PagePictures.objects.filter(exhibit=exhibit).first():
        return found
    now = timezone.now()
    pages = PagePictures.objects.create(exhibit=exhibit, asked_by=by, asked_at=now, due_at=now)
    _record(Event.PAGES_ASKED, exhibit, by, {})
    after_commit(_queue)
    return pages


@transaction.atomic
def open_pages(*, exhibit: Exhibit, reason: str, chosen: bool = False, by: User) -> Opening:
    """One opening of the exhibit, in the pictures of its pages; see `exhibits.open_file`."""
    check_takes_copies(exhibit, by)
    check_chosen(exhibit.markers, chosen=chosen)
    pages = PagePictures.objects.filter(exhibit=exhibit, file__isnull=False).first()
    if pages is None or pages.file is None:
        raise NotNow(_("The pictures of its pages are not there."))
    name = f"Exhibit {exhibit.number}, pages"
    return vault.open(exhibit, by=by, reason=reason, files={name: pages.file})


@transaction.atomic
def mark(*, exhibit: Exhibit, marks: Sequence[Sequence[int]], by: User) -> Redaction:
    """Ask for a copy in which these places are black; see `Redaction.marks`.

    Raises NotAllowed for a place that is on no page, or for none or too many of them.
    """
    exhibit = _locked_exhibit(exhibit, by)
    if not 0 < len(marks) <= MOST_MARKS:
        raise NotAllowed(_("Mark between 1 and %(most)d places.") % {"most": MOST_MARKS})
    if not all(_is_place(one) for one in marks):
        raise NotAllowed(_("A marked place lies on its page."))
    redaction = _new(exhibit, Redaction.Method.MARKED, by, marks=[list(one) for one in marks])
    redaction.save()
    data: dict[str, log.Datum] = {"places": len(marks), "pages": len(redaction.pages)}
    _record(Event.REDACTION_ASKED, exhibit, by, {"copy": redaction.number, **data})
    after_commit(_queue)
    return redaction


@transaction.atomic
def supply(*, exhibit: Exhibit, stored: vault.Stored, name: str, by: User) -> Redaction:
    """A copy that a plain form brought, sealed to the exhibit's key; `name` as its device calls it.

    It is scanned before it can be confirmed.
    """
    exhibit = _locked_exhibit(exhibit, by)
    assert exhibit.file is not None
    redaction = _new(exhibit, Redaction.Method.SUPPLIED, by)
    redaction.file = vault.keep_derivation(
        stored,
        original=exhibit.file,
        kind=DerivationKind.REDACTION,
        tool=SUPPLIED,
        by=by,
        submission=exhibit.submission.reference,
    )
    redaction.name = seal_text(
        name,
        compartment=exhibit.submission.compartment,
        column=NAME_COLUMN,
        row=redaction.reference,
    )
    redaction.save()
    _record(Event.REDACTION_SUPPLIED, exhibit, by, {"copy": redaction.number})
    after_commit(_queue)
    return redaction


@transaction.atomic
def open_copy(*, redaction: Redaction, reason: str, chosen: bool = False, by: User) -> Opening:
    """One opening of a copy, for its own organisation; as graphic as its exhibit."""
    check_chosen(redaction.exhibit.markers, chosen=chosen)
    if redaction.file is None:
        raise NotNow(_("This copy is not there yet."))
    return vault.open(redaction, by=by, reason=reason, files={called(redaction): redaction.file})


@transaction.atomic
def confirm(*, redaction: Redaction, by: User) -> Redaction:
    """Say that nobody can be recognised in it. Only whoever has opened it can say so."""
    redaction = _locked(redaction, by)
    if redaction.state != CopyState.TO_CONFIRM:
        raise NotNow(_("This copy cannot be confirmed now."))
    if not was_read(redaction, by):
        raise NotNow(_("Open it first, and look whether anybody can be recognised in it."))
    redaction.confirmed_by, redaction.confirmed_at = by, timezone.now()
    redaction.save(update_fields=["confirmed_by", "confirmed_at"])
    _record(Event.REDACTION_CONFIRMED, redaction.exhibit, by, {"copy": redaction.number})
    return redaction


@transaction.atomic
def take_back(*, redaction: Redaction, reason: str, by: User) -> Redaction:
    """End its use for good. Its file stays sealed, and nobody opens it any more.

    Recipients that have it are asked what became of it.
    """
    redaction = _locked(redaction, by)
    if redaction.taken_back_at is not None:
        raise NotNow(_("This copy has been taken back already."))
    if redaction.file is None:
        raise NotNow(_("This copy is not there yet."))
    redaction.taken_back_by, redaction.taken_back_at = by, timezone.now()
    redaction.save(update_fields=["taken_back_by", "taken_back_at"])
    data: dict[str, log.Datum] = {"copy": redaction.number}
    _record(Event.REDACTION_TAKEN_BACK, redaction.exhibit, by, data, reason=reason)
    ports.consent_narrowed.tell(redaction.exhibit.submission, by)
    return redaction


def check_takes_copies(exhibit: Exhibit, by: User) -> None:
    """Raise NotAllowed or NotNow unless this person has a copy of it made, or supplies one, now."""
    policies.check_can_draft(by, exhibit.submission)
    if not exhibit.submission.is_draft:
        raise NotNow(_("This has been handed over; begin a supplement to add to it."))
    if exhibit.removed_at is not None:
        raise NotNow(_("This exhibit has been taken out."))
    if exhibit.file is None:
        raise NotNow(_("This exhibit has no sealed file in the portal."))
    if exhibit.scan == Scan.AWAITED:
        raise NotNow(_("Its file has not been examined yet. Look again in a few minutes."))
    if exhibit.scan == Scan.INFECTED:
        raise NotNow(_("Its file is harmful and in quarantine: no copy is made of it."))
    if exhibit.redacted_copies.count() >= MOST:
        raise NotNow(_("One exhibit has up to %(most)d redacted copies.") % {"most": MOST})


def called(redaction: Redaction) -> str:
    """What an opened copy is called outside: never what its sender called it (DESIGN 6)."""
    name = f"Exhibit {redaction.exhibit.number}, redacted copy {redaction.number}"
    return with_ending(name, f".{_ending(redaction)}")


def was_read(redaction: Redaction, by: User) -> bool:
    """This person has opened it, and had bytes of it."""
    target = f"{redaction.custody_label}:{redaction.reference}"
    return Opening.objects.filter(by=by.reference, target=target, requests__gt=0).exists()


def read_name(redaction: Redaction) -> str:
    """What the sender's device called a supplied copy; "" for one made here."""
    if redaction.name is None:
        return ""
    return open_text(
        redaction.name,
        compartment=redaction.exhibit.submission.compartment,
        column=NAME_COLUMN,
        row=redaction.reference,
    )


def _new(
    exhibit: Exhibit, method: Redaction.Method, by: User, *, marks: list[list[int]] | None = None
) -> Redaction:
    now = timezone.now()
    return Redaction(
        exhibit=exhibit,
        number=exhibit.redacted_copies.count() + 1,
        method=method,
        marks=marks or [],
        asked_by=by,
        asked_at=now,
        due_at=now,
    )


def _is_place(place: Sequence[int]) -> bool:
    if len(place) != 5 or not all(type(part) is int for part in place):
        return False
    page, left, top, width, height = place
    inside = min(left, top) >= 0 and left + width <= WHOLE and top + height <= WHOLE
    return 1 <= page <= MOST_PAGES and min(width, height) > 0 and inside


def _locked_exhibit(exhibit: Exhibit, by: User) -> Exhibit:
    submission = locked_draft(exhibit.submission, by)
    found = _with_submission(exhibit, submission)
    check_takes_copies(found, by)
    return found


def _locked(redaction: Redaction, by: User) -> Redaction:
    """The copy, its submission locked first, for whoever says whether it may be used."""
    submission = locked(redaction.exhibit.submission)
    policies.check_can_sign_off(by, submission)
    if submission.status == Status.ERASED:
        raise NotNow(_("This has been erased."))
    found = (
        Redaction.objects.select_for_update(of=("self",))
        .select_related("file", "exhibit")
        .get(pk=redaction.pk)
    )
    if found.exhibit.removed_at is not None:
        raise NotNow(_("This exhibit has been taken out."))
    found.exhibit.submission = submission
    return found


def _with_submission(exhibit: Exhibit, submission: Submission) -> Exhibit:
    found = (
        Exhibit.objects.select_for_update(of=("self",))
        .select_related("file__key__compartment")
        .get(pk=exhibit.pk)
    )
    found.submission = submission
    return found


def _ending(redaction: Redaction) -> str:
    """Of a file name: as the portal made it, or as the sender's device called it."""
    if redaction.method == Redaction.Method.MARKED:
        return _ENDINGS.get(redaction.kind, redaction.kind)
    return read_name(redaction).rpartition(".")[2]


def _record(
    event: Event,
    exhibit: Exhibit,
    by: log.Actor,
    data: dict[str, log.Datum],
    *,
    reason: str = "",
) -> None:
    log.record(
        event,
        on=exhibit,
        by=by,
        submission=exhibit.submission.reference,
        data={"exhibit": exhibit.number, **data},
        reason=reason,
    )


def _queue() -> None:
    from submissions.tasks import redact  # the task imports actions

    redact.delay()
