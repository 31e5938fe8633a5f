"""`./portal check` and `./portal fix`: all that a machine can say about the tree by itself."""

import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from impna.door.instance import PORT, throwaway
from impna.door.place import ROOT
from impna.door.told import environment
from impna.door.trouble import Trouble

PYTHON = (sys.executable, "-m")


@dataclass(frozen=True)
class Result:
    """What one check came to."""

    name: str
    passed: bool
    seconds: float
    output: str


def check(words: list[str]) -> int:
    """Run every check, show what failed, and return 1 if any did."""
    if words:
        raise Trouble(f"./portal check takes no arguments, but got {' '.join(words)}.")
    # Django asks the server for its version before it can judge some constraints.
    with throwaway() as instance:
        facts = instance.facts("test", PORT, PORT + 1)
        return 1 if failed_checks(environment(instance.place, facts, "manage")) else 0


def fix(words: list[str]) -> int:
    """Repair what ruff can; djlint's reformatter breaks templates, so those stay by hand."""
    if words:
        raise Trouble(f"./portal fix takes no arguments, but got {' '.join(words)}.")
    lint = subprocess.run([*PYTHON, "ruff", "check", "--fix", "."], check=False, cwd=ROOT)
    layout = subprocess.run([*PYTHON, "ruff", "format", "."], check=False, cwd=ROOT)
    return lint.returncode or layout.returncode


def failed_checks(told: Mapping[str, str]) -> list[str]:
    """Run every check with that environment, print a table, and return the names of the failed."""
    results = []
    for name, command in _commands():
        began = time.monotonic()
        done = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env=dict(told),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        passed, seconds = done.returncode == 0, time.monotonic() - began
        results.append(Result(name, passed, seconds, done.stdout))
    for result in results:
        if not result.passed:
            print(f"── {result.name} ──\n{result.output.rstrip()}\n")
    print(table(results), flush=True)
    return [result.name for result in results if not result.passed]


def table(results: Sequence[Result]) -> str:
    """One line for each check."""
    width = max(len(result.name) for result in results)
    return "\n".join(
        f"{'passed' if r.passed else 'FAILED'}  {r.name:<{width}}  {r.seconds:5.1f} s"
        for r in results
    )


def _commands() -> list[tuple[str, list[str | Path]]]:
    manage = ROOT / "manage.py"
    found: list[tuple[str, list[str | Path]]] = [
        ("shell syntax", [shutil.which("sh") or "/bin/sh", "-n", ROOT / "portal"]),
        ("tree", [*PYTHON, "impna.door.tree"]),
        ("ruff", [*PYTHON, "ruff", "check", "."]),
        ("layout", [*PYTHON, "ruff", "format", "--check", "."]),
        ("types", [*PYTHON, "mypy"]),
        ("layers", [sys.executable, Path(sys.executable).parent / "lint-imports"]),
        ("templates", [*PYTHON, "djlint", "templates", "--lint", "--quiet"]),
        ("settings", [sys.executable, manage, "check", "--fail-level", "WARNING"]),
        ("migrations", [sys.executable, manage, "makemigrations", "--check", "--dry-run"]),
    ]
    if importlib.util.find_spec("impna.door.vendor") is not None:
        found.append(("vendored files", [*PYTHON, "impna.door.vendor", "--check"]))
    return found
