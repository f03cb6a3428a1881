"""The customers of the demonstration and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from rapport.demo import bulk, vault
from rapport.demo.names import EASY, GIVEN, LIKES, SURNAMES, email, phone
from rapport.demo.people import SEGMENTS
from rapport.kit import sealing

if TYPE_CHECKING:
    from rapport.demo.people import Setting

SHARES = (0.70, 0.22, 0.08)  # of segments
CARDS = (  # product, fee a year, highest limit
    ("Everyday card", 0, 2_000),
    ("Travel card", 45, 4_000),
    ("Gold card", 90, 8_000),
    ("Platinum card", 240, 20_000),
)
CITIES = ("Aldford", "Birchwell", "Carrick", "Dunmore", "Eastmere", "Fenwick", "Glenholm", "Harwick", "Inverley")


@dataclass(frozen=True, slots=True)
class File:
    """One customer: name, e-mail, segment (index) and since when they are with the partner."""

    name: str
    email: str
    segment: int
    since: date


def invent(count: int, *, today: date, seed: int) -> list[File]:
    """Return made-up customers, first those whose e-mail is easy to type."""
    chance = Random(seed)
    keys = [key for key, _, _ in SEGMENTS]
    files = [
        File(name, f"{user}@example.org", keys.index(segment), today - timedelta(days=chance.randint(900, 5000)))
        for user, name, segment in EASY
    ]
    for number in range(len(files), count):
        name = f"{chance.choice(GIVEN)} {chance.choice(SURNAMES)}"
        segment = chance.choices(range(len(SHARES)), SHARES)[0]
        days = int(chance.triangular(20, 6500, 900 + 900 * segment))
        files.append(File(name, email(name, number), segment, today - timedelta(days=days)))
    return files


def public_ids(count: int, *, now: float, seed: int) -> list[str]:
    """Return the public ids of so many customers."""
    chance = Random(seed)
    return [bulk.key(chance, now) for _ in range(count)]


def store(
    setting: Setting, files: list[File], publics: list[str], *, now: float, today: date, seed: int
) -> tuple[list[tuple[int, str]], Iterator[bulk.Row]]:
    """Copy the customers, with these public ids, with their contact points and cards.

    Return (key, public id) in the same order, and the rows of their sealed values, each made when it is asked for.
    """
    chance = Random(seed + 1)
    ids = bulk.reserve("customers.Customer", len(files))
    programme = str(setting.programme.pk)
    bulk.copy(
        "customers.Customer",
        ("id", "programme_id", "public_id", "key", "name", "segment_id", "customer_since", "language", "likes",
         "attributes", "updated_at"),
        (
            (str(pk), programme, public, f"N-{100_000 + number}", file.name,
             str(setting.segments[file.segment].pk), file.since.isoformat(), "en", chance.choice(LIKES),
             bulk.data({"city": chance.choice(CITIES), "spend_12_months": chance.randrange(200, 24_000, 10),
                        "months_inactive": chance.choice((0, 0, 0, 1, 1, 2, 3)),
                        "remaining_value": chance.randrange(4_000, 30_000, 500) * (file.segment + 1)}),
             bulk.stamp(now))
            for number, (pk, public, file) in enumerate(zip(ids, publics, files, strict=True))
        ),
    )  # fmt: skip
    columns = ("programme_id", "customer_id", "kind", "value")
    bulk.copy("customers.ContactPoint", columns, _points(programme, ids, files))
    cards = list(_cards(programme, ids, files, today, chance))
    numbers = [vault.EASY_CARD, *(vault.card_number(chance) for _ in cards[1:])]
    card_ids = bulk.reserve("customers.Holding", len(cards))
    bulk.copy(
        "customers.Holding",
        ("id", "programme_id", "customer_id", "key", "product", "label", "opened_on", "ends_on", "details"),
        (
            (str(pk), *card[:4], sealing.hint(number), *card[4:])
            for pk, card, number in zip(card_ids, cards, numbers, strict=True)
        ),
    )
    owners = dict(zip(map(str, ids), publics, strict=True))
    held = [(card[1], owners[card[1]], str(pk), card[2]) for pk, card in zip(card_ids, cards, strict=True)]
    vault.declare(setting.programme)
    secrets = vault.sealed(setting.programme, owners, list(zip(held, numbers, strict=True)), now=now, seed=seed)
    return list(zip(ids, publics, strict=True)), secrets


def _points(programme: str, ids: list[int], files: list[File]) -> Iterator[bulk.Row]:
    for number, (pk, file) in enumerate(zip(ids, files, strict=True)):
        yield programme, str(pk), "email", file.email
        yield programme, str(pk), "phone", phone(number)


def _cards(programme: str, ids: list[int], files: list[File], today: date, chance: Random) -> Iterator[bulk.Row]:
    """Yield the cards without labels: an old customer has more and better ones; each runs for four years."""
    for pk, file in zip(ids, files, strict=True):
        for number in range(1 + (chance.random() < 0.25 + 0.2 * file.segment)):
            product, fee, limit = CARDS[min(3, max(0, round(file.segment + chance.gauss(0.4, 0.8))))]
            opened = file.since + (today - file.since) * (number * chance.random())
            ends = opened + timedelta(days=1461 * ((today - opened).days // 1461 + 1))
            details = {"limit": chance.randrange(limit // 2, limit + 1, 100), "fee_a_year": fee, "currency": "GBP"}
            yield (programme, str(pk), f"card-{number + 1}", product, opened.isoformat(), ends.isoformat(),
                   bulk.data(details))  # fmt: skip
