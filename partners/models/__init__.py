"""Who is who: partners and their units, people and their roles, factors, letters."""

from partners.models.factors import LostFactor, OneTimeLink, RecoveryCode, Throttle, TotpDevice
from partners.models.letters import Letter
from partners.models.notifications import MailSetting, Notification
from partners.models.organisations import Competence, Partner, Reach, Unit, Vetting
from partners.models.people import Invitation, Membership, TermsAcceptance, User

__all__ = [
    "Competence",
    "Invitation",
    "Letter",
    "LostFactor",
    "MailSetting",
    "Membership",
    "Notification",
    "OneTimeLink",
    "Partner",
    "Reach",
    "RecoveryCode",
    "TermsAcceptance",
    "Throttle",
    "TotpDevice",
    "Unit",
    "User",
    "Vetting",
]
