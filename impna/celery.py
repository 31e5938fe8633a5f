"""Celery: JSON only, ids only; what must not be lost is a row first (DESIGN 8)."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impna.settings")
app = Celery("impna")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def make_sure(**_kwargs: Any) -> None:
    """A worker starts only under a small role, with keys that open and room for its files."""
    from impna.logs import summary
    from impna.startup import check_start

    try:
        check_start()
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing is made sure of
        # Celery logs what a signal's receiver raises and goes on; an exit ends the worker.
        sys.exit(f"The worker cannot start. {summary(error)}")
