"""What is hard in the simulated month is what its page finds: for everybody, and for the rep who signs in."""

from collections import Counter

from rapport.coaching.hard import Legs, found_in
from rapport.demo.files import invent
from rapport.demo.load import Size, simulate
from rapport.demo.month import Month
from rapport.demo.tests.conftest import NOON
from rapport.demo.topics import TOPICS

SIZE = Size(contacts=18_000, days=30, reps=18, customers=9_000)


def stretches(month: Month) -> list[Legs]:
    """Return what the page would be told of who was handed on."""
    had: Counter[tuple[str, str, str]] = Counter()
    handed: Counter[tuple[str, str, str]] = Counter()
    for visit in month.visits:
        for number, leg in enumerate(visit.legs, start=1):
            kind = (str(leg.rep), TOPICS[visit.topic].key, visit.channel)
            had[kind] += 1
            handed[kind] += number < len(visit.legs)
    return [Legs(rep, reason, "", by, legs, handed[rep, reason, by]) for (rep, reason, by), legs in had.items()]


def test_who_looks_finds_what_is_hard_for_everybody_and_for_one() -> None:
    month = simulate(SIZE, invent(SIZE.customers, today=NOON.date(), seed=20), now=NOON, seed=20)
    month.run()
    found = list(found_in({"handed_on": stretches(month)}, {str(number): number for number in range(SIZE.reps)}))
    assert [one["reason"] for one in found if "rep_id" not in one] == ["dispute"]
    for one in found:
        if "rep_id" in one:
            assert month.reps[one["rep_id"]].hard == [topic.key for topic in TOPICS].index(one["reason"])
    assert "app" in {one["reason"] for one in found if one.get("rep_id") == 0}
