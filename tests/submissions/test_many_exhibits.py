"""464 files: each is accounted for by name, on pages that stay small, in counts that are true."""

import gzip
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from custody import intake_job
from custody.intake.findings import Findings
from submissions.actions import examination
from submissions.models import Exhibit
from submissions.views import exhibits as view
from tests.factories.partners import signed_in
from tests.factories.submissions import TusClient, draft, upload_token

FILES = 464
LARGEST_PAGE = 80_000  # bytes, compressed
MOST_STATEMENTS = 12
NO_TABLE = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT set_config")


@pytest.fixture
def submission(own_database):
    return draft()


@pytest.fixture
def address(submission):
    return f"{submission.get_absolute_url()}exhibits/"


def send(submission, names):
    """Small real files, one by one, through the endpoint."""
    tus = TusClient(upload_token(submission))
    for name in names:
        content = f"what stands in {name}".encode()
        assert tus.send(tus.begin(len(content), name), 0, content).status_code == 204


def pages_of(client, address, param):
    """Every page of one group, as a reader who follows its link sees them."""
    url, seen = address, []
    while url:
        answer = client.get(url)
        seen.append(answer)
        found = re.search(rf'rel="next" href="(\?{param}=\d+)#', answer.content.decode())
        url = f"{address}{found[1]}" if found else ""
    return seen


def names_of(pages):
    return re.findall(r"data-name-shown><bdi[^>]*>([^<]+)</bdi>", "".join(pages))


class Quick:
    """The examiner's place is taken: this is about the way and the page, not about parsers."""

    def examine(self, pieces, *, name_hint):
        assert b"".join(pieces) == f"what stands in {name_hint}".encode()
        return Findings()


def test_464_files_are_accounted_for_by_name_before_and_after_the_worker(
    submission, address, as_worker, monkeypatch
):
    monkeypatch.setattr(examination, "_examiner", Quick)
    names = [f"2026-03 north/IMG_{number:04}.txt" for number in range(FILES)]
    send(submission, names)
    client = signed_in(submission.begun_by)
    before = pages_of(client, address, "way")
    assert sorted(names_of(page.content.decode() for page in before)) == names
    with as_worker():
        assert intake_job.run_due() == FILES
    assert set(Exhibit.objects.values_list("file_state", flat=True)) == {"sealed"}
    after = pages_of(client, address, "needs")
    assert sorted(names_of(page.content.decode() for page in after)) == names
    assert "464 exhibits need you" in after[0].content.decode()
    assert "464</strong> exhibits, all accounted for" in after[0].content.decode()
    assert len(after) == -(-FILES // view.PAGE)


def test_pages_full_of_rows_stay_small_and_ask_little(submission, address, as_worker, monkeypatch):
    monkeypatch.setattr(examination, "_examiner", Quick)
    groups = view.PAGE + 5
    send(submission, [f"Свідчення зі школи № {number}.txt" for number in range(2 * groups)])
    with as_worker():
        intake_job.run_due()
    Exhibit.objects.filter(number__lte=groups).update(
        recognisable="nobody", evidence_type="video", obtained="made"
    )
    send(submission, [f"на шляху {number}.txt" for number in range(groups)])
    client = signed_in(submission.begun_by)
    client.get(address)  # the opening and the token of the first visit
    with CaptureQueriesContext(connection) as statements:
        page = client.get(address)
    for group in ("needing", "on_their_way", "settled"):
        assert len(page.context[group].rows) == view.PAGE
        assert page.context[group].after
    asked = [q["sql"] for q in statements if not q["sql"].startswith(NO_TABLE)]
    assert len(asked) <= MOST_STATEMENTS, "\n".join(sql[:150] for sql in asked)
    assert len(gzip.compress(page.content)) <= LARGEST_PAGE


def test_a_page_of_one_group_leaves_the_others_at_their_beginning(submission, address):
    tus = TusClient(upload_token(submission))
    for number in range(view.PAGE + 1):
        tus.begin(3, f"{number}.txt")
    client = signed_in(submission.begun_by)
    second = client.get(address, {"way": str(view.PAGE)})
    assert [row.name for row in second.context["on_their_way"].rows] == [f"{view.PAGE}.txt"]
    page = second.content.decode()
    assert "From the first" in page
    assert client.get(address, {"way": "nonsense"}).context["on_their_way"].after == view.PAGE


def test_counts_end_at_a_thousand_and_say_so(submission, address, monkeypatch):
    monkeypatch.setattr(view, "MOST_COUNTED", 2)
    client, tus = signed_in(submission.begun_by), TusClient(upload_token(submission))
    for number in range(3):
        tus.begin(0, f"{number}.txt")
    Exhibit.objects.update(file_state="failed")
    page = client.get(address).content.decode()
    assert "2+ exhibits need you" in page
    assert "Needs you: 2+" in page
