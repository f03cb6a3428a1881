"""Loading the demonstration: all of it in one transaction, so that it is there wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction

from rapport.accounts import queries as accounts
from rapport.coaching import effects, standing
from rapport.demo import (
    bulk,
    catalogue,
    certified,
    clearance,
    deliveries,
    demand,
    easy,
    feelings,
    files,
    guides,
    heard,
    keeping,
    leavers,
    leaving,
    library,
    monitored,
    notes,
    practised,
    record,
    requests,
    roster,
    stayed,
    taught,
    thanked,
    trial,
    wording,
)
from rapport.demo.history import Writer
from rapport.demo.month import CHAT_SHARE, WEEK, Month, Visit
from rapport.demo.people import ADMINISTRATOR, MANAGER, OTHER, PROGRAMME, REPS, SUPERVISOR, Setting, settle
from rapport.demo.topics import TOPICS
from rapport.events.actions import announce
from rapport.events.queries import EventRow, history_of
from rapport.insight.scores import score_reps
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.kit.walls import inside
from rapport.quality.repeats import actions as repeats
from rapport.recognition.staff.staying import count_strains

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

Say = Callable[[str, float], None]
ZONE = ZoneInfo("Europe/London")
LOCK = 7_277_200  # advisory: one load at a time
FIRST_TIMERS = 0.73  # of all contacts; the others come back about the same matter
STRANGERS = 0.07  # of contacts come from nobody on file
WARM_UP_DAYS = 5
HANDLE_SECONDS = 415.0  # what the roster reckons with


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make. The default is the programme of the field's figures: 100,000 contacts a month."""

    contacts: int = 100_000
    days: int = 30
    reps: int = REPS
    customers: int = 40_000


@dataclass(frozen=True)
class DemoLoaded:
    """The demonstration was loaded."""

    name: ClassVar[str] = "demo.loaded"
    contacts: int
    customers: int
    seed: int


def loaded() -> Programme | None:
    """Return the demonstration's programme where it is loaded.

    Raises Conflict where a programme of its name is there that is not the demonstration.
    """
    programme = accounts.programme_by_key(PROGRAMME)
    if programme is None and accounts.programme_by_key(OTHER) is None:
        return None
    if programme and _mark(programme) is not None:
        return programme
    raise Conflict(
        f"A programme {PROGRAMME!r} or {OTHER!r} is here already that is not the demonstration. "
        "Give the demonstration a place of its own: set RAPPORT_HOME to an empty folder."
    )


def customers_of(programme: Programme) -> int:
    """Return how many customers were loaded."""
    mark = _mark(programme)
    return int(mark.data["customers"]) if mark else 0


def _mark(programme: Programme) -> EventRow | None:
    with inside(programme.pk):
        events = history_of(programme, programme.public_id)
    return next((event for event in events if event.name == DemoLoaded.name), None)


def load(
    *,
    size: Size | None = None,
    seed: int = 20,
    say: Say = lambda _what, _share: None,
) -> int:
    """Load the demonstration unless it is loaded; return the number of contacts made now.

    ``say`` hears what is being done and the share of it that is done. The same size, seed and time give the same
    rows.
    """
    size = size or Size()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            # Four million references left for the end make every CREATE and DROP look through the list of them.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if loaded():
            return 0
        return _make(size, seed, say)


def _make(size: Size, seed: int, say: Say) -> int:
    now = clock.now()
    today = now.astimezone(ZONE).date()
    say("Making people and rules", 0.0)
    people = files.invent(size.customers, today=today, seed=seed)
    publics = files.public_ids(len(people), now=now.timestamp(), seed=seed)
    month = simulate(size, people, now=now, seed=seed)
    since = datetime.fromtimestamp(month.since, UTC)
    with clock.at(since):
        setting = settle([rep.talent for rep in month.reps])
    with inside(setting.programme.pk):
        clearance.clear(setting.programme, accounts.members_of(setting.programme), since=since)
        clearance.form_teams(setting.reps, since=since)
        library.stock(setting.programme, since=since)
        guides.stock(setting, since=since)
        leaving.stock(setting.programme, since=since - keeping.MONTHS)
        catalogue.stock(setting.programme, since=since - keeping.MONTHS, seed=seed)
        say("Simulating a month on the floor", 0.0)
        words = wording.begin(setting.programme, since=month.since, until=month.end)
        month.trial = tried = trial.begin(setting.programme, month, publics)
        month.run()
        say("Writing customers", 0.0)
        customers, secrets = files.store(setting, people, publics, now=now.timestamp(), today=today, seed=seed)
        count = _write(setting, Writer(setting, month, people, customers, seed, words), secrets, now=now, say=say)
        trial.end(tried)
        trial.replay(tried)
        return count


