"""What SCIM can do with each kind of resource: how it is read from our rows, added, changed and removed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from scim2_models import InvalidValueException, NotFoundException

from rapport.provisioning import actions, groups, queries
from rapport.provisioning.models import Entry
from rapport.provisioning.models import Group as GroupRow
from rapport.provisioning.naming import as_compared
from rapport.provisioning.resources import Group, Person

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from scim2_models import Resource

    from rapport.provisioning.door import Caller

Row = TypeVar("Row", Entry, GroupRow)


class Kind(ABC, Generic[Row]):
    """One kind of resource, for one caller."""

    model: ClassVar[type[Resource[Any]]]
    path: ClassVar[str]
    columns: ClassVar[dict[str, str]]  # attributes that a row can be found by, in lower case

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    @abstractmethod
    def rows(self) -> QuerySet[Row]:
        """Return every resource of the kind that the caller may see."""

    @abstractmethod
    def described(self, row: Row) -> dict[str, Any]:
        """Return the resource without what all kinds have."""

    @abstractmethod
    def add(self, told: Any) -> Row:
        """Keep a new resource."""

    @abstractmethod
    def change(self, row: Row, told: Any) -> None:
        """Keep the resource as it is told now."""

    @abstractmethod
    def remove(self, row: Row) -> None:
        """Forget the resource."""

    def completed(self, told: Any, before: Any) -> Any:
        """Return what a replacement tells, with what it may leave unsaid."""
        return told

    def find(self, number: str) -> Row:
        """Return the resource of this id."""
        found = self.rows().filter(public_id=number).first() if is_id(number) else None
        if found is None:
            raise NotFoundException(detail=f"There is no {self.model.__name__} {number[:50]!r} here.")
        return found

    def shown(self, row: Row) -> Any:
        """Return the row as a resource."""
        number = str(row.public_id)
        meta = {
            "resourceType": self.path[:-1],
            "created": row.created_at,
            "lastModified": row.changed_at,
            "location": f"{self.caller.base}/{self.path}/{number}",
            "version": version(row),
        }
        return self.model.model_validate({**self.described(row), "id": number, "meta": meta})


class People(Kind[Entry]):
    """Users."""

    model = Person
    path = "Users"
    columns: ClassVar = {"username": "identity__key", "externalid": "external_id", "id": "public_id"}

    def rows(self) -> QuerySet[Entry]:
        """Return the people of the caller's programme."""
        return queries.entries(self.caller.programme)

    def described(self, row: Entry) -> dict[str, Any]:
        """Return what was said of the person, and the groups they are in."""
        inside = [
            {
                "value": str(one.public_id),
                "$ref": f"{self.caller.base}/Groups/{one.public_id}",
                "display": one.name,
            }
            for one in row.groups.all()
        ]
        return {**row.said, "groups": inside}

    def completed(self, told: Any, before: Any) -> Any:
        """Whether a person is active stays as it is where a replacement does not say."""
        if told.active is None:
            told.active = before.active
        return told

    def add(self, told: Any) -> Entry:
        """Keep somebody new."""
        return actions.add_person(programme=self.caller.programme, told=told, actor=self.caller.actor)

    def change(self, row: Entry, told: Any) -> None:
        """Keep the person as told now."""
        actions.change_person(row, told=told, actor=self.caller.actor)

    def remove(self, row: Entry) -> None:
        """Forget the person."""
        actions.remove_person(row, actor=self.caller.actor)


class Groups(Kind[GroupRow]):
    """Groups."""

    model = Group
    path = "Groups"
    columns: ClassVar = {"displayname": "key", "externalid": "external_id", "id": "public_id"}

    def rows(self) -> QuerySet[GroupRow]:
        """Return the groups of the caller's programme."""
        return queries.groups(self.caller.programme)

    def described(self, row: GroupRow) -> dict[str, Any]:
        """Return the group's name and its members."""
        members = [
            {
                "value": str(one.public_id),
                "$ref": f"{self.caller.base}/Users/{one.public_id}",
                "type": "User",
            }
            for one in row.entries.all()
        ]
        return {"displayName": row.name, "externalId": row.external_id or None, "members": members}

    def add(self, told: Any) -> GroupRow:
        """Keep a new group."""
        return self._keep(None, told)

    def change(self, row: GroupRow, told: Any) -> None:
        """Keep the group as told now."""
        self._keep(row, told)

    def remove(self, row: GroupRow) -> None:
        """Forget the group."""
        groups.remove_group(row, actor=self.caller.actor)

    def _keep(self, row: GroupRow | None, told: Any) -> GroupRow:
        members = {_member_id(each.value) for each in told.members or ()}
        return groups.keep_group(
            row,
            programme=self.caller.programme,
            name=told.display_name or "",
            external_id=(told.external_id or "")[:200],
            members=members,
            actor=self.caller.actor,
        )


KINDS: dict[str, type[Kind[Any]]] = {kind.path: kind for kind in (People, Groups)}


def is_id(text: str) -> bool:
    """Say whether the text could be one of our ids."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def version(row: Entry | GroupRow) -> str:
    """Return the row's version as HTTP writes it."""
    return f'W/"{row.version}"'


def comparable(column: str, value: str) -> str:
    """Return the value as the column holds it."""
    return value if column in ("external_id", "public_id") else as_compared(value)


def _member_id(value: str | None) -> UUID:
    if value is None or not is_id(value):
        raise InvalidValueException(detail="A member of a group is named by the id of a User.")
    return UUID(value)
