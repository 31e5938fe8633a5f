"""What is kept for a reason, what is erased, and what people may ask for (R10): the lists and dates."""

from calendar import monthrange
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy

from submissions.states import REVIEW_AFTER

# How long before its day a date stands on a lead's desk.
SOON = timedelta(days=14)
# A request is answered within a month; once, two further months may be taken (GDPR 12(3)).
ANSWER_WITHIN, EXTENDED_BY = 1, 2


class HoldBasis(TextChoices):
    """Why something may not be erased for now."""

    LEGAL_DUTY = "legal_duty", gettext_lazy("A law obliges us to keep it")
    ASKED = "asked", gettext_lazy("A court or an authority asked for it in writing")
    REQUEST = "request", gettext_lazy("A request of a person about their data is pending")
    CLAIM = "claim", gettext_lazy("We need it for a claim of our own, or against us")


class RequestKind(TextChoices):
    """What a person may ask about their data (GDPR 15 to 18 and 21)."""

    ACCESS = "access", gettext_lazy("To know and see what is kept")
    RECTIFICATION = "rectification", gettext_lazy("To have something corrected")
    RESTRICTION = "restriction", gettext_lazy("To have it kept, and not used for now")
    ERASURE = "erasure", gettext_lazy("To have it erased")
    OBJECTION = "objection", gettext_lazy("To object to its use")


class Outcome(TextChoices):
    """How a request was answered."""

    GRANTED = "granted", gettext_lazy("Granted")
    PARTLY = "partly", gettext_lazy("Granted in part")
    REFUSED = "refused", gettext_lazy("Refused")


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def last_review_day() -> date:
    """Nothing is kept longer than this without being looked at again."""
    return timezone.localdate() + REVIEW_AFTER
