"""What the router pays for keeping no floor in memory: reading a floor afresh, beside deciding on it.

Floors are made in a transaction that is rolled back, so nothing of them stays.
"""

import os
import statistics
import time
from typing import TYPE_CHECKING
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")

from rapport.config import home
from rapport.runtime import session

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

SIZES = ((10, 5), (100, 50), (500, 500))
ROUNDS = 40
PLAN = """
[skills]
fees = "Fees"

[queues.main]
name = "Main"
routes = [{ steps = [{ skills = { fees = 5 }, seconds = 3600 }, { skills = { fees = 4 } }] }]
"""


def make_floor(programme: "Programme", reps: int, waiting: int) -> None:
    """Fill a programme with free reps and waiting contacts that ask for more than any rep knows."""
    from rapport.accounts.actions import ensure_member
    from rapport.contacts import actions as contacts
    from rapport.routing import actions as routing
    from rapport.routing import presence, publishing

    made = publishing.save_draft(programme=programme, text=PLAN)
    publishing.publish(programme=programme, number=made.number, instead_of=None)
    for number in range(reps):
        member = ensure_member(programme=programme, agent_id=f"r{number}")
        for skill in ("fees", "cards", "loans"):
            routing.set_proficiency(member=member, skill=skill, level=3)
        presence.choose(member=member, doing="available")
    for _ in range(waiting):
        contact, _ = contacts.arrive(programme=programme, channel="chat", actor="customer")
        contacts.enqueue(contact, queue="main", actor="customer")


def measure(reps: int, waiting: int) -> tuple[float, float]:
    """Return the median milliseconds of reading the floor and of deciding on it."""
    from django.db import transaction

    from rapport.accounts.actions import ensure_programme
    from rapport.kit import clock
    from rapport.kit.walls import inside
    from rapport.routing.floor_state import read_floor
    from rapport.routing.policy import decide

    reading, deciding = [], []
    with transaction.atomic():
        programme, _ = ensure_programme(key=f"bench-{uuid4().hex[:8]}", requires_second_factor=False)
        with inside(programme.pk):
            make_floor(programme, reps, waiting)
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                floor = read_floor(programme)
                read = time.perf_counter()
                decide(floor, clock.now().timestamp())
                deciding.append((time.perf_counter() - read) * 1000)
                reading.append((read - begun) * 1000)
            assert (len(floor.reps), len(floor.waiting)) == (reps, waiting)
        transaction.set_rollback(True)
    return statistics.median(reading), statistics.median(deciding)


def main() -> None:
    """Measure and print."""
    with session.database(home.home(), "bench"):
        import django

        django.setup()
        from rapport.runtime import migrating

        migrating.ensure()
        print(f"{'reps free':>10}{'waiting':>9}{'read ms':>10}{'decide ms':>11}{'read/decide':>13}")
        for reps, waiting in SIZES:
            read, decided = measure(reps, waiting)
            print(f"{reps:>10}{waiting:>9}{read:>10.1f}{decided:>11.2f}{read / decided:>13.1f}")


if __name__ == "__main__":
    main()
