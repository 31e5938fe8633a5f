"""Controlled lists of what follows a hand-over; codes are stable, labels are translated (V9–V11)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    """How much of a version a recipient gets."""

    ALERT = "alert", _("Alert: the cover sheet only")
    SUMMARY = "summary", _("Summary: cover sheet, summary and the exhibits you name")
    FULL = "full", _("Full: everything written, and the exhibits you name")


class ConditionAnswer(models.TextChoices):
    """What a recipient says to a condition before it opens anything."""

    AWAITED = "awaited", _("Not answered yet")
    ACCEPT = "accept", _("Accepted")
    AS_LAW_ALLOWS = "accept_as_law_allows", _("Accepted as far as its law allows")
    CANNOT = "cannot_accept", _("Cannot be accepted")
    WAIVED = "waived", _("Given up by the sender")


class RequestKind(models.TextChoices):
    """What may be asked; collecting something new may not.

    `complete` sends nothing back for rewriting: a supplement answers it, or words (ADR 0009).
    """

    CLARIFY = "clarify", _("Explain something")
    COMPLETE = "complete", _("Complete what is missing")
    PROVIDE_HELD = "provide_held", _("Give material that you hold")
    WILLING = "willing", _("Ask whether a person is willing to be contacted")


class Milestone(models.TextChoices):
    """V9c: what is public already."""

    ARREST = "arrest", _("Warrant or arrest")
    CHARGE = "charge", _("Charge")
    TRIAL = "trial", _("Trial")
    JUDGMENT = "judgment", _("Judgment")
    APPEAL = "appeal", _("Appeal")
    REPARATIONS = "reparations", _("Reparations")


class Usefulness(models.TextChoices):
    """V9d: said only if the recipient chooses."""

    CORROBORATING = "corroborating", _("Corroborating")
    LEAD = "lead", _("Lead")
    CONTEXT = "context", _("Context")
    NOT_USED = "not_used", _("Not used")
    CANNOT_SAY = "cannot_say", _("Cannot say")


class DeclineReason(models.TextChoices):
    """V10a: at least one for every decline."""

    D01 = "D01", _("No core crime, prima facie")
    D02 = "D02", _("No jurisdictional link")
    D03 = "D03", _("Presence condition not met")
    D04 = "D04", _("Approval refused")
    D05 = "D05", _("Another State, the ICC or a tribunal is proceeding")
    D06 = "D06", _("Immunity")
    D07 = "D07", _("Limitation, temporal scope or non-retroactivity")
    D08 = "D08", _("Insufficient information")
    D09 = "D09", _("Suspect unidentified")
    D10 = "D10", _("Suspect deceased or untraceable")
    D11 = "D11", _("Decided already (ne bis in idem)")
    D12 = "D12", _("Gravity")
    D13 = "D13", _("Resources or priorities")
    D14 = "D14", _("Interests of justice, safety of victims")
    D15 = "D15", _("Consent or handling conditions unworkable")
    D16 = "D16", _("Origin or integrity needs clarification")
    D17 = "D17", _("Duplicate")
    D18 = "D18", _("Better forum")
    D19 = "D19", _("Reason confidential")
    D20 = "D20", _("Already held")
    D21 = "D21", _("Must come as a complaint or by mutual legal assistance")
    D22 = "D22", _("No competent unit")


# Which reasons are only half said without words: list what, say what, name it.
SAY_WHAT = frozenset({DeclineReason.D08, DeclineReason.D16, DeclineReason.D18})


class Forum(models.TextChoices):
    """V11a: who else might take it."""

    NATIONAL_UNIT = "national_unit", _("National unit")
    SPECIAL_TRIBUNAL = "special_tribunal", _("Special tribunal (including for aggression)")
    EUROPOL = "europol", _("Europol")
    VICTIM_SUPPORT = "victim_support", _("Victim-support body")
    TERRITORIAL_STATE = "territorial_state", _("Territorial State")
    ICC_OTP = "icc_otp", _("ICC Office of the Prosecutor")
    IIIM = "iiim", _("IIIM (Syria)")
    IIMM = "iimm", _("IIMM (Myanmar)")
    UN_FFM_COI = "un_ffm_coi", _("Other UN fact-finding mission or commission of inquiry")
    REGIONAL_HR = "regional_hr", _("Regional human-rights court or commission")
    UN_TREATY_BODY = "un_treaty_body", _("UN treaty body")
    WGEID = "wgeid", _("WGEID (enforced or involuntary disappearances)")
    SANCTIONS = "sanctions", _("Sanctions bodies")
    IMMIGRATION_1F = "immigration_1f", _("Immigration 1F units")
    MISSING_PERSONS = "missing_persons", _("Missing-persons bodies")
    REPARATIONS = "reparations", _("Reparation or claims registers")


class Disposal(models.TextChoices):
    """What became of what was given, once access ends or it is recalled."""

    RETURNED = "returned", _("Returned")
    DESTROYED = "destroyed", _("Destroyed")
    IN_FILE = "in_file", _("Taken into the file; cannot be withdrawn")
    DUTY_TO_KEEP = "duty_to_keep", _("Kept under a legal duty")


class Route(models.TextChoices):
    """How a version found its recipients (DESIGN 5.4)."""

    DIRECT = "direct", _("Chosen by the organisation itself")
    ADVISED = "advised", _("Suggested by the Secretariat")
