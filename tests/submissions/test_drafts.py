"""A CSO's submissions: the list, beginning one, its page."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from custody.models import CustodyEvent
from impna.db import acting_as
from partners import roles
from submissions import desk
from submissions.actions import exhibits
from submissions.models import Submission
from submissions.querysets import PAGE
from tests.factories.partners import manager_of, member, signed_in
from tests.factories.submissions import another_documenter, documenter, draft, sent

# Saying who acts and where a transaction begins reads no table.
NO_TABLE = ("SAVEPOINT", "RELEASE", "SELECT set_config")


@pytest.fixture
def client(db):
    return signed_in(documenter())


@pytest.fixture
def submission(db):
    return draft()


def test_a_documenter_begins_a_draft_and_is_told_what_it_is_not(client):
    page = client.get("/submissions/begin/").content.decode()
    assert "files no complaint and stops no limitation period" in page
    assert "write no names" in page
    answer = client.post("/submissions/begin/", {"kind": "copy", "title": "Events in the north"})
    submission = Submission.objects.get()
    assert answer["Location"] == submission.get_absolute_url()
    assert (submission.kind, submission.title) == ("copy", "Events in the north")
    assert CustodyEvent.objects.filter(type="submissions.submission.begun").count() == 1


@pytest.mark.parametrize(
    "typed", [{"title": "x"}, {"kind": "complaint", "title": "x"}, {"kind": "information"}]
)
def test_a_draft_needs_a_known_kind_and_a_title(client, typed):
    assert client.post("/submissions/begin/", typed).status_code == 422
    assert not Submission.objects.exists()


def test_only_documenters_begin(db):
    client = signed_in(manager_of(documenter().partner))
    answer = client.get("/submissions/begin/")
    assert answer.status_code == 403
    assert "Only a documenter" in answer.content.decode()


def test_another_csos_draft_does_not_exist(submission):
    client = signed_in(another_documenter())
    for rest in ("", "title/", "exhibits/", "exhibits/describe/"):
        assert client.get(f"{submission.get_absolute_url()}{rest}").status_code == 404
    assert submission.title not in client.get("/submissions/").content.decode()


def test_a_reader_sees_the_draft_and_cannot_change_it(submission):
    reader = member(submission.partner, roles.Reader.code)
    client = signed_in(reader)
    page = client.get(submission.get_absolute_url())
    assert page.status_code == 200
    assert "change-title" not in page.content.decode()
    assert client.get(f"{submission.get_absolute_url()}title/").status_code == 403
    answer = client.post(f"{submission.get_absolute_url()}title/", {"title": "Other"})
    assert answer.status_code == 403
    assert Submission.objects.get().title == submission.title


def test_a_manager_alone_sees_no_submission(submission):
    client = signed_in(manager_of(submission.partner))
    assert client.get(submission.get_absolute_url()).status_code == 404


def test_the_title_changes_with_its_event(client, submission):
    answer = client.post(f"{submission.get_absolute_url()}title/", {"title": "Another title"})
    assert answer.status_code == 302
    assert Submission.objects.get().title == "Another title"
    assert "The working title was changed." in client.get(answer["Location"]).content.decode()


def test_the_list_goes_through_all_pages_once(client):
    made = {draft(title=f"Draft {number}").reference for number in range(PAGE + 3)}
    first = client.get("/submissions/")
    seen = [row["submission"].reference for row in first.context["rows"]]
    assert len(seen) == PAGE
    second = client.get("/submissions/", {"before": first.context["older"]})
    seen += [row["submission"].reference for row in second.context["rows"]]
    assert len(seen) == len(made)
    assert set(seen) == made
    assert second.context["older"] == ""


def test_a_made_up_place_in_the_list_begins_at_the_newest(client, submission):
    theirs = draft(another_documenter())
    for before in ("nonsense", theirs.reference, "7K3F9Q2MXW4TC"):
        page = client.get("/submissions/", {"before": before})
        assert [row["submission"] for row in page.context["rows"]] == [submission]


def test_the_list_takes_twelve_queries_at_most_however_long(client):
    for number in range(PAGE + 1):
        draft(title=f"Draft {number}")
    client.get("/submissions/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/submissions/")
    asked = [q["sql"] for q in queries if not q["sql"].startswith(NO_TABLE)]
    assert len(asked) <= 12, "\n".join(q[:150] for q in asked)


def test_the_page_says_state_owner_date_and_what_happened(client, submission):
    sent(submission, b"content")
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "The documenter" in page
    assert "in 4 weeks" in page
    assert "The draft was begun." in page
    assert "Exhibit 1: its file began to arrive." in page
    assert "Recorded:" not in page


def test_every_event_of_this_app_and_of_custody_has_its_sentence():
    from django.template.loader import get_template

    from custody.events import Event as Custody
    from submissions.events import Event

    for event in (*Event, *Custody):
        get_template(f"submissions/events/{event}.html").render({"data": {"exhibit": 1}})


def test_the_desk_shows_drafts_with_what_they_need(submission):
    user = submission.begun_by
    [row] = desk.awaiting(user)
    assert (row.about, row.due, row.what) == (
        submission.title,
        submission.due_on,
        "go on with the draft",
    )
    with transaction.atomic(), acting_as(user):
        exhibits.begin_upload(submission=submission, name="a.mp4", length=10, by=user)
    [row] = desk.awaiting(user)
    assert row.what == "go on with 1 unfinished file, or give it up"
    assert row.due < submission.due_on
    assert desk.awaiting(another_documenter()) == []
