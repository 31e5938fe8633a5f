"""PostgreSQL refuses to run as root; this finds the way to start it all the same.

Two ways, tried by doing: another user id (needs every folder on the way to be enterable), or a
user namespace in which we are not root (needs the kernel's leave, works below a private folder).
"""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from impna.door.trouble import Trouble

NOBODY = 65534


@dataclass(frozen=True)
class Identity:
    """Who a child is: `uid` owns its files on disk; `namespace` hides root from it."""

    uid: int
    gid: int
    namespace: bool = False

    @property
    def popen(self) -> dict[str, int | list[int]]:
        """Arguments for Popen that change the user, applied before its preexec_fn."""
        if self.namespace or self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def enter(self) -> None:
        """In the child, before exec: leave root behind if that takes a namespace."""
        if self.namespace:
            _not_root_in_a_namespace()


OURSELVES = Identity(os.geteuid(), os.getegid())


def _not_root_in_a_namespace() -> None:
    os.unshare(os.CLONE_NEWUSER)
    for name, line in (("setgroups", b"deny"), ("uid_map", b"0"), ("gid_map", b"0")):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, line if name == "setgroups" else b"%d %s 1" % (NOBODY, line))
        os.close(descriptor)


def unprivileged(program: Path, folder: Path) -> Identity:
    """An identity that is not root, can run `program` and can work inside `folder`.

    Raises Trouble with what to do when there is none.
    """
    if os.geteuid() != 0:
        return OURSELVES
    for identity in (Identity(NOBODY, NOBODY), Identity(0, 0, namespace=True)):
        if _can(identity.enter, identity.popen, program, folder):
            return identity
    raise Trouble(
        "PostgreSQL refuses to run as root, and neither changing to another user nor a user"
        f" namespace works here. Start ./portal as an ordinary user, or set PORTAL_VAR and"
        f" PORTAL_VENV to folders every user may enter (now {folder} and {program.parent})."
    )


def _can(
    enter: Callable[[], None],
    popen: dict[str, int | list[int]],
    program: Path,
    folder: Path,
) -> bool:
    try:
        tried = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1" && exec "$2" --version', "sh", folder, program],
            check=False,
            capture_output=True,
            preexec_fn=enter,
            **popen,  # type: ignore[call-overload]  # Popen's three identity arguments
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return bool(tried.returncode == 0)


def give(tree: Path, identity: Identity) -> None:
    """Make `tree` belong to `identity`, if it belongs to someone else and we may change that."""
    if tree.lstat().st_uid == identity.uid:
        return
    if os.geteuid() != 0:
        raise Trouble(
            f"{tree} belongs to another user, probably because ./portal was first started as"
            " root. Start it as that user again, or set PORTAL_VAR to another folder."
        )
    for folder, _folders, files in tree.walk():
        for name in [folder, *(folder / file for file in files)]:
            os.chown(name, identity.uid, identity.gid, follow_symlinks=False)
