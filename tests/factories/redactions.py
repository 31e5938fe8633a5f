"""Redacted copies, by walking the real actions."""

import io
from unittest import mock

from django.db import transaction

from custody import vault
from impna.db import acting_as
from partners.models import User
from submissions.actions import exhibits, redactions
from submissions.models import Exhibit, Redaction, Submission
from tests.factories.partners import acting
from tests.factories.submissions import describe

# A page from 1; left, top, width, height in hundredths of a per cent.
MARK = [1, 2531, 1117, 3333, 2222]


def with_picture(
    submission: Submission, content: bytes, *, scan: str = "clean", name: str = "here.jpg"
) -> Exhibit:
    """An exhibit whose file is sealed and examined with that result, and identifies someone."""
    by, key = submission.begun_by, vault.draft_key(submission.compartment)
    stored = vault.store(io.BytesIO(content), key=key)
    new = exhibits._new

    def examined(*args: object, **kwargs: object) -> Exhibit:
        """As a worker leaves it, which alone may change the result afterwards."""
        exhibit = new(*args, **kwargs)
        exhibit.scan = scan
        return exhibit

    with transaction.atomic(), acting_as(by), mock.patch.object(exhibits, "_new", examined):
        added = exhibits.keep_plain(submission=submission, key=key, stored=stored, name=name, by=by)
        describe(added, by, recognisable="someone", identified_by=["face"])
    found = Exhibit.objects.select_related("submission", "file__key", "key").get(pk=added.pk)
    found.submission = submission
    return found


def marked(exhibit: Exhibit, *marks: list[int], by: User | None = None) -> Redaction:
    """A copy that was asked for and waits for a worker."""
    by = by or exhibit.submission.begun_by
    with acting(by):
        return redactions.mark(exhibit=exhibit, marks=marks or [MARK], by=by)


def supplied(exhibit: Exhibit, content: bytes, *, name: str = "muted.mp4") -> Redaction:
    """A copy that the sender made, before it is scanned."""
    by = exhibit.submission.begun_by
    stored = vault.store(io.BytesIO(content), key=exhibit.key)
    with acting(by):
        return redactions.supply(exhibit=exhibit, stored=stored, name=name, by=by)
