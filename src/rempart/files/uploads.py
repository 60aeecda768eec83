"""Uploads held in memory until they are sealed: evidence never lies in the open in a temporary file.

A file larger than what is kept, or one too many in a request, is counted and not held: reading it raises FileRefused.
"""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext as _

from rempart.files.errors import FileRefused
from rempart.files.services import LARGEST

LARGEST_REQUEST = 40 * 1024 * 1024  # bytes of files in one request, so that a few requests cannot fill the memory


class _NotHeld(BytesIO):
    """Stands for a file that was too large to hold."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise FileRefused("size", _("This file is larger than 25 MB, or the files are larger than 40 MB together."))


class InMemory(FileUploadHandler):
    """Django's upload handler for the whole site."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.room = LARGEST_REQUEST

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Hold a part of it, while there is room."""
        if start + len(raw_data) > min(LARGEST, self.room):
            self.held = _NotHeld()
        if not isinstance(self.held, _NotHeld):
            self.held.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """End it. Its size is what was sent, held or not."""
        self.room -= self.held.tell()
        self.held.seek(0)
        return InMemoryUploadedFile(
            self.held, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )
