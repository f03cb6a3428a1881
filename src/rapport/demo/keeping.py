"""Half a year of keeping customers: sales and what they promised, wishes to leave, claims, and accounts.

Wishes, sales and promises are copied in; claims and accounts go through the ledger's own actions, day by day, so
that its books say what they would have said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from rapport.demo import bulk, earlier
from rapport.demo.catalogue import drawn_for_control
from rapport.demo.clearance import TEAMS
from rapport.demo.offered import Offered, learn, moments
from rapport.demo.people import SEGMENTS, Setting
from rapport.demo.selling import Selling
from rapport.demo.wishes import DAY, MATURES, OFFERS, REASONS, SELLERS, Wish, Wishes
from rapport.kit import clock
from rapport.ledger import actions as ledger
from rapport.ledger.judging import Status
from rapport.offers.leaving.queries import reasons_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rapport.accounts.models import Programme
    from rapport.demo.history import Writer

MONTHS = timedelta(days=150)
"""So long before the simulated month wishes to leave are told of."""

EVERY = 7  # days, from one file of accounts to the next
HEARD_AT = time(5, 30)
FOLLOWED = 75  # days after a save the partner's file still tells of the account
HOLDING = "card-1"
EVENTS = ("programme_id", "at", "name", "subject", "actor", "data", "audience")
ATTEMPTS = (
    "id", "programme_id", "public_id", "customer_id", "product", "holding", "origin", "channel", "contact_id",
    "rep_id", "reason_id", "jurisdiction", "opened_at", "requests", "offers_made", "first_offer_at", "state",
    "outcome", "ended_at", "offer", "rebuttals", "guide", "guide_version",
    "is_control",
)  # fmt: skip
CANCELLATIONS = (
    "programme_id", "public_id", "reference", "attempt_id", "customer_id", "product", "holding", "at", "by",
    "state", "tries", "settled_at", "settled_by",
)  # fmt: skip
HELD = """
SELECT customer_id, product, opened_on FROM customers_holding WHERE programme_id = %s AND key = %s
"""


def before(writer: Writer) -> tuple[Wishes, list[Wish]]:
    """Write the contacts that came before the month of ``writer``; return the wishes to leave of each.

    Whoever makes wishes makes those of the month too, once it is written.
    """
    month = writer.month
    made = Wishes(
        seed=writer.seed,
        talents=[rep.talent for rep in month.reps],
        segments=[one.segment for one in writer.files],
        controls=lambda number: drawn_for_control(writer.seed, str(UUID(writer.customers[number][1]))),
    )
    return made, earlier.write(writer, made.before(month.since - MONTHS.total_seconds(), month.since))


def write(writer: Writer, wishes: Sequence[Wish]) -> None:
    """Write what came of wishes to leave, in half a year up to the end of the month of ``writer``."""
    told = sorted(wishes, key=lambda wish: wish.opened)
    Keeper(writer.setting, writer.customers, writer.seed, writer.month.end).write(told)


@dataclass(slots=True)
class Keeper:
    """Writes the half year. ``customers`` are (key, public id) in the order of the wishes' numbers."""

    setting: Setting
    customers: Sequence[tuple[int, str]]
    seed: int
    end: float
    events: list[tuple[float, bulk.Row]] = field(default_factory=list)
    chance: Random = field(init=False)
    held: dict[int, tuple[str, date]] = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.seed} keeping")
        with connection.cursor() as cursor:
            cursor.execute(HELD, [self.programme.pk, HOLDING])
            self.held = {customer: (product, opened) for customer, product, opened in cursor.fetchall()}

    @property
    def programme(self) -> Programme:
        """Whose half year it is."""
        return self.setting.programme

    @property
    def zone(self) -> ZoneInfo:
        """Where the days are counted."""
        return self.programme.zone

    def write(self, wishes: Sequence[Wish]) -> None:
        """Write everything that the wishes tell of, which are in the order of time."""
        publics = [bulk.key(self.chance, wish.opened) for wish in wishes]
        Selling(self.programme, self.customers, self.chance, self.end, self._event).write(wishes)
        self._attempts(wishes, publics, self._reasons())
        self.events.sort(key=itemgetter(0))
        bulk.copy("events.Event", EVENTS, [row for _, row in self.events])
        bulk.analyze()
        self._live_through([(wish, UUID(public)) for wish, public in zip(wishes, publics, strict=True)])
        learn(self.programme)

    def _event(self, at: float, name: str, subject: str, actor: str, **data: object) -> None:
        row = (str(self.programme.pk), bulk.stamp(at), name, subject, actor, bulk.data(data), "{}")
        self.events.append((at, row))

    def _reasons(self) -> dict[str, int]:
        """Return the rows of what is behind the reasons for leaving, by key."""
        return {one.key: one.pk for group in reasons_of(self.programme) for one in group.details}

    def _attempts(self, wishes: Sequence[Wish], publics: Sequence[str], reasons: dict[str, int]) -> None:
        ids = bulk.reserve("offers.SaveAttempt", len(wishes))
        told = list(zip(ids, publics, wishes, strict=True))
        bulk.copy("offers.SaveAttempt", ATTEMPTS, [self._attempt(*one, reasons) for one in told])
        left = [one for one in told if one[2].outcome == "left"]
        bulk.copy("offers.Cancellation", CANCELLATIONS, [self._cancelled(*one) for one in left])
        for _, public, wish in told:
            self._tell(public, wish)
        offered = Offered(self.setting, self.end, self.seed, self.chance)
        offered.write(
            [offered.to_keep(wish, (pk, public), self.customers[wish.customer]) for pk, public, wish in told]
        )

    def _attempt(self, pk: int, public: str, wish: Wish, reasons: dict[str, int]) -> bulk.Row:
        customer, _ = self.customers[wish.customer]
        taken = f"{OFFERS[wish.taken].key}/1" if wish.taken is not None else ""
        return (
            str(pk), str(self.programme.pk), public, str(customer), self.held[customer][0], HOLDING, "rep",
            wish.channel, str(wish.contact[0]) if wish.contact else bulk.NULL,
            str(self.setting.reps[wish.rep].pk), str(reasons[wish.detail]), "usual", bulk.stamp(wish.opened), "1",
            str(len(wish.offers)), bulk.stamp(_middle(wish)) if wish.offers else bulk.NULL, "ended", wish.outcome,
            bulk.stamp(wish.ended), taken, bulk.data([f"{key}/1" for key in wish.rebuttals]), "cancel", "1",
            bulk.truth(wish.is_control),
        )  # fmt: skip

    def _cancelled(self, pk: int, public: str, wish: Wish) -> bulk.Row:
        customer, _ = self.customers[wish.customer]
        reference = f"C-{self.chance.getrandbits(40):010X}"
        actor = f"member:{self.setting.reps[wish.rep].pk}"
        self._event(
            wish.ended,
            "leaving.cancelled",
            public,
            actor,
            attempt=str(UUID(public)),
            certificate=reference,
            by="rep",
        )
        return (
            str(self.programme.pk), bulk.key(self.chance, wish.ended), reference, str(pk), str(customer),
            self.held[customer][0], HOLDING, bulk.stamp(wish.ended), "rep", "done", "1",
            bulk.stamp(min(wish.ended + 3600, self.end)), "the partner's system",
        )  # fmt: skip

    def _tell(self, public: str, wish: Wish) -> None:
        """Have the log tell of one wish."""
        attempt, rep = str(UUID(public)), self.setting.reps[wish.rep]
        actor, contact = f"member:{rep.pk}", str(UUID(wish.contact[1])) if wish.contact else None
        customer, whose = self.customers[wish.customer]
        why = next(one for one in REASONS if any(key == wish.detail for key, _ in one.details))
        self._event(
            wish.opened, "leaving.opened", public, actor, attempt=attempt, origin="rep",
            product=self.held[customer][0], channel=wish.channel, customer=str(UUID(whose)), contact=contact,
            jurisdiction="usual", rules=None,
        )  # fmt: skip
        at = (wish.opened + _middle(wish)) / 2
        self._event(at, "leaving.reason", public, actor, attempt=attempt, reason=why.key, detail=wish.detail)
        made = zip(wish.offers, moments(_middle(wish), wish.ended, len(wish.offers)), strict=True)
        for number, (offer, (at, _)) in enumerate(made, start=1):
            self._event(
                at, "leaving.offer_counted", public, actor, attempt=attempt,
                offer=f"{OFFERS[offer].key}/1", made=number, most=2,
            )  # fmt: skip
        self._event(
            wish.ended, "leaving.ended", public, actor, attempt=attempt, outcome=wish.outcome, contact=contact,
            rep=rep.agent_id, offer=f"{OFFERS[wish.taken].key}/1" if wish.taken is not None else None,
            rebuttals=[f"{key}/1" for key in wish.rebuttals], guide="cancel", guide_version=1,
            offers_made=len(wish.offers),
        )  # fmt: skip

    def _live_through(self, told: Sequence[tuple[Wish, UUID]]) -> None:
        """Let day after day pass: saves are claimed on theirs, and each week the partner tells of the accounts."""
        saved = [one for one in told if one[0].outcome == "stayed"]
        by_day = {day: list(ones) for day, ones in groupby(saved, key=lambda one: self._day(one[0].ended))}
        if not by_day:
            return
        day, last = min(by_day), self._day(self.end)
        first = day
        while day <= last:
            morning = datetime.combine(day, HEARD_AT, self.zone)
            if (day - first).days % EVERY == EVERY - 1 and morning.timestamp() < self.end:
                with clock.at(morning):
                    ledger.hear(programme=self.programme, words=list(self._words(saved, morning)), actor="demo")
                bulk.analyze()
            if day in by_day:
                with clock.at(datetime.fromtimestamp(by_day[day][-1][0].ended + 1, UTC)):
                    ledger.claim(
                        programme=self.programme, saves=[self._save(*one) for one in by_day[day]], actor="demo"
                    )
            day += timedelta(days=1)

    def _day(self, instant: float) -> date:
        return datetime.fromtimestamp(instant, self.zone).date()

    def _words(self, saved: Sequence[tuple[Wish, UUID]], morning: datetime) -> Iterator[ledger.Word]:
        """Yield what the partner's file of this morning says of the accounts that were saved lately."""
        as_of = morning.replace(hour=0, minute=0)
        seen: set[int] = set()
        for wish, _ in reversed(saved):  # the latest save of a customer is the one their account is told of
            age = (as_of.timestamp() - wish.ended) / DAY
            if age <= 0 or age > FOLLOWED or wish.customer in seen:
                continue
            seen.add(wish.customer)
            is_gone = wish.gone_after <= min(age, MATURES)
            status = Status(wish.lost_by) if is_gone else Status.ACTIVE
            since = datetime.fromtimestamp(wish.ended + wish.gone_after * DAY, UTC) if is_gone else None
            yield ledger.Word(self.customers[wish.customer][0], HOLDING, as_of, status, since=since)

    def _save(self, wish: Wish, attempt: UUID) -> ledger.Save:
        customer, _ = self.customers[wish.customer]
        rep, seller = self.setting.reps[wish.rep], SELLERS[wish.seller]
        why = next(one for one in REASONS if any(key == wish.detail for key, _ in one.details))
        taken = OFFERS[wish.taken] if wish.taken is not None else None
        return ledger.Save(
            attempt=attempt,
            customer=customer,
            made_at=datetime.fromtimestamp(wish.ended, UTC),
            holding=HOLDING,
            contact=UUID(wish.contact[1]) if wish.contact else None,
            rep=rep.pk,
            rep_key=rep.agent_id,
            team=TEAMS[wish.rep % len(TEAMS)],
            product=self.held[customer][0],
            reason=why.key,
            detail=wish.detail,
            offer=taken.key if taken else "",
            offer_version=1 if taken else None,
            rebuttals=[f"{key}/1" for key in wish.rebuttals],
            guide="cancel",
            guide_version=1,
            segment=SEGMENTS[wish.segment][0],
            seller=seller.name,
            selling_team=seller.team,
            channel=wish.channel,
            is_control=wish.is_control,
            cost=taken.cost if taken else 0,
            currency="GBP" if taken else "",
        )


def _middle(wish: Wish) -> float:
    return (wish.opened + wish.ended) / 2
