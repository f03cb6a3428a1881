"""What comes with a form, while it is too large for memory: in files without names, and never without a bound."""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MB = 1024 * 1024


class Nameless(FileUploadHandler):
    """Keeps what arrives in files that go with this process, even where it is killed.

    Of all that one request brings, no more is written than the largest file that any form takes and the one piece
    more by which whoever reads it sees that it is too large.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.written = 0

    def new_file(self, *told: Any, **more: Any) -> None:
        """Begin a file."""
        super().new_file(*told, **more)
        self.file = UploadedFile(
            tempfile.TemporaryFile(),  # noqa: SIM115 - its reader lets it go
            self.file_name, self.content_type, 0, self.charset, self.content_type_extra,
        )  # fmt: skip

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece, or let it go where there was too much before it."""
        if self.written <= settings.LARGEST_RECORDING_MB * MB:
            self.file.write(raw_data)
            self.written += len(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """Return the file, to be read from its beginning."""
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        """Let go what came of a file whose sender has gone."""
        if hasattr(self, "file"):
            self.file.close()
