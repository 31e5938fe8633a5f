"""A folder chosen again: the draft says what it has, and the same bytes twice are said to be so."""

import hashlib
import json

import pytest
from django.db import transaction

from custody import intake_job
from impna.db import acting_as
from impna.references import show_reference
from submissions.actions import exhibits
from submissions.views.files_here import MOST
from tests.factories.partners import signed_in
from tests.factories.submissions import TusClient, another_documenter, draft, sent, upload_token

MIB = 1024 * 1024


@pytest.fixture
def submission(own_database):
    return draft()


@pytest.fixture
def tus(submission):
    return TusClient(upload_token(submission))


def ask(tus, *lengths):
    body = json.dumps({"lengths": lengths}).encode()
    return tus.request("POST", "/bytes/uploads/here/", body, Content_Type="application/json")


def here(tus, *lengths):
    answer = ask(tus, *lengths)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)["here"]


def sha(content):
    return hashlib.sha256(content).hexdigest()


def test_a_sealed_file_is_proved_by_its_whole_digest(tus, submission, as_worker):
    exhibit = sent(submission, b"a whole file", name="one.txt")
    with as_worker():
        intake_job.run_due()
    (found,) = here(tus, 12)
    assert (found["exhibit"], found["name"], found["length"]) == (1, "one.txt", 12)
    assert (found["sha256"], found["segments"], found["sending"]) == (
        sha(b"a whole file"),
        [],
        False,
    )
    assert show_reference(exhibit.reference) in found["address"]


def test_a_file_that_waits_for_sealing_is_proved_by_its_segments(tus, submission):
    content = b"\1" * MIB + b"rest"
    sent(submission, content)
    (found,) = here(tus, len(content))
    assert found["segments"] == [[0, MIB, sha(content[:MIB])], [MIB, 4, sha(b"rest")]]
    assert (found["sha256"], found["sending"]) == ("", False)


def test_a_file_half_way_is_offered_to_go_on_with(tus):
    address = tus.begin(10, "half.txt")
    tus.send(address, 0, b"abcd")
    (found,) = here(tus, 10)
    assert (found["sending"], found["address"]) == (True, address)
    assert found["segments"] == [[0, 4, sha(b"abcd")]]


def test_only_files_of_the_sizes_asked_for_are_named(tus, submission):
    for size in (1, 2, 3):
        sent(submission, b"x" * size)
    assert {one["length"] for one in here(tus, 1, 3)} == {1, 3}
    assert here(tus) == []


def test_what_failed_or_was_taken_out_is_not_here(tus, submission):
    tus.request("DELETE", tus.begin(5))
    failed = sent(submission, b"fails")
    failed.file_state = "failed"
    failed.save(update_fields=["file_state"])
    assert here(tus, 5) == []


def test_another_drafts_files_are_not_here(tus):
    theirs = draft(another_documenter())
    sent(theirs, b"theirs")
    sent(draft(), b"theirs")
    assert here(tus, 6) == []


def test_a_file_sealed_between_two_looks_is_proved_all_the_same(
    tus, submission, as_worker, monkeypatch
):
    from submissions.views import files_here

    sent(submission, b"just in time")
    real = files_here._proof

    def late(exhibit):
        assert exhibit.file_state == "checking"
        exhibit.upload._prefetched_objects_cache["segments"] = exhibit.upload.segments.none()
        return real(exhibit)

    with as_worker():
        job = intake_job.claim()
    monkeypatch.setattr(files_here, "_proof", late)
    stale = here(tus, 12)[0]
    assert (stale["sha256"], stale["segments"]) == ("", [])
    monkeypatch.setattr(files_here, "_proof", real)
    with as_worker():
        intake_job.run(job)
    assert here(tus, 12)[0]["sha256"] == sha(b"just in time")


@pytest.mark.parametrize(
    "body",
    [b"[]", b'{"lengths": 3}', b'{"lengths": ["3"]}', b'{"lengths": [-1]}',
     b'{"lengths": [true]}', b"[" * 10_000, json.dumps({"lengths": [1] * (MOST + 1)}).encode()],
)  # fmt: skip
def test_a_question_that_is_none_is_refused_in_words(tus, body):
    answer = tus.request("POST", "/bytes/uploads/here/", body, Content_Type="application/json")
    assert answer.status_code == 400
    assert answer.content.decode() == "The sizes are missing."


def test_a_question_without_an_end_is_not_read(tus):
    answer = tus.request("POST", "/bytes/uploads/here/", b"x" * 70_000)
    assert answer.status_code == 413


def test_without_a_good_token_nothing_is_told(tus, submission):
    sent(submission, b"x")
    tus.headers["Authorization"] = "Bearer made-up"
    assert ask(tus, 1).status_code == 401


# --- The same bytes twice


def sealed_all(as_worker):
    with as_worker():
        intake_job.run_due()


def test_the_same_bytes_are_named_on_both_exhibits_and_none_is_taken_out(submission, as_worker):
    first = sent(submission, b"the same", name="one.txt")
    second = sent(submission, b"the same", name="copy.txt")
    sent(submission, b"another", name="other.txt")
    sealed_all(as_worker)
    client, address = signed_in(submission.begun_by), f"{submission.get_absolute_url()}exhibits/"
    page = client.get(address).content.decode()
    assert page.count("The same bytes as") == 2
    for here_, twin in ((first, second), (second, first)):
        page = client.get(f"{address}{here_.reference}/").content.decode()
        assert "The same bytes as" in page
        assert f'{show_reference(twin.reference)}/">{twin}</a>' in page
    assert submission.exhibits.present().count() == 3


def test_what_was_taken_out_or_stands_elsewhere_is_no_twin(submission, as_worker):
    for _copy in range(2):
        sent(submission, b"the same")
    sent(draft(), b"the same")
    sealed_all(as_worker)
    by = submission.begun_by
    with transaction.atomic(), acting_as(by):
        exhibits.remove(exhibit=submission.exhibits.get(number=2), by=by, reason="Sent twice.")
    client = signed_in(by)
    page = client.get(f"{submission.get_absolute_url()}exhibits/").content.decode()
    assert "The same bytes as" not in page


def test_of_many_twins_three_are_named_and_the_others_counted(submission, as_worker):
    for _copy in range(6):
        sent(submission, b"the same")
    sealed_all(as_worker)
    first = submission.exhibits.get(number=1)
    client = signed_in(submission.begun_by)
    page = client.get(f"{submission.get_absolute_url()}exhibits/{first.reference}/")
    assert page.content.decode().count("Exhibit 2</a>") == 1
    assert ", and 2 more." in page.content.decode()
