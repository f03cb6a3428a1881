"""What reps offered in half a year: choices with their chances, what customers said, and what came of it.

To keep customers, the three oldest offers were made by lot, each as often as another; so the wishes tell. In
the simulated month others were sold or given something on contacts that went well. The partner did the next
morning what was accepted. What came of it all is learnt at the end: from then on the demonstration chooses by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from rapport.demo import bulk
from rapport.demo.catalogue import (
    ANNIVERSARY,
    CASHBACK,
    CONTROL,
    COVER,
    FEE_WAIVED,
    LIVE,
    NO_FEE_CARD,
    SECOND_CARD,
    drawn_for_control,
)
from rapport.demo.people import SEGMENTS
from rapport.demo.wishes import REASONS, Wish
from rapport.offers.choosing import policy, refreshing
from rapport.offers.choosing.learning import DECLARED_ERROR, NONE
from rapport.offers.choosing.queries import DECLARED

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.demo.catalogue import Made
    from rapport.demo.people import Setting

SAVES = (FEE_WAIVED, NO_FEE_CARD, CASHBACK)
"""In the order of ``demo.wishes.OFFERS``."""
ONE_IN = 55  # contacts that went well had something offered beside
WHYS = (("price", 0.3), ("need", 0.2), ("rival", 0.15), ("later", 0.15), ("trust", 0.1), ("leaves", 0.1))
TAKEN = {COVER.key: 0.14, SECOND_CARD.key: 0.10, ANNIVERSARY.key: 0.93}
REFUSED, SAID = 0.03, ("The card is blocked since a reported loss.", "The account was closed meanwhile.")
BY_HAND_AFTER = timedelta(days=3)
HOLD_SECONDS = 1200
CHOICES = (
    "id", "programme_id", "public_id", "contact_id", "attempt_id", "whose", "slot", "number", "reason", "detail",
    "segment", "at", "is_control", "policy", "value", "chances", "weighed", "removed", "drawn", "stuck",
    "settled_at",
)  # fmt: skip
PRESENTATIONS = (
    "id", "programme_id", "public_id", "choice_id", "offer_id", "version", "place", "chance", "cost", "currency",
    "state", "why", "shown_at", "offered_at", "answered_at", "member_id", "hold", "held_until", "month",
)  # fmt: skip
FULFILMENTS = (
    "programme_id", "public_id", "presentation_id", "contact_id", "asked_at", "state", "said", "settled_at",
    "settled_by_id",
)  # fmt: skip
ALLOWANCES = ("programme_id", "offer_id", "of", "month", "most", "held", "used")
EVENTS = ("programme_id", "at", "name", "subject", "actor", "data", "audience")
WENT_WELL = """
SELECT contact.id, contact.public_id, contact.customer_id, customer.public_id, contact.rep_id, reason.key,
    segment.key, extract(epoch FROM contact.answered_at), extract(epoch FROM contact.ended_at),
    (contact.arrived_at::date - customer.customer_since) / 365
FROM contacts_contact AS contact
JOIN customers_customer AS customer ON customer.id = contact.customer_id
JOIN customers_segment AS segment ON segment.id = contact.segment_id
JOIN contacts_reason AS reason ON reason.id = contact.reason_id
WHERE contact.programme_id = %s AND contact.resolved AND reason.key NOT IN ('cancel', 'complaint')
    AND contact.id %% %s = 0 AND NOT EXISTS (
        SELECT FROM customers_promise AS promise
        WHERE promise.customer_id = customer.id AND promise.state = 'broken'
    )
