"""The virus scanner that the door starts itself, when clamd is on this computer."""

import contextlib
import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from impna.door.children import ChildEnded, Recipe, Supervisor
from impna.door.place import Place
from impna.door.told import plain
from impna.door.trouble import Trouble

MIB = 1024 * 1024
LARGEST = 512 * MIB
# clamd keeps the stream and what it unpacks from it in scratch memory at the same time.
COPIES = 4
OFFICIAL = Path("/var/lib/clamav")


@dataclass(frozen=True)
class Scanner:
    """A clamd that answers at `socket` and takes files up to `limit` bytes."""

    socket: Path
    limit: int


def program() -> Path | None:
    """The clamd program, or None."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin"
    found = shutil.which("clamd", path=path)
    return Path(found) if found else None


def start(place: Place, supervisor: Supervisor) -> Scanner | str:
    """Start clamd and wait until it answers; otherwise say why files will end not scanned."""
    clamd = program()
    if clamd is None:
        return "clamd is not installed here"
    folder = place.scratch / "clamd"
    for name in ("db", "tmp"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    limit = min(LARGEST, shutil.disk_usage(place.scratch).free // COPIES)
    if limit < MIB:
        return f"{place.scratch} has too little room"
    scanner = Scanner(place.sockets / "clamd.sock", limit)
    scanner.socket.unlink(missing_ok=True)
    _signatures(folder / "db")
    settings = folder / "clamd.conf"
    settings.write_text(_settings(scanner, folder), encoding="utf-8")
    environment = plain(TMPDIR=str(folder / "tmp"))
    recipe = Recipe("clamd", [clamd, f"--config-file={settings}"], environment, folder)
    child = supervisor.start(recipe)
    try:
        supervisor.wait_until(lambda: answers(scanner.socket), "clamd's start", 120)
    except ChildEnded as ended:
        if ended.child is not child:
            raise
        supervisor.forget(child)
        return f"clamd did not start; {child.log} says why"
    except Trouble:
        supervisor.forget(child)
        return "clamd did not answer in time"
    return scanner


def answers(path: Path) -> bool:
    """Whether a clamd answers at that socket."""
    with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(b"zPING\0")
        return client.recv(16) == b"PONG\0"
    return False


def eicar() -> bytes:
    """The EICAR test file: harmless, and known to every scanner. Put together only here, so that
    no scanner finds it in our sources."""
    halves = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}", "$EICAR", "-STANDARD-ANTIVIRUS-", "TEST-FILE!$H+H*")
    return "".join(halves).encode("ascii")


def _signatures(folder: Path) -> None:
    """The test file's signature, and the official database where it is installed.

    clamd refuses to start without any signature.
    """
    (folder / "local.ndb").write_text(f"Eicar-Test-Signature:0:*:{eicar().hex()}\n")
    if OFFICIAL.is_dir():
        for found in (*OFFICIAL.glob("*.cvd"), *OFFICIAL.glob("*.cld")):
            link = folder / found.name
            if not link.is_symlink():
                link.symlink_to(found)


def _settings(scanner: Scanner, folder: Path) -> str:
    # AlertExceedsMax: what is too large to look into is reported, not passed as clean.
    return f"""\
Foreground yes
LocalSocket {scanner.socket}
LocalSocketMode 600
DatabaseDirectory {folder / "db"}
TemporaryDirectory {folder / "tmp"}
LeaveTemporaryFiles no
LogSyslog no
LogClean no
ExtendedDetectionInfo no
MaxThreads 4
ReadTimeout 120
CommandReadTimeout 30
StreamMaxLength {scanner.limit}
MaxFileSize {scanner.limit}
MaxScanSize {min(scanner.limit * 2, 2047 * MIB)}
AlertExceedsMax yes
"""
