"""What coaching changed, through the whole path: rows of simulated reps, their panel, the estimate, the page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction

from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.coaching import effects, jobs
from rapport.coaching.models import AgreedAction, Effect, OneToOne
from rapport.coaching.panel import panels
from rapport.coaching.rhythms import WEEK
from rapport.coaching.tests.stage import BASE, MONDAY, a_manager, client_of, planned
from rapport.conftest import World, at_most
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.quality.models import Answer, Draw, Evaluation, SamplingRule, Selection
from rapport.quality.tests.cards import a_scorecard, an_analyst

KEYS = ("greet", "identity", "listen", "plain", "touch", "offer", "thanks")
REPS, WEEKS = 36, 40
FIRST_WEEK = MONDAY - WEEKS * WEEK
Truth = Callable[[str], float]


def reps_of(world: World, number: int = REPS) -> list[Member]:
    users = Member._meta.get_field("user").related_model
    made = users.objects.bulk_create(users(username=f"e{n}", name=f"Somebody {n}") for n in range(number))
    return Member.objects.bulk_create(
        Member(programme=world.programme, user=user, agent_id=user.username, role=Role.REP) for user in made
    )


def simulated(world: World, truth: Truth, *, seed: int, dip: float = 0.15) -> tuple[list[Member], np.ndarray]:
    """Make reps with a scored contact in most weeks, and bad months now and then; most are coached in one.

    Return them, and the week (0 to WEEKS - 1) in which each was coached, -1 for never.
    """
    random, reps = np.random.default_rng(seed), reps_of(world)
    begun = random.random((REPS, WEEKS + 3)) < 0.07
    bad = np.stack([begun[:, week : week + 4].any(axis=1) for week in range(WEEKS)], axis=1)
    week = np.arange(WEEKS)
    seen = begun[:, :WEEKS] & (week >= 16) & (week < WEEKS - 2)
    weeks = np.where(seen.any(axis=1) & (random.random(REPS) < 0.85), seen.argmax(axis=1), -1)
    since = week - weeks[:, None]
    coached = weeks[:, None] >= 0
    scores = {}
    for key in KEYS:
        own = np.zeros((REPS, WEEKS))
        for at in range(1, WEEKS):
            own[:, at] = 0.5 * own[:, at - 1] + 0.04 * random.normal(size=REPS)
        scores[key] = (
            0.55 + 0.08 * random.normal(size=(REPS, 1)) + 0.03 * random.normal(size=WEEKS) + own
            + 0.06 * random.normal(size=own.shape) + truth(key) * (coached & (since > 0)) - dip * bad
        )  # fmt: skip
    scored(world, an_analyst(world), reps, scores, random.random((REPS, WEEKS)) < 0.8)
    coach(world, [(rep, int(at)) for rep, at in zip(reps, weeks, strict=True) if at >= 0], KEYS[:3])
    return reps, weeks


def scored(
    world: World, by: Member, reps: list[Member], scores: dict[str, np.ndarray], there: np.ndarray
) -> list[Evaluation]:
    """Have contacts of each rep and week drawn and scored, as many as are ``there``."""
    version = a_scorecard(world).versions.get()
    rule = SamplingRule.objects.create(
        programme=world.programme,
        scorecard=version.scorecard,
        each=1,
        every="week",
        key="0" * 64,
        changed_at=MONDAY,
    )
    draw = Draw.objects.create(
        programme=world.programme, rule=rule, starts_on=FIRST_WEEK.date(), ends_before=MONDAY.date(), at=MONDAY,
        each=1, reps=1, contacts=1, drawn=1,
    )  # fmt: skip
    cells = [
        (rep, number, week, which)
        for number, rep in enumerate(reps)
        for week in np.flatnonzero(there[number])
        for which in range(int(there[number, week]))
    ]
    contacts = Contact.objects.bulk_create(
        a_call(world, rep, FIRST_WEEK + int(week) * WEEK + timedelta(days=2)) for rep, _, week, _ in cells
    )
    selections = Selection.objects.bulk_create(
        Selection(
            programme=world.programme, scorecard=version.scorecard, contact=one, rep=one.rep, origin="random",
            made_at=one.arrived_at, draw=draw,
        )
        for one in contacts
    )  # fmt: skip
    made = Evaluation.objects.bulk_create(
        Evaluation(
            programme=world.programme, contact=one.contact, rep=one.rep, selection=one, version=version,
            kind="analyst" if by.role == Role.QUALITY_ANALYST else "supervisor", scorer=by, begun_at=one.made_at,
            submitted_at=one.made_at, score=500, passed=True, shown_at=one.made_at, appeal_until=one.made_at,
        )
        for one in selections
    )  # fmt: skip
    Answer.objects.bulk_create(
        Answer(
            programme=world.programme, evaluation=one, at=one.begun_at, question=key, value=1,
            points=round(1000 * float(np.clip(np.atleast_3d(scores[key])[number, week, which], 0, 1))),
        )
        for one, (_, number, week, which) in zip(made, cells, strict=True)
        for key in scores
    )  # fmt: skip
    return made


def a_call(world: World, rep: Member, at: datetime) -> Contact:
    return Contact(
        programme=world.programme, channel="voice", customer=world.customer, reason=world.reason, state="closed",
        rep=rep, arrived_at=at, queued_at=at, placed_at=at, answered_at=at, ended_at=at, closed_at=at,
        resolved=True,
    )  # fmt: skip


def coach(
    world: World, whom: list[tuple[Member, int]], criteria: tuple[str, ...], method: str = "contact"
) -> None:
    """Hold a one-to-one of an hour with each in their week, which ends in an action on each criterion."""
    rows = OneToOne.objects.bulk_create(
        OneToOne(
            programme=world.programme, rep=rep, coach=world.supervisor, minutes=60, state="done", method=method,
            planned_for=at, started_at=at, ended_at=at + timedelta(hours=1), ended_by="coach",
        )
        for rep, at in ((rep, FIRST_WEEK + week * WEEK + timedelta(days=3)) for rep, week in whom)
    )  # fmt: skip
    plain_plans()
    AgreedAction.objects.bulk_create(
        AgreedAction(
            programme=world.programme, one_to_one=row, number=number + 1, criterion=f"service/{key}", what="Do it",
            target=90, review_on=MONDAY.date(), agreed_at=MONDAY, outcome="open",
        )
        for row in rows
        for number, key in enumerate(criteria)
    )  # fmt: skip


def plain_plans() -> None:
    """Have the database plan as if it knew how many rows there are: nothing was analysed that is not committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)")


