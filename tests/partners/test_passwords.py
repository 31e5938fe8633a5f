"""A new password: from the account page, or by a mailed link and the second factor."""

import hashlib
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent, SealedFile
from impna.db import acting_as
from impna.errors import NotNow
from partners.actions import accounts, factors, members
from partners.models import Letter, OneTimeLink, User
from tests.factories.partners import (
    PASSWORD,
    link_in_letter,
    manager_of,
    member,
    next_code,
    signed_in,
)
from tests.factories.submissions import documenter
from tests.partners.browser import (
    at_once,
    first_step,
    hidden,
    is_signed_in,
    sign_in,
    ticket,
    words,
    wrong_code,
)

FORGOTTEN = reverse("partners:forgotten")
CHANGE = reverse("partners:change-password")
BETTER = "four words only I connect"


@pytest.fixture
def user(db) -> User:
    return documenter()


def ask(email: str):
    return Client().post(FORGOTTEN, {"email": email})


def mailed(user: User) -> str:
    """Ask, and read the letter: the path of the link."""
    assert ask(user.email).status_code == 200
    return "/" + link_in_letter(user.email)


def reset(path: str, user: User, password: str = BETTER, code: str | None = None):
    code = next_code(user) if code is None else code
    return Client().post(path, {"password": password, "code": code})


def test_a_mailed_link_and_the_code_set_a_new_password(user):
    path = mailed(user)
    response = reset(path, user)
    assert response["Location"] == "/sign-in/"
    assert first_step(Client(), user.email, PASSWORD).status_code == 422
    assert first_step(Client(), user.email, BETTER).status_code == 200
    event = CustodyEvent.objects.filter(type="partners.user.password_changed").latest("id")
    assert '"by":"reset"' in event.entry


def test_a_reset_ends_every_session(user):
    one, two = signed_in(user), Client()
    sign_in(two, user)
    assert reset(mailed(user), user, code=factors.make_recovery_codes(user=user, by=user)[0])
    assert not is_signed_in(one)
    assert not is_signed_in(two)


def test_a_reset_signs_nobody_in(user):
    client = Client()
    path = mailed(user)
    client.post(path, {"password": BETTER, "code": next_code(user)})
    assert not is_signed_in(client)


def test_a_reset_opens_no_sealed_content(user):
    """Keys do not hang on passwords (peers.md 4.23)."""
    before = SealedFile.objects.count(), CustodyEvent.objects.count()
    path = mailed(user)
    reset(path, user)
    types = set(CustodyEvent.objects.order_by("id").values_list("type", flat=True)[before[1] :])
    assert types == {"partners.user.password_reset_asked", "partners.user.password_changed"}
    assert SealedFile.objects.count() == before[0]


def test_the_link_works_once(user):
    path = mailed(user)
    assert reset(path, user).status_code == 302
    assert reset(path, user, "yet another password").status_code == 410
    assert User.objects.get(pk=user.pk).check_password(BETTER)


def test_the_link_used_twice_at_once_works_once(own_database):
    user = documenter()
    path = mailed(user)
    codes = factors.make_recovery_codes(user=user, by=user)
    answers = at_once(
        *(lambda c=c: reset(path, user, f"password of {c}", c).status_code for c in codes[:2])
    )
    assert sorted(answers) in ([302, 409], [302, 410])
    assert OneTimeLink.objects.get().used_at is not None


def test_the_link_is_over_after_an_hour(user, clock):
    path = mailed(user)
    clock.move(minutes=59)
    assert Client().get(path).status_code == 200
    clock.move(minutes=1, seconds=1)
    assert Client().get(path).status_code == 410
    assert reset(path, user).status_code == 410
    with transaction.atomic(), pytest.raises(NotNow, match="no longer good"):
        accounts.reset_password(token=path.split("/")[2], password=BETTER, code="000000")


def test_a_new_link_replaces_the_earlier_one(user):
    one, two = mailed(user), mailed(user)
    assert Client().get(one).status_code == 410
    assert Client().get(two).status_code == 200


def test_looking_at_the_link_uses_nothing_up(user):
    path = mailed(user)
    for _n in range(3):
        assert Client().get(path).status_code == 200
    assert reset(path, user).status_code == 302


