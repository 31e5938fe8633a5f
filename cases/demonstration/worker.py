"""What only the system does: examining files, and keeping dates. In its own database role."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from cases.actions import deadlines, narrowing
from custody import intake_job, uploads, vault
from impna import environment

_HINT = (
    "The demonstration has files examined and dates kept, which only the role impna_worker may. "
    "Start through ./portal, which sets it."
)


@contextmanager
def role() -> Iterator[None]:
    """Django's connection as the worker's role, outside any transaction; as before afterwards.

    The web's role may not say what the scanner found, and the demonstration is no exception. Raises
    ImproperlyConfigured without DATABASE_WORKER_URL.
    """
    url = environment.text("DATABASE_WORKER_URL", _HINT)
    worker = environment.database(url, "DATABASE_WORKER_URL")
    told = connection.settings_dict
    before = {name: told[name] for name in ("USER", "PASSWORD")}
    connection.close()
    told.update({name: worker[name] for name in before})
    try:
        yield
    finally:
        connection.close()
        told.update(before)


def examine() -> None:
    """Make received files whole and look into them."""
    intake_job.run_due()


def keep_dates() -> None:
    """What the sweeps of a night do; each may run twice."""
    vault.end_openings()
    uploads.expire()
    deadlines.remind()
    deadlines.remind_of_requests()
    deadlines.lapse_requests()
    deadlines.lapse_advice()
    deadlines.end_access()
    narrowing.end_what_is_over()
    deadlines.check_taken()
