"""What must not stand in any file of the tree: hosts of package registries, paths of one computer.

python -m impna.door.tree
"""

import re
import subprocess
import sys
from pathlib import Path

from impna.door.place import ROOT

# Written so that this file does not name what it looks for.
FORBIDDEN = {
    "a package registry's host": re.compile(
        r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)/?|registry[.]yarnpkg|deb[.]debian[.]org"
        r"|proxy[.]golang|crates[.]io"
    ),
    "a path of one computer": re.compile(
        r"(?<![\w.])/(?:home|Users)/\w+/|(?<![\w.])/(?:root|work)/[\w.]|file[:]///"
    ),
}
LARGEST = 2_000_000
IGNORED = {".git", ".venv", "var", "__pycache__"}


def files(root: Path) -> list[Path]:
    """The files that are, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=False,
        cwd=root,
        capture_output=True,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return [root / name for name in names if (root / name).is_file()]
    return [
        path
        for path in root.rglob("*")
        if path.is_file() and not IGNORED & set(path.relative_to(root).parts)
    ]


def findings(root: Path) -> list[str]:
    """One line for each place that says what it must not."""
    found = []
    for path in files(root):
        if path.stat().st_size > LARGEST:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for what, pattern in FORBIDDEN.items():
                if pattern.search(line):
                    found.append(f"{path.relative_to(root)}:{number}: {what}")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(findings(ROOT)) or 0)
