"""The rules of maturity: each by an example, and that no order of the facts makes a difference."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.kit import clock
from rapport.ledger import judging
from rapport.ledger.judging import (
    Claimed,
    Fact,
    Speaks,
    State,
    Status,
    Verdict,
    end_of,
    judge,
    matures_at,
    standing,
)

BERLIN = ZoneInfo("Europe/Berlin")
MADE = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
MATURES = matures_at(MADE, 60, BERLIN)
CLAIM = Claimed(MADE, MATURES)
LATER = MATURES + timedelta(days=30)


def on(day: int, status: Status = Status.ACTIVE, *, since: int | None = None, sequence: int = 0) -> Fact:
    """The partner's word at the end of the so manieth day after the save."""

    def end(which: int) -> datetime:
        return end_of(MADE.astimezone(BERLIN).date() + timedelta(days=which), BERLIN)

    return Fact(end(day), status, sequence, None if since is None else end(since))


def judged(*facts: Fact, claim: Claimed = CLAIM, now: datetime = LATER, speaks: Speaks = Speaks.EACH) -> Verdict:
    heard = max((fact.as_of for fact in facts), default=None)
    return judge(claim, facts, now=now, speaks=speaks, heard_until=heard)


def state(*facts: Fact) -> State:
    return judged(*facts).state


def test_day_60_is_counted_in_the_programmes_zone_across_the_change_of_the_clocks() -> None:
    assert datetime(2026, 5, 2, tzinfo=BERLIN) == MATURES
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # already the 3rd in Berlin
    assert matures_at(late, 60, BERLIN) == datetime(2026, 5, 3, tzinfo=BERLIN)
    assert clock.last_day(end_of(date(2026, 5, 1), BERLIN), BERLIN) == date(2026, 5, 1)


def test_it_matures_on_the_partners_word_of_day_60_or_later() -> None:
    assert judged(on(1), on(60)) == Verdict(State.MATURED, MATURES, "active", MATURES, MATURES)
    assert judged(on(75)).evidence_at == on(75).as_of


def test_without_that_word_it_waits_however_long() -> None:
    assert state() == state(on(59)) == State.PROVISIONAL
    assert judged(on(59)).known_until == on(59).as_of
    assert judged().known_until == MADE


def test_not_before_its_day_whatever_the_feed_says() -> None:
    early = judged(on(60), now=MATURES - timedelta(seconds=1))
    assert (early.state, early.known_until) == (State.PROVISIONAL, MATURES)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.CHARGED_BACK, Status.COMPLAINT_UPHELD])
def test_some_things_reverse_it_for_good(status: Status) -> None:
    verdict = judged(on(10), on(20, status), on(30), on(60))
    assert (verdict.state, verdict.why, verdict.at) == (State.REVERSED, status, on(20).as_of)
    assert state(on(60), on(61, status)) == State.MATURED  # after its day


@pytest.mark.parametrize("status", [Status.NOT_PAYING, Status.SET_TO_CANCEL])
def test_others_until_something_better_is_heard(status: Status) -> None:
    assert state(on(20, status)) == State.REVERSED
    assert state(on(20, status), on(25)) == State.PROVISIONAL
    assert state(on(20, status), on(25), on(60)) == State.MATURED
    assert state(on(20), on(60, status)) == State.REVERSED
    assert state(on(20), on(60, status), on(61)) == State.REVERSED


def test_a_spell_is_bad_from_its_beginning() -> None:
    verdict = judged(on(20, Status.NOT_PAYING), on(40, Status.CANCELLED))
    assert (verdict.at, verdict.why) == (on(20).as_of, Status.NOT_PAYING)


def test_what_was_cancelled_before_was_no_save() -> None:
    assert state(on(-1, Status.CANCELLED), on(60)) == State.VOID
    assert state(on(3, Status.CANCELLED, since=-2)) == State.VOID
    assert state(on(-5, Status.CANCELLED), on(-1), on(60)) == State.MATURED
    assert state(on(-1, Status.SET_TO_CANCEL), on(60)) == State.MATURED


def test_since_tells_when_it_happened() -> None:
    assert state(on(30), on(75, Status.CANCELLED)) == State.REVERSED  # silent on the day: counted against us
    assert state(on(30), on(75, Status.CANCELLED, since=70)) == State.MATURED
    assert judged(on(30), on(75, Status.CANCELLED, since=40)).at == on(40).as_of


