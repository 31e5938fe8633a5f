"""Whatever a file does to the process that reads it, there are findings and the next is fine."""

import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from custody.intake import cage, confined
from custody.intake.confined import MIB, Examiner, ExaminerUnavailable, Limits, examine
from custody.intake.findings import Findings

ROGUES = "tests.custody.intake.rogues:probe"
LIMITS = Limits(seconds=2, cpu=1, memory=256 * MIB)
# On a busy machine one second of computing takes longer than two.
PATIENT = replace(LIMITS, seconds=60)
ORDINARY = b"an ordinary letter"


@pytest.fixture(scope="module")
def rogues(scratch: Path) -> Iterator[Examiner]:
    with Examiner(scratch=scratch, limits=LIMITS, probes=[ROGUES]) as made:
        yield made


def told(examiner: Examiner, *words: str) -> Findings:
    """What comes of a file that orders this; then an ordinary file must be fine."""
    found = examiner.examine([" ".join(("do", *words)).encode()], name_hint="order.txt")
    after = examiner.examine([ORDINARY], name_hint="letter.txt")
    assert (after.crashed, after.failures) == ("", {})
    assert after.results["rogues"] == {"read": 3}
    assert found.results["formats"]["size"] == len(" ".join(("do", *words)))
    assert Findings.from_json(found.to_json()).to_json() == found.to_json()
    return found


@pytest.mark.parametrize(
    ("order", "crashed"),
    [
        ("hang", "deadline"),
        ("write_much", "file_size"),
        ("crash", "killed"),
        ("leave", "exited"),
        ("leave_quietly", "exited"),
        ("exit", "exited"),
        ("garbage", "garbage"),
        ("too_much", "too_much"),
        ("too_large_a_picture", "too_much"),
        ("deep_facts", "garbage"),
        ("hide_something", "garbage"),
        ("say null", "garbage"),
        ("say []", "garbage"),
        ('say {"facts":{"x":1.5},"notes":[]}', "garbage"),
        ('say {"facts":{"x":true},"notes":[]}', "garbage"),
        ('say {"facts":{"x":99999999999999999999},"notes":[]}', "garbage"),
        ('say {"facts":{"X":1},"notes":[]}', "garbage"),
        ('say {"facts":[],"notes":[]}', "garbage"),
        ('say {"facts":{},"notes":[["made_up",{}]]}', "garbage"),
        ('say {"facts":{},"notes":[["times_differ",{"other":1}]]}', "garbage"),
        ('say {"facts":{},"notes":[["times_differ"]]}', "garbage"),
        ('say {"facts":{},"notes":7}', "garbage"),
        ('say {"failed":"made_up"}', "garbage"),
        ('say {"begin":"another"}', "garbage"),
        ('say {"end":1}', "garbage"),
    ],
)
def test_a_child_that_misbehaves_is_ended_and_named(
    rogues: Examiner, order: str, crashed: str
) -> None:
    found = told(rogues, *order.split(" "))
    assert found.crashed == crashed
    assert found.thumbnail == b""
    # Said by name, unless the child said by itself that all was done.
    assert "rogues" in found.failures or order == 'say {"end":1}'


def test_a_child_that_computes_for_ever_is_ended_by_its_own_wall(scratch: Path) -> None:
    with Examiner(scratch=scratch, limits=PATIENT, probes=[ROGUES]) as examiner:
        assert told(examiner, "loop").crashed == "cpu"


@pytest.mark.parametrize(
    ("order", "failure"),
    [
        ("allocate", "memory"),
        ("fork", "refused"),
        ("run", "refused"),
        ("raise", "error"),
    ],
)
def test_a_child_that_wants_too_much_is_refused_and_goes_on(
    rogues: Examiner, order: str, failure: str
) -> None:
    found = told(rogues, order)
    assert found.failures == {"rogues": failure}
    assert found.crashed == ""
    assert "canary" not in found.to_json()


