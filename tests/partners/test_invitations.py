"""A place is kept for someone: one link, used once, that tells nothing to anyone else."""

import hashlib
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from impna.db import acting_as
from impna.errors import NotAllowed, NotNow
from partners import roles
from partners.actions import factors, members, organisations
from partners.models import Invitation, Letter, Membership, Partner, TotpDevice, User
from partners.states import Status
from tests.factories.partners import (
    PASSWORD,
    acting,
    coordinators,
    join,
    manager_of,
    member,
    partner_at,
    signed_in,
    token_in_letter,
    unit_of,
)
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import Clocks, at_once, first_step, hidden, is_signed_in, words

NEW = "new.person@cso.example"
INVITE = reverse("partners:invite")


@pytest.fixture
def manager(db) -> User:
    return manager_of(documenter().partner)


def invite(manager: User, email: str = NEW, *offers: tuple[str, str]) -> str:
    """An invitation by the action; its token."""
    with transaction.atomic(), acting_as(manager):
        members.invite(
            partner=manager.partner,
            email=email,
            offers=list(offers or [("documenter", "")]),
            by=manager,
        )
    return token_in_letter(email)


def link(token: str) -> str:
    return reverse("partners:invitation", args=[token])


def app_step(token: str) -> str:
    return reverse("partners:invitation-factor", args=[token])


def fill_in(client: Client, token: str, name: str = "New person", password: str = PASSWORD):
    return client.post(link(token), {"display_name": name, "password": password})


def app_code(email: str = NEW) -> str:
    device = factors.unconfirmed_totp(User.objects.get(email=email))
    return device.code_at(timezone.now())


def expire(token: str) -> None:
    Invitation.objects.filter(token_digest=hashlib.sha256(token.encode()).digest()).update(
        expires_at=timezone.now()
    )


def test_from_the_managers_page_to_the_desk(manager):
    """The whole way, as two people walk it."""
    managing = signed_in(manager)
    response = managing.post(INVITE, {"email": NEW, "offers": ["documenter", "approver"]})
    assert response["Location"] == "/members/"
    assert NEW in words(managing.get("/members/"))
    client = Client()
    token = token_in_letter(NEW)
    assert manager.partner.name in words(client.get(link(token)))
    response = fill_in(client, token)
    assert response.status_code == 200
    given = dict(hidden(response))["ticket"]
    response = client.post(app_step(token), {"ticket": given, "code": app_code()})
    assert len(response.context["codes"]) == 10
    assert client.get("/")["Location"] == "/terms/"
    client.post("/terms/")
    assert client.get("/").status_code == 200
    user = User.objects.get(email=NEW)
    assert (user.partner_id, user.roles_text) == (manager.partner_id, "approver, documenter")
    assert NEW not in words(managing.get("/members/")).split("Invitations not yet answered")[1]


def test_looking_at_the_link_uses_nothing_up(manager):
    token = invite(manager)
    before = Invitation.objects.get(email=NEW)
    for _n in range(3):
        assert Client().get(link(token)).status_code == 200
    assert (
        Invitation.objects.get(email=NEW).__dict__.items()
        >= {k: v for k, v in before.__dict__.items() if k != "_state"}.items()
    )
    assert not User.objects.filter(email=NEW).exists()


def test_the_first_step_alone_uses_nothing_up(manager):
    token = invite(manager)
    fill_in(Client(), token)
    assert Client().get(link(token)).status_code == 200
    assert not User.objects.get(email=NEW).is_active


def test_expired_revoked_used_replaced_and_unknown_links_are_the_same_page(manager):
    used = invite(manager, "used@cso.example")
    join("used@cso.example", used)
    expired = invite(manager, "expired@cso.example")
    expire(expired)
    revoked = invite(manager, "revoked@cso.example")
    with transaction.atomic(), acting_as(manager):
        members.revoke_invitation(
            invitation=Invitation.objects.get(email="revoked@cso.example"), by=manager
        )
    replaced = invite(manager, "replaced@cso.example")
    invite(manager, "Replaced@cso.example")
    pages = set()
    for token in (used, expired, revoked, replaced, "unknown", "x" * 43):
        for method in ("get", "post"):
            response = getattr(Client(), method)(link(token))
            assert response.status_code == 410
            pages.add(words(response).replace(str(response.context["csrf_token"]), ""))
    assert len(pages) == 1


