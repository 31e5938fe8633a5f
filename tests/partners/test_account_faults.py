"""What attacking the accounts showed later: each fault was mended, and is watched here."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from impna.references import new_reference
from partners import roles
from partners.actions import accounts, factors, members
from partners.models import Invitation, LostFactor, Membership, TotpDevice, User
from tests.factories.partners import (
    PASSWORD,
    acting,
    coordinators,
    join,
    manager_of,
    member,
    next_code,
    partner_at,
    signed_in,
    unit_of,
)
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import (
    SECOND_STEP,
    SIGN_IN,
    Clocks,
    first_step,
    hidden,
    is_signed_in,
    second_step,
    sign_in,
    ticket,
    words,
    wrong_code,
)
from tests.partners.test_invitations import app_code, app_step, fill_in, invite, link
from tests.partners.test_lost_factors import agreed, answer, report

NEW = "new.person@cso.example"


@pytest.fixture
def manager(db) -> User:
    return manager_of(documenter().partner)


def url(name: str, *args: object) -> str:
    return reverse(f"partners:{name}", args=args)


def events(row: User | LostFactor) -> list[str]:
    on = f"{row.custody_label}:{row.reference}"
    return list(CustodyEvent.objects.filter(on=on).order_by("id").values_list("type", flat=True))


# --- A lost factor that the person did not report ------------------------------------------------


def test_the_person_who_is_told_that_something_waits_finds_it(manager):
    """The notice is there so that they can stop it: after sign-in something must say what waits."""
    user = documenter()
    client = signed_in(user)
    lost = report(user)
    page = url("stop-lost-factor", lost.reference)
    desk, account = words(client.get("/")), words(client.get("/account/"))
    assert "asked for a new second factor in your name" in desk.casefold()
    assert page in desk
    assert page in account
    assert "reported lost" in account


@pytest.mark.parametrize("during", ["asked", "agreed"])
def test_the_person_stops_a_request_that_was_not_theirs(db, clock, monkeypatch, during):
    clocks = Clocks(clock, monkeypatch)
    user = documenter()
    client = signed_in(user)
    lost = agreed(user) if during == "agreed" else report(user)
    page = url("stop-lost-factor", lost.reference)
    assert "Stop it" in words(client.get(page))
    response = client.post(page, follow=True)
    assert "change it now" in words(response)
    assert "stopped by the person" in words(response)
    lost.refresh_from_db()
    assert (lost.outcome, lost.ended_at is not None) == ("refused", True)
    assert events(lost)[-1] == "partners.user.lost_factor_refused"
    assert client.post(page).status_code == 409
    assert "This has ended." in words(client.get(page))
    assert page not in words(client.get("/"))
    clocks.move(hours=25)
    assert "Set up a new app" not in words(first_step(Client(), user.email))


def test_signing_in_stops_the_request_and_says_so(manager):
    user = documenter()
    report(user)
    client = Client()
    sign_in(client, user)
    assert "has stopped that" in words(client.get("/"))
    assert not LostFactor.objects.get(user=user).is_open
    assert "stopped by the use of the old one" in words(client.get("/account/"))


def test_a_fresh_code_stops_the_request_and_says_so(manager):
    user = documenter()
    client = signed_in(user)
    report(user)
    response = client.post("/code/", {"code": next_code(user), "next": "/account/"}, follow=True)
    assert "has stopped that" in words(response)
    assert not LostFactor.objects.get(user=user).is_open


def test_a_sign_in_that_stopped_nothing_says_nothing(db):
    client = Client()
    sign_in(client, documenter())
    assert "has stopped that" not in words(client.get("/"))


def test_nobody_else_stops_it_in_the_persons_place(manager):
    lost = report(documenter())
    page = url("stop-lost-factor", lost.reference)
    for other in (manager, coordinators()[0], another_documenter()):
        assert signed_in(other).get(page).status_code == 404
        assert signed_in(other).post(page).status_code == 404
        with acting(other), pytest.raises(NotAllowed):
            factors.stop_lost(lost=lost, by=other)
    assert LostFactor.objects.get(pk=lost.pk).is_open


def test_a_coordinators_own_request_is_theirs_to_stop_and_not_to_answer(db):
    first, _second = coordinators()
    client = signed_in(first)
    lost = report(first)
    desk = words(client.get("/"))
    assert url("stop-lost-factor", lost.reference) in desk
    assert f'"{url("lost-factor-detail", lost.reference)}"' not in desk
    assert answer(lost, first, "refuse", reason="Not me.").status_code == 403


def test_the_page_offers_refusal_during_the_delay(db):
    user = documenter()
    lost = agreed(user)
    page = url("lost-factor-detail", lost.reference)
    for by in (coordinators()[0], manager_of(user.partner)):
        told = words(signed_in(by).get(page))
        assert 'value="refuse"' in told
        assert 'value="coordinator"' not in told
        assert 'value="manager"' not in told


def test_the_page_is_found_again_during_the_delay(db):
    """On no desk any more: from the member's page for managers, from the partner's for coordinators."""
    user = documenter()
    lost = agreed(user)
    page = url("lost-factor-detail", lost.reference)
    manager = manager_of(user.partner)
    member_page = url("member-detail", user.reference)
    assert page in words(signed_in(manager).get(member_page))
    assert page not in words(signed_in(user).get(member_page))
    assert page in words(signed_in(coordinators()[0]).get(user.partner.get_absolute_url()))
    answer(lost, manager, "refuse", reason="Not them.")
    assert page not in words(signed_in(manager).get(member_page))


def test_a_coordinator_who_agreed_as_manager_can_still_refuse(db):
    first, _second = coordinators()
    third = member(first.partner, "coordinator")
    lost = report(third)
    answer(lost, first, "manager")
    assert 'value="refuse"' in words(
        signed_in(first).get(url("lost-factor-detail", lost.reference))
    )
    assert answer(lost, first, "refuse", reason="It was not them.").status_code == 302


def test_the_page_of_what_has_ended_offers_nothing(db):
    user = documenter()
    lost = report(user)
    answer(lost, manager_of(user.partner), "refuse", reason="Not them.")
    page = url("lost-factor-detail", lost.reference)
    told = words(signed_in(coordinators()[0]).get(page))
    assert "This has ended." in told
    for offered in ("manager", "coordinator", "refuse"):
        assert f'value="{offered}"' not in told


def test_after_an_agreement_that_nobody_used_it_can_be_asked_again(db, clock, monkeypatch):
    """Else whoever waited too long could never come back: one request is open at a time."""
    clocks = Clocks(clock, monkeypatch)
    user = documenter()
    lost = agreed(user)
    clocks.move(days=9)
    again = report(user)
    assert (again.pk != lost.pk, again.outcome, again.ready_at) == (True, "asked", None)
    assert LostFactor.objects.get(pk=lost.pk).outcome == "refused"
    assert events(lost)[-1] == "partners.user.lost_factor_refused"


# --- Addresses -----------------------------------------------------------------------------------


def removed(manager: User, email: str = "cover@cso.example") -> User:
    user = member(manager.partner, "reader", email=email)
    with transaction.atomic(), acting_as(manager):
        members.remove_member(user=user, by=manager, reason="Maternity cover ended.")
    return User.objects.get(pk=user.pk)


def test_a_removed_members_address_can_be_invited_again(manager):
    before = removed(manager)
    after = member(manager.partner, "documenter", email="Cover@cso.example")
    assert after.reference != before.reference
    client = Client()
    assert sign_in(client, after)["Location"] == "/"
    assert is_signed_in(client)
    again = User.objects.get(pk=before.pk)
    assert (again.is_active, again.roles_text) == (False, "")


def test_the_log_keeps_who_was_removed_and_who_came_apart(manager):
    before = removed(manager)
    after = member(manager.partner, "reader", email=before.email)
    assert events(before)[-1] == "partners.user.removed"
    assert "partners.user.removed" not in events(after)
    assert "partners.user.joined" in events(after)
    told = words(signed_in(after).get("/account/"))
    assert "Maternity cover ended." not in told


def test_the_removed_member_does_not_sign_in_with_the_old_password_or_session(manager):
    user = member(manager.partner, "reader", email="cover@cso.example")
    old, given = signed_in(user), ticket(Client(), user)
    code = next_code(user)
    with transaction.atomic(), acting_as(manager):
        members.remove_member(user=user, by=manager, reason="Left.")
    invite(manager, user.email, ("reader", ""))
    assert not is_signed_in(old)
    assert first_step(Client(), user.email).status_code == 422
    assert second_step(Client(), given, code).status_code == 302


def test_a_removed_members_address_can_be_invited_by_another_partner(manager):
    before = removed(manager)
    other = manager_of(another_documenter().partner)
    invite(other, before.email, ("reader", ""))
    assert join(before.email).partner_id == other.partner_id


def test_a_forgotten_password_is_mailed_for_the_account_that_is_open(manager):
    before = removed(manager)
    with transaction.atomic():
        accounts.ask_for_reset(email=before.email)
    assert not before.one_time_links.exists()
    after = member(manager.partner, "reader", email=before.email)
    with transaction.atomic():
        accounts.ask_for_reset(email=before.email.upper())
    assert after.one_time_links.count() == 1
    assert not before.one_time_links.exists()


def test_the_database_holds_one_open_account_for_an_address(manager):
    before = removed(manager)
    for _n in range(2):
        User.objects.create(email=before.email, partner=manager.partner, removed_at=timezone.now())
    User.objects.create(email=before.email, partner=manager.partner)
    with pytest.raises(IntegrityError, match="one_open_account_per_address"), transaction.atomic():
        User.objects.create(email=before.email.upper(), partner=manager.partner)


def test_an_address_in_use_is_not_invited_again(manager):
    other = manager_of(another_documenter().partner)
    for by in (manager, other):
        with transaction.atomic(), acting_as(by), pytest.raises(NotNow, match="already"):
            invite(by, documenter().email.upper(), ("reader", ""))


def test_joining_again_with_a_half_made_account_of_another_partner(manager):
    """A first step at one partner must not block the address for every other partner for good."""
    other = manager_of(another_documenter().partner)
    token = invite(manager)
    fill_in(Client(), token)
    half_made = User.objects.get(email=NEW)
    invitation = manager.partner.invitations.get(email=NEW)
    with transaction.atomic(), acting_as(manager):
        members.revoke_invitation(invitation=invitation, by=manager)
    invite(other, NEW, ("reader", ""))
    joined = join(NEW)
    assert joined.partner_id == other.partner_id
    assert joined.reference != half_made.reference
    assert events(half_made) == ["partners.user.gave_way"]
    assert not TotpDevice.objects.filter(user=half_made).exists()


def test_a_half_made_account_that_gave_way_does_not_join_any_more(manager):
    """Its ticket dies with it, also while its own invitation is still open."""
    other = manager_of(another_documenter().partner)
    token = invite(manager)
    given = dict(hidden(fill_in(Client(), token)))["ticket"]
    code = app_code(NEW)
    half_made = User.objects.get(email=NEW)
    second = invite(other, NEW, ("reader", ""))
    assert fill_in(Client(), second).status_code == 200
    assert Client().post(app_step(token), {"ticket": given, "code": code}).status_code == 409
    assert not members.may_join(token=token, user=User.objects.get(pk=half_made.pk))
    with transaction.atomic(), acting_as(half_made), pytest.raises(NotNow):
        members.join(token=token, user=half_made)
    assert Client().get(link(token)).status_code == 200, "the first link stays good"


def test_an_account_that_joined_gives_way_to_no_invitation(manager):
    other = manager_of(another_documenter().partner)
    first, second = invite(manager), invite(other, NEW, ("reader", ""))
    mine = join(NEW, first)
    response = fill_in(Client(), second)
    assert response.status_code == 409
    assert "already" in words(response)
    assert User.objects.get(pk=mine.pk).is_active
    assert Invitation.objects.get(partner=other.partner, email=NEW).accepted_at is None


# --- Roles stay inside the partner ---------------------------------------------------------------

PUT_INSIDE = (
    "INSERT INTO partners_membership (user_id, partner_id, unit_id, role, given_at) "
    "VALUES (%s, %s, %s, 'head_of_unit', now())"
)


def put(*values: int | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PUT_INSIDE, values)


def test_the_database_keeps_a_membership_inside_the_persons_partner(db):
    """A unit role of one partner held by a member of another is nobody's intention."""
    unit = unit_of(partner_at(kind=roles.AUTHORITY))
    user, officer = documenter(), manager_of(unit.partner)
    for values in (
        (user.pk, user.partner_id, unit.pk),
        (user.pk, unit.partner_id, unit.pk),
        (user.pk, unit.partner_id, None),
        (officer.pk, user.partner_id, None),
        (officer.pk, user.partner_id, unit.pk),
    ):
        with pytest.raises(IntegrityError, match="inside the own partner"):
            put(*values)
    put(officer.pk, unit.partner_id, unit.pk)
    assert Membership.objects.filter(user=officer, unit=unit).exists()


