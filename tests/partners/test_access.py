"""What you may not see does not exist; what you post beyond the form changes nothing; forms are ours."""

import json
import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.references import new_reference, show_reference
from partners import roles
from partners.actions import factors, members
from partners.models import (
    Invitation,
    LostFactor,
    Membership,
    OneTimeLink,
    Partner,
    TotpDevice,
    Unit,
    User,
    Vetting,
)
from partners.states import Status
from tests.architecture.test_urls import ROUTES, address
from tests.factories.partners import (
    PASSWORD,
    coordinators,
    join,
    link_in_letter,
    manager_of,
    member,
    next_code,
    partner_at,
    signed_in,
    token_in_letter,
    unit_of,
    vet,
)
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import words

OURS = [(name, route) for name, route in ROUTES if name.startswith("partners:")]


@pytest.fixture
def user(db) -> User:
    return documenter()


@pytest.fixture
def manager(user) -> User:
    return manager_of(user.partner)


def url(name: str, *args: object) -> str:
    return reverse(f"partners:{name}", args=args)


def invitation_of(manager: User, email: str = "invited@cso.example") -> Invitation:
    with transaction.atomic(), acting_as(manager):
        return members.invite(
            partner=manager.partner, email=email, offers=[("reader", "")], by=manager
        )


def same_as_unknown(client: Client, method: str, name: str, *args: object) -> None:
    """404, and the very page that a reference naming nothing gets."""
    mine = getattr(client, method)(url(name, *args))
    none = getattr(client, method)(url(name, new_reference(), *args[1:]))
    assert (mine.status_code, none.status_code) == (404, 404)
    assert bare(mine) == bare(none)


def bare(response) -> str:
    return re.sub(r'name="(?:csrfmiddlewaretoken|next)" value="[^"]*"', "", words(response))


# --- What is not yours -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "member-detail"),
        ("post", "give-role"),
        ("get", "remove-member"),
        ("post", "remove-member"),
    ],
)
def test_a_member_of_another_partner_does_not_exist(manager, method, name):
    stranger = another_documenter()
    same_as_unknown(signed_in(manager), method, name, stranger.reference)
    assert User.objects.get(pk=stranger.pk).is_active


def test_a_role_of_another_partner_does_not_exist(manager):
    stranger = another_documenter()
    held = stranger.memberships.live().first()
    client = signed_in(manager)
    same_as_unknown(client, "post", "end-role", stranger.reference, held.pk)
    response = client.post(url("end-role", documenter().reference, held.pk))
    assert response.status_code == 404
    assert Membership.objects.get(pk=held.pk).ended_at is None


def test_an_invitation_of_another_partner_does_not_exist(manager):
    theirs = invitation_of(manager_of(another_documenter().partner))
    same_as_unknown(signed_in(manager), "post", "revoke-invitation", theirs.reference)
    assert Invitation.objects.get(pk=theirs.pk).revoked_at is None


def test_an_invitation_does_not_exist_for_a_documenter(manager):
    mine = invitation_of(manager)
    same_as_unknown(signed_in(documenter()), "post", "revoke-invitation", mine.reference)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_unit_of_another_partner_does_not_exist(db, method):
    unit = unit_of(partner_at(kind=roles.AUTHORITY))
    other = manager_of(partner_at(kind=roles.AUTHORITY))
    for client in (signed_in(other), signed_in(documenter()), signed_in(coordinators()[0])):
        same_as_unknown(client, method, "unit-change", unit.reference)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_lost_factor_of_another_partner_does_not_exist(manager, method):
    with transaction.atomic():
        lost = factors.report_lost(user=another_documenter())
    for client in (signed_in(manager), signed_in(documenter())):
        same_as_unknown(client, method, "lost-factor-detail", lost.reference)


@pytest.mark.parametrize(
    ("method", "name", "more"),
    [
        ("get", "partner-detail", ()),
        ("get", "record-vetting", ()),
        ("post", "record-vetting", ()),
        ("post", "answer-vetting", ()),
        ("post", "invite-manager", ()),
        ("get", "partner-decide", ("suspend",)),
        ("post", "partner-decide", ("suspend",)),
    ],
)
def test_partners_look_alike_to_whoever_does_not_administer_them(manager, method, name, more):
    """Hidden, own, listed and unknown: one answer, whatever the reference names."""
    listed = partner_at()
    Partner.objects.filter(pk=listed.pk).update(listed=True)
    client = signed_in(manager)
    answers = set()
    for reference in (
        partner_at(Status.APPLIED).reference,
        listed.reference,
        manager.partner.reference,
        new_reference(),
    ):
        response = getattr(client, method)(url(name, reference, *more))
        answers.add((response.status_code, bare(response)))
    assert len(answers) == 1
    assert {status for status, _page in answers} == {404}


