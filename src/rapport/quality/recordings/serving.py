"""Answers to who listens: the part of the sound that a player asks for (HTTP ranges), opened piece by piece.

A part is at most so long, whatever is asked for, and answered whole: a slow listener holds none of our
threads. So is all of it where it fits into memory. Only a large one that is asked for without a range, as no
player does, is sent while it is read, and keeps a thread as long as that takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from rapport.quality.recordings import sealed, store

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.quality.recordings.models import Recording

MOST = 512 * 1024  # bytes of one part
WHOLE = 8 * 1024 * 1024  # bytes that are answered at once where no part is asked for
KIND = "audio/flac"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def answer(request: HttpRequest, row: Recording) -> HttpResponseBase:
    """Return the sound, or the part that is asked for; 416 where there is no such part."""
    return give(request, sealed.held_of(row), KIND)


def give(request: HttpRequest, held: store.Held, kind: str) -> HttpResponseBase:
    """Return what is held, as this media type, or the part of it that is asked for."""
    span = wanted(request.headers.get("Range", ""), held.size)
    response: HttpResponseBase
    if span is None and held.size <= WHOLE:
        response = HttpResponse(b"".join(store.read(held, 0, held.size)), content_type=kind)
        response.headers["Content-Length"] = str(held.size)
    elif span is None:
        response = StreamingHttpResponse(store.read(held, 0, held.size), content_type=kind)
        response.headers["Content-Length"] = str(held.size)
    elif span[0] >= span[1]:
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{held.size}"
    else:
        response = HttpResponse(b"".join(store.read(held, *span)), status=206, content_type=kind)
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{held.size}"
    response.headers["Accept-Ranges"] = "bytes"
    return response


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """Return the part that a Range header asks for, from and to before; None for all, an empty one for no such.

    One part is given; where several are asked for, or none that can be read, it is all.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        start, stop = max(0, size - int(found[2])), size
    else:
        start, stop = int(found[1]), min(size, int(found[2]) + 1 if found[2] else size)
        if found[2] and int(found[2]) < start:
            return None
    return start, min(stop, start + MOST)
