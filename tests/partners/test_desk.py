"""What waits for whom, until when; and the coordinators' pages."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from partners.actions import factors, members, organisations
from partners.desk import awaiting
from partners.models import Partner, User, Vetting
from partners.states import Status
from tests.factories.partners import (
    acting,
    coordinators,
    fresh,
    manager_of,
    member,
    partner_at,
    signed_in,
    vet,
)
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import words

LIST = reverse("partners:partner-list")


@pytest.fixture
def pair(db) -> tuple[User, User]:
    return coordinators()


def again(user: User) -> User:
    """As a new request sees the person."""
    return User.objects.get(pk=user.pk)


def about(user: User) -> list[str]:
    return [str(row.about) for row in awaiting(again(user))]


def page(name: str, partner: Partner, *more: str) -> str:
    return reverse(f"partners:{name}", args=[partner.reference, *more])


def test_nothing_waits_for_a_documenter(db):
    assert awaiting(documenter()) == []
    assert signed_in(documenter()).get("/").status_code == 200


def test_a_partner_that_is_locked_out_waits_for_a_coordinator_who_did_not_lock_it(pair):
    first, second = pair
    partner = partner_at(Status.ACTIVE)
    with acting(first):
        organisations.lock_out(partner=partner, by=first, reason="Example.")
    rows = {u: next(r for r in awaiting(again(u)) if r.about == partner.name) for u in pair}
    assert rows[first].due == timezone.localdate() + timedelta(days=7)
    assert (rows[first].on_whom, rows[first].action) == ("Another coordinator", "Look")
    assert (rows[second].on_whom, rows[second].action) == ("You or another coordinator", "Open")
    with acting(second):
        organisations.lift_lock(partner=fresh(partner), by=second, reason="Example.")
    assert partner.name not in about(first)


def test_an_application_waits_for_every_coordinator_and_nobody_else(pair):
    partner = partner_at(Status.APPLIED)
    for coordinator in pair:
        row = next(r for r in awaiting(again(coordinator)) if r.about == partner.name)
        assert (row.due, row.url) == (partner.due_on, partner.get_absolute_url())
    assert partner.name not in about(manager_of(documenter().partner))
    assert partner.name not in about(member(pair[0].partner, "adviser"))


def test_a_first_finding_waits_for_another_coordinator(pair):
    first, second = pair
    partner = partner_at(Status.VETTING)
    mine = next(r for r in awaiting(again(first)) if r.about == partner.name)
    theirs = next(r for r in awaiting(again(second)) if r.about == partner.name)
    assert (mine.on_whom, mine.action) == ("Another coordinator", "Look")
    assert (theirs.on_whom, theirs.action) == ("You or another coordinator", "Open")


def test_the_yearly_review_comes_up_on_its_day(pair):
    partner = partner_at()
    assert partner.name not in about(pair[0])
    Partner.objects.filter(pk=partner.pk).update(due_on=timezone.localdate())
    assert partner.name in about(pair[0])


def test_what_is_suspended_waits_and_what_has_left_does_not(pair):
    suspended, left = partner_at(Status.SUSPENDED), partner_at(Status.LEFT)
    told = about(pair[0])
    assert suspended.name in told
    assert left.name not in told


def test_the_nearest_date_stands_first(pair):
    for days in (9, 1, 5):
        partner = partner_at(Status.APPLIED)
        Partner.objects.filter(pk=partner.pk).update(
            due_on=timezone.localdate() + timedelta(days=days)
        )
    due = [row.due for row in awaiting(again(pair[0]))]
    assert due == sorted(due)
    assert len(due) == 3


def test_a_lost_factor_waits_for_those_who_may_answer(pair):
    first, second = pair
    user = documenter()
    manager = manager_of(user.partner)
    stranger = manager_of(another_documenter().partner)
    with transaction.atomic():
        lost = factors.report_lost(user=user)
    name = user.display_name
    assert name in about(manager)
    assert name in about(first)
    assert name not in about(stranger)
    assert name not in about(member(user.partner, "reader"))
    with transaction.atomic(), acting_as(manager):
        factors.agree_as_manager(lost=lost, by=manager)
    assert name not in about(manager)
    assert name in about(second)
    with acting(first):
        factors.agree_as_coordinator(lost=lost, by=first)
    assert name not in about(second)


def test_the_own_lost_factor_is_nobodys_own_to_answer(pair):
    first, second = pair
    with transaction.atomic():
        factors.report_lost(user=first)
    assert first.display_name not in about(first)
    assert first.display_name in about(second)


def test_an_invitation_waits_on_the_person_invited(db):
    manager = manager_of(documenter().partner)
    with transaction.atomic(), acting_as(manager):
        members.invite(
            partner=manager.partner, email="new@cso.example", offers=[("reader", "")], by=manager
        )
    (row,) = awaiting(again(manager))
    assert (row.about, row.on_whom) == ("new@cso.example", "The person invited")
    assert row.due == timezone.localdate() + timedelta(days=7)


# --- The coordinators' pages -------------------------------------------------------------------


def test_a_partner_is_entered_vetted_confirmed_and_invited_by_two(pair):
    first, second = signed_in(pair[0]), signed_in(pair[1])
    sent = {
        "kind": "authority",
        "name": "Entered authority",
        "country": "nl",
        "contact_email": "entered@authority.example",
        "mandate": "m",
        "proof": "p",
    }
    assert first.get(reverse("partners:partner-enter")).status_code == 200
    response = first.post(reverse("partners:partner-enter"), sent)
    partner = Partner.objects.get(name="Entered authority")
    assert response["Location"] == partner.get_absolute_url()
    assert first.get(page("record-vetting", partner)).status_code == 200
    found = dict.fromkeys(("identity", "mandate", "contact", "sources", "fair_trial"), "Checked.")
    found |= {
        "death_penalty": "abolished",
        "proposed_reach": "summary",
        "valid_until": str(timezone.localdate() + timedelta(days=100)),
    }
    assert first.post(page("record-vetting", partner), found).status_code == 302
    told = words(second.get(partner.get_absolute_url()))
    assert "confirm:summary" in told
    assert "confirm:content" not in told
    assert "confirm:summary" not in words(first.get(partner.get_absolute_url()))
    answered = {"finding": "confirm:alert", "reason": "Agreed, less."}
    assert second.post(page("answer-vetting", partner), answered).status_code == 302
    partner = fresh(partner)
    assert partner.status == Status.INVITED
    assert partner.vettings.get().reach == "alert"
    assert "entered@authority.example" in words(second.get(partner.get_absolute_url()))
    assert second.post(page("answer-vetting", partner), answered).status_code == 404


@pytest.mark.parametrize(
    ("finding", "status"), [("question", Status.VETTING), ("refuse", Status.REFUSED)]
)
def test_a_second_finding_can_question_or_refuse(pair, finding, status):
    partner = partner_at(Status.VETTING)
    client = signed_in(pair[1])
    sent = {"finding": finding, "reason": "Who is the referee?"}
    assert client.post(page("answer-vetting", partner), sent).status_code == 302
    assert fresh(partner).status == status
    told = words(client.get(partner.get_absolute_url()))
    assert "Who is the referee?" in told


def test_a_finding_without_a_reason_is_asked_for_one(pair):
    partner = partner_at(Status.VETTING)
    sent = {"finding": "confirm", "reason": " "}
    response = signed_in(pair[1]).post(page("answer-vetting", partner), sent)
    assert response.status_code == 422
    assert fresh(partner).status == Status.VETTING


def test_the_one_who_found_first_does_not_answer(pair):
    partner = partner_at(Status.VETTING)
    sent = {"finding": "confirm", "reason": "Mine."}
    assert signed_in(pair[0]).post(page("answer-vetting", partner), sent).status_code == 403
    assert fresh(partner).status == Status.VETTING


def test_a_reach_that_was_not_proposed_is_no_choice(pair):
    partner = partner_at(Status.APPLIED, roles.AUTHORITY)
    vet(partner, by=pair[0], reach="alert")
    for finding in ("confirm:content", "confirm:blocked", "confirm", "confirm:"):
        sent = {"finding": finding, "reason": "More."}
        response = signed_in(pair[1]).post(page("answer-vetting", partner), sent)
        assert response.status_code == 422
    assert Vetting.objects.get(partner=partner).outcome == "awaited"


@pytest.mark.parametrize("offset", [0, -1, 367, 10_000])
def test_an_assessment_is_good_for_a_year_at_most(pair, offset):
    partner = partner_at(Status.APPLIED)
    found = dict.fromkeys(("identity", "mandate", "contact", "sources"), "Checked.")
    found["valid_until"] = str(timezone.localdate() + timedelta(days=offset))
    response = signed_in(pair[0]).post(page("record-vetting", partner), found)
    assert response.status_code == 422
    assert response.context["form"].errors["valid_until"]


def test_a_finding_waits_for_its_answer_before_the_next(pair):
    partner = partner_at(Status.VETTING)
    with pytest.raises(NotNow, match="waits for the second"):
        vet(partner, by=pair[1])


@pytest.mark.parametrize("status", [Status.INVITED, Status.SUSPENDED, Status.LEFT, Status.REFUSED])
def test_who_is_not_being_vetted_gets_no_finding(pair, status):
    with pytest.raises(NotNow, match="not being vetted"):
        vet(partner_at(status), by=pair[0])


def test_an_answer_after_the_partner_has_left_is_too_late(pair):
    partner = partner_at()
    vetting = vet(partner, by=pair[0])
    with acting(pair[0]):
        organisations.end(partner=partner, by=pair[0], reason="Closed.")
    with acting(pair[1]), pytest.raises(NotNow, match="any more"):
        organisations.confirm_vetting(vetting=vetting, by=pair[1], reason="Late.")


def test_the_secretariat_is_neither_vetted_nor_suspended_nor_ended(pair):
    first, _second = pair
    with pytest.raises(NotAllowed, match="not vetted"):
        vet(first.partner, by=first)
    for decision in (organisations.suspend, organisations.end):
        with acting(first), pytest.raises(NotAllowed):
            decision(partner=first.partner, by=first, reason="x")
    client = signed_in(first)
    for decision in ("suspend", "end"):
        response = client.post(page("partner-decide", first.partner, decision), {"reason": "x"})
        assert response.status_code == 403
    assert client.get(page("partner-detail", first.partner)).status_code == 200


def test_each_decision_on_its_own_page(pair):
    first, second = signed_in(pair[0]), signed_in(pair[1])
    partner = partner_at()
    steps = [
        (first, "suspend", 302, Status.SUSPENDED),
        (first, "suspend", 409, Status.SUSPENDED),
        (first, "reinstate", 403, Status.SUSPENDED),
        (second, "reinstate", 302, Status.ACTIVE),
        (second, "reinstate", 409, Status.ACTIVE),
        (first, "lock", 302, Status.ACTIVE),
        (first, "lock", 409, Status.ACTIVE),
        (first, "unlock", 403, Status.ACTIVE),
        (second, "unlock", 302, Status.ACTIVE),
        (second, "unlock", 409, Status.ACTIVE),
        (first, "end", 302, Status.LEFT),
        (first, "end", 409, Status.LEFT),
    ]
    for client, decision, answer, status in steps:
        address = page("partner-decide", partner, decision)
        assert client.get(address).status_code == 200
        assert client.post(address, {"reason": "For the test."}).status_code == answer
        assert fresh(partner).status == status
        assert client.get(partner.get_absolute_url()).status_code == 200
    assert first.get(page("partner-decide", partner, "promote")).status_code == 404


def test_a_manager_does_not_lift_the_lock(pair):
    partner = documenter().partner
    manager = manager_of(partner)
    with transaction.atomic(), acting_as(manager):
        organisations.lock_out(partner=partner, by=manager, reason="Searched.")
    with transaction.atomic(), acting_as(manager), pytest.raises(NotAllowed):
        organisations.lift_lock(partner=partner, by=manager, reason="Fine again.")
    with transaction.atomic(), acting_as(manager), pytest.raises(NotAllowed):
        organisations.reinstate(partner=partner, by=manager, reason="x")


def test_a_manager_locks_out_no_other_partner(pair):
    manager = manager_of(documenter().partner)
    other = another_documenter().partner
    with transaction.atomic(), acting_as(manager), pytest.raises(NotAllowed):
        organisations.lock_out(partner=other, by=manager, reason="Rivals.")


def test_the_list_pages_through_all_partners_once(pair):
    made = {partner_at(Status.APPLIED).reference for _n in range(28)}
    made |= {partner_at(Status.REFUSED).reference for _n in range(2)}
    client = signed_in(pair[0])
    seen, address = [], "?"
    while address:
        response = client.get(LIST + address)
        seen += [row["partner"].reference for row in response.context["rows"]]
        address = response.context["more_url"]
    assert len(seen) == len(set(seen)) == Partner.objects.count()
    assert made <= set(seen)


@pytest.mark.parametrize("show", ["", "unsettled", "cso", "authority", "mechanism", "ended", "x"])
def test_the_filters_show_what_they_count(pair, show):
    for status, kind in (
        (Status.APPLIED, roles.CSO),
        (Status.ACTIVE, roles.AUTHORITY),
        (Status.SUSPENDED, roles.MECHANISM),
        (Status.REFUSED, roles.OBSERVER),
    ):
        partner_at(status, kind)
    response = signed_in(pair[0]).get(LIST, {"show": show})
    current = next((f for f in response.context["filters"] if f["current"]), None)
    rows = response.context["rows"]
    if current is None:
        assert len(rows) == Partner.objects.count()
    else:
        assert current["count"] == len(rows)


def test_an_assessment_that_has_lapsed_says_so(pair, clock):
    partner = partner_at(kind=roles.AUTHORITY)
    clock.move(days=301)
    response = signed_in(pair[0]).get(LIST)
    (row,) = [r for r in response.context["rows"] if r["partner"].pk == partner.pk]
    assert (row["lapsed"], row["reach"]) == (True, "alert")


def test_a_cursor_that_names_nobody_begins_at_the_start(pair):
    response = signed_in(pair[0]).get(LIST, {"after": "7K3F9Q2MXW4TC"})
    assert response.context["rows"]


def test_listed_partners_are_visible_to_others_and_the_rest_is_not(db):
    user = documenter()
    listed, hidden = partner_at(), another_documenter().partner
    Partner.objects.filter(pk=listed.pk).update(listed=True)
    seen = set(Partner.objects.visible_to(user).values_list("pk", flat=True))
    assert seen == {user.partner_id, listed.pk}
    assert hidden.pk not in seen


def test_a_partner_that_was_never_suspended_is_not_reinstated(pair):
    partner = partner_at(Status.INVITED)
    with acting(pair[0]), pytest.raises(NotNow, match="not suspended"):
        organisations.reinstate(partner=partner, by=pair[0], reason="x")
    assert fresh(partner).status == Status.INVITED


def test_the_next_assessment_of_an_active_partner_invites_nobody(pair):
    partner = partner_at(kind=roles.AUTHORITY)
    vetting = vet(partner, by=pair[1], reach="alert")
    before = partner.invitations.count()
    with acting(pair[0]):
        organisations.confirm_vetting(vetting=vetting, by=pair[0], reason="As before.")
    assert partner.invitations.count() == before
    assert fresh(partner).status == Status.ACTIVE
    assert organisations.current_reach(partner) == "alert"


def test_those_without_a_date_follow_each_other(pair):
    refused = [partner_at(Status.REFUSED) for _n in range(3)]
    after = Partner.objects.by_next_date().after(refused[0])
    assert list(after) == refused[1:]
