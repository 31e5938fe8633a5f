"""Celery doorways: they may run twice and call one function each."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from partners.actions import letters, notifications


@shared_task(ignore_result=True)
def deliver_letters() -> None:
    """Send due mail; queued at each change and swept by beat, so a flushed broker loses nothing."""
    letters.deliver()


@shared_task(ignore_result=True)
def forget_sessions() -> None:
    """Remove sessions whose time is over."""
    SessionStore.clear_expired()


@shared_task(ignore_result=True)
def mail_daily() -> None:
    """One letter a day for those who want it so."""
    notifications.mail_daily()
