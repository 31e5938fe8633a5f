"""Controlled lists about what stands behind an incident: groups, and where information comes from.

A code once shipped is never renamed or used again. How someone knows is V3b, in `vocabularies`.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.vocabularies import EvidenceType


class CountingUnit(models.TextChoices):
    """By what people are counted who are not recorded one by one (requirement 11)."""

    PERSONS = "persons", _("Persons")
    FAMILIES = "families", _("Families")
    HOUSEHOLDS = "households", _("Households")
    HOUSES = "houses", _("Houses or homes")
    VILLAGES = "villages", _("Villages or settlements")
    UNITS = "units", _("Armed units or posts")


class InformationSource(models.TextChoices):
    """What kind of source an information record has (requirement 9)."""

    PERSON = "person", _("A person, by code")
    EXHIBIT = "exhibit", _("An exhibit of this submission")
    OWN = "own", _("What your organisation itself observed")


class InformationOn(models.TextChoices):
    """What of an incident the information is about; several are possible."""

    WHOLE = "whole", _("The incident as a whole")
    WHEN_WHERE = "when_where", _("When or where it was")
    CONDUCT = "conduct", _("What was done")
    WHO = "who", _("Who did it")
    HARM = "harm", _("The harm")


class Bearing(models.TextChoices):
    """Which way the information points; what points against is never left out (requirement 16)."""

    SUPPORTS = "supports", _("Supports it")
    WEAKENS = "weakens", _("Weakens it")
    CONTRADICTS = "contradicts", _("Contradicts it")


class Reliability(models.TextChoices):
    """V3d: the CSO's own view of a document or online source; never of a person (R12)."""

    HIGHLY_RELIABLE = "highly_reliable", _("Highly reliable")
    LIKELY_RELIABLE = "likely_reliable", _("Likely reliable")
    UNSURE = "unsure", _("Unsure")
    LIKELY_UNRELIABLE = "likely_unreliable", _("Likely unreliable")
    HIGHLY_UNRELIABLE = "highly_unreliable", _("Highly unreliable")
    UNKNOWN = "unknown", _("Unknown")


class AgainstIt(models.TextChoices):
    """Whether anything is known that points against an incident; it has to be answered."""

    NOTHING = "nothing", _("Nothing known")
    SOMETHING = "something", _("Something is known")


# Documents and online sources. Whatever holds what one person said or found is not among them: to
# grade it would be to grade a person. The database has the same list (migration 0022).
GRADED = frozenset(
    {
        EvidenceType.OFFICIAL_DOCUMENT,
        EvidenceType.ORDER_RECORD,
        EvidenceType.CORRESPONDENCE,
        EvidenceType.CALL_DATA,
        EvidenceType.CALL_SEQUENCE,
        EvidenceType.SOCIAL_POST,
        EvidenceType.WEB_PAGE,
        EvidenceType.BROADCAST,
        EvidenceType.PRESS_ITEM,
        EvidenceType.PROPAGANDA,
        EvidenceType.COURT_RECORD,
        EvidenceType.DATABASE_EXTRACT,
    }
)
