"""Faults planted in the keeping of the books: each is found by the same check, which holds without them."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import UUID, uuid5

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from rapport.conftest import World
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.ledger import actions, books, judging, queries, verifying
from rapport.ledger.actions import Word
from rapport.ledger.models import Claim, Posting
from rapport.ledger.tests.test_books import LATER, MADE, claim, hear, save, word

Told = tuple[int, str, int]
CASES: dict[str, tuple[list[timedelta], list[Told], list[tuple[str, str, int]]]] = {
    "stood": ([timedelta()], [(1, "active", 0), (60, "active", 0)], [("matured", "active", 60)]),
    "corrected": (
        [timedelta()],
        [(20, "cancelled", 0), (20, "active", 1), (60, "active", 0)],
        [("matured", "active", 60)],
    ),
    "left": ([timedelta()], [(20, "cancelled", 0), (30, "active", 0)], [("reversed", "cancelled", 20)]),
    "contradicted": (
        [timedelta()],
        [(20, "cancelled", 0), (20, "active", 0), (60, "active", 0)],
        [("reversed", "cancelled", 20)],
    ),
    "gone before": ([timedelta()], [(-1, "cancelled", 0), (60, "active", 0)], [("void", "cancelled", 0)]),
    "mended": ([timedelta()], [(20, "not_paying", 0), (25, "active", 0)], [("provisional", "claimed", 25)]),
    "again": (
        [timedelta(), timedelta(days=30)],
        [(90, "active", 0)],
        [("reversed", "saved_again", 30), ("matured", "active", 60)],
    ),
    "late in the evening": (
        [timedelta(hours=9, minutes=30)],
        [(60, "active", 0)],
        [("provisional", "claimed", 59)],
    ),
}
"""By account: after how long it was saved, what the partner said of which day, what each claim must come to."""


def hold(world: World) -> None:
    """Tell the ledger of every case, forth and back and twice, and look at what came of it in every way."""
    for order in (1, -1):
        accounts = {f"{name} {order}": case for name, case in CASES.items()}
        for account, (after, told, _) in accounts.items():
            saves = [
                save(world, attempt=uuid5(UUID(int=0), f"{account} {late}"), holding=account, made_at=MADE + late)
                for late in after
            ]
            words = [word(world, day, status, sequence=number, holding=account) for day, status, number in told]
            steps: list[Any] = [*saves, *words][::order]
            for step in (*steps, *steps):
                _tell(world, step)
        for account, (_, _, wanted) in accounts.items():
            found = Claim.objects.filter(account__holding=account).order_by("made_at")
            assert list(found.values_list("state", "why", "days")) == wanted, account
    with clock.at(LATER):
        assert list(verifying.differences(world.programme)) == []
    zone = world.programme.zone
    kept = queries.booked(world.programme, MADE.astimezone(zone).replace(hour=0), LATER + timedelta(days=1))
    assert {line: count for line, _, count, _ in kept} == {
        "made": 18,
        "moved": -14,
        "matured": 6,
        "reversed": 6,
        "void": 2,
    }
    opening = queries.booked(world.programme, LATER + timedelta(hours=1), LATER + timedelta(days=1))
    assert [(line, count) for line, _, count, _ in opening] == [("opening", 4)]


def _tell(world: World, step: Any) -> None:
    if isinstance(step, Word):
        hear(world, step)
        return
    with clock.at(LATER):
        actions.claim(programme=world.programme, saves=[step], actor="system")


def test_the_books_hold(world: World) -> None:
    hold(world)


def put(module: Any, name: str, old: str, new: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what puts other words into a statement."""
    assert old in getattr(module, name)
    return lambda patch: patch.setattr(module, name, getattr(module, name).replace(old, new))


