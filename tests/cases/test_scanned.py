"""With a real scanner: from the last segment to clean, quarantined, or waiting for the scanner."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from custody import intake_job, vault
from custody.intake.clamd import Verdict, scan
from custody.models import CustodyEvent, IntakeJob
from partners import roles
from submissions.models import Exhibit
from tests import scanner
from tests.cases.pages import words
from tests.cases.test_recipient_openings import open_path, opened, path_of, received_bytes
from tests.factories.cases import assigned, head, received
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import complete_draft, describe, draft, sent


@pytest.fixture
def scanning(settings):
    """The worker's settings for a scanner at this socket."""

    def at(path):
        settings.CLAMD_SOCKET, settings.SCAN_LIMIT = str(path), scanner.LIMIT

    return at


@pytest.fixture
def mortal(eicar, tmp_path_factory):
    """Starts a scanner at the same socket each time, for tests that end it."""
    path = tmp_path_factory.mktemp("s") / "clamd"
    return lambda: scanner.running(eicar, at=path)


def photograph():
    target = io.BytesIO()
    Image.effect_noise((900, 600), 80).save(target, "JPEG")
    return target.getvalue()


def work(as_worker, *, now=None):
    """One due job, as the worker takes it; what it returned."""
    with as_worker():
        return intake_job.run(intake_job.claim(now=now))


def page_of(exhibit):
    exhibit = Exhibit.objects.select_related("submission").get(pk=exhibit.pk)
    address = f"{exhibit.submission.get_absolute_url()}exhibits/{exhibit.reference}/"
    return words(signed_in(exhibit.submission.begun_by).get(address))


def test_a_clean_photograph_gets_a_thumbnail_that_opens_through_the_vault(
    own_database, as_worker, clamd, scanning
):
    scanning(clamd.socket)
    exhibit = sent(draft(), photograph())
    assert work(as_worker) is not None
    exhibit = Exhibit.objects.select_related("submission", "file__key").get(pk=exhibit.pk)
    assert (exhibit.scan, exhibit.scan_reason) == ("clean", "")
    (small,) = exhibit.file.derivations.all()
    assert (small.derivation, small.key_id) == ("thumbnail", exhibit.file.key_id)
    assert CustodyEvent.objects.filter(type="custody.file.derived").count() == 1
    by = exhibit.submission.begun_by
    with acting(by):
        permit = vault.open(exhibit, by=by, reason="To see.", files={"Exhibit 1.jpg": small})
    with vault.Reading(permit, small, exhibit, by) as reading:
        picture = Image.open(io.BytesIO(b"".join(reading.read())))
    assert (picture.format, max(picture.size)) == ("JPEG", 480)
    assert "Scan: nothing found" in page_of(exhibit)


def test_what_the_scanner_knows_is_quarantined_and_opens_for_an_examiner_alone(
    own_database, as_worker, clamd, scanning, eicar
):
    scanning(clamd.socket)
    submission = complete_draft()
    exhibit = sent(submission, eicar, name="letter.txt")
    work(as_worker)
    exhibit.refresh_from_db()
    assert (exhibit.scan, exhibit.file_state) == ("infected", "sealed")
    assert exhibit.scan_reason == "Eicar-Test.UNOFFICIAL"
    assert not exhibit.file.derivations.exists()
    assert "Kept in quarantine" in page_of(exhibit)
    mine = f"{submission.get_absolute_url()}exhibits/{exhibit.reference}/open/"
    assert signed_in(submission.begun_by).post(mine, {"reason": "To see."}).status_code == 403
    with acting(submission.begun_by):
        describe(exhibit, submission.begun_by)
    referral = received(submission=submission)
    form = {"items": [exhibit.reference], "reason": "To examine."}
    assert signed_in(head()).post(open_path(referral), form).status_code == 403
    examiner = member(head().partner, roles.ForensicExaminer.code, unit=referral.unit)
    client = signed_in(assigned(referral, examiner))
    (link,) = opened(client, referral).context["links"]
    assert received_bytes(client.get(path_of(link))) == eicar


