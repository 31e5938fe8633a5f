"""Celery: JSON only, ids only; what must not be lost is a row first (DESIGN 8)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impna.settings")
app = Celery("impna")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
