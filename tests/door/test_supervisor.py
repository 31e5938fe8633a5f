"""Nothing outlives the door, and a dead child is never passed over in silence."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from impna.door.told import Facts
from tests.door.conftest import Running, alive, clean_environment, eventually, family

Start = Callable[..., Running]


def test_ctrl_c_stops_everything_and_is_no_failure(start: Start) -> None:
    held = start("hold")
    held.until_it_says("held")

    status, members = held.end(signal.SIGINT)

    assert (status, "stopped" in held.said()) == (0, True)
    assert len(members) > 8  # PostgreSQL's and gunicorn's own children are among them
    assert not alive(members)


def test_nothing_outlives_a_killed_door(start: Start) -> None:
    held = start("hold")
    held.until_it_says("held")
    eventually(lambda: len(family(held.process.pid)) > 8, "the children's own children")

    _status, members = held.end(signal.SIGKILL)

    eventually(lambda: not alive(members), "the end of every process")


def test_a_dead_child_stops_all_and_is_named(start: Start, var: Path) -> None:
    held = start("hold")
    held.until_it_says("held")
    members = family(held.process.pid)
    [web] = [
        pid for pid, _birth in members if _is_gunicorn(pid) and _parent(pid) == held.process.pid
    ]

    os.kill(web, signal.SIGKILL)

    assert held.process.wait(30) == 1
    assert "web was ended by SIGKILL" in held.said()
    assert str(var / "log" / "web.log") in held.said()
    assert "Traceback" not in held.said()
    assert not alive(members)


def test_saved_rows_survive_a_killed_postgresql(start: Start, var: Path) -> None:
    held = start("hold")
    held.until_it_says("held")
    with psycopg.connect(_facts(var).owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    postmaster = int((var / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    os.kill(postmaster, signal.SIGKILL)
    assert held.process.wait(30) == 1
    assert "postgres was ended by SIGKILL" in held.said()

    again = start("hold")
    again.until_it_says("held")
    with psycopg.connect(_facts(var).owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    assert again.end(signal.SIGTERM)[0] == 0


def test_a_killed_door_can_be_opened_again_at_once(start: Start) -> None:
    held = start("hold")
    held.until_it_says("held")
    held.end(signal.SIGKILL)

    again = start("hold")

    again.until_it_says("held")
    assert again.end(signal.SIGINT)[0] == 0


def test_a_child_whose_parent_is_gone_does_not_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ORPHAN], check=False, env=clean_environment(), timeout=30
    )
    assert done.returncode == 1


# `prepare` runs in a grandchild: its parent is not the process that made it, as if that had died.
_ORPHAN = """
import os, signal, sys
prepare = tied_to_us(signal.SIGKILL)
if (child := os.fork()) == 0:
    if (grandchild := os.fork()) == 0:
        prepare()
        os._exit(0)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def _facts(var: Path) -> Facts:
    facts = Facts.load(var / "run.json")
    assert facts is not None
    return facts


def _is_gunicorn(pid: int) -> bool:
    return b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
