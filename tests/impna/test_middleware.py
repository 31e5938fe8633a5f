"""One transaction around view and rendering; closed by default; refusals recorded."""

import pytest
from django.test import Client

from custody.models import CustodyEvent
from partners.models import Partner, Throttle, User
from tests.factories.partners import coordinators, signed_in
from tests.factories.submissions import documenter


@pytest.fixture(autouse=True)
def pages(settings):
    settings.ROOT_URLCONF = "tests.impna.pages_for_middleware"


@pytest.fixture
def browser(own_database) -> Client:
    client = signed_in(documenter())
    client.raise_request_exception = False
    return client


def test_what_a_view_writes_is_saved(browser):
    assert browser.get("/try/writes/").status_code == 200
    assert Throttle.objects.exists()


@pytest.mark.parametrize(
    ("page", "status"), [("raises", 500), ("refuses", 409), ("answers_500", 500)]
)
def test_a_view_that_writes_and_fails_leaves_nothing(browser, page, status):
    before = Throttle.objects.count()
    assert browser.get(f"/try/{page}/").status_code == status
    assert Throttle.objects.count() == before


def test_an_error_at_commit_is_409_and_leaves_nothing(browser):
    before = Throttle.objects.count()
    response = browser.get("/try/fails_at_commit/")
    assert response.status_code == 409
    assert b"Nothing of yours was saved" in response.content
    assert Throttle.objects.count() == before


def test_a_template_rendered_late_still_acts_as_the_person(browser):
    user = User.objects.get(email="documenter@cso-one.example")
    assert browser.get("/try/renders_late/").content.decode().split() == [
        str(user.pk),
        "impna_app",
    ]


def test_a_marked_view_enters_the_secretariats_role_for_its_members_only(own_database):
    first, _second = coordinators()
    assert signed_in(first).get("/try/as_role/").content.decode() == f"{first.pk} impna_secretariat"
    user = documenter()
    assert signed_in(user).get("/try/as_role/").content.decode() == f"{user.pk} impna_app"


def test_what_is_written_in_the_secretariats_role_is_saved(own_database):
    """The transaction ends in that role: what is checked at COMMIT passes there too."""
    sent = {"kind": "cso", "name": "Entered", "mandate": "m", "proof": "p"}
    sent["contact_email"] = "entered@cso.example"
    response = signed_in(coordinators()[0]).post("/partners/enter/", sent)
    assert response.status_code == 302
    partner = Partner.objects.get(name="Entered")
    assert CustodyEvent.objects.filter(on=f"partners.partner:{partner.reference}").exists()


def test_a_streaming_body_holds_no_transaction(browser):
    assert b"".join(browser.get("/try/streams/")) == b"none"
    assert browser.get("/try/own/").content == b"none"


def test_a_broken_broker_never_turns_a_saved_change_into_an_error(browser, caplog):
    assert browser.get("/try/afterwards/").status_code == 200


def test_a_refusal_is_recorded_after_the_rollback(browser):
    browser.get("/try/refuses/")
    event = CustodyEvent.objects.get(type="portal.refused")
    assert '"status":409' in event.entry


def test_an_error_page_shows_no_stack_path_or_sql(browser):
    body = browser.get("/try/raises/").content.decode()
    for word in ("Traceback", "ZeroDivision", "/try/", ".py", "SELECT"):
        assert word not in body


def test_a_stranger_is_sent_to_sign_in_and_back(db):
    response = Client().get("/try/writes/?x=1")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=%2Ftry%2Fwrites%2F%3Fx%3D1"


def test_a_page_that_does_not_exist_looks_no_different_to_a_stranger(db):
    assert Client().get("/try/nothing/").status_code in (302, 404)


def test_private_pages_stay_out_of_caches(browser):
    response = browser.get("/try/writes/")
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in response["Content-Security-Policy"]


def test_no_page_of_ours_may_be_framed_or_send_forms_elsewhere(browser):
    policy = browser.get("/try/writes/")["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://localhost" in policy


@pytest.mark.parametrize("content_type", ["text/plain", "image/jpeg"])
def test_a_file_in_an_ordinary_form_is_refused_before_it_reaches_a_disk(db, content_type):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client(raise_request_exception=False)
    file = SimpleUploadedFile("secret.jpg", b"x" * 3_000_000, content_type)
    response = client.post("/sign-in/", {"email": "a@b.example", "file": file})
    assert response.status_code == 415


@pytest.mark.parametrize(
    ("process", "page", "status"),
    [("bytes", "/sign-in/", 404), ("pages", "/bytes/uploads/", 404), ("pages", "/sign-in/", 200)],
)
def test_each_server_answers_its_own_paths_only(db, settings, process, page, status):
    settings.PROCESS = process
    assert Client().get(page).status_code == status
