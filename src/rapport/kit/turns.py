"""What only one may do at a time in a programme: PostgreSQL's advisory locks, and their numbers, in one place."""

from __future__ import annotations

from enum import IntEnum

from django.db import connection


class Turn(IntEnum):
    """What is taken in turns; the first half of the lock's key, of which the programme is the second."""

    ROUTER = 7_301
    PLANS = 7_302
    OPENING = 7_303
    LIBRARY = 7_305
    REPLAYS = 7_310
    DIRECTORIES = 7_320
    CALL_LOGS = 7_330
    CUSTOMERS = 7_331
    BOOKS = 7_332
    GUIDES = 7_333
    OFFERS = 7_334
    FAIR_SAVES = 7_335
    LEDGER = 7_340
    RISK = 7_338
    SCORECARDS = 7_341
    SAMPLING = 7_342
    RETURNS = 7_343
    PROMISE_KINDS = 7_350
    ONE_TO_ONES = 7_351
    COURSES = 7_360
    ASSIGNMENTS = 7_361
    EXPERIENCES = 7_379
    AWARDS = 7_355
    CERTIFICATES = 7_362
    KUDOS = 7_356
    WISHES = 7_357


def take_turns(turn: Turn, programme_id: int) -> None:
    """Wait until no other transaction of the programme has this turn; it is ours until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [turn.value, programme_id])