def counted(world: World) -> dict[str, Effect]:
    """Count, and return each measure's effect on all."""
    with clock.at(MONDAY):
        effects.count(programme=world.programme)
    return {one.measure: one for one in Effect.objects.filter(method="", coach=None, rep=None)}


def told_of_all(world: World) -> list[effects.Told]:
    """Return what is told of all and by method, of nobody by name."""
    rows = list(Effect.objects.filter(rep=None, coach=None))
    return [told for one in effects.measured(world.programme, rows) for told in (one.whole, *one.parts)]


def test_the_truth_is_recovered_through_the_whole_path(world: World) -> None:
    reps, weeks = simulated(world, lambda key: 0.15 if key != "listen" else 0.0, seed=21)
    found = counted(world)
    assert set(found) == {f"service/{key}" for key in KEYS[:3]}
    for key in ("greet", "identity"):
        row = found[f"service/{key}"]
        assert row.value == pytest.approx(0.15, abs=0.05) and row.low < 0.15 < row.high and row.is_found
        assert row.per_hour == pytest.approx(3 * row.value, rel=0.05)  # an hour with three actions: a third each
        assert row.coached == (weeks >= 0).sum() >= row.treated > 15 and row.controls > 10
        assert row.confidence == pytest.approx(1 - 0.05 / 3)
    assert not found["service/listen"].is_found
    assert Event.objects.get(name="coaching.effects_counted").data["found"] == 2
    told = told_of_all(world)
    assert {(one.row.measure, one.verdict) for one in told if not one.who} == {
        ("service/greet", "up"), ("service/identity", "up"), ("service/listen", "none")
    }  # fmt: skip
    assert {one.who for one in told} == {"", "Going through a contact together"}
    own = Effect.objects.filter(rep__in=reps)
    assert own.filter(low__lte=0.15, high__gte=0.15).exclude(measure="service/listen").count() >= 0.9 * (
        own.exclude(measure="service/listen").count()
    )


