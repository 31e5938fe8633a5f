"""Celery doorways: they may run twice and call one function each."""

from celery import shared_task

from custody import intake_job, orphans, uploads, vault


@shared_task(ignore_result=True)
def intake() -> None:
    """Make received files whole until none is due."""
    intake_job.run_due()


@shared_task(ignore_result=True)
def end_openings() -> None:
    """Write what was read under permits whose time is over."""
    vault.end_openings()


@shared_task(ignore_result=True)
def finish_erasures() -> None:
    """Destroy keys and compartments whose erasure a crash interrupted."""
    vault.sweep()
    vault.sweep_compartments()


@shared_task(ignore_result=True)
def expire_uploads() -> None:
    """Give up uploads nobody went on with."""
    uploads.expire()


@shared_task(ignore_result=True)
def sweep_orphans() -> None:
    """Remove stored files that no row names."""
    orphans.sweep_orphans()
