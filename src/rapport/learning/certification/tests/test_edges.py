"""What holds at the very moment when something begins or ends, and between that and the job that tells of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rapport.conftest import World
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.learning.certification import actions, jobs, queries
from rapport.learning.certification.states import state_at
from rapport.learning.certification.tests.stage import PATH, TEXT, a_kind, scored
from rapport.learning.certification.tests.test_certificates import a_chat, granted, is_offered, state
from rapport.quality.tests.cards import a_scorecard
from rapport.routing import presence
from rapport.routing.queries import level_of

TICK = timedelta(microseconds=1)


def test_it_is_due_and_overdue_from_the_first_moment_on() -> None:
    until = datetime(2026, 11, 30, 23, tzinfo=UTC)
    told: dict[str, Any] = {"valid_until": until, "ended_at": None, "ended_how": "", "due": 30, "overdue": 7}
    for days, before, after in ((30, "certified", "due"), (7, "due", "overdue"), (0, "overdue", "expired")):
        edge = until - timedelta(days=days)
        assert (state_at(edge - TICK, **told), state_at(edge, **told)) == (before, after)


def test_what_lapsed_is_not_revoked_and_what_is_held_begins_no_phase(world: World) -> None:
    a_kind(world)
    made = granted(world)
    told: dict[str, Any] = {"by": world.supervisor, "rep": "rep", "kind": "cards"}
    with clock.at(made.valid_until - TICK), pytest.raises(Conflict, match="already"):
        actions.begin_on_the_job(**told)
    with clock.at(made.valid_until), pytest.raises(Conflict, match="holds no such"):
        actions.revoke(**told, because="Too late")
    made.refresh_from_db()
    assert made.ended_how == ""


def test_a_phase_begun_before_the_lapse_was_told_of_goes_on(world: World) -> None:
    a_kind(world)
    made = granted(world)
    with clock.at(made.valid_until + timedelta(seconds=10)):
        actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
        presence.choose(member=world.rep, doing="available")
        a_chat(world)
        jobs.keep(timestamp=0)
        assert (state(world), level_of(world.rep, "cards"), is_offered(world)) == ("expired", 1, True)


def test_a_phase_ends_at_its_moment_and_another_may_begin_then(world: World) -> None:
    a_kind(world)
    phase = actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
    with clock.at(phase.until - TICK):
        assert queries.standing(world.rep)[0].phase == phase
        assert queries.monitored(world.programme) == [(world.rep, phase.begun_at, phase.until)]
    with clock.at(phase.until):
        assert queries.standing(world.rep)[0].phase is None
        again = actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
        jobs.keep(timestamp=0)
        phase.refresh_from_db()
        assert phase.ended_how == "over" and queries.standing(world.rep)[0].phase == again


def test_what_was_scored_before_it_was_revoked_counts_for_nothing(world: World) -> None:
    a_kind(world, TEXT.replace("freedom = 2", "freedom = 2\ncontacts = 2\nmean = 80"))
    card = a_scorecard(world)
    for _ in range(2):
        scored(world, card, 900)
    granted(world)
    actions.revoke(by=world.supervisor, rep="rep", kind="cards", because="A trial")
    with pytest.raises(Conflict, match="0 of 2"):
        granted(world)
    for _ in range(2):
        scored(world, card, 900)
    assert granted(world).level == 1


def test_what_is_published_counts_at_once_for_who_is_on_the_job_and_nothing_kept_opens_all(world: World) -> None:
    a_kind(world)
    actions.begin_on_the_job(by=world.supervisor, rep="rep", kind="cards")
    assert (level_of(world.rep, "cards"), level_of(world.second_rep, "cards")) == (1, 1)
    a_kind(world, TEXT.replace("freedom = 1", "freedom = 2"))
    assert level_of(world.rep, "cards") == 2
    keeps_nothing = TEXT.replace(
        'covers = "skill"\nskill = "cards"\nrefuses = true\nfreedom = 1', 'covers = "path"'
    )
    a_kind(world, keeps_nothing)
    assert (level_of(world.rep, "cards"), level_of(world.second_rep, "cards")) == (4, 4)


def test_a_certificate_that_lapsed_a_moment_ago_counts_for_no_path(world: World) -> None:
    a_kind(world)
    a_kind(world, PATH, "path")
    made = granted(world)
    for at, is_met in ((made.valid_until - TICK, True), (made.valid_until, False)):
        with clock.at(at):  # the job has not told of it yet
            path = next(one for one in queries.standing(world.rep) if one.version.kind.key == "path")
            assert path.steps[0].asks[0].is_met == is_met
