"""Makes the virtual environment and keeps it at the locked requirements.

Runs as a script before anything is installed, hence the standard library alone. Several may run
at once: one works, the others wait for it and find the work done.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The development requirements are compiled from the same list and hold all of the local ones.
QUIETLY = ("-qq", "--no-input", "--disable-pip-version-check", "--root-user-action=ignore")
SATISFIED_BY = {"local": ("local", "dev"), "dev": ("dev",)}


def _digest(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def fits(venv: Path, requirements: Path, profile: str) -> bool:
    """True when `venv` holds, by its own stamp, what `profile` asks for today."""
    try:
        done, digest = (venv / "portal-stamp").read_text(encoding="ascii").split()
        return done in SATISFIED_BY[profile] and digest == _digest(requirements / f"{done}.txt")
    except (OSError, ValueError):
        return False


def _runs(python: Path) -> bool:
    question = "import sys; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 13))"
    try:
        return (
            subprocess.run(
                [python, "-I", "-c", question], check=False, capture_output=True
            ).returncode
            == 0
        )
    except OSError:
        return False


@contextmanager
def closing_folder(folder: Path) -> Iterator[int]:
    """A descriptor of `folder`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def make(venv: Path, requirements: Path, profile: str) -> None:
    """Bring `venv` to the locked requirements of `profile`, alone among all who try."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    # The folder itself is the lock: no file to leave behind, and the kernel frees it at any death.
    with closing_folder(venv.parent) as folder:
        fcntl.flock(folder, fcntl.LOCK_EX)
        python = venv / "bin" / "python"
        if _runs(python) and fits(venv, requirements, profile):
            return
        print(f"Setting up {venv} (only when requirements changed) …", file=sys.stderr)
        if not _runs(python):
            subprocess.run([sys.executable, "-I", "-m", "venv", "--clear", venv], check=True)
        pip = [str(python), "-I", "-m", "pip"]
        if subprocess.run([*pip, "--version"], check=False, capture_output=True).returncode:
            subprocess.run([python, "-I", "-m", "ensurepip"], check=True, stdout=sys.stderr)
        (venv / "portal-stamp").unlink(missing_ok=True)
        locked = requirements / f"{profile}.txt"
        digest = _digest(locked)
        subprocess.run(
            [
                *pip,
                "install",
                "--require-hashes",
                "--only-binary=:all:",
                *QUIETLY,
                "-r",
                str(locked),
            ],
            check=True,
            stdout=sys.stderr,
        )
        new = venv / "portal-stamp.new"
        new.write_text(f"{profile} {digest}\n", encoding="ascii")
        new.replace(venv / "portal-stamp")


def main(task: str, venv: str, requirements: str, profile: str) -> int:
    """`check` answers by exit status; `make` works and says in a sentence why it could not."""
    if task == "check":
        return 0 if fits(Path(venv), Path(requirements), profile) else 1
    try:
        make(Path(venv), Path(requirements), profile)
    except (OSError, subprocess.CalledProcessError) as error:
        print(
            f"The virtual environment {venv} could not be set up: {error}. What is written above"
            " says why; then run the same command again. Deleting the folder is always safe.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
