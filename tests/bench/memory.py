"""What one large file adds to the memory of the bytes server, both ways, and of the worker (Linux)."""

import http.client
import re
import time
from pathlib import Path

from tests.bench.ground import own_database
from tests.bench.serving import MIB, Sender, Serving, make_whole, server

SEGMENT = 8
# In MiB. The large one needs twice its size in the store, and some minutes.
USUAL, LARGE = 1024, 5 * 1024


def measure(mebibytes: int = USUAL) -> dict[str, float]:
    """MiB above what each process needs for a file of one segment; seconds of each way."""
    with own_database() as name:
        with server(name, "bytes") as serving:
            for size in (SEGMENT, mebibytes):
                sender = Sender(serving.port, SEGMENT * MIB)
                sender.begin(size * MIB)
                before = {pid: _memory(pid, "VmHWM") for pid in serving.workers()}
                seconds = sender.send(size // SEGMENT)
            receiving = sum(_memory(pid, "VmHWM") - peak for pid, peak in before.items())
        small, whole = make_whole(name)
        with server(name, "bytes") as serving:
            for size in (SEGMENT, mebibytes):
                before = {pid: _memory(pid, "VmHWM") for pid in serving.workers()}
                reading = _download(serving, size * MIB)
            giving = sum(_memory(pid, "VmHWM") - peak for pid, peak in before.items())
    return {
        "file MiB": mebibytes,
        "upload seconds": seconds,
        "bytes server adds MiB": receiving,
        "worker adds MiB": whole - small,
        "download seconds": reading,
        "download adds MiB": giving,
    }


def _download(serving: Serving, size: int) -> float:
    """Read the file of that size under a permit, as its documenter; seconds."""
    from django.db import transaction

    from custody import vault
    from impna.db import acting_as
    from impna.references import show_reference
    from submissions.models import Exhibit
    from tests.factories.partners import signed_in

    exhibit = Exhibit.objects.select_related("submission__begun_by", "file__key").get(
        file__size=size
    )
    by = exhibit.submission.begun_by
    with transaction.atomic(), acting_as(by):
        opening = vault.open(exhibit, by=by, reason="Bench.", files={"Exhibit 1": exhibit.file})
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in signed_in(by).cookies.items())
    where = f"{show_reference(opening.reference)}/{show_reference(exhibit.file.reference)}"
    begin, received = time.perf_counter(), 0
    connection = http.client.HTTPConnection("localhost", serving.port)
    connection.request("GET", f"/bytes/opened/{where}/", headers={"Cookie": cookies})
    response = connection.getresponse()
    assert response.status == 200, response.status
    while piece := response.read(MIB):
        received += len(piece)
    connection.close()
    assert received == size
    return time.perf_counter() - begin


def _memory(pid: int, which: str) -> float:
    found = re.search(rf"{which}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024