@pytest.mark.parametrize("seed", range(3))
def test_where_coaching_changes_nothing_nothing_is_found(world: World, seed: int) -> None:
    simulated(world, lambda key: 0.0, seed=seed)
    found = counted(world)
    assert len(found) == 3 and all(one.is_told for one in found.values())
    assert not any(one.is_found for one in found.values())


def test_the_panel_is_what_was_scored_and_knows_no_outcome(world: World) -> None:
    reps = reps_of(world, 3)
    scores = np.array([[0.2, 0.4, 0.6], [0.3, 0.5, 0.7], [0.1, 0.1, 0.1]])
    there = np.array([[1, 1, 1], [1, 0, 1], [0, 0, 1]], dtype=bool)
    scored(world, an_analyst(world), reps, {"greet": scores}, there)
    coach(world, [(reps[0], 1), (reps[0], 4), (reps[2], -60)], ("greet", "plain"))
    coach(world, [(reps[0], 9), (reps[0], 10), (reps[1], WEEKS)], ("greet",))
    since = FIRST_WEEK.date()
    made = panels(world.programme, since, MONDAY.date())
    assert list(made) == ["service/greet"]
    panel = made["service/greet"]
    assert panel.reps == [one.pk for one in reps] and panel.scores.shape == (3, WEEKS)
    assert np.array_equal(panel.scores[:, :3], np.where(there, scores, np.nan), equal_nan=True)
    assert np.isnan(panel.scores[:, 3:]).all()
    assert panel.first.tolist() == [2, -1, 0]
    # two halves of an hour and one; week 10 is after what is counted of rep 0, and this week after all of it
    assert panel.hours.tolist() == [2.0, 0.0, 0.5]
    before = panel.scores.copy()
    AgreedAction.objects.update(outcome="reached", settled_at=MONDAY, settled_by=world.supervisor)
    after = panels(world.programme, since, MONDAY.date())["service/greet"]
    assert np.array_equal(before, after.scores, equal_nan=True) and panel.first.tolist() == after.first.tolist()


def test_scores_by_who_coached_are_left_out(world: World) -> None:
    reps = reps_of(world, 2)
    scores = np.full((2, 2), 0.5)
    scored(world, world.supervisor, reps, {"greet": scores}, np.ones((2, 2), bool))
    coach(world, [(reps[0], 1)], ("greet",))
    [panel] = panels(world.programme, FIRST_WEEK.date(), MONDAY.date()).values()
    assert panel.reps == [reps[1].pk]


def test_scores_of_contacts_that_went_out_count_as_in_the_figures_of_quality(world: World) -> None:
    """What is drawn at random is any contact of a rep; satisfaction and the like are asked of who came."""
    reps = reps_of(world, 2)
    scored(world, an_analyst(world), reps, {"greet": np.full((2, 2), 0.5)}, np.ones((2, 2), bool))
    came_in = panels(world.programme, FIRST_WEEK.date(), MONDAY.date())["service/greet"]
    Contact.objects.update(direction="out")
    [went_out] = panels(world.programme, FIRST_WEEK.date(), MONDAY.date()).values()
    assert np.array_equal(came_in.scores, went_out.scores, equal_nan=True) and len(went_out.reps) == 2
    [row] = metrics(world.programme, ["quality_score"], FIRST_WEEK.date(), MONDAY.date())
    assert row["quality_score"].denominator == (~np.isnan(went_out.scores)).sum()


def test_counting_again_changes_nothing_and_of_too_few_nothing_is_told(world: World) -> None:
    reps = reps_of(world, 6)
    scored(world, an_analyst(world), reps, {"greet": np.full((6, 9), 0.5)}, np.ones((6, 9), bool))
    coach(world, [(one, 5) for one in reps[:3]], ("greet",))
    with clock.at(MONDAY):
        effects.count(programme=world.programme)
        first = list(Effect.objects.order_by("pk").values_list("measure", "method", "coach", "value", "coached"))
        jobs.count_effects(timestamp=0)
    again = list(Effect.objects.order_by("pk").values_list("measure", "method", "coach", "value", "coached"))
    assert again == first == [
        ("service/greet", "", None, None, 3),
        ("service/greet", "contact", None, None, 3),
        ("service/greet", "", world.supervisor.pk, None, 3),
    ]  # fmt: skip
    assert Event.objects.filter(name="coaching.effects_counted").count() == 2
    page = client_of(world.supervisor).get(f"{BASE}effects/").text
    assert "too few to tell" in page and "+" not in page.split("<tbody>")[1].split("</tbody>")[0]
    with inside(world.other.pk):
        assert not Effect.objects.exists()


