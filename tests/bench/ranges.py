"""64 KiB of a sealed file under a permit, beyond the request itself."""

import os
import statistics
import time

from tests.bench.ground import own_database
from tests.bench.serving import MIB, make_whole

ROUNDS = 300


def measure() -> dict[str, float]:
    """Milliseconds in this process, alternating; medians.

    The request itself is one that is signed in, finds its view and stops at the permit (404).
    """
    with own_database() as name:
        return _measured(name)


def _measured(name: str) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from impna.references import new_reference, show_reference

    client, opening, file = _permit(name)
    where = f"/bytes/opened/{show_reference(opening)}/"
    nothing = f"{where}{show_reference(new_reference())}/"
    where += f"{show_reference(file)}/"
    timings: dict[str, list[float]] = {"range": [], "permit": [], "bare": []}
    for n in range(ROUNDS):
        begin = time.perf_counter()
        response = client.get(where, headers={"Range": f"bytes={n * 4096}-{n * 4096 + 65535}"})
        assert len(b"".join(response)) == 65536
        timings["range"].append(time.perf_counter() - begin)
        begin = time.perf_counter()
        assert client.get(nothing).status_code == 404
        timings["permit"].append(time.perf_counter() - begin)
        # Signed in and routed, and not one question more: the view takes GET only.
        begin = time.perf_counter()
        assert client.post(where).status_code == 405
        timings["bare"].append(time.perf_counter() - begin)
    with CaptureQueriesContext(connection) as captured:
        b"".join(client.get(where, headers={"Range": "bytes=0-65535"}))
    ranges, permit, bare = (statistics.median(values) * 1000 for values in timings.values())
    return {
        "range request ms": ranges,
        "request alone ms": permit,
        "bare request ms": bare,
        "range ms": ranges - permit,
        "range beyond bare ms": ranges - bare,
        "statements per range": len(captured),
    }


def _permit(name: str):
    """A member's client, an opening and the file it permits, 8 MiB and made whole."""
    from django.db import transaction

    from custody import vault
    from impna.db import acting_as
    from submissions.models import Exhibit
    from tests.factories.partners import signed_in
    from tests.factories.submissions import draft, sent

    submission = draft()
    by = submission.begun_by
    exhibit = sent(submission, os.urandom(8 * MIB))
    make_whole(name)
    exhibit = Exhibit.objects.select_related("submission", "file__key").get(pk=exhibit.pk)
    with transaction.atomic(), acting_as(by):
        opening = vault.open(exhibit, by=by, reason="Bench.", files={"Exhibit 1": exhibit.file})
    return signed_in(by), opening.reference, exhibit.file.reference
