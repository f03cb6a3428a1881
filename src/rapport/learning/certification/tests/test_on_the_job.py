"""On the job every contact that a rep closes is put among those to be scored, until the standard is met."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rapport.conftest import World, at_most
from rapport.contacts.models import Contact
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.learning.certification import actions, jobs, queries
from rapport.learning.certification.definition import Level
from rapport.learning.certification.models import OnTheJob
from rapport.learning.certification.standards import Facts, Names, Since, judged, spans_below
from rapport.learning.certification.tests.stage import BASE, TEXT, a_kind, client_of, scored
from rapport.quality import actions as quality
from rapport.quality.models import Evaluation, Selection
from rapport.quality.queries import Told
from rapport.quality.scoring import Answer
from rapport.quality.tests.cards import a_contact, a_scorecard, an_analyst
from rapport.quality.tests.test_evaluating import ANSWERS
from rapport.routing.tests.test_together import at_once

STANDARD = TEXT.replace("freedom = 2", "freedom = 2\ncontacts = 2\nmean = 80")
AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def begun(world: World, text: str = STANDARD) -> OnTheJob:
    a_kind(world, text)
    return actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")


def closed(world: World, at: datetime) -> Contact:
    """Return a contact that the rep closes at a moment."""
    return a_contact(world, at=at - 6 * MINUTE)


def to_be_scored(world: World) -> set[int]:
    jobs.keep(timestamp=0)
    return set(Selection.objects.values_list("contact", flat=True))


def handed_in(world: World, contact: Contact, *, by: str = "", **worse: int) -> Evaluation:
    """Score a contact that was put among those to be scored, as its page does."""
    selection, scorer = Selection.objects.get(contact=contact), an_analyst(world, by) if by else world.supervisor
    row = quality.begin(member=scorer, selection_id=selection.public_id)
    answers = {**ANSWERS, **{key: Answer(value, "seen") for key, value in worse.items()}}
    return quality.submit(member=scorer, evaluation_id=row.public_id, answers=answers, strengths="Kind")


def test_monitored_until_the_standard_is_met_and_again_when_it_is_not(world: World) -> None:
    phase = begun(world)
    a_scorecard(world)
    at = phase.begun_at
    first, second = closed(world, at + MINUTE), closed(world, at + 2 * MINUTE)
    with clock.at(at + 5 * MINUTE):
        assert to_be_scored(world) == {first.pk, second.pk}
        handed_in(world, first)
        assert queries.standing(world.rep)[0].is_monitored
    before = closed(world, at + 6 * MINUTE)
    with clock.at(at + 7 * MINUTE):
        handed_in(world, second)
        found = queries.standing(world.rep)[0]
        assert found.steps[0].is_ready and not found.is_monitored
        assert "is met, so no more are put among those" in client_of(world.rep).get(BASE).text
    meanwhile = closed(world, at + 8 * MINUTE)
    with clock.at(at + 9 * MINUTE):  # the job comes late: what was closed before the standard was met is in
        assert to_be_scored(world) == {first.pk, second.pk, before.pk}
    with clock.at(at + 10 * MINUTE):
        handed_in(world, before, identity=0)
        assert queries.standing(world.rep)[0].is_monitored
        with pytest.raises(Conflict, match="fatal"):
            actions.grant(by=world.supervisor, rep="rep", kind="cards", level=1)
        assert "every contact is put among those to be scored" in client_of(world.rep).get(BASE).text
    again = closed(world, at + 11 * MINUTE)
    with clock.at(at + 12 * MINUTE):
        assert to_be_scored(world) == {first.pk, second.pk, before.pk, again.pk}
    assert meanwhile.pk not in to_be_scored(world)


def test_two_scores_handed_in_at_once_end_it_once(committed_world: World) -> None:
    world = committed_world
    phase = begun(world)
    a_scorecard(world)
    two = [closed(world, phase.begun_at + n * MINUTE) for n in (1, 2)]
    with clock.at(phase.begun_at + 5 * MINUTE):
        to_be_scored(world)
        made = at_once(*[partial(handed_in, world, one, by=f"by{n}") for n, one in enumerate(two)])
    assert all(isinstance(one, Evaluation) for one in made)
    found = queries.standing(world.rep)[0]
    assert found.steps[0].is_ready and not found.is_monitored and len(found.below) == 1
    closed(world, phase.begun_at + 6 * MINUTE)
    with clock.at(phase.begun_at + 7 * MINUTE):
        assert to_be_scored(world) == {one.pk for one in two}
        granted = partial(actions.grant, by=world.supervisor, rep="rep", kind="cards", level=1)
        stopped = partial(actions.stop_on_the_job, by=world.supervisor, rep="rep", kind="cards")
        at_once(granted, stopped, granted)
    assert OnTheJob.objects.get().ended_how in ("certified", "stopped")
    assert queries.standing(world.rep)[0].state == "certified"


def test_what_came_before_the_phase_and_is_closed_in_it_counts_and_nothing_of_another(world: World) -> None:
    phase = begun(world)
    a_scorecard(world)
    waited = closed(world, phase.begun_at)  # it had waited; the rep closes it as the phase begins
    earlier = closed(world, phase.begun_at - MINUTE)
    long = a_contact(world, at=phase.begun_at - timedelta(days=9))
    Contact.objects.filter(pk=long.pk).update(closed_at=phase.begun_at + MINUTE)
    a_contact(world, world.second_rep, at=phase.begun_at)
    with clock.at(phase.begun_at + 10 * MINUTE):
        assert to_be_scored(world) == {waited.pk, long.pk}
    assert earlier.pk not in to_be_scored(world)


def test_what_is_closed_in_its_last_minute_is_scored_too_and_nothing_after(world: World) -> None:
    phase = begun(world)
    a_scorecard(world)
    last = closed(world, phase.until - timedelta(seconds=1))
    closed(world, phase.until)
    with clock.at(phase.until + MINUTE):
        assert to_be_scored(world) == {last.pk}
        assert OnTheJob.objects.get().ended_how == "over"
        closed(world, clock.now() - timedelta(seconds=1))
        assert to_be_scored(world) == {last.pk}


def test_a_level_that_asks_for_no_scores_has_every_contact_scored_all_through(world: World) -> None:
    phase = begun(world, TEXT)
    card = a_scorecard(world)
    for _ in range(3):
        scored(world, card, 1000, at=phase.begun_at + MINUTE)
    found = queries.standing(world.rep)[0]
    assert found.steps[0].is_ready and found.is_monitored


def test_in_a_phase_after_a_lapse_what_was_scored_before_it_counts_for_nothing(world: World) -> None:
    a_kind(world, STANDARD)
    card = a_scorecard(world)
    for _ in range(2):
        scored(world, card, 900)
    made = actions.grant(by=world.supervisor, rep="rep", kind="cards", level=1)
    for _ in range(2):
        scored(world, card, 900, at=made.granted_at + MINUTE)
    with clock.at(made.valid_until + MINUTE):
        assert queries.standing(world.rep)[0].steps[0].is_ready  # it could be renewed as it is
        actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
        found = queries.standing(world.rep)[0]
        assert (found.steps[0].why, found.steps[0].is_ready, found.is_monitored) == ("renew", False, True)


def test_of_how_many_are_on_the_job_it_asks_as_often(world: World) -> None:
    begun(world)
    with at_most(12):
        queries.monitored(world.programme)
    actions.begin_on_the_job(by=world.supervisor, rep="rep2", kind="cards")
    with at_most(12):
        assert len(queries.monitored(world.programme)) == 2


def told(minute: int, permille: int, fatal: bool, picked: bool) -> Told:
    nobody = UUID(int=0)
    at = AT + minute * MINUTE
    return Told(1, nobody, nobody, "card", 1, "supervisor", False, picked, permille, fatal, at)


scores = st.lists(
    st.tuples(st.integers(-3, 30), st.sampled_from([0, 700, 800, 900]), st.booleans(), st.booleans()), max_size=12
)


@given(scores, st.integers(0, 3), st.integers(-3, 40))
@example([(1, 0, False, False), (2, 900, False, False)], 1, 3)  # the latest count, and none before them
def test_a_moment_is_in_a_stretch_where_what_was_scored_by_then_does_not_meet_it(
    made: list[tuple[int, int, bool, bool]], contacts: int, minute: int
) -> None:
    level = Level(name="Ready", contacts=contacts, mean=80 if contacts else 0)
    rows = sorted((told(*one) for one in made), key=lambda one: one.submitted_at, reverse=True)
    end, moment = AT + 20 * MINUTE, AT + minute * MINUTE
    spans = spans_below(level, Facts(AT, rows), AT, end)
    assert all(one < other for one, other in spans)
    assert all(one >= AT and other <= end for one, other in spans)
    by_then = [one for one in rows if one.submitted_at <= moment]
    asks = judged(level, Facts(AT, by_then), Since(AT, AT), moment, Names())
    is_below = not asks or not asks[0].is_met
    assert any(one <= moment < other for one, other in spans) == (AT <= moment < end and is_below)