def test_who_sees_what_it_changed_and_of_whom(world: World) -> None:
    simulated(world, lambda key: 0.15, seed=4)
    other = world.second_rep
    Member.objects.filter(pk=other.pk).update(role=Role.SUPERVISOR)
    other.refresh_from_db()
    counted(world)
    boss, holder, another = (client_of(one) for one in (a_manager(world), world.supervisor, other))
    page = boss.get(f"{BASE}effects/").text
    assert "better after coaching" in page and "points" in page and "Supervisor" in page
    assert "Supervisor</th>" in holder.get(f"{BASE}effects/").text
    assert "Supervisor</th>" not in another.get(f"{BASE}effects/").text
    assert client_of(world.rep).get(f"{BASE}effects/").status_code == 403
    assert client_of(world.outsider).get(f"{BASE}effects/").status_code == 404
    with at_most(20):
        boss.get(f"{BASE}effects/")
    coached = Effect.objects.filter(rep__isnull=False).first()
    assert coached is not None and coached.rep is not None
    mine = client_of(coached.rep).get(f"{BASE}standing/").text
    assert "What coaching changed" in mine and "Hours coached" in mine
    assert "Nothing to be told yet" in client_of(world.rep).get(f"{BASE}standing/").text
    assert another.get(f"{BASE}standing/?rep={coached.rep.agent_id}").status_code == 404


def an_effect(world: World, **told: Any) -> Effect:
    made: dict[str, Any] = {
        "programme": world.programme, "measure": "service/greet", "since": MONDAY.date(), "until": MONDAY.date(),
        "counted_at": MONDAY, "coached": 9, "treated": 9, "controls": 9, "hours": 5.0, "confidence": 0.95,
        "value": 0.1, "low": 0.05, "high": 0.15, **told,
    }  # fmt: skip
    return Effect.objects.create(**made)


def test_what_is_said_of_an_effect_follows_from_its_ranges(world: World) -> None:
    a_scorecard(world)
    whole = an_effect(world)
    part = an_effect(world, method="talk", value=-0.2, low=-0.3, high=-0.1)
    said = [one.verdict for one in told_of_all(world)]
    assert said == ["up", "down"]
    Effect.objects.filter(pk=whole.pk).update(low=-0.01)
    assert [one.verdict for one in told_of_all(world)] == ["none", "whole"]
    Effect.objects.filter(pk=whole.pk).update(low=0.05, ahead=0.1, ahead_low=0.02, ahead_high=0.2)
    assert [one.verdict for one in told_of_all(world)] == ["before", "whole"]
    Effect.objects.filter(pk=whole.pk).update(ahead=-0.1, ahead_low=-0.2, ahead_high=-0.02)
    assert [one.verdict for one in told_of_all(world)] == ["before", "whole"]
    Effect.objects.filter(pk=part.pk).update(value=None, low=None, high=None)
    assert [one.verdict for one in told_of_all(world)] == ["before", "few"]
    for bad in ({}, {"method": "talk", "coach": world.supervisor}, {"rep": world.rep, "value": 0.5}):
        with pytest.raises(IntegrityError), transaction.atomic():
            an_effect(world, **bad)


def test_methods_stand_first_and_supervisors_in_the_order_of_names(world: World) -> None:
    a_scorecard(world)
    for coach_ in (world.supervisor, world.rep):  # Rep before Supervisor, made after
        an_effect(world, coach=coach_)
    for method in ("talk", "contact"):
        an_effect(world, method=method)
    an_effect(world)
    [found] = effects.measured(world.programme, list(Effect.objects.order_by("pk")))
    assert [one.who for one in found.parts] == [
        "Going through a contact together",
        "Talking it through",
        "Rep",
        "Supervisor",
    ]


def test_an_effect_is_taken_for_the_rep_named_only_by_who_may(world: World) -> None:
    planned(world)
    a_scorecard(world)
    an_effect(world, rep=world.rep)
    assert "better after coaching" in client_of(world.rep).get(f"{BASE}standing/").text
    assert "better after coaching" in client_of(world.supervisor).get(f"{BASE}standing/?rep=rep").text
    assert client_of(world.second_rep).get(f"{BASE}standing/?rep=rep").status_code == 404
