"""Mail from rows: constant words, a real mail server, and nothing lost or sent twice."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as conf
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from impna import mail
from impna.environment import mail as mail_setting
from partners import tasks
from partners.actions import letters
from partners.models import Letter, User
from tests.factories.submissions import another_documenter, documenter
from tests.partners.browser import at_once

GOLDEN = {
    "waiting": (
        "Something waits for you",
        b"Something waits for you. To see it, sign in:\n\n"
        b"http://localhost:8123\n\n"
        b"This mail never says more. Do not answer it.",
    ),
    "invitation": (
        "A link for you",
        b"This link is for you. It works once, for 7 days:\n\n"
        b"http://localhost:8123/LINK/\n\n"
        b"If you do not know what it is about, leave it: without you nothing happens. "
        b"Do not answer this mail.",
    ),
    "reset": (
        "The link you asked for",
        b"Set a new password with this link. It works once, for one hour:\n\n"
        b"http://localhost:8123/LINK/\n\n"
        b"If you did not ask for it, leave it: nothing has changed. Do not answer this mail.",
    ),
}


class Server:
    """A real mail server that can refuse, and that keeps what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, bytes]] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.got.append(
                (envelope.mail_from, ",".join(envelope.rcpt_tos), bytes(envelope.content))
            )
        return self.answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(settings) -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    point_to(settings, controller.port)
    yield handler
    controller.stop()


@pytest.fixture
def dead_server(settings) -> None:
    point_to(settings, free_port())


@pytest.fixture
def worker(own_database, as_worker) -> Iterator[None]:
    """Everything in this test runs as the worker's database role."""
    with as_worker():
        # The invitations of the standing people.
        Letter.objects.update(sent_at=timezone.now(), link=None)
        yield


def point_to(settings, port: int) -> None:
    made = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
    }
    settings.MAILERS = {"default": made}


def letter(kind: str = "invitation", to: str = "someone@cso.example", path: str = "/LINK/"):
    with transaction.atomic():
        return letters.write(
            kind=kind, to=to, language="en", path="" if kind == "waiting" else path
        )


def row(made: Letter) -> Letter:
    return Letter.objects.get(pk=made.pk)


def again_later(clock, made: Letter) -> timedelta:
    """Wait until the letter is due again; how long that took."""
    wait = row(made).due_at - timezone.now()
    clock.move(seconds=wait.total_seconds() + 0.01)
    return wait


@pytest.mark.parametrize("kind", list(GOLDEN))
def test_the_words_are_constant_to_the_byte(db, kind, settings):
    settings.ORIGIN = "http://localhost:8123"
    for to in ("a@cso.example", "war.crimes.unit@authority.example"):
        subject, body = letters._words(letter(kind, to))
        assert (subject, body.encode()) == (GOLDEN[kind][0], GOLDEN[kind][1] + b"\n")


def test_no_kind_of_letter_is_without_its_golden_words():
    assert set(GOLDEN) == set(Letter.Kind.values)


def test_the_words_say_no_name_and_no_reference(db):
    user = documenter()
    with transaction.atomic():
        made = letters.write(kind="waiting", to=user.email, user=user, language="en")
    whole = "".join(letters._words(made))
    for said in (user.email, user.display_name, user.partner.name, user.reference, made.reference):
        assert said not in whole


def test_an_unknown_language_falls_back_to_english(db):
    with transaction.atomic():
        made = letters.write(kind="waiting", to="a@b.example", language="tlh")
    assert letters._words(made)[0] == GOLDEN["waiting"][0]


def test_a_letter_reaches_a_real_server_and_its_link_is_erased(worker, server, settings):
    settings.ORIGIN = "http://localhost:8123"
    made = {kind: letter(kind, f"{kind}@cso.example") for kind in GOLDEN}
    assert all((row(m).link is None) == (kind == "waiting") for kind, m in made.items())
    assert letters.deliver() == 3
    assert letters.deliver() == 0
    got = {to: (sender, content) for sender, to, content in server.got}
    for kind, (subject, body) in GOLDEN.items():
        sender, content = got[f"{kind}@cso.example"]
        read = message_from_bytes(content)
        assert sender == conf.DEFAULT_FROM_EMAIL
        assert read["Subject"] == subject
        assert not read.is_multipart()
        assert read.get_payload(decode=True).replace(b"\r\n", b"\n").strip() == body
        kept = row(made[kind])
        assert (kept.link, kept.claimed_until) == (None, None)
        assert kept.sent_at is not None


