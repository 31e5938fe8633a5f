"""Second factors: the seed is sealed, codes work once, recovery codes are digests."""

import hashlib
import io
import logging
import re

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.errors import NotNow
from partners import sessions
from partners.actions import factors
from partners.models import RecoveryCode, TotpDevice, User
from tests.factories.partners import next_code, signed_in
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import (
    at_once,
    hidden,
    is_signed_in,
    second_step,
    sign_in,
    ticket,
    words,
    wrong_code,
)

CHANGE = reverse("partners:change-factor")
NEW_CODES = reverse("partners:new-recovery-codes")


@pytest.fixture
def user(db) -> User:
    return documenter()


def shown_codes(response) -> list[str]:
    """Recovery codes as the page shows them."""
    return list(response.context["codes"])


def new_codes(user: User) -> list[str]:
    return shown_codes(signed_in(user).post(NEW_CODES))


def with_code(user: User, code: str) -> int:
    client = Client()
    return second_step(client, ticket(client, user), code).status_code


def test_ten_codes_are_shown_once_and_stored_as_digests(user):
    client = signed_in(user)
    codes = shown_codes(client.post(NEW_CODES))
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([A-Z2-7]{4} ){3}[A-Z2-7]{4}", code) for code in codes)
    stored = {bytes(row.digest) for row in user.recovery_codes.all()}
    assert stored == {
        hashlib.sha256(f"{user.reference}:{code.replace(' ', '')}".encode()).digest()
        for code in codes
    }
    assert codes[0] not in words(client.get(reverse("partners:account")))


@pytest.mark.parametrize(
    "typed", [str, str.lower, lambda c: c.replace(" ", ""), lambda c: c.replace(" ", "-")]
)
def test_a_recovery_code_signs_in_however_it_is_typed(user, typed):
    assert with_code(user, typed(new_codes(user)[0])) == 302
    event = CustodyEvent.objects.get(type="partners.user.recovery_code_used")
    assert '"left":9' in event.entry


def test_a_recovery_code_works_once(user):
    code = new_codes(user)[3]
    assert with_code(user, code) == 302
    assert with_code(user, code) == 422
    assert user.recovery_codes.filter(used_at__isnull=True).count() == 9


def test_a_recovery_code_in_two_requests_at_once_lets_one_in(own_database):
    user = documenter()
    code = factors.make_recovery_codes(user=user, by=user)[0]
    browsers = [Client(), Client()]
    given = ticket(browsers[0], user)
    answers = at_once(*(lambda b=b: second_step(b, given, code).status_code for b in browsers))
    assert sorted(answers) == [302, 422]
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1


def test_ten_new_codes_replace_the_old(user):
    old, new = new_codes(user), new_codes(user)
    assert not set(old) & set(new)
    assert user.recovery_codes.count() == 10
    assert with_code(user, old[0]) == 422
    assert with_code(user, new[0]) == 302


def test_another_persons_recovery_code_does_not_work(user):
    assert with_code(user, new_codes(another_documenter())[0]) == 422


@pytest.mark.parametrize(
    "code",
    [
        "",
        " ",
        "12345",
        "1234567",
        "abcdef",
        "²²²²²²",
        "١٢٣٤٥٦",
        "-12345",
        "0x1234",
        "1e5000",
        "A" * 40,
    ],
)
def test_what_is_no_code_is_refused_with_a_sentence(user, code):
    assert with_code(user, code) == 422


@pytest.mark.parametrize("code", ["\x00\x00\x00\x00\x00\x00", "A" * 41, "'; DROP TABLE x; --"])
def test_hostile_codes_are_refused_with_a_sentence(user, code):
    assert with_code(user, code) == 422


def test_the_code_may_be_typed_with_spaces(user):
    code = next_code(user)
    assert with_code(user, f" {code[:3]} {code[3:]} ") == 302


def test_a_new_app_replaces_the_old_one_and_other_sessions_end(user):
    here, elsewhere = signed_in(user), signed_in(user)
    old = user.totpdevice_set.get(confirmed=True)
    assert here.get(CHANGE).status_code == 200
    device = factors.unconfirmed_totp(user)
    response = here.post(CHANGE, {"code": device.code_at(timezone.now())})
    assert len(shown_codes(response)) == 10
    assert not TotpDevice.objects.filter(pk=old.pk).exists()
    assert user.totpdevice_set.get().pk == device.pk
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_a_wrong_code_leaves_the_old_app_in_place(user):
    client = signed_in(user)
    client.get(CHANGE)
    old = user.totpdevice_set.get(confirmed=True)
    new = factors.unconfirmed_totp(user)
    codes = {new.code_at(timezone.now() + s * factors.timedelta(seconds=30)) for s in (-1, 0, 1)}
    wrong = next(c for n in range(9) if (c := f"{n:06d}") not in codes)
    assert client.post(CHANGE, {"code": wrong}).status_code == 422
    assert user.totpdevice_set.get(confirmed=True).pk == old.pk
    assert with_code(user, next_code(user)) == 302