def test_a_picture_with_anything_but_the_picture_is_dropped(rogues: Examiner) -> None:
    assert told(rogues, "a_picture_of_something_else").thumbnail == b""


def test_a_child_writes_and_reads_no_path(rogues: Examiner, scratch: Path) -> None:
    written = told(rogues, "write_anywhere", "canary-3141", str(scratch), os.environ["HOME"])
    assert written.results["rogues"]["done"] == []
    read = told(rogues, "read_anywhere", str(Path(__file__)))
    assert read.results["rogues"] == {"done": [], "environment": 0}


def test_a_child_reaches_nobody_even_where_permissions_would_let_it(rogues: Examiner) -> None:
    with (
        tempfile.TemporaryDirectory(dir="/dev/shm") as folder,
        socket.socket() as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as unnamed,
    ):
        path = f"{folder}/s"
        for server, address in ((tcp, ("127.0.0.1", 0)), (unix, path), (unnamed, f"\0{path}")):
            server.bind(address)
            server.listen()
        for open_to_all in (folder, path):
            Path(open_to_all).chmod(0o777)
        found = told(rogues, "connect", str(tcp.getsockname()[1]), path)
        for server in (tcp, unix, unnamed):
            server.setblocking(False)
            with pytest.raises(BlockingIOError):
                server.accept()
    assert found.results["rogues"]["done"] == []


def test_a_child_can_open_nothing_at_all(rogues: Examiner) -> None:
    assert told(rogues, "open_something").results["rogues"]["done"] == []


def test_a_child_ends_nobody(rogues: Examiner) -> None:
    assert told(rogues, "kill", str(os.getpid())).results["rogues"]["done"] == []


def test_a_child_holds_only_its_file_and_two_pipes(rogues: Examiner) -> None:
    found = told(rogues, "look_around").results["rogues"]
    assert found["held"] == [0, 1, 2, 3, 4, 5]
    assert found["account"] != 0
    assert found["leads"] == 1


def test_the_measures_that_hold_here_are_recorded(rogues: Examiner) -> None:
    found = told(rogues, "say", '{"begin":"rogues"}')
    assert set(found.measures) | set(found.missing) == {
        "no_new_privileges", "no_dump", "not_root", "no_new_process", "no_network",
        "own_processes", "no_files", "no_tcp", "no_signals",
    }  # fmt: skip
    assert {"no_new_privileges", "no_dump", "not_root", "no_new_process"} <= set(found.measures)
    assert set(found.missing) <= {"no_network", "own_processes", "no_files", "no_tcp", "no_signals"}
    if cage.landlock_version() >= 6:
        assert {"no_files", "no_tcp", "no_signals"} <= set(found.measures)


def test_a_helper_ended_from_outside_costs_one_file_its_examination(scratch: Path) -> None:
    with Examiner(scratch=scratch, limits=LIMITS, probes=[ROGUES]) as examiner:
        examiner.examine([ORDINARY], name_hint="letter.txt")
        process = examiner._probes._process
        assert process is not None
        send = socket.send_fds

        def end_it_once(*arguments: object) -> int:
            sent = send(*arguments)  # type: ignore[arg-type]
            process.kill()
            return sent

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(examiner._probes, "_names", [])
            patch.setattr(
                socket,
                "send_fds",
                lambda *a: end_it_once(*a) if b"walls" in a[1][0] else send(*a),
            )
            found = examiner.examine([b"do hang"], name_hint="order.txt")
        assert found.crashed == "helper_died"
        assert found.failures["rogues"] in {"helper_died", "not_reached"}
        examiner._probes._names = [ROGUES]
        assert examiner.examine([ORDINARY], name_hint="letter.txt").crashed == ""


def test_nothing_is_left_of_an_examination_that_was_ended(scratch: Path) -> None:
    with Examiner(scratch=scratch, limits=Limits(seconds=1), probes=[ROGUES]) as examiner:
        examiner.examine([ORDINARY], name_hint="letter.txt")
        process = examiner._probes._process
        assert process is not None
        session = process.pid
        assert examiner.examine([b"do hang"], name_hint="x").crashed == "deadline"
    wait_until(lambda: session not in {ancestor for _, ancestor in processes()})


