"""Celery doorways: they may run twice and call one function each."""

from celery import shared_task

from submissions.actions import redacting


@shared_task(ignore_result=True)
def redact() -> None:
    """Make page pictures and redacted copies until none is due."""
    redacting.run_due()
