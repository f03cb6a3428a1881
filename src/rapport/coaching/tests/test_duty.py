"""Supervisors' time on duty, by their own word, and the share of it that they coach; else it is missing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.coaching import actions, duty, jobs
from rapport.coaching.models import Duty
from rapport.coaching.tests.stage import BASE, MONDAY, a_manager, client_of, planned
from rapport.conftest import World
from rapport.events.models import Event
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.kit.errors import Forbidden
from rapport.kit.walls import inside

HOUR = timedelta(hours=1)


def coached(world: World, start: float, hours: float) -> None:
    """Hold a one-to-one so many hours after Monday's begin."""
    with clock.at(MONDAY + (start - 0.1) * HOUR):
        row = planned(world, minutes=120)
    with clock.at(MONDAY + start * HOUR):
        actions.start(member=world.supervisor, one_to_one=row.public_id)
    with clock.at(MONDAY + (start + hours) * HOUR):
        actions.end(member=world.rep, one_to_one=row.public_id, method="talk")


def on_duty(world: World, start: float, hours: float) -> None:
    with clock.at(MONDAY + start * HOUR):
        duty.begin_duty(member=world.supervisor)
    with clock.at(MONDAY + (start + hours) * HOUR):
        duty.end_duty(member=world.supervisor)


def share_of(world: World) -> duty.Coaching:
    with clock.at(MONDAY + timedelta(days=1)):
        [found] = duty.shares(world.supervisor)
    return found


def test_the_share_is_of_told_duty_alone_and_of_what_lies_within_it(world: World) -> None:
    assert share_of(world).share is None and share_of(world).place == ""
    coached(world, 1, 1)
    assert share_of(world).share is None  # coached, and no duty told: missing, not all and not nothing
    on_duty(world, 0, 4)
    assert share_of(world).share == pytest.approx(0.25) and share_of(world).place == "below"
    coached(world, 3.5, 1.0)  # half of it after the duty
    assert share_of(world).share == pytest.approx(1.5 / 4)
    on_duty(world, 6, 1)
    coached(world, 6, 1)
    assert share_of(world).share == pytest.approx(2.5 / 5) and share_of(world).place == "within"
    on_duty(world, 8, 1)
    coached(world, 8, 1)
    assert share_of(world).place == "above"
    [row] = metrics(world.programme, ["coaching_share"], by="rep")
    assert row.group == {"rep": "supervisor"} and row["coaching_share"].numerator == pytest.approx(3.5 * 3600)
    with inside(world.other.pk):
        assert not Duty.objects.exists()
        assert metrics(world.other, ["coaching_share"])[0]["coaching_share"].value is None


def test_a_duty_that_nobody_ended_is_ended_by_the_clock_and_in_no_share(world: World) -> None:
    with clock.at(MONDAY):
        duty.begin_duty(member=world.supervisor)
    with clock.at(MONDAY + 13 * HOUR):
        assert duty.end_forgotten_duty(programme=world.programme) == 0
    with clock.at(MONDAY + 30 * HOUR):
        jobs.keep(timestamp=0)
        jobs.keep(timestamp=0)
    row = Duty.objects.get()
    assert (row.ended_by, row.ended_at) == ("limit", MONDAY + 14 * HOUR)
    assert share_of(world).share is None
    assert Event.objects.get(name="duty.ended").data["seconds"] == 14 * 3600


def test_the_share_is_of_four_weeks_and_not_of_a_day_more(world: World) -> None:
    on_duty(world, 0, 4)
    coached(world, 1, 1)
    assert Event.objects.get(name="duty.ended").data["seconds"] == 4 * 3600
    for days, share in ((27, 0.25), (28, None)):
        with clock.at(MONDAY + timedelta(days=days)):
            assert [one.share for one in duty.shares(world.supervisor)] == [share]


def test_it_is_said_on_the_page_once_and_seen_by_who_may(world: World) -> None:
    holder, boss = client_of(world.supervisor), client_of(a_manager(world))
    assert "no duty told, so no share" in holder.get(BASE).text
    for _ in range(2):
        assert holder.post(f"{BASE}duty/begin/").url == BASE
    assert Duty.objects.count() == 1 and "Go off duty" in holder.get(BASE).text
    assert "Time coached" in holder.get("/at/cards/floor/").text
    for _ in range(2):
        assert holder.post(f"{BASE}duty/end/").url == BASE
    assert Event.objects.filter(name__startswith="duty.").count() == 2
    assert "Supervisor: " in boss.get(BASE).text
    rep = client_of(world.rep)
    assert "Time coached" not in rep.get(BASE).text
    for what in ("begin", "end"):
        assert rep.post(f"{BASE}duty/{what}/").status_code == 403
        assert client_of(world.outsider).post(f"{BASE}duty/{what}/").status_code == 404
    with pytest.raises(Forbidden):
        duty.begin_duty(member=world.rep)
    told = {"programme": world.programme, "coach": world.supervisor, "started_at": MONDAY}
    Duty.objects.create(**told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.create(**told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.filter(ended_at=None).update(ended_at=MONDAY - HOUR, ended_by="coach")


def test_the_share_of_others_is_for_who_has_the_right(world: World) -> None:
    other = accounts.ensure_member(
        programme=world.programme, agent_id="lead", name="Another", role=Role.SUPERVISOR, username="lead"
    )
    assert [one.coach.pk for one in duty.shares(other)] == [other.pk]
    assert [one.coach.pk for one in duty.shares(world.supervisor)] == [world.supervisor.pk]
    assert {one.coach.pk for one in duty.shares(a_manager(world))} >= {other.pk, world.supervisor.pk}


def test_what_is_asked_for_is_within_its_ends(world: World) -> None:
    for share, place in ((0.39, "below"), (0.4, "within"), (0.5, "within"), (0.51, "above"), (None, "")):
        assert duty.Coaching(world.supervisor, share, 1.0, 1.0).place == place
