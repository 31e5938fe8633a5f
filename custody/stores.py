"""The file store of this process."""

from functools import cache

from django.conf import settings

from custody.filestore import FileStore, LocalFileStore


@cache
def filestore() -> FileStore:
    """Where sealed bytes live; every process of a portal uses the same."""
    return LocalFileStore(settings.STORE_DIR)