ORDER BY contact.answered_at, contact.id
"""

CAME_OF_IT = """
UPDATE offers_choice AS choice SET stuck = claim.state = 'matured', settled_at = claim.state_at
FROM offers_saveattempt AS attempt
JOIN ledger_claim AS claim ON claim.programme_id = attempt.programme_id AND claim.attempt = attempt.public_id
WHERE choice.programme_id = %s AND attempt.id = choice.attempt_id AND claim.state IN ('matured', 'reversed')
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice on a contact; ``made`` are the offers made, in order, the last of them ``taken`` or none."""

    slot: str
    contact: tuple[int, str]
    customer: tuple[int, str]
    rep: int
    reason: str
    detail: str
    segment: str
    at: float
    ended: float
    is_control: bool
    could: Sequence[Made]
    made: Sequence[Made]
    is_taken: bool
    attempt: tuple[int, str] | None = None
    has_left: bool = False


@dataclass(slots=True)
class Offered:
    """Writes choices and what came of them. ``end`` is the end of the month."""

    setting: Setting
    end: float
    seed: int
    chance: Random
    events: list[tuple[float, bulk.Row]] = field(default_factory=list)
    presentations: list[bulk.Row] = field(default_factory=list)
    fulfilments: list[bulk.Row] = field(default_factory=list)
    used: Counter[tuple[str, date]] = field(default_factory=Counter)
    rows: dict[str, int] = field(default_factory=dict)
    values: dict[int, int] = field(default_factory=dict)
    keys: Iterator[int] = field(default_factory=lambda: iter(()))

    @property
    def programme(self) -> Programme:
        """Whose month it is."""
        return self.setting.programme

    def write(self, saves: Sequence[Chosen]) -> None:
        """Write what was offered to who wanted to leave, and to others."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT key, id FROM offers_keptoffer WHERE programme_id = %s", [self.programme.pk])
            self.rows = dict(cursor.fetchall())
        every = [*saves, *self._others()]
        self.values = _values([one.customer[0] for one in every])
        ids = bulk.reserve("offers.Choice", len(every))
        self.keys = iter(bulk.reserve("offers.Presentation", len(every) * len(SAVES)))
        bulk.copy("offers.Choice", CHOICES, [self._choice(*one) for one in zip(ids, every, strict=True)])
        bulk.copy("offers.Presentation", PRESENTATIONS, self.presentations)
        bulk.copy("offers.Fulfilment", FULFILMENTS, self.fulfilments)
        bulk.copy("offers.Allowance", ALLOWANCES, list(self._allowances()))
        self.events.sort(key=itemgetter(0))
        bulk.copy("events.Event", EVENTS, [row for _, row in self.events])
        bulk.analyze()

    def to_keep(self, wish: Wish, attempt: tuple[int, str], customer: tuple[int, str]) -> Chosen:
        """Return what was chosen for a wish to leave that came on a contact."""
        assert wish.contact is not None
        why = next(one for one in REASONS if any(key == wish.detail for key, _ in one.details))
        return Chosen(
            "save", wish.contact, (customer[0], str(UUID(customer[1]))), self.setting.reps[wish.rep].pk, why.key,
            wish.detail, SEGMENTS[wish.segment][0], (wish.opened + wish.ended) / 2, wish.ended, wish.is_control,
            SAVES, [SAVES[number] for number in wish.offers], wish.taken is not None,
            (attempt[0], str(UUID(attempt[1]))), wish.outcome == "left",
        )  # fmt: skip

    def _others(self) -> Iterator[Chosen]:
        """Yield what was offered on contacts that went well: to thank who has been here for years, or to sell."""
        with connection.cursor() as cursor:
            cursor.execute(WENT_WELL, [self.programme.pk, ONE_IN])
            found = cursor.fetchall()
        for pk, public, customer, whose, rep, reason, segment, began, ended, years in found:
            is_loyal = years >= 3 and self.chance.random() < 0.4
            could = [ANNIVERSARY] if is_loyal else [COVER, SECOND_CARD] if years >= 1 else [COVER]
            is_control = drawn_for_control(self.seed, str(whose))
            made = [] if is_control else [self.chance.choice(could)]
            yield Chosen(
                "loyalty" if is_loyal else "cross_sell", (pk, str(public)), (customer, str(whose)), rep, reason,
                "", segment, (float(began) + float(ended)) / 2, float(ended), is_control, could, made,
                bool(made) and self.chance.random() < TAKEN[made[0].key],
            )  # fmt: skip

    def _choice(self, pk: int, one: Chosen) -> bulk.Row:
        public, value = bulk.key(self.chance, one.at), self.values[one.customer[0]]
        share = (1 - CONTROL) / len(one.could)
        chances = {NONE: CONTROL, **{each.key: share for each in one.could}}
        drawn = one.made[0].key if one.made else NONE
        shown = [*one.made, *(each for each in one.could if each not in one.made)] if one.made else []
        self._event(
            one.at, "offer.chosen", one, "system", choice=str(UUID(public)),
            attempt=one.attempt[1] if one.attempt else None, slot=one.slot, control=one.is_control,
            policy=DECLARED, drawn=drawn or None, nothing=CONTROL, offers=[each.key for each in one.could],
            chances=[round(share, 6)] * len(one.could), shown=[each.key for each in shown], removed=[],
            removed_by=[],
        )  # fmt: skip
        for place, each in enumerate(shown):
            self._presentation(pk, one, each, place, len(shown) - place)
        settled = bulk.stamp(one.ended) if one.has_left else bulk.NULL
        return (
            str(pk), str(self.programme.pk), public, str(one.contact[0]),
            str(one.attempt[0]) if one.attempt else bulk.NULL, one.customer[1], one.slot, "1", one.reason,
            one.detail, one.segment, bulk.stamp(one.at), bulk.truth(one.is_control), DECLARED, str(value),
            bulk.data(chances), bulk.data([_weighed(each, value) for each in one.could]), "[]", drawn,
            bulk.truth(False if one.has_left else None), settled,
        )  # fmt: skip

    def _presentation(self, choice: int, one: Chosen, made: Made, place: int, left: int) -> None:
        """Write an offer on the page: made and answered in its turn, or only shown."""
        pk, public, offer = next(self.keys), bulk.key(self.chance, one.at), made.offer
        told = {
            "presentation": str(UUID(public)), "offer": made.key, "version": 1,
            "attempt": one.attempt[1] if one.attempt else None,
        }  # fmt: skip
        state, why, answered, month = "shown", "", 0.0, bulk.NULL
        if place < len(one.made):
            offered, answered = moments(one.at, one.ended, len(one.made))[place]
            self._event(
                offered, "offer.presented", one, f"member:{one.rep}", **told, propensity=round(1 / left, 6),
                policy=DECLARED,
            )  # fmt: skip
            if one.is_taken and place == len(one.made) - 1:
                state, month = "accepted", self._month(answered).isoformat()
                self._accepted(pk, one, made, answered, told)
            else:
                state, why = "refused", self.chance.choices(*zip(*WHYS, strict=True))[0]
                self._event(answered, "offer.turned_down", one, f"member:{one.rep}", **told, why=why)
        is_made, is_used = state != "shown", state == "accepted"
        self.presentations.append((
            str(pk), str(self.programme.pk), public, str(choice), str(self.rows[made.key]), "1", str(place),
            str(1 / left), str(offer.cost), offer.currency, state, why, bulk.stamp(one.at),
            bulk.stamp(offered) if is_made else bulk.NULL, bulk.stamp(answered) if is_made else bulk.NULL,
            str(one.rep) if is_made else bulk.NULL, "used" if is_used else "",
            bulk.stamp(offered + HOLD_SECONDS) if is_used else bulk.NULL, month,
        ))  # fmt: skip

    def _accepted(self, pk: int, one: Chosen, made: Made, at: float, told: dict[str, object]) -> None:
        """Write that it was accepted; the partner does it the next morning, or says why not."""
        offer, public = made.offer, bulk.key(self.chance, at)
        self.used[made.key, self._month(at)] += 1
        self._event(
            at, "offer.accepted", one, f"member:{one.rep}", **told, cost=offer.cost, currency=offer.currency
        )
        morning = datetime.combine(self._day(at) + timedelta(days=1), time(6), self.programme.zone)
        settled, state, said, by = morning.timestamp() + self.chance.uniform(0, 7200), "done", "", bulk.NULL
        if settled >= self.end:
            state = "waiting"
        elif self.chance.random() < REFUSED:
            state, said = "refused", self.chance.choice(SAID)
            self._event(settled, "offer.failed", one, "partner", **told, tries=0, state=state, http=None)
            if settled < self.end - BY_HAND_AFTER.total_seconds():
                settled, state, by = settled + 20_000, "done", str(self.setting.reps[0].pk)
                said = "Credited by hand in the bank's system."
        if state == "done":
            self._event(
                settled, "offer.fulfilled", one, "partner", **told, tries=0, seconds=round(settled - at, 1)
            )
        self.fulfilments.append((
            str(self.programme.pk), public, str(pk), str(one.contact[0]), bulk.stamp(at), state, said,
            bulk.NULL if state == "waiting" else bulk.stamp(settled), by,
        ))  # fmt: skip

    def _allowances(self) -> Iterator[bulk.Row]:
        """Yield what was used of each stock, and of each month's budget."""
        for made in LIVE:
            offer, used = made.offer, {month: n for (key, month), n in self.used.items() if key == made.key}
            if offer.stock is not None and used:
                yield self._allowance(made, "stock", bulk.NULL, offer.stock, sum(used.values()))
            for month, many in used.items() if offer.budget is not None else ():
                yield self._allowance(made, "budget", month.isoformat(), offer.budget or 0, many * offer.cost)

    def _allowance(self, made: Made, of: str, month: str, most: int, used: int) -> bulk.Row:
        row = self.rows[made.key]
        return str(self.programme.pk), str(row), of, month, str(max(most, used)), "0", str(used)

    def _event(self, at: float, name: str, one: Chosen, actor: str, **data: object) -> None:
        row = (str(self.programme.pk), bulk.stamp(at), name, one.contact[1], actor, bulk.data(data), "{}")
        self.events.append((at, row))

    def _day(self, at: float) -> date:
        return datetime.fromtimestamp(at, UTC).astimezone(self.programme.zone).date()

    def _month(self, at: float) -> date:
        return self._day(at).replace(day=1)


