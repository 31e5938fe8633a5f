"""A partner's life from application to leaving."""

import pytest
from django.db import IntegrityError, transaction

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from partners.actions import organisations
from partners.models import Partner, Reach, Vetting
from partners.states import TRANSITIONS, Status
from tests.factories.partners import acting, coordinators, fresh, partner_at, vet

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", list(Status))
def test_every_state_can_be_reached_by_the_real_actions(status):
    assert partner_at(status).status == status


def test_two_coordinators_vet(db):
    first, _second = coordinators()
    partner = partner_at(Status.APPLIED)
    vetting = vet(partner, by=first)
    with acting(first), pytest.raises(NotAllowed, match="another coordinator"):
        organisations.confirm_vetting(vetting=vetting, by=first, reason="Mine.")


def test_the_database_itself_refuses_one_coordinator_twice(db):
    first, _second = coordinators()
    vetting = vet(partner_at(Status.APPLIED), by=first)
    with acting(first), pytest.raises(IntegrityError), transaction.atomic():
        Vetting.objects.filter(pk=vetting.pk).update(
            outcome="confirmed", answered_by=first, answered_at=vetting.recorded_at
        )


def test_a_vetting_is_never_changed_only_followed(db):
    first, second = coordinators()
    vetting = vet(partner_at(Status.APPLIED), by=first)
    with acting(second):
        organisations.question_vetting(vetting=vetting, by=second, reason="Who is the referee?")
    with acting(second), pytest.raises(IntegrityError), transaction.atomic():
        Vetting.objects.filter(pk=vetting.pk).update(outcome="confirmed")
    assert vet(vetting.partner, by=first).outcome == "awaited"


def test_a_second_finding_is_given_once(db):
    first, second = coordinators()
    vetting = vet(partner_at(Status.APPLIED), by=first)
    with acting(second):
        organisations.confirm_vetting(vetting=vetting, by=second, reason="Agreed.")
        with pytest.raises(NotNow):
            organisations.confirm_vetting(vetting=vetting, by=second, reason="Agreed again.")


def test_a_cso_member_vets_nobody(db):
    from tests.factories.partners import manager_of

    manager = manager_of(partner_at())
    other = partner_at(Status.APPLIED)
    with transaction.atomic(), acting_as(manager), pytest.raises(NotAllowed):
        organisations.record_vetting(
            partner=other, findings={}, valid_until=other.due_on, by=manager
        )


def test_the_second_finding_can_lower_the_reach_and_not_raise_it(db):
    first, second = coordinators()
    partner = partner_at(Status.APPLIED, roles.AUTHORITY)
    vetting = vet(partner, by=first, reach="summary")
    with acting(second), pytest.raises(NotAllowed), transaction.atomic():
        organisations.confirm_vetting(vetting=vetting, by=second, reach="content", reason="More.")
    with acting(second):
        organisations.confirm_vetting(vetting=vetting, by=second, reach="alert", reason="Less.")
    assert Vetting.objects.get(pk=vetting.pk).reach == Reach.ALERT


def test_a_lapsed_assessment_means_alert_only(db):
    from datetime import timedelta

    from django.utils import timezone

    partner = partner_at(kind=roles.AUTHORITY, reach="content")
    assert organisations.current_reach(partner) == Reach.CONTENT
    later = timezone.localdate() + timedelta(days=400)
    assert organisations.current_reach(partner, later) == Reach.ALERT


def test_a_suspended_or_locked_partner_has_no_reach(db):
    first, _second = coordinators()
    partner = partner_at(kind=roles.AUTHORITY)
    with acting(first):
        organisations.lock_out(partner=partner, by=first, reason="Seized.")
    assert organisations.current_reach(fresh(partner)) == Reach.BLOCKED
    assert organisations.current_reach(partner_at(Status.SUSPENDED, roles.AUTHORITY)) == "blocked"


def test_where_the_death_penalty_applies_reach_is_blocked(db):
    first, second = coordinators()
    partner = partner_at(Status.APPLIED, roles.AUTHORITY)
    vetting = vet(partner, by=first, death_penalty="applies")
    with acting(second):
        organisations.confirm_vetting(vetting=vetting, by=second, reason="Known.")
    assert organisations.current_reach(partner) == Reach.BLOCKED


def test_whoever_suspends_does_not_reinstate_alone(db):
    first, second = coordinators()
    partner = partner_at(Status.SUSPENDED)
    with acting(first), pytest.raises(NotAllowed):
        organisations.reinstate(partner=partner, by=first, reason="Sorry.")
    with acting(second):
        organisations.reinstate(partner=partner, by=second, reason="Cleared.")
    assert fresh(partner).status == Status.ACTIVE


def test_application_and_findings_are_sealed_in_the_database(db):
    partner = partner_at(Status.APPLIED)
    assert b"Documents what happens" not in bytes(partner.application)
    assert organisations.read_application(partner)["mandate"] == "Documents what happens."


def test_text_moved_to_another_row_does_not_open(db):
    from custody.keystore import TextCorrupt

    one, two = partner_at(Status.APPLIED), partner_at(Status.APPLIED)
    two.application = one.application
    with pytest.raises(TextCorrupt):
        organisations.read_application(two)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("to", list(Status))
def test_only_what_the_table_says_is_possible(status, to):
    from partners.states import check_transition

    if to in TRANSITIONS[status]:
        check_transition(status, to)
    else:
        with pytest.raises(NotNow):
            check_transition(status, to)


def test_each_step_is_one_event_in_the_log(db):
    partner = partner_at(Status.SUSPENDED)
    types = CustodyEvent.objects.filter(on=f"partners.partner:{partner.reference}").order_by("id")
    assert [event.type for event in types] == [
        "partners.partner.applied",
        "partners.partner.vetting_recorded",
        "partners.partner.vetting_confirmed",
        "partners.partner.activated",
        "partners.partner.suspended",
    ]


def test_a_state_has_an_owner_and_a_next_date_unless_it_is_the_end(db):
    partner = partner_at(Status.APPLIED)
    with acting(coordinators()[0]), pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.filter(pk=partner.pk).update(due_on=None)
