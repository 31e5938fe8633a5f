"""Where one instance of the portal lives on this computer: `var/`, scratch memory, sockets."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from impna.door.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")  # noqa: S108  # below it, only a 0700 folder of our own
MEMORY_FILE_SYSTEMS = ("tmpfs", "ramfs")


@dataclass(frozen=True)
class Place:
    """The folders of one instance. Make it with `open_place`."""

    var: Path
    scratch: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data folder."""
        return self.var / "postgres"

    @property
    def store(self) -> Path:
        """The sealed files."""
        return self.var / "store"

    @property
    def keys(self) -> Path:
        """The key store."""
        return self.var / "keys"

    @property
    def logs(self) -> Path:
        """One log for each process."""
        return self.var / "log"

    @property
    def facts(self) -> Path:
        """How to reach the servers of the `./portal run` that is up; gone when none is."""
        return self.var / "run.json"

    @cached_property
    def sockets(self) -> Path:
        """A short folder for sockets, whose paths end at 107 bytes; `var/sockets` links to it."""
        link = self.var / "sockets"
        with contextlib.suppress(OSError):
            found = link.readlink()
            if _ours(found.lstat()):
                return found
        link.unlink(missing_ok=True)
        made = Path(tempfile.mkdtemp(prefix="impna-", dir="/tmp"))
        link.symlink_to(made)
        return made

    def secret(self, name: str, size: int = 32) -> Path:
        """The file of a random secret in hexadecimal, 0600, made at first use."""
        path = self.var / "secrets" / name
        if not path.exists():
            new = path.with_name(f"{name}.{os.getpid()}.new")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(size) + "\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
            new.unlink()
        return path

    def key(self, name: str) -> Path:
        """The file of 32 random bytes, 0600, made at first use."""
        path = self.var / "secrets" / name
        if not path.exists():
            new = path.with_name(f"{name}.{os.getpid()}.new")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
            new.unlink()
        return path

    def password(self, name: str) -> str:
        """The secret of that name, as a password."""
        return self.secret(f"{name}-password", 24).read_text(encoding="ascii").strip()

    def leave(self) -> None:
        """Drop what must not outlive the processes: scratch memory and sockets."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)
        (self.var / "sockets").unlink(missing_ok=True)
        self.facts.unlink(missing_ok=True)


def _ours(found: os.stat_result) -> bool:
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def open_place(var: Path) -> Place:
    """The instance whose state is in `var`, its folders made."""
    var = var.resolve()
    try:
        var.mkdir(parents=True, exist_ok=True)
        # Enterable, not readable: PostgreSQL may run as another user below it.
        var.chmod(0o711)
        for name in ("secrets", "store", "keys", "log", "beat"):
            (var / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"The folder for the portal's state cannot be used ({error}). Set PORTAL_VAR to a"
            " folder you may write to."
        ) from error
    return Place(var, _scratch(var))


def _scratch(var: Path) -> Path:
    told = os.environ.get("PORTAL_SCRATCH_DIR")
    name = f"impna-{os.geteuid()}-{hashlib.sha256(os.fsencode(var)).hexdigest()[:12]}"
    path = Path(told).resolve() / name if told else MEMORY / name
    hint = "Set PORTAL_SCRATCH_DIR to a private folder in memory (tmpfs)."
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise Trouble(f"There is no scratch memory ({error}). {hint}") from error
    if not _ours(found):
        raise Trouble(f"{path} belongs to another user and cannot be scratch memory. {hint}")
    path.chmod(0o700)
    if not in_memory(path):
        path.rmdir()
        raise Trouble(f"{path.parent} is on a disk, where evidence in clear must not go. {hint}")
    return path


def in_memory(path: Path) -> bool:
    """Whether what is written there reaches no disk (swap aside)."""
    return _file_system(path) in MEMORY_FILE_SYSTEMS


def _file_system(path: Path) -> str:
    """The type of the file system `path` is on, by the longest mount point above it."""
    kinds: dict[Path, str] = {}
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _device, mount, kind, *_rest = line.split(" ")
        kinds[Path(mount.replace("\\040", " "))] = kind
    return next((kinds[p] for p in (path, *path.parents) if p in kinds), "unknown")


class Lock:
    """Held by the one process that may run servers in a place; the kernel frees it at any death."""

    def __init__(self, place: Place) -> None:
        self._descriptor = os.open(place.var / "lock", os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> bool:
        """True when it is ours now."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._descriptor)