def _write(setting: Setting, writer: Writer, secrets: Iterator[bulk.Row], *, now: datetime, say: Say) -> int:
    made, wishes = keeping.before(writer)
    count = writer.write(lambda share: say("Writing contacts", share), secrets)
    easy.promise(setting, now=now)
    bulk.analyze()
    say("Writing half a year of keeping customers", 0.0)
    keeping.write(writer, [*wishes, *made.met(writer.met)])
    say("Monitoring and coaching half a year", 0.0)
    monitored.write(setting, [rep.talent for rep in writer.month.reps], now=now, seed=writer.seed)
    bulk.analyze()
    heard.record(setting, now=now, seed=writer.seed)
    certified.certify(setting, now=now, seed=writer.seed)
    taught.teach(setting, now=now)
    practised.practise(setting, now=now)
    stayed.stay(setting, now=now, seed=writer.seed)
    stayed.notice(setting, now=now)
    say("Thanking people", 0.0)
    thanked.thank(setting, seed=writer.seed)
    say("Writing the Rally Notes", 0.0)
    notes.publish(setting.programme)
    feelings.ask(setting.programme, seed=writer.seed)
    count_strains(programme=setting.programme)
    _live(setting, now)
    bulk.analyze()
    say("Counting what to expect of whom", 0.0)
    score_reps(setting.programme)
    repeats.find(programme=setting.programme, since=now - timedelta(days=365))
    standing.count(programme=setting.programme)
    effects.count(programme=setting.programme)
    announce(
        DemoLoaded(contacts=count, customers=len(writer.files), seed=writer.seed),
        programme=setting.programme,
        subject=setting.programme.public_id,
        actor="demo",
    )
    return count


def _live(setting: Setting, now: datetime) -> None:
    """Have the month's people look at files, customers ask about theirs, and the partner send some."""
    programme, found = setting.programme, {one.agent_id: one for one in accounts.members_of(setting.programme)}
    administrator, manager = found[ADMINISTRATOR], found[MANAGER]
    requests.ask(programme, manager, now=now)
    clearance.run_out(programme, setting.reps, administrator, now=now)
    record.make(programme, supervisor=found[SUPERVISOR], manager=manager, rep=setting.reps[1], now=now)
    deliveries.deliver(programme, administrator, now=now)
    leavers.leave(manager, now=now)
    leaving.ask(programme, now=now)


def simulate(size: Size, people: list[files.File], *, now: datetime, seed: int) -> Month:
    """Return the month up to ``now``, ready to run."""
    chance = np.random.default_rng(seed)
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    since = (midnight - timedelta(days=size.days)).astimezone(UTC)
    start = since - timedelta(days=WARM_UP_DAYS)
    line = demand.slots(ZONE, start, midnight.astimezone(UTC) + timedelta(days=2))
    per_day = size.contacts / size.days
    arrivals = demand.arrivals(chance, line, per_day * FIRST_TIMERS)
    arrivals = arrivals[arrivals < now.timestamp()]
    shifts = roster.shifts(chance, line, reps=size.reps, per_day=per_day, handle_seconds=HANDLE_SECONDS)
    customers = _whose(chance, len(arrivals), size.customers)
    topics = chance.choice(len(TOPICS), p=[topic.share for topic in TOPICS], size=len(arrivals))
    chats = chance.random(len(arrivals)) < CHAT_SHARE
    visits = [
        Visit(int(who), people[who].segment if who >= 0 else 0, int(topic), "chat" if chat else "voice", float(at))
        for who, topic, chat, at in zip(customers, topics, chats, arrivals, strict=True)
    ]
    return Month(
        visits,
        shifts,
        reps=size.reps,
        start=start.timestamp(),
        since=since.timestamp(),
        end=now.timestamp(),
        busy=line.shares[:WEEK].tolist(),
        seed=seed,
    )


def _whose(chance: np.random.Generator, count: int, customers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return whose new matter each is (-1: nobody's on file); all have their turn before one has a second."""
    rounds = -(-count // customers)
    order = np.tile(chance.permutation(customers), rounds)[:count]
    mixed = order[np.argsort(np.arange(count) + chance.uniform(0, customers * 0.4, size=count))]
    mixed[chance.random(count) < STRANGERS] = -1
    return mixed