def test_unknown_used_and_expired_links_are_the_same_page(user, clock):
    used = mailed(user)
    reset(used, user)
    expired = mailed(user)
    clock.move(hours=2)
    pages = set()
    for path in (used, expired, "/reset/unknown/", f"/reset/{'x' * 43}/"):
        response = Client().get(path)
        assert response.status_code == 410
        pages.add(words(response).replace(str(response.context["csrf_token"]), ""))
    assert len(pages) == 1


def test_the_link_without_the_second_factor_changes_nothing(user):
    path = mailed(user)
    response = reset(path, user, code=wrong_code(user))
    assert response.status_code == 422
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert OneTimeLink.objects.get().used_at is None


def test_guessing_codes_at_the_link_is_slow(user):
    path = mailed(user)
    for _n in range(3):
        assert reset(path, user, code=wrong_code(user)).status_code == 422
    assert reset(path, user).status_code == 429
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_a_code_used_at_the_link_does_not_sign_in(user):
    path, code = mailed(user), next_code(user)
    reset(path, user, code=code)
    client = Client()
    given = ticket(client, User.objects.get(pk=user.pk), BETTER)
    assert client.post("/sign-in/code/", {"ticket": given, "code": code}).status_code == 422


def test_the_answer_is_the_same_for_an_unknown_address(user):
    known, unknown = ask(user.email), ask("nobody@nowhere.example")
    strip = [words(r).replace(str(r.context["csrf_token"]), "") for r in (known, unknown)]
    assert strip[0] == strip[1]
    assert known.status_code == unknown.status_code == 200
    assert Letter.objects.filter(kind="reset").count() == 1


def test_a_removed_member_gets_no_link(user):
    colleague = member(user.partner, "reader")
    by = manager_of(user.partner)
    with transaction.atomic(), acting_as(by):
        members.remove_member(user=colleague, by=by, reason="Left.")
    assert ask(colleague.email).status_code == 200
    assert not Letter.objects.filter(kind="reset").exists()


def test_the_link_goes_to_the_accounts_address_and_not_to_the_one_typed(user):
    ask(user.email.upper())
    assert Letter.objects.get(kind="reset").to == user.email


def test_only_the_digest_of_the_token_is_stored(user):
    path = mailed(user)
    token = path.split("/")[2]
    assert bytes(OneTimeLink.objects.get().token_digest) == hashlib.sha256(token.encode()).digest()
    assert token.encode() not in bytes(Letter.objects.get(kind="reset").link)


@pytest.mark.parametrize("password", ["short", "password1234", "documenter@cso-one.example", ""])
def test_a_weak_password_is_refused_everywhere(user, password):
    assert reset(mailed(user), user, password).status_code == 422
    response = signed_in(user).post(CHANGE, {"new_password": password})
    assert response.status_code == 422
    assert response.context["form"].errors["new_password"]
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_a_weak_password_costs_no_code(user):
    path, code = mailed(user), next_code(user)
    assert reset(path, user, "short", code).status_code == 422
    assert reset(path, user, BETTER, code).status_code == 302


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(user):
    here, elsewhere = signed_in(user), signed_in(user)
    response = here.post(CHANGE, {"new_password": BETTER})
    assert response["Location"] == "/account/"
    assert "Your other sessions have ended." in words(here.get("/account/"))
    assert not is_signed_in(elsewhere)
    assert first_step(Client(), user.email, BETTER).status_code == 200


def test_changing_the_password_changes_the_session_key(user):
    client = signed_in(user)
    before = client.cookies["s"].value
    client.post(CHANGE, {"new_password": BETTER})
    assert client.cookies["s"].value != before
    old = Client()
    old.cookies["s"] = before
    assert not is_signed_in(old)


def test_a_password_of_spaces_between_words_is_kept_as_typed(user):
    client = signed_in(user)
    client.post(CHANGE, {"new_password": "  four words kept whole  "})
    assert first_step(Client(), user.email, "four words kept whole").status_code == 422
    assert "ticket" in dict(hidden(first_step(Client(), user.email, "  four words kept whole  ")))


def test_passwords_are_hashed_by_argon2(user):
    assert user.password.startswith("argon2$argon2id$")


def test_links_live_an_hour_and_no_longer(user):
    mailed(user)
    link = OneTimeLink.objects.get()
    assert link.expires_at - link.made_at == timedelta(hours=1)
    assert link.expires_at > timezone.now()
    assert str(link).startswith("link of ")
