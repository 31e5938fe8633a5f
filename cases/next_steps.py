"""What a recipient does next with a referral, and until when (R11)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Referral
from cases.states import OVER, Status
from impna.errors import Sentence

NEAR = timedelta(days=30)


@dataclass(frozen=True)
class Step:
    """One step: `needs` is the permission of whoever takes it, `url` leads where it is taken."""

    what: Sentence
    action: Sentence
    due: date | None
    needs: str
    url: str
    can_wait: bool = False

    @property
    def is_near(self) -> bool:
        """To be done within a month, or not for a date alone."""
        return not self.can_wait or (
            self.due is not None and self.due <= timezone.localdate() + NEAR
        )


def next_step(referral: Referral, condition_due: date | None) -> Step:
    """`condition_due`: the nearest date of a condition that nobody has answered."""
    page = referral.get_absolute_url()
    if referral.status == Status.SENT:
        return Step(
            _("acknowledge that it has arrived"),
            _("Acknowledge"),
            referral.due_on,
            "route_referral",
            page,
        )
    if referral.status in OVER:
        return Step(
            _("say what became of what you were given"),
            _("Say what became of it"),
            referral.due_on,
            "decide_referral",
            _address("dispose", referral),
        )
    if condition_due is not None:
        return Step(
            _("answer a condition of the sender"),
            _("Answer a condition"),
            condition_due,
            "decide_referral",
            f"{page}#conditions",
        )
    if referral.status == Status.RETAINED:
        return Step(
            _("tell the sender how it stands"),
            _("Give feedback"),
            referral.due_on,
            "decide_referral",
            _address("feedback", referral),
            can_wait=True,
        )
    return Step(
        _("decide, or tell the sender how it stands"),
        _("Decide"),
        referral.due_on,
        "decide_referral",
        _address("decide", referral),
        can_wait=True,
    )


def _address(name: str, referral: Referral) -> str:
    return reverse(f"cases:{name}", args=[referral.reference])
