"""Behind the proxy of the production shape: what it passes on, what it says, what it keeps: nothing.

A portal of its own, whose address is nginx's; faults are made in its database from outside.
"""

import http.client
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from custody import vault
from impna.door.children import Supervisor
from submissions.models import Exhibit, Submission
from tests.conftest import with_database
from tests.door.conftest import eventually
from tests.factories.partners import acting
from tests.factories.submissions import draft, upload_token
from tests.journeys.conftest import sign_in
from tests.journeys.portal import Portal, running
from tests.journeys.proxy import Proxy
from tests.journeys.test_canary import CANARY, examined, no_log_quotes, search, someone
from tests.journeys.test_uploads import choose, open_exhibits, sealed

MIB = 1024 * 1024
BOUNDARY = "example-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory) -> Proxy:
    """nginx with `deploy/nginx.conf`, in a folder of its own."""
    return Proxy(tmp_path_factory.mktemp("proxy"))


@pytest.fixture(scope="module")
def portal(clones, django_db_setup, tmp_path_factory, mailbox, proxy) -> Iterator[Portal]:
    """In place of the session's portal: one origin, with TLS, for pages and bytes."""
    name = f"{clones.template}_{uuid.uuid4().hex[:6]}"
    clones.create(name, clones.template)
    with running(name, tmp_path_factory.mktemp("portal"), proxy.start) as made:
        yield made
    connections.close_all()
    clones.drop(name)


@pytest.fixture(autouse=True)
def hung_up(proxy) -> Iterator[None]:
    """No connection outlives its test."""
    yield
    proxy.hang_up()


@pytest.fixture
def page(new_person) -> Page:
    """A browser that takes the certificate this test made."""
    return new_person(ignore_https_errors=True)


@pytest.fixture
def submission(portal_database) -> Submission:
    return draft(someone())


def part(name: str, content: bytes) -> bytes:
    """One file of a form, and no end of the form."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    )
    return head.encode() + content + b"\r\n"


def begun(proxy: Proxy, method: str, path: str, length: int, **headers: str):
    """A request of which only the head is sent; names with underscores for dashes."""
    connection = proxy.connection()
    connection.putrequest(method, path)
    for name, value in {"Content-Length": str(length), **headers}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    return connection


def nothing_kept(proxy: Proxy, portal: Portal) -> None:
    """No canary in the proxy's folder, and no file open that might hold one; nor in scratch, once
    the scanner is done with what it has there.
    """
    assert search(proxy.folder) == []
    assert proxy.open_files() == []
    eventually(lambda: search(portal.place.scratch) == [], "an empty scratch")


def cookies(page: Page) -> str:
    """The browser's, for a request by hand."""
    return "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())


def test_a_canary_through_the_proxy_is_found_nowhere(portal, proxy, page, submission, tmp_path):
    file = tmp_path / f"{CANARY}.txt"
    file.write_text(f"{CANARY} " * 300_000)
    open_exhibits(page, submission, submission.begun_by)
    choose(page, file)
    sealed(page, submission, 1)
    assert examined(page, Exhibit.objects.get(submission=submission)).scan == "clean"
    assert {(c["name"], c["secure"]) for c in page.context.cookies()} >= {("__Host-s", True)}
    nothing_kept(proxy, portal)
    no_log_quotes(portal)
    for setting in ("PORTAL_STORE_DIR", "PORTAL_KEYS_DIR"):
        assert search(Path(os.environ[setting])) == [], setting


def test_a_form_reaches_the_portal_as_it_is_sent_and_no_disk(portal, proxy, submission):
    """The first of two files is an exhibit before the last bytes of the form are sent."""
    first = part("one.txt", f"{CANARY} ".encode() * 100_000)
    second = part("two.txt", f"{CANARY} ".encode() * 2_000_000) + f"--{BOUNDARY}--\r\n".encode()
    assert len(second) > 24 * MIB
    path = f"/bytes/plain/{upload_token(submission)}/"
    sending = begun(proxy, "POST", path, len(first) + len(second), Content_Type=MULTIPART)
    sending.send(first + second[: 8 * MIB])
    eventually(lambda: submission.exhibits.count() == 1, "the first exhibit")
    nothing_kept(proxy, portal)
    sending.send(second[8 * MIB :])
    answer = sending.getresponse()
    assert answer.status == 303, answer.read()
    assert "received=2" in answer.headers["Location"]
    assert submission.exhibits.count() == 2
    nothing_kept(proxy, portal)
    no_log_quotes(portal)


