"""The people in every test's database: made once per run, by the real actions."""

from partners import roles
from tests.factories.partners import coordinators, member, partner_at

FIRST_DOCUMENTER = "documenter@cso-one.example"
OTHER_DOCUMENTER = "documenter@cso-two.example"


def people() -> None:
    """Two coordinators, and two CSOs with a manager and a documenter each."""
    coordinators()
    for name, email in (("one", FIRST_DOCUMENTER), ("two", OTHER_DOCUMENTER)):
        cso = partner_at(kind=roles.CSO, name=f"Example CSO {name}")
        member(cso, roles.Documenter.code, email=email)
