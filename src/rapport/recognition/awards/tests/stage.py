"""What tests of awards begin with: reps whose customers rate them, and categories."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.quality.tests.cards import a_contact
from rapport.recognition.awards import actions
from rapport.recognition.awards.models import Award, Category

MONTH = date(2026, 9, 1)
IN_MONTH = datetime(2026, 9, 3, 9, tzinfo=UTC)
LATER = datetime(2026, 10, 20, 9, tzinfo=UTC)
BASE = "/at/cards/recognition/awards/"


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def a_manager(world: World, name: str = "boss") -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id=name, name=name.capitalize(), role=Role.MANAGER, username=name
    )


def the_partner(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id="pv", name="Petra Viewer", role=Role.PARTNER_VIEWER, username="pv"
    )


def a_category(world: World, **told: Any) -> Category:
    kept: dict[str, Any] = {
        "key": "", "name": "Customer delight", "about": "", "measure": "satisfaction", "compares": "level",
        "months": range(1, 13), "fewest": 5, "sure": 0.5, "most": 3, "asks_partner": False,
    }  # fmt: skip
    with clock.at(IN_MONTH):
        return actions.set_category(programme=world.programme, actor="test", **(kept | told))


def rated(world: World, rep: Member, ratings: list[int], at: datetime = IN_MONTH) -> None:
    """Have customers of a rep rate contacts of the month, one a day."""
    for number, rating in enumerate(ratings):
        when = at + timedelta(hours=17 * number)
        row = a_contact(world, rep, at=when)
        Survey.objects.create(
            programme=world.programme, contact=row, invited_at=when, rating=rating, answered_at=when
        )


def reps_of(world: World, count: int) -> list[Member]:
    return [
        accounts.ensure_member(programme=world.programme, agent_id=f"r{n}", name=f"Rep {n}", username=f"r{n}")
        for n in range(count)
    ]


def a_floor(world: World, count: int = 6, each: int = 20, best: int | None = 0) -> list[Member]:
    """Return reps of whom one is far better rated than the others; None: all the same."""
    reps, chance = reps_of(world, count), np.random.default_rng(5)
    for number, rep in enumerate(reps):
        rated(world, rep, [5] * each if number == best else chance.integers(2, 5, size=each).tolist())
    return reps


def drafted(world: World, category: Category) -> Award:
    with clock.at(LATER):
        made = actions.draft(programme=world.programme, category=category.key, month=MONTH, actor="test")
    assert made is not None
    return made


def winners(award: Award) -> set[str]:
    return set(award.winners.filter(taken_back_at=None).values_list("rep__agent_id", flat=True))
