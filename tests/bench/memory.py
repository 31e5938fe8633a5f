"""What one large file adds to the memory of the bytes server and of the worker (Linux)."""

import re
from pathlib import Path

from tests.bench.ground import own_database
from tests.bench.serving import MIB, Sender, make_whole, server

SEGMENT = 8
# In MiB. The large one needs twice its size in the store, and some minutes.
USUAL, LARGE = 1024, 5 * 1024


def measure(mebibytes: int = USUAL) -> dict[str, float]:
    """MiB above what each process needs for a file of one segment; seconds of both steps."""
    with own_database() as name:
        with server(name, "bytes") as serving:
            for size in (SEGMENT, mebibytes):
                sender = Sender(serving.port, SEGMENT * MIB)
                sender.begin(size * MIB)
                before = {pid: _memory(pid, "VmHWM") for pid in serving.workers()}
                seconds = sender.send(size // SEGMENT)
            receiving = sum(_memory(pid, "VmHWM") - peak for pid, peak in before.items())
        small, whole = make_whole(name)
    return {
        "file MiB": mebibytes,
        "upload seconds": seconds,
        "bytes server adds MiB": receiving,
        "worker adds MiB": whole - small,
    }


def _memory(pid: int, which: str) -> float:
    found = re.search(rf"{which}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024
