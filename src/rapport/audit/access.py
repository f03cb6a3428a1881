"""The gate to alarms; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.roles import Right
from rapport.audit.models import Alarm
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member


def access_alarm(member: Member, public_id: UUID, *, lock: bool = False) -> Alarm:
    """Return an alarm of the member's programme, for who handles them."""
    alarms = Alarm.objects.select_for_update() if lock else Alarm.objects.select_related("owner__user")
    found = alarms.filter(programme=member.programme, public_id=public_id).first()
    if found is None or not member.may(Right.HANDLE_ALARMS):
        raise NotFound
    return found
