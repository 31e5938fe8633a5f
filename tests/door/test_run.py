"""`./portal run` and `./portal manage`, whole: the only tests here that start everything."""

import http.client
import json
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from impna.door import privileges
from impna.door.place import ROOT, Place
from impna.door.privileges import NOBODY, Identity
from impna.door.run import _greet, _listen
from impna.door.scanner import LARGEST, MIB, Scanner
from impna.door.told import Facts
from impna.door.trouble import Trouble
from tests.door.conftest import Running, alive, eventually

Start = Callable[..., Running]
READY = "Ctrl-C stops everything"


def test_the_portal_answers_is_alone_and_leaves_nothing(start: Start, var: Path) -> None:
    running = start("run")
    running.until_it_says(READY, 540)
    origin = _origin(running)

    assert _status(origin) < 500
    facts = json.loads((var / "run.json").read_text())
    assert facts["origin"] == origin
    assert _status(facts["bytes_origin"]) < 500

    second = start("run")
    assert second.process.wait(30) == 1
    assert f"already running at {origin}" in second.said()

    joined = start("manage", "shell", "--no-imports", "--command", _KEEP)
    assert joined.process.wait(60) == 0, joined.said()
    kept = re.search(r"kept (\d+) (\d+)", joined.said())
    assert kept is not None, joined.said()

    _exit, members = running.end(signal.SIGKILL)
    eventually(lambda: not alive(members), "the end of every process", 30)

    again = start("run")
    again.until_it_says(READY, 60)
    found = start("manage", "shell", "--no-imports", "--command", _FIND % kept[1])
    assert found.process.wait(60) == 0, found.said()
    assert f"found {kept[2]} submissions and 'a sealed file'" in found.said()
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


# A row, a sealed file and its key, and how many submissions the demonstration has.
_KEEP = """
import io
from custody import log, vault
from custody.models import Compartment
from django.db import transaction
from submissions.models import Submission
with transaction.atomic():
    key = vault.new_key(Compartment.objects.get(purpose="accounts"))
    stored = vault.store(io.BytesIO(b"a sealed file"), key=key)
    file = vault.keep(stored, key=key, by=log.SYSTEM)
print("kept", file.pk, Submission.objects.count())
"""
_FIND = """
from custody.age import AgeReader
from custody.keys import keystore
from custody.models import SealedFile
from custody.stores import filestore
from submissions.models import Submission
file = SealedFile.objects.select_related("key__compartment").get(pk=%s)
identity = keystore().identity(file.key.compartment.name, file.key.entry)
with filestore().open(file.store_name) as sealed:
    text = b"".join(AgeReader(sealed, [identity]).read_range(0, file.size)).decode()
print("found", Submission.objects.count(), "submissions and", repr(text))
"""
_WHO = (
    "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user');"
    " print(k.fetchone())"
)


@pytest.fixture
def ordinary(var: Path) -> Identity:
    """Somebody who is not root, though the tests are."""
    if os.geteuid() != 0:
        pytest.skip("these tests run as an ordinary user already")
    for identity in (Identity(NOBODY, NOBODY), Identity(0, 0, namespace=True)):
        if privileges._can(identity.enter, identity.popen, Path(sys.executable), ROOT):
            os.chown(var.parent, identity.uid, identity.gid)
            return identity
    pytest.skip("this computer lets root become nobody else who may read this checkout")


def test_an_ordinary_user_starts_the_same_servers(
    ordinary: Identity, start: Start, var: Path
) -> None:
    settings = {"HOME": str(var.parent)}
    asked = start("manage", "migrate", "--verbosity=0", identity=ordinary, **settings)
    assert asked.process.wait(120) == 0, asked.said()
    asked = start("manage", "prepare", identity=ordinary, **settings)
    assert asked.process.wait(60) == 0, asked.said()
    assert "Made 3 compartments" in asked.said()

    held = start("hold", identity=ordinary, **settings)
    held.until_it_says("held")
    _exit, members = held.end(signal.SIGINT)
    assert _exit == 0
    assert not alive(members)


FACTS = Facts("demo", "", "", "", "", "http://localhost:8000", "http://localhost:8001")


@pytest.mark.parametrize(
    ("scanner", "said"),
    [
        ("clamd is not installed here", "No virus scanner: clamd is not installed here."),
        (Scanner(Path("/x"), 7 * MIB), "files above 7 MiB"),
        (Scanner(Path("/x"), LARGEST), ""),
    ],
)
def test_start_up_says_what_will_not_be_scanned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scanner: Scanner | str, said: str
) -> None:
    (tmp_path / "demo-accounts.txt").write_text("the demonstration's accounts")
    _greet(Place(tmp_path, tmp_path), FACTS, scanner)
    shown = capsys.readouterr().out
    assert said in shown
    assert ("not scanned" in shown) == bool(said)
    assert FACTS.origin in shown
    assert "the demonstration's accounts" in shown
    assert shown.endswith(f"{READY}; what was saved stays.\n")


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
