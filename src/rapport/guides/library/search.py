"""Finding live entries by words: stems of each language in use, what the last word begins, one slip forgiven."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from rapport.guides.library.indexing import CONFIGURATIONS, SHORTEST, rests_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

MOST_WORDS = 24
LONGEST_WORD = 40
LAST = "\U0010ffff"
AFTER = "\x01"  # no stem has it: up to here and no further is the stem alone

READ = """
SELECT DISTINCT asked.at, stem FROM unnest(%(words)s::text[]) WITH ORDINALITY AS asked (word, at),
    unnest(%(languages)s::text[], %(readings)s::text[]) AS known (language, reading),
    unnest(tsvector_to_array(to_tsvector(known.reading::regconfig, asked.word))) AS stem
WHERE EXISTS (SELECT FROM guides_libraryversion AS v
    WHERE v.programme_id = %(programme)s AND v.language = known.language)
"""
KNOWN = """
SELECT asked.at FROM unnest(%(ats)s::int[], %(lows)s::text[], %(highs)s::text[]) AS asked (at, low, high)
WHERE EXISTS (SELECT FROM guides_libraryterm AS t
    WHERE t.programme_id = %(programme)s AND t.term >= asked.low COLLATE "C" AND t.term < asked.high COLLATE "C")
"""
CLOSE = """
SELECT asked.at, s.term FROM unnest(%(ats)s::int[], %(rests)s::text[]) AS asked (at, rest)
JOIN guides_libraryspelling AS s ON s.programme_id = %(programme)s AND s.rest = asked.rest COLLATE "C"
GROUP BY asked.at, s.term ORDER BY asked.at, count(*) DESC, s.term
"""
FIND = """
WITH matches AS (
    SELECT asked.at, t.version_id, max(t.weight) AS weight
    FROM unnest(%(ats)s::int[], %(lows)s::text[], %(highs)s::text[]) AS asked (at, low, high)
    JOIN guides_libraryterm AS t
        ON t.programme_id = %(programme)s AND t.term >= asked.low COLLATE "C" AND t.term < asked.high COLLATE "C"
    WHERE t.kind = ANY(%(kinds)s)
    GROUP BY asked.at, t.version_id
), rarity AS (
    SELECT at, 1 / (1 + ln(count(*))) AS tells FROM matches GROUP BY at
)
SELECT m.version_id FROM matches AS m JOIN rarity AS r USING (at) GROUP BY m.version_id
ORDER BY sum(r.tells * (2 + m.weight)) DESC, m.version_id LIMIT %(most)s
"""


@dataclass(slots=True)
class Asked:
    """What is looked for: ranges of stems, each with the place of the word it came from."""

    programme: int
    ats: list[int] = field(default_factory=list)
    lows: list[str] = field(default_factory=list)
    highs: list[str] = field(default_factory=list)

    def add(self, at: int, low: str, *, begins: bool = False) -> None:
        """Look for a stem, or for all that it begins."""
        self.ats.append(at)
        self.lows.append(low)
        self.highs.append(low + (LAST if begins else AFTER))


def find(programme: Programme, text: str, *, kinds: Collection[str], most: int) -> list[int]:
    """Return the ids of versions that the text fits, the best first; some may not be live."""
    words = [word[:LONGEST_WORD] for word in re.findall(r"\w+", text.casefold())][:MOST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        known_as = {"languages": list(CONFIGURATIONS), "readings": list(CONFIGURATIONS.values())}
        cursor.execute(READ, {"words": words, **known_as, "programme": programme.pk})
        stems = [(at - 1, stem) for at, stem in cursor.fetchall()]
        asked = Asked(programme.pk)
        for at, stem in stems:
            asked.add(at, stem)
        if text[-1:].isalnum() and len(words[-1]) > 1:  # it may go on
            asked.add(len(words) - 1, words[-1], begins=True)
        cursor.execute(KNOWN, asdict(asked))
        known = {at for (at,) in cursor.fetchall()}
        slips = [
            (at, rest)
            for at, stem in stems
            if at not in known and len(stem) >= SHORTEST
            for rest in rests_of(stem)
        ]
        if slips:
            ats, rests = zip(*slips, strict=True)
            cursor.execute(CLOSE, {"ats": list(ats), "rests": list(rests), "programme": programme.pk})
            for at, stem in cursor.fetchall():
                asked.add(at, stem)
        cursor.execute(FIND, {**asdict(asked), "kinds": list(kinds), "most": most})
        return [pk for (pk,) in cursor.fetchall()]
