"""Grants on objects are given and taken by the actions meant for it, and by nothing else (DESIGN 4)."""

import re
from pathlib import Path

import pytest

from tests.architecture.test_source import FILES, ROOT

# Who gives and takes: a referral's grants, each with an event; a submission's to its own partner.
GIVE_AND_TAKE = {"cases/actions/grants.py", "submissions/actions/drafts.py"}
# Who asks which grants there are, or says what they are.
READ = {
    "cases/lists.py",
    "cases/models/__init__.py",
    "cases/models/referrals.py",
    "cases/querysets.py",
    "cases/two_people.py",
    "submissions/models/__init__.py",
    "submissions/models/submissions.py",
    "submissions/policies.py",
    "submissions/querysets.py",
}
# The table by its class, by its name in a path of a query, or by its name in SQL.
NAMED = re.compile(r"(?:User|Group|kind\})ObjectPermission\b")
WRITES = re.compile(
    r"\.(?:create|acreate|bulk_create|get_or_create|update_or_create|update|bulk_update|delete"
    r"|_raw_delete|save|add|set|clear|remove)\("
)
# Guardian's own ways, the other side of the foreign key, and SQL.
AROUND = re.compile(
    r"guardian\.(?:shortcuts|managers|utils)|\b(?:bulk_)?(?:assign|remove)_perm(?:_to_many)?\b"
    r"|\b(?:add|del)_obj_perm\b|objectpermission_set\b"
    r"|(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE|TRUNCATE)\s+\S*objectpermission",
    re.IGNORECASE,
)


def place(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def breaking(files):
    """Files that could give or take a grant and may not."""
    found = set()
    for path in files:
        text, name = path.read_text("utf-8"), place(path)
        if AROUND.search(text):
            found.add(name)
        if not NAMED.search(text) or name in GIVE_AND_TAKE:
            continue
        if name not in READ or WRITES.search(text):
            found.add(name)
    return found


def test_nothing_else_gives_or_takes_grants():
    assert breaking(FILES) == set()


def test_the_lists_name_files_that_are_there_and_need_it():
    naming = {place(path) for path in FILES if NAMED.search(path.read_text("utf-8"))}
    assert naming == GIVE_AND_TAKE | READ


@pytest.mark.parametrize(
    "line",
    [
        "ReferralUserObjectPermission.objects.create(user=user)",
        "SubmissionGroupObjectPermission(group=group).save()",
        "from cases.models import ReferralGroupObjectPermission",
        "from guardian.shortcuts import assign_perm",
        "remove_perm('view_referral', user, referral)",
        "referral.referraluserobjectpermission_set.all().delete()",
        "cursor.execute('DELETE FROM cases_referralgroupobjectpermission')",
        "user.del_obj_perm('view_referral', referral)",
    ],
)
def test_each_way_around_them_is_found(tmp_path, line):
    planted = tmp_path / "planted.py"
    planted.write_text(f"def act():\n    {line}\n")
    assert breaking([planted]) == {"planted.py"}


def test_giving_and_taking_are_events(db):
    from cases.actions import assignments
    from custody.models import CustodyEvent
    from tests.factories.cases import assigned, head, received
    from tests.factories.partners import acting

    referral = received()
    assigned(referral)
    with acting(head()):
        assignments.end(assignment=referral.assignments.get(), by=head())
    on = f"cases.referral:{referral.reference}"
    told = CustodyEvent.objects.filter(on=on, type__startswith="cases.referral.grants_")
    assert [event.type for event in told.order_by("id")] == [
        "cases.referral.grants_given",
        "cases.referral.grants_given",
        "cases.referral.grants_taken",
    ]