def test_a_scanner_that_ends_half_way_loses_nothing_and_is_asked_again(
    own_database, as_worker, mortal, scanning, monkeypatch
):
    content = photograph()
    exhibit = sent(draft(), content)
    with mortal() as running:
        scanning(running.socket)

        def dying(pieces, **kwargs):
            def until_it_ends():
                for piece in pieces:
                    yield piece[:100]
                    running.end()
                    yield piece[100:]

            return scan(until_it_ends(), **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr("custody.scanning.scan", dying)
            assert work(as_worker) is None
    exhibit.refresh_from_db()
    assert (exhibit.file_state, exhibit.scan) == ("sealed", "awaited")
    job = IntakeJob.objects.get()
    assert (job.done_at, job.claimed_until) == (None, None)
    assert job.due_at > timezone.now()
    said = page_of(exhibit)
    assert "Scan: not examined yet. It is done by itself, also after the scanner was away." in said
    # Away altogether, the next time: the same again.
    later = job.due_at
    assert work(as_worker, now=later) is None
    with mortal():
        later += timedelta(hours=1)
        assert work(as_worker, now=later) is not None
    exhibit.refresh_from_db()
    assert exhibit.scan == "clean"
    assert exhibit.file.derivations.count() == 1
    assert IntakeJob.objects.get().done_at is not None


def test_a_scanner_that_is_away_for_days_is_waited_for(own_database, as_worker, mortal, scanning):
    exhibit = sent(draft(), photograph())
    with mortal() as running:
        scanning(running.socket)
    later = timezone.now()
    for _try in range(2 * intake_job.TRIES):
        assert work(as_worker, now=later) is None
        later += timedelta(days=1)
    exhibit.refresh_from_db()
    assert (exhibit.file_state, exhibit.scan) == ("sealed", "awaited")
    with mortal():
        assert work(as_worker, now=later) is not None
    exhibit.refresh_from_db()
    assert exhibit.scan == "clean"


def test_a_file_at_which_the_scanner_breaks_off_each_time_is_said_in_words(
    own_database, as_worker, scanning, mortal, monkeypatch
):
    exhibit = sent(draft(), photograph())
    monkeypatch.setattr(
        "custody.scanning.scan", lambda *_args, **_more: Verdict("not_scanned", reason="died")
    )
    with mortal() as running:
        scanning(running.socket)
    later = timezone.now()
    for _try in range(intake_job.TRIES):
        assert not IntakeJob.objects.filter(done_at__isnull=False).exists()
        assert work(as_worker, now=later) is None
        later += 2 * intake_job.LONGEST_WAIT
    exhibit.refresh_from_db()
    assert (exhibit.scan, exhibit.scan_reason) == ("not_scanned", "examination_failed")
    assert (exhibit.file_state, exhibit.file.derivations.count()) == ("sealed", 0)
    said = page_of(exhibit)
    assert "It was tried several times, and no examination came to its end." in said
    assert "No examination came to its end, so nothing can be shown here." in said
    event = CustodyEvent.objects.get(type="submissions.exhibit.examined")
    assert json.loads(event.entry)["data"]["reason"] == "examination_failed"


def test_a_file_larger_than_the_scanner_takes_is_not_scanned_and_gets_no_thumbnail(
    own_database, as_worker, clamd, settings
):
    settings.CLAMD_SOCKET, settings.SCAN_LIMIT = str(clamd.socket), 1000
    exhibit = sent(draft(), photograph())
    work(as_worker)
    exhibit.refresh_from_db()
    assert (exhibit.scan, exhibit.scan_reason) == ("not_scanned", "too_large")
    assert not exhibit.file.derivations.exists()
    assert "The file is larger than the virus scanner takes." in page_of(exhibit)
