"""Tests beside each other: what each of xdist's workers has for itself.

Loaded before Django reads its settings (`-p tests.workers`). Databases are a run's own anyway;
directories and the broker's numbered databases are divided here. Without xdist nothing changes.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# gw0, gw1, …; a run without xdist is like the first of them.
NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# Valkey has sixteen databases: one for each worker's cache, three for each worker's portals.
MOST, EACH = 4, 3
PORTALS = MOST + EACH * NUMBER
_DIRECTORIES = ("PORTAL_VAR", "PORTAL_STORE_DIR", "PORTAL_KEYS_DIR", "PORTAL_SCRATCH_DIR")
# Whole portals, browsers and killed processes: one after the other, and begun first.
_SERVERS = ("tests/door/", "tests/journeys/")


def broker(number: int) -> str:
    """The run's Valkey, another numbered database."""
    return urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))


def _divide() -> None:
    if NUMBER >= MOST:
        raise pytest.UsageError(f"There is room for {MOST} workers: use --maxprocesses={MOST}.")
    for name in _DIRECTORIES:
        own = Path(os.environ[name]) / f"worker-{NUMBER}"
        own.mkdir(mode=0o700, exist_ok=True)
        os.environ[name] = str(own)
    os.environ["REDIS_URL"] = broker(NUMBER)


class InOrder(LoadScopeScheduling):
    """A file's tests stay together; all that start servers are one lot, and go out first."""

    def _split_scope(self, nodeid: str) -> str:
        path: str = nodeid.partition("::")[0]
        return "servers" if path.startswith(_SERVERS) else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> InOrder:
    """Asked by xdist, whatever `--dist` says."""
    return InOrder(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: those that start servers."""
    items.sort(key=lambda item: not item.nodeid.startswith(_SERVERS))


if "PYTEST_XDIST_WORKER" in os.environ and "REDIS_URL" in os.environ:
    _divide()
