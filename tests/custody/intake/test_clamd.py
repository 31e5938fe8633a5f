"""clamd's words and nothing else make a file clean. A real clamd where there is one."""

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from custody.intake.clamd import Verdict, scan
from tests.scanner import LIMIT, Clamd, running

CLEAN = Verdict("clean")


def zipped(content: bytes, name: str = "letter.txt") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def test_a_clean_stream_is_clean(clamd: Clamd) -> None:
    assert scan([b"a letter"], socket=clamd.socket, limit=LIMIT) == CLEAN
    assert scan([], socket=clamd.socket, limit=LIMIT) == CLEAN
    assert scan([b"", b"a" * 3_000_000, b"b"], socket=clamd.socket, limit=LIMIT) == CLEAN


@pytest.mark.parametrize("wraps", [0, 1, 2])
def test_what_is_known_is_found_also_inside_archives(
    clamd: Clamd, eicar: bytes, wraps: int
) -> None:
    content = eicar
    for _ in range(wraps):
        content = zipped(content, "inner.zip")
    # In pieces of one byte, so that none of them holds it.
    pieces = [content[n : n + 1] for n in range(len(content))]
    found = scan(pieces, socket=clamd.socket, limit=LIMIT)
    assert found == Verdict("infected", signature="Eicar-Test.UNOFFICIAL")


def test_what_is_nested_too_deep_is_not_scanned(clamd: Clamd, eicar: bytes) -> None:
    content = eicar
    for _ in range(12):
        content = zipped(content, "inner.zip")
    assert scan([content], socket=clamd.socket, limit=LIMIT).reason == "limits"


def test_an_encrypted_archive_is_not_scanned(clamd: Clamd) -> None:
    # The flag of encryption in both headers is all that a scanner goes by.
    content = bytearray(zipped(b"a letter"))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    found = scan([bytes(content)], socket=clamd.socket, limit=LIMIT)
    assert found == Verdict("not_scanned", reason="encrypted")


def test_more_than_the_limit_is_not_sent(clamd: Clamd) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(1 << 20)

    found = scan(endless(), socket=clamd.socket, limit=LIMIT)
    assert found == Verdict("not_scanned", reason="too_large")


def test_more_than_clamd_takes_is_not_scanned(clamd: Clamd, eicar: bytes) -> None:
    for content in (bytes(LIMIT + 1), bytes(4 * LIMIT), eicar + bytes(LIMIT)):
        found = scan([content], socket=clamd.socket, limit=10 * LIMIT)
        assert found == Verdict("not_scanned", reason="too_large")


def test_a_scanner_killed_in_the_middle_makes_nothing_clean(eicar: bytes) -> None:
    with running(eicar) as mortal:

        def pieces() -> Iterator[bytes]:
            yield bytes(1 << 20)
            mortal.end()
            yield from [bytes(1 << 20)] * 4

        found = scan(pieces(), socket=mortal.socket, limit=LIMIT)
        assert found == Verdict("not_scanned", reason="died")
        after = scan([b"a letter"], socket=mortal.socket, limit=LIMIT)
        assert after == Verdict("not_scanned", reason="no_scanner")


def test_a_scanner_killed_after_the_last_byte_makes_nothing_clean(eicar: bytes) -> None:
    with running(eicar) as mortal:

        def pieces() -> Iterator[bytes]:
            yield b"a letter"
            mortal.end()

        assert scan(pieces(), socket=mortal.socket, limit=LIMIT).reason == "died"


def test_without_a_socket_nothing_is_scanned(tmp_path: Path) -> None:
    for path in ("", tmp_path / "s", tmp_path / ("long" * 40)):
        assert scan([b"x"], socket=path, limit=LIMIT) == Verdict("not_scanned", reason="no_scanner")


def test_an_error_of_the_source_is_passed_on(clamd: Clamd) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("the store is gone")

    with pytest.raises(ValueError, match="store is gone"):
        scan(broken(), socket=clamd.socket, limit=LIMIT)
    assert scan([b"a letter"], socket=clamd.socket, limit=LIMIT) == CLEAN


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Callable[[bytes], Path]]:
    """A server that takes the whole stream and answers as told: what no clamd should ever say."""
    threads: list[threading.Thread] = []
    done = threading.Event()

    def serve(server: socket.socket, reply: bytes) -> None:
        with server, server.accept()[0] as client, client.makefile("rb") as stream:
            stream.read(len(b"zINSTREAM\0"))
            while length := struct.unpack(">I", stream.read(4))[0]:
                stream.read(length)
            client.sendall(reply)
            if reply.endswith(b"wait"):
                done.wait(30)

    def answer(reply: bytes) -> Path:
        path = tmp_path / f"s{len(threads)}"
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(path))
        server.listen()
        threads.append(threading.Thread(target=serve, args=(server, reply)))
        threads[-1].start()
        return path

    yield answer
    done.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "died"),
        (b"stream: OK", "died"),
        (b"stream: OK\n", "died"),
        (b"stream: OK\nstream: X FOUND\0", "refused"),
        (b"stream: ok\0", "refused"),
        (b" stream: OK\0", "refused"),
        (b"stream: OK \0", "refused"),
        (b"stream: Can't allocate memory ERROR\0", "refused"),
        (b"UNKNOWN COMMAND\0", "refused"),
        (b"OK\0", "refused"),
        (b"\0", "died"),
        (b"x" * 5000 + b"\0", "died"),
        (b"INSTREAM size limit exceeded. ERROR\0", "too_large"),
        (b"wait", "timeout"),
    ],
)
def test_no_other_words_make_a_file_clean(
    answering: Callable[[bytes], Path], reply: bytes, reason: str
) -> None:
    found = scan([b"a letter"], socket=answering(reply), limit=LIMIT, seconds=1)
    assert found == Verdict("not_scanned", reason=reason)  # type: ignore[arg-type]


def test_the_words_themselves_do(answering: Callable[[bytes], Path]) -> None:
    assert scan([b"a letter"], socket=answering(b"stream: OK\0"), limit=LIMIT) == CLEAN


def test_a_source_that_takes_too_long_ends_at_the_deadline(clamd: Clamd) -> None:
    waiting = threading.Event()

    def slow() -> Iterator[bytes]:
        while True:
            waiting.wait(0.05)
            yield b"x"

    found = scan(slow(), socket=clamd.socket, limit=LIMIT, seconds=0.3)
    assert found == Verdict("not_scanned", reason="timeout")
