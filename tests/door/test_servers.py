"""The servers the door starts: who may enter, with which rights, and what their logs keep quiet."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from psycopg import errors, sql

from impna.door import roles
from impna.door.told import Facts
from tests.door.conftest import HOLD, Running, clean_environment

LOGINS = ("impna_owner", "impna_app", "impna_worker")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """The var folder of servers that are up for all tests here."""
    with tempfile.TemporaryDirectory(prefix="impna-") as folder:
        Path(folder).chmod(0o755)
        var = Path(folder) / "var"
        held = Running([sys.executable, HOLD], var)
        held.until_it_says("held")
        yield var
        assert held.end(signal.SIGINT)[0] == 0
        shutil.rmtree(var)


@pytest.fixture(scope="module")
def facts(place: Path) -> Facts:
    """How to reach them."""
    found = Facts.load(place / "run.json")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def superuser(place: Path, facts: Facts) -> str:
    """The address of the server's first user, in the portal's database."""
    password = (place / "secrets" / "postgres-password").read_text().strip()
    parts = urlsplit(facts.owner_url)
    return urlunsplit(parts._replace(netloc=f"postgres:{password}@"))


def test_every_role_has_the_attributes_of_the_design(superuser: str) -> None:
    with psycopg.connect(superuser) as connection:
        rows = connection.execute(
            "SELECT rolname, rolcanlogin, rolcreatedb, rolsuper OR rolcreaterole OR rolbypassrls"
            " OR rolreplication FROM pg_roles WHERE rolname LIKE 'impna%' ORDER BY 1"
        ).fetchall()

    assert rows == [
        ("impna_app", True, False, False),
        ("impna_guard", False, False, False),
        ("impna_owner", True, True, False),
        ("impna_secretariat", False, False, False),
        ("impna_worker", True, False, False),
    ]


def test_memberships_are_entered_and_never_inherited(superuser: str) -> None:
    with psycopg.connect(superuser) as connection:
        rows = connection.execute(
            "SELECT roleid::regrole::text, member::regrole::text, inherit_option, set_option,"
            " admin_option FROM pg_auth_members WHERE roleid::regrole::text LIKE 'impna%'"
            " ORDER BY 1"
        ).fetchall()

    assert rows == [
        ("impna_guard", "impna_owner", False, True, False),
        ("impna_secretariat", "impna_app", False, True, False),
    ]


def test_the_application_enters_the_secretariat_and_the_worker_does_not(facts: Facts) -> None:
    with psycopg.connect(facts.app_url) as app:
        app.execute("SET LOCAL ROLE impna_secretariat")
        assert app.execute("SELECT current_user").fetchone() == ("impna_secretariat",)
    with psycopg.connect(facts.worker_url) as worker, pytest.raises(errors.InsufficientPrivilege):
        worker.execute("SET LOCAL ROLE impna_secretariat")


@pytest.mark.parametrize("url", ["app_url", "worker_url"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (n int)",
        "CREATE TEMP TABLE mine (n int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "SET ROLE impna_owner",
        "SET ROLE impna_guard",
        "SET log_statement = 'all'",
    ],
)
def test_who_serves_people_can_make_nothing(facts: Facts, url: str, statement: str) -> None:
    with (
        psycopg.connect(getattr(facts, url), autocommit=True) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_public_has_no_right_on_the_database_or_its_schema(superuser: str) -> None:
    with psycopg.connect(superuser) as connection:
        connection.execute("CREATE ROLE someone_else LOGIN")
        rights = connection.execute(
            "SELECT has_database_privilege('someone_else', current_database(), 'CONNECT'),"
            " has_database_privilege('someone_else', current_database(), 'TEMP'),"
            " has_schema_privilege('someone_else', 'public', 'USAGE'),"
            " has_schema_privilege('someone_else', 'public', 'CREATE')"
        ).fetchone()
        connection.rollback()

    assert rights == (False, False, False, False)


def test_a_migration_can_give_a_function_to_the_guard(facts: Facts) -> None:
    with psycopg.connect(facts.owner_url) as owner:
        owner.execute("CREATE FUNCTION seen() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        owner.execute("ALTER FUNCTION seen() OWNER TO impna_guard")
        found = owner.execute(
            "SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'seen'"
        ).fetchone()
        owner.rollback()

    assert found == ("impna_guard",)


def test_statements_and_idle_transactions_end_by_themselves(facts: Facts) -> None:
    for url in (facts.app_url, facts.worker_url):
        with psycopg.connect(url) as connection:
            for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
                value = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
                assert value not in (None, ("0",)), setting


def test_furnishing_again_changes_nothing_but_passwords(superuser: str, facts: Facts) -> None:
    roles.furnish(superuser, {"impna_app": "another", "impna_owner": "another"})
    assert urlsplit(facts.app_url).password
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(facts.app_url)

    roles.furnish(superuser, {role: _password(facts, role) for role in LOGINS})
    psycopg.connect(facts.app_url).close()


def test_postgresql_asks_for_a_password(facts: Facts) -> None:
    parts = urlsplit(facts.app_url)
    for credentials in ("impna_app", "impna_app:wrong", "postgres", "impna_secretariat"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(urlunsplit(parts._replace(netloc=f"{credentials}@")))


def test_postgresql_listens_on_a_short_private_socket_only(facts: Facts, superuser: str) -> None:
    with psycopg.connect(superuser) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        [folder] = connection.execute("SHOW unix_socket_directories").fetchone() or ("",)

    assert len(f"{folder}/.s.PGSQL.5432") < 107
    assert Path(folder).stat().st_mode & 0o077 == 0


def test_the_log_of_postgresql_quotes_no_value(place: Path, facts: Facts) -> None:
    canary = "canary-7f3a"
    with psycopg.connect(facts.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE quiet (word text PRIMARY KEY CHECK (word <> ''))")
        owner.execute("INSERT INTO quiet VALUES (%s)", [canary])
        for statement in (
            "INSERT INTO quiet VALUES (%s)",
            "SELECT %s::text::int",
            "SELECT nothing_named(%s::text)",
        ):
            with pytest.raises(psycopg.Error):
                owner.execute(statement, [canary])
        with pytest.raises(psycopg.Error):
            owner.execute(sql.SQL("SELECT {} FROM nowhere").format(canary))
        owner.execute("DROP TABLE quiet")

    assert canary not in (place / "log" / "postgres.log").read_text()


def test_valkey_asks_for_a_password_and_keeps_nothing(facts: Facts) -> None:
    parts = urlsplit(facts.redis_url)
    for stranger in (
        f"redis://127.0.0.1:{parts.port}/0",
        f"redis://:wrong@127.0.0.1:{parts.port}/0",
    ):
        with redis.Redis.from_url(stranger) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
    with redis.Redis.from_url(facts.redis_url) as client:
        assert client.config_get("save")["save"] == ""
        assert client.config_get("appendonly")["appendonly"] == "no"
        assert client.config_get("bind")["bind"] == "127.0.0.1"


def test_no_password_stands_on_a_command_line(place: Path) -> None:
    secrets = [path.read_text().strip() for path in (place / "secrets").iterdir()]
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                lines.append((entry / "cmdline").read_bytes().decode(errors="replace"))
            except OSError:
                continue

    assert not [line for line in lines if any(secret in line for secret in secrets)]


def test_what_is_secret_is_private(place: Path) -> None:
    for path in [place / "run.json", *(place / "secrets").iterdir(), *(place / "log").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path
    for folder in ("secrets", "keys", "store", "log", "postgres"):
        assert (place / folder).stat().st_mode & 0o077 == 0, folder


def _password(facts: Facts, role: str) -> str:
    urls = dict(zip(LOGINS, (facts.owner_url, facts.app_url, facts.worker_url), strict=True))
    return urlsplit(urls[role]).password or ""


def test_a_real_server_is_furnished_by_the_same_program(facts: Facts, superuser: str) -> None:
    def furnish(**settings: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "impna.door.roles"]
        told = clean_environment(**settings)
        return subprocess.run(command, env=told, check=False, capture_output=True, text=True)

    urls = {
        "DATABASE_OWNER_URL": facts.owner_url,
        "DATABASE_URL": facts.app_url,
        "DATABASE_WORKER_URL": facts.worker_url,
    }
    done = furnish(DATABASE_ADMIN_URL=superuser, **urls)
    assert (done.returncode, "up to date" in done.stdout) == (0, True), done.stderr

    for wrong in (urls | {"DATABASE_URL": facts.owner_url}, {}):
        refused = furnish(DATABASE_ADMIN_URL=superuser, **wrong)
        assert refused.returncode == 1
        assert "DATABASE_OWNER_URL" in refused.stderr or "impna_owner" in refused.stderr
        assert "Traceback" not in refused.stderr
    closed = furnish(DATABASE_ADMIN_URL="postgresql://postgres:x@127.0.0.1:1/postgres", **urls)
    assert "does not let us in" in closed.stderr
