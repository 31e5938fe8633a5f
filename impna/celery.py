"""Celery: JSON only, ids only; what must not be lost is a row first (DESIGN 8)."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impna.settings")
app = Celery("impna")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def make_sure(**_kwargs: Any) -> None:
    """A worker starts only under a role that is small enough."""
    from impna.startup import check_database_role

    check_database_role()
