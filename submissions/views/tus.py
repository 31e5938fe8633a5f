"""The tus 1.0 endpoint (https://tus.io/protocols/resumable-upload, version 1.0.0).

Extensions: creation, termination, expiration, checksum. Authorised by an upload token alone, never
by a cookie, so no other site can make a browser send anything here.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from custody import bodies, uploads
from custody.models import Upload
from custody.models.uploads import LARGEST, UploadState
from impna.db import acting_as
from impna.errors import Refused, TooLarge
from impna.marks import own_transactions
from submissions.actions import exhibits, tokens
from submissions.models import Exhibit, UploadToken
from submissions.name_check import KnownNames

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration,checksum"
CONTENT_TYPE = "application/offset+octet-stream"
_EXPOSED = (
    "Location, Upload-Offset, Upload-Length, Upload-Expires, Tus-Resumable, Tus-Version, "
    "Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Retry-After"
)
_ALLOWED = (
    "Authorization, Content-Type, Tus-Resumable, Upload-Checksum, Upload-Length, "
    "Upload-Metadata, Upload-Offset, X-Requested-With, X-HTTP-Method-Override"
)


class BadRequest(Refused):
    """The request does not follow the protocol (400)."""

    status = 400


class WrongVersion(Refused):
    """Another version of tus (412)."""

    status = 412


class WrongType(Refused):
    """PATCH wants application/offset+octet-stream (415)."""

    status = 415


class NoToken(Refused):
    """The token is missing, expired or revoked (401)."""

    status = 401


type Doorway = Callable[..., HttpResponse]


def tus(*methods: str) -> Callable[[Doorway], Doorway]:
    """A doorway of the protocol: version, token, headers; refusals as plain text with a status."""

    def decorate(view: Doorway) -> Doorway:
        @csrf_exempt
        @own_transactions
        @wraps(view)
        def doorway(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            try:
                response = _answer(view, request, methods, **kwargs)
            except Refused as refusal:
                response = HttpResponse(
                    str(refusal.reason), status=refusal.status, content_type="text/plain"
                )
                if isinstance(refusal, bodies.Busy):
                    response["Retry-After"] = str(refusal.retry_after)
                if isinstance(refusal, bodies.TooSlow):
                    response["Connection"] = "close"
            return _with_headers(request, response)

        return doorway

    return decorate


def _answer(
    view: Doorway, request: HttpRequest, methods: tuple[str, ...], **kwargs: Any
) -> HttpResponse:
    method = request.META.get("HTTP_X_HTTP_METHOD_OVERRIDE") or request.method
    if method == "OPTIONS":
        return _options(methods)
    if method not in methods:
        response = HttpResponse(status=405)
        response["Allow"] = ", ".join(methods)
        return response
    if method != "GET" and request.META.get("HTTP_TUS_RESUMABLE") != VERSION:
        raise WrongVersion(_("This portal speaks version 1.0.0 of tus."))
    return view(request, method=method, token=_token(request), **kwargs)


@tus("POST", "GET")
def upload_list(request: HttpRequest, *, method: str, token: UploadToken) -> HttpResponse:
    """POST begins an upload; GET lists what is unfinished, so that any device can go on."""
    if method == "GET":
        return JsonResponse({"uploads": _unfinished(token)})
    length = _number(request, "HTTP_UPLOAD_LENGTH")
    if length > LARGEST:
        raise TooLarge(_("One file may have up to 50 GiB."))
    metadata = _metadata(request)
    name = metadata.get("filename", "")[:500] or str(_("File without a name"))
    with transaction.atomic(), acting_as(token.user):
        # Nothing is begun under a name that may be somebody's, unless its sender has seen that.
        if metadata.get("named") != "checked":
            suggestion = KnownNames(token.submission).suggest(name)
            if suggestion is not None:
                return JsonResponse(asdict(suggestion), status=422)
        exhibit = exhibits.begin_upload(
            submission=token.submission, name=name, length=length, by=token.user
        )
    assert exhibit.upload is not None
    response = HttpResponse(status=201)
    response["Location"] = address_of(exhibit)
    response["Upload-Offset"] = "0"
    return _expiring(response, exhibit.upload)


@tus("HEAD", "PATCH", "DELETE")
def upload(
    request: HttpRequest, *, method: str, token: UploadToken, reference: str
) -> HttpResponse:
    """HEAD says how far it is, PATCH brings a segment, DELETE gives the file up."""
    if method == "PATCH":
        return _patch(request, token, reference)
    with transaction.atomic(), acting_as(token.user):
        exhibit = _exhibit(token, reference)
        if method == "HEAD":
            return _head(exhibit)
        exhibits.end_upload(exhibit=exhibit, by=token.user)
        return HttpResponse(status=204)


def _patch(request: HttpRequest, token: UploadToken, reference: str) -> HttpResponse:
    if request.META.get("CONTENT_TYPE") != CONTENT_TYPE:
        raise WrongType(_("A piece of a file is sent as %(type)s.") % {"type": CONTENT_TYPE})
    offset, checksum = _number(request, "HTTP_UPLOAD_OFFSET"), _checksum(request)
    with bodies.a_place():
        body = bodies.read_body(request, most=uploads.SEGMENT_MOST)
        advanced = exhibits.receive(
            submission=token.submission_id,
            exhibit=reference,
            offset=offset,
            data=body,
            checksum=checksum,
            by=token.user,
        )
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(advanced.offset)
    return _expiring(response, advanced)


@tus("GET")
def segment_digests(
    request: HttpRequest, *, method: str, token: UploadToken, reference: str
) -> HttpResponse:
    """What has arrived, segment by segment, so that a device can prove it has the same file."""
    with transaction.atomic(), acting_as(token.user):
        exhibit = _exhibit(token, reference)
        assert exhibit.upload is not None
        rows = exhibit.upload.segments.values_list("start", "size", "sha256")
        segments = [[start, size, bytes(digest).hex()] for start, size, digest in rows]
    return JsonResponse({"segments": segments})


def _unfinished(token: UploadToken) -> list[dict[str, Any]]:
    with transaction.atomic(), acting_as(token.user):
        exhibits.open_names(submission=token.submission, by=token.user)
        rows = (
            Exhibit.objects.visible_to(token.user)
            .unfinished()
            .filter(submission=token.submission)
            .select_related("upload", "submission__compartment")
        )
        return [
            {
                "exhibit": exhibit.number,
                "name": exhibits.read_name(exhibit),
                "address": address_of(exhibit),
                "length": exhibit.upload.length,
                "offset": exhibit.upload.offset,
            }
            for exhibit in rows
        ]


def _exhibit(token: UploadToken, reference: str) -> Exhibit:
    exhibit = (
        Exhibit.objects.present()
        .select_related("submission__partner", "submission__compartment", "upload", "key")
        .filter(submission=token.submission, reference=reference, upload__isnull=False)
        .first()
    )
    if exhibit is None:
        raise exhibits.NoSuchUpload(_("There is no such upload."))
    return exhibit


def _head(exhibit: Exhibit) -> HttpResponse:
    assert exhibit.upload is not None
    if exhibit.upload.state in (UploadState.FAILED, UploadState.ENDED):
        raise uploads.Expired(_("This file was given up. Start it again."))
    response = HttpResponse(status=200)
    response["Upload-Offset"] = str(exhibit.upload.offset)
    response["Upload-Length"] = str(exhibit.upload.length)
    return _expiring(response, exhibit.upload)


def _options(methods: tuple[str, ...]) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = str(LARGEST)
    response["Tus-Checksum-Algorithm"] = ",".join(uploads.ALGORITHMS)
    response["Access-Control-Allow-Methods"] = ", ".join((*methods, "OPTIONS"))
    response["Access-Control-Allow-Headers"] = _ALLOWED
    response["Access-Control-Max-Age"] = "7200"
    return response


def _with_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    if request.META.get("HTTP_ORIGIN") == settings.ORIGIN != settings.BYTES_ORIGIN:
        response["Access-Control-Allow-Origin"] = settings.ORIGIN
        response["Access-Control-Expose-Headers"] = _EXPOSED
        response["Vary"] = "Origin"
    return response


def _token(request: HttpRequest) -> UploadToken:
    kind, _space, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    found = tokens.find(text) if kind == "Bearer" else None
    if found is None:
        raise NoToken(_("Sign in again to go on. What has arrived is kept."))
    return found


def _number(request: HttpRequest, header: str) -> int:
    text = request.META.get(header, "")
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise BadRequest(_("A length or offset is missing or is no number."))
    return int(text)


def _metadata(request: HttpRequest) -> dict[str, str]:
    """`Upload-Metadata`: comma-separated pairs of a key and a base64 value (tus, Creation)."""
    pairs = {}
    for pair in filter(None, request.META.get("HTTP_UPLOAD_METADATA", "").split(",")):
        key, _space, value = pair.strip().partition(" ")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadRequest(_("The metadata is not base64.")) from error
    return pairs


def _checksum(request: HttpRequest) -> uploads.Checksum | None:
    header = request.META.get("HTTP_UPLOAD_CHECKSUM", "")
    if not header:
        return None
    algorithm, _space, value = header.partition(" ")
    if algorithm not in uploads.ALGORITHMS:
        raise BadRequest(_("Checksums are sha256 or sha1."))
    try:
        return uploads.Checksum(algorithm, base64.b64decode(value, validate=True))
    except binascii.Error as error:
        raise BadRequest(_("The checksum is not base64.")) from error


def address_of(exhibit: Exhibit) -> str:
    """Where the file of an exhibit is sent to."""
    return settings.BYTES_ORIGIN + reverse("upload", args=[exhibit.reference])


def _expiring(response: HttpResponse, upload: Upload) -> HttpResponse:
    if upload.state == UploadState.RECEIVING:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response