def processes() -> list[tuple[int, int]]:
    """Every process and the session it was begun in."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found.append((int(path.parent.name), int(fields[3])))
    return found


def wait_until(holds: object, seconds: float = 10) -> None:
    assert callable(holds)
    waiting = threading.Event()
    for _ in range(int(seconds * 100)):
        if holds():
            return
        waiting.wait(0.01)
    pytest.fail("it did not come to hold")


def test_a_helper_that_does_not_start_is_our_fault_and_raises(scratch: Path) -> None:
    with (
        Examiner(scratch=scratch, probes=["custody.intake.nowhere:probe"]) as examiner,
        pytest.raises(ExaminerUnavailable, match="nowhere"),
    ):
        examiner.examine([ORDINARY], name_hint="letter.txt")


def test_of_a_file_too_large_only_the_beginning_is_examined(scratch: Path, corpus: Path) -> None:
    picture = (corpus / "exif-samples" / "gps" / "DSCN0010.jpg").read_bytes()
    limits = Limits(content=150_000, beginning=50_000)
    pieces = (picture[start : start + 10_000] for start in range(0, len(picture), 10_000))
    found = examine(pieces, name_hint="x.jpg", scratch=scratch, limits=limits)
    assert found.results["formats"]["mime"] == "image/jpeg"
    assert found.failures == {"content": "only_beginning"}
    assert [note.code for note in found.notes] == ["only_beginning"]
    assert dict(found.notes[0].parameters) == {"bytes": 50_000}


def test_without_room_in_scratch_a_file_is_not_examined_and_says_so(
    examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examiner, "_room", lambda: 0)
    found = examiner.examine([ORDINARY], name_hint="letter.txt")
    assert (found.crashed, found.failures) == ("no_room", {"content": "no_room"})


def test_an_error_of_the_source_is_passed_on_and_harms_nothing(examiner: Examiner) -> None:
    def broken() -> Iterator[bytes]:
        yield ORDINARY
        raise ConnectionError("the store is gone")

    with pytest.raises(ConnectionError, match="store is gone"):
        examiner.examine(broken(), name_hint="letter.txt")
    assert examiner.examine([ORDINARY], name_hint="letter.txt").crashed == ""


def test_an_empty_file_is_called_empty(examiner: Examiner) -> None:
    found = examiner.examine([], name_hint="photo.jpg")
    assert [note.code for note in found.notes] == ["empty"]
    assert found.results["formats"]["size"] == 0
    assert found.crashed == ""


def test_where_the_kernel_offers_less_the_findings_say_so(scratch: Path, tmp_path: Path) -> None:
    """A helper begun without rights to namespaces still works, and names what is missing."""
    (tmp_path / "sitecustomize.py").write_text("")
    program = confined._START.format(root=str(confined._ROOT))
    patch = program + (
        "import os; os.unshare = lambda _: (_ for _ in ()).throw(PermissionError()); "
        "from custody.intake import cage; cage.landlock_version = lambda: 0; "
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(confined, "_START", patch.replace("{", "{{").replace("}", "}}"))
        with Examiner(scratch=scratch, limits=PATIENT, probes=[ROGUES]) as examiner:
            assert told(examiner, "loop").crashed == "cpu"
        with Examiner(scratch=scratch, limits=LIMITS, probes=[ROGUES]) as examiner:
            for order, crashed in (("hang", "deadline"), ("write_much", "file_size")):
                found = told(examiner, order)
                assert found.crashed == crashed
            assert told(examiner, "fork").failures == {"rogues": "refused"}
            assert set(found.missing) == {
                "no_network", "own_processes", "no_files", "no_tcp", "no_signals"
            }  # fmt: skip
