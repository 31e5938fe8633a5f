"""A moment in the past, for the demonstration's stories and nothing else.

The stories walk the very actions that people use, and these ask `django.utils.timezone.now()` for
the time. Tests have their own clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from impna.errors import NotNow

_TICK = timedelta(milliseconds=1)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside the block it is `moment`, a millisecond later each time someone looks.

    The change is the process's own, so nothing else may work in it. Raises NotNow outside
    demonstration mode, and ValueError for a moment that has not been: nobody acts in the future.
    """
    if not settings.DEMO:
        raise NotNow("Time is only pretended in demonstration mode (PORTAL_MODE=demo).")
    real = timezone.now
    if moment > real():
        raise ValueError("A story cannot be told before it happens.")
    passed = moment

    def now() -> datetime:
        nonlocal passed
        passed += _TICK
        return passed

    timezone.now = now
    try:
        yield
    finally:
        timezone.now = real
