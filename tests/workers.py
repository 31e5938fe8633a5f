"""Tests beside each other: what each of xdist's workers has for itself.

Loaded before Django reads its settings (`-p tests.workers`). Databases are a run's own anyway;
directories and the broker's numbered databases are divided here. Without xdist nothing changes.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

# gw0, gw1, …; a run without xdist is like the first of them.
NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# Valkey has sixteen databases: one of each half for each worker.
MOST = 8
_DIRECTORIES = ("PORTAL_VAR", "PORTAL_STORE_DIR", "PORTAL_KEYS_DIR", "PORTAL_SCRATCH_DIR")
# Whole portals, browsers and killed processes: one after the other, and begun first.
_SERVERS = ("tests/door/", "tests/journeys/")


def broker(number: int) -> str:
    """The run's Valkey, another numbered database."""
    return urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))


def _divide() -> None:
    for name in _DIRECTORIES:
        own = Path(os.environ[name]) / f"worker-{NUMBER}"
        own.mkdir(mode=0o700, exist_ok=True)
        os.environ[name] = str(own)
    os.environ["REDIS_URL"] = broker(NUMBER)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a file's tests together, and all that start servers in one worker."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    items.sort(key=lambda item: not item.nodeid.startswith(_SERVERS))
    for item in items:
        path = item.nodeid.partition("::")[0]
        group = "servers" if path.startswith(_SERVERS) else path
        item.add_marker(pytest.mark.xdist_group(group))


if "PYTEST_XDIST_WORKER" in os.environ and "REDIS_URL" in os.environ:
    _divide()