@pytest.mark.parametrize("known", [True, False])
def test_the_second_step_of_a_link_that_is_over_is_refused_alike(manager, known):
    token = invite(manager)
    given = dict(hidden(fill_in(Client(), token)))["ticket"]
    expire(token)
    at = token if known else "unknown-token"
    response = Client().post(app_step(at), {"ticket": given, "code": app_code()})
    assert response.status_code == 409
    assert "This link is no longer good." in words(response)
    assert not User.objects.get(email=NEW).is_active


def test_an_invitation_lasts_seven_days(manager, clock):
    token = invite(manager)
    clock.move(days=6, hours=23)
    assert Client().get(link(token)).status_code == 200
    clock.move(hours=1, seconds=1)
    assert Client().get(link(token)).status_code == 410


def test_only_the_digest_of_the_token_is_stored(manager):
    token = invite(manager)
    invitation = Invitation.objects.get(email=NEW)
    assert bytes(invitation.token_digest) == hashlib.sha256(token.encode()).digest()
    letter = Letter.objects.get(to=NEW)
    assert token.encode() not in bytes(letter.link)


def test_the_join_form_posted_twice_is_no_error(manager):
    token = invite(manager)
    client = Client()
    assert fill_in(client, token).status_code == 200
    response = fill_in(client, token, "Corrected name")
    given = dict(hidden(response))["ticket"]
    assert TotpDevice.objects.filter(user__email=NEW).count() == 1
    client.post(app_step(token), {"ticket": given, "code": app_code()})
    assert User.objects.get(email=NEW).display_name == "Corrected name"


def test_the_second_step_posted_twice_joins_once(manager):
    token = invite(manager)
    client = Client()
    given = dict(hidden(fill_in(client, token)))["ticket"]
    sent = {"ticket": given, "code": app_code()}
    assert client.post(app_step(token), sent).status_code == 200
    assert client.post(app_step(token), sent).status_code == 409
    assert Membership.objects.filter(user__email=NEW).count() == 1


def test_two_second_steps_at_once_join_once(own_database):
    token = invite(manager_of(documenter().partner))
    given = dict(hidden(fill_in(Client(), token)))["ticket"]
    sent = {"ticket": given, "code": app_code()}
    answers = at_once(*[lambda: Client().post(app_step(token), sent).status_code] * 2)
    assert sorted(answers) == [200, 409]
    assert Membership.objects.filter(user__email=NEW).count() == 1


def test_two_first_steps_at_once_make_one_account(own_database):
    token = invite(manager_of(documenter().partner))
    answers = at_once(*[lambda: fill_in(Client(), token).status_code] * 2)
    assert set(answers) <= {200, 409}
    assert User.objects.filter(email=NEW).count() == 1


def test_a_wrong_code_shows_the_same_seed_again(manager):
    token = invite(manager)
    client = Client()
    page = fill_in(client, token)
    given = dict(hidden(page))["ticket"]
    good = app_code()
    response = client.post(
        app_step(token), {"ticket": given, "code": f"{(int(good) + 7) % 10**6:06d}"}
    )
    assert response.status_code == 422
    assert response.context["seed"] == page.context["seed"]
    assert not User.objects.get(email=NEW).is_active


def test_the_second_step_closes_after_five_minutes_and_the_link_still_works(
    manager, clock, monkeypatch
):
    clocks = Clocks(clock, monkeypatch)
    token = invite(manager)
    given = dict(hidden(fill_in(Client(), token)))["ticket"]
    clocks.move(minutes=5, seconds=1)
    response = Client().post(app_step(token), {"ticket": given, "code": app_code()})
    assert response.status_code == 409
    assert Client().get(link(token)).status_code == 200


@pytest.mark.parametrize(
    "password",
    ["short", "password1234", "new.person@cso.example", "new.person@cso", "", "a" * 1001],
)
def test_a_weak_password_is_refused_with_a_sentence(manager, password):
    token = invite(manager)
    response = fill_in(Client(), token, password=password)
    assert response.status_code == 422
    assert response.context["form"].errors["password"]
    assert not User.objects.filter(email=NEW).exists()


def test_the_page_that_joins_creates_no_session_before_the_second_step(manager):
    token = invite(manager)
    client = Client()
    fill_in(client, token)
    assert "s" not in client.cookies
    assert not is_signed_in(client)


@pytest.mark.parametrize("email", ["documenter@cso-one.example", "DOCUMENTER@cso-one.EXAMPLE"])
def test_nobody_gets_a_second_account(manager, email):
    with transaction.atomic(), acting_as(manager), pytest.raises(NotNow, match="account"):
        members.invite(
            partner=manager.partner, email=email, offers=[("documenter", "")], by=manager
        )


