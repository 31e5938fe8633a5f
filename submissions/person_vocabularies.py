"""Controlled lists about persons: who did what to whom (vocabularies V2, V3a).

A code once shipped is never renamed or used again. How someone knows is V3b, in `vocabularies`.
"""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class PersonRole(models.TextChoices):
    """V2a: what a person was in one incident; never a property of the person (requirement 9)."""

    VICTIM = "victim", _("Victim")
    SOURCE = "source", _("Source")
    PERPETRATOR = "perpetrator", _("Perpetrator (alleged)")
    INTERVENING = "intervening", _("Intervening party")
    WITNESS = "witness", _("Witness")
    FIRST_RESPONDER = "first_responder", _("First responder")
    FAMILY_MEMBER = "family_member", _("Family member")
    INSIDER = "insider", _("Insider")
    EXPERT = "expert", _("Expert")
    DOCUMENTER = "documenter", _("Documenter")
    INTERPRETER = "interpreter", _("Interpreter")
    INTERMEDIARY = "intermediary", _("Intermediary")


class PersonCategory(models.TextChoices):
    """V2b: as what the law on personal data sees a person; several are possible."""

    SUSPECT = "suspect", _("Suspect")
    CONVICTED = "convicted", _("Convicted person")
    VICTIM = "victim", _("Victim or presumed victim")
    WITNESS = "witness", _("Witness")
    INFORMANT = "informant", _("Person able to provide information")
    CONTACT = "contact", _("Contact or associate")


class Involvement(models.TextChoices):
    """V2c: to what degree somebody is said to be involved."""

    DIRECT = "direct", _("Directly carried out the act")
    ORDERED = "ordered", _("Gave orders that led to the act")
    PRESENT = "present", _("Present")
    PLANNED = "planned", _("Planned the act")
    SUSPECTED = "suspected", _("Suspected of involvement")
    AUTHORED_POLICY = "authored_policy", _("Authored or supported the law or policy")
    IMPLEMENTER = "implementer", _("Implemented the law or policy")
    NO_CONTROL = "no_control", _("Failed to control subordinates")
    NO_ACTION = "no_action", _("Failed to act on knowledge")
    NO_PREVENTION = "no_prevention", _("Failed to prevent")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Unknown")


class ModeOfLiability(models.TextChoices):
    """V2d: articles 25 and 28 of the Rome Statute; several are possible."""

    COMMITS = "RS-25-3-a", _("Commits: individually, jointly or through another")
    ORDERS = "RS-25-3-b", _("Orders, solicits, induces")
    AIDS = "RS-25-3-c", _("Aids, abets, otherwise assists")
    FURTHERS = (
        "RS-25-3-d-i",
        _("Contributes to a common purpose: with the aim of furthering it"),
    )
    KNOWS = (
        "RS-25-3-d-ii",
        _("Contributes to a common purpose: in knowledge of the intention"),
    )
    INCITES = "RS-25-3-e", _("Incites to genocide, directly and publicly")
    ATTEMPTS = "RS-25-3-f", _("Attempts")
    COMMANDER = "RS-28-a", _("Military commander or person acting as one")
    SUPERIOR = "RS-28-b", _("Other superior")
    LEADERSHIP = "RS-25-3bis", _("Leadership (aggression only)")

    @property
    def with_article(self) -> str:
        """The label and where it stands, in the reader's language."""
        _statute, article, *points = self.value.split("-")
        steps = "".join(f"({point.replace('bis', ' bis')})" for point in points)
        # Translators: in right-to-left languages put U+2066 and U+2069 around the article.
        said = {"label": self.label, "article": f"{article}{steps}"}
        return gettext("%(label)s, article %(article)s") % said


class PerpetratorType(models.TextChoices):
    """V2e: to what somebody who is said to have done it belonged."""

    NATIONAL_OFFICIAL = "national_official", _("National officials")
    LOCAL_OFFICIAL = "local_official", _("Local officials")
    ARMED_FORCES = "armed_forces", _("Armed forces")
    POLICE = "police", _("Police")
    PRISON = "prison", _("Prison officials")
    INTELLIGENCE = "intelligence", _("Intelligence service")
    PARAMILITARY = "paramilitary", _("Paramilitary")
    VIGILANTE = "vigilante", _("Vigilantes, death squad")
    GUERRILLA = "guerrilla", _("Guerrilla")
    WARLORD = "warlord", _("Warlord, private army")
    PRIVATE_SECURITY = "private_security", _("Private security")
    MOB = "mob", _("Mob")
    OCCUPYING_FORCE = "occupying_force", _("Occupying force")
    PRIVATE_INDIVIDUAL = "private_individual", _("Private individual")
    CORPORATION = "corporation", _("Corporation")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Unknown")


