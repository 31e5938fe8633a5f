"""What waits for a recipient's people, as rows of the desk."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.lists import annotated
from cases.models import Assignment, Condition, Referral
from cases.next_steps import Step, next_step
from cases.possible import OVER
from cases.states import Status
from cases.vocabularies import ConditionAnswer
from impna.errors import Sentence
from partners.desk import Waiting
from partners.models import User

MOST = 50
# How long before its date feedback stands on a desk.
SOON = timedelta(days=14)


def awaiting(user: User) -> list[Waiting]:
    """The nearest date first; one query, and none for those who receive nothing."""
    if not user.partner.receives_referrals:
        return []
    rows = [row for referral in _waiting(user) for row in _rows(referral)]
    return sorted(rows, key=lambda row: row.due)


def _waiting(user: User) -> list[Any]:
    """Those with something to do soon, or assigned to this person."""
    own = Assignment.objects.live().filter(referral=OuterRef("pk"), user=user)
    asked = Condition.objects.filter(referral=OuterRef("pk"), answer=ConditionAnswer.AWAITED)
    soon = timezone.localdate() + SOON
    found = Referral.objects.visible_to(user).annotate(mine_since=Subquery(own.values("given_at")))
    pressing = Q(status__in=[Status.SENT, *OVER]) | Q(due_on__lte=soon) | Exists(asked)
    wanted = found.filter(pressing | Q(mine_since__isnull=False))
    return list(annotated(wanted, user).by_date()[:MOST])


def _rows(referral: Any) -> Iterator[Waiting]:
    step = next_step(referral, referral.condition_due)
    if step.due and getattr(referral, f"may_{step.needs}") and _presses(step):
        yield _row(referral, step.due, step.what, step.action, step.url, referral.since)
    if referral.mine_since is not None and referral.status not in OVER:
        yield _row(
            referral,
            referral.assessment.due_on,
            _("work on it: it is assigned to you"),
            _("Open"),
            referral.get_absolute_url(),
            referral.mine_since,
            on_whom=_("You"),
        )


def _presses(step: Step) -> bool:
    return not step.can_wait or (step.due or date.max) <= timezone.localdate() + SOON


def _row(
    referral: Any,
    due: date,
    what: Sentence,
    action: Sentence,
    url: str,
    since: Any,
    *,
    on_whom: Sentence = "",
) -> Waiting:
    return Waiting(
        due=due,
        what=what,
        about=referral.title,
        on_whom=on_whom or _("You or a colleague of your unit"),
        since=since,
        url=url,
        action=action,
    )