def test_someone_invited_by_two_partners_joins_one(manager):
    other = manager_of(another_documenter().partner)
    one = invite(manager)
    with transaction.atomic(), acting_as(other):
        members.invite(partner=other.partner, email=NEW, offers=[("reader", "")], by=other)
    two = token_in_letter(NEW)
    join(NEW, one)
    response = fill_in(Client(), two, password="other horse battery staple")
    assert response.status_code == 409
    user = User.objects.get(email=NEW)
    assert (user.partner_id, user.roles_text) == (manager.partner_id, "documenter")
    assert user.check_password(PASSWORD)


def test_an_account_half_made_for_one_partner_is_not_taken_over_by_another(manager):
    other = manager_of(another_documenter().partner)
    fill_in(Client(), invite(manager))
    half_made = User.objects.get(email=NEW)
    with transaction.atomic(), acting_as(other):
        members.invite(partner=other.partner, email=NEW, offers=[("reader", "")], by=other)
    assert fill_in(Client(), token_in_letter(NEW)).status_code == 200
    begun = User.objects.with_address(NEW).get()
    assert (begun.pk != half_made.pk, begun.partner_id) == (True, other.partner_id)
    half_made.refresh_from_db()
    assert (half_made.partner_id, half_made.has_usable_password()) == (manager.partner_id, False)


def test_another_partner_is_invited_by_nobody_but_its_managers(manager):
    other = another_documenter().partner
    with transaction.atomic(), acting_as(manager), pytest.raises(NotAllowed):
        members.invite(partner=other, email=NEW, offers=[("reader", "")], by=manager)


def test_a_documenter_invites_nobody(db):
    user = documenter()
    assert signed_in(user).get(INVITE).status_code == 403
    sent = {"email": NEW, "offers": ["documenter"]}
    assert signed_in(user).post(INVITE, sent).status_code == 403
    with transaction.atomic(), acting_as(user), pytest.raises(NotAllowed):
        members.invite(partner=user.partner, email=NEW, offers=[("reader", "")], by=user)
    assert not Invitation.objects.filter(email=NEW).exists()


def test_a_coordinator_invites_no_member_of_a_partner_but_a_manager(db):
    first, _second = coordinators()
    partner = documenter().partner
    with acting(first), pytest.raises(NotAllowed):
        members.invite(partner=partner, email=NEW, offers=[("documenter", "")], by=first)


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (roles.CSO, "coordinator"),
        (roles.CSO, "head_of_unit"),
        (roles.CSO, "adviser"),
        (roles.OBSERVER, "documenter"),
        (roles.AUTHORITY, "approver"),
        (roles.AUTHORITY, "inspector"),
        (roles.CSO, "superuser"),
        (roles.CSO, ""),
    ],
)
def test_a_role_that_the_kind_of_partner_does_not_have_is_not_given(db, kind, role):
    partner = documenter().partner if kind == roles.CSO else partner_at(kind=kind)
    by = manager_of(partner)
    with transaction.atomic(), acting_as(by), pytest.raises(NotAllowed, match="no such role"):
        members.invite(partner=partner, email=NEW, offers=[(role, "")], by=by)
    response = signed_in(by).post(INVITE, {"email": NEW, "offers": [role]})
    assert response.status_code == 422
    assert not Invitation.objects.filter(email=NEW).exists()


def test_an_invitation_to_no_role_is_refused(manager):
    with transaction.atomic(), acting_as(manager), pytest.raises(NotAllowed, match="one role"):
        members.invite(partner=manager.partner, email=NEW, offers=[], by=manager)
    assert signed_in(manager).post(INVITE, {"email": NEW}).status_code == 422


def test_a_role_in_a_unit_of_another_partner_is_not_offered(db):
    mine, theirs = partner_at(kind=roles.AUTHORITY), partner_at(kind=roles.AUTHORITY)
    unit, by = unit_of(theirs), manager_of(mine)
    with transaction.atomic(), acting_as(by), pytest.raises(NotAllowed, match="one of its units"):
        members.invite(partner=mine, email=NEW, offers=[("case_officer", unit.reference)], by=by)
    sent = {"email": NEW, "offers": [f"case_officer:{unit.reference}"]}
    assert signed_in(by).post(INVITE, sent).status_code == 422


@pytest.mark.parametrize("offer", [("case_officer", ""), ("manager", "UNIT")])
def test_a_role_stands_where_it_belongs(db, offer):
    partner = partner_at(kind=roles.AUTHORITY)
    unit, by = unit_of(partner), manager_of(partner)
    role, where = offer[0], offer[1] and unit.reference
    with transaction.atomic(), acting_as(by), pytest.raises(NotAllowed):
        members.invite(partner=partner, email=NEW, offers=[(role, where)], by=by)


