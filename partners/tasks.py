"""Celery doorways: they may run twice and call one function each."""

from celery import shared_task

from partners.actions import letters


@shared_task(ignore_result=True)
def deliver_letters() -> None:
    """Send due mail; queued at each change and swept by beat, so a flushed broker loses nothing."""
    letters.deliver()
