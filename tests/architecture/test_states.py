"""Every state has an owner, a place in the table, and a label (R11)."""

import pytest

from cases import states as case_states
from partners import states as partner_states
from submissions import states as submission_states

MODULES = [partner_states, submission_states]


@pytest.mark.parametrize("module", [*MODULES, case_states])
def test_every_state_is_in_the_table_and_has_an_owner_and_a_date(module):
    for table in (module.TRANSITIONS, module.OWNERS, module.DUE_AFTER):
        assert set(table) == set(module.Status)


@pytest.mark.parametrize("module", MODULES)
def test_only_an_end_waits_on_nobody(module):
    for status in module.Status:
        is_end = not module.TRANSITIONS[status]
        assert (module.OWNERS[status] == module.Party.NOBODY) == is_end
        assert (module.DUE_AFTER[status] is None) == is_end


def test_every_state_of_a_referral_waits_on_its_recipient_until_access_has_ended():
    assert set(case_states.OWNERS.values()) == {case_states.Party.RECIPIENT}
    assert all(case_states.DUE_AFTER[status] for status in case_states.Status)
