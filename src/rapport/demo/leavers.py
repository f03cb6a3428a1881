"""Customers of the demonstration who left over the past months, as the partner's file told of it, and two lists.

Who is inactive and spends little left more often, so that there is something to learn; the worker learns it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from django.db import connection

from rapport.demo import bulk
from rapport.outreach.lists.actions import make_list
from rapport.outreach.lists.checking import read
from rapport.risk.jobs import learn
from rapport.risk.keeping import change_rules

if TYPE_CHECKING:
    from rapport.accounts.models import Member

DAYS, SEED = 300, 7
BASE, INACTIVE, LITTLE = 0.01, 0.14, 0.06  # shares that left over all of these days
LISTS = (
    (
        "Ends soon, not spoken with",
        "A word before the contract ends.",
        [
            {"field": "days_to_end", "at_least": 0, "at_most": 60},
            {"field": "contacts_30", "at_most": 0},
            {"field": "attribute.left", "is_not": [True]},
        ],
    ),
    (
        "Priority, inactive",
        "Who are worth most, and use us least.",
        [
            {"field": "segment", "is": ["priority"]},
            {"field": "attribute.months_inactive", "at_least": 3},
            {"field": "attribute.left", "is_not": [True]},
        ],
    ),
)


def leave(manager: Member, *, now: datetime) -> None:
    """Have some customers have left, say where that is told, and make two lists."""
    chance, programme = Random(SEED), manager.programme
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, attributes FROM customers_customer WHERE programme_id = %s ORDER BY id", [programme.pk]
        )
        rows = [(pk, json.loads(known)) for pk, known in cursor.fetchall()]
        left = {pk for pk, known in rows if chance.random() < _share(known)}
        cursor.execute(
            "UPDATE customers_customer SET attributes = attributes || jsonb_build_object('left', id = ANY(%s))"
            " WHERE programme_id = %s",
            [sorted(left), programme.pk],
        )
    bulk.copy(
        "customers.FileChange",
        ("programme_id", "customer_id", "at", "actor", "before", "after"),
        (
            (
                str(programme.pk), str(pk), bulk.stamp(_when(chance, now).timestamp()), "import",
                bulk.data({"left": "False"}), bulk.data({"left": "True"}),
            )
            for pk in sorted(left)
        ),
    )  # fmt: skip
    change_rules(member=manager, attribute="left", values=["yes"], days=60, left_out=[])
    for name, note, conditions in LISTS:
        make_list(member=manager, name=name, criteria=read({"conditions": conditions}), note=note)
    learn.defer(programme_id=programme.pk)


def _share(known: dict[str, int]) -> float:
    return BASE + INACTIVE * (known["months_inactive"] == 3) + LITTLE * (known["spend_12_months"] < 4_000)


def _when(chance: Random, now: datetime) -> datetime:
    return now - timedelta(days=DAYS * chance.random())