def test_the_headers_name_no_machine_and_nobody_else(worker, server):
    letter("waiting", "one@cso.example")
    letter("waiting", "two@cso.example")
    letters.deliver()
    assert len(server.got) == 2
    for _sender, to, content in server.got:
        head = content.partition(b"\r\n\r\n")[0].decode()
        names = {line.split(":")[0] for line in head.splitlines() if not line.startswith(" ")}
        assert names <= {
            "Content-Type",
            "MIME-Version",
            "Content-Transfer-Encoding",
            "Subject",
            "From",
            "To",
            "Date",
            "Message-ID",
            "X-Peer",
        }
        assert [line for line in head.splitlines() if line.startswith("To:")] == [f"To: {to}"]


def test_a_dead_server_keeps_the_letter_and_waits_longer_each_time(worker, dead_server, clock):
    made = letter()
    waits = []
    for attempt in range(1, letters.TRIES):
        assert letters.deliver() == 0
        kept = row(made)
        assert (kept.attempts, kept.sent_at, kept.given_up_at) == (attempt, None, None)
        assert kept.link is not None
        assert letters.deliver() == 0, "not before its time"
        assert row(made).attempts == attempt
        waits.append(round(again_later(clock, made).total_seconds()))
    assert waits[:4] == [60, 120, 240, 480]
    assert waits == sorted(waits)
    assert waits[-1] == 6 * 3600
    letters.deliver()
    over = row(made)
    assert over.given_up_at is not None
    assert (over.link, over.sent_at, over.claimed_until) == (None, None, None)
    clock.move(days=30)
    assert letters.deliver() == 0
    assert row(made).attempts == letters.TRIES


def test_a_server_that_refuses_once_gets_it_the_next_time(worker, server, clock):
    made = letter()
    server.answer = "451 Try again"
    assert letters.deliver() == 0
    server.answer = "250 OK"
    again_later(clock, made)
    assert letters.deliver() == 1
    assert len(server.got) == 1
    assert row(made).sent_at is not None


def test_one_bad_address_does_not_hold_up_the_others(worker, server, caplog):
    bad, good = letter("waiting", "bad\u0131@cso.example"), letter("waiting", "good@cso.example")
    assert letters.deliver() == 1
    assert row(good).sent_at is not None
    assert row(bad).sent_at is None
    assert [to for _s, to, _c in server.got] == ["good@cso.example"]


def test_two_workers_at_once_send_once(worker, server):
    made = [letter("waiting", f"m{n}@cso.example") for n in range(8)]
    sent = at_once(letters.deliver, letters.deliver, letters.deliver)
    assert sum(sent) == 8
    assert sorted(to for _s, to, _c in server.got) == sorted(m.to for m in made)
    assert all(row(m).attempts == 1 for m in made)


def test_a_letter_that_someone_is_at_is_left_alone(worker, server):
    """SKIP LOCKED: a worker in the middle of claiming is not waited for."""
    letter()
    done = threading.Event()
    results = []

    def other() -> None:
        results.append(letters.deliver())
        done.set()
        connections.close_all()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        claimed = Letter.objects.claim(now=timezone.now(), lease=letters.LEASE, limit=5)
        thread.start()
        assert done.wait(10), "the other worker waited"
    thread.join(10)
    assert (len(claimed), results, server.got) == (1, [0], [])


def test_a_worker_killed_before_sending_loses_nothing(worker, server, clock):
    made = letter()
    with transaction.atomic():
        Letter.objects.claim(now=timezone.now(), lease=letters.LEASE, limit=5)
    assert letters.deliver() == 0
    clock.move(seconds=letters.LEASE.total_seconds() + 1)
    assert letters.deliver() == 1
    assert row(made).attempts == 2


