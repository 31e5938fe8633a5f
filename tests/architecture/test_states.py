"""Every state has an owner, a place in the table, and a label (R11)."""

import pytest

from partners import states as partner_states
from submissions import states as submission_states

MODULES = [partner_states, submission_states]


@pytest.mark.parametrize("module", MODULES)
def test_every_state_is_in_the_table_and_has_an_owner_and_a_date(module):
    for table in (module.TRANSITIONS, module.OWNERS, module.DUE_AFTER):
        assert set(table) == set(module.Status)


@pytest.mark.parametrize("module", MODULES)
def test_only_an_end_waits_on_nobody(module):
    for status in module.Status:
        is_end = not module.TRANSITIONS[status]
        assert (module.OWNERS[status] == module.Party.NOBODY) == is_end
        assert (module.DUE_AFTER[status] is None) == is_end
