"""Roles are given and taken, members removed; never the last who manages."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from partners.actions import members
from partners.models import Membership, Partner, User
from tests.factories.partners import (
    coordinators,
    manager_of,
    member,
    partner_at,
    signed_in,
    unit_of,
)
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import at_once, first_step, is_signed_in, words


@pytest.fixture
def manager(db) -> User:
    return manager_of(documenter().partner)


def page(name: str, member: User, *more: object) -> str:
    return reverse(f"partners:{name}", args=[member.reference, *more])


def held(user: User, role: str) -> Membership:
    return user.memberships.live().get(role=role)


def remove(user: User, by: User) -> None:
    with transaction.atomic(), acting_as(by):
        members.remove_member(user=user, by=by, reason="Left.")


def live(partner: Partner, role: str = "manager") -> int:
    return partner.memberships.live().filter(role=role).count()


def test_a_manager_gives_and_ends_a_role(manager):
    client, user = signed_in(manager), documenter()
    response = client.post(page("give-role", user), {"offer": "approver"})
    assert response["Location"] == page("member-detail", user)
    assert User.objects.get(pk=user.pk).holds("approver")
    group = Group.objects.get(name=f"{manager.partner.reference}:approver")
    assert group in user.groups.all()
    client.post(page("end-role", user, held(user, "approver").pk))
    assert not User.objects.get(pk=user.pk).holds("approver")
    assert group not in user.groups.all()
    told = CustodyEvent.objects.filter(on=f"partners.user:{user.reference}").order_by("-id")[:2]
    assert [event.type for event in told] == [
        "partners.user.role_ended",
        "partners.user.role_given",
    ]


def test_a_role_is_given_once(manager):
    user = documenter()
    with transaction.atomic(), acting_as(manager), pytest.raises(NotNow, match="already"):
        members.give_role(user=user, role="documenter", by=manager)
    response = signed_in(manager).post(page("give-role", user), {"offer": "documenter"})
    assert response.status_code == 422


def test_the_database_holds_a_role_once(manager):
    user = documenter()
    with pytest.raises(IntegrityError, match="a_role_is_held_once"), transaction.atomic():
        Membership.objects.create(
            user=user, partner=user.partner, role="documenter", given_at=user.joined_at
        )


@pytest.mark.parametrize("role", ["coordinator", "head_of_unit", "adviser", "nonsense", ""])
def test_a_role_of_another_kind_of_partner_is_not_given(manager, role):
    user = documenter()
    with transaction.atomic(), acting_as(manager), pytest.raises(NotAllowed, match="no such role"):
        members.give_role(user=user, role=role, by=manager)
    response = signed_in(manager).post(page("give-role", user), {"offer": role})
    assert response.status_code == 422
    assert response.context["form"].errors["offer"]


def test_a_role_in_a_unit_of_another_partner_is_not_given(db):
    mine, theirs = partner_at(kind=roles.AUTHORITY), partner_at(kind=roles.AUTHORITY)
    by, foreign = manager_of(mine), unit_of(theirs)
    with transaction.atomic(), acting_as(by):
        with pytest.raises(NotAllowed, match="choose one"):
            members.give_role(user=by, role="case_officer", unit=foreign, by=by)
        with pytest.raises(NotAllowed, match="choose one"):
            members.give_role(user=by, role="case_officer", by=by)
        with pytest.raises(NotAllowed, match="not in a unit"):
            members.give_role(user=by, role="manager", unit=unit_of(mine, "Own"), by=by)
    sent = {"offer": f"case_officer:{foreign.reference}"}
    assert signed_in(by).post(page("give-role", by), sent).status_code == 422


def test_a_role_in_an_own_unit_is_given(db):
    partner = partner_at(kind=roles.AUTHORITY)
    by, unit = manager_of(partner), unit_of(partner)
    sent = {"offer": f"head_of_unit:{unit.reference}"}
    assert signed_in(by).post(page("give-role", by), sent).status_code == 302
    user = User.objects.get(pk=by.pk)
    assert user.holds("head_of_unit", unit=unit)
    assert user.groups.filter(name=f"{unit.reference}:head_of_unit").exists()


@pytest.mark.parametrize("name", ["give-role", "remove-member"])
def test_a_documenter_changes_no_colleague(manager, name):
    colleague = member(manager.partner, "reader")
    sent = {"offer": "approver", "reason": "Mine now."}
    assert signed_in(documenter()).post(page(name, colleague), sent).status_code == 403
    held_now = User.objects.get(pk=colleague.pk)
    assert (held_now.roles_text, held_now.is_active) == ("reader", True)


def test_a_documenter_ends_no_role(manager):
    own = held(documenter(), "documenter")
    response = signed_in(documenter()).post(page("end-role", documenter(), own.pk))
    assert response.status_code == 403
    assert Membership.objects.get(pk=own.pk).ended_at is None


def test_a_role_that_ended_is_not_there_to_end(manager):
    user = member(manager.partner, "reader", "approver")
    client, membership = signed_in(manager), held(user, "reader")
    assert client.post(page("end-role", user, membership.pk)).status_code == 302
    assert client.post(page("end-role", user, membership.pk)).status_code == 404
    with transaction.atomic(), acting_as(manager), pytest.raises(NotNow):
        members.end_role(membership=membership, by=manager)


def test_a_role_is_ended_on_its_holders_page_only(manager):
    user, other = member(manager.partner, "reader"), documenter()
    response = signed_in(manager).post(page("end-role", other, held(user, "reader").pk))
    assert response.status_code == 404


def test_a_removed_member_is_out_at_once(manager):
    user = member(manager.partner, "reader")
    browser = signed_in(user)
    response = signed_in(manager).post(page("remove-member", user), {"reason": "Left for good."})
    assert response["Location"] == "/members/"
    assert not is_signed_in(browser)
    user.refresh_from_db()
    assert (user.is_active, user.roles_text, user.has_usable_password()) == (False, "", False)
    assert not user.groups.exists()
    assert first_step(Client(), user.email).status_code == 422
    assert user.display_name not in words(signed_in(manager).get("/members/"))


def test_nobody_is_removed_twice(manager):
    user = member(manager.partner, "reader")
    remove(user, manager)
    with pytest.raises(NotNow):
        remove(user, manager)
    assert signed_in(manager).get(page("remove-member", user)).status_code == 404
    user.refresh_from_db()
    with transaction.atomic(), acting_as(manager), pytest.raises(NotNow):
        members.give_role(user=user, role="reader", by=manager)


def test_a_removal_needs_a_reason(manager):
    user = member(manager.partner, "reader")
    for reason in ("", "   ", "x" * 1001):
        response = signed_in(manager).post(page("remove-member", user), {"reason": reason})
        assert response.status_code == 422
    assert User.objects.get(pk=user.pk).is_active


def test_the_last_manager_stays(manager):
    with pytest.raises(NotAllowed, match="At least 1 must stay Manager"):
        remove(manager, manager)
    response = signed_in(manager).post(page("remove-member", manager), {"reason": "Tired."})
    assert response.status_code == 403
    assert User.objects.get(pk=manager.pk).is_active


def test_the_last_manager_does_not_end_the_own_role(manager):
    response = signed_in(manager).post(page("end-role", manager, held(manager, "manager").pk))
    assert response.status_code == 403
    assert live(manager.partner) == 1


def test_a_manager_leaves_once_there_is_another(manager):
    other = member(manager.partner, "manager")
    remove(manager, manager)
    assert live(other.partner) == 1


@pytest.mark.parametrize("role", ["manager", "coordinator"])
def test_the_database_itself_keeps_enough(db, role):
    partner = documenter().partner if role == "manager" else coordinators()[0].partner
    by = manager_of(partner)
    with pytest.raises(IntegrityError, match=f"must stay {role}"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE partners_membership SET ended_at = now(), ended_by_id = %s "
                "WHERE partner_id = %s AND role = %s",
                [by.pk, partner.pk, role],
            )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM partners_membership",
        "UPDATE partners_membership SET role = 'reader'",
        "UPDATE partners_membership SET partner_id = partner_id",
        "DELETE FROM partners_user",
        "UPDATE partners_user SET partner_id = partner_id",
        "UPDATE partners_user SET email = 'x@y.example'",
        "UPDATE partners_user SET is_superuser = true",
        "TRUNCATE partners_invitation",
        "UPDATE partners_invitation SET token_digest = 'x'",
        "UPDATE partners_partner SET kind = 'secretariat'",
        "UPDATE partners_termsacceptance SET version = 'x'",
        "DELETE FROM partners_letter",
        "UPDATE partners_letter SET link = NULL",
        "DELETE FROM partners_lostfactor",
        "DELETE FROM partners_vetting",
    ],
)
def test_what_the_application_never_does_its_role_may_not(db, statement):
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)


def test_coordinators_stay_two(db):
    first, second = coordinators()
    with pytest.raises(NotAllowed, match="At least 2 must stay Coordinator"):
        remove(second, first)
    own = held(first, "coordinator")
    assert signed_in(first).post(page("end-role", first, own.pk)).status_code == 403
    third = member(first.partner, "coordinator")
    remove(third, first)
    assert live(first.partner, "coordinator") == 2


def test_two_managers_who_remove_each_other_at_once_leave_one(own_database):
    one = manager_of(documenter().partner)
    two = member(one.partner, "manager")

    def removing(user: User, by: User):
        browser = signed_in(by)
        return lambda: (
            browser.post(
                reverse("partners:remove-member", args=[user.reference]), {"reason": "First."}
            ).status_code
        )

    answers = at_once(removing(two, one), removing(one, two))
    assert sum(answer == 302 for answer in answers) == 1, answers
    assert set(answers) <= {302, 401, 403, 404, 409}
    assert live(one.partner) == 1


def test_two_managers_who_end_their_own_role_at_once_leave_one(own_database):
    one = manager_of(documenter().partner)
    two = member(one.partner, "manager")

    def ending(user: User):
        browser, own = signed_in(user), held(user, "manager")
        return lambda: browser.post(page("end-role", user, own.pk)).status_code

    answers = at_once(ending(one), ending(two))
    assert sorted(answers) == [302, 403]
    assert live(one.partner) == 1


def test_raw_removals_at_once_leave_one_as_well(own_database):
    one = manager_of(documenter().partner)
    two = member(one.partner, "manager")

    def ending(user: User):
        def end() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE partners_membership SET ended_at = now(), ended_by_id = user_id "
                    "WHERE user_id = %s AND role = 'manager'",
                    [user.pk],
                )

        return end

    answers = at_once(ending(one), ending(two))
    assert sum(isinstance(answer, Exception) for answer in answers) == 1
    assert live(one.partner) == 1


def test_a_manager_of_another_partner_changes_nobody_here(manager):
    stranger = manager_of(another_documenter().partner)
    user = documenter()
    with transaction.atomic(), acting_as(stranger):
        for attempt in (
            lambda: members.give_role(user=user, role="approver", by=stranger),
            lambda: members.end_role(membership=held(user, "documenter"), by=stranger),
            lambda: members.remove_member(user=user, by=stranger, reason="x"),
        ):
            with pytest.raises(NotAllowed):
                attempt()


def test_the_member_list_names_roles_units_and_people_without_a_role(db):
    partner = partner_at(kind=roles.AUTHORITY)
    by, unit = manager_of(partner), unit_of(partner)
    officer = member(partner, "case_officer", unit=unit)
    idle = member(partner, "analyst", unit=unit)
    with transaction.atomic(), acting_as(by):
        members.end_role(membership=held(idle, "analyst"), by=by)
    told = words(signed_in(officer).get("/members/"))
    for said in (officer.email, idle.email, "Case officer", unit.name, "No role"):
        assert said in told
    assert "Invite someone" not in told
    assert words(signed_in(officer).get(page("member-detail", idle))).count("No role.") == 1


def test_a_member_is_told_what_a_manager_sees_less_the_buttons(manager):
    user = documenter()
    told = words(signed_in(user).get(page("member-detail", manager)))
    assert "Give one more role" not in told
    assert "Close this account" not in told
    assert "Give one more role" in words(signed_in(manager).get(page("member-detail", user)))


def test_the_lock_out_switch_needs_a_manager_and_a_reason(manager):
    lock = reverse("partners:lock-out")
    assert signed_in(documenter()).get(lock).status_code == 403
    assert signed_in(documenter()).post(lock, {"reason": "x"}).status_code == 403
    client = signed_in(manager)
    assert client.post(lock, {"reason": ""}).status_code == 422
    assert Partner.objects.get(pk=manager.partner_id).locked_at is None


def test_the_lock_out_switch_ends_every_session_the_own_included(manager):
    mine, theirs = signed_in(manager), signed_in(documenter())
    response = mine.post(reverse("partners:lock-out"), {"reason": "The office was searched."})
    assert response["Location"] == reverse("partners:sign-in")
    assert "Everyone is locked out." in words(mine.get("/sign-in/"))
    assert not is_signed_in(mine)
    assert not is_signed_in(theirs)


def test_settings_are_saved_and_named_in_the_log(manager):
    client = signed_in(manager)
    settings = reverse("partners:settings")
    assert client.get(settings).status_code == 200
    assert client.post(settings, {"listed": "on", "single_handed": "on"}).status_code == 302
    partner = Partner.objects.get(pk=manager.partner_id)
    assert (partner.listed, partner.single_handed) == (True, True)
    assert CustodyEvent.objects.filter(type="partners.partner.settings_changed").exists()


def test_only_a_cso_is_single_handed(db):
    from partners.actions import organisations

    partner = partner_at(kind=roles.AUTHORITY)
    by = manager_of(partner)
    sent = {"single_handed": "on", "listed": "on"}
    assert signed_in(by).post(reverse("partners:settings"), sent).status_code == 302
    assert not Partner.objects.get(pk=partner.pk).single_handed
    with transaction.atomic(), acting_as(by), pytest.raises(NotAllowed):
        organisations.change_settings(partner=partner, listed=True, single_handed=True, by=by)
    with pytest.raises(IntegrityError, match="only_a_cso"), transaction.atomic():
        Partner.objects.filter(pk=partner.pk).update(single_handed=True)


def test_a_documenter_changes_no_settings(manager):
    client = signed_in(documenter())
    assert client.get(reverse("partners:settings")).status_code == 403
    assert client.post(reverse("partners:settings"), {"listed": "on"}).status_code == 403
    assert not Partner.objects.get(pk=manager.partner_id).listed


def test_a_person_named_shows_as_named_and_their_roles_as_labels(manager):
    membership = held(manager, "manager")
    assert str(membership) == f"{manager.display_name}: Manager"
