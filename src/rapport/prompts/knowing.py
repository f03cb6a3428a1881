"""What a programme's customers are known to say, read now and then: reasons, objections, questions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rapport.contacts.queries import reasons_of
from rapport.guides.library import queries as library
from rapport.guides.library.content import Article, Objection
from rapport.prompts.findings import Known

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

FRESH_SECONDS = 15.0
_read: dict[int, tuple[float, Known]] = {}


def known_of(programme: Programme) -> Known:
    """Return what is known in a programme, at most 15 seconds old."""
    until, known = _read.get(programme.pk, (0.0, Known()))
    if time.monotonic() >= until:
        known = _known(programme)
        _read[programme.pk] = time.monotonic() + FRESH_SECONDS, known
    return known


def forget() -> None:
    """Have everything read anew."""
    _read.clear()


def _known(programme: Programme) -> Known:
    objections = {one.key: one.entry for one in library.live_of(programme, "objection")}
    articles = {one.key: one.entry for one in library.live_of(programme, "article")}
    return Known(
        reasons={one.key: (one.name,) for one in reasons_of(programme)},
        objections={
            key: (one.name, *one.examples) for key, one in objections.items() if isinstance(one, Objection)
        },
        articles={key: (one.question,) for key, one in articles.items() if isinstance(one, Article)},
    )