def test_a_worker_killed_after_sending_sends_at_most_once_more(worker, server, clock):
    class Killed(BaseException):
        pass

    made = letter()
    real = mail.send

    def send_and_die(**given) -> None:
        real(**given)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail, "send", send_and_die)
        with pytest.raises(Killed):
            letters.deliver()
    assert letters.deliver() == 0, "the lease still holds"
    clock.move(seconds=letters.LEASE.total_seconds() + 1)
    assert letters.deliver() == 1
    assert letters.deliver() == 0
    assert len(server.got) == 2
    assert row(made).sent_at is not None


def test_the_task_may_run_twice(worker, server):
    letter()
    tasks.deliver_letters()
    tasks.deliver_letters()
    assert len(server.got) == 1


def test_a_sent_letter_keeps_no_link_says_the_database(worker):
    made = letter()
    with pytest.raises(IntegrityError, match="a_sent_letter_keeps_no_link"), transaction.atomic():
        Letter.objects.filter(pk=made.pk).update(sent_at=timezone.now())
    with pytest.raises(IntegrityError, match="letter_kind_known"), transaction.atomic():
        letters.write(kind="newsletter", to="a@b.example", language="en")


def test_a_link_moved_to_another_letter_does_not_open(db):
    from custody.keystore import TextCorrupt

    one, two = letter(), letter(path="/OTHER/")
    two.link = one.link
    with pytest.raises(TextCorrupt):
        letters._words(two)


def test_without_the_key_store_a_letter_waits(worker, server, monkeypatch):
    made = letter()

    def away(*args, **kwargs):
        raise OSError("key store away")

    monkeypatch.setattr(letters, "open_text", away)
    assert letters.deliver() == 0
    assert (row(made).link is not None, server.got) == (True, [])


def test_a_dead_mail_server_is_nothing_to_the_person_who_asked(own_database, dead_server):
    response = Client().post(reverse("partners:forgotten"), {"email": documenter().email})
    assert response.status_code == 200
    assert Letter.objects.filter(kind="reset").count() == 1


def test_a_dead_broker_never_turns_a_saved_change_into_an_error(own_database, monkeypatch, caplog):
    """The change and its letter are saved; the sweep finds the letter later."""
    from impna.celery import app

    address = f"redis://:x@127.0.0.1:{free_port()}/0"
    app.pool.force_close_all()
    app.amqp._producer_pool = None
    monkeypatch.setattr(app.conf, "broker_url", address)
    monkeypatch.setattr(app.conf, "broker_write_url", address)
    monkeypatch.setattr(app, "_pool", None)
    from kombu import pools

    pools.reset()
    try:
        response = Client().post(
            reverse("partners:forgotten"), {"email": another_documenter().email}
        )
    finally:
        pools.reset()
        app.amqp._producer_pool = None
    assert response.status_code == 200
    (made,) = Letter.objects.filter(kind="reset")
    assert made.due_at <= timezone.now()
    assert made.sent_at is None
    assert any("on_commit" in record.message for record in caplog.records)


def test_a_change_that_is_rolled_back_writes_nobody(own_database):
    user = documenter()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        letters.write(kind="waiting", to=user.email, user=user, language="en")
        raise ZeroDivisionError
    assert not Letter.objects.filter(user=user).exists()


def test_every_letter_of_an_account_goes_to_its_own_address(db):
    user = User.objects.get(pk=documenter().pk)
    from partners.actions import factors

    with transaction.atomic():
        factors.report_lost(user=user)
    assert set(Letter.objects.filter(user=user).values_list("to", flat=True)) == {user.email}
    assert str(Letter.objects.filter(user=user).first()) == "Something waits for you"


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("smtp://relay.example", {"host": "relay.example", "port": 25, "use_tls": False}),
        (
            "smtp+tls://u%40x:p%2Fw@relay.example",
            {"port": 587, "username": "u@x", "password": "p/w", "use_tls": True},
        ),
        ("smtps://relay.example:4650", {"port": 4650, "use_ssl": True}),
    ],
)
def test_the_relay_is_named_by_one_address(monkeypatch, url, options):
    monkeypatch.setenv("PORTAL_MAIL_URL", url)
    made = mail_setting("PORTAL_MAIL_URL", "hint", demo=False)
    assert made["OPTIONS"].items() >= options.items()
