"""Files without JavaScript: one plain form, sealed as it arrives, on the bytes server.

The upload token in the path authorises it, as in tus: no cookie is read for it, so no other site
can make a browser send anything here. Each file is kept in a transaction of its own as soon as the
next part of the form begins; a broken line loses the unfinished one and nothing else.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from socket import SHUT_RD
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from custody import bodies, uploads, vault
from custody.models import SealingKey
from impna.db import acting_as
from impna.errors import NotNow, Refused, Sentence, TooLarge
from impna.marks import own_transactions
from submissions import policies
from submissions.actions import exhibits, tokens
from submissions.models import UploadToken

MOST_MIB = 200
MOST_FILES = 100
STALLED_AFTER = 90.0
AT_ONCE = 3
_MARGIN = 1024 * 1024  # what a form adds to its files: names and boundaries
_PIECE = 256 * 1024
_places = threading.BoundedSemaphore(AT_ONCE)


@csrf_exempt
@own_transactions
@require_POST
def plain_upload(request: HttpRequest, token: str) -> HttpResponse:
    """Take every file of the form, then back to the exhibits with how many arrived."""
    found = tokens.find(token)
    if found is None:
        return _not_received(request, 401)
    try:
        _check(request, found)
        with _a_place():
            return _receive(request, found)
    except Refused as refusal:
        return _not_received(request, refusal.status, refusal.reason)


def outcome_of(request: HttpRequest) -> dict[str, Any] | None:
    """What the address says after a plain form: counts only, never names."""
    received = request.GET.get("received", "")
    if not (received.isascii() and received.isdigit() and len(received) < 5):
        return None
    return {"received": int(received), "stopped": request.GET.get("left") == "stopped"}


class SealAsItArrives(FileUploadHandler):
    """Seals each file of a form while it is read: never in clear on a disk, never whole in memory.

    `kept` counts the files that are exhibits now.
    """

    chunk_size = _PIECE

    def __init__(self, token: UploadToken) -> None:
        super().__init__()
        self._submission, self._by = token.submission, token.user
        self._storing: vault.Storing | None = None
        self._key: SealingKey | None = None
        self._name = ""
        self.kept = 0

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Begin an age file under a key of its own."""
        self._name = file_name
        with transaction.atomic(), acting_as(self._by):
            policies.check_can_draft(self._by, self._submission)
            self._key = vault.draft_key(self._submission.compartment)
        self._storing = vault.Storing(self._key).__enter__()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal a piece; no other handler sees it."""
        assert self._storing is not None
        self._storing.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        """The next part has begun, so this one is whole: keep it."""
        assert self._storing is not None
        assert self._key is not None
        stored = self._storing.finish()
        self._storing.__exit__(None, None, None)
        self._storing = None
        try:
            with transaction.atomic(), acting_as(self._by):
                exhibits.keep_plain(
                    submission=self._submission,
                    key=self._key,
                    stored=stored,
                    name=self._name,
                    by=self._by,
                )
        except BaseException:
            vault.forget_draft(self._key, stored.store_name)
            raise
        finally:
            self._key = None
        self.kept += 1

    def give_up_unfinished(self) -> None:
        """Nothing stays of a file whose end did not come. Again is allowed."""
        if self._storing is not None:
            stop = vault.Unfinished("The form broke off.")
            self._storing.__exit__(vault.Unfinished, stop, None)
            self._storing = None
        if self._key is not None:
            vault.forget_draft(self._key)
            self._key = None


class _Form(MultiPartParser):
    """Django's parser, but a file keeps the name its sender's device gave it: it is evidence.

    The name is sealed and never becomes a path.
    """

    def sanitize_file_name(self, file_name: str) -> str:
        """All of it, up to 500 characters."""
        return file_name.replace("\0", "\ufffd")[:500]


class _Guarded:
    """The request's body; a sender who stalls is cut off."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._left = int(request.META["CONTENT_LENGTH"])
        self._socket = request.META.get("gunicorn.socket")

    @property
    def all_read(self) -> bool:
        """Every byte that was announced has arrived."""
        return self._left == 0

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; the end when the sender went away or stalled."""
        timer = threading.Timer(STALLED_AFTER, self._cut_off)
        timer.daemon = True
        timer.start()
        try:
            piece = bytes(self._request.read(size))
        except OSError:
            return b""
        finally:
            timer.cancel()
        self._left -= len(piece)
        return piece

    def _cut_off(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(SHUT_RD)


def _receive(request: HttpRequest, token: UploadToken) -> HttpResponse:
    sealing, whole = SealAsItArrives(token), False
    body = _Guarded(request)
    try:
        _parse(request, body, sealing)
        whole = body.all_read
    except (TooManyFilesSent, MultiPartParserError):
        pass  # said by `whole`: those before are kept
    finally:
        sealing.give_up_unfinished()
    outcome = {"received": str(sealing.kept)} | ({} if whole else {"left": "stopped"})
    page = settings.ORIGIN + reverse("submissions:exhibit-list", args=[token.submission.reference])
    response = HttpResponseRedirect(f"{page}?{urlencode(outcome)}#received")
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def _not_received(request: HttpRequest, status: int, reason: Sentence = "") -> HttpResponse:
    """In words, with a way back to the pages, which have another origin in `./portal run`."""
    one_origin = settings.ORIGIN == settings.BYTES_ORIGIN
    context = {"origin": settings.ORIGIN, "one_origin": one_origin, "reason": reason}
    response = render(request, "submissions/plain_refused.html", context, status=status)
    # The rest of the form is not read.
    response["Connection"] = "close"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(bodies.Busy.retry_after)
    return response


def _parse(request: HttpRequest, body: Any, sealing: SealAsItArrives) -> None:
    _Form(request.META, body, [sealing], request.encoding).parse()


def _check(request: HttpRequest, token: UploadToken) -> None:
    """Everything that can be refused before a byte of a file is read."""
    header = request.META.get("CONTENT_LENGTH") or ""
    declared = int(header) if header.isdigit() else None
    if declared is None or declared > MOST_MIB * 1024 * 1024 + _MARGIN:
        raise TooLarge(
            _("A form without JavaScript takes up to %(mib)d MiB of files in all.")
            % {"mib": MOST_MIB}
        )
    with transaction.atomic(), acting_as(token.user):
        policies.check_can_draft(token.user, token.submission)
        if not token.submission.is_draft:
            raise NotNow(_("This has been handed over; begin a supplement to add to it."))
        room = settings.PARTNER_QUOTA - 2 * uploads.on_the_way(token.user.partner.reference)
    if 2 * declared > min(room, vault.free_bytes()):
        raise uploads.NoRoom(_("The portal has no room for these files at the moment."))


@contextmanager
def _a_place() -> Iterator[None]:
    """One of a few places: a form holds its thread as long as it sends."""
    if not _places.acquire(blocking=False):
        raise bodies.Busy(
            _("The portal is receiving as much as it can. Send it again in a moment.")
        )
    try:
        yield
    finally:
        _places.release()
