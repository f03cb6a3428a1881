"""How work was: a few fortnights of the question answered by most, by the demonstration's dice."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.kit import clock
from rapport.recognition.staff import actions, queries

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

FORTNIGHTS = 4
ANSWER = 0.7  # the share who do
WEIGHTS = ((1, 2, 6, 8, 3), (1, 3, 6, 7, 2), (2, 4, 7, 5, 1), (1, 2, 5, 9, 4))
NOON = time(12)


def ask(programme: Programme, *, seed: int) -> None:
    """Have most of the reps answer in each of the last fortnights that are over."""
    chance = Random(f"{seed} feelings")
    members = members_with(programme, Right.TAKE_CONTACTS)
    begins = queries.fortnight_of(programme)
    for back, weights in zip(range(FORTNIGHTS, 0, -1), WEIGHTS, strict=True):
        day = begins - back * queries.FORTNIGHT + timedelta(days=3)
        with clock.at(datetime.combine(day, NOON, programme.zone)):
            for member in members:
                if chance.random() < ANSWER:
                    actions.answer(member=member, value=chance.choices((1, 2, 3, 4, 5), weights)[0])
