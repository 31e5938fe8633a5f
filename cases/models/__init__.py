"""What follows a hand-over."""

from cases.models.enclosures import Enclosure
from cases.models.ledgers import (
    Assessment,
    Assignment,
    Decision,
    Feedback,
    Message,
    Note,
    Taken,
)
from cases.models.recalls import Recall
from cases.models.referrals import (
    Condition,
    Referral,
    ReferralGroupObjectPermission,
    ReferralItem,
    ReferralUserObjectPermission,
)
from cases.models.requests import Advice, Attachment, InformationRequest, Reminder
from cases.models.second_readers import SecondReader
from cases.models.shown import AdviceExhibit

__all__ = [
    "Advice",
    "AdviceExhibit",
    "Assessment",
    "Assignment",
    "Attachment",
    "Condition",
    "Decision",
    "Enclosure",
    "Feedback",
    "InformationRequest",
    "Message",
    "Note",
    "Recall",
    "Referral",
    "ReferralGroupObjectPermission",
    "ReferralItem",
    "ReferralUserObjectPermission",
    "Reminder",
    "SecondReader",
    "Taken",
]