@pytest.mark.parametrize("table", ["partners_membership", "partners_user", "partners_unit"])
def test_nothing_that_was_inside_is_moved_outside(db, table):
    """The application has no right to the columns that the rule looks at."""
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET partner_id = partner_id")


# --- What is typed -------------------------------------------------------------------------------


def expired(client: Client) -> dict[str, str]:
    """What the sign-in page carries after a form was sent without a session."""
    response = client.post(url("invite"), {"email": "kept@cso.example"})
    return {name: value for name, value in hidden(response) if name.startswith("typed")}


def test_what_was_typed_survives_a_ticket_that_was_over(manager, clock, monkeypatch):
    clocks = Clocks(clock, monkeypatch)
    client = Client()
    typed = expired(client)
    given = ticket(client, manager)
    clocks.move(minutes=6)
    response = second_step(client, given, next_code(manager), **typed)
    assert "The five minutes were over." in words(response)
    carried = {name: v for name, v in hidden(response) if name.startswith("typed")}
    assert carried == typed
    response = first_step(client, manager.email, **carried)
    response = client.post(SECOND_STEP, dict(hidden(response)) | {"code": next_code(manager)})
    assert "What you typed is still here" in words(response)
    assert dict(hidden(response))["email"] == "kept@cso.example"


def test_a_ticket_that_was_over_with_nothing_typed_leads_to_the_first_step(manager):
    assert second_step(Client(), "over", "000000")["Location"] == SIGN_IN


