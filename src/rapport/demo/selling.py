"""What was sold to whom by which team, and what was promised then: as the partner tells of it, with its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol
from uuid import UUID

from django.db import connection

from rapport.demo import bulk
from rapport.demo.wishes import DAY, OVERSELLS, SELLERS, Wish

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

FIRST_CARD = "card-1"
ALSO_SOLD = 3_000  # sales of first cards to customers who never wished to leave
SECOND_CARDS = timedelta(days=180)  # of so long back all are told of: every month has sales
PROMISES = (  # kind, what
    ("price", "The first year without a fee"),
    ("delivery", "A welcome gift within four weeks"),
    ("price", "Cashback of 2 % on all you buy"),
    ("document", "The conditions of the insurance in writing"),
)
BROKEN, BROKEN_BY_OVERSELLER, LATE = 0.06, 0.42, 0.08
SALES = (
    "id", "programme_id", "public_id", "customer_id", "key", "holding", "product", "seller", "seller_name", "team",
    "channel", "campaign", "sold_on", "as_of", "digest",
)  # fmt: skip
SOLD = (
    "programme_id", "public_id", "customer_id", "by", "sale_id", "number", "kind", "product", "what", "made_at",
    "due_on", "due_by", "state", "settled_at", "evidence",
)  # fmt: skip
HELD = """
SELECT customer_id, key, product, opened_on FROM customers_holding
WHERE programme_id = %s AND (key = %s OR opened_on >= %s) ORDER BY customer_id, key
"""


class Tells(Protocol):
    """Puts an event on the log."""

    def __call__(self, at: float, name: str, subject: str, actor: str, **data: object) -> None:
        """Say that this happened then, by whom, to what."""


class Card(NamedTuple):
    """A card that was sold; ``customer`` is a number in the order of customers."""

    customer: int
    key: str
    product: str
    opened: date


@dataclass(slots=True)
class Selling:
    """Writes sales and promises. What came before the half year, the log tells of on its first day."""

    programme: Programme
    customers: Sequence[tuple[int, str]]
    chance: Random
    end: float
    tell: Tells

    def write(self, wishes: Sequence[Wish]) -> None:
        """Have the partner tell who sold the cards of who wished to leave, of some others, and every late card."""
        sellers = {wish.customer: wish.seller for wish in wishes}
        began = min((wish.opened for wish in wishes), default=self.end)
        shares = [one.share * (0.55 if place == OVERSELLS else 1) for place, one in enumerate(SELLERS)]
        cards = self._cards()
        others = [card.customer for card in cards if card.key == FIRST_CARD and card.customer not in sellers]
        told = sellers.keys() | set(self.chance.sample(others, min(ALSO_SOLD, len(others))))
        sold = [card for card in cards if card.key != FIRST_CARD or card.customer in told]
        by = [
            sellers[card.customer]
            if card.key == FIRST_CARD and card.customer in sellers
            else self.chance.choices(range(len(SELLERS)), shares)[0]
            for card in sold
        ]
        ids = bulk.reserve("customers.Sale", len(sold))
        bulk.copy("customers.Sale", SALES, [self._sale(*one, began) for one in zip(ids, sold, by, strict=True)])
        promised = [self._promised(*one, began) for one in zip(ids, sold, by, strict=True)]
        bulk.copy("customers.Promise", SOLD, [row for row in promised if row])

    def _cards(self) -> list[Card]:
        numbers = {key: number for number, (key, _) in enumerate(self.customers)}
        late = datetime.fromtimestamp(self.end, self.programme.zone).date() - SECOND_CARDS
        with connection.cursor() as cursor:
            cursor.execute(HELD, [self.programme.pk, FIRST_CARD, late])
            found = cursor.fetchall()
        return [Card(numbers[customer], *rest) for customer, *rest in found if customer in numbers]

    def _sale(self, pk: int, card: Card, seller: int, began: float) -> bulk.Row:
        customer, whose = self.customers[card.customer]
        one, public = SELLERS[seller], bulk.key(self.chance, self.end)
        told_at = datetime.combine(card.opened, time(18), UTC)
        told = {
            "product": card.product,
            "seller": one.key,
            "team": one.team,
            "channel": one.channel,
            "campaign": f"{card.opened:%Y}",
            "sold_on": card.opened.isoformat(),
        }
        self.tell(max(told_at.timestamp(), began), "sale.told", whose, "demo", sale=str(UUID(public)), **told)
        return (
            str(pk), str(self.programme.pk), public, str(customer),
            f"SALE-{card.customer:06d}{'' if card.key == FIRST_CARD else '-' + card.key[-1]}", card.key,
            card.product, one.key, one.name, one.team, one.channel, told["campaign"], told["sold_on"],
            told_at.isoformat(), "",
        )  # fmt: skip

    def _promised(self, sale: int, card: Card, seller: int, began: float) -> bulk.Row | None:
        """Return what the seller promised: the one who oversells, more than the card gives."""
        oversells = seller == OVERSELLS
        if self.chance.random() > (0.8 if oversells else 0.3):
            return None
        customer, whose = self.customers[card.customer]
        kind, what = self.chance.choice(PROMISES)
        due = card.opened + timedelta(days=30)
        made = datetime.combine(card.opened, time(12), self.programme.zone).astimezone(UTC)
        due_by = datetime.combine(due + timedelta(days=1), time(), self.programme.zone).astimezone(UTC)
        public = bulk.key(self.chance, made.timestamp())
        told = str(UUID(public))
        self.tell(
            max(made.timestamp(), began), "promise.made", whose, "demo", promise=told, due_on=due.isoformat(),
            by="seller", kind=kind, origin="sale", product=card.product, keeper="partner",
        )  # fmt: skip
        state, settled, evidence = "open", bulk.NULL, ""
        if due_by.timestamp() <= self.end - 10 * DAY:
            state, evidence = self._came_of_it(oversells), "feed"
            at = due_by + timedelta(days={"kept": -10, "late": 5, "broken": 3}[state])
            settled = at.isoformat()
            data = {"promise": told, "state": state, "evidence": evidence}
            self.tell(max(at.timestamp(), began) + 1, "promise.settled", whose, "demo", **data)
        return (
            str(self.programme.pk), public, str(customer), "seller", str(sale), "1", kind, card.product, what,
            made.isoformat(), due.isoformat(), due_by.isoformat(), state, settled, evidence,
        )  # fmt: skip

    def _came_of_it(self, oversells: bool) -> str:
        luck = self.chance.random()
        broken = BROKEN_BY_OVERSELLER if oversells else BROKEN
        return "broken" if luck < broken else "late" if luck < broken + LATE else "kept"
