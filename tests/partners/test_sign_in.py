"""In and out: both factors, no session before, and the same answer for everyone who may not."""

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.db import acting_as
from partners import sessions
from partners.actions import accounts, members, organisations
from partners.models import Partner, TotpDevice, User
from partners.states import Status
from tests.factories.partners import (
    PASSWORD,
    acting,
    coordinators,
    manager_of,
    member,
    next_code,
    partner_at,
    signed_in,
)
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import (
    SECOND_STEP,
    SIGN_IN,
    Clocks,
    at_once,
    first_step,
    hidden,
    is_signed_in,
    second_step,
    sign_in,
    ticket,
    words,
    wrong_code,
)

ACCOUNT = reverse("partners:account")
SIGN_OUT = reverse("partners:sign-out")
STEP_UP = reverse("partners:step-up")
ELSEWHERE = [
    "//evil.example/x",
    "https://evil.example/",
    "http:///evil.example/",
    "https:evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x00//evil.example",
    "\x1b/evil",
    "javascript:alert(1)",
    "data:text/html,x",
]


@pytest.fixture
def clocks(clock, monkeypatch) -> Clocks:
    return Clocks(clock, monkeypatch)


@pytest.fixture
def user(db) -> User:
    return documenter()


@pytest.fixture
def colleague(db) -> User:
    """Someone who can be removed without locking anybody else out."""
    return member(documenter().partner, "reader")


def stripped(response) -> str:
    """A page without what differs every time: the ticket and the form token."""
    page = response.content.decode()
    for name, value in [*hidden(response), ("", response.context["csrf_token"])]:
        if name in ("", "ticket", "csrfmiddlewaretoken"):
            page = page.replace(str(value), "")
    return page


def test_both_factors_let_in_and_the_log_says_so(user):
    client = Client()
    response = sign_in(client, user)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(client)
    event = CustodyEvent.objects.filter(type="partners.user.signed_in").latest("id")
    assert (event.on, str(event.by)) == (f"partners.user:{user.reference}", user.reference)


def test_the_password_alone_makes_no_session(user):
    client = Client()
    before = Session.objects.count()
    response = first_step(client, user.email)
    assert response.status_code == 200
    assert "s" not in client.cookies
    assert Session.objects.count() == before
    assert not is_signed_in(client)


def test_the_code_alone_does_nothing(user):
    client = Client()
    response = client.post(SECOND_STEP, {"code": next_code(user)})
    assert response["Location"] == SIGN_IN
    assert not is_signed_in(client)


def test_a_wrong_code_makes_no_session(user):
    client = Client()
    response = second_step(client, ticket(client, user), wrong_code(user))
    assert response.status_code == 422
    assert "This code is wrong or has been used." in words(response)
    assert not is_signed_in(client)


def test_the_address_counts_whatever_its_case(user):
    client = Client()
    assert "ticket" in dict(hidden(first_step(client, user.email.upper())))


def test_someone_with_a_session_but_no_factor_is_a_stranger(user):
    client = Client()
    client.force_login(user)
    session = client.session
    session["began"] = timezone.now().isoformat()
    session.save()
    assert client.get(ACCOUNT)["Location"] == f"{SIGN_IN}?next=%2Faccount%2F"


def test_another_persons_device_in_the_session_counts_for_nothing(user):
    client = signed_in(user)
    session = client.session
    device = another_documenter().totpdevice_set.get(confirmed=True)
    session["otp_device_id"] = device.persistent_id
    session.save()
    assert not is_signed_in(client)


def closed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def removed(user: User) -> None:
    by = manager_of(user.partner)
    with transaction.atomic(), acting_as(by):
        members.remove_member(user=user, by=by, reason="Left.")


def locked(user: User) -> None:
    by = manager_of(user.partner)
    with transaction.atomic(), acting_as(by):
        organisations.lock_out(partner=user.partner, by=by, reason="Seized.")


def suspended(user: User) -> None:
    first, _second = coordinators()
    with acting(first):
        organisations.suspend(partner=user.partner, by=first, reason="For the test.")


def nothing(user: User) -> None:
    return None


