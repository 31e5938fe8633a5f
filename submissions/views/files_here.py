"""What a draft has already, so that a folder chosen again sends nothing twice.

Part of the upload endpoint: authorised by an upload token. The sender's device compares the content
itself, by the digests given here; no name is sent to ask.
"""

import json

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from custody import bodies
from impna.db import acting_as
from submissions.actions import exhibits
from submissions.models import Exhibit, UploadToken
from submissions.states import FileState
from submissions.views.tus import BadRequest, address_of, tus

MOST = 2000
_LONGEST = 64 * 1024


@tus("POST")
def files_here(request: HttpRequest, *, method: str, token: UploadToken) -> HttpResponse:
    """Files of the given sizes that arrived or are on their way, with what proves their content.

    `sha256` of a sealed file; of others `segments`, each start, size and digest, as far as they go.
    """
    lengths = _lengths(request)
    with transaction.atomic(), acting_as(token.user):
        exhibits.open_names(submission=token.submission, by=token.user)
        rows = (
            Exhibit.objects.visible_to(token.user)
            .with_files_of(lengths)
            .filter(submission=token.submission)
            .select_related("file", "upload", "submission__compartment")
            .prefetch_related("upload__segments")
        )
        return JsonResponse({"here": [_proof(exhibit) for exhibit in rows]})


def _proof(exhibit: Exhibit) -> dict[str, object]:
    assert exhibit.upload is not None
    segments = list(exhibit.upload.segments.all())
    if exhibit.file_state == FileState.CHECKING and not segments:
        # Sealed between the two looks: now its whole digest is there.
        exhibit.refresh_from_db(fields=["file_state", "file"])
    file = exhibit.file
    return {
        "exhibit": exhibit.number,
        "name": exhibits.read_name(exhibit),
        "length": exhibit.upload.length,
        "address": address_of(exhibit),
        "sending": exhibit.file_state == FileState.SENDING,
        "sha256": bytes(file.sha256).hex() if file else "",
        "segments": [[one.start, one.size, bytes(one.sha256).hex()] for one in segments],
    }


def _lengths(request: HttpRequest) -> list[int]:
    with bodies.a_place():
        body = bodies.read_body(request, most=_LONGEST)
    try:
        found = json.loads(body)["lengths"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadRequest(_("The sizes are missing.")) from error
    if not isinstance(found, list) or len(found) > MOST or not all(map(_is_size, found)):
        raise BadRequest(_("The sizes are missing."))
    return found


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