@pytest.mark.parametrize("path", ["partner-list", "partner-enter"])
def test_only_coordinators_see_the_list_of_partners(manager, path):
    adviser = member(coordinators()[0].partner, "adviser")
    for who in (documenter(), manager, adviser):
        response = signed_in(who).get(url(path))
        assert response.status_code == 404
        assert another_documenter().partner.name not in words(response)


def test_the_members_of_other_partners_are_in_no_list(manager):
    told = words(signed_in(manager).get(url("member-list")))
    stranger = another_documenter()
    assert stranger.email not in told
    assert stranger.partner.name not in told


def test_references_count_with_or_without_dashes_and_in_any_case(user):
    client, reference = signed_in(user), user.reference
    for written in (reference, reference.lower(), show_reference(reference)):
        assert client.get(f"/members/{written}/").status_code == 200


@pytest.mark.parametrize("key", ["1", "0", "-1", "../1", "%00", "1' OR '1'='1", "x" * 500])
def test_primary_keys_and_nonsense_name_nothing(user, key):
    client = signed_in(user)
    for path in ("members", "units", "partners", "lost-factors"):
        assert client.get(f"/{path}/{key}/").status_code in (301, 404)


# --- More fields than the form has ----------------------------------------------------------------


def everything(*models: type[Model]) -> dict[str, str]:
    """Every column of the models with a value an attacker would like."""
    liked = {
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
        "status": "active",
        "kind": "secretariat",
        "role": "coordinator",
        "outcome": "done",
        "confirmed": "on",
        "reach": "content",
        "email": "taken@evil.example",
        "listed": "on",
        "locked_at": "",
        "partner": "1",
        "user": "1",
    }
    sent = {}
    for model in models:
        for field in model._meta.get_fields():
            for name in (field.name, getattr(field, "attname", field.name)):
                sent[name] = liked.get(field.name, "2031-01-01")
    return sent


def state(row: Model) -> dict[str, object]:
    values = type(row).objects.filter(pk=row.pk).values().get()
    return {k: bytes(v) if isinstance(v, memoryview) else v for k, v in values.items()}


def changed(row: Model, before: dict[str, object]) -> set[str]:
    after = state(row)
    return {name for name, value in before.items() if after[name] != value}


EVERY = (User, Partner, Unit, Membership, Invitation, Vetting, LostFactor, OneTimeLink, TotpDevice)


def test_the_settings_form_changes_its_two_boxes(manager):
    partner = manager.partner
    before, person = state(partner), state(manager)
    sent = everything(*EVERY) | {"listed": "on", "single_handed": "on"}
    assert signed_in(manager).post(url("settings"), sent).status_code == 302
    assert changed(partner, before) == {"listed", "single_handed"}
    assert changed(manager, person) <= {"last_login"}


def test_the_unit_form_changes_its_six_fields(db):
    partner = partner_at(kind=roles.AUTHORITY)
    unit, by = unit_of(partner), manager_of(partner)
    before = state(unit)
    profile = {"name": "New", "feedback_days": "30", "on_call": "1", "standing_text": "t"}
    sent = everything(*EVERY) | profile
    sent.pop("takes_direct_intake")
    assert signed_in(by).post(url("unit-change", unit.reference), sent).status_code == 302
    assert changed(unit, before) == {*profile, "takes_direct_intake", "no_discretion"}


def test_the_join_form_gives_a_name_and_a_password(manager):
    invitation_of(manager)
    token = token_in_letter("invited@cso.example")
    sent = everything(*EVERY) | {"display_name": "Me", "password": PASSWORD}
    assert Client().post(url("invitation", token), sent).status_code == 200
    made = User.objects.get(email="invited@cso.example")
    assert (made.display_name, made.partner_id) == ("Me", manager.partner_id)
    assert (made.is_active, made.is_superuser, made.joined_at) == (False, False, None)
    assert not made.memberships.exists()
    assert not User.objects.filter(email="taken@evil.example").exists()


def test_an_application_is_only_ever_an_application(db):
    sent = everything(*EVERY) | {
        "kind": "authority",
        "name": "Us",
        "country": "nl",
        "contact_email": "us@authority.example",
        "mandate": "m",
        "proof": "p",
    }
    assert Client().post(url("apply"), sent).status_code == 200
    made = Partner.objects.get(name="Us")
    assert (made.status, made.listed, made.single_handed) == (Status.APPLIED, False, False)
    assert (made.kind, made.country) == ("authority", "NL")