@pytest.mark.parametrize("state", [nothing, closed, removed, locked, suspended])
def test_a_wrong_password_looks_the_same_whoever_it_is_for(colleague, state):
    state(colleague)
    for_them = first_step(Client(), colleague.email, "not the password")
    for_nobody = first_step(Client(), "nobody@nowhere.example", "not the password")
    assert for_them.status_code == for_nobody.status_code == 422
    same = stripped(for_them).replace(colleague.email, "nobody@nowhere.example")
    assert same == stripped(for_nobody)


@pytest.mark.parametrize("state", [closed, removed])
def test_the_right_password_of_a_closed_account_looks_like_a_wrong_one(colleague, state):
    state(colleague)
    for_them = first_step(Client(), colleague.email)
    for_nobody = first_step(Client(), "nobody@nowhere.example")
    same = stripped(for_them).replace(colleague.email, "nobody@nowhere.example")
    assert (for_them.status_code, same) == (422, stripped(for_nobody))


@pytest.mark.parametrize("state", [locked, suspended])
def test_members_of_a_closed_partner_learn_it_only_after_both_factors(colleague, state):
    ordinary = stripped(first_step(Client(), documenter().email))
    state(colleague)
    client = Client()
    response = first_step(client, colleague.email)
    assert stripped(response) == ordinary
    given = dict(hidden(response))["ticket"]
    assert second_step(client, given, wrong_code(colleague)).status_code == 422
    response = second_step(client, given, next_code(colleague))
    assert response.status_code == 403
    assert "Your organisation has no access at present" in words(response)
    assert not is_signed_in(client)


def test_a_ticket_is_over_after_five_minutes(user, clocks):
    client = Client()
    given = ticket(client, user)
    clocks.move(minutes=5, seconds=1)
    response = second_step(client, given, next_code(user))
    assert response["Location"] == SIGN_IN
    assert "The five minutes were over." in words(client.get(SIGN_IN))
    assert not is_signed_in(client)


def test_a_ticket_is_good_for_almost_five_minutes(user, clocks):
    client = Client()
    given = ticket(client, user)
    clocks.move(minutes=4, seconds=50)
    assert second_step(client, given, next_code(user))["Location"] == "/"


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        "a:b:c",
        "\x00",
        signing.dumps(["7K3F9Q2MXW4TC", "x"], salt="another.form"),
        signing.dumps("no pair", salt="partners.sign-in"),
    ],
    ids=["nothing", "a letter", "three parts", "a null", "another form's", "no pair"],
)
def test_a_forged_ticket_is_no_ticket(user, forged):
    client = Client()
    assert second_step(client, forged, next_code(user))["Location"] == SIGN_IN
    assert not is_signed_in(client)


def test_a_changed_ticket_is_no_ticket(user):
    client = Client()
    given = ticket(client, user)
    body, stamp, mark = given.split(":")
    other = signing.b64_encode(b'["%s","x"]' % another_documenter().reference.encode()).decode()
    later = stamp[:-1] + ("y" if stamp.endswith("z") else "z")
    for changed in (f"{other}:{stamp}:{mark}", f"{body}:{later}:{mark}", given[:-1]):
        assert second_step(client, changed, next_code(user))["Location"] == SIGN_IN


def test_another_persons_ticket_does_not_take_my_code(user):
    client = Client()
    theirs = ticket(client, another_documenter())
    assert second_step(client, theirs, next_code(user)).status_code == 422
    assert not is_signed_in(client)


def test_a_ticket_is_worthless_once_the_password_changes(user):
    client = Client()
    given = ticket(client, user)
    with transaction.atomic(), acting_as(user):
        accounts.change_password(new_password="other horse battery staple", by=user)
    assert second_step(client, given, next_code(user))["Location"] == SIGN_IN
    assert not is_signed_in(client)


def test_a_ticket_is_worthless_once_the_account_is_closed(colleague):
    client = Client()
    given, code = ticket(client, colleague), next_code(colleague)
    removed(colleague)
    assert second_step(client, given, code)["Location"] == SIGN_IN


def test_a_code_works_once(user):
    code = next_code(user)
    assert second_step(Client(), ticket(Client(), user), code).status_code == 302
    again = Client()
    assert second_step(again, ticket(again, user), code).status_code == 422
    assert not is_signed_in(again)


