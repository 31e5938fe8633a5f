"""Writing to disk so that what was acknowledged survives a crash of the machine."""

import os
import secrets
from pathlib import Path

DRAFT = ".draft"


def write_whole(path: Path, content: bytes) -> None:
    """Replace `path` (mode 0600) so that readers, and a crash, find all of it or none.

    A crash may leave a file beside it whose name ends in `DRAFT`; an error leaves nothing.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}{DRAFT}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def touch(mark: Path) -> None:
    """Make sure an empty file (mode 0600) is there."""
    os.close(os.open(mark, os.O_WRONLY | os.O_CREAT, 0o600))
    sync_directory(mark.parent)


def sync_directory(directory: Path) -> None:
    """Make what was created, renamed or removed in `directory` survive."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
