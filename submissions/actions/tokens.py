"""Upload tokens: sending goes on for a day without the session (DESIGN 4)."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from custody import log
from partners.models import User
from submissions.actions.drafts import locked_draft
from submissions.events import Event
from submissions.models import Submission, UploadToken

LASTS = timedelta(hours=24)


@transaction.atomic
def allow_uploading(*, submission: Submission, by: User) -> str:
    """A token for this person and draft, returned once; earlier ones of theirs stay good."""
    submission = locked_draft(submission, by)
    now = timezone.now()
    token = secrets.token_urlsafe(32)
    UploadToken.objects.create(
        submission=submission,
        user=by,
        digest=_digest(token),
        made_at=now,
        expires_at=now + LASTS,
    )
    log.record(Event.UPLOADING_ALLOWED, on=submission, by=by, submission=submission.reference)
    return token


@transaction.atomic
def revoke_all(*, by: User) -> int:
    """At sign-out: nothing goes on in this person's name. Returns how many were good."""
    return by.upload_tokens.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def revoke_at_sign_out(user: User) -> None:
    """Plugged into `partners.ports.signed_out`."""
    revoke_all(by=user)


def find(token: str) -> UploadToken | None:
    """The token, while it is good; unknown, expired and revoked look alike."""
    found = (
        UploadToken.objects.select_related("user__partner", "submission__partner")
        .filter(digest=_digest(token))
        .first()
    )
    return found if found is not None and found.is_good(timezone.now()) else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
