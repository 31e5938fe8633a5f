"""Where sealed bytes live: write-once files under random names, known to callers by name alone."""

import contextlib
import fcntl
import os
import re
import secrets
import time
from collections.abc import Buffer, Iterator
from contextlib import AbstractContextManager
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Protocol

from custody import durable

NAME = re.compile(r"[0-9a-f]{32}")
PARTIAL = "partial"


class FileStoreError(Exception):
    """The store cannot do what was asked; the message names no path."""


class FileMissing(FileStoreError):
    """No file of this name is in the store."""


class NewFile(Protocol):
    """A file being written: it enters the store when the `with` block of `create` ends well."""

    @property
    def name(self) -> str: ...

    def write(self, data: Buffer, /) -> int:
        """Take all of `data`."""


class FileStore(Protocol):
    """What the portal asks of a file store; a directory or an object store can stand behind it.

    Names are 32 hexadecimal digits chosen by the store; others raise `ValueError`. `open` and
    `size` (bytes) raise `FileMissing`. Any method may raise `FileStoreError`.
    """

    def create(self) -> AbstractContextManager[NewFile]:
        """Write a new file; on leaving without an error it is durable, on an error it is gone."""

    def open(self, name: str) -> BinaryIO:
        """The file, readable and seekable; the caller closes it."""

    def size(self, name: str) -> int: ...

    def delete(self, name: str) -> None:
        """Remove a file for good; one that is not there is no error. For segments and erasure."""

    def free_bytes(self) -> int:
        """How many bytes may still be written."""

    def sweep_partial(self, older_than_seconds: float) -> int:
        """Remove what interrupted writers left behind; the count of files removed."""

    def names(self, older_than_seconds: float) -> Iterator[str]:
        """The names of all files that have been in the store for so long, in no order."""


class LocalFileStore:
    """Files in a directory that exists, spread by the first two digits of their names.

    Directories are 0700 and files 0400. A file is written in `partial/`, which must be of the
    same file system, and linked into place, so that no file is ever replaced.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = Path(root)
        # Directories this process knows to be durable; at most 256.
        self._spread: set[Path] = set()

    @contextlib.contextmanager
    def create(self) -> Iterator[NewFile]:
        name = secrets.token_hex(16)
        partial = self._root / PARTIAL / name
        with _quiet("The file store cannot take a new file"):
            partial.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                # Held while we write, so that a sweep leaves a slow upload alone.
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield _Partial(name, file)
                with _quiet("The file store cannot keep a new file"):
                    os.fchmod(descriptor, 0o400)
                    os.fsync(descriptor)
                    self._link(partial, self._path(name))
        finally:
            partial.unlink(missing_ok=True)

    def open(self, name: str) -> BinaryIO:
        with _quiet("The file store cannot open a file"):
            return self._path(name).open("rb")

    def size(self, name: str) -> int:
        with _quiet("The file store cannot look at a file"):
            return self._path(name).stat().st_size

    def delete(self, name: str) -> None:
        path = self._path(name)
        with _quiet("The file store cannot delete a file"):
            path.unlink(missing_ok=True)
            # Also when it was gone already: a crash may have come between removing and this.
            if path.parent.exists():
                durable.sync_directory(path.parent)

    def free_bytes(self) -> int:
        with _quiet("The file store cannot say how much room it has"):
            disk = os.statvfs(self._root)
        return disk.f_bavail * disk.f_frsize

    def sweep_partial(self, older_than_seconds: float, *, now: float | None = None) -> int:
        latest = (time.time() if now is None else now) - older_than_seconds
        removed = 0
        with _quiet("The file store cannot be swept"):
            self._root.stat()
            for partial in (self._root / PARTIAL).glob("*"):
                with contextlib.suppress(FileNotFoundError):  # another sweep, or its writer
                    removed += partial.stat().st_mtime <= latest and _remove_abandoned(partial)
        return removed

    def names(self, older_than_seconds: float, *, now: float | None = None) -> Iterator[str]:
        latest = (time.time() if now is None else now) - older_than_seconds
        for path in self._root.glob("[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):  # erased while we look
                if NAME.fullmatch(path.name) and path.stat().st_mtime <= latest:
                    yield path.name

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError("A file store name is 32 hexadecimal digits in lower case.")
        return self._root / name[:2] / name

    def _link(self, partial: Path, path: Path) -> None:
        if path.parent not in self._spread:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            durable.sync_directory(self._root)
            self._spread.add(path.parent)
        # Unlike a rename, a link refuses to replace: the kernel keeps write-once for us.
        path.hardlink_to(partial)
        durable.sync_directory(path.parent)


class _Partial:
    """Unbuffered, so that nothing is left to be written, and to fail, when the file is closed."""

    def __init__(self, name: str, file: FileIO) -> None:
        self._file = file
        self.name = name

    def write(self, data: Buffer, /) -> int:
        view = memoryview(data).cast("B")
        written = 0
        with _quiet("The file store cannot take more"):
            while written < len(view):
                written += self._file.write(view[written:])
        return written


def _remove_abandoned(partial: Path) -> bool:
    with partial.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        partial.unlink()
        return True


@contextlib.contextmanager
def _quiet(what: str) -> Iterator[None]:
    """Turn what the disk reports into our errors, whose messages name no path."""
    try:
        yield
    except FileNotFoundError:
        raise FileMissing(f"{what}: it is not there.") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        raise FileStoreError(f"{what}: {reason}.") from error
