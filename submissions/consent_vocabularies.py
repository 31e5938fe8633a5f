"""Bases, scopes of consent, answers, modes and capacities (DESIGN R4, vocabularies V8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Basis(models.TextChoices):
    """Why somebody who can be recognised is given with it (R4)."""

    ASKED = "asked", _("They were asked: what they said decides")
    NOT_REQUIRED = "not_required", _("They need not be asked")
    NOT_REACHABLE = "not_reachable", _("They cannot be reached, or nobody knows who they are")
    DECEASED = "deceased", _("They have died")

    @classmethod
    def signed(cls) -> list[str]:
        """Those that are the organisation's own risk decision, which an approver signs."""
        return [cls.NOT_REACHABLE.value, cls.DECEASED.value]


class NotRequired(models.TextChoices):
    """Why somebody need not be asked (R4)."""

    ALLEGED = "alleged", _("Said to have done it, ordered it or let it happen")
    OFFICIAL = "official", _("An official or member of armed forces, acting as such")
    PUBLIC = "public", _("From a public source that they chose themselves")


class Scope(models.TextChoices):
    """V8a: what somebody was asked. Set by the answers to six questions, never ticked one by one."""

    C01 = "C01", _("Recorded and kept by the organisation")
    C02 = "C02", _("Cover sheet to the Secretariat")
    C03 = "C03", _("Content to the Secretariat")
    C04 = "C04", _("A named authority")
    C05 = "C05", _("Any authority of a named State")
    C06 = "C06", _("Any authority in the European Union")
    C07 = "C07", _("A named authority outside the European Union")
    C08 = "C08", _("Office of the Prosecutor of the International Criminal Court")
    C09 = "C09", _("A named mechanism of the United Nations")
    C10 = "C10", _("Onward by the authority to the evidence database of Eurojust")
    C11 = "C11", _("Another vetted organisation")
    C12 = "C12", _("Use as evidence, with identity")
    C13 = "C13", _("Identity withheld, protection needed")
    C14 = "C14", _("Only as a lead")
    C15 = "C15", _("Understood: the defence may come to see it")
    C16 = "C16", _("Contact through the organisation only")
    C17 = "C17", _("Direct contact")
    C18 = "C18", _("Image and voice")
    C19 = "C19", _("Medical details")
    C20 = "C20", _("Checking whether others heard the same person")
    C21 = "C21", _("Statistics and research, without identity")
    C22 = "C22", _("Publication and public campaigns")
    C23 = "C23", _("Handing it to a successor if the organisation disappears")
    C24 = "C24", _("Asylum and immigration files")
    C25 = "C25", _("Sanctions")
    C26 = "C26", _("Civil claims and reparation")
    C27 = "C27", _("Their own lawyer")
    C28 = "C28", _("Support services")


CONDITIONS = frozenset({Scope.C13, Scope.C14, Scope.C16})
ACKNOWLEDGEMENTS = frozenset({Scope.C15})
PERMISSIONS = frozenset(Scope) - CONDITIONS - ACKNOWLEDGEMENTS
# Who may be given it, by name: each is agreed to or was not named.
NAMED = frozenset({Scope.C04, Scope.C05, Scope.C07, Scope.C08, Scope.C09, Scope.C11})
# The last of the six questions; whatever is not agreed to here is not allowed.
ANYTHING_ELSE = (
    Scope.C10,
    Scope.C20,
    Scope.C21,
    Scope.C22,
    Scope.C23,
    Scope.C24,
    Scope.C25,
    Scope.C26,
    Scope.C27,
    Scope.C28,
)


class Answer(models.TextChoices):
    """V8b. Of permissions only `granted` opens anything; of conditions `granted` narrows."""

    GRANTED = "granted", _("Yes")
    REFUSED = "refused", _("No")
    NOT_ASKED = "not_asked", _("Not asked")
    EXPIRED = "expired", _("Over")
    WITHDRAWN = "withdrawn", _("Taken back")


class Mode(models.TextChoices):
    """V8d: how somebody said it."""

    WRITTEN = "written", _("Written and signed")
    THUMBPRINT = "thumbprint", _("Thumbprint")
    AUDIO = "audio", _("Recorded in sound")
    WITNESSED_ORAL = "witnessed_oral", _("Spoken, before a witness")


class Capacity(models.TextChoices):
    """V8e: who spoke for whom."""

    ADULT = "adult", _("An adult, for themselves")
    CHILD = "child", _("A child who agreed, and a guardian")
    SUPPORTED = "supported", _("An adult, with support in deciding")
    UNACCOMPANIED = "unaccompanied", _("A child alone: a representative is named or sought")
    GUARDIAN_CONFLICT = (
        "guardian_conflict",
        _("A child whose guardian has other interests: another representative"),
    )
    REPRESENTED = "represented", _("An adult with a legal representative")
    NEXT_OF_KIN = "next_of_kin", _("Somebody who died: their next of kin")
    NO_KIN = "no_kin", _("Somebody who died and has no known kin: our own risk decision")

    @classmethod
    def of_children(cls) -> list[str]:
        """Whose word ends when the child comes of age."""
        return [cls.CHILD.value, cls.UNACCOMPANIED.value, cls.GUARDIAN_CONFLICT.value]


class Told(models.TextChoices):
    """What was explained before they answered (requirement 25)."""

    VOLUNTARY = "voluntary", _("It is voluntary; no has no disadvantage")
    RISKS = "risks", _("Which risks there are")
    LIMITS = "limits", _("Where confidentiality ends")
    DEFENCE = "defence", _("The accused and the defence may come to see it")
    NO_RETURN = "no_return", _("What an authority has taken into its file can only be asked back")
    NO_PROMISE = "no_promise", _("No outcome is promised")
    NO_BENEFIT = "no_benefit", _("There is no benefit or payment for it")
    TAKING_BACK = "taking_back", _("How they can take it back")
