"""Units: what referrals are addressed to, and who keeps their profile."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed
from partners import roles
from partners.actions import units
from partners.models import Unit
from tests.factories.partners import (
    coordinators,
    manager_of,
    member,
    partner_at,
    signed_in,
    unit_of,
)
from tests.factories.submissions import documenter
from tests.partners.browser import words

ADD = reverse("partners:unit-add")
PROFILE = {
    "name": "War-crimes unit",
    "takes_direct_intake": "on",
    "feedback_days": "90",
    "on_call": "+31 70 000",
    "standing_text": "As far as our code of procedure allows.",
}


def change(unit: Unit) -> str:
    return reverse("partners:unit-change", args=[unit.reference])


@pytest.mark.parametrize("kind", [roles.AUTHORITY, roles.MECHANISM])
def test_a_manager_adds_a_unit(db, kind):
    by = manager_of(partner_at(kind=kind))
    client = signed_in(by)
    assert client.get(ADD).status_code == 200
    assert client.post(ADD, PROFILE)["Location"] == "/members/"
    unit = by.partner.units.get()
    assert (unit.name, unit.feedback_days, unit.takes_direct_intake) == (
        "War-crimes unit",
        90,
        True,
    )
    told = words(client.get("/members/"))
    for said in ("War-crimes unit", "90 days", "+31 70 000"):
        assert said in told
    event = CustodyEvent.objects.filter(type="partners.unit.added").latest("id")
    assert "070" not in event.entry.replace(" ", "")


def test_a_cso_has_no_units(db):
    by = manager_of(documenter().partner)
    assert signed_in(by).post(ADD, PROFILE).status_code == 403
    with transaction.atomic(), acting_as(by), pytest.raises(NotAllowed, match="have units"):
        units.add(partner=by.partner, profile={"name": "x"}, by=by)
    assert not Unit.objects.filter(partner=by.partner).exists()


def test_only_managers_add_units(db):
    partner = partner_at(kind=roles.AUTHORITY)
    unit = unit_of(partner)
    for role in ("contact_point", "case_officer"):
        client = signed_in(member(partner, role, unit=unit))
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, PROFILE).status_code == 403
    assert partner.units.count() == 1


@pytest.mark.parametrize(
    ("role", "status"), [("contact_point", 302), ("manager", 302), ("case_officer", 403)]
)
def test_managers_and_contact_points_change_a_unit(db, role, status):
    partner = partner_at(kind=roles.AUTHORITY)
    unit = unit_of(partner)
    user = member(partner, role, unit=unit)
    client = signed_in(user)
    assert client.post(change(unit), PROFILE | {"name": "Renamed"}).status_code == status
    unit.refresh_from_db()
    assert (unit.name == "Renamed") == (status == 302)
    if status == 403:
        with transaction.atomic(), acting_as(user), pytest.raises(NotAllowed):
            units.change(unit=unit, profile={"name": "Renamed"}, by=user)
        assert change(unit) not in words(client.get("/members/"))


def test_nobody_changes_a_unit_of_another_partner_by_action_either(db):
    unit = unit_of(partner_at(kind=roles.AUTHORITY))
    stranger = manager_of(partner_at(kind=roles.AUTHORITY))
    for by in (stranger, coordinators()[0], documenter()):
        with transaction.atomic(), acting_as(by), pytest.raises(NotAllowed):
            units.change(unit=unit, profile={"name": "Taken"}, by=by)


def test_a_unit_form_without_a_name_says_so(db):
    by = manager_of(partner_at(kind=roles.AUTHORITY))
    response = signed_in(by).post(ADD, PROFILE | {"name": " "})
    assert response.status_code == 422
    assert response.context["form"].errors["name"]


def test_the_database_wants_a_sensible_interval_and_a_name_once(db):
    unit = unit_of(partner_at(kind=roles.AUTHORITY))
    with pytest.raises(IntegrityError, match="feedback_interval"), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(feedback_days=6)
    with pytest.raises(IntegrityError, match="unit_name_once"), transaction.atomic():
        Unit.objects.create(partner=unit.partner, name=unit.name, added_at=unit.added_at)
