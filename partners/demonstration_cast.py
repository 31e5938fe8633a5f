"""Who appears in the demonstration: invented partners, their units, and one account for each role."""

from dataclasses import dataclass

from partners import roles
from partners.models import Reach, Vetting


@dataclass(frozen=True)
class Seat:
    """A place for one person: mailbox, how they are called, roles in the partner and its unit."""

    mailbox: str
    called: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Organisation:
    """What one invented partner is; `seats` begin with its first manager."""

    name: str
    kind: str
    domain: str
    seats: tuple[Seat, ...]
    country: str = ""
    reach: str = ""
    death_penalty: str = ""
    unit: str = ""
    listed: bool = False
    single_handed: bool = False
    competences: tuple[str, ...] = ()
    may: str = "Example mandate."


MANAGER = Seat("manager", "Manager", ("manager",))
UNIT = (
    MANAGER,
    Seat("contact", "Contact point", ("contact_point",)),
    Seat("head", "Head of unit", ("head_of_unit",)),
    Seat("officer", "Case officer", ("case_officer",)),
    Seat("analyst", "Analyst", ("analyst",)),
    Seat("examiner", "Forensic examiner", ("forensic_examiner",)),
)
# Codes from XA on are for private use: they name no State.
ACTIVE = (
    Organisation(
        "Example CSO A", roles.CSO, "cso-a.example", country="XA", listed=True,
        seats=(
            MANAGER,
            Seat("documenter", "Documenter", ("documenter",)),
            Seat("approver", "Approver", ("approver",)),
            Seat("protection", "Data-protection lead", ("data_protection_lead",)),
            Seat("reader", "Reader", ("reader",)),
        ),
        competences=("accounts_adults",),
        may="Documents attacks on schools and hospitals. Field offices in two places.",
    ),
    Organisation(
        "Example CSO B", roles.CSO, "cso-b.example",
        seats=(
            MANAGER,
            Seat("documenter", "Documenter", ("documenter",)),
            Seat("approver", "Approver", ("approver", "data_protection_lead")),
        ),
        may="Documents detention. Does not name its State: its members are at risk.",
    ),
    Organisation(
        "Example CSO C", roles.CSO, "cso-c.example", country="XB", single_handed=True,
        seats=(Seat("alone", "Documenter and approver", ("manager", "documenter", "approver")),),
        may="One person who records testimony in a border region.",
    ),
    Organisation(
        "Example State 1, prosecution service", roles.AUTHORITY, "state-1.example", UNIT,
        country="XA", reach=Reach.CONTENT, death_penalty=Vetting.DeathPenalty.ABOLISHED,
        unit="War-crimes unit", listed=True, may="Core international crimes; in the EU.",
    ),
    Organisation(
        "Example State 2, prosecution service", roles.AUTHORITY, "state-2.example", UNIT,
        country="XB", reach=Reach.CONTENT, death_penalty=Vetting.DeathPenalty.ABOLISHED,
        unit="International crimes team", listed=True, may="Core international crimes; in the EU.",
    ),
    Organisation(
        "Example State 3, prosecution service", roles.AUTHORITY, "state-3.example", UNIT,
        country="XC", reach=Reach.SUMMARY, death_penalty=Vetting.DeathPenalty.NOT_APPLIED,
        unit="Special investigations unit", listed=True, may="A new unit, outside the EU.",
    ),
    Organisation(
        "Example mechanism", roles.MECHANISM, "mechanism.example", UNIT,
        reach=Reach.CONTENT, death_penalty=Vetting.DeathPenalty.ABOLISHED,
        unit="Intake section", listed=True, may="Collects and preserves; brings no case itself.",
    ),
    Organisation(
        "Example observer", roles.OBSERVER, "observer.example",
        seats=(MANAGER, Seat("reader", "Reader", ("reader",))),
        may="Reads published figures.",
    ),
)  # fmt: skip
SUSPENDED = Organisation(
    "Example State 5, prosecution service", roles.AUTHORITY, "state-5.example", (MANAGER,),
    country="XE", reach=Reach.ALERT, death_penalty=Vetting.DeathPenalty.UNKNOWN,
)  # fmt: skip
REFUSED = Organisation("Example CSO G", roles.CSO, "cso-g.example", (MANAGER,))
IN_VETTING = Organisation(
    "Example State 6, prosecution service", roles.AUTHORITY, "state-6.example", (MANAGER,),
    country="XF", reach=Reach.SUMMARY, death_penalty=Vetting.DeathPenalty.ABOLISHED,
)  # fmt: skip
APPLIED = Organisation("Example CSO E", roles.CSO, "cso-e.example", (MANAGER,), country="XD")
INVITED = Organisation("Example CSO F", roles.CSO, "cso-f.example", (MANAGER,), country="XA")
COORDINATORS = tuple(Seat(f"coordinator-{n}", f"Coordinator {n}", ("coordinator",)) for n in (1, 2))
ADVISERS = (
    Seat("adviser", "Adviser", ("adviser",)),
    Seat("inspector", "Inspector", ("inspector",)),
)
SECRETARIAT_DOMAIN = "secretariat.example"
