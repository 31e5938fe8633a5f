"""Files in ordinary forms: refused before a byte of them reaches a temporary file (R2)."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler


class TakesNoFiles(SuspiciousOperation):
    """A file in a form that has none."""


class RefuseFiles(FileUploadHandler):
    """The only upload handler; the view that takes files replaces it for its own request."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Stop at the first file's headers."""
        raise TakesNoFiles("This page takes no files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Never reached: new_file raised."""
        raise TakesNoFiles("This page takes no files.")

    def file_complete(self, file_size: int) -> None:
        """Nothing to complete."""
        return
