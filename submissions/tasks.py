"""Celery doorways: they may run twice and call one function each."""

from celery import shared_task

from submissions.actions import codes, redacting


@shared_task(ignore_result=True)
def redact() -> None:
    """Make page pictures and redacted copies until none is due."""
    redacting.run_due()


@shared_task(ignore_result=True)
def keep_codes() -> None:
    """Tell of codes that were used, and take back what nobody spoke about in time."""
    codes.tell_used()
    codes.lapse()
