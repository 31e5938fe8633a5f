"""Celery doorways: they may run twice and call one function each."""

from celery import shared_task

from cases.actions import deadlines, narrowing


@shared_task(ignore_result=True)
def keep_dates() -> None:
    """Remind, lapse and end what has passed its date."""
    deadlines.remind()
    deadlines.remind_of_requests()
    deadlines.lapse_requests()
    deadlines.lapse_advice()
    deadlines.end_access()
    narrowing.end_what_is_over()


@shared_task(ignore_result=True)
def check_taken() -> None:
    """Re-verify the digests of what was taken into a file."""
    deadlines.check_taken()
