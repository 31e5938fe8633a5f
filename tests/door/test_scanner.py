"""The scanner the door starts is a real clamd that knows the test file and keeps nothing."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from impna.door import scanner
from impna.door.children import Supervisor
from impna.door.place import Place, open_place
from impna.door.scanner import Scanner


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place without servers."""
    made = open_place(tmp_path_factory.mktemp("place"))
    yield made
    made.leave()


@pytest.fixture(scope="module")
def clamd(place: Place) -> Iterator[Scanner]:
    """A running scanner."""
    if scanner.program() is None:
        pytest.fail("clamd is not installed: ./portal test --install gets it")
    supervisor = Supervisor(place.logs)
    try:
        started = scanner.start(place, supervisor)
        assert isinstance(started, Scanner), started
        yield started
    finally:
        supervisor.stop()


def verdict(clamd: Scanner, content: bytes) -> str:
    """What clamd says of these bytes, sent as a stream."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(clamd.socket))
        client.sendall(b"zINSTREAM\0" + struct.pack(">I", len(content)) + content + bytes(4))
        return client.recv(4096).rstrip(b"\0").decode()


def test_it_finds_the_test_file_and_passes_what_is_clean(clamd: Scanner) -> None:
    assert verdict(clamd, scanner.eicar()).endswith("FOUND")
    assert verdict(clamd, b"a letter of no danger") == "stream: OK"


def test_its_socket_is_ours_alone_and_its_files_are_in_memory(clamd: Scanner, place: Place) -> None:
    assert clamd.socket.stat().st_mode & 0o077 == 0
    settings = (place.scratch / "clamd" / "clamd.conf").read_text()
    assert f"TemporaryDirectory {place.scratch}" in settings
    assert f"StreamMaxLength {clamd.limit}" in settings


def test_without_the_program_it_says_so_in_words(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "program", lambda: None)
    assert scanner.start(place, Supervisor(place.logs)) == "clamd is not installed here"


def test_a_scanner_that_does_not_start_is_no_failure_of_the_portal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "program", lambda: Path("/bin/false"))
    supervisor = Supervisor(place.logs)
    assert "did not start" in str(scanner.start(place, supervisor))
    assert supervisor.children == []


def test_the_test_file_is_nowhere_in_our_sources() -> None:
    assert scanner.eicar() not in Path(scanner.__file__).read_bytes()
    assert len(scanner.eicar()) == 68
