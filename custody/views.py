"""Giving opened files: attachments that no browser runs, by range, never cached (DESIGN 6)."""

from collections.abc import Iterator

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from custody import ports, vault
from custody.models import Opening, SealedFile
from custody.ranges import Unsatisfiable, parse_range
from impna.db import acting_as
from impna.marks import own_transactions

_SANDBOX = "sandbox; default-src 'none'"


@require_GET
@own_transactions
def opened_file(request: HttpRequest, opening: str, file: str) -> HttpResponseBase:
    """The bytes of one file under a permit of this person; 404 for everyone else's."""
    reading, name = _reading(request, opening, file)
    try:
        asked = parse_range(_range_header(request, reading.file), reading.size)
    except Unsatisfiable:
        reading.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{reading.size}"
        return response
    start, stop = asked or (0, reading.size)
    answer = StreamingHttpResponse(
        _pieces(reading, start, stop),
        status=206 if asked else 200,
        content_type="application/octet-stream",
    )
    if asked:
        answer["Content-Range"] = f"bytes {start}-{stop - 1}/{reading.size}"
    answer["Content-Length"] = str(stop - start)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = _entity_tag(reading.file)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["Content-Security-Policy"] = _SANDBOX
    answer["Cache-Control"] = "no-store"
    answer["Cross-Origin-Resource-Policy"] = "same-site"
    return answer


def _reading(request: HttpRequest, opening: str, file: str) -> tuple[vault.Reading, str]:
    user = request.user
    with transaction.atomic(), acting_as(user):  # type: ignore[arg-type]
        permit = get_object_or_404(Opening, reference=opening, by=user.reference)  # type: ignore[union-attr]
        item = next((i for i in permit.files if i["file"] == file), None)
        target = ports.targets.find(permit.target)
        if item is None or target is None:
            raise Http404
        sealed = get_object_or_404(
            SealedFile.objects.select_related("key__compartment"), reference=file
        )
    return vault.Reading(permit, sealed, target, user), item["name"]  # type: ignore[arg-type]


def _pieces(reading: vault.Reading, start: int, stop: int) -> Iterator[bytes]:
    with reading:
        yield from reading.read(start, stop)


def _range_header(request: HttpRequest, file: SealedFile) -> str:
    """Nothing when If-Range names another representation."""
    condition = request.META.get("HTTP_IF_RANGE")
    if condition and condition != _entity_tag(file):
        return ""
    return request.META.get("HTTP_RANGE", "")


def _entity_tag(file: SealedFile) -> str:
    """By reference: a digest would let an onlooker confirm a guess."""
    return f'"{file.reference}"'
