"""What was typed when the session ended comes back after both steps, and nowhere else."""

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import Partner, User
from tests.factories.partners import (
    coordinators,
    manager_of,
    next_code,
    partner_at,
    signed_in,
)
from tests.factories.submissions import documenter
from tests.partners.browser import (
    SECOND_STEP,
    SIGN_IN,
    first_step,
    hidden,
    second_step,
    words,
    wrong_code,
)
from tests.partners.test_sign_in import ELSEWHERE

REMOVE_REASON = 'He said "no" & left <b>at once</b>.\r\nTwo lines, 👋, \u202eelif'


@pytest.fixture
def manager(db) -> User:
    return manager_of(documenter().partner)


def expired_post(path: str, sent: dict[str, object]):
    """A browser whose session is over posts a form that it still has open."""
    client = Client()
    return client, client.post(path, sent)


def again(client: Client, response, user: User, step: str, **typed: str):
    """The next step, with everything the page carries."""
    fields: dict[str, list[str]] = {}
    for name, value in hidden(response):
        fields.setdefault(name, []).append(value)
    fields.pop("csrfmiddlewaretoken", None)
    return client.post(step, fields | typed)


def through_both_steps(client: Client, response, user: User):
    from tests.factories.partners import PASSWORD

    response = again(client, response, user, SIGN_IN, email=user.email, password=PASSWORD)
    assert response.status_code == 200
    return again(client, response, user, SECOND_STEP, code=next_code(user))


def test_a_typed_form_survives_an_expired_session_and_is_sent_on(manager):
    colleague = documenter()
    path = reverse("partners:remove-member", args=[colleague.reference])
    client, response = expired_post(path, {"reason": REMOVE_REASON})
    assert response.status_code == 401
    assert "Your session has ended" in words(response)
    assert "Nothing has been sent yet." in words(response)
    response = through_both_steps(client, response, manager)
    assert "What you typed is still here" in words(response)
    assert f'action="{path}"' in words(response)
    assert dict(hidden(response))["reason"] == REMOVE_REASON
    assert User.objects.get(pk=colleague.pk).is_active, "nothing is sent without the button"
    sent = {k: v for k, v in hidden(response) if k != "csrfmiddlewaretoken"}
    assert client.post(path, sent)["Location"] == "/members/"
    assert not User.objects.get(pk=colleague.pk).is_active


def test_every_box_that_was_ticked_comes_back(manager):
    sent = {"email": "new@cso.example", "offers": ["documenter", "approver", "reader"]}
    client, response = expired_post(reverse("partners:invite"), sent)
    response = through_both_steps(client, response, manager)
    fields = hidden(response)
    assert [v for k, v in fields if k == "offers"] == ["documenter", "approver", "reader"]


def test_a_long_text_comes_back_whole(db):
    first, _second = coordinators()
    partner = partner_at()
    path = reverse("partners:partner-decide", args=[partner.reference, "suspend"])
    text = "All of it. " * 20_000
    client, response = expired_post(path, {"reason": text})
    response = through_both_steps(client, response, first)
    assert dict(hidden(response))["reason"] == text


def test_it_goes_along_through_wrong_passwords_and_codes(manager):
    path = reverse("partners:invite")
    client, response = expired_post(path, {"email": "new@cso.example"})
    response = again(client, response, manager, SIGN_IN, email=manager.email, password="wrong")
    assert response.status_code == 422
    assert dict(hidden(response))["typed.email"] == "new@cso.example"
    from tests.factories.partners import PASSWORD

    response = again(client, response, manager, SIGN_IN, email=manager.email, password=PASSWORD)
    response = again(client, response, manager, SECOND_STEP, code=wrong_code(manager))
    assert response.status_code == 422
    response = again(client, response, manager, SECOND_STEP, code=next_code(manager))
    assert dict(hidden(response))["email"] == "new@cso.example"


@pytest.mark.parametrize("secret", ["password", "new_password", "code", "ticket"])
def test_secrets_are_typed_again(db, secret):
    path = reverse("partners:change-password")
    _client, response = expired_post(path, {secret: "hush-hush-4711", "other": "kept"})
    assert response.status_code == 401
    assert "hush-hush-4711" not in words(response)
    assert dict(hidden(response))["typed.other"] == "kept"
    assert "typed.csrfmiddlewaretoken" not in dict(hidden(response))


def test_what_was_typed_is_stored_nowhere(own_database, as_owner):
    path = reverse("partners:invite")
    _client, response = expired_post(path, {"email": "canary-4711@cso.example"})
    assert response.status_code == 401
    with as_owner() as owner:
        tables = owner.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (table,) in tables:
            found = owner.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%canary-4711%'"
            ).fetchone()
            assert found == (0,), table


def test_a_forged_post_from_another_site_is_not_carried(db):
    """Only what passed the token check gets as far as the sign-in form."""
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("partners:lock-out"), {"reason": "planted-4711"})
    assert response.status_code == 403
    assert "planted-4711" not in words(response)
    token = str(client.get(SIGN_IN).context["csrf_token"])
    sent = {"reason": "planted-4711", "csrfmiddlewaretoken": token}
    response = client.post(
        reverse("partners:lock-out"), sent, headers={"Origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert "planted-4711" not in words(response)


def test_a_link_cannot_plant_typed_fields(db):
    query = {"typed-for": "/members/lock-out/", "typed.reason": "planted-4711"}
    response = Client().get(SIGN_IN, query)
    assert "planted-4711" not in words(response)
    assert "typed-for" not in dict(hidden(response))


@pytest.mark.parametrize("elsewhere", ELSEWHERE[::4])
def test_typed_fields_go_to_no_other_site(db, elsewhere):
    user = documenter()
    client = Client()
    more = {"typed-for": elsewhere, "typed.reason": "secret words"}
    given = dict(hidden(first_step(client, user.email, **more)))["ticket"]
    response = second_step(client, given, next_code(user), **more)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_without_typed_fields_the_way_leads_on(db):
    user = documenter()
    client = Client()
    given = dict(hidden(first_step(client, user.email)))["ticket"]
    assert second_step(client, given, next_code(user), next="/members/")["Location"] == "/members/"


def test_an_expired_page_that_was_only_looked_at_leads_back(db):
    response = Client().get("/members/", {"x": "1 & 2"})
    assert response["Location"] == "/sign-in/?next=%2Fmembers%2F%3Fx%3D1%2B%2526%2B2"


def test_hostile_typed_fields_are_shown_as_text(manager):
    path = reverse("partners:lock-out")
    sent = {"reason": '"><script>alert(1)</script>', '"><script>alert(2)</script>': "x"}
    _client, response = expired_post(path, sent)
    assert b"<script>alert" not in response.content
    client = signed_in(manager)
    client.post("/sign-out/")
    assert Partner.objects.get(pk=manager.partner_id).locked_at is None
