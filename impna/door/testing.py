"""`./portal test` and `./portal bench`: real servers of their own, thrown away at the end."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from impna.door.checks import failed_checks
from impna.door.children import stoppable
from impna.door.foreground import foreground, foreground_told
from impna.door.install import browser, install, missing, program
from impna.door.instance import PORT, throwaway
from impna.door.place import ROOT
from impna.door.told import environment
from impna.door.trouble import StopRequested, Trouble

OURS = ("PORTAL_", "DATABASE_", "REDIS_URL")
INTERRUPTED = 130
# A worker for each core, but each builds databases of its own first: more than four seldom pay.
BESIDE_EACH_OTHER = (
    "--numprocesses=auto",
    "--maxprocesses=4",
    "--dist=loadscope",
    "--no-loadscope-reorder",
)


def test(words: list[str]) -> int:
    """Check, test, and return the worst status; pytest's own summary comes last."""
    fast = "--fast" in words
    if "--install" in words:
        install()
    chosen = [word for word in words if word not in ("--fast", "--install")]
    with _servers() as told:
        failed = failed_checks(told)
        _say_what_is_missing()
        if fast or chosen:
            # Only a whole run says anything about coverage.
            some = ["--ignore=tests/journeys", *BESIDE_EACH_OTHER] if fast else []
            status, summary = foreground_told([*_pytest(), *some, *chosen], told, ROOT)
        else:
            status, summary = _measured(told)
    if failed:
        print(f"\nThe checks before the tests failed: {', '.join(failed)}.\n{summary}", flush=True)
    return status or int(bool(failed))


def bench(words: list[str]) -> int:
    """Run the benchmarks on servers of their own, which sync to disk as real ones do."""
    if importlib.util.find_spec("tests") is None or importlib.util.find_spec("tests.bench") is None:
        raise Trouble("There are no benchmarks in this version (tests/bench).")
    with _servers(durable=True) as told:
        return foreground([sys.executable, "-m", "tests.bench", *words], told, ROOT)


def _pytest() -> list[str]:
    return [sys.executable, "-m", "pytest", *(["--color=yes"] if sys.stdout.isatty() else [])]


def _measured(told: dict[str, str]) -> tuple[int, str]:
    coverage = [sys.executable, "-m", "coverage"]
    foreground([*coverage, "erase"], told, ROOT)
    status, summary = foreground_told(
        [*coverage, "run", *_pytest()[1:], *BESIDE_EACH_OTHER], told, ROOT
    )
    if any(ROOT.glob(".coverage.*")):
        foreground([*coverage, "combine", "--quiet", "--append"], told, ROOT)
    short = foreground([*coverage, "report", "--skip-covered"], told, ROOT)
    if short:
        print("Coverage is below what pyproject.toml demands; the report above says where.")
    print(summary, flush=True)
    return status or short, summary


@contextmanager
def _servers(*, durable: bool = False) -> Iterator[dict[str, str]]:
    """The environment of tests, while their servers are up."""
    with stoppable():
        try:
            with throwaway(durable=durable) as instance:
                facts = instance.facts("test", PORT, PORT + 1)
                kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
                told = (
                    kept
                    | environment(instance.place, facts, "manage")
                    | {
                        "DATABASE_OWNER_URL": facts.owner_url,
                        "DATABASE_WORKER_URL": facts.worker_url,
                        "PORTAL_MAIL_URL": "memory:",
                        "PORTAL_CHROMIUM": browser(),
                        "PORTAL_CLAMD": program("clamd"),
                    }
                )
                # Tests keep the usual temporary folder; the processes they start get scratch.
                told.pop("TMPDIR")
                if "TMPDIR" in kept:
                    told["TMPDIR"] = kept["TMPDIR"]
                yield told
        except StopRequested:
            sys.exit(INTERRUPTED)


def _say_what_is_missing() -> None:
    if left := missing():
        print(
            f"Not found here: {', '.join(left)}. Tests that need them will fail."
            " ./portal test --install gets them.",
            flush=True,
        )
