"""Who is told of what happens to partners and accounts: those for whom something waits now."""

import pytest
from django.urls import reverse

from partners import roles
from partners.actions import factors, members, organisations
from partners.models import Letter, Notification, User
from partners.states import Status
from tests.factories.cases import head
from tests.factories.partners import (
    acting,
    coordinators,
    manager_of,
    member,
    partner_at,
    signed_in,
    token_in_letter,
    unit_of,
    vet,
)
from tests.factories.partners import join as joins
from tests.factories.submissions import documenter, unit_of_an_authority
from tests.partners.browser import words


@pytest.fixture
def pair(db) -> tuple[User, User]:
    return coordinators()


def told(user, code, partner=None):
    found = Notification.objects.filter(user=user, code=f"partners.{code}")
    return found.filter(key__contains=partner.reference) if partner else found


def test_every_coordinator_is_told_of_an_application_and_nobody_else(pair):
    partner = partner_at(Status.APPLIED)
    for coordinator in pair:
        one = told(coordinator, "applied", partner).get()
        assert (one.about, one.path) == ("", partner.get_absolute_url())
    assert Notification.objects.filter(key__contains=partner.reference).count() == 2


def test_whoever_enters_a_partner_is_not_told_of_it(pair):
    first, second = pair
    with acting(first):
        partner = organisations.enter(
            kind=roles.CSO,
            name="Example CSO nine",
            country="",
            contact_email="nine@example.org",
            answers={},
            by=first,
        )
    assert not told(first, "applied", partner).exists()
    assert told(second, "applied", partner).count() == 1


def test_a_first_finding_is_told_to_the_second_coordinator(pair):
    first, second = pair
    partner = partner_at(Status.VETTING)
    assert told(second, "second_finding", partner).count() == 1
    assert not told(first, "second_finding", partner).exists()
    assert Letter.objects.filter(user=second, kind=Letter.Kind.WAITING).exists()
    assert "A first finding waits" in words(signed_in(second).get("/inbox/"))


def test_a_question_goes_back_to_the_first(pair):
    first, second = pair
    partner = partner_at(Status.VETTING)
    with acting(second):
        organisations.question_vetting(vetting=partner.vettings.get(), by=second, reason="Who?")
    assert told(first, "questioned", partner).count() == 1
    assert not told(second, "questioned", partner).exists()


def test_the_first_coordinator_hears_of_the_second_finding(pair):
    partner = partner_at(Status.INVITED)
    assert told(pair[0], "found", partner).count() == 1
    assert not told(pair[1], "found", partner).exists()


def test_managers_are_told_that_a_later_vetting_has_ended(pair):
    first, second = pair
    partner = partner_at(kind=roles.AUTHORITY)
    manager = manager_of(partner)
    vetting = vet(partner, by=first)
    with acting(second):
        organisations.confirm_vetting(vetting=vetting, by=second, reason="Agreed.")
    one = told(manager, "vetted").get()
    assert one.path == "/members/"
    page = signed_in(manager).post(f"/inbox/{one.reference}/", follow=True)
    assert page.status_code == 200


def test_a_suspension_waits_for_the_other_coordinator_and_its_end_is_told(pair):
    first, second = pair
    partner = partner_at(Status.SUSPENDED)
    manager = manager_of(partner)
    assert told(second, "suspended", partner).count() == 1
    assert not told(first, "suspended", partner).exists()
    with acting(second):
        organisations.reinstate(partner=partner, by=second, reason="Cleared.")
    assert told(manager, "let_back", partner).count() == 1


def test_a_refusal_of_an_active_authority_is_told_as_a_suspension(pair):
    first, second = pair
    partner = partner_at(kind=roles.AUTHORITY)
    manager = manager_of(partner)
    vetting = vet(partner, by=first)
    with acting(second):
        organisations.refuse_vetting(vetting=vetting, by=second, reason="No.")
    assert told(first, "suspended", partner).count() == 1
    assert not told(manager, "vetted", partner).exists()


def test_a_lock_out_is_told_to_the_coordinators_and_its_end_to_the_managers(pair):
    first, _second = pair
    partner = partner_at()
    manager = manager_of(partner)
    with acting(manager):
        organisations.lock_out(partner=partner, by=manager, reason="Danger.")
    assert all(told(one, "locked_out", partner).count() == 1 for one in pair)
    with acting(first):
        organisations.lift_lock(partner=partner, by=first, reason="Spoken with them.")
    assert told(manager, "let_back", partner).count() == 1


def test_a_lost_factor_is_told_to_both_who_must_agree_and_not_to_the_person(pair):
    user = documenter()
    lost = factors.report_lost(user=user)
    factors.report_lost(user=user)
    for one in (*pair, manager_of(user.partner)):
        row = told(one, "lost_factor").get()
        assert (row.about, row.path) == (
            "",
            reverse("partners:lost-factor-detail", args=[lost.reference]),
        )
        page = signed_in(one).post(f"/inbox/{row.reference}/", follow=True)
        assert page.status_code == 200
    assert not told(user, "lost_factor").exists()


def test_whoever_invited_is_told_that_the_person_joined(pair):
    partner = partner_at()
    manager = manager_of(partner)
    email = "new@partner.example"
    with acting(manager):
        members.invite(
            partner=partner, email=email, offers=[(roles.Documenter.code, "")], by=manager
        )
    assert not told(manager, "joined").exists()
    joins(email, token_in_letter(email))
    assert told(manager, "joined").get().path == "/members/"
    assert told(pair[1], "joined").filter(path=partner.get_absolute_url()).count() == 1


def test_a_role_in_one_unit_is_no_role_in_another(db):
    unit = unit_of_an_authority()
    other = unit_of(unit.partner, "Second unit")
    analyst = member(unit.partner, roles.Analyst.code, unit=other)
    by = manager_of(unit.partner)
    with acting(by):
        members.give_role(user=head(), role=roles.Analyst.code, unit=other, by=by)
    assert list(User.objects.holding(roles.HeadOfUnit.code, unit=other)) == []
    assert set(User.objects.holding(roles.Analyst.code, unit=other)) == {analyst, head()}
