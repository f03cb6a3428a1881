"""What this module announces. Names of people and groups are never in it: they can be erased, events cannot."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class PersonTold:
    """A directory told of a person for the first time; the subject is the entry. ``source``: scim or sign_in."""

    name: ClassVar[str] = "directory.person_told"
    source: Code


@dataclass(frozen=True)
class PersonChanged:
    """A directory tells otherwise of a person; the subject is the entry. ``fields`` are names, not values."""

    name: ClassVar[str] = "directory.person_changed"
    fields: list[Code]


@dataclass(frozen=True)
class PersonRemoved:
    """A directory tells of a person no longer; the subject is the entry."""

    name: ClassVar[str] = "directory.person_removed"


@dataclass(frozen=True)
class PlaceGiven:
    """A directory's groups gave a person a place, or another role; the subject is the person."""

    name: ClassVar[str] = "directory.place_given"
    role: Code
    mapping: int


@dataclass(frozen=True)
class PlaceEnded:
    """A person's place ended by their directory's word; the subject is the person.

    ``why``: inactive, removed, no_group.
    """

    name: ClassVar[str] = "directory.place_ended"
    why: Code


@dataclass(frozen=True)
class GroupTold:
    """A directory told of a group; the subject is the group. ``joined`` and ``left`` count its members."""

    name: ClassVar[str] = "directory.group_told"
    joined: int
    left: int


@dataclass(frozen=True)
class GroupRemoved:
    """A directory's group is gone; the subject is the group."""

    name: ClassVar[str] = "directory.group_removed"
    left: int


@dataclass(frozen=True)
class VouchedFor:
    """A partner's sign-in service vouched for a person who has a place here; the subject is the person.

    ``factors`` are the ways by which the service says they proved who they are.
    """

    name: ClassVar[str] = "directory.vouched_for"
    service: Code
    factors: list[Code]


@dataclass(frozen=True)
class ServiceSet:
    """A partner's sign-in service was set; the subject is the service. ``fields`` are names, not values."""

    name: ClassVar[str] = "sign_in.service_set"
    service: Code
    fields: list[Code]


@dataclass(frozen=True)
class MappingSet:
    """What a group gives was set; the subject is the programme. ``role`` is empty where it gives nothing now."""

    name: ClassVar[str] = "directory.mapping_set"
    mapping: int
    role: Code
