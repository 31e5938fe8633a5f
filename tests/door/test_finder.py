"""`./portal` itself: which Python it takes, what it says without one, and two starts at once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from impna.door.place import ROOT

TOOLS = ("sh", "dirname", "readlink", "cat", "env")
# Stands in for the set-up: says which Python it was started with, and stops there.
SAYS_WHO = "import sys\nif sys.argv[1] == 'make': print('took', sys.executable)\nsys.exit(1)\n"
Portal = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a space in its path, that says who would set it up."""
    root = tmp_path / "a checkout"
    (root / "impna" / "door").mkdir(parents=True)
    shutil.copy(ROOT / "portal", root / "portal")
    (root / "impna" / "door" / "furnish.py").write_text(SAYS_WHO)
    return root


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH with a few tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


@pytest.fixture
def portal(checkout: Path, path: Path, tmp_path: Path) -> Portal:
    """Runs ./portal from elsewhere, with that PATH and an empty home."""

    def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [checkout / "portal", *words],
            check=False,
            env={"PATH": str(path), "HOME": str(tmp_path)} | settings,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def program(path: Path, body: str) -> Path:
    """A shell program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def working_python(path: Path) -> Path:
    """A program that is this very Python."""
    return program(path, f'exec "{sys.executable}" "$@"')


def test_without_a_command_it_lists_them_and_needs_no_python(portal: Portal) -> None:
    for words in ((), ("--help",), ("help",)):
        shown = portal(*words)
        assert shown.returncode == 0
        assert all(f"  {name} " in shown.stdout for name in ("run", "test", "check", "manage"))


def test_an_unknown_command_is_refused_in_words(portal: Portal) -> None:
    refused = portal("dance")
    assert refused.returncode == 2
    assert "no command 'dance'" in refused.stderr


def test_without_a_python_it_says_what_to_do(portal: Portal) -> None:
    refused = portal("run")
    assert refused.returncode == 1
    assert "needs Python 3.12 or 3.13" in refused.stderr
    assert "PORTAL_PYTHON" in refused.stderr


def test_a_shim_that_does_not_run_is_passed_over(portal: Portal, path: Path) -> None:
    program(path / "python3.13", "exit 127")
    program(path / "python3", "echo 'Python 3.13.0'; exit 1")
    working_python(path / "python3.12")
    assert "took" in portal("run").stdout


def test_pyenvs_versions_are_found_behind_its_shims(portal: Portal, path: Path) -> None:
    program(path / "python3.13", "exit 127")
    working_python(path.parent / ".pyenv" / "versions" / "3.12.9" / "bin" / "python")
    assert "took" in portal("run").stdout


def test_a_python_too_old_is_not_taken(portal: Portal, path: Path) -> None:
    # As 3.11 would, it fails the question about its version.
    program(path / "python3", 'case "$*" in *version_info*) exit 1;; esac')
    assert "took" not in portal("run").stdout


def test_portal_python_is_taken_or_refused_but_never_replaced(portal: Portal, path: Path) -> None:
    working_python(path / "python3.13")
    named = working_python(path.parent / "a python" / "named")
    assert "took" in portal("run", PORTAL_PYTHON=str(named)).stdout

    refused = portal("run", PORTAL_PYTHON=str(path / "missing"))
    assert refused.returncode == 1
    assert "PORTAL_PYTHON is" in refused.stderr
    assert "took" not in refused.stdout


def test_uv_comes_last_and_brings_its_own_python(portal: Portal, path: Path) -> None:
    python = working_python(path.parent / "uv's" / "python")
    program(path / "uv", f'case "$*" in "python find"*) echo "{python}";; esac')
    assert "took" in portal("run").stdout


def test_it_works_through_a_link(checkout: Path, path: Path, tmp_path: Path) -> None:
    working_python(path / "python3.13")
    link = tmp_path / "link"
    link.symlink_to(checkout / "portal")
    done = subprocess.run(
        [link, "run"], check=False, env={"PATH": str(path)}, capture_output=True, text=True
    )
    assert "took" in done.stdout


def test_two_set_ups_at_once_make_one_environment(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    for name in ("local", "dev"):
        (requirements / f"{name}.txt").write_text("# nothing\n")
    venv = tmp_path / "a venv"
    furnish = ROOT / "impna" / "door" / "furnish.py"

    def words(task: str, profile: str) -> list[str | Path]:
        return [sys.executable, "-I", furnish, task, venv, requirements, profile]

    both = [
        subprocess.Popen(words("make", profile), stderr=subprocess.PIPE, text=True)
        for profile in ("dev", "dev")
    ]
    told = [process.communicate(timeout=120)[1] for process in both]

    assert [process.returncode for process in both] == [0, 0], told
    assert "".join(told).count("Setting up") == 1
    for profile in ("local", "dev"):
        assert subprocess.run(words("check", profile), check=False).returncode == 0
    (requirements / "dev.txt").write_text("# changed\n")
    assert subprocess.run(words("check", "dev"), check=False).returncode == 1


def test_a_failed_set_up_ends_in_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    furnish = ROOT / "impna" / "door" / "furnish.py"
    done = subprocess.run(
        [sys.executable, "-I", furnish, "make", blocked / "venv", tmp_path, "local"],
        check=False,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "could not be set up" in done.stderr
    assert "Traceback" not in done.stderr
