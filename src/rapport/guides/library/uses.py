"""What needs an entry of the library: rebuttals that are live, and guides that are published or are to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.guides.library.models import Kind, LibraryVersion
from rapport.guides.library.queries import live_versions
from rapport.guides.models import GuideVersion
from rapport.guides.versions import read_version, versions_in_force
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.guides.definition.rules import Guide
    from rapport.guides.library.models import LibraryEntry


def used_by(entry: LibraryEntry) -> list[str]:
    """Return the titles of what needs the entry, now or from a later moment on."""
    return [*_rebuttals(entry), *_guides(entry)]


def _rebuttals(entry: LibraryEntry) -> list[str]:
    if entry.kind != Kind.OBJECTION:
        return []
    answers = {"entry__kind": Kind.REBUTTAL, "content__objection": entry.key}
    live = live_versions(entry.programme).filter(**answers)
    planned = LibraryVersion.objects.filter(programme=entry.programme, live_from__gt=clock.now(), **answers)
    return sorted({*live.values_list("title", flat=True), *planned.values_list("title", flat=True)})


def _guides(entry: LibraryEntry) -> list[str]:
    programme = entry.programme
    planned = GuideVersion.objects.select_related("guide").filter(
        programme=programme, starts_at__gt=clock.now(), guide__retired_at__isnull=True
    )
    versions = [*versions_in_force(programme), *planned.defer("text")]
    found = {one.guide.name for one in versions if entry.key in _named(read_version(one), entry.kind)}
    return [f"the guide {name}" for name in sorted(found)]


def _named(guide: Guide, kind: str) -> set[str]:
    return {key for step in guide.steps for key in getattr(step, f"{kind}s")}
