"""Every state has an owner, a date, a place in its table, a label, and moves by known roles (R11)."""

import pytest

from cases import states as case_states
from custody import uploads
from impna.management.commands.statediagrams import MACHINES, table
from partners import roles
from partners import states as partner_states
from submissions import states as submission_states

TABLES = {name: table(module, prefix) for name, module, prefix in MACHINES}
STATES = {
    "partner": partner_states.Status,
    "submission": submission_states.Status,
    "file": submission_states.FileState,
    "referral": case_states.Status,
    "request": case_states.RequestStatus,
    "advice": case_states.AdviceStatus,
}
# Whose owner is the same in every state, also the last: see the tests below.
OTHERWISE = {"referral", "file"}


def test_every_table_is_looked_at():
    assert set(STATES) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_is_in_the_table_and_has_an_owner_and_a_date(name):
    for part in TABLES[name]:
        assert list(part) == list(STATES[name])


@pytest.mark.parametrize("name", TABLES)
def test_every_move_leads_to_another_state_and_is_made_by_someone(name):
    known = {*roles.BY_CODE, roles.PORTAL}
    for state, moves in TABLES[name].moves.items():
        assert state not in moves
        assert set(moves) <= set(STATES[name])
        assert all(by and by <= known for by in moves.values())


@pytest.mark.parametrize("name", sorted(set(TABLES) - OTHERWISE))
def test_only_an_end_waits_on_nobody(name):
    moves, owners, due_after = TABLES[name]
    for state in STATES[name]:
        is_end = not moves[state]
        assert (owners[state].value == "nobody") == is_end
        assert (due_after[state] is None) == is_end


def test_every_state_of_a_referral_waits_on_its_recipient_until_access_has_ended():
    assert set(case_states.OWNERS.values()) == {case_states.Party.RECIPIENT}
    assert all(case_states.DUE_AFTER[status] for status in case_states.Status)


def test_a_file_that_failed_waits_on_the_documenter_and_one_that_is_sent_as_long_as_uploads_last():
    owners, due_after = submission_states.FILE_OWNERS, submission_states.FILE_DUE_AFTER
    for state in submission_states.FileState:
        assert (owners[state] == submission_states.Party.NOBODY) == (due_after[state] is None)
    failed = submission_states.FileState.FAILED
    assert owners[failed] == submission_states.Party.DOCUMENTER
    assert due_after[submission_states.FileState.SENDING] == uploads.LASTS
