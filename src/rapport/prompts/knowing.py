"""What a programme's customers are known to say, read now and then: reasons, objections, questions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rapport.contacts.queries import reasons_of
from rapport.guides.library import queries as library
from rapport.guides.library.content import Article, Objection, Rebuttal
from rapport.guides.library.queries import Live
from rapport.prompts.calibrated import Calibrated, unpacked
from rapport.prompts.findings import Known
from rapport.prompts.trained import in_use, weights_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

FRESH_SECONDS = 15.0
Rebuttals = Mapping[str, Sequence[Live]]
_read: dict[int, tuple[float, Known, Rebuttals]] = {}
_made: dict[int, tuple[int, Calibrated | None]] = {}


def known_of(programme: Programme) -> Known:
    """Return what is known in a programme, at most 15 seconds old."""
    return _fresh(programme)[1]


def rebuttals_of(programme: Programme, objection: str) -> Sequence[Live]:
    """Return the rebuttals of an objection, as they were at most 15 seconds ago."""
    return _fresh(programme)[2].get(objection, ())


def forget() -> None:
    """Have everything read anew."""
    _read.clear()
    _made.clear()


def _fresh(programme: Programme) -> tuple[float, Known, Rebuttals]:
    found = _read.get(programme.pk)
    if found is None or time.monotonic() >= found[0]:
        known, rebuttals = _known(programme), _rebuttals(programme)
        found = _read[programme.pk] = time.monotonic() + FRESH_SECONDS, known, rebuttals
    return found


def _rebuttals(programme: Programme) -> Rebuttals:
    found: dict[str, list[Live]] = {}
    for one in library.live_of(programme, "rebuttal"):
        if isinstance(one.entry, Rebuttal):
            found.setdefault(one.entry.objection, []).append(one)
    return found


def _known(programme: Programme) -> Known:
    objections = {one.key: one.entry for one in library.live_of(programme, "objection")}
    articles = {one.key: one.entry for one in library.live_of(programme, "article")}
    return Known(
        reasons={one.key: (one.name,) for one in reasons_of(programme)},
        objections={
            key: (one.name, *one.examples) for key, one in objections.items() if isinstance(one, Objection)
        },
        articles={key: (one.question,) for key, one in articles.items() if isinstance(one, Article)},
        trained=_trained(programme),
    )


def _trained(programme: Programme) -> Calibrated | None:
    """Return the model in use, made from its row once; one that is not whole is told of and not used."""
    number = in_use(programme).number
    kept = _made.get(programme.pk)
    if kept is None or kept[0] != number:
        content = weights_of(programme, number)
        kept = _made[programme.pk] = number, unpacked(content) if content else None
    return kept[1]
