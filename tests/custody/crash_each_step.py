"""Run one change to a store again and again, each time killed one step later on its way to disk.

    python crash_each_step.py WHAT FOLDER

Leaves FOLDER/0, FOLDER/1, … each holding what the killed process left, and `names` with what it
was given before; the last one was not killed. A program of its own, because it forks.
"""

import itertools
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from custody.filestore import LocalFileStore
from custody.keystore import DirectoryKeyStore

STEPS = ("open", "fdopen", "fsync", "fchmod", "rename", "link", "unlink", "mkdir", "rmdir")
OLD, NEW = b"o" * 32, b"n" * 32
KILLED = 9


# A killed process loses nothing the system already has: waiting for the disk would prove nothing.
setattr(os, "fsync", lambda _: None)  # noqa: B010  # its type names the parameter


def kill_after(steps: int) -> None:
    left = iter(range(steps))

    def guarded(real: Callable[..., object]) -> Callable[..., object]:
        def step(*args: object, **options: object) -> object:
            if next(left, None) is None:
                os._exit(KILLED)
            return real(*args, **options)

        return step

    for name in STEPS:
        setattr(os, name, guarded(getattr(os, name)))


def prepare(what: str, root: Path) -> tuple[list[str], Callable[[], object]]:
    if what == "create":
        files = LocalFileStore(root)
        with files.create() as kept:
            kept.write(b"kept")

        def create() -> None:
            with files.create() as file:
                file.write(b"whole" * 1000)

        return [kept.name], create
    keys = DirectoryKeyStore(root, OLD)
    one, two = keys.create_compartment(), keys.create_compartment()
    first, second = keys.new_key(one), keys.new_key(two)
    third = keys.new_key(one)
    changes: dict[str, Callable[[], object]] = {
        "create_compartment": keys.create_compartment,
        "new_key": lambda: keys.new_key(one),
        "destroy_key": lambda: keys.destroy_key(one, first.entry),
        "destroy_compartment": lambda: keys.destroy_compartment(one),
        "rewrap_master": lambda: keys.rewrap_master(NEW),
    }
    return [one, first.entry, third.entry, two, second.entry], changes[what]


def main(what: str, folder: Path) -> None:
    for steps in itertools.count():
        root = folder / str(steps) / "store"
        root.mkdir(parents=True, mode=0o700)
        names, change = prepare(what, root)
        (root.parent / "names").write_text("\n".join(names))
        child = os.fork()
        if not child:
            try:
                kill_after(steps)
                change()
            except BaseException:  # noqa: BLE001  # a forked child must not go on as the parent
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            return
        if code != KILLED:
            sys.exit(f"{what} failed at step {steps}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