@pytest.mark.parametrize("step", ["password", "code"])
def test_what_was_typed_survives_a_wait(manager, clock, monkeypatch, step):
    clocks = Clocks(clock, monkeypatch)
    client = Client()
    typed = expired(client)
    if step == "password":
        page, sent = SIGN_IN, {"email": manager.email, "password": PASSWORD}
        for _n in range(3):
            first_step(client, manager.email, "wrong", **typed)
    else:
        page, sent = SECOND_STEP, {"ticket": ticket(client, manager), "code": "000000"}
        for _n in range(3):
            second_step(client, sent["ticket"], wrong_code(manager), **typed)
    response = client.post(page, sent | typed)
    assert response.status_code == 429
    assert dict(hidden(response)).items() >= typed.items()
    assert PASSWORD not in words(response)
    clocks.move(seconds=31)
    response = client.post(page, dict(hidden(response)))
    assert response.status_code == 200, "the step again, empty, and no failed attempt"
    if step == "password":
        response = first_step(client, manager.email, **dict(hidden(response)))
    response = client.post(SECOND_STEP, dict(hidden(response)) | {"code": next_code(manager)})
    assert dict(hidden(response))["email"] == "kept@cso.example"


def test_a_wait_with_nothing_typed_offers_nothing_to_go_on_with(manager):
    for _n in range(3):
        first_step(Client(), manager.email, "wrong")
    response = first_step(Client(), manager.email)
    assert response.status_code == 429
    assert "Go on signing in" not in words(response)


