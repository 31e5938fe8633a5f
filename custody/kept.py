"""What is remembered between two readings of a file: its payload key, for a minute (threat model)."""

import threading
import time
from collections import OrderedDict

from custody.age import Opened

SECONDS = 60.0
MOST = 64


class KeptHeaders:
    """Opened headers of the files read last, by their names in the store, which are never used again.

    Whoever takes one has asked the database in this same look whether the key still exists; what
    is kept here is no permission. Nothing stays longer than `seconds` after it was put in, whether
    anyone reads or not.
    """

    def __init__(self, *, seconds: float = SECONDS, most: int = MOST) -> None:
        self._seconds, self._most = seconds, most
        self._lock = threading.Lock()
        self._headers: OrderedDict[str, tuple[float, Opened]] = OrderedDict()
        self._sweeping = False

    def get(self, file: str) -> Opened | None:
        """What was put in, while its time lasts."""
        with self._lock:
            until, opened = self._headers.get(file, (0.0, None))
        return opened if time.monotonic() < until else None

    def put(self, file: str, opened: Opened) -> None:
        """Keep it; the oldest goes when there are too many."""
        with self._lock:
            self._headers[file] = time.monotonic() + self._seconds, opened
            self._headers.move_to_end(file)
            if len(self._headers) > self._most:
                self._headers.popitem(last=False)
            if not self._sweeping:
                self._sweep_later()

    def drop(self, file: str) -> None:
        """Forget it; one that is not there is no error."""
        with self._lock:
            self._headers.pop(file, None)

    def __len__(self) -> int:
        return len(self._headers)

    def _sweep_later(self) -> None:
        self._sweeping = True
        until, _opened = next(iter(self._headers.values()))
        timer = threading.Timer(max(0.0, until - time.monotonic()), self._sweep)
        timer.daemon = True
        timer.start()

    def _sweep(self) -> None:
        with self._lock:
            now = time.monotonic()
            while self._headers and next(iter(self._headers.values()))[0] <= now:
                self._headers.popitem(last=False)
            self._sweeping = False
            if self._headers:
                self._sweep_later()
