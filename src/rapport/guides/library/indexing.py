"""The stems that live versions have, by which they are found.

Row security keeps PostgreSQL from using its own index of texts (its operators might leak), so the stems that its
full text search makes stand in rows of their own, which are found by plain comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from rapport.guides.library.content import entry_of
from rapport.guides.library.models import LibrarySpelling, LibraryTerm, LibraryVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST = 4  # letters of a stem that is looked for with a slip in it
LONGEST = 100
CONFIGURATIONS = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "tr": "turkish", "other": "simple",
}  # fmt: skip
"""PostgreSQL's name of how each language is read."""
LIST = """
INSERT INTO guides_libraryterm (programme_id, version_id, kind, term, weight)
SELECT %(programme)s, %(version)s, %(kind)s, found.lexeme,
    CASE WHEN 'A' = ANY(weights) THEN 4 WHEN 'B' = ANY(weights) THEN 2 ELSE 1 END
FROM unnest(
    setweight(to_tsvector(%(by)s::regconfig, %(heading)s), 'A')
    || setweight(to_tsvector(%(by)s::regconfig, %(text)s), 'B')
    || setweight(to_tsvector(%(by)s::regconfig, %(beside)s), 'C')
) AS found WHERE length(found.lexeme) <= %(longest)s
ON CONFLICT DO NOTHING
RETURNING term
"""


def index(version: LibraryVersion) -> None:
    """List the stems of a version that goes live."""
    entry = entry_of(version.entry.kind, version.content)
    told: dict[str, str | int] = {
        "heading": entry.heading,
        "text": entry.text,
        "beside": entry.beside,
        "by": CONFIGURATIONS[entry.language],
        "kind": version.entry.kind,
        "programme": version.programme_id,
        "version": version.pk,
        "longest": LONGEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(LIST, told)
        terms = [str(term) for (term,) in cursor.fetchall()]
    LibrarySpelling.objects.bulk_create(
        (
            LibrarySpelling(programme_id=version.programme_id, rest=rest, term=term)
            for term in terms
            if len(term) >= SHORTEST
            for rest in rests_of(term)
        ),
        ignore_conflicts=True,
    )


def forget(versions: Iterable[LibraryVersion]) -> None:
    """Drop the stems of versions that are live no more."""
    LibraryTerm.objects.filter(version__in=[one.pk for one in versions]).delete()


def rests_of(term: str) -> set[str]:
    """Return the term and what is left of it without one of its letters."""
    return {term, *(term[:at] + term[at + 1 :] for at in range(len(term)))}
