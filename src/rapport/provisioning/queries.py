"""Reads of what directories told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.provisioning.models import Entry, Group, GroupMapping

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


def mappings(programme: Programme) -> list[GroupMapping]:
    """Return what groups give on the programme, the one that wins first."""
    return list(GroupMapping.objects.filter(programme=programme).order_by("position", "pk"))