def test_a_recovery_code_does_not_prove_a_new_app(user):
    client = signed_in(user)
    code = new_codes(user)[0]
    client.get(CHANGE)
    assert client.post(CHANGE, {"code": code}).status_code == 422


def test_a_set_up_that_has_ended_cannot_be_confirmed(user):
    with transaction.atomic(), pytest.raises(NotNow, match="begin again"):
        factors.confirm_totp(user=user, code="000000")


def test_looking_at_the_page_again_shows_the_same_seed(user):
    client = signed_in(user)
    one, two = client.get(CHANGE), client.get(CHANGE)
    assert one.context["seed"] == two.context["seed"]
    assert user.totpdevice_set.filter(confirmed=False).count() == 1


def test_nobody_sees_another_persons_seed(user):
    """IDOR on enrolment (peers.md 4.1): no page takes an account's name from the request."""
    victim = another_documenter()
    seed = factors.seed_text(factors.begin_totp(user=victim))
    client = signed_in(user)
    asked = {"user": victim.pk, "email": victim.email, "reference": victim.reference}
    for page in (CHANGE, reverse("partners:account")):
        assert seed not in words(client.get(page, asked))
        assert seed not in words(client.post(page, asked))


def test_two_confirmed_apps_are_refused_by_the_database(user):
    from django.db import IntegrityError

    device = factors.begin_totp(user=user)
    with pytest.raises(IntegrityError, match="one_confirmed_totp"), transaction.atomic():
        TotpDevice.objects.filter(pk=device.pk).update(confirmed=True)


def test_a_seed_moved_to_another_row_does_not_open(user):
    from custody.keystore import TextCorrupt

    mine = user.totpdevice_set.get(confirmed=True)
    theirs = another_documenter().totpdevice_set.get(confirmed=True)
    mine.seed = theirs.seed
    with pytest.raises(TextCorrupt):
        mine.read_seed()


def test_without_the_key_store_nobody_gets_in_by_app(user, monkeypatch):
    def away(*args, **kwargs):
        raise OSError("key store away")

    client = Client(raise_request_exception=False)
    given, code = ticket(client, user), next_code(user)
    monkeypatch.setattr("partners.models.factors.open_text", away)
    assert second_step(client, given, code).status_code == 500
    assert not is_signed_in(client)


def test_seed_password_codes_and_tickets_are_nowhere_in_clear(own_database, as_owner):
    """A canary through enrolment and sign-in, then the whole database, the log and the mail."""
    user = documenter()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    try:
        client = signed_in(user)
        seed = client.get(CHANGE).context["seed"].replace(" ", "")
        device = factors.unconfirmed_totp(user)
        raw = device.read_seed()
        wrong = Client()
        second_step(wrong, ticket(wrong, user), wrong_code(user))
        codes = shown_codes(client.post(CHANGE, {"code": device.code_at(timezone.now())}))
        browser = Client()
        sign_in(browser, user)
    finally:
        logging.getLogger().removeHandler(handler)
    secrets = [
        seed,
        raw.hex(),
        *codes,
        *(code.replace(" ", "") for code in codes),
        "correct horse battery staple",
    ]
    with as_owner() as owner:
        tables = owner.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        dump = "\n".join(
            str(owner.execute(f"SELECT string_agg(t::text, E'\\n') FROM {table} t").fetchone())
            for (table,) in tables
        )
    assert user.email in dump, "the search reaches the accounts"
    mails = "".join(f"{m.subject}{m.body}" for m in getattr(mail, "outbox", []))
    for secret in secrets:
        assert secret.casefold() not in dump.casefold()
        assert secret not in stream.getvalue()
        assert secret not in mails


def test_a_page_with_codes_carries_no_ticket(user):
    response = signed_in(user).post(NEW_CODES)
    assert "ticket" not in dict(hidden(response))
    assert response["Cache-Control"] == "no-store"


def test_a_session_for_someone_without_an_app_cannot_begin(user, rf):
    from django.contrib.sessions.backends.db import SessionStore

    user.totpdevice_set.all().delete()
    request = rf.get("/")
    request.session = SessionStore()
    with pytest.raises(TotpDevice.DoesNotExist):
        sessions.begin(request, user)
