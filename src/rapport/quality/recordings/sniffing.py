"""What kind of audio a file is by its own bytes, and whether all of it is there: no sender is believed."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO

WAV, OPUS, MP3 = "wav", "opus", "mp3"
LARGEST_PAGE = 65_307  # bytes of an Ogg page
HEAD_OF_MP3 = 64 * 1024  # bytes within which the first frame is, behind a picture even
UNKNOWN_SIZE = 0xFFFF_FFFF  # what a writer says that could not go back to tell


class Refused(Exception):
    """The file is no audio that is kept; the message says why."""


def kind_of(path: Path) -> str:
    """Return what a file is: WAV, OPUS or MP3; Refused for any other, and for what is empty or cut short."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(64)
        if not head:
            raise Refused("The file is empty.")
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            _require_whole_wav(file, size)
            return WAV
        if head[:4] == b"OggS" and b"OpusHead" in head:
            _require_whole_ogg(file, size)
            return OPUS
    if head[:3] == b"ID3" or _is_mp3_frame(head):
        return MP3
    raise Refused("This is neither WAV, nor Opus in Ogg, nor MP3.")


def tells_its_length(path: Path) -> bool:
    """Say whether an MP3 file tells how long it is, rather than having us guess."""
    with path.open("rb") as file:
        head = file.read(HEAD_OF_MP3)
    return b"Xing" in head or b"Info" in head


def _is_mp3_frame(head: bytes) -> bool:
    """Say whether the bytes begin as a frame of MPEG layer III does, with rates that there are."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer == 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _require_whole_wav(file: IO[bytes], size: int) -> None:
    at = 12
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"data":
            if length != UNKNOWN_SIZE and at + 8 + length > size:
                raise Refused(f"The file was cut short: {at + 8 + length - size:,} bytes are missing.")
            return
        at += 8 + length + length % 2
    raise Refused("The WAV file holds no sound.")


def _require_whole_ogg(file: IO[bytes], size: int) -> None:
    """Refuse a stream whose last page is not said to be the last, or is not all there."""
    file.seek(max(0, size - LARGEST_PAGE))
    tail = file.read()
    at = tail.rfind(b"OggS")
    page = tail[at:] if at >= 0 else b""
    segments = page[26] if len(page) > 26 else 0
    is_whole = len(page) >= 27 + segments and len(page) == 27 + segments + sum(page[27 : 27 + segments])
    if not (is_whole and page[5] & 4):
        raise Refused("The file was cut short: its last page is missing.")
