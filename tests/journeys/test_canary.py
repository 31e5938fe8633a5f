"""R2: what people send is nowhere in clear: not on a disk, in the broker, in a log or the database.

A canary goes through the whole stack by every door there is so far; then everything is searched.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from redis import Redis

from submissions.models import Exhibit
from tests.conftest import with_database
from tests.factories.submissions import documenter, draft
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


@pytest.fixture
def planted(portal, page, tmp_path_factory, watched):
    """A file whose name and content are canaries, uploaded, sealed and described."""
    watched.expected += ["400", "413", "500"]
    user = documenter()
    submission = draft(user)
    file = tmp_path_factory.mktemp("field") / f"{CANARY}.txt"
    file.write_text(f"{CANARY} " * 100_000)
    open_exhibits(page, submission, user)
    choose(page, file)
    sealed(page, submission, 1)
    return Exhibit.objects.get(submission=submission)


def test_a_canary_through_the_whole_stack_is_found_nowhere(portal, page, planted):
    field = Path(planted.submission.reference)
    assert not field.exists()
    for name in ("pages", "bytes", "worker-fast", "worker-intake", "beat"):
        assert CANARY not in portal.log(name)
    for setting in ("PORTAL_STORE_DIR", "PORTAL_KEYS_DIR", "PORTAL_VAR"):
        assert search(Path(os.environ[setting])) == [], setting


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
    assert answer.status == 400
    for setting in ("PORTAL_SCRATCH_DIR", "PORTAL_VAR"):
        assert search(Path(os.environ[setting])) == [], setting
    # Where Django would have put it: beside the other temporary files, written just now.
    for path in Path(tempfile.gettempdir()).glob("*.upload*"):
        assert CANARY.encode() not in path.read_bytes()


def test_an_exception_that_quotes_what_was_typed_leaves_no_word_in_a_log(portal, page):
    user = documenter()
    sign_in(page, user)
    page.goto(f"/?{CANARY}={CANARY}")
    for name in ("pages", "bytes"):
        assert CANARY not in portal.log(name)
    assert urlsplit(page.url).query
