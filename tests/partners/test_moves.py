"""Every (state, to, role) of partners: what the table says is what the actions do."""

import pytest

from partners import roles
from partners.actions import accounts, organisations
from partners.models import Partner, User, Vetting
from partners.states import TRANSITIONS, Status
from tests.factories.cases import adviser
from tests.factories.partners import coordinators, join, partner_at, vet
from tests.factories.submissions import approver, documenter
from tests.moves import allowed


@pytest.mark.parametrize("status", list(Status))
def test_each_move_of_a_partner_is_made_by_the_roles_of_the_table_alone(db, status):
    partner = partner_at(status)
    _first, second = coordinators()
    who = {
        roles.Coordinator.code: second,
        roles.Adviser.code: adviser(),
        roles.Approver.code: approver(),
        roles.Documenter.code: documenter(),
    }
    if status == Status.INVITED:
        join(partner.contact_email)
    own = User.objects.present().filter(partner=partner).first()
    if own is not None:
        who[roles.Manager.code] = own
    vetting = Vetting.objects.filter(partner=partner).last()

    def accept(by):
        if by.partner_id == partner.pk:  # everyone accepts for their own partner
            accounts.accept_terms(by=by)

    acts = {
        Status.APPLIED: [],
        Status.VETTING: [lambda by: vet(partner, by=by)],
        Status.INVITED: [
            lambda by: organisations.confirm_vetting(vetting=vetting, by=by, reason="R")
        ],
        Status.ACTIVE: [
            lambda by: organisations.reinstate(partner=partner, by=by, reason="R"),
            accept,
        ],
        Status.SUSPENDED: [lambda by: organisations.suspend(partner=partner, by=by, reason="R")],
        Status.LEFT: [lambda by: organisations.end(partner=partner, by=by, reason="R")],
        Status.REFUSED: [
            lambda by: organisations.refuse_vetting(vetting=vetting, by=by, reason="R")
        ],
    }
    assert set(acts) == set(Status)
    if vetting is None:
        acts[Status.INVITED] = acts[Status.REFUSED] = []
    wrong = []
    for to, ways in acts.items():
        for code, by in who.items():
            moved = to != status and allowed(
                ways, to, by, lambda: Partner.objects.get(pk=partner.pk).status
            )
            if moved != (code in TRANSITIONS[status].get(to, ())):
                wrong.append((status, to, code, moved))
    assert wrong == []
