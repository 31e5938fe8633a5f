"""What waits for a person in this app, as rows of the desk."""

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.desk import Waiting
from partners.models import User
from submissions.models import Exhibit, Submission

MOST = 50


def awaiting(user: User) -> list[Waiting]:
    """The drafts this person may change, the nearest date first; three queries at most."""
    if not user.acting_gids:
        return []
    drafts = list(
        Submission.objects.visible_to(user, "draft_submission")
        .drafts()
        .order_by("due_on", "pk")[:MOST]
    )
    needing = _needing(drafts)
    unfinished = {
        row["submission"]: row
        for row in Exhibit.objects.unfinished()
        .filter(submission__in=drafts)
        .values("submission")
        .annotate(number=Count("pk"), until=Min("upload__expires_at"))
    }
    rows = []
    for draft in drafts:
        open_ones = unfinished.get(draft.pk)
        until = timezone.localdate(open_ones["until"]) if open_ones else draft.due_on
        rows.append(
            Waiting(
                due=min(draft.due_on, until),
                what=_what(needing.get(draft.pk, 0), open_ones["number"] if open_ones else 0),
                about=draft.title,
                on_whom=_("You or another documenter"),
                since=draft.since,
                url=draft.get_absolute_url(),
                action=_("Go on"),
            )
        )
    return sorted(rows, key=lambda row: row.due)


def _what(needing: int, unfinished: int) -> str:
    if unfinished:
        return ngettext(
            "go on with %(n)d unfinished file, or give it up",
            "go on with %(n)d unfinished files, or give them up",
            unfinished,
        ) % {"n": unfinished}
    if needing:
        return ngettext(
            "answer for %(n)d exhibit, or send it again",
            "answer for %(n)d exhibits, or send them again",
            needing,
        ) % {"n": needing}
    return _("go on with the draft")


def _needing(drafts: list[Submission]) -> dict[int, int]:
    found = Exhibit.objects.needing_someone().filter(submission__in=drafts)
    rows = found.values("submission").annotate(number=Count("pk"))
    return {row["submission"]: row["number"] for row in rows}
