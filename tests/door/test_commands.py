"""The commands that stand around the tests: what they start, say and return."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from impna.door import checks, lock, privileges, testing
from impna.door.children import ChildEnded, Recipe, Supervisor
from impna.door.foreground import foreground, foreground_told
from impna.door.postgres import programs
from impna.door.privileges import NOBODY, Identity
from impna.door.told import plain
from impna.door.trouble import Trouble
from tests.door.conftest import alive, clean_environment, eventually, family
from tests.door.test_finder import program

QUICK = [("good", ["true"]), ("bad", ["sh", "-c", "echo what is wrong; exit 3"])]


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if started from a plain shell."""
    for name in os.environ:
        if name.startswith(testing.OURS):
            monkeypatch.delenv(name)


@pytest.mark.usefixtures("no_settings")
def test_check_runs_everything_and_names_what_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "_commands", lambda: QUICK)
    assert checks.check([]) == 1
    shown = capsys.readouterr().out
    assert "what is wrong" in shown
    assert "passed  good" in shown
    assert "FAILED  bad" in shown


@pytest.mark.usefixtures("no_settings")
@pytest.mark.parametrize(("failed", "status"), [([], 0), (["ruff"], 1)])
def test_the_worst_status_counts_and_pytests_words_come_last(
    failed: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.setattr(testing, "failed_checks", lambda _told: failed)
    assert testing.test(["--fast", "--version"]) == status
    assert capfdbinary.readouterr().out.splitlines()[-1].startswith(b"pytest ")


def test_commands_without_arguments_refuse_some() -> None:
    for command in (checks.check, checks.fix):
        with pytest.raises(Trouble, match="takes no arguments"):
            command(["now"])


def test_missing_programs_are_named_with_the_command_that_gets_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(testing, "missing", lambda: ["chromium", "nginx"])
    testing._say_what_is_missing()
    assert "Not found here: chromium, nginx." in (shown := capsys.readouterr().out)
    assert "./portal test --install" in shown


def test_lock_compiles_the_base_first_and_binds_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = tmp_path / "calls"
    program(tmp_path / "uv", f'echo "$@" >>"{calls}"')
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert lock.lock(["--upgrade"]) == 0
    base, local, dev = calls.read_text().splitlines()
    assert "--extra" not in base
    assert "--extra local --constraints requirements/base.txt" in local
    assert "--extra local --extra dev" in dev
    for call in (base, local, dev):
        assert "--generate-hashes --no-emit-index-url" in call
        assert call.endswith("--upgrade")

    program(tmp_path / "uv", "exit 2")
    with pytest.raises(Trouble, match=r"could not compile requirements/base\.txt"):
        lock.lock([])


def test_root_without_any_way_down_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(privileges, "_can", lambda *_way: False)
    with pytest.raises(Trouble, match="ordinary user"):
        privileges.unprivileged(programs() / "postgres", tmp_path)


@pytest.mark.parametrize("identity", [Identity(NOBODY, NOBODY), Identity(0, 0, namespace=True)])
def test_root_gets_down_in_each_way_that_works_here(identity: Identity) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has to get down")
    if not privileges._can(identity.enter, identity.popen, Path("/usr/bin/true"), Path("/")):
        pytest.skip("this computer does not allow that way")
    who = subprocess.run(
        ["id", "-u"],
        preexec_fn=identity.enter,
        capture_output=True,
        check=True,
        text=True,
        **identity.popen,  # type: ignore[call-overload]  # Popen's identity arguments
    )
    assert who.stdout.strip() == str(NOBODY)


def test_a_folder_of_another_user_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Trouble, match="belongs to another user"):
        privileges.give(tmp_path, Identity(tmp_path.stat().st_uid + 1, 0))


def test_what_has_the_terminal_returns_its_status_and_last_line(tmp_path: Path) -> None:
    told = clean_environment()
    assert foreground(["sh", "-c", "exit 7"], told) == 7
    assert foreground(["sh", "-c", "kill -TERM $$"], told) == 128 + 15
    assert foreground_told(["sh", "-c", "echo a; echo b; exit 3"], told, tmp_path) == (3, "b")


def test_a_child_that_ends_while_another_gets_ready_is_noticed(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start(Recipe("brief", ["sh", "-c", "echo last words; exit 4"], plain(), tmp_path))
    with pytest.raises(ChildEnded, match="brief ended with status 4") as ended:
        supervisor.wait_until(lambda: False, "nothing", 20)
    assert "last words" in str(ended.value)
    supervisor.stop()


def test_what_never_gets_ready_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="The impossible did not happen within 0 seconds"):
        Supervisor(tmp_path).wait_until(lambda: False, "The impossible", 0)


def test_a_child_that_will_not_stop_is_killed_with_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impna.door.children.PATIENCE", 0.2)
    supervisor = Supervisor(tmp_path)
    stubborn = "trap '' TERM; sleep 600 & echo ready; wait; wait"
    child = supervisor.start(Recipe("stubborn", ["sh", "-c", stubborn], plain(), tmp_path))
    supervisor.wait_until(lambda: "ready" in child.last_words(), "its start", 20)
    members = family(child.process.pid)
    assert len(members) == 2
    supervisor.stop()
    assert child.process.returncode == -9
    eventually(lambda: not alive(members), "the end of its own child")
