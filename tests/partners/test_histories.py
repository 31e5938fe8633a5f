"""What the log says on the pages of a colleague and of a lost factor, and what it leaves out."""

from django.urls import reverse

from partners import roles
from partners.actions import factors, members
from tests.factories.partners import acting, coordinators, manager_of, member, signed_in
from tests.factories.submissions import documenter
from tests.partners.browser import words

OTHER_SIDES_REASON = "The voice was not theirs."


def test_a_colleagues_page_tells_of_roles_and_of_nothing_private(db):
    user = documenter()
    manager = manager_of(user.partner)
    colleague = member(user.partner, roles.Reader.code)
    with acting(manager):
        members.give_role(user=colleague, role=roles.Approver.code, by=manager)
    with acting(colleague):
        factors.make_recovery_codes(user=colleague, by=colleague)
    page = words(signed_in(user).get(reverse("partners:member-detail", args=[colleague.reference])))
    history = page.split("History", 1)[1]
    assert "Joined as: Reader." in history
    assert "Role given: Approver." in history
    assert manager.display_name in history
    assert "ecovery" not in history


def answered():
    """Refused by a coordinator, after a manager agreed."""
    user = documenter()
    manager, coordinator = manager_of(user.partner), coordinators()[0]
    lost = factors.report_lost(user=user)
    with acting(manager):
        factors.agree_as_manager(lost=lost, by=manager)
    with acting(coordinator):
        factors.refuse_lost(lost=lost, by=coordinator, reason=OTHER_SIDES_REASON)
    return lost, manager, coordinator


def history_of(lost, user):
    page = words(signed_in(user).get(reverse("partners:lost-factor-detail", args=[lost.reference])))
    return page.split("History", 1)[1]


def test_a_lost_factors_page_tells_what_happened_to_both_sides(db):
    lost, manager, coordinator = answered()
    for user in (manager, coordinator):
        history = history_of(lost, user)
        assert "Phone and recovery codes were reported lost." in history
        assert "One of two agreed to a new second factor." in history
        assert "A new second factor was refused." in history


def test_each_side_reads_its_own_names_and_reasons_alone(db):
    lost, manager, coordinator = answered()
    of_partner, of_secretariat = history_of(lost, manager), history_of(lost, coordinator)
    assert manager.display_name in of_partner
    assert coordinator.display_name not in of_partner
    assert OTHER_SIDES_REASON not in of_partner
    assert OTHER_SIDES_REASON in of_secretariat
    assert manager.display_name not in of_secretariat
