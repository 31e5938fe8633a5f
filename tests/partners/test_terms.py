"""Nobody gets past the terms in force; what was accepted is known by its digest."""

import hashlib
import re
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from custody.models import CustodyEvent
from impna.db import acting_as
from impna.open_pages import BEFORE_TERMS
from impna.references import new_reference
from partners import roles, terms
from partners.actions import accounts
from partners.models import Partner, TermsAcceptance, User
from partners.states import Status
from tests.architecture.test_urls import ROUTES, address
from tests.factories.partners import fresh, join, manager_of, partner_at, signed_in
from tests.factories.submissions import documenter
from tests.partners.browser import is_signed_in, words

TERMS = "/terms/"


@pytest.fixture
def newcomer(db) -> User:
    """The first manager of a partner that has only been invited: joined, nothing accepted."""
    return join(partner_at(Status.INVITED).contact_email)


def test_nobody_gets_past_the_terms(newcomer):
    client = signed_in(newcomer)
    closed = [route for name, route in ROUTES if name not in BEFORE_TERMS]
    assert len(closed) > 20
    for route in closed:
        there = re.sub(r"<ref:\w+>", new_reference(), address(route))
        there = re.sub(r"<(slug|str):\w+>", "word", there)
        for method in (client.get, client.post):
            response = method(there)
            assert (response.status_code, response["Location"]) == (302, TERMS), route


def test_the_terms_can_be_read_and_left_by_signing_out(newcomer):
    client = signed_in(newcomer)
    page = client.get(TERMS)
    assert "I accept" in words(page)
    assert client.post("/sign-out/").status_code == 302
    assert not newcomer.terms_acceptances.exists()


def test_a_managers_acceptance_makes_an_invited_partner_active(newcomer):
    client = signed_in(newcomer)
    assert client.post(TERMS)["Location"] == "/"
    assert fresh(newcomer.partner).status == Status.ACTIVE
    assert client.get("/").status_code == 200
    types = CustodyEvent.objects.order_by("-id").values_list("type", flat=True)[:2]
    assert list(types) == ["partners.partner.activated", "partners.user.terms_accepted"]


def test_the_acceptance_of_someone_else_activates_nothing(newcomer):
    newcomer.memberships.update(ended_at=None)
    other = User.objects.get(pk=newcomer.pk)
    other.__dict__["held"] = []
    with transaction.atomic(), acting_as(other):
        accounts.accept_terms(by=other)
    assert fresh(newcomer.partner).status == Status.INVITED


def test_version_and_digest_of_the_words_are_recorded(newcomer):
    signed_in(newcomer).post(TERMS)
    acceptance = newcomer.terms_acceptances.get()
    words_of = settings.BASE_DIR / "templates/partners/terms/cso_1.html"
    digest = hashlib.sha256(words_of.read_bytes()).hexdigest()
    assert (acceptance.version, acceptance.text_digest) == ("cso-1", digest)
    event = CustodyEvent.objects.filter(type="partners.user.terms_accepted").latest("id")
    assert digest in event.entry
    assert str(acceptance).endswith("cso-1")


def test_accepting_twice_is_once(newcomer):
    client = signed_in(newcomer)
    for _n in range(2):
        assert client.post(TERMS).status_code == 302
    assert newcomer.terms_acceptances.count() == 1
    assert "You have accepted this version." in words(client.get(TERMS))


def test_the_database_holds_an_acceptance_once(newcomer):
    with transaction.atomic(), acting_as(newcomer):
        made = accounts.accept_terms(by=newcomer)
    made.pk = None
    with pytest.raises(IntegrityError, match="terms_accepted_once"), transaction.atomic():
        made.save(force_insert=True)


def test_a_new_version_asks_again_and_keeps_the_old_answer(db, monkeypatch, tmp_path):
    user = documenter()
    client = signed_in(user)
    assert is_signed_in(client)
    second = replace(terms.CURRENT["cso"], number=2)
    monkeypatch.setitem(terms.CURRENT, "cso", second)
    assert client.get("/")["Location"] == TERMS
    folder = tmp_path / "templates/partners/terms"
    folder.mkdir(parents=True)
    (folder / "cso_2.html").write_text("<p>New words.</p>")
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    client.post(TERMS)
    assert is_signed_in(client)
    versions = TermsAcceptance.objects.filter(user=user).order_by("id")
    assert [a.version for a in versions] == ["cso-1", "cso-2"]
    assert versions[1].text_digest == hashlib.sha256(b"<p>New words.</p>").hexdigest()


def test_another_kinds_terms_do_not_count(db):
    user = documenter()
    TermsAcceptance.objects.create(
        user=user, version="cso-0", text_digest="0" * 64, accepted_at=user.joined_at
    )
    assert accounts.has_accepted_terms(user)
    user.partner = partner_at(kind=roles.AUTHORITY)
    assert not accounts.has_accepted_terms(user)


@pytest.mark.parametrize("kind", list(terms.CURRENT))
def test_every_kind_of_partner_has_its_words(kind):
    assert kind in Partner.Kind.values
    assert len(terms.current_terms(kind).digest()) == 64


def test_an_active_partners_manager_accepts_without_a_second_activation(db, monkeypatch):
    manager = manager_of(documenter().partner)
    before = CustodyEvent.objects.filter(type="partners.partner.activated").count()
    TermsAcceptance.objects.none()
    monkeypatch.setitem(terms.CURRENT, "cso", replace(terms.CURRENT["cso"], number=1))
    signed_in(manager).post(TERMS)
    assert CustodyEvent.objects.filter(type="partners.partner.activated").count() == before
