"""R2: what people send is nowhere in clear: not on a disk, in the broker, in a log or the database.

A canary goes through the whole stack by every door there is so far; then everything is searched.
`test_proxy.py` sends it through the proxy too, and into tracebacks.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from redis import Redis

from cases.actions import access, advising, assignments, decisions, receiving, requests
from custody import vault
from impna.door.scanner import eicar
from partners import roles
from partners.models import User
from submissions.actions import consents, cover_sheets, incidents, links, persons
from submissions.answers import Details
from submissions.consents import ConsentDetails
from submissions.links import LinkDetails
from submissions.models import Exhibit
from tests.conftest import with_database
from tests.factories.cases import assigned, head, received
from tests.factories.partners import acting, member
from tests.factories.submissions import describe, documenter, draft, tell, yes_to_all
from tests.journeys.conftest import sign_in
from tests.journeys.test_uploads import choose, open_exhibits, sealed

CANARY = "zq8canary7wv"


def search(folder: Path) -> list[str]:
    """Every file below that contains the canary; grep reads binary files as they are."""
    found = subprocess.run(
        ["grep", "--recursive", "--files-with-matches", "--binary-files=text", CANARY, folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode in (0, 1), found.stderr
    return found.stdout.splitlines()


def someone() -> User:
    """A documenter whose codes are all unused."""
    return member(documenter().partner, roles.Documenter.code)


@pytest.fixture
def planted(portal, page, tmp_path_factory, watched):
    """A file whose name and content are canaries, uploaded, sealed and described."""
    watched.expected += ["413", "415", "500"]
    user = someone()
    submission = draft(user)
    file = tmp_path_factory.mktemp("field") / f"{CANARY}.txt"
    file.write_text(f"{CANARY} " * 100_000)
    open_exhibits(page, submission, user)
    choose(page, file)
    sealed(page, submission, 1)
    exhibit = examined(page, Exhibit.objects.get(submission=submission))
    assert exhibit.scan == "clean"  # so the scanner has had it in its hands
    say_it_everywhere(exhibit)
    return exhibit


def no_log_quotes(portal) -> None:
    """No process has written the canary, PostgreSQL included where its log is ours."""
    for name in portal.names:
        assert CANARY not in portal.log(name), name
    assert search(portal.place.var) == []
    assert search(Path(os.environ["PORTAL_VAR"])) == []


def examined(page, exhibit: Exhibit) -> Exhibit:
    """Wait for the worker's scan."""
    for _look in range(240):
        exhibit.refresh_from_db()
        if exhibit.scan != "awaited":
            return exhibit
        page.wait_for_timeout(250)
    raise AssertionError("The exhibit was not examined.")


def say_it_everywhere(exhibit: Exhibit) -> None:
    """The canary in every sealed text from draft to feedback, by the actions the pages call."""
    submission, by = exhibit.submission, exhibit.added_by
    with acting(by):
        describe(
            exhibit,
            by,
            recognisable="someone",
            identified_by=["face"],
            description=CANARY,
            details=Details(origin=CANARY, restrictions=CANARY),
        )
        person = persons.add(submission=submission, code="W-03", answers={}, by=by)
        words = ConsentDetails(safe_route=CANARY, note=CANARY, never_person=CANARY)
        consents.record(person=person, word=yes_to_all(), details=words, by=by)
        links.add(
            submission=submission,
            person=person,
            basis="asked",
            details=LinkDetails(reason=CANARY, who=CANARY),
            in_words=True,
            numbers=[exhibit.number],
            by=by,
        )
        incident = incidents.add(submission=submission, by=by)
        tell(incident, by)
        incidents.tell(
            incident=incident, answers=dict.fromkeys(("what", "place", "weakens"), CANARY), by=by
        )
        cover_sheets.write(
            submission=submission,
            sheet=cover_sheets.Sheet(
                situation="Example attacks", summary=CANARY, languages=["English"]
            ),
            by=by,
        )
    referral = received(submission=submission, conditions=[CANARY])
    sender, chief = referral.sent_by, head()
    with acting(chief):
        for condition in referral.conditions.all():
            receiving.answer_condition(
                condition=condition, answer="accept", remark=CANARY, by=chief
            )
    person = assigned(referral)
    with acting(person):
        vault.open(exhibit, by=person, reason=CANARY, files={"Exhibit 1": exhibit.file})
        assignments.assess(referral=referral, state="linked", national_reference=CANARY, by=person)
        assignments.note(referral=referral, text=CANARY, by=person)
        asked = requests.ask(referral=referral, kind="clarify", text=CANARY, by=person)
        requests.write(referral=referral, text=CANARY, by=person)
    with acting(sender):
        requests.answer(request=asked, text=CANARY, by=sender)
        advising.ask(version=referral.version, question=CANARY, by=sender)
    with acting(chief):
        decisions.give_feedback(referral=referral, text=CANARY, by=chief)
        ruling = decisions.Ruling(outcome="declined", reasons=["D08"], words=CANARY)
        decisions.decide(referral=referral, ruling=ruling, seen="received", by=chief)
    with acting(sender):
        access.recall(referral=referral, reason=CANARY, by=sender)


