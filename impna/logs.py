"""What logs may say (R2): where something failed and which kind of failure, never the values."""

import logging
import re
import traceback
from collections.abc import Mapping
from types import TracebackType

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError

from impna.errors import Refused

# What follows is good for one use, and a log is read by many.
_ONE_TIME = re.compile(r"(/(?:invitation|reset|bytes/plain)/)[^/\s]+")


class Reticent(logging.Filter):
    """Replaces each traceback by its frames and exception types.

    Messages of exceptions quote data: PostgreSQL's DETAIL prints whole rows, decoders print their
    input. Only refusals and settings errors, whose sentences are ours, keep their words; database
    errors keep their SQLSTATE.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Always keeps the record, with less in it."""
        if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
            record.exc_text = "\n".join(_describe(record.exc_info[1]))
            record.exc_info = None
        record.msg = _ONE_TIME.sub(r"\1…", _words(record))
        record.args = ()
        return True


def _describe(error: BaseException) -> list[str]:
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines = [*_frames(current.__traceback__), summary(current), *lines]
        current = current.__cause__ or current.__context__
    return lines


def _frames(trace: TracebackType | None) -> list[str]:
    return [
        f"  {frame.filename}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]


def summary(error: BaseException) -> str:
    """One line about an exception that quotes no data."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, Refused | ImproperlyConfigured):
        return f"{name}: {error}"
    if isinstance(error, DatabaseError):
        return f"{name} SQLSTATE {getattr(error.__cause__, 'sqlstate', None) or 'unknown'}"
    sqlstate = getattr(error, "sqlstate", None)
    return f"{name} SQLSTATE {sqlstate}" if sqlstate else name


def _words(record: logging.LogRecord) -> str:
    """The message with every exception in it reduced to its kind."""
    message = _plain(record.msg)
    args: object = record.args
    if isinstance(args, Mapping):
        args = {name: _plain(value) for name, value in args.items()}
        # Celery words its failures from repr(exception), and from the task's arguments.
        args |= {name: "…" for name in ("exc", "traceback", "args", "kwargs") if name in args}
    elif isinstance(args, tuple):
        args = tuple(_plain(value) for value in args)
    try:
        return str(message) % args if args else str(message)
    except (TypeError, ValueError, KeyError):
        return f"{record.name}: a message that could not be put together"


def _plain(value: object) -> object:
    return summary(value) if isinstance(value, BaseException) else value
