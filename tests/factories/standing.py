"""The people in every test's database: made once per run, by the real actions."""

from partners import roles
from tests.factories.partners import coordinators, member, partner_at, unit_of

FIRST_DOCUMENTER = "documenter@cso-one.example"
FIRST_APPROVER = "approver@cso-one.example"
OTHER_DOCUMENTER = "documenter@cso-two.example"
AUTHORITY = "Example State 1"
HEAD = "head@state-one.example"
CONTACT = "contact@state-one.example"
OFFICER = "officer@state-one.example"
ANALYST = "analyst@state-one.example"
ADVISER = "adviser@secretariat.example"


def people() -> None:
    """Two coordinators and an adviser, two CSOs, and one authority with a unit and its people."""
    first, _second = coordinators()
    for name, email in (("one", FIRST_DOCUMENTER), ("two", OTHER_DOCUMENTER)):
        cso = partner_at(kind=roles.CSO, name=f"Example CSO {name}")
        member(cso, roles.Documenter.code, email=email)
        if email == FIRST_DOCUMENTER:
            member(cso, roles.Approver.code, email=FIRST_APPROVER)
    authority = partner_at(kind=roles.AUTHORITY, name=AUTHORITY)
    unit = unit_of(authority)
    for role, email in (
        (roles.HeadOfUnit.code, HEAD),
        (roles.ContactPoint.code, CONTACT),
        (roles.CaseOfficer.code, OFFICER),
        (roles.Analyst.code, ANALYST),
    ):
        member(authority, role, unit=unit, email=email)
    member(first.partner, roles.Adviser.code, email=ADVISER)
