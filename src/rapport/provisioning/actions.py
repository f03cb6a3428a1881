"""What a directory's word changes here: entries and their places. Groups and mappings have a file of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts import directory
from rapport.accounts.roles import Role
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.kit.turns import Turn, take_turns
from rapport.provisioning.events import PersonChanged, PersonRemoved, PersonTold, PlaceEnded, PlaceGiven
from rapport.provisioning.models import Entry, GroupMapping, Identity
from rapport.provisioning.naming import as_compared, checked
from rapport.provisioning.resources import EnterpriseUser, Person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rapport.accounts.models import Programme

OURS = {"id", "meta", "groups", "schemas"}  # what the server adds to what was said


@transaction.atomic
def add_person(*, programme: Programme, told: Person, actor: str) -> Entry:
    """Keep what a directory tells of somebody new."""
    take_turns(Turn.DIRECTORIES, programme.pk)
    told.active = told.active is not False
    said = _said(told)
    called = checked(told.user_name or "", "userName")
    identity = _identity_for(programme, called=called, name=shown_name(told), external_id=told.external_id or "")
    if identity.entries.filter(programme=programme, source=Entry.Source.SCIM).exists():
        raise Conflict("There is a person of this userName already.")
    _refuse_external_id(programme, told.external_id or "")
    now = clock.now()
    values = {
        "source": Entry.Source.SCIM,
        "external_id": told.external_id or "",
        "is_active": told.active,
        "said": said,
        "changed_at": now,
    }
    entry, _ = Entry.objects.update_or_create(
        programme=programme,
        identity=identity,
        defaults=values,
        create_defaults={**values, "created_at": now},
    )
    announce(PersonTold(Entry.Source.SCIM.value), programme=programme, subject=entry.public_id, actor=actor)
    settle(entry, actor=actor)
    return entry


@transaction.atomic
def change_person(entry: Entry, *, told: Person, actor: str) -> None:
    """Keep what a directory tells of a person now."""
    take_turns(Turn.DIRECTORIES, entry.programme.pk)
    said = _said(told)
    fields = sorted(key for key in {*said, *entry.said} if said.get(key) != entry.said.get(key))
    if not fields:
        return
    called = checked(told.user_name or "", "userName")
    if as_compared(called) != entry.identity.key:
        _rename(entry, called)
    if (told.external_id or "") != entry.external_id:
        _refuse_external_id(entry.programme, told.external_id or "")
        Identity.objects.filter(pk=entry.identity_id).update(external_id=told.external_id or "")
    directory.rename(user=entry.identity.user, name=shown_name(told))
    entry.said, entry.is_active, entry.external_id = said, told.active is not False, told.external_id or ""
    touch(entry)
    announce(PersonChanged(fields), programme=entry.programme, subject=entry.public_id, actor=actor)
    settle(entry, actor=actor)


@transaction.atomic
def remove_person(entry: Entry, *, actor: str) -> None:
    """Forget what a directory told of a person; their place ends, what they did stays."""
    take_turns(Turn.DIRECTORIES, entry.programme.pk)
    _end_place(entry, why="removed", actor=actor)
    identity = Identity.objects.select_for_update().get(pk=entry.identity_id)
    identity.programme_ids = [each for each in identity.programme_ids if each != entry.programme_id]
    identity.save(update_fields=["programme_ids"])
    announce(PersonRemoved(), programme=entry.programme, subject=entry.public_id, actor=actor)
    entry.delete()


def settle(entry: Entry, *, actor: str) -> None:
    """Give, change or end the person's place, by what is known of them now."""
    mapping = mapping_of(entry) if entry.is_active else None
    if mapping is None:
        _end_place(entry, why="no_group" if entry.is_active else "inactive", actor=actor)
        return
    number = _employee_number(entry)
    if entry.is_placed and not directory.has_place(programme=entry.programme, user=entry.identity.user):
        return  # somebody here ended it, and that holds until the directory itself has ended it once
    member, is_changed = directory.give_place(
        programme=entry.programme,
        user=entry.identity.user,
        agent_id=number or entry.identity.key[:100],
        insist=bool(number),
        role=Role(mapping.role),
        team=mapping.team,
        actor=actor,
    )
    _note_placed(entry, is_placed=True)
    if is_changed:
        happening = PlaceGiven(role=member.role, mapping=mapping.pk)
        announce(happening, programme=entry.programme, subject=entry.identity.user.public_id, actor=actor)


