"""What this process holds open."""

from pathlib import Path


def open_files(folder: str | Path) -> list[Path]:
    """Files under a folder that are open here and now."""
    # The listing's own descriptor is gone when it is looked at.
    entries = Path("/proc/self/fd").iterdir()
    links = [entry.readlink() for entry in entries if entry.is_symlink()]
    return [link for link in links if link.is_relative_to(folder)]