def test_a_corrected_word_stands_and_a_contradiction_counts_against_us() -> None:
    assert state(on(20, Status.CANCELLED), on(20, Status.ACTIVE, sequence=1), on(60)) == State.MATURED
    assert state(on(20, Status.CANCELLED), on(20, Status.ACTIVE), on(60)) == State.REVERSED


def test_saved_again_within_its_days_the_first_did_not_stick() -> None:
    again = Claimed(MADE, MATURES, again_at=on(30).as_of - timedelta(hours=9))
    verdict = judged(on(10), on(60), claim=again)
    assert (verdict.state, verdict.why, verdict.at) == (State.REVERSED, "saved_again", again.again_at)
    after = Claimed(MADE, MATURES, again_at=on(70).as_of)
    assert judged(on(60), on(80), claim=after).state == State.MATURED


def test_a_feed_of_changes_vouches_for_those_it_is_silent_about() -> None:
    others_word = on(61)

    def changes(*facts: Fact, heard: datetime | None = others_word.as_of) -> State:
        return judge(CLAIM, facts, now=LATER, speaks=Speaks.CHANGES, heard_until=heard).state

    assert changes(on(-100)) == changes(on(5, Status.NOT_PAYING), on(9)) == State.MATURED
    assert changes(on(-100), heard=on(59).as_of) == State.PROVISIONAL
    assert changes() == State.PROVISIONAL  # never spoken of: the partner does not know the account
    assert changes(on(30, Status.NOT_PAYING)) == State.REVERSED
    assert changes(on(30), on(75, Status.CANCELLED)) == State.MATURED  # a change is told of when it happens


def test_what_somebody_took_out_is_void_whatever_the_partner_says() -> None:
    assert judged(on(60), claim=Claimed(MADE, MATURES, is_voided=True)).state == State.VOID


days = st.sampled_from([-5, -1, 0, 1, 20, 40, 59, 60, 61, 70])
facts = st.lists(
    st.builds(
        lambda day, status, since, sequence: on(day, status, since=since, sequence=sequence),
        days,
        st.sampled_from(list(Status)),
        st.none() | days,
        st.integers(0, 2),
    ),
    max_size=8,
)
claims = st.builds(
    lambda again, voided: Claimed(MADE, MATURES, voided, None if again is None else on(again).as_of),
    st.none() | st.integers(0, 80),
    st.just(False) | st.booleans(),
)


@given(facts, claims, st.sampled_from(list(Speaks)), st.randoms(), st.integers(0, 90))
def test_any_order_and_any_repetition_gives_the_same(
    told: list[Fact], claim: Claimed, speaks: Speaks, random: "object", day: int
) -> None:
    now = on(day).as_of
    first = judged(*told, claim=claim, now=now, speaks=speaks)
    mixed = told + told[: len(told) // 2]
    random.shuffle(mixed)
    assert judged(*mixed, claim=claim, now=now, speaks=speaks) == first


@given(facts, claims, st.sampled_from(list(Speaks)))
def test_every_verdict_is_in_its_bounds(told: list[Fact], claim: Claimed, speaks: Speaks) -> None:
    verdict = judged(*told, claim=claim, speaks=speaks)
    assert MADE <= verdict.at <= MATURES
    if verdict.state is State.MATURED:
        assert verdict.evidence_at is not None and verdict.evidence_at >= MATURES
    if verdict.state is State.REVERSED:
        assert verdict.why == judging.SAVED_AGAIN or verdict.why in set(Status) - {Status.ACTIVE}
    if verdict.known_until is not None:
        assert MADE <= verdict.known_until <= MATURES


@given(facts)
def test_only_what_stands_counts(told: list[Fact]) -> None:
    assert judged(*standing(told)) == judged(*told)


def last_word_wins(told: list[Fact]) -> dict[datetime, Fact]:
    """A fault: what came last stands, as a table that is overwritten would have it."""
    return {fact.as_of: fact for fact in told}


@pytest.mark.parametrize(
    "fault", [lambda told: list(last_word_wins(told).values()), lambda told: list(told), lambda told: told[-1:]]
)
def test_the_check_of_orders_finds_planted_faults(fault: "object", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "standing", fault)
    with pytest.raises(AssertionError):
        test_any_order_and_any_repetition_gives_the_same()
