"""Reads of what directories told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapport.provisioning.models import Entry, Group, GroupMapping
from rapport.provisioning.naming import as_compared

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme


def entries(programme: Programme) -> QuerySet[Entry]:
    """Return the people that SCIM told of on the programme, in the order they were told."""
    told = Entry.objects.filter(programme=programme, source=Entry.Source.SCIM)
    return told.select_related("programme__partner", "identity__user").prefetch_related("groups").order_by("pk")


def groups(programme: Programme) -> QuerySet[Group]:
    """Return the groups that SCIM told of on the programme, in the order they were told."""
    told = Group.objects.filter(programme=programme).select_related("programme__partner")
    return told.prefetch_related("entries").order_by("pk")


def is_told_by_scim(programme: Programme) -> bool:
    """Say whether a directory tells of the programme's people by SCIM."""
    return entries(programme).exists() or groups(programme).exists()


def mappings(programme: Programme) -> list[GroupMapping]:
    """Return what groups give on the programme, the one that wins first."""
    return list(GroupMapping.objects.filter(programme=programme).order_by("position", "pk"))


def mapping_named(programme: Programme, group: str) -> GroupMapping | None:
    """Return what the group of this name gives on the programme."""
    return GroupMapping.objects.filter(programme=programme, key=as_compared(group)).first()


@dataclass(frozen=True)
class Told:
    """What the programme's directories told so far. ``unmapped`` are groups that give nothing."""

    people: int
    placed: int
    groups: int
    unmapped: list[str]


def told(programme: Programme) -> Told:
    """Return how much directories told of the programme."""
    people = Entry.objects.filter(programme=programme)
    known = Group.objects.filter(programme=programme)
    mapped = GroupMapping.objects.filter(programme=programme).values("key")
    return Told(
        people=people.count(),
        placed=people.filter(is_placed=True).count(),
        groups=known.count(),
        unmapped=list(known.exclude(key__in=mapped).order_by("name").values_list("name", flat=True)[:50]),
    )
