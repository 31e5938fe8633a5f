"""Submissions and exhibits, by walking the real actions."""

import base64
import hashlib
import io

from django.conf import settings
from django.db import transaction
from django.test import Client

from custody import uploads
from impna.db import acting_as
from partners.models import User
from submissions.actions import drafts, exhibits, tokens
from submissions.models import Exhibit, Submission
from tests.factories.standing import FIRST_DOCUMENTER, OTHER_DOCUMENTER


def documenter() -> User:
    """The documenter of the first standing CSO."""
    return User.objects.get(email=FIRST_DOCUMENTER)


def another_documenter() -> User:
    """The documenter of the other standing CSO."""
    return User.objects.get(email=OTHER_DOCUMENTER)


def draft(by: User | None = None, title: str = "Example events in the north") -> Submission:
    """A draft, begun by a documenter."""
    by = by or documenter()
    with transaction.atomic(), acting_as(by):
        return drafts.begin(title=title, kind="information", by=by)


def upload_token(submission: Submission, by: User | None = None) -> str:
    """A token of whoever began the draft."""
    by = by or submission.begun_by
    with transaction.atomic(), acting_as(by):
        return tokens.allow_uploading(submission=submission, by=by)


def sent(submission: Submission, content: bytes, *, name: str = "example.jpg") -> Exhibit:
    """An exhibit whose file has arrived whole and waits for intake."""
    by = submission.begun_by
    with transaction.atomic(), acting_as(by):
        exhibit = exhibits.begin_upload(
            submission=submission, name=name, length=len(content), by=by
        )
    source, offset = io.BytesIO(content), 0
    while piece := source.read(uploads.MIB):
        with transaction.atomic(), acting_as(by):
            exhibits.receive(exhibit=exhibit, offset=offset, data=piece, checksum=None, by=by)
        offset += len(piece)
    return Exhibit.objects.get(pk=exhibit.pk)


class TusClient:
    """The protocol by hand, for what a well-behaved client would never do."""

    def __init__(self, token: str) -> None:
        self._client = Client()
        self.headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}

    def request(self, method: str, url: str, data: bytes = b"", **headers: str):
        """One request; header names with underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("Content-Type", "application/offset+octet-stream")
        return self._client.generic(
            method,
            url.removeprefix(settings.BYTES_ORIGIN),
            data,
            content_type=content_type,
            headers=self.headers | named,
        )

    def begin(self, length: int, name: str = "example.jpg") -> str:
        """POST; the address of the new upload."""
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        response = self.request(
            "POST", "/bytes/uploads/", Upload_Length=str(length), Upload_Metadata=metadata
        )
        assert response.status_code == 201, response.content
        return response["Location"]

    def send(self, address: str, offset: int, data: bytes, *, checksum: bool = True, **headers):
        """PATCH, with a SHA-256 checksum unless told otherwise."""
        if checksum:
            digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
            headers.setdefault("Upload_Checksum", f"sha256 {digest}")
        return self.request("PATCH", address, data, Upload_Offset=str(offset), **headers)
