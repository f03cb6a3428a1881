"""Open promises to the customers whom people are invited to play, so that their file has something to say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapport.customers.promises import actions as promises
from rapport.customers.queries import customer_by_key
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.demo.people import Setting

PROMISES = (  # one for each of names.EASY in order: what, due in how many days
    ("Call back about the higher limit", 0),
    ("Send the conditions of the travel insurance", 1),
    ("", 0),
    ("Confirm in writing that the fee is waived", 0),
    ("", 0),
    ("Tell the customer how the dispute stands", 3),
)


def promise(setting: Setting, *, now: datetime) -> None:
    """Have the rep who signs in promise these things, made the day before ``now``."""
    rep = setting.reps[0]
    today = now.astimezone(setting.programme.zone).date()
    for number, (what, days) in enumerate(PROMISES):
        customer = customer_by_key(setting.programme, f"N-{100_000 + number}")
        if what and customer is not None:
            with clock.at(now - timedelta(days=1)):
                promises.make_promise(
                    member=rep, customer=customer, what=what, due_on=today + timedelta(days=days)
                )
