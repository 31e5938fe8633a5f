"""The tree check finds what must not stand in any file, and nothing in ours."""

from pathlib import Path

import pytest

from impna.door.place import ROOT
from impna.door.tree import findings

HOSTS = ("py" + "pi.org", "files.python" + "hosted.org", "registry.npm" + "js.org")
PATHS = ("/ho" + "me/ada/project", "/Us" + "ers/ada/project", "/ro" + "ot/.cache", "fi" + "le:///x")


@pytest.mark.parametrize("words", [*HOSTS, *PATHS])
def test_hosts_of_registries_and_paths_of_a_computer_are_found(tmp_path: Path, words: str) -> None:
    (tmp_path / "a.txt").write_text(f"first line\nsee {words} there\n")
    assert [found.rsplit(":", 1)[0] for found in findings(tmp_path)] == ["a.txt:2"]


def test_ordinary_words_and_pictures_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("https://portal.example/home/ and var/www/root and /srv/work\n")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\xff\xfe")
    assert findings(tmp_path) == []


def test_our_own_tree_is_free_of_them() -> None:
    assert findings(ROOT) == []
