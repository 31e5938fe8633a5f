"""What a browser gets of an opened file: an attachment nothing runs, whole or by one range."""

import io

import pytest
from django.db import transaction
from django.urls import reverse

from custody import vault
from custody.models import Opening
from impna.db import acting_as
from submissions.actions import exhibits
from tests.descriptors import open_files
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import draft

CONTENT = b"<script>alert(1)</script>" + bytes(range(256)) * 300


@pytest.fixture
def opened(own_database):
    """A browser and the address of one opened file."""
    submission = draft()
    by, key = submission.begun_by, vault.draft_key(submission.compartment)
    stored = vault.store(io.BytesIO(CONTENT), key=key)
    with transaction.atomic(), acting_as(by):
        exhibit = exhibits.keep_plain(
            submission=submission, key=key, stored=stored, name="page.html", by=by
        )
    with acting(by):
        permit = vault.open(
            exhibit, by=by, reason="To see.", files={"Exhibit 1.html": exhibit.file}
        )
    address = reverse("opened-file", args=[permit.reference, exhibit.file.reference])
    client, answers = signed_in(by), []

    def get(**headers):
        answers.append(client.get(address, headers=headers))
        return answers[-1]

    yield get
    # As a server does, whether the browser took the body or not.
    for answer in answers:
        answer.close()


def body(answer):
    return b"".join(answer.streaming_content)


def test_the_answer_is_an_attachment_that_no_browser_runs_or_keeps(opened):
    answer = opened()
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="Exhibit 1.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-site"
    assert (answer["Accept-Ranges"], answer["Content-Length"]) == ("bytes", str(len(CONTENT)))
    assert body(answer) == CONTENT


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=-5", len(CONTENT) - 5, len(CONTENT)),
        (f"bytes=-{10 * len(CONTENT)}", 0, len(CONTENT)),
        ("bytes=70000-", 70000, len(CONTENT)),
        ("bytes=70000-9999999", 70000, len(CONTENT)),
    ],
)
def test_one_range_is_given_as_it_was_asked_for(opened, asked, start, stop):
    answer = opened(Range=asked)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
    assert answer["Content-Length"] == str(stop - start)
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store"
    assert body(answer) == CONTENT[start:stop]


@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", "bytes=-0"])
def test_a_range_behind_the_end_is_416_with_the_size(opened, asked):
    answer = opened(Range=asked)
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == b""
    assert Opening.objects.exclude(files=[]).get().bytes_sent == 0


@pytest.mark.parametrize("asked", ["bytes=0-1,5-9", "bytes=9-1", "bytes=x-", "lines=1-2", "bytes="])
def test_several_ranges_and_nonsense_give_the_whole(opened, asked):
    answer = opened(Range=asked)
    assert (answer.status_code, body(answer)) == (200, CONTENT)


def test_a_range_of_another_file_gives_the_whole(opened):
    first = opened()
    tag = first["ETag"]
    assert body(first) == CONTENT
    same = opened(Range="bytes=0-9", **{"If-Range": tag})
    assert (same.status_code, body(same)) == (206, CONTENT[:10])
    for other in ('"another"', f"W/{tag}", "Wed, 21 Oct 2026 07:28:00 GMT"):
        answer = opened(Range="bytes=0-9", **{"If-Range": other})
        assert (answer.status_code, body(answer)) == (200, CONTENT)


def test_an_answer_that_ends_before_its_first_byte_releases_the_file(opened, settings):
    answer = opened()
    assert len(open_files(settings.STORE_DIR)) == 1
    answer.close()
    assert open_files(settings.STORE_DIR) == []
