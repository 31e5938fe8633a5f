"""A database of its own for measuring, with the standing people in it."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impna.settings")
django.setup()

from django.test.utils import setup_test_environment  # noqa: E402 - after django.setup

setup_test_environment()

from django.db import connections  # noqa: E402 - after django.setup

from tests.conftest import Clones, _point_to  # noqa: E402
from tests.factories.standing import people  # noqa: E402


@contextmanager
def own_database() -> Iterator[str]:
    """Migrated, peopled, and dropped afterwards; its name."""
    clones = Clones()
    clones.bare = f"impna_bench_{uuid.uuid4().hex[:8]}"
    clones.build_bare()
    _point_to(clones.bare)
    people()
    try:
        yield clones.bare
    finally:
        connections.close_all()
        clones.drop(clones.bare)


def reconnect(name: str, *, worker: bool = False) -> None:
    """In a child process: the parent's connections are not ours."""
    from urllib.parse import unquote, urlsplit

    for alias in connections:
        connections[alias].connection = None
    settings = connections["default"].settings_dict
    settings["NAME"] = name
    if worker:
        role = urlsplit(os.environ["DATABASE_WORKER_URL"])
        settings["USER"], settings["PASSWORD"] = role.username, unquote(role.password or "")
