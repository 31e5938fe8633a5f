"""Each setting that is missing or wrong stops the start with a sentence that names it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from impna import environment as env

HINT = "Start through ./portal."


@pytest.fixture
def given(monkeypatch):
    """Set PORTAL_X for this test."""
    return lambda value, name="PORTAL_X": monkeypatch.setenv(name, value)


def test_a_value_comes_without_its_blanks(given):
    given("  as typed ")
    assert env.text("PORTAL_X", HINT) == "as typed"


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_value_is_no_value(given, value):
    given(value)
    assert env.text("PORTAL_X", HINT, default="other") == "other"
    with pytest.raises(ImproperlyConfigured, match=r"PORTAL_X is not set\. Start through"):
        env.text("PORTAL_X", HINT)


@pytest.mark.parametrize("value", ["production ", "demo", "test"])
def test_a_mode_is_one_of_three(given, value):
    given(value, "PORTAL_MODE")
    assert env.mode() == value.strip()


@pytest.mark.parametrize("value", ["debug", "Production", "prod", "1"])
def test_there_is_no_other_mode(given, value):
    given(value, "PORTAL_MODE")
    with pytest.raises(ImproperlyConfigured, match="demo, test or production"):
        env.mode()


def test_an_origin_loses_its_last_stroke(given):
    given("https://portal.example:8443/")
    assert env.origin("PORTAL_X", HINT, secure=True) == "https://portal.example:8443"


@pytest.mark.parametrize("value", ["portal.example", "ftp://a.example", "https://", "https://a/b"])
def test_what_is_no_origin_is_refused(given, value):
    given(value)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_X must look like"):
        env.origin("PORTAL_X", HINT, secure=False)


def test_production_is_never_without_tls(given):
    given("http://portal.example")
    assert env.origin("PORTAL_X", HINT, secure=False) == "http://portal.example"
    with pytest.raises(ImproperlyConfigured, match="https://"):
        env.origin("PORTAL_X", HINT, secure=True)


def test_a_secret_is_a_private_file(given, tmp_path):
    file = tmp_path / "secret"
    given(str(file))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env.secret("PORTAL_X", HINT)
    file.write_text("short")
    file.chmod(0o600)
    with pytest.raises(ImproperlyConfigured, match="too short"):
        env.secret("PORTAL_X", HINT)
    file.write_text("x" * 50 + "\n")
    assert env.secret("PORTAL_X", HINT) == "x" * 50
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(ImproperlyConfigured, match="chmod 600"):
            env.secret("PORTAL_X", HINT)


def test_a_secret_of_odd_bytes_is_not_shown(given, tmp_path):
    file = tmp_path / "secret"
    file.write_bytes(b"\xff" * 60)
    given(str(file))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env.secret("PORTAL_X", HINT)


def test_a_folder_exists(given, tmp_path):
    given(str(tmp_path))
    assert env.directory("PORTAL_X", HINT) == tmp_path
    given(str(tmp_path / "not there"))
    with pytest.raises(ImproperlyConfigured, match="not a folder that exists"):
        env.directory("PORTAL_X", HINT)


def test_a_database_is_read_from_its_address():
    made = env.database("postgresql://r%40x:p%2Fw@db.example:5433/na%20me?sslmode=verify-full", "D")
    assert made["NAME"] == "na me"
    assert (made["USER"], made["PASSWORD"]) == ("r@x", "p/w")
    assert (made["HOST"], made["PORT"]) == ("db.example", "5433")
    assert made["OPTIONS"] == {"sslmode": "verify-full"}
    assert made["ATOMIC_REQUESTS"] is False


def test_a_database_may_be_behind_a_socket():
    made = env.database("postgresql:///portal?host=/run/pg&port=5499", "D")
    assert (made["HOST"], made["PORT"], made["OPTIONS"]) == ("/run/pg", "5499", {})


@pytest.mark.parametrize("url", ["sqlite:///x", "mysql://a/b", "postgresql://a:b@c/", "", "x"])
def test_only_postgresql_will_do(url):
    with pytest.raises(ImproperlyConfigured, match="only PostgreSQL"):
        env.database(url, "DATABASE_URL")


def test_a_broker_asks_for_a_password(given):
    given("redis://:word@127.0.0.1:6379/0")
    assert env.broker("PORTAL_X", HINT).startswith("redis://")
    for open_one in ("redis://127.0.0.1:6379/0", "redis://user@127.0.0.1/0", "rediss://host/0"):
        given(open_one)
        with pytest.raises(ImproperlyConfigured, match="no password"):
            env.broker("PORTAL_X", HINT)
    given("amqp://:word@host")
    with pytest.raises(ImproperlyConfigured, match="redis://"):
        env.broker("PORTAL_X", HINT)


def test_mail_in_memory_is_for_demo_and_tests(given):
    given("memory:")
    assert env.mail("PORTAL_X", HINT, demo=True) == {"BACKEND": "impna.mail.DemoMailbox"}
    assert "locmem" in str(env.mail("PORTAL_X", HINT, demo=False)["BACKEND"])
    given("production", "PORTAL_MODE")
    with pytest.raises(ImproperlyConfigured, match="name a mail relay"):
        env.mail("PORTAL_X", HINT, demo=False)


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "console:"])
def test_what_is_no_relay_is_refused(given, url):
    given(url)
    with pytest.raises(ImproperlyConfigured, match="must look like smtp"):
        env.mail("PORTAL_X", HINT, demo=False)


@pytest.mark.parametrize(("value", "found"), [("512", 512), (" 7 ", 7), ("", 5)])
def test_a_number_is_read(given, value, found):
    given(value)
    assert env.number("PORTAL_X", HINT, default=5) == found


@pytest.mark.parametrize("value", ["200GB", "512M", "-1", "1e9", "x", "٣", "0"])
def test_what_is_no_number_is_refused(given, value):
    given(value)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_X is .* at least 1, without a unit"):
        env.number("PORTAL_X", HINT, default=5, least=1)


@pytest.mark.parametrize("port", ["x", "0", "70000", "-1"])
def test_a_port_is_a_port_in_every_address(given, port):
    given(f"http://localhost:{port}")
    with pytest.raises(ImproperlyConfigured, match="PORTAL_X is no address"):
        env.origin("PORTAL_X", HINT, secure=False)
    given(f"smtp://someone:hush@host:{port}")
    with pytest.raises(ImproperlyConfigured, match="PORTAL_X is no address") as refused:
        env.mail("PORTAL_X", HINT, demo=False)
    assert "hush" not in str(refused.value)
    given(f"redis://:hush@host:{port}/0")
    with pytest.raises(ImproperlyConfigured, match="PORTAL_X is no address"):
        env.broker("PORTAL_X", HINT)
    with pytest.raises(ImproperlyConfigured, match="D is no address") as refused:
        env.database(f"postgresql://someone:hush@host:{port}/portal", "D")
    assert "hush" not in str(refused.value)


def test_a_port_beside_the_socket_is_a_number(given):
    with pytest.raises(ImproperlyConfigured, match="D has a port that is no number"):
        env.database("postgresql:///portal?host=/run/pg&port=x", "D")
