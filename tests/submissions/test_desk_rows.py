"""What the desk says of drafts: to write, to check, sent back, waiting on somebody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners import roles
from submissions import desk
from submissions.actions import progress
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import another_documenter, approver, complete_draft
from tests.partners.browser import words


@pytest.fixture
def ready(db):
    submission = complete_draft()
    with acting(submission.begun_by):
        return progress.make_ready(submission=submission, by=submission.begun_by)


def test_an_approver_sees_a_ready_draft_with_its_date_and_owner(ready):
    [row] = desk.awaiting(approver(ready))
    assert row.what == "check it, then hand it over or send it back"
    assert (row.on_whom, row.due, row.action) == ("You or another approver", ready.due_on, "Check")


def test_its_documenter_sees_that_it_waits_on_an_approver(ready):
    [row] = desk.awaiting(ready.begun_by)
    assert (row.on_whom, row.action) == ("An approver", "Look")


def test_an_approver_sees_no_draft_that_nobody_offered(db):
    submission = complete_draft()
    assert desk.awaiting(approver(submission)) == []


def test_an_approver_who_changed_it_sees_it_once_and_on_somebody_else(db):
    submission = complete_draft(by_approver=True)
    by = submission.begun_by
    with acting(by):
        progress.make_ready(submission=submission, by=by)
    [row] = desk.awaiting(by)
    assert row.on_whom == "Another approver: you changed it yourself"


def test_in_a_single_handed_organisation_it_waits_on_the_same_person_the_day_after(db):
    submission = complete_draft(by_approver=True, single_handed=True)
    by = submission.begun_by
    with acting(by):
        progress.make_ready(submission=submission, by=by)
    [row] = desk.awaiting(by)
    assert row.on_whom == "You, from the day after your last change"


def test_a_note_that_sent_it_back_stands_on_the_documenters_desk(ready):
    by = approver(ready)
    with acting(by):
        progress.send_back(submission=ready, note="Say when \u202eIncident 1 was.", by=by)
    [row] = desk.awaiting(ready.begun_by)
    assert row.what == "do what an approver asks for"
    page = words(signed_in(ready.begun_by).get("/"))
    assert "Do what an approver asks for" in page and "U+202E" in page
    assert desk.awaiting(by) == []


def test_other_organisations_and_readers_see_none_of_it(ready):
    other = another_documenter()
    assert desk.awaiting(approver(partner=other.partner)) == []
    assert desk.awaiting(member(ready.partner, roles.Reader.code)) == []


def test_the_desk_takes_eight_queries_however_many_drafts(db):
    user = member(complete_draft().partner, roles.Documenter.code, roles.Approver.code)
    for _n in range(3):
        submission = complete_draft()
        with acting(submission.begun_by):
            progress.make_ready(submission=submission, by=submission.begun_by)
        complete_draft()
    user.acting_gids  # noqa: B018 - read once a request
    with CaptureQueriesContext(connection) as queries:
        assert len(desk.awaiting(user)) == 7
    assert len(queries) <= 9
