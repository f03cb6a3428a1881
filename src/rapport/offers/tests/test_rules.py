"""What fair-save rules allow, whatever is asked of them in which order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.offers.leaving.rules import (
    BUILT_IN,
    EXAMPLE,
    Attempted,
    Jurisdiction,
    RulesInvalid,
    may_offer,
    read_rules,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHANNELS = ["chat", "voice", "email", "portal"]
jurisdictions = st.builds(
    Jurisdiction,
    name=st.just("Here"),
    most_offers=st.integers(0, 5),
    seconds=st.integers(0, 3600),
    no_offers_on=st.lists(st.sampled_from(CHANNELS), max_size=2),
    stop_after_requests=st.integers(1, 5),
    source=st.just("the law"),
)


def told(**changes: object) -> Attempted:
    plain = {"is_open": True, "channel": "chat", "requests": 1, "offers_made": 0, "first_offer_at": None}
    return Attempted(**{**plain, **changes})  # type: ignore[arg-type] # tests say what they change


@given(rules=jurisdictions, steps=st.lists(st.tuples(st.sampled_from("oar"), st.integers(0, 900)), max_size=30))
def test_whatever_happens_no_more_is_offered_than_is_fair(
    rules: Jurisdiction, steps: list[tuple[str, int]]
) -> None:
    """Offers, clear requests and waiting in any order: the bounds hold, and once shut it never opens again."""
    now, made, first, requests, was_shut = NOON, 0, None, 0, False
    for step, seconds in steps:
        now += timedelta(seconds=seconds)
        if step == "r":
            requests += 1
        attempt = told(requests=requests, offers_made=made, first_offer_at=first)
        verdict = may_offer(rules, attempt, now)
        assert not (was_shut and verdict.allowed)
        was_shut = not verdict.allowed
        if verdict.allowed:
            assert requests < rules.stop_after_requests and "chat" not in rules.no_offers_on
            assert verdict.left == rules.most_offers - made > 0
            assert first is None or now < first + timedelta(seconds=rules.seconds)
            if step == "o":
                made, first = made + 1, first or now
    assert made <= rules.most_offers


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "fair"),
        ({"is_open": False}, "ended"),
        ({"requests": 2}, "asked_again"),
        ({"offers_made": 1, "first_offer_at": NOON}, "made"),
    ],
)
def test_each_bound_is_told(changes: dict[str, object], why: str) -> None:
    verdict = may_offer(BUILT_IN.named("strict"), told(**changes), NOON)
    assert (verdict.why, verdict.allowed) == (why, why == "fair")
    assert verdict.words


def test_a_bound_is_reached_at_its_second() -> None:
    rules = Jurisdiction(name="Here", most_offers=2, seconds=60, stop_after_requests=2, source="law")
    begun = told(offers_made=1, first_offer_at=NOON)
    assert may_offer(rules, begun, NOON + timedelta(seconds=59)).allowed
    assert may_offer(rules, begun, NOON + timedelta(seconds=60)).why == "time"


def test_the_customers_file_says_the_jurisdiction() -> None:
    assert BUILT_IN.of({"state": "ca"}) == BUILT_IN.of({"state": " California "}) == "california"
    assert BUILT_IN.of({"state": "NY"}) == BUILT_IN.of({}) == "strict"
    assert BUILT_IN.named("gone").name == BUILT_IN.named("strict").name


def test_faults_are_told_by_line() -> None:
    wrong = EXAMPLE.replace('default = "strict"', 'default = "nowhere"').replace(
        "most_offers = 1", "most_offers = 9"
    )
    with pytest.raises(RulesInvalid, match="most_offers"):
        read_rules(wrong)
    with pytest.raises(RulesInvalid, match="Line 2: There is no jurisdiction 'nowhere'"):
        read_rules(EXAMPLE.replace('default = "strict"', 'default = "nowhere"'))
    with pytest.raises(RulesInvalid, match="is a value of"):
        read_rules(
            EXAMPLE + '\n[jurisdictions.x]\nname="X"\nvalues=["ca"]\nmost_offers=0\nseconds=0\n'
            'stop_after_requests=1\nsource="y"\n'
        )
