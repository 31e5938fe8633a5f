"""Roles as people read them: who may hold them and what they are for (DESIGN 4).

A role is held in a partner or, where `in_unit` says so, in one of its units.
"""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from impna.errors import Sentence

CSO = "cso"
AUTHORITY = "authority"
MECHANISM = "mechanism"
SECRETARIAT = "secretariat"
OBSERVER = "observer"
# Who makes a move in a state table when no person does: a date that is past, a file that arrived.
PORTAL = "portal"


class Role:
    """One role. `least` is how many holders a partner may never fall below by a removal."""

    code: ClassVar[str]
    label: ClassVar[Sentence]
    may: ClassVar[Sentence]
    kinds: ClassVar[tuple[str, ...]]
    in_unit: ClassVar[bool] = False
    least: ClassVar[int] = 0


class Documenter(Role):
    code = "documenter"
    label = _("Documenter")
    may = _("Draft submissions, upload exhibits, say for each who can be recognised in it.")
    kinds = (CSO,)


class Approver(Role):
    code = "approver"
    label = _("Approver")
    may = _("Hand over, supplement and withdraw; choose recipients; answer requests.")
    kinds = (CSO,)


class DataProtectionLead(Role):
    code = "data_protection_lead"
    label = _("Data-protection lead")
    may = _(
        "Read submissions; open and erase identities; after a withdrawal, decide what is kept, and why."
    )
    kinds = (CSO,)


class Reader(Role):
    code = "reader"
    label = _("Reader")
    may = _(
        "Read the own CSO’s submissions and change nothing. For observers nothing is published yet."
    )
    kinds = (CSO, OBSERVER)


class Manager(Role):
    code = "manager"
    label = _("Manager")
    may = _(
        "Invite and remove members, give roles, keep settings, lock the partner out; of a CSO, say to "
        "whom nothing is ever given."
    )
    kinds = (CSO, AUTHORITY, MECHANISM, OBSERVER)
    least = 1


class ContactPoint(Role):
    code = "contact_point"
    label = _("Contact point")
    may = _("Acknowledge what arrives; keep the unit’s profile and intake rules.")
    kinds = (AUTHORITY, MECHANISM)
    in_unit = True


class HeadOfUnit(Role):
    code = "head_of_unit"
    label = _("Head of unit")
    may = _("See all referrals to the unit; assign, decide and publish.")
    kinds = (AUTHORITY, MECHANISM)
    in_unit = True


class CaseOfficer(Role):
    code = "case_officer"
    label = _("Case officer")
    may = _("Act on the referrals assigned to them.")
    kinds = (AUTHORITY, MECHANISM)
    in_unit = True


class Analyst(Role):
    code = "analyst"
    label = _("Analyst")
    may = _("Read the referrals assigned to them.")
    kinds = (AUTHORITY, MECHANISM)
    in_unit = True


class ForensicExaminer(Role):
    code = "forensic_examiner"
    label = _("Forensic examiner")
    may = _("Open quarantined exhibits of the referrals assigned to them.")
    kinds = (AUTHORITY, MECHANISM)
    in_unit = True


class Coordinator(Role):
    code = "coordinator"
    label = _("Coordinator")
    may = _("Vet and invite partners, set their reach, suspend and end them.")
    kinds = (SECRETARIAT,)
    least = 2


class Adviser(Role):
    code = "adviser"
    label = _("Adviser")
    may = _("Advise a CSO that asks, within the view it chose.")
    kinds = (SECRETARIAT,)


class Inspector(Role):
    code = "inspector"
    label = _("Inspector")
    may = _(
        "No page of their own yet: whoever runs the portal shows them the custody log. "
        "They open no content."
    )
    kinds = (SECRETARIAT,)


ALL: tuple[type[Role], ...] = (
    Documenter,
    Approver,
    DataProtectionLead,
    Reader,
    Manager,
    ContactPoint,
    HeadOfUnit,
    CaseOfficer,
    Analyst,
    ForensicExaminer,
    Coordinator,
    Adviser,
    Inspector,
)
BY_CODE = {role.code: role for role in ALL}
# Who invites and removes members: a partner's managers; at the Secretariat, its coordinators.
MANAGING = frozenset({Manager.code, Coordinator.code})


def roles_for(kind: str) -> list[type[Role]]:
    """The roles a partner of this kind can give."""
    return [role for role in ALL if kind in role.kinds]
