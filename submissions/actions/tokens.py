"""Upload tokens: sending goes on for a day without the session (DESIGN 4)."""

import hashlib
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from custody import log
from impna.db import partly
from partners.models import Partner, User
from submissions import policies
from submissions.actions.drafts import locked_draft
from submissions.events import Event
from submissions.hard_stops import check_takes_files
from submissions.models import Submission, UploadToken

LASTS = timedelta(hours=24)
# Every piece of every file begins with this question: one statement, no more columns than it needs.
_FIND = """
    SELECT token.submission_id, token.user_id, token.made_at, token.expires_at, token.revoked_at,
           person.reference, person.is_active, person.sessions_from, person.partner_id,
           partner.reference, partner.status, partner.locked_at,
           ARRAY(SELECT held.group_id FROM partners_user_groups held
                 WHERE held.user_id = person.id ORDER BY held.group_id)
    FROM submissions_uploadtoken token
    JOIN partners_user person ON person.id = token.user_id
    JOIN partners_partner partner ON partner.id = person.partner_id
    WHERE token.digest = %s
"""
_TOKEN = ("submission_id", "user_id", "made_at", "expires_at", "revoked_at")
_USER = ("reference", "is_active", "sessions_from", "partner_id")
_PARTNER = ("reference", "status", "locked_at")


@transaction.atomic
def allow_uploading(*, submission: Submission, by: User) -> str:
    """A token for this person and draft; the same again while more than half of its day is left.

    It is not stored: the portal computes it from its row and a secret of its own. Looking at the
    page is no change of the draft. Raises NotNow until the question before the first file is
    answered.
    """
    policies.check_can_draft(by, submission)
    now = timezone.now()
    if submission.is_draft and (again := _still_good(submission, by, now)):
        return again
    submission = locked_draft(submission, by, changes=False)
    check_takes_files(submission)
    token = _token(submission, by, now)
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
    """The token, while it is good; unknown, expired and revoked look alike.

    Of the person, the partner and the submission only what a piece of a file needs is read, the
    person's groups included; the rest is fetched when it is asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [_digest(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    found = partly(UploadToken, dict(zip(_TOKEN, row[:5], strict=True)))
    user = {"id": found.user_id, **dict(zip(_USER, row[5:9], strict=True))}
    partner = {"id": user["partner_id"], **dict(zip(_PARTNER, row[9:12], strict=True))}
    found.user = partly(User, user)
    found.user.partner = partly(Partner, partner)
    found.user.acting_gids = tuple(row[12])
    return found if found.is_good(timezone.now()) else None


def _still_good(submission: Submission, by: User, now: datetime) -> str:
    newest = (
        UploadToken.objects.select_related("user__partner")
        .filter(submission=submission, user=by, expires_at__gt=now + LASTS / 2)
        .order_by("-made_at")
        .first()
    )
    if newest is None or not newest.is_good(now):
        return ""
    token = _token(submission, by, newest.made_at)
    # Another secret since then: that token can no longer be told, only used.
    return token if _digest(token) == bytes(newest.digest) else ""


def _token(submission: Submission, by: User, made_at: datetime) -> str:
    value = f"{submission.reference} {by.reference} {made_at.astimezone(UTC).isoformat()}"
    return salted_hmac("submissions.upload_token", value, algorithm="sha256").hexdigest()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
