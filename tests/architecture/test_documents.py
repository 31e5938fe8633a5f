"""Documents say what is so: each statement that a machine can check is checked here."""

import hashlib
import json
import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
import rfc8785
from django.core.management import CommandError, call_command

from custody import log
from impna.door.tree import FORBIDDEN
from impna.management.commands import statediagrams

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "DEVELOPERS.md")),
    *sorted(DOCS.rglob("*.md")),
]
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
# Where settings are read: what an administrator may meet.
SOURCES = [
    ROOT / "portal",
    ROOT / "deploy" / "enter",
    *(ROOT / "impna" / name for name in ("environment.py", "settings.py", "gunicorn.py")),
    *sorted((ROOT / "impna" / "door").glob("*.py")),
]
SETTING = re.compile(r"\b(?:(?:PORTAL|DATABASE|IMPNA)_[A-Z_]*[A-Z]|REDIS_URL)\b")
# Names in the door's own code, not in anyone's environment.
NO_SETTING = {"DATABASE_SETTINGS"}
REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[a-z]+\])?")
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")


def settings_read():
    found = set()
    for source in SOURCES:
        found |= set(SETTING.findall(source.read_text("utf-8")))
    return found - NO_SETTING


def requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return {REQUIREMENT.match(line)[0] for group in groups for line in group}


def headings(path):
    """The anchors a page offers, as the usual renderers make them."""
    lines = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def test_state_diagrams_are_those_of_the_tables():
    call_command("statediagrams", check=True)


def test_a_changed_or_unknown_diagram_is_found_and_mended(monkeypatch, tmp_path):
    monkeypatch.setattr(statediagrams, "folder", lambda: tmp_path)
    with pytest.raises(CommandError, match=r"partner\.md"):
        call_command("statediagrams", check=True)
    (tmp_path / "gone.md").write_text("of a table that is no more")
    call_command("statediagrams", stdout=StringIO())
    call_command("statediagrams", check=True)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{name}.md" for name, _module, _prefix in statediagrams.MACHINES
    }


def test_every_state_table_has_a_diagram():
    tables = {
        (f"{path.parent.name}.states", prefix)
        for path in ROOT.glob("*/states.py")
        for prefix in re.findall(r"^(\w*)TRANSITIONS:", path.read_text("utf-8"), re.MULTILINE)
    }
    assert tables == {(module, prefix) for _name, module, prefix in statediagrams.MACHINES}


def test_every_setting_is_in_the_table_of_operations():
    text = (DOCS / "operations.md").read_text("utf-8")
    assert sorted(name for name in settings_read() if f"`{name}`" not in text) == []


def test_operations_names_no_setting_that_nothing_reads():
    text = (DOCS / "operations.md").read_text("utf-8")
    files = {f"{name}_FILE" for name in settings_read()}
    assert set(SETTING.findall(text)) - settings_read() - files == set()


def test_every_direct_dependency_has_its_line():
    text = (DOCS / "dependencies.md").read_text("utf-8")
    named = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    assert sorted(named) == sorted(requirements())


def test_the_readme_begins_with_its_two_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    assert "./portal run" in text
    assert "./portal test --install" in text
    assert len(text.splitlines()) < 150


@pytest.mark.parametrize("name", NAMES)
def test_no_document_names_a_registry_or_a_folder_of_one_computer(name):
    text = (ROOT / name).read_text("utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []
    assert not re.search(r"(?<![\w.])~/|\$HOME\b", text)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name):
    path = ROOT / name
    broken = []
    for link in LINK.findall(path.read_text("utf-8")):
        target, _hash, anchor = link.partition("#")
        there = (path.parent / target).resolve() if target else path
        found = there.exists() and there.is_relative_to(ROOT)
        if not found or (anchor and anchor not in headings(there)):
            broken.append(link)
    assert broken == []


def test_every_decision_has_its_number_its_date_and_three_parts():
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    for number, path in enumerate(decisions, 1):
        text = path.read_text("utf-8")
        assert path.name.startswith(f"{number:04}-"), path.name
        assert text.startswith(f"# {number:04} "), path.name
        assert re.search(r"^Date: \d{4}-\d\d-\d\d$", text, re.MULTILINE), path.name
        found = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert found == ["Context", "Decision", "Consequences"], path.name


def test_the_example_of_a_custody_entry_is_one():
    text = (DOCS / "architecture.md").read_text("utf-8")
    entry = re.search(r"```json\n(.+)\n```", text)[1]
    shown = json.loads(entry)
    assert rfc8785.dumps(shown).decode() == entry
    assert f"`{hashlib.sha256(entry.encode()).hexdigest()}`" in text
    salt = bytes.fromhex(re.search(r"its salt `([0-9a-f]{32})`", text)[1])
    assert log.digest_of_text(salt, "Manager") == shown["texts"]["actor"]
    keys = re.findall(r"^\| `([a-z]+)` \|", text.partition("## The custody entry")[2], re.MULTILINE)
    assert keys == list(shown)


def test_pictures_are_small():
    for picture in (DOCS / "pictures").iterdir():
        assert picture.stat().st_size < 150_000, picture.name
