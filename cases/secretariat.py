"""What the Secretariat reads of a submission: in its own database role, and no more (R14)."""

import json
from typing import Any

from django.conf import settings
from django.db import connection

from cases.models import Advice, Referral
from cases.reading import Sheet
from impna.db import SECRETARIAT, acting_as
from partners.models import User
from submissions.models import Submission
from submissions.vocabularies import SecretariatView


def had_by(submission: Submission, by: User) -> list[dict[str, Any]]:
    """Who was given it, from when until when: all that an adviser learns of what became of it."""
    with acting_as(by, role=SECRETARIAT):
        return list(
            Referral.objects.filter(submission=submission.pk)
            .order_by("id")
            .values("sent_at", "closed_at", "unit__name", "unit__partner__name")
        )


def sheet_shown(advice: Advice, by: User) -> Sheet | None:
    """The frozen cover sheet, where the organisation shows it for this question and it is open.

    The database gives no other: `cases_sheet_for_adviser` is all of it that the role may call. A
    deployment that takes `cover` back shows none, whatever was chosen before.
    """
    if SecretariatView.COVER not in settings.SECRETARIAT_VIEWS:
        return None
    with acting_as(by, role=SECRETARIAT), connection.cursor() as cursor:
        cursor.execute("SELECT cases_sheet_for_adviser(%s)", [advice.pk])
        (found,) = cursor.fetchone()
    return Sheet(json.loads(found)) if found else None
