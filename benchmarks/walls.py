"""What the wall between programmes costs: the same pages and the same figures with it and without, turn by turn.

With: as our processes work, a role held by the policies, in a transaction that names its programme. Without: the
owner of the same tables, whom no policy holds, and no programme named. Needs a database with the demonstration in
it, and DATABASE_OWNER_URL to a role that may bypass row security.
"""

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")

from rapport.config import home
from rapport.runtime import session

PAGES, FIGURES = 150, 15  # rounds
AIM = 1.10
REPORT: list[tuple[str, ...]] = [(), ("day",), ("rep",), ("reason",)]


class Sides:
    """Two connections to one database, and which of them Django uses."""

    def __init__(self) -> None:
        from django.conf import settings
        from django.db import connections
        from django.db.backends.postgresql.base import DatabaseWrapper

        from rapport.runtime import guard

        self.connections = connections
        plain = {
            **connections["default"].settings_dict,
            "OPTIONS": dict(connections["default"].settings_dict["OPTIONS"]),
        }
        guard._safe.add(str((settings.OWNER or {})["USER"]))  # this once: the owner answers pages
        places = {key: (settings.OWNER or {})[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
        self.walled = connections["default"]
        self.open = DatabaseWrapper({**plain, **places}, "default")

    @contextlib.contextmanager
    def without(self) -> Iterator[None]:
        """Do without the wall for the block."""
        self.connections["default"] = self.open
        with mock.patch("rapport.accounts.doors.inside", lambda _programme_id, **_: contextlib.nullcontext()):
            yield
        self.connections["default"] = self.walled


def beside(sides: Sides, work: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Return the medians in milliseconds with the wall and without, and the median of each round's ratio."""
    with_it, without = [], []
    for number in range(rounds + 3):
        for first in (number % 2, 1 - number % 2):
            with sides.without() if first else contextlib.nullcontext():
                begun = time.perf_counter()
                work()
                took = (time.perf_counter() - begun) * 1000
            if number >= 3:
                (without if first else with_it).append(took)
    ratios = [one / other for one, other in zip(with_it, without, strict=True)]
    return statistics.median(with_it), statistics.median(without), statistics.median(ratios)


def a_desk(programme: Any) -> Callable[[], object]:
    """Return what shows the columns of a rep's desk with a contact in hand, through the page's door."""
    from django.test import RequestFactory

    from rapport.accounts import queries as accounts
    from rapport.channels.chat import actions as chat
    from rapport.contacts.queries import held_by
    from rapport.desk import views
    from rapport.kit.ids import new_id
    from rapport.kit.walls import inside
    from rapport.recognition.actions import see_latest
    from rapport.routing import actions as routing
    from rapport.routing import presence
    from rapport.routing.queries import open_offer_to
    from rapport.routing.router import turn

    with inside(programme.pk):
        rep = next(one for one in accounts.members_of(programme) if one.user.username == "rep")
        presence.pulse(member=rep)
        if not held_by(rep):
            see_latest(member=rep)
            presence.choose(member=rep, doing="available")
            chat.begin(programme=programme, email="ada@example.org", text="Hello", reason=None, client_id=new_id())
    turn(programme)
    with inside(programme.pk):
        if offer := open_offer_to(rep):
            routing.accept(member=rep, offer_id=offer.public_id)
        contact = next(iter(held_by(rep)), None)
        if contact is None:
            raise SystemExit("The rep got no contact: stop the demonstration's live floor, and wait a minute.")
        customer = contact.customer.name.encode()
    person = rep.user

    def show() -> None:
        request = RequestFactory().get(f"/at/{programme.key}/desk/work/")
        request.user = person
        request.session = {}
        answer = views.work(request, programme=programme.key)
        assert answer.status_code == 200 and customer in answer.content

    return show


def figures(programme: Any, cut: list[tuple[str, ...]]) -> Callable[[], object]:
    """Return what counts every metric of the month in these cuts."""
    from rapport.accounts import doors
    from rapport.insight import queries

    def count() -> None:
        with doors.entering(programme.key) as place:
            assert queries.cuts(place, None, None, None, cut)

    return count


def main() -> None:
    """Print a line for each page and each query."""
    with session.database(home.home(), "benchmarks/walls.py"):
        import django

        django.setup()
        from rapport.accounts.queries import programme_by_key

        programme = programme_by_key("cards")
        if programme is None:
            raise SystemExit("Load the demonstration first: rapport load-demo")
        sides = Sides()
        rows = [
            ("desk, a contact in hand", a_desk(programme), PAGES),
            ("every metric of the month", figures(programme, [()]), FIGURES),
            (
                "every metric in a report's cuts",
                figures(programme, [(), ("day",), ("rep",), ("reason",)]),
                FIGURES,
            ),
        ]
        print(f"{'':<34}{'with':>12}{'without':>12}{'ratio':>8}   (aim: below {AIM})")
        for name, work, rounds in rows:
            walled, plain, ratio = beside(sides, work, rounds)
            print(f"{name:<34}{walled:>9.1f} ms{plain:>9.1f} ms{ratio:>8.2f}")


if __name__ == "__main__":
    main()
