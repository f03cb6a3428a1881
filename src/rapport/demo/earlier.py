"""The contacts of the months before the simulated one: those on which who wanted to leave was called back.

Figures of contacts count those that came in, so these are none of theirs; wishes, offers and claims rest on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.demo import bulk
from rapport.demo.history import COLUMNS
from rapport.demo.names import phone
from rapport.demo.people import SEGMENTS
from rapport.demo.topics import TOPICS
from rapport.demo.wishes import SAYS

if TYPE_CHECKING:
    from rapport.demo.history import Writer
    from rapport.demo.wishes import Wish

RINGS, TAKES_LEAVE, WRITES = (
    20.0,
    15.0,
    60.0,
)  # seconds before they speak, until they hang up, and until it is noted
ANSWERS, IS_GLAD = 0.4, 0.6  # of who stayed: who says how it was, and who of them could not be happier
OUTCOMES = {SAYS[one.key]: one for one in TOPICS[0].outcomes}
TABLES = ("contacts.Contact", "contacts.Leg", "feedback.Survey", "events.Event")


def write(writer: Writer, wishes: Iterable[Wish]) -> list[Wish]:
    """Write a contact for each wish to leave, the oldest first; return the wishes, each with its own."""
    told, chance = list(wishes), Random(f"{writer.seed} earlier")
    answers = Random(f"{writer.seed} earlier answers")
    rows: dict[str, list[bulk.Row]] = {label: [] for label in TABLES}
    events: list[tuple[float, bulk.Row]] = []
    found = []
    for pk, wish in zip(bulk.reserve("contacts.Contact", len(told)), told, strict=True):
        public = bulk.key(chance, wish.opened - RINGS)
        found.append(replace(wish, contact=(pk, public)))
        rows["contacts.Contact"].append(_contact(writer, pk, public, wish, chance))
        member, leg = str(writer.setting.reps[wish.rep].pk), [bulk.stamp(at) for at in _times(wish)[1:]]
        rows["contacts.Leg"].append((str(writer.setting.programme.pk), str(pk), member, *leg, "rep"))
        events += _events(writer, public, wish)
        if wish.outcome == "stayed" and answers.random() < ANSWERS:
            survey, told_of = _survey(writer, pk, public, wish, 5 if answers.random() < IS_GLAD else 4)
            rows["feedback.Survey"].append(survey)
            events.append(told_of)
    events.sort(key=itemgetter(0))
    rows["events.Event"] = [row for _, row in events]
    for label in TABLES:
        bulk.copy(label, COLUMNS[label], rows[label])
    return found


def _times(wish: Wish) -> tuple[float, float, float, float]:
    """Return when the contact began, was answered, ended, and was closed."""
    ended = wish.ended + TAKES_LEAVE
    return wish.opened - RINGS, wish.opened - RINGS / 2, ended, ended + WRITES


def _contact(writer: Writer, pk: int, public: str, wish: Wish, chance: Random) -> bulk.Row:
    setting, outcome = writer.setting, OUTCOMES[wish.outcome]
    arrived, answered, ended, closed = (bulk.stamp(at) for at in _times(wish))
    address = writer.files[wish.customer].email if wish.channel == "chat" else phone(wish.customer)
    return (
        str(pk), str(setting.programme.pk), public, wish.channel, "out", address, "closed",
        str(writer.customers[wish.customer][0]), str(setting.segments[wish.segment].pk),
        str(setting.reasons[TOPICS[0].key].pk), "", bulk.NULL, str(setting.reps[wish.rep].pk), arrived, arrived,
        arrived, answered, ended, closed, "0", str(setting.dispositions[outcome.key].pk),
        bulk.truth(outcome.resolved), chance.choice(outcome.summaries), "",
    )  # fmt: skip


def _survey(
    writer: Writer, pk: int, public: str, wish: Wish, rating: int
) -> tuple[bulk.Row, tuple[float, bulk.Row]]:
    """Return what a customer answers a minute after the contact was closed, and the event that tells of it."""
    programme, at = str(writer.setting.programme.pk), _times(wish)[-1]
    asked, answered = bulk.stamp(at), bulk.stamp(at + WRITES)
    data = bulk.data({"rating": rating, "resolved": True, "has_comment": False})
    event = (programme, answered, "survey.answered", public, "customer", data, "{}")
    return (programme, str(pk), asked, str(rating), bulk.truth(True), "", answered), (at + WRITES, event)


def _events(writer: Writer, public: str, wish: Wish) -> list[tuple[float, bulk.Row]]:
    """Return what the log tells of one contact."""
    setting, outcome = writer.setting, OUTCOMES[wish.outcome]
    rep, programme = setting.reps[wish.rep], str(setting.programme.pk)
    arrived: dict[str, object] = {
        "channel": wish.channel, "direction": "out",
        "customer": str(UUID(writer.customers[wish.customer][1])), "segment": SEGMENTS[wish.segment][0],
        "reason": TOPICS[0].key, "external_id": None,
    }  # fmt: skip
    told: tuple[tuple[str, dict[str, object]], ...] = (
        ("arrived", arrived),
        ("answered", {"rep": rep.agent_id}),
        ("ended", {"by": "rep"}),
        ("closed", {"disposition": outcome.key, "resolved": outcome.resolved}),
    )
    return [
        (at, (programme, bulk.stamp(at), f"contact.{name}", public, f"member:{rep.pk}", bulk.data(data), "{}"))
        for at, (name, data) in zip(_times(wish), told, strict=True)
    ]
