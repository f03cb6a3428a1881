"""Continuity: who had the contacts of customers with an own rep, on PostgreSQL and on DuckDB alike."""

from datetime import timedelta
from pathlib import Path

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.customers import books
from rapport.insight import export, queries
from rapport.insight.tests.test_metrics import LATER, NINE, arrive, by, figures
from rapport.kit import clock
from rapport.routing.tests.test_own_reps import own, stands_in

DAY = timedelta(days=1)
KEYS = ("continuity_rate", "own_rep_rate")


def served(world: World, day: int, *reps: Member) -> None:
    """The customer comes on that day and is handed from one of the reps to the next."""
    at = NINE + day * DAY
    contact = arrive(world, at)
    for number, rep in enumerate(reps):
        if number:
            contacts.return_to_queue(contact, why="rep_lost", actor="pbx", at=at)
        contacts.answer(contact, rep=rep, actor="pbx", at=at)
    contacts.end(contact, by="customer", actor="pbx", at=at + timedelta(minutes=1))


def history(world: World) -> None:
    served(world, -1, world.rep)  # before there was an own rep: counts for nothing
    with clock.at(NINE - timedelta(hours=1)):
        own(world, world.rep)
        stands_in(world, world.rep, world.second_rep)
        today = NINE.date()
        books.hand_over(
            programme=world.programme,
            rep=world.rep,
            to=world.supervisor,
            first_day=today + 5 * DAY,
            last_day=today + 5 * DAY,
            actor="test",
        )
    served(world, 0, world.rep)
    served(world, 1, world.second_rep)  # who stands in
    served(world, 2, world.supervisor)  # anybody
    served(world, 3, world.supervisor, world.rep)  # at last
    contacts.abandon(arrive(world, NINE + 4 * DAY), actor="pbx", at=NINE + 4 * DAY)
    served(world, 5, world.supervisor)  # who keeps the book that day
    with clock.at(NINE + 6 * DAY):
        stands_in(world, world.rep)
    served(world, 7, world.second_rep)  # who stands in no more
    with clock.at(NINE + 8 * DAY):
        own(world, world.second_rep)
    served(world, 9, world.second_rep)


def test_continuity_is_counted_by_who_was_whose_own_rep_at_the_time(world: World, tmp_path: Path) -> None:
    accounts.change_place(member=world.rep, team="North", actor="test")
    history(world)
    found = figures(world, *KEYS)
    assert [(found[key].numerator, found[key].denominator) for key in KEYS] == [(5, 7), (4, 7)]
    assert {rep: (one.numerator, one.denominator) for rep, one in by(world, "rep", KEYS[0]).items()} == {
        "rep": (4, 6),
        "rep2": (1, 1),
    }
    assert {team: one.denominator for team, one in by(world, "team", KEYS[0]).items()} == {"North": 6, None: 1}
    assert set(by(world, "segment", KEYS[0])) == {"priority"}
    assert set(by(world, "reason", KEYS[0])) == {"cancel"}
    export.write_parquet(world.programme, tmp_path)
    values = queries.values_for(world.programme, None, None, now=LATER)
    with export.counting_over(tmp_path) as run:
        [row] = queries.count_all(run, "duckdb", KEYS, [()], values)[()]
    assert row.figures == found
