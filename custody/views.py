"""Giving opened files: attachments that no browser runs, by range, never cached (DESIGN 6)."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from custody import ports, vault
from custody.models import Compartment, Opening, SealedFile, SealingKey
from custody.ranges import Unsatisfiable, parse_range
from impna.db import partly, transaction_as
from impna.marks import own_transactions

_SANDBOX = "sandbox; default-src 'none'"
_FIND = """
    SELECT opening.id, opening.target, opening.files,
           file.id, file.key_id, file.store_name, file.size,
           key.entry, compartment.id, compartment.name
    FROM custody_opening opening, custody_sealedfile file
    JOIN custody_sealingkey key ON key.id = file.key_id
    JOIN custody_compartment compartment ON compartment.id = key.compartment_id
    WHERE opening.reference = %s AND opening.by = %s AND opening.files @> %s::jsonb
      AND file.reference = %s
"""
_OPENING = ("id", "target", "files")
_FILE = ("id", "key_id", "store_name", "size")


@require_GET
@own_transactions
def opened_file(request: HttpRequest, opening: str, file: str) -> HttpResponseBase:
    """The bytes of one file under a permit of this person; 404 for everyone else's."""
    user: Any = request.user
    # One look for the whole request: what is found, whether it may be read, and its count.
    with transaction_as(user):
        permit, sealed = _permitted(opening, file, user)
        target = ports.targets.find(permit.target)
        if target is None:
            raise Http404
        try:
            asked = parse_range(_range_header(request, sealed), sealed.size)
        except Unsatisfiable:
            vault.Reading(permit, sealed, target, user).close()
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{sealed.size}"
            return response
        start, stop = asked or (0, sealed.size)
        reading = vault.Reading(permit, sealed, target, user, first=(start, stop))
    answer = StreamingHttpResponse(
        _Pieces(reading, start, stop),
        status=206 if asked else 200,
        content_type="application/octet-stream",
    )
    name = next(item["name"] for item in permit.files if item["file"] == file)
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


def _permitted(opening: str, file: str, by: Any) -> tuple[Opening, SealedFile]:
    """The permit of this person and the file it names, or 404; one statement for both."""
    with connection.cursor() as cursor:
        named = json.dumps([{"file": file}])
        cursor.execute(_FIND, [opening, by.reference, named, file])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    facts = (row[0], row[1], json.loads(row[2]))
    permit = partly(Opening, {"reference": opening, **dict(zip(_OPENING, facts, strict=True))})
    sealed = partly(SealedFile, {"reference": file, **dict(zip(_FILE, row[3:7], strict=True))})
    sealed.key = partly(SealingKey, {"id": sealed.key_id, "entry": row[7]})
    sealed.key.compartment = partly(Compartment, {"id": row[8], "name": row[9]})
    return permit, sealed


class _Pieces:
    """What is sent. The file is released however the answer ends, even before its first byte."""

    def __init__(self, reading: vault.Reading, start: int, stop: int) -> None:
        self._pieces = reading.read(start, stop)
        self.close = reading.close

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def _range_header(request: HttpRequest, file: SealedFile) -> str:
    """Nothing when If-Range names another representation."""
    condition = request.META.get("HTTP_IF_RANGE")
    if condition and condition != _entity_tag(file):
        return ""
    return request.META.get("HTTP_RANGE", "")


def _entity_tag(file: SealedFile) -> str:
    """By reference: a digest would let an onlooker confirm a guess."""
    return f'"{file.reference}"'
