"""`./portal run` and `./portal manage`, whole: the only tests here that start everything."""

import http.client
import json
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from impna.door.run import _listen
from impna.door.trouble import Trouble
from tests.door.conftest import Running, alive, eventually

Start = Callable[..., Running]
READY = "Ctrl-C stops everything"


def test_the_portal_answers_is_alone_and_leaves_nothing(start: Start, var: Path) -> None:
    running = start("run")
    running.until_it_says(READY, 240)
    origin = _origin(running)

    assert _status(origin) < 500
    facts = json.loads((var / "run.json").read_text())
    assert facts["origin"] == origin
    assert _status(facts["bytes_origin"]) < 500

    second = start("run")
    assert second.process.wait(30) == 1
    assert f"already running at {origin}" in second.said()

    joined = start("manage", "shell", "--no-imports", "--command", "print('as', 6 * 7)")
    assert joined.process.wait(60) == 0, joined.said()
    assert "as 42" in joined.said()

    _exit, members = running.end(signal.SIGKILL)
    eventually(lambda: not alive(members), "the end of every process", 30)

    again = start("run")
    again.until_it_says(READY, 60)
    status, members = again.end(signal.SIGINT, 60)
    assert (status, alive(members)) == (0, set())
    assert "Stopped." in again.said()
    assert not (var / "run.json").exists()


def test_manage_starts_servers_for_itself_and_stops_them(start: Start, var: Path) -> None:
    alone = start("manage", "shell", "--no-imports", "--command", _WHO)
    assert alone.process.wait(60) == 0, alone.said()
    assert "('impna_app',)" in alone.said()
    assert not (var / "run.json").exists()
    assert not (var / "postgres" / "postmaster.pid").exists()


def test_manage_passes_on_the_status_of_the_command(start: Start) -> None:
    wrong = start("manage", "dance")
    assert wrong.process.wait(60) == 1
    assert "dance" in wrong.said()


_WHO = (
    "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user');"
    " print(k.fetchone())"
)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of loopback that is in use."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_chosen_port_is_taken_or_refused(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PORT", str(taken))
    with pytest.raises(Trouble, match=f"Port {taken} is not free"):
        _listen("PORTAL_PORT", 8000)
    monkeypatch.setenv("PORTAL_PORT", "web")
    with pytest.raises(Trouble, match="must be a port number"):
        _listen("PORTAL_PORT", 8000)


def test_without_a_choice_the_next_free_port_is_taken_on_loopback_only(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTAL_PORT", raising=False)
    with _listen("PORTAL_PORT", taken) as listener:
        host, port = listener.getsockname()
    assert host == "127.0.0.1"
    assert port > taken


def _origin(running: Running) -> str:
    found = re.search(r"http://localhost:\d+", running.said())
    assert found is not None
    return found.group()


def _status(origin: str) -> int:
    host = origin.removeprefix("http://")
    connection = http.client.HTTPConnection("127.0.0.1", int(host.rsplit(":", 1)[1]), timeout=20)
    try:
        connection.request("GET", "/", headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()
