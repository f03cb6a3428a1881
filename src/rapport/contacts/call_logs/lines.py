"""Lines of text from a file, plain or gzipped, that may be damaged."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .records import BadRow

Source = str | Path | IO[bytes]
"""A path, or a binary file that can seek."""

CHUNK_BYTES = 1 << 16
SHOWN_CHARACTERS = 500


def numbered_lines(source: Source, encoding: str = "utf-8") -> Iterator[tuple[int, str] | BadRow]:
    """Each line that is not blank with its number from 1, without its end.

    Streamed: memory does not grow with the file. A line in another encoding and a file that ends early give a
    BadRow each; what can be read before and after is read.
    """
    number = 0
    rest = b""
    with _opened(source) as file:
        for chunk in _chunks(file):
            if isinstance(chunk, str):
                yield BadRow(number + 1, shorten(rest.decode(encoding, "replace")), chunk)
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                number += 1
                yield from _decoded(number, line, encoding)
    yield from _decoded(number + 1, rest, encoding)


def shorten(text: str) -> str:
    """At most 500 characters, to be shown beside a reason."""
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _decoded(number: int, line: bytes, encoding: str) -> Iterator[tuple[int, str] | BadRow]:
    if number == 1:
        line = line.removeprefix(b"\xef\xbb\xbf")
    try:
        text = line.removesuffix(b"\r").decode(encoding)
    except UnicodeError:
        yield BadRow(number, shorten(line.decode(encoding, "replace")), f"is not written in {encoding}")
    else:
        if text.strip():
            yield number, text


@contextmanager
def _opened(source: Source) -> Iterator[IO[bytes]]:
    if isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            yield file
    else:
        yield source


def _chunks(file: IO[bytes]) -> Iterator[bytes | str]:
    """The bytes, unzipped where needed; last a sentence when the file is damaged."""
    magic = file.read(2)
    file.seek(-len(magic), 1)
    read: Callable[[int], bytes] = file.read
    if magic == b"\x1f\x8b":
        read = gzip.GzipFile(fileobj=file).read1  # read() would lose what precedes a fault
    try:
        while chunk := read(CHUNK_BYTES):
            yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
        yield f"the file ends early or is damaged from here on ({fault})"