# --- What you may not see ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("partner-detail", ()),
        ("record-vetting", ()),
        ("answer-vetting", ()),
        ("invite-manager", ()),
        ("partner-decide", ("suspend",)),
        ("partner-decide", ("promote",)),
    ],
)
def test_partners_do_not_exist_for_whoever_does_not_administer_them(manager, method, name, more):
    adviser = member(coordinators()[0].partner, "adviser")
    for who in (manager, documenter(), adviser):
        client = signed_in(who)
        for reference in (
            another_documenter().partner.reference,
            manager.partner.reference,
            new_reference(),
        ):
            response = getattr(client, method)(url(name, reference, *more))
            assert response.status_code in (404, 405)
            # A method that a page never takes is refused to everyone, coordinators too.
            if response.status_code == 405:
                boss = signed_in(coordinators()[0])
                assert getattr(boss, method)(url(name, reference, *more)).status_code == 405


@pytest.mark.parametrize("name", ["partner-list", "partner-enter"])
def test_the_list_of_partners_does_not_exist_for_whoever_does_not_administer_them(manager, name):
    adviser = member(coordinators()[0].partner, "adviser")
    for who in (manager, documenter(), adviser):
        response = signed_in(who).get(url(name))
        assert response.status_code == 404
        assert "There is nothing here for you" in words(response)
    assert signed_in(documenter()).post(url("partner-enter"), {"name": "x"}).status_code == 404