def test_a_canary_through_the_whole_stack_is_found_nowhere(portal, page, planted):
    field = Path(planted.submission.reference)
    assert not field.exists()
    assert {"pages", "bytes", "worker-fast", "worker-intake", "beat", "clamd"} <= set(portal.names)
    no_log_quotes(portal)
    for setting in ("PORTAL_STORE_DIR", "PORTAL_KEYS_DIR"):
        assert search(Path(os.environ[setting])) == [], setting


def test_the_scanner_and_all_else_in_scratch_left_nothing(portal, planted):
    assert (portal.place.scratch / "clamd" / "tmp").is_dir()
    assert search(portal.place.scratch) == []


def test_the_scanner_is_asked_about_every_file(portal, page, tmp_path):
    file = tmp_path / "example.bin"
    file.write_bytes(eicar())
    submission = draft(someone())
    open_exhibits(page, submission, submission.begun_by)
    choose(page, file)
    sealed(page, submission, 1)
    infected = examined(page, Exhibit.objects.get(submission=submission))
    assert (infected.scan, infected.scan_reason) == ("infected", "Eicar-Test-Signature.UNOFFICIAL")


def test_the_database_and_its_log_hold_no_canary(portal, planted):
    url = with_database(os.environ["DATABASE_OWNER_URL"], portal.database)
    with psycopg.connect(url) as owner:
        tables = owner.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        for (table,) in tables:
            rows = owner.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{CANARY}%"]
            )
            assert rows.fetchone() == (0,), table
            hexed = CANARY.encode().hex()
            rows = owner.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{hexed}%"]
            )
            assert rows.fetchone() == (0,), table


def test_the_broker_holds_no_canary(portal, planted):
    broker = Redis.from_url(os.environ["REDIS_URL"])
    for number in range(16):
        broker.select(number)
        for key in broker.scan_iter():
            assert CANARY.encode() not in key
            assert CANARY.encode() not in (broker.dump(key) or b"")


def test_a_file_sent_to_a_page_that_takes_none_reaches_no_disk(portal, page, planted):
    page.goto("/sign-in/")
    answer = page.request.post(
        "/sign-in/",
        multipart={
            "email": "someone@example.org",
            "file": {
                "name": f"{CANARY}.txt",
                "mimeType": "text/plain",
                "buffer": (CANARY * 300_000).encode(),
            },
        },
    )
    assert answer.status == 415
    assert search(portal.place.scratch) == []
    assert search(Path(os.environ["PORTAL_VAR"])) == []
    # Where Django would have put it: beside the other temporary files, written just now.
    for path in Path(tempfile.gettempdir()).glob("*.upload*"):
        assert CANARY.encode() not in path.read_bytes()


def test_what_stands_in_an_address_is_in_no_log(portal, page):
    sign_in(page, someone())
    page.goto(f"/?{CANARY}={CANARY}")
    assert urlsplit(page.url).query
    no_log_quotes(portal)
