"""Whose own reps customers have, said by API: with a token that grants it, never with a person's session."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Router, Schema

from rapport.accounts.doors import Door, declares
from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.customers import books
from rapport.customers.queries import ids_by_key
from rapport.kit.errors import Invalid, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from rapport.accounts.models import Member, Programme

router = Router(tags=["Own reps"])
MOST = 1000
MANAGES = declares(Door("token", (Right.MANAGE_BOOKS,)))
Key = Annotated[str, Field(min_length=1, max_length=100)]


class OwnRepsIn(Schema):
    """The partner's keys of customers, each with the agent id of their own rep, or null for none."""

    own_reps: dict[Key, Key | None] = Field(min_length=1, max_length=MOST)


class ChangedOut(Schema):
    """How many customers have another own rep than before."""

    changed: int


@router.put("/programmes/{slug:key}/own-reps", response=ChangedOut, summary="Say whose own reps customers have")
@MANAGES
def put_own_reps(request: HttpRequest, key: str, wanted: OwnRepsIn) -> dict[str, int]:
    """Say who the own reps of these customers are; of what is refused nothing is changed."""
    with token_for(request, key, Right.MANAGE_BOOKS) as token:
        by, told = lookers.program(request, token), wanted.own_reps
        note_look(by, what="list", right=Right.MANAGE_BOOKS, about="own reps said", count=len(told))
        with transaction.atomic():
            changed = sum(
                books.assign_own_rep(
                    programme=by.programme, customers=customers, rep=rep, why="api", actor=by.actor
                )
                for rep, customers in _by_rep(by.programme, told)
            )
    return {"changed": changed}


def _by_rep(programme: Programme, told: dict[str, str | None]) -> list[tuple[Member | None, list[UUID]]]:
    """Return the customers that each rep is to have."""
    known = ids_by_key(programme, told)
    if missing := [key for key in told if key not in known]:
        raise NotFound(f"{len(missing)} of these customers are not on file.")
    grouped: dict[str | None, list[UUID]] = defaultdict(list)
    for key, agent_id in told.items():
        grouped[agent_id].append(known[key])
    return [(_rep(programme, agent_id), customers) for agent_id, customers in grouped.items()]


def _rep(programme: Programme, agent_id: str | None) -> Member | None:
    found = member_by_agent_id(programme, agent_id) if agent_id is not None else None
    if agent_id is not None and found is None:
        raise Invalid(f"Nobody here is called {agent_id!r}.")
    return found