def test_the_code_before_the_last_one_used_is_used_up_too(user):
    device = user.totpdevice_set.get(confirmed=True)
    earlier = device.code_at(timezone.now())
    TotpDevice.objects.filter(pk=device.pk).update(last_step=int(timezone.now().timestamp()) // 30)
    client = Client()
    assert second_step(client, ticket(client, user), earlier).status_code == 422


def test_one_code_in_two_requests_at_once_lets_one_in(own_database):
    user = documenter()
    given, code = accounts.ticket_for(user), next_code(user)
    browsers = [Client(), Client()]
    answers = at_once(*(lambda b=b: second_step(b, given, code).status_code for b in browsers))
    assert sorted(answers) == [302, 422]
    assert sorted(map(is_signed_in, browsers)) == [False, True]
    assert CustodyEvent.objects.filter(type="partners.user.signed_in").count() == 1


def test_the_session_key_changes_at_sign_in(user):
    client = Client()
    fixed = client.session
    fixed["planted"] = "by someone else"
    fixed.save()
    client.cookies["s"] = fixed.session_key
    sign_in(client, user)
    assert is_signed_in(client)
    assert client.cookies["s"].value != fixed.session_key
    assert not Session.objects.filter(session_key=fixed.session_key).exists()


def test_a_session_key_somebody_made_up_is_never_used(user):
    client = Client()
    client.cookies["s"] = "a" * 32
    sign_in(client, user)
    assert client.cookies["s"].value != "a" * 32


def test_the_session_cookie_goes_nowhere_else(user):
    client = Client()
    sign_in(client, user)
    cookie = client.cookies["s"]
    assert (cookie["samesite"], cookie["httponly"], cookie["max-age"]) == ("Strict", True, "")


def test_twenty_idle_minutes_end_a_session(user, clock):
    client = signed_in(user)
    clock.move(minutes=19)
    assert is_signed_in(client)
    clock.move(minutes=19)
    assert is_signed_in(client), "each page counts from anew"
    clock.move(minutes=20, seconds=1)
    assert not is_signed_in(client)


@pytest.mark.parametrize("state", [closed, removed, locked, suspended])
def test_a_session_ends_when_the_account_or_the_partner_does(colleague, state):
    client = signed_in(colleague)
    assert is_signed_in(client)
    state(colleague)
    assert not is_signed_in(client)


def test_a_lock_out_ends_sessions_for_good(colleague):
    client = signed_in(colleague)
    locked(colleague)
    first, _second = coordinators()
    with acting(first):
        organisations.lift_lock(partner=colleague.partner, by=first, reason="Safe again.")
    assert not is_signed_in(client)


def test_sign_out_ends_the_session_and_clears_the_cache(user):
    client = signed_in(user)
    key = client.cookies["s"].value
    response = client.post(SIGN_OUT)
    assert response["Location"] == SIGN_IN
    assert response["Clear-Site-Data"] == '"cache"'
    assert not Session.objects.filter(session_key=key).exists()
    client.cookies["s"] = key
    assert not is_signed_in(client)
    assert CustodyEvent.objects.filter(type="partners.user.signed_out").exists()


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_only_a_post_signs_out(user, method):
    client = signed_in(user)
    assert getattr(client, method)(SIGN_OUT).status_code == 405
    assert is_signed_in(client)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_sign_in_form_carries_no_way_to_another_site(db, elsewhere):
    assert "next" not in dict(hidden(Client().get(SIGN_IN, {"next": elsewhere})))


@pytest.mark.parametrize("elsewhere", ELSEWHERE[::4])
def test_sign_in_leads_to_no_other_site(user, elsewhere):
    assert sign_in(Client(), user, next=elsewhere)["Location"] == "/"


def test_sign_in_leads_back_to_a_page_of_ours(user):
    client = Client()
    response = first_step(client, user.email, next="/members/?x=1")
    assert dict(hidden(response))["next"] == "/members/?x=1"
    assert sign_in(client, user, next="/members/?x=1")["Location"] == "/members/?x=1"


@pytest.mark.parametrize("elsewhere", ELSEWHERE[1::4])
def test_a_step_up_leads_to_no_other_site(user, elsewhere):
    client = signed_in(user)
    response = client.post(STEP_UP, {"code": next_code(user), "next": elsewhere})
    assert response["Location"] == "/"


@pytest.mark.parametrize("elsewhere", ELSEWHERE[2::4])
def test_the_way_back_of_a_missing_step_up_is_ours(user, elsewhere):
    client = signed_in(user, fresh_factor=False)
    response = client.post(reverse("partners:new-recovery-codes"), {"back": elsewhere})
    assert response["Location"].startswith(f"{STEP_UP}?next=")
    assert dict(hidden(client.get(response["Location"]))).get("next") == "/"


@pytest.mark.parametrize("elsewhere", [*ELSEWHERE, "http://["])
def test_choosing_a_language_leads_to_no_other_site(db, elsewhere):
    response = Client().post("/language/", {"language": "en"}, headers={"referer": elsewhere})
    assert response["Location"] == "/"


def test_an_unknown_language_is_not_remembered(db):
    response = Client().post(
        "/language/", {"language": "tlh"}, headers={"referer": "http://testserver/help/?a=b"}
    )
    assert response["Location"] == "/help/"
    assert "language" not in response.cookies


def test_a_language_is_remembered_for_this_site_only(db):
    cookie = Client().post("/language/", {"language": "en"}).cookies["language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("en", "Strict", True)


NEEDS_FRESH = ["change-password", "change-factor", "new-recovery-codes"]


@pytest.mark.parametrize("page", NEEDS_FRESH)
def test_keys_and_factors_need_a_fresh_code(user, page):
    client = signed_in(user, fresh_factor=False)
    address = reverse(f"partners:{page}")
    response = client.post(address, {"new_password": "another long password", "code": "000000"})
    assert response["Location"].startswith(STEP_UP)
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_the_partners_settings_need_a_fresh_code(db):
    manager = manager_of(documenter().partner)
    client = signed_in(manager, fresh_factor=False)
    response = client.post(reverse("partners:settings"), {"listed": "on"})
    assert response["Location"].startswith(STEP_UP)
    assert not Partner.objects.get(pk=manager.partner_id).listed


def test_a_fresh_code_lasts_five_minutes(user, clock):
    client = signed_in(user, fresh_factor=False)
    page = reverse("partners:change-password")
    back = client.get(page)
    assert back["Location"] == f"{STEP_UP}?next=%2Faccount%2Fpassword%2F"
    response = client.post(STEP_UP, {"code": next_code(user), "next": page})
    assert response["Location"] == page
    clock.move(minutes=4, seconds=55)
    assert client.get(page).status_code == 200
    clock.move(seconds=10)
    assert client.get(page).status_code == 302


def test_a_wrong_code_is_no_step_up(user):
    client = signed_in(user, fresh_factor=False)
    assert client.post(STEP_UP, {"code": wrong_code(user)}).status_code == 422
    assert client.get(reverse("partners:change-password")).status_code == 302


def test_a_code_used_to_sign_in_is_no_step_up(user):
    client, code = Client(), next_code(user)
    second_step(client, ticket(client, user), code)
    assert client.post(STEP_UP, {"code": code}).status_code == 422


def test_a_session_without_a_moment_is_never_fresh(rf):
    request = rf.get("/")
    request.session = {}
    assert not sessions.is_fresh(request)


def test_a_private_page_does_not_come_back_from_a_cache(user):
    client = signed_in(user)
    for page in ("/", ACCOUNT, "/members/"):
        assert client.get(page)["Cache-Control"] == "no-store"


def test_sign_in_survives_when_a_partner_has_only_been_invited(db):
    partner = partner_at(Status.INVITED)
    from tests.factories.partners import join

    manager = join(partner.contact_email)
    client = Client()
    assert sign_in(client, manager)["Location"] == "/"
    assert client.get("/")["Location"] == reverse("partners:terms")


def test_sessions_whose_time_is_over_are_removed_by_the_worker(own_database, as_worker, clock):
    from partners.tasks import forget_sessions

    signed_in(documenter())
    clock.move(minutes=15)
    live = signed_in(another_documenter()).cookies["s"].value
    clock.move(minutes=10)
    with as_worker():
        forget_sessions()
        assert list(Session.objects.values_list("session_key", flat=True)) == [live]