@pytest.mark.parametrize(
    "status", [Status.APPLIED, Status.VETTING, Status.REFUSED, Status.SUSPENDED, Status.LEFT]
)
def test_a_partner_that_is_not_vetted_or_has_left_gets_no_managers(db, status):
    first, _second = coordinators()
    partner = partner_at(status)
    with acting(first), pytest.raises(NotNow):
        members.invite_first_manager(partner=partner, email=NEW, by=first)


def test_a_coordinator_sends_the_first_manager_a_new_link(db):
    first, _second = coordinators()
    partner = partner_at(Status.INVITED)
    old = token_in_letter(partner.contact_email)
    page = reverse("partners:invite-manager", args=[partner.reference])
    assert signed_in(first).post(page).status_code == 302
    assert members.find_invitation(old) is None
    join(partner.contact_email)
    assert manager_of(partner).email == partner.contact_email


def test_a_partner_with_a_manager_gets_no_other_from_a_coordinator(db):
    first, _second = coordinators()
    partner = documenter().partner
    page = reverse("partners:invite-manager", args=[partner.reference])
    assert signed_in(first).post(page).status_code == 409
    assert not partner.invitations.unanswered().exists()


def test_the_secretariat_gets_no_manager_by_that_way(db):
    first, _second = coordinators()
    with acting(first), pytest.raises(NotAllowed, match="members' page"):
        members.invite_first_manager(partner=first.partner, email=NEW, by=first)


def test_a_manager_revokes_and_only_once(manager):
    token = invite(manager)
    page = reverse("partners:revoke-invitation", args=[Invitation.objects.get(email=NEW).reference])
    client = signed_in(manager)
    assert client.get(page).status_code == 405
    assert client.post(page)["Location"] == "/members/"
    assert Client().get(link(token)).status_code == 410
    assert client.post(page).status_code == 409


def test_a_used_invitation_is_not_revoked(manager):
    token = invite(manager)
    join(NEW, token)
    with transaction.atomic(), acting_as(manager), pytest.raises(NotNow):
        members.revoke_invitation(invitation=Invitation.objects.get(email=NEW), by=manager)


def test_a_coordinator_revokes_the_invitation_of_a_partner(manager):
    first, _second = coordinators()
    invite(manager)
    invitation = Invitation.objects.get(email=NEW)
    page = reverse("partners:revoke-invitation", args=[invitation.reference])
    assert signed_in(first).post(page).status_code == 302
    assert Invitation.objects.get(email=NEW).revoked_by_id == first.pk


def test_a_stranger_to_the_partner_revokes_nothing(manager):
    invite(manager)
    other = manager_of(another_documenter().partner)
    with transaction.atomic(), acting_as(other), pytest.raises(NotAllowed):
        members.revoke_invitation(invitation=Invitation.objects.get(email=NEW), by=other)


def test_an_answered_invitation_cannot_also_be_revoked_in_the_database(manager):
    from django.db import IntegrityError

    token = invite(manager)
    join(NEW, token)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(email=NEW).update(revoked_at=timezone.now(), revoked_by=manager)


def test_the_page_warns_before_the_day_and_says_expired_after_it(manager, clock):
    invite(manager)
    assert "Expired" not in words(signed_in(manager).get("/members/"))
    clock.move(days=8)
    assert "Expired" in words(signed_in(manager).get("/members/"))


def test_a_colleague_who_does_not_manage_sees_no_invitation(manager):
    invite(manager)
    assert NEW not in words(signed_in(documenter()).get("/members/"))


def test_the_first_coordinators_are_found_once(db):
    with transaction.atomic(), pytest.raises(NotNow):
        members.found(emails=[NEW, "other@secretariat.example"])


def test_a_new_coordinator_is_invited_by_the_others(db):
    first, _second = coordinators()
    third = member(first.partner, "coordinator", email="third@secretariat.example")
    assert third.is_coordinator
    partner = Partner.objects.get(pk=partner_at(Status.APPLIED).pk)
    with acting(third):
        organisations.record_vetting(
            partner=partner,
            findings={"identity": "x"},
            valid_until=timezone.localdate() + timedelta(days=9),
            by=third,
        )


def test_the_second_step_is_not_for_an_account_that_is_set_up(manager):
    token = invite(manager)
    given = dict(hidden(first_step(Client(), documenter().email)))["ticket"]
    for code in ("", "000000"):
        response = Client().post(app_step(token), {"ticket": given, "code": code})
        assert response.status_code == 409
    assert members.find_invitation(token) is not None