def set_to(module: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(module, name, value)


FAULTS = {
    "the first sequence stands": put(books, "WORDS", "fact.sequence DESC", "fact.sequence"),
    "the best of a contradiction stands": put(books, "WORDS", "fact.status::text) DESC", "fact.status::text)"),
    "the day is counted in UTC": set_to(
        actions, "matures_at", lambda made, days, _: (made + timedelta(days=days + 1)).replace(hour=0, minute=0)
    ),
    "the end of a day is the next day": set_to(
        books, "last_day", lambda instant, zone: instant.astimezone(zone).date()
    ),
    "an entry does not balance": put(books, "OPEN", "line.sign * claim.cost", "claim.cost"),
    "a line is left out": put(books, "POST", "(told.was, -1), ", ""),
    "an entry has the wrong number": put(books, "POST", "told.turn, line.account", "told.turn + 7, line.account"),
    "a known fact is new again": put(actions, "FACTS", "ON CONFLICT DO NOTHING", ""),
    "what was counted stays counted": put(
        books, "UNCOUNT", "SET claims = counted.claims - gone.claims", "SET claims = counted.claims"
    ),
    "what is kept of the books is not theirs": put(books, "KEPT", "sum(line.count), ", "abs(sum(line.count)), "),
    "a day of the books is another day": put(books, "KEPT", "(TRUE, '1 day')", "(TRUE, '2 days')"),
    "days and their quarters of an hour are both counted": put(queries, "BOOKED", "AND NOT is_day ", ""),
    "the day of the beginning is told twice": put(
        queries, "BOOKED", "AND at < date_bin('1 day', %(starts)s, 'epoch')", "AND at < %(starts)s"
    ),
    "what came due stays as it was": put(books, "COUNT_DUE", "%(sign)s * count(*)", "abs(%(sign)s) * count(*)"),
    "what came due has one split less": put(books, "COUNT_DUE", "WHERE", "WHERE told.split <> 'offer' AND"),
    "first entries are not told apart": put(books, "KEPT", "line.turn = 1", "false"),
    "a claim forgets its entries": put(books, "MOVE", "turns = told.turns", "turns = claim.turns"),
    "a claim forgets since when": put(books, "MOVE", "state_at = told.state_at", "state_at = claim.state_at"),
    "saved again is no matter": set_to(books, "_saved_again", lambda _rows: {}),
    "nothing is for good": set_to(judging, "FOR_GOOD", frozenset()),
    "gone before is no matter": set_to(judging, "_gone_before", lambda *_: None),
    "the log is not told": set_to(books, "announce_all", lambda *_, **__: None),
    "nobody judges": set_to(books, "judge_accounts", lambda *_, **__: 0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(world: World, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[fault](monkeypatch)
    with pytest.raises((AssertionError, DatabaseError)), transaction.atomic():
        hold(world)


def test_no_replay_makes_a_second_claim_of_a_wish(world: World) -> None:
    one = claim(world)
    one.pk, one.public_id = None, uuid5(UUID(int=0), "second")
    with pytest.raises(DatabaseError, match="one_claim_per_attempt"), transaction.atomic():
        one.save(force_insert=True)


TABLES = ("ledger_posting", "ledger_accountfact")
CHANGES = ("UPDATE {} SET programme_id = programme_id", "DELETE FROM {}")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", (*CHANGES, "TRUNCATE {}"))
def test_the_application_may_only_add(world: World, table: str, change: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_nor_does_the_owner_change_a_line(world: World, table: str, change: str) -> None:
    whom = settings.OWNER or {}
    told = {name: whom[key] for key, name in (("HOST", "host"), ("PORT", "port"), ("USER", "user")) if whom[key]}
    with (
        psycopg.connect(
            dbname=connection.settings_dict["NAME"], password=whom["PASSWORD"] or None, **told
        ) as owner,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        owner.execute(change.format(table).encode())


@pytest.mark.django_db(transaction=True)
def test_two_who_mature_claims_at_once_make_one_entry(committed_world: World) -> None:
    world = committed_world
    one = claim(world)
    with clock.at(one.matures_at - timedelta(hours=2)):
        actions.hear(programme=world.programme, words=[word(world, 60)], actor="import")
    moved: list[int] = []

    def mature() -> None:
        try:
            with clock.at(one.matures_at), inside(world.programme.pk):
                moved.append(actions.judge_due(programme=world.programme))
        finally:
            connection.close()

    threads = [Thread(target=mature) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(moved) == [0, 0, 0, 1]
    assert Posting.objects.filter(claim=one).count() == 4


def test_a_feed_of_changes_matures_the_silent_in_the_same_turn(world: World) -> None:
    """The account itself is not spoken of again: another one's later word vouches for it."""
    actions.set_terms(programme=world.programme, days=60, speaks="changes", actor="command")
    one = claim(world)
    hear(world, word(world, 1))
    hear(world, word(world, 70, holding="another"))
    one.refresh_from_db()
    assert (one.state, one.days) == ("matured", 60)