def learn(programme: Programme) -> None:
    """Keep what the ledger knows of saves with what was chosen for them, and choose by all of it from now on."""
    with connection.cursor() as cursor:
        cursor.execute(CAME_OF_IT, [programme.pk])
    refreshing.refresh(programme)


def moments(began: float, ended: float, many: int) -> list[tuple[float, float]]:
    """Return when each of so many offers was made and answered between two instants."""
    step = (ended - began) / (many + 1)
    return [(began + step * place, began + step * (place + 0.8)) for place in range(many)]


def _values(customers: Sequence[int]) -> dict[int, int]:
    """Return the value that remains of customers, by key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, (attributes ->> 'remaining_value')::integer FROM customers_customer WHERE id = ANY(%s)",
            [list(customers)],
        )
        return dict(cursor.fetchall())


def _weighed(made: Made, value: int) -> dict[str, object]:
    """Return what an offer was worth, as nothing but its writer's expectation was known."""
    offer = made.offer
    known = policy.Known(offer.lift, DECLARED_ERROR, offer.takes)
    one = policy.weigh(made.key, known, value=value, cost=offer.cost, gain=offer.gain)
    return {
        "key": made.key, "version": 1, "lift": known.lift, "error": known.error, "takes": known.takes,
        "cost": offer.cost, "gain": offer.gain, "worth": round(one.worth, 2),
    }  # fmt: skip
