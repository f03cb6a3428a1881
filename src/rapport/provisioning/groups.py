"""Groups of a directory, and what being in one gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from rapport.accounts.roles import Role
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.provisioning.actions import settle_all
from rapport.provisioning.events import GroupRemoved, GroupTold, MappingSet
from rapport.provisioning.models import Entry, Group, GroupMapping, GroupMember
from rapport.provisioning.naming import as_compared, checked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from rapport.accounts.models import Programme


@transaction.atomic
def keep_group(
    group: Group | None,
    *,
    programme: Programme,
    name: str,
    external_id: str,
    members: Iterable[UUID],
    actor: str,
) -> Group:
    """Keep what a directory tells of a group, new or known."""
    take_turns(Turn.DIRECTORIES, programme.pk)
    key = as_compared(checked(name, "displayName"))
    namesake = Group.objects.filter(programme=programme, key=key).first()
    if namesake is not None and namesake != group:
        raise Conflict("There is a group of this displayName already.")
    now = clock.now()
    if group is None:
        group = Group(programme=programme, created_at=now, version=0)
    before = key if group.pk is None else group.key
    group.name, group.key, group.external_id = name, key, external_id
    group.version += 1
    group.changed_at = now
    group.save()
    joined, left = _set_members(group, set(members))
    if group.key != before:
        joined |= set(group.entries.all())
    announce(
        GroupTold(joined=len(joined), left=len(left)), programme=programme, subject=group.public_id, actor=actor
    )
    _changed(joined | left, actor)
    return group


@transaction.atomic
def remove_group(group: Group, *, actor: str) -> None:
    """Forget a group; what it gave ends."""
    take_turns(Turn.DIRECTORIES, group.programme.pk)
    entries = set(group.entries.select_related("programme", "identity__user"))
    announce(GroupRemoved(left=len(entries)), programme=group.programme, subject=group.public_id, actor=actor)
    group.delete()
    _changed(entries, actor)


@transaction.atomic
def map_group(*, programme: Programme, group: str, role: Role | None, team: str = "", actor: str) -> None:
    """Say which role a group gives on the programme (None: nothing any more); holds for everybody at once."""
    take_turns(Turn.DIRECTORIES, programme.pk)
    key = as_compared(checked(group, "A group's name"))
    if len(group) > 200:
        raise Invalid("A group's name has 200 characters at most.")
    known = GroupMapping.objects.filter(programme=programme, key=key).first()
    if role is None:
        if known is None:
            return
        number = known.pk
        known.delete()
    else:
        position = GroupMapping.objects.filter(programme=programme).count()
        mapping, _ = GroupMapping.objects.update_or_create(
            programme=programme,
            key=key,
            defaults={"group": group, "role": role.value, "team": team},
            create_defaults={"group": group, "role": role.value, "team": team, "position": position},
        )
        number = mapping.pk
    happening = MappingSet(mapping=number, role=role.value if role else "")
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
    settle_all(_told_of(programme, key), actor=actor)


def _told_of(programme: Programme, key: str) -> set[Entry]:
    """Return the entries that the group's meaning touches."""
    entries = Entry.objects.select_related("programme__partner", "identity__user").filter(programme=programme)
    return {*entries.filter(groups__key=key), *entries.filter(claimed__contains=[key])}


def _set_members(group: Group, wanted: set[UUID]) -> tuple[set[Entry], set[Entry]]:
    """Make these the group's members; returns who joined and who left."""
    entries = Entry.objects.select_related("programme__partner", "identity__user").filter(
        programme=group.programme_id
    )
    now = set(entries.filter(groups=group))
    joining = wanted - {each.public_id for each in now}
    joined = set(entries.filter(public_id__in=joining))
    if len(joined) != len(joining):
        raise Invalid("A member of the group is nobody this programme's directory told of.")
    left = {each for each in now if each.public_id not in wanted}
    GroupMember.objects.filter(group=group, entry__in=left).delete()
    GroupMember.objects.bulk_create(
        GroupMember(programme_id=group.programme_id, group=group, entry=each) for each in joined
    )
    return joined, left


def _changed(entries: set[Entry], actor: str) -> None:
    """Raise the version of entries whose groups changed, and give or take what follows."""
    ids = [each.pk for each in entries]
    Entry.objects.filter(pk__in=ids).update(version=F("version") + 1, changed_at=clock.now())
    settle_all(entries, actor=actor)