@pytest.mark.parametrize("kind", ["secretariat", "", "superuser"])
def test_nobody_applies_as_a_second_secretariat(db, kind):
    sent = {
        "kind": kind,
        "name": "Us",
        "contact_email": "a@b.example",
        "mandate": "m",
        "proof": "p",
    }
    assert Client().post(url("apply"), sent).status_code == 422
    from impna.errors import NotAllowed
    from partners.actions import organisations

    with transaction.atomic(), pytest.raises(NotAllowed):
        organisations.apply(
            kind=roles.SECRETARIAT,
            name="Us",
            country="",
            contact_email="a@b.example",
            answers={},
            by=organisations.APPLIED_FROM_OUTSIDE,
        )


def test_a_first_finding_is_only_ever_a_first_finding(db):
    first, _second = coordinators()
    partner = partner_at(Status.APPLIED)
    sent = everything(*EVERY) | {
        "identity": "i",
        "mandate": "m",
        "contact": "c",
        "sources": "s",
        "valid_until": str(timezone.localdate() + timedelta(days=30)),
        "outcome": "confirmed",
        "answered_by": str(_second.pk),
    }
    assert signed_in(first).post(url("record-vetting", partner.reference), sent).status_code == 302
    vetting = partner.vettings.get()
    assert (vetting.outcome, vetting.answered_by_id, vetting.reach) == ("awaited", None, "")
    assert vetting.recorded_by_id == first.pk
    assert Partner.objects.get(pk=partner.pk).status == Status.VETTING


def test_a_lost_factor_is_answered_and_nothing_else(user, manager):
    with transaction.atomic():
        lost = factors.report_lost(user=user)
    before = state(lost)
    sent = everything(*EVERY) | {"answer": "manager"}
    signed_in(manager).post(url("lost-factor-detail", lost.reference), sent)
    assert changed(lost, before) == {"manager_id", "manager_at"}
    assert LostFactor.objects.get(pk=lost.pk).manager_id == manager.pk


def test_a_password_form_changes_the_password(user):
    before = state(user)
    sent = everything(*EVERY) | {"new_password": "four words only I connect"}
    signed_in(user).post(url("change-password"), sent)
    assert changed(user, before) == {"password", "sessions_from", "last_login"}


def test_an_invitation_form_invites_to_the_own_partner(manager):
    sent = everything(*EVERY) | {
        "email": "invited@cso.example",
        "offers": ["reader"],
        "partner": str(another_documenter().partner_id),
    }
    signed_in(manager).post(url("invite"), sent)
    made = Invitation.objects.get(email="invited@cso.example")
    assert (made.partner_id, made.roles) == (manager.partner_id, [["reader", ""]])
    assert (made.accepted_at, made.expires_at.year) == (None, made.invited_at.year)


# --- Forms that came from elsewhere -----------------------------------------------------------------


def test_a_post_without_the_forms_token_is_refused(db):
    first, _second = coordinators()
    strict = signed_in(first)
    strict.handler.enforce_csrf_checks = True
    before = CustodyEvent.objects.count()
    sent = {"reason": "x", "code": next_code(first), "new_password": "four words only I connect"}
    assert len(OURS) > 30
    for name, route in OURS:
        response = strict.post(address(route), sent)
        assert response.status_code in (403, 405), name
    assert CustodyEvent.objects.count() == before, "a view was reached"


@pytest.mark.parametrize(
    "path", ["/language/", "/sign-in/", "/apply/", "/forgotten/", "/sign-out/"]
)
def test_a_post_from_another_site_is_refused_even_with_a_token(db, path):
    client = Client(enforce_csrf_checks=True)
    token = str(client.get("/sign-in/").context["csrf_token"])
    sent = {"csrfmiddlewaretoken": token, "language": "en", "email": "a@b.example"}
    response = client.post(path, sent, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert client.post("/language/", sent).status_code == 302


def test_the_forms_token_changes_at_sign_in(user):
    client = Client()
    client.get("/sign-in/")
    before = client.cookies["csrftoken"].value
    from tests.partners.browser import sign_in

    sign_in(client, user)
    assert client.cookies["csrftoken"].value != before


# --- Hostile words ---------------------------------------------------------------------------------

MEAN = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}{% load i18n %}",
    "'; DROP TABLE partners_user; --",
    "\u202egpj.exe\u202c",
    "a\x00b",
    "\x1b[31mred\x07",
    "line\r\nSubject: injected",
    "\u2028\ufeff\u200b",
    "👩‍👩‍👧‍👦" * 30,
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "ﷺ" * 100,
    "x" * 100_000,
    "=cmd|' /C calc'!A0",
    "%s%n%x {0} $(id) `id`",
    "../../etc/passwd\\..\\",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
]