def settle_all(entries: Iterable[Entry], *, actor: str) -> None:
    """Settle several, in one order for everybody, so that two at once do not block each other."""
    for entry in sorted(entries, key=lambda each: each.pk):
        settle(entry, actor=actor)


def mapping_of(entry: Entry) -> GroupMapping | None:
    """Return what gives the person their place.

    SCIM's groups count where SCIM told of the person, the claimed ones where only a sign-in did. Where both
    speak, both must name the group.
    """
    groups: set[str] = set(entry.claimed or ())
    if entry.source == Entry.Source.SCIM:
        told = set(entry.groups.values_list("key", flat=True))
        groups = told if entry.claimed is None else told & groups
    found = GroupMapping.objects.filter(programme=entry.programme_id, key__in=groups)
    return found.order_by("position", "pk").first()


def touch(entry: Entry) -> None:
    """Save the entry as a new version."""
    entry.version += 1
    entry.changed_at = clock.now()
    entry.save()


def shown_name(told: Person) -> str:
    """Return the name others see."""
    parts = told.name
    whole = " ".join(part for part in (parts.given_name, parts.family_name) if part) if parts else ""
    name = told.display_name or (parts.formatted if parts else "") or whole or told.user_name or ""
    return checked(" ".join(name.split())[:200], "A name")


def _note_placed(entry: Entry, *, is_placed: bool) -> None:
    if entry.is_placed != is_placed:
        entry.is_placed = is_placed
        Entry.objects.filter(pk=entry.pk).update(is_placed=is_placed)


def _end_place(entry: Entry, *, why: str, actor: str) -> None:
    user = entry.identity.user
    _note_placed(entry, is_placed=False)
    if directory.end_place(programme=entry.programme, user=user, actor=actor):
        announce(PlaceEnded(why), programme=entry.programme, subject=user.public_id, actor=actor)


def identity_of(programme: Programme, *, called: str, name: str, external_id: str = "") -> Identity:
    """Return who is called so at the programme's partner, made where missing.

    A name nobody has now, told with another external id than before, was given to somebody else: a new person.
    """
    key = as_compared(called)
    found = Identity.objects.select_for_update().filter(partner=programme.partner_id, key=key).first()
    if found and not found.programme_ids and external_id and found.external_id not in ("", external_id):
        Identity.objects.filter(pk=found.pk).update(key=f"{key[:200]} #{found.pk}")
        found = None
    if found is None:
        user = directory.make_person(partner=programme.partner, called=key, name=name)
        found = Identity(partner=programme.partner, key=key, user=user, external_id=external_id)
    elif external_id:
        found.external_id = external_id
    found.programme_ids = sorted({*found.programme_ids, programme.pk})
    found.save()
    return found


def _identity_for(programme: Programme, *, called: str, name: str, external_id: str) -> Identity:
    identity = identity_of(programme, called=called, name=name, external_id=external_id)
    directory.rename(user=identity.user, name=name)
    return identity


def _rename(entry: Entry, called: str) -> None:
    """Call the person otherwise; a name in use, also on another programme of the partner, stays where it is."""
    key = as_compared(called)
    identity = Identity.objects.select_for_update().get(pk=entry.identity_id)
    if Identity.objects.filter(partner=identity.partner_id, key=key).exists():
        raise Conflict("There is a person of this userName already.")
    if identity.programme_ids != [entry.programme_id]:
        raise Conflict("This person's userName is in use on another programme and cannot change here.")
    identity.key = key
    identity.save(update_fields=["key"])
    entry.identity = identity


def _refuse_external_id(programme: Programme, external_id: str) -> None:
    if external_id and Entry.objects.filter(programme=programme, external_id=external_id).exists():
        raise Conflict("There is a person of this externalId already.")


def _employee_number(entry: Entry) -> str:
    return str((entry.said.get(str(EnterpriseUser.__schema__)) or {}).get("employeeNumber") or "")


def _said(told: Person) -> dict[str, object]:
    """Return what a directory told, without what the server adds."""
    return {key: value for key, value in told.model_dump().items() if key not in OURS}
