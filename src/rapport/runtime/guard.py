"""No process but one that migrates works with a role that the wall between programmes would not hold."""

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from rapport.kit import walls
from rapport.kit.env import SettingError

UID = "rapport.runtime.guard"
_safe: set[str] = set()


def look(sender: object, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Refuse a new connection of an unsafe role; a role that was found safe is not looked at again."""
    role = str(connection.settings_dict["USER"])
    if settings.ROLE == "owner" or role in _safe:
        return
    with connection.cursor() as cursor:
        cursor.execute(walls.ROLE_FAULT, {"role": None})
        [fault] = cursor.fetchone()
    if fault:
        connection.close()
        raise SettingError(walls.refusal(role, fault))
    _safe.add(role)