def packed(strings: list[str], size: int) -> list[str]:
    """The strings side by side, in pieces that fit into one field."""
    pieces, piece = [], ""
    for text in strings:
        if len(piece) + len(text) + 1 > size and piece:
            pieces, piece = [*pieces, piece], ""
        piece += text + " "
    return [*pieces, piece]


@pytest.fixture
def naughty(shared_data) -> list[str]:
    path = shared_data / "naughty-strings" / "blns.json"
    return [text for text in json.loads(path.read_text("utf-8")) if text]


def check(response, *said: str) -> None:
    """Success or a sentence at each field; never our failure; nothing executable of theirs."""
    assert response.status_code in (200, 302, 409, 422, 429), response.status_code
    if response.status_code == 422:
        for name, errors in response.context["form"].errors.items():
            assert errors and all(str(error).strip() for error in errors), name
    page = response.content.decode()
    for text in said:
        if re.search(r"<\w+[^>]*(script|onerror|onload|onmouse|javascript)", text, re.IGNORECASE):
            assert text not in page


def test_naughty_strings_in_an_application(db, naughty):
    client = Client()
    long = packed(naughty, 3900)
    short = packed(naughty, 190)
    for number in range(max(len(long), 12)):
        mandate, name = long[number % len(long)], short[number * 7 % len(short)]
        sent = {
            "kind": "cso",
            "name": name,
            "contact_email": f"a{number}@b.example",
            "mandate": mandate,
            "proof": mandate,
        }
        response = client.post(url("apply"), sent)
        check(response, name, mandate)
        made = Partner.objects.filter(contact_email=f"a{number}@b.example").first()
        assert (made is None) == (response.status_code == 422)
    for text in MEAN:
        for_each = dict.fromkeys(("name", "country", "contact_email", "mandate", "proof"), text)
        check(client.post(url("apply"), for_each | {"kind": text}), text)


def test_what_applicants_wrote_is_shown_to_coordinators_as_text(db, naughty):
    first, _second = coordinators()
    client = signed_in(first)
    tagged = [text for text in naughty if "<" in text and "\x00" not in text]
    for number, text in enumerate([*packed(tagged, 190)[:6], MEAN[0], "\u202egpj.exe"]):
        sent = {"kind": "cso", "name": text, "mandate": text, "proof": text}
        Client().post(url("apply"), sent | {"contact_email": f"a{number}@b.example"})
        partner = Partner.objects.get(contact_email=f"a{number}@b.example")
        page = client.get(url("partner-detail", partner.reference)).content.decode()
        for part in tagged:
            if part in text:
                assert part not in page.split("<main", 1)[1]
        heading = page.split("<h1", 1)[1].split("</h1>", 1)[0]
        assert "\u202e" not in heading
    assert "<script>alert" not in client.get(url("partner-list")).content.decode()


def test_naughty_strings_at_the_open_forms(db, naughty):
    client = Client()
    for text in [*MEAN, *packed(naughty, 3000)[:4]]:
        for path, names in (
            ("sign-in", ("email", "password", "next")),
            ("sign-in-code", ("ticket", "code", "next")),
            ("forgotten", ("email",)),
        ):
            check(client.post(url(path), dict.fromkeys(names, text)), text)
        sent = {"email": "a@b.example", "password": text, "next": text}
        check(client.post(url("sign-in"), sent), text)
        for path in ("lost-factor", "new-factor"):
            assert client.post(url(path), {"ticket": text, "code": text}).status_code == 409


def test_naughty_strings_in_links(db, naughty):
    from urllib.parse import quote

    client = Client()
    for text in [*MEAN, *packed(naughty, 300)[:8]]:
        for path in ("reset", "invitation"):
            response = client.get(f"/{path}/{quote(text[:300], safe='')}/")
            assert response.status_code in (404, 410)


def test_naughty_strings_as_name_and_password_of_a_new_member(manager, naughty):
    invitation_of(manager)
    page = url("invitation", token_in_letter("invited@cso.example"))
    client = Client()
    for text in [*MEAN, *packed(naughty, 140)[::30]]:
        check(client.post(page, {"display_name": text, "password": "short"}), text)
    for text in MEAN:
        check(client.post(page, {"display_name": "x", "password": text * 12}), text)


