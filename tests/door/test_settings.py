"""A missing or contradictory setting stops the start with one sentence that says what to set."""

import subprocess
import sys
from pathlib import Path

import pytest

from impna.door import place
from impna.door.instance import demo_mode
from impna.door.told import DATABASE_SETTINGS, outside_databases
from impna.door.trouble import Trouble
from tests.door.conftest import clean_environment


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORTAL_MODE": "production"}, "docker-compose.yml"),
        ({"PORTAL_MODE": "test"}, "./portal test"),
        ({"DATABASE_URL": "postgresql://a:b@localhost:1/c"}, "DATABASE_OWNER_URL, DATABASE_WORKER"),
        (
            dict.fromkeys(DATABASE_SETTINGS, "postgresql://a:hush@127.0.0.1:1/c"),
            "does not work",
        ),
        ({"PORTAL_PG_BIN": "/nonexistent"}, "PORTAL_PG_BIN"),
        ({"PORTAL_PARTNER_QUOTA": "200GB"}, "PORTAL_PARTNER_QUOTA is '200GB'"),
        ({"PORTAL_PAUSE_DAYS": "0"}, "PORTAL_PAUSE_DAYS is '0'"),
        ({"PORTAL_SECRETARIAT_VIEWS": "all"}, "PORTAL_SECRETARIAT_VIEWS is 'all'"),
        ({"PORTAL_SECRETARIAT_VIEWS": "cover"}, "PORTAL_SECRETARIAT_VIEWS leaves out blind"),
        ({"PORTAL_MAIL_URL": "smtp://someone:hush@host:x"}, "PORTAL_MAIL_URL is no address"),
        ({"REDIS_URL": "redis://:hush@host:x/0"}, "REDIS_URL"),
        ({"PORTAL_SCRATCH_DIR": "/proc/nowhere"}, "PORTAL_SCRATCH_DIR"),
        ({"PORTAL_VAR": "/proc/nowhere"}, "PORTAL_VAR"),
    ],
)
def test_a_wrong_setting_ends_in_one_sentence(
    var: Path, settings: dict[str, str], words: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "impna.door", "run"],
        check=False,
        env=clean_environment(**({"PORTAL_VAR": str(var)} | settings)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


def test_a_broker_that_does_not_answer_is_named(var: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "impna.door", "run"],
        check=False,
        env=clean_environment(PORTAL_VAR=str(var), REDIS_URL="redis://:hush@127.0.0.1:1/0"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, "REDIS_URL" in done.stderr) == (1, True)
    assert "hush" not in done.stderr


def test_no_address_of_a_real_server_means_our_own() -> None:
    assert outside_databases({}) is None


def test_demo_is_the_mode_when_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_MODE", raising=False)
    assert demo_mode() == "demo"


def test_scratch_on_a_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_file_system", lambda _path: "ext4")
    monkeypatch.setenv("PORTAL_SCRATCH_DIR", str(tmp_path))
    with pytest.raises(Trouble, match="on a disk"):
        place.open_place(tmp_path / "var")
    assert [entry.name for entry in tmp_path.iterdir()] == ["var"]


def test_the_file_system_of_a_path_is_that_of_its_nearest_mount() -> None:
    assert place._file_system(Path("/sys/kernel/any")) == "sysfs"
    assert place._file_system(Path("/proc/self")) == "proc"


def test_a_link_in_place_of_scratch_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SCRATCH_DIR", str(tmp_path / "given"))
    (tmp_path / "given").mkdir()
    monkeypatch.setattr(place, "_file_system", lambda _path: "tmpfs")
    made = place.open_place(tmp_path / "var").scratch
    made.rmdir()
    made.symlink_to(tmp_path)
    with pytest.raises(Trouble, match="another user"):
        place.open_place(tmp_path / "var")


def test_an_unknown_command_is_refused_inside_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "impna.door", "dance"],
        check=False,
        env=clean_environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "no command 'dance'" in done.stderr