class Vulnerability(models.TextChoices):
    """V2f: several are possible. The first two switch to "identify, support, refer" (30)."""

    CHILD = "child", _("Child")
    SGBV_SURVIVOR = "sgbv_survivor", _("Survivor of sexual or gender-based violence")
    PREGNANT = "pregnant", _("Pregnant")
    OLDER = "older", _("Older person")
    DISABILITY = "disability", _("Person with a disability")
    DETAINED = "detained", _("Detained or formerly detained")
    DISPLACED = "displaced", _("Displaced, refugee or asylum seeker")
    MINORITY_ETHNIC = "minority_ethnic", _("Minority: ethnic")
    MINORITY_RELIGIOUS = "minority_religious", _("Minority: religious")
    MINORITY_LINGUISTIC = "minority_linguistic", _("Minority: linguistic")
    LGBTIQ = "lgbtiq", _("LGBTIQ")
    SEVERE_TRAUMA = "severe_trauma", _("Severe trauma")
    THREATENED = "threatened", _("Threatened")


class VictimStatus(models.TextChoices):
    """V2g: what became of a victim in one incident; several are possible."""

    DEAD = "dead", _("Dead")
    INJURED_HEALED = "injured_healed", _("Injured, healed")
    INJURED_PERMANENT = "injured_permanent", _("Injured, permanent effects")
    MISSING = "missing", _("Missing")
    FOUND = "found", _("Found after missing")
    ARRESTED_HELD = "arrested_held", _("Arrested, held")
    ARRESTED_RELEASED = "arrested_released", _("Arrested, released")
    ESCAPED = "escaped", _("Arrested, escaped")
    DISPLACED = "displaced", _("Displaced")
    DEPORTED = "deported", _("Deported")


class Sex(models.TextChoices):
    """V2h. Gender identity is said in the person's own words, or not at all."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    INTERSEX = "intersex", _("Intersex")
    UNKNOWN = "unknown", _("Not known")


class SourceConnection(models.TextChoices):
    """V3a: how a source or witness is connected with what happened."""

    VICTIM = "victim", _("Victim")
    WITNESS = "witness", _("Witness")
    PERPETRATOR = "perpetrator", _("Perpetrator")
    VICTIM_RELATIVE = "victim_relative", _("Relative of the victim")
    VICTIM_COLLEAGUE = "victim_colleague", _("Colleague of the victim")
    VICTIM_MEMBER = "victim_member", _("Member of the same organisation as the victim")
    PERPETRATOR_RELATIVE = "perpetrator_relative", _("Relative of the perpetrator")
    PERPETRATOR_COLLEAGUE = "perpetrator_colleague", _("Colleague of the perpetrator")
    PERPETRATOR_MEMBER = (
        "perpetrator_member",
        _("Member of the same organisation as the perpetrator"),
    )
    THIRD_PARTY = "third_party", _("Third party, reporter")
    LAWYER = "lawyer", _("Service provider: lawyer")
    MEDICAL = "medical", _("Service provider: medical")
    NGO = "ngo", _("Service provider: NGO")
    UNKNOWN = "unknown", _("Unknown")


class HeardBefore(models.TextChoices):
    """Whether somebody has given an account already: the first question (requirement 28)."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")


class OwnAccount(models.TextChoices):
    """Whether the organisation itself takes an account; where it may not, it refers (30, 34)."""

    NONE = "none", _("No: we support and refer")
    TAKEN = "taken", _("Yes: we take one")


class SupportKind(models.TextChoices):
    """What somebody was helped to (requirement 31)."""

    MEDICAL = "medical", _("Medical help")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial help")
    LEGAL = "legal", _("Legal advice")
    SHELTER = "shelter", _("Shelter")
    PROTECTION = "protection", _("Protection")


class SupportAnswer(models.TextChoices):
    """How far it came (requirement 31)."""

    OFFERED = "offered", _("Offered, no answer yet")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class OneOrUnit(models.TextChoices):
    """Whether a code stands for one human being or for a body of them."""

    INDIVIDUAL = "individual", _("One person")
    UNIT = "unit", _("A unit or group")
