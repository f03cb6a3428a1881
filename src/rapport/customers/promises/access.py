"""The only gate to a promise for a person who does not have its customer in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.roles import Right
from rapport.customers.models import Standing
from rapport.customers.promises.queries import promise_by_id
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from rapport.accounts.models import Member
    from rapport.customers.promises.models import Promise


def access_promise(member: Member, public_id: UUID) -> Promise:
    """Return a promise that the member keeps, alone or with their team; who watches the floor gets any."""
    found = promise_by_id(member.programme, public_id)
    if found is None or found.customer.standing != Standing.ACTIVE:
        raise NotFound
    with_team = found.keeping_team_id is not None and found.keeping_team_id == member.team_id
    if found.keeper_id != member.pk and not with_team and not member.may(Right.WATCH_FLOOR):
        raise NotFound
    return found
