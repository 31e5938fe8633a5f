"""`./portal lock`: recompiles requirements/*.txt from pyproject.toml.

Base comes first and binds the others, so that one package has one version everywhere.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from impna.door.place import ROOT
from impna.door.trouble import Trouble

EXTRAS: dict[str, tuple[str, ...]] = {"base": (), "local": ("local",), "dev": ("local", "dev")}


def lock(words: list[str]) -> int:
    """Compile all three; the words (`--upgrade`) go to uv."""
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise Trouble("Compiling the requirements needs uv: install it, then run this again.")
    bound: list[str] = []
    for profile, extras in EXTRAS.items():
        target = f"requirements/{profile}.txt"
        command = [uv, "pip", "compile", "pyproject.toml", "--output-file", target]
        command += ["--universal", "--python-version", "3.12", "--generate-hashes"]
        command += ["--no-emit-index-url", "--quiet", "--custom-compile-command", "./portal lock"]
        command += [part for extra in extras for part in ("--extra", extra)]
        if subprocess.run([*command, *bound, *words], check=False, cwd=ROOT).returncode:
            raise Trouble(f"uv could not compile {target}; it says why above.")
        bound += ["--constraints", target]
    return 0