def test_a_sealed_file_is_given_by_range_and_as_it_is_read(
    portal, proxy, page, submission, tmp_path
):
    content = b"".join(f"{CANARY} {n:8}\n".encode() for n in range(1_000_000))
    file = tmp_path / "example.txt"
    file.write_bytes(content)
    user = submission.begun_by
    open_exhibits(page, submission, user)
    choose(page, file)
    sealed(page, submission, 1)
    exhibit = Exhibit.objects.select_related("file__key__compartment").get(submission=submission)
    with acting(user):
        opening = vault.open(exhibit, by=user, reason="Look.", files={"Exhibit 1": exhibit.file})
    path = f"/bytes/opened/{opening.reference}/{exhibit.file.reference}/"

    connection = proxy.connection()
    connection.request("GET", path, headers={"Cookie": cookies(page), "Range": "bytes=70-91"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (206, content[70:92])
    assert answer.headers["Content-Range"] == f"bytes 70-91/{len(content)}"

    connection.request("GET", path, headers={"Cookie": cookies(page)})
    answer = connection.getresponse()
    got = answer.read(MIB)
    # The reader has stopped in the middle: what is between is in no file.
    nothing_kept(proxy, portal)
    assert got + answer.read() == content
    nothing_kept(proxy, portal)
    no_log_quotes(portal)


def test_the_portals_own_limits_are_seen_through_it(portal, proxy, page, submission):
    token = upload_token(submission)
    tus = {"Authorization": f"Bearer {token}", "Tus_Resumable": "1.0.0"}
    asking = begun(proxy, "POST", "/bytes/uploads/", 0, Upload_Length=str(20 * MIB), **tus)
    address = asking.getresponse().headers["Location"].removeprefix(portal.origin)

    octets = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": "0"}
    for _time in range(8):  # the answer comes while the rest is on its way, sooner or later
        segment = begun(proxy, "PATCH", address, 9 * MIB, **tus, **octets)
        segment.send(bytes(9 * MIB))
        assert "8 MiB" in refused(segment, 413)

    form = begun(proxy, "POST", f"/bytes/plain/{token}/", 202 * MIB, Content_Type=MULTIPART)
    form.send(part("one.txt", bytes(4 * MIB)))
    assert "200 MiB" in refused(form, 413)

    words = "application/x-www-form-urlencoded"
    page.goto("/sign-in/")
    ours = {"Cookie": cookies(page), "Origin": portal.origin}
    typed = begun(proxy, "POST", "/sign-in/", 3 * MIB, Content_Type=words, **ours)
    typed.send(b"email=" + b"x" * (3 * MIB - 6))
    assert "too large to send at once" in (said := refused(typed, 413))
    assert "2.1" in said  # MB, as 2 MiB are shown


def test_what_only_the_proxy_refuses_is_said_in_plain_words(proxy, portal):
    typed = begun(proxy, "POST", "/sign-in/", 5 * MIB, Content_Type="text/plain")
    typed.send(bytes(64 * 1024))
    assert "nothing of it was saved" in refused(typed, 413)


def refused(connection: http.client.HTTPConnection, status: int) -> str:
    """The words of a refusal, for which the whole body need not be sent."""
    answer = connection.getresponse()
    said = answer.read().decode()
    assert answer.status == status, said
    return said


def test_without_tls_one_is_led_to_it(proxy, portal):
    with closing(http.client.HTTPConnection("localhost", proxy.plain_port, timeout=20)) as plain:
        plain.request("GET", "/help/?a=b", headers={"Host": "portal.example"})
        answer = plain.getresponse()
        assert answer.status == 308
        assert answer.headers["Location"] == "https://portal.example/help/?a=b"
    with_tls = proxy.connection()
    with_tls.request("GET", "/help/")
    answer = with_tls.getresponse()
    assert answer.status == 200
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    assert answer.headers["Server"] == "nginx"


def test_a_portal_that_is_away_is_said_in_plain_words_and_in_no_log(tmp_path_factory):
    proxy = Proxy(tmp_path_factory.mktemp("proxy"))
    supervisor = Supervisor(proxy.folder)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and listens not
        try:
            proxy.start(supervisor, nobody, nobody)
            for path in (f"/invitation/{CANARY}/", f"/bytes/plain/{CANARY}/?{CANARY}"):
                asking = begun(proxy, "POST", path, 20)
                asking.send(f"{CANARY:20}".encode())
                assert "does not answer at the moment" in refused(asking, 502)
                asking = begun(proxy, "GET", path, 0)
                answer = asking.getresponse()
                assert answer.status == 502
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert b"http" not in answer.read()  # nothing of anyone else
            assert search(proxy.folder) == []
            assert proxy.open_files() == []
        finally:
            proxy.hang_up()
            supervisor.stop()
    assert search(proxy.folder) == []


@contextmanager
def fault(portal: Portal, make: str, mend: str) -> Iterator[None]:
    """A fault in this portal's database, as its owner could make one."""
    url = with_database(os.environ["DATABASE_OWNER_URL"], portal.database)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(make)
        try:
            yield
        finally:
            owner.execute(mend)


def test_a_traceback_of_a_page_quotes_nothing_of_what_was_typed(portal, page, watched):
    """PostgreSQL refuses the row with all its values in the error's message."""
    watched.expected.append("500")
    sign_in(page, someone(), going_to="/submissions/begin/")
    page.get_by_label("Information", exact=True).check()
    page.get_by_label("Working title").fill(CANARY)
    refuses = "ADD CONSTRAINT fault CHECK (title = '') NOT VALID"
    table = "ALTER TABLE submissions_submission"
    with fault(portal, f"{table} {refuses}", f"{table} DROP CONSTRAINT fault"):
        page.get_by_role("main").get_by_role("button").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Something failed on our side")
    assert CANARY not in page.content()
    log = portal.log("pages")
    assert "IntegrityError SQLSTATE 23514" in log
    assert "drafts.py" in log  # where, in our code
    no_log_quotes(portal)


def test_a_traceback_of_a_worker_quotes_nothing_of_what_it_worked_on(
    portal, page, submission, tmp_path
):
    """A file with the canary is in the worker's hands, and the error's message says it too."""
    file = tmp_path / f"{CANARY}.txt"
    file.write_text(f"{CANARY} " * 10_000)
    make = f"""
        CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{CANARY}' USING DETAIL = '{CANARY}'; END $$;
        CREATE TRIGGER fault BEFORE UPDATE OF scan ON submissions_exhibit
            FOR EACH ROW EXECUTE FUNCTION fault();
    """
    mend = "DROP TRIGGER fault ON submissions_exhibit; DROP FUNCTION fault()"
    with fault(portal, make, mend):
        open_exhibits(page, submission, submission.begun_by)
        choose(page, file)
        eventually(lambda: "SQLSTATE P0001" in portal.log("worker-intake"), "the failure", 60)
    assert "examination.py" in portal.log("worker-intake")
    no_log_quotes(portal)
    # Nothing was lost by it: it is tried again.
    sealed(page, submission, 1)
