"""Every (state, to, role) of submissions and files: what the tables say is what the actions do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from custody import intake_job, uploads
from custody.models import Upload
from partners import roles
from submissions.actions import drafts, erasing, exhibits, progress, versions
from submissions.models import Exhibit, Submission
from submissions.states import FILE_TRANSITIONS, TRANSITIONS, FileState, Status
from tests.factories.partners import acting, member
from tests.factories.submissions import (
    complete_draft,
    documenter,
    draft,
    erased,
    handed_over,
    sent,
    upload_token,
    withdrawn,
)
from tests.moves import allowed
from tests.submissions.test_tus import TusClient

ROLES = [role.code for role in roles.roles_for(roles.CSO)]


def acts(submission):
    """What leads to each state."""
    return {
        Status.DRAFT: [
            lambda by: progress.begin_supplement(submission=submission, by=by),
            lambda by: progress.send_back(submission=submission, note="Again.", by=by),
            lambda by: drafts.change_title(submission=submission, title="Other", by=by),
        ],
        Status.READY: [lambda by: progress.make_ready(submission=submission, by=by)],
        Status.HANDED_OVER: [
            lambda by: versions.hand_over(submission=submission, by=by),
            lambda by: progress.give_up_supplement(submission=submission, by=by),
        ],
        Status.WITHDRAWN: [lambda by: progress.withdraw(submission=submission, reason="R", by=by)],
        Status.ERASED: [lambda by: erasing.erase(submission=submission, reason="R", by=by)],
    }


def submission_at(status):
    """Handed over once, and then brought there by the actions."""
    submission = handed_over(complete_draft()).submission
    by = documenter()
    if status in (Status.DRAFT, Status.READY):
        with acting(by):
            progress.begin_supplement(submission=submission, by=by)
    if status == Status.READY:
        with acting(by):
            progress.make_ready(submission=submission, by=by)
    if status in (Status.WITHDRAWN, Status.ERASED):
        withdrawn(submission)
    if status == Status.ERASED:
        erased(submission)
    return Submission.objects.get(pk=submission.pk)


@pytest.mark.parametrize("status", list(Status))
def test_each_move_of_a_submission_is_made_by_the_roles_of_the_table_alone(db, status):
    submission = submission_at(status)
    people = {code: member(submission.partner, code) for code in ROLES}
    wrong = []
    for to, ways in acts(submission).items():
        for code, by in people.items():
            moved = to != status and allowed(
                ways, to, by, lambda: Submission.objects.get(pk=submission.pk).status
            )
            listed = code in TRANSITIONS[status].get(to, ())
            if moved != listed:
                wrong.append((status, to, code, moved))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_the_last_byte_of_a_file_is_sent_by_the_roles_of_the_table_alone(db, role):
    submission = draft()
    by = member(submission.partner, role)
    tus = TusClient(upload_token(submission, documenter()))
    tus.begin(4)
    exhibit = submission.exhibits.get()

    def last(person):
        exhibits.receive(
            submission=submission.pk,
            exhibit=exhibit.reference,
            offset=0,
            data=b"0123",
            checksum=None,
            by=person,
        )

    moved = allowed(
        [last], FileState.CHECKING, by, lambda: Exhibit.objects.get(pk=exhibit.pk).file_state
    )
    assert moved == (role in FILE_TRANSITIONS[FileState.SENDING][FileState.CHECKING])


@pytest.mark.parametrize("state", [FileState.SENDING, FileState.CHECKING])
def test_the_portal_makes_the_moves_of_a_file_that_the_table_gives_it(
    own_database, as_worker, state
):
    moves = FILE_TRANSITIONS[state]
    portals = {to for to, by in moves.items() if roles.PORTAL in by}
    found = set()
    if state == FileState.SENDING:
        TusClient(upload_token(draft())).begin(4)
        with as_worker():
            uploads.expire(now=timezone.now() + uploads.LASTS + timedelta(seconds=1))
        found.add(Exhibit.objects.get().file_state)
    else:
        for is_whole in (True, False):
            exhibit = sent(draft(), b"0123")
            assert exhibit.file_state == state
            if not is_whole:
                Upload.objects.get(exhibit=exhibit).segments.all().delete()
            with as_worker():
                intake_job.run(intake_job.claim())
            found.add(Exhibit.objects.get(pk=exhibit.pk).file_state)
    assert found == portals


@pytest.mark.parametrize("state", [FileState.NONE, FileState.SEALED, FileState.FAILED])
def test_what_has_ended_moves_no_more(state):
    assert FILE_TRANSITIONS[state] == {}
