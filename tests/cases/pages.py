"""What tests of a recipient's pages share: a referral with bytes in it, and browsers of its people."""

import io
import re
from unittest import mock

from django.db import transaction

from cases.models import Referral
from custody import vault
from impna.db import acting_as
from submissions.actions import exhibits
from submissions.models import Exhibit, Submission
from tests.factories.cases import assigned, contact, head, received, referred
from tests.factories.partners import signed_in
from tests.factories.submissions import complete_draft, describe

CONTENT = bytes(range(256)) * 512
NAME = "Amina testimony.MP4"


def with_file(
    submission: Submission | None = None, *, scan: str = "clean", **answers: object
) -> Submission:
    """A complete draft whose second exhibit has its bytes here, examined with that result."""
    submission = submission or complete_draft()
    by, key = submission.begun_by, vault.draft_key(submission.compartment)
    stored = vault.store(io.BytesIO(CONTENT), key=key)
    new = exhibits._new

    def examined(*args: object, **kwargs: object) -> Exhibit:
        """As a worker leaves it, which alone may change the result afterwards."""
        exhibit = new(*args, **kwargs)
        exhibit.scan = scan
        return exhibit

    with transaction.atomic(), acting_as(by), mock.patch.object(exhibits, "_new", examined):
        added = exhibits.keep_plain(submission=submission, key=key, stored=stored, name=NAME, by=by)
        describe(added, by, **answers)
    return submission


def given(*, scan: str = "clean", answers: dict | None = None, **kwargs) -> Referral:
    """Acknowledged, with a held exhibit 1 and a file as exhibit 2."""
    return received(submission=with_file(scan=scan, **(answers or {})), **kwargs)


def sent(**kwargs) -> Referral:
    """The same, not acknowledged yet."""
    return referred(submission=with_file(), **kwargs)


def file_of(referral: Referral) -> Exhibit:
    """The exhibit that has bytes."""
    found: Exhibit = referral.submission.exhibits.get(number=2)
    return found


def file_of_draft(submission: Submission) -> Exhibit:
    """The same of a draft, as its documenter has it."""
    found: Exhibit = submission.exhibits.select_related("file__key").get(number=2)
    found.submission = submission
    return found


def at_head():
    """A browser of the head of unit."""
    return signed_in(head())


def at_contact():
    """A browser of the contact point."""
    return signed_in(contact())


def at(referral: Referral, user):
    """A browser of somebody it was assigned to."""
    return signed_in(assigned(referral, user))


def words(response) -> str:
    """What a reader reads: no tags, one space between words."""
    text = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(text.split())
