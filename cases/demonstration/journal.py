"""What of the demonstration is told already: so that a killed run is gone on with, and not begun again.

A line for each step, written before its transaction commits, with that transaction's number: the
database itself knows afterwards whether it was.
"""

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.db import connection

from impna.errors import NotNow


class Journal:
    """A file that one run at a time holds. `making` tells one demonstration from the next."""

    def __init__(self, path: Path, *, making: str) -> None:
        self._path, self._making = path, making
        self.began: datetime | None = None
        self.is_whole = False
        self._done: set[str] = set()

    def __enter__(self) -> Self:
        self._file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise NotNow("The demonstration is being made already.") from error
        for line in self._lines():
            self._read(line)
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def begin(self, now: datetime) -> None:
        """A new demonstration: all its days count back from `now`, however long it takes."""
        self._file.seek(0)
        self._file.truncate()
        self.began = now
        self._write({"making": self._making, "began": now.isoformat()})

    def is_done(self, name: str) -> bool:
        """This step was taken, by this run or one before."""
        return name in self._done

    def promise(self, name: str) -> None:
        """In the step's own transaction: done if that commits."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            self._write({"done": name, "if": cursor.fetchone()[0]})

    def note(self, name: str) -> None:
        """For what may be done twice: done."""
        self._write({"done": name})

    def end(self) -> None:
        """Everything is told."""
        self._write({"whole": True})
        self.is_whole = True

    def _lines(self) -> list[dict[str, Any]]:
        """A line that a killed run wrote half is no promise: its transaction did not commit."""
        whole = [line for line in self._file.read().splitlines(keepends=True) if line[-1] == "\n"]
        found = [json.loads(line) for line in whole]
        return found if found and found[0].get("making") == self._making else []

    def _read(self, line: dict[str, Any]) -> None:
        if "began" in line:
            self.began = datetime.fromisoformat(line["began"])
        elif "whole" in line:
            self.is_whole = True
        elif "if" not in line or _is_committed(line["if"]):
            self._done.add(line["done"])

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _is_committed(number: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_xact_status(%s::xid8)", [number])
        return bool(cursor.fetchone()[0] == "committed")
