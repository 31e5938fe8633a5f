"""What waits for an adviser of the Secretariat, as rows of the desk."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Advice
from cases.policies import check_is_adviser
from partners.desk import Waiting
from partners.models import User
from partners.policies import allowed

MOST = 50


def awaiting(user: User) -> list[Waiting]:
    """Open questions, the nearest date first; one query. In `blind` a title is not shown (R14)."""
    if not allowed(check_is_adviser, user):
        return []
    found = Advice.objects.visible_to(user).open().select_related("submission__partner")
    return [
        Waiting(
            due=advice.due_on,
            what=_("answer a question: who could take it?"),
            about=advice.submission.partner.name,
            on_whom=_("You or another adviser"),
            since=advice.asked_at,
            url=reverse("cases:advice", args=[advice.reference]),
            action=_("Answer"),
        )
        for advice in found.by_date()[:MOST]
    ]