def test_a_hostile_name_is_shown_to_colleagues_as_text(manager):
    invitation_of(manager)
    made = join("invited@cso.example")
    client = signed_in(manager)
    for text in MEAN:
        if "\x00" in text or len(text) > 150:
            continue
        User.objects.filter(pk=made.pk).update(display_name=text)
        for page in (url("member-list"), url("member-detail", made.reference)):
            body = client.get(page).content.decode()
            assert "<script>alert(1)" not in body
            assert "<img src=x" not in body
            for sign in ("\u202e", "\x1b", "\x07", "\u2028"):
                assert sign not in body
        assert "<script>alert(1)" not in signed_in(made).get("/account/").content.decode()


@pytest.mark.parametrize("name", ["remove-member", "lock-out", "partner-decide"])
def test_naughty_strings_as_reasons_that_are_too_long_or_hold_nul(manager, name):
    other = member(manager.partner, "reader")
    first, _second = coordinators()
    who, args = {
        "remove-member": (manager, (other.reference,)),
        "lock-out": (manager, ()),
        "partner-decide": (first, (other.partner.reference, "suspend")),
    }[name]
    client = signed_in(who)
    for text in ("a\x00b", "x" * 1001, " \u200b\n".strip("\u200b\n"), "👩‍👩‍👧‍👦" * 300):
        response = client.post(url(name, *args), {"reason": text})
        assert response.status_code == 422
        assert response.context["form"].errors["reason"]


@pytest.mark.parametrize("text", [MEAN[0], MEAN[1], MEAN[4], MEAN[6], MEAN[7], MEAN[9]])
def test_a_hostile_reason_is_recorded_and_shown_as_text(manager, text):
    first, _second = coordinators()
    client = signed_in(first)
    page = url("partner-decide", manager.partner.reference, "suspend")
    response = client.post(page, {"reason": text})
    check(response, text)
    told = client.get(url("partner-detail", manager.partner.reference)).content.decode()
    assert "<script>alert(1)" not in told
    assert "<img src=x" not in told


def test_naughty_strings_in_a_unit(db, naughty):
    partner = partner_at(kind=roles.AUTHORITY)
    unit, by = unit_of(partner), manager_of(partner)
    client = signed_in(by)
    page = url("unit-change", unit.reference)
    whole = " ".join(naughty).replace("\x00", "")
    for text in [*MEAN, *packed(naughty, 190)[::40]]:
        sent = {"name": text, "on_call": text, "standing_text": whole, "feedback_days": "30"}
        response = client.post(page, sent)
        check(response, text)
        if response.status_code == 302:
            check(client.get(url("member-list")), text)
    for text in MEAN[::4]:
        check(client.post(page, sent | {"name": text, "feedback_days": text[:9]}), text)


@pytest.mark.parametrize("days", ["-1", "0", "6", "731", "32768", "9" * 30, "7.5", "NaN", "1e3"])
def test_a_feedback_interval_that_makes_no_sense_is_refused_with_a_sentence(db, days):
    by = manager_of(partner_at(kind=roles.AUTHORITY))
    response = signed_in(by).post(url("unit-add"), {"name": "Unit", "feedback_days": days})
    assert response.status_code == 422
    assert response.context["form"].errors["feedback_days"]


def test_naughty_strings_in_an_invitation_and_in_addresses_of_pages(manager, naughty):
    client = signed_in(manager)
    for text in [*MEAN, *packed(naughty, 300)[:4]]:
        check(client.post(url("invite"), {"email": text, "offers": [text, "reader"]}), text)
        assert client.get("/members/", {"show": text, "after": text[:999]}).status_code == 200


def test_naughty_strings_in_findings(db, naughty):
    first, second = coordinators()
    partner = partner_at(Status.APPLIED, roles.AUTHORITY)
    client = signed_in(first)
    names = ("identity", "mandate", "contact", "sources", "fair_trial")
    good = {"death_penalty": "abolished", "proposed_reach": "alert", "valid_until": "x"}
    for text in [*MEAN[::2], *packed(naughty, 3900)[:3]]:
        sent = dict.fromkeys(names, text)
        check(client.post(url("record-vetting", partner.reference), sent | good), text)
    for text in MEAN[1::3]:
        sent = dict.fromkeys((*names, *good), text)
        check(client.post(url("record-vetting", partner.reference), sent), text)
        plain = text[:999].replace("\x00", "")
        check(client.get(url("partner-list"), {"show": text[:999], "after": plain}), text)
    vet(partner, by=first)
    client = signed_in(second)
    for text in MEAN:
        sent = {"finding": text, "reason": text}
        check(client.post(url("answer-vetting", partner.reference), sent), text)


def test_a_reset_link_takes_naughty_passwords_with_a_sentence(user):
    Client().post(url("forgotten"), {"email": user.email})
    page = "/" + link_in_letter(user.email)
    for text in MEAN:
        check(Client().post(page, {"password": text, "code": text}), text)
