"""What somebody of a unit can do with a referral now: who may, in which states, and why not.

Pages offer only what is here; form pages refuse with the same sentence; the actions decide.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases import policies
from cases.actions.receiving import PUBLISHABLE
from cases.models import Referral
from cases.states import OPEN, OVER, TRANSITIONS, Status
from impna.errors import NotNow, Sentence
from partners.models import User
from partners.policies import allowed

DECISIONS = (Status.RETAINED, Status.DECLINED, Status.ENDED)
_ALL = frozenset(Status)
_ANSWERING = frozenset(OPEN - {Status.SENT})


@dataclass(frozen=True)
class Act:
    """One thing to do: the policy, the states in which it is possible, and what to say in others."""

    may: Callable[[User, Referral], None]
    states: frozenset[Status]
    otherwise: Sentence = ""


def _that_lead_to(*states: Status) -> frozenset[Status]:
    return frozenset(one for one in Status if TRANSITIONS[one].keys() & set(states))


_FIRST = _("Acknowledge the referral first; one that was recalled is answered in another way.")
ACTS: dict[str, Act] = {
    "acknowledge": Act(policies.check_can_acknowledge, frozenset({Status.SENT})),
    "read": Act(policies.check_can_read, _ALL),
    "open": Act(policies.check_can_read, OPEN, _("This was recalled: nothing can be opened.")),
    "answer": Act(policies.check_can_decide, _ANSWERING, _FIRST),
    "publish": Act(
        policies.check_can_decide,
        _that_lead_to(*PUBLISHABLE),
        _("There is no such state to publish now."),
    ),
    "decide": Act(
        policies.check_can_decide, _that_lead_to(*DECISIONS), _("There is nothing to decide now.")
    ),
    "feedback": Act(policies.check_can_decide, _ANSWERING, _FIRST),
    "take": Act(policies.check_can_work, _ANSWERING, _FIRST),
    "ask": Act(policies.check_can_work, _ANSWERING, _FIRST),
    "write": Act(policies.check_can_work, _ALL),
    "assign": Act(policies.check_can_decide, _ALL),
    "assess": Act(policies.check_can_work, _ALL),
    "note": Act(policies.check_can_work, _ALL),
    "decide_recalls": Act(policies.check_can_decide, _ALL),
    "dispose": Act(
        policies.check_can_decide,
        OVER,
        _("This is said when a referral was recalled, declined or has ended."),
    ),
}


def check(name: str, user: User, referral: Referral) -> None:
    """Raise NotAllowed or NotNow before a form is shown that could not be kept."""
    act = ACTS[name]
    act.may(user, referral)
    if referral.status not in act.states:
        raise NotNow(act.otherwise)


def possible(user: User, referral: Referral) -> dict[str, bool]:
    """For pages: which acts are offered. One query for each policy, not for each act."""
    policy = {may: allowed(may, user, referral) for may in {act.may for act in ACTS.values()}}
    return {name: policy[act.may] and referral.status in act.states for name, act in ACTS.items()}
