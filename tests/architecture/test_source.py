"""What the house rules forbid, looked for in the source."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("impna", "custody", "partners", "submissions", "cases")
FILES = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if not {"migrations", "door"} & set(path.relative_to(ROOT).parts)
]


def lines_with(pattern, files=FILES):
    found = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if found.search(line)
    ]


def test_what_follows_a_commit_goes_through_one_robust_function():
    assert {place.split(":")[0] for place in lines_with(r"on_commit\(")} == {"impna/db.py"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"time\.sleep\(",
        r"django\.contrib\.admin",
        r"\bpre_save\b|\bpost_save\b|@receiver",
        r"except( Exception)?:\s*pass",
        r"\.extra\(|RawSQL\(",
        r"\|safe\b",
    ],
)
def test_forbidden_ways_are_nowhere(pattern):
    assert lines_with(pattern) == []


def test_only_the_vault_and_its_helpers_touch_the_stores():
    places = {p.split(":")[0] for p in lines_with(r"filestore\(\)|keystore\(\)")}
    allowed = {
        "custody/intake_job.py",
        "custody/orphans.py",
        "custody/keys.py",
        "custody/stores.py",
        "custody/uploads.py",
        "custody/vault.py",
        "custody/checks.py",
        "custody/scanning.py",
    }
    assert places <= allowed


def test_views_do_not_save():
    views = [p for p in FILES if "views" in p.parts or p.name == "views.py"]
    assert lines_with(r"\.save\(|\.delete\(|objects\.create\(|\.update\(", views) == []


def test_no_file_is_longer_than_one_thought():
    long = {
        str(p.relative_to(ROOT)): n for p in FILES if (n := len(p.read_text().splitlines())) > 480
    }
    assert long == {}
