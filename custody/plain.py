"""Files of a plain form, without JavaScript: sealed as they arrive, on the bytes server.

Each file is kept in a transaction of its own as soon as the next part of the form begins; a broken
line loses the unfinished one and nothing else. What the files are, and who may send them, the app
above says by two functions: the key of the next file, and what keeps it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from socket import SHUT_RD
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from custody import bodies, uploads, vault
from custody.models import SealingKey
from impna.errors import Sentence, TooLarge

STALLED_AFTER = 90.0
AT_ONCE = 3
_MARGIN = 1024 * 1024  # what a form adds to its files: names and boundaries
_PIECE = 256 * 1024
_places = threading.BoundedSemaphore(AT_ONCE)

# Keeps a stored file under the name its device gave it; refuses, or saves everything of it.
type Keep = Callable[[vault.Stored, SealingKey, str], object]


class SealAsItArrives(FileUploadHandler):
    """Seals each file of a form while it is read: never in clear on a disk, never whole in memory.

    `key` gives the draft key of the next file or refuses it, `keep` makes it a row; at most `most`
    files of one form. `kept` counts those that are kept now. `forget` ends what became no row:
    whoever gives a key that has other files says so.
    """

    chunk_size = _PIECE

    def __init__(
        self,
        *,
        key: Callable[[], SealingKey],
        keep: Keep,
        most: int,
        forget: Callable[[SealingKey, str], None] = vault.forget_draft,
    ) -> None:
        super().__init__()
        self._key_of_next, self._keep, self._most = key, keep, most
        self._forget = forget
        self._storing: vault.Storing | None = None
        self._key: SealingKey | None = None
        self._name = ""
        self.kept = 0

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Begin an age file under a key of its own."""
        if self.kept >= self._most:
            raise TooManyFilesSent("More files than one form takes.")
        self._name = file_name
        self._key = self._key_of_next()
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
            self._keep(stored, self._key, self._name)
        except BaseException:
            self._forget(self._key, stored.store_name)
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
            self._forget(self._key, "")
            self._key = None


def declared_size(request: HttpRequest, *, most_mib: int) -> int:
    """How large the form says it is, in bytes; TooLarge beyond the limit, or when it does not say."""
    header = request.META.get("CONTENT_LENGTH") or ""
    declared = int(header) if header.isdigit() else None
    if declared is None or declared > most_mib * 1024 * 1024 + _MARGIN:
        raise TooLarge(_("One form takes up to %(mib)d MiB of files in all.") % {"mib": most_mib})
    return declared


def check_room(declared: int, *, partner: str) -> None:
    """Raise NoRoom unless the partner's quota and the disk have room for as much."""
    room = settings.PARTNER_QUOTA - 2 * uploads.on_the_way(partner)
    if 2 * declared > min(room, vault.free_bytes()):
        raise uploads.NoRoom(_("The portal has no room for these files at the moment."))


@contextmanager
def a_place() -> Iterator[None]:
    """One of a few places: a form holds its thread as long as it sends."""
    if not _places.acquire(blocking=False):
        raise bodies.Busy(
            _("The portal is receiving as much as it can. Send it again in a moment.")
        )
    try:
        yield
    finally:
        _places.release()


def receive(request: HttpRequest, sealing: SealAsItArrives) -> bool:
    """Read the form to its end; whether all of it came and was taken.

    A refusal of the app above passes through; the files before it are kept.
    """
    body: Any = _Guarded(request)
    try:
        _Form(request.META, body, [sealing], request.encoding).parse()
    except (TooManyFilesSent, MultiPartParserError):
        return False
    finally:
        sealing.give_up_unfinished()
    return bool(body.all_read)


def received(address: str, *, kept: int, whole: bool) -> HttpResponse:
    """Back to the page, which says how many arrived."""
    outcome = {"received": str(kept)} | ({} if whole else {"left": "stopped"})
    response = HttpResponseRedirect(f"{settings.ORIGIN}{address}?{urlencode(outcome)}#received")
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def outcome_of(request: HttpRequest) -> dict[str, Any] | None:
    """What the address says after a plain form: counts only, never names."""
    found = request.GET.get("received", "")
    if not (found.isascii() and found.isdigit() and len(found) < 5):
        return None
    return {"received": int(found), "stopped": request.GET.get("left") == "stopped"}


def not_received(
    request: HttpRequest,
    status: int,
    *,
    back: tuple[str, Sentence],
    reason: Sentence = "",
    kept: int = 0,
) -> HttpResponse:
    """In words, with a way back to the pages, which have another origin in `./portal run`.

    `back` is a path there and what its link says; without a reason the form's time is over.
    """
    path, label = back
    context = {
        "origin": settings.ORIGIN,
        "one_origin": settings.ORIGIN == settings.BYTES_ORIGIN,
        "reason": reason,
        "kept": kept,
        "back_url": f"{settings.ORIGIN}{path}",
        "back_label": label,
    }
    response = render(request, "custody/not_received.html", context, status=status)
    # The rest of the form is not read.
    response["Connection"] = "close"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(bodies.Busy.retry_after)
    return response


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
