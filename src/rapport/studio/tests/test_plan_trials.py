"""The pages of trials, by the people who use them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.insight.tests.test_arms import fill, some_rows
from rapport.kit import clock
from rapport.routing import publishing, trials, versions
from rapport.routing.models import PlanTrial
from rapport.routing.versions import BUILT_IN
from rapport.studio.tests.test_routing import ROUTING, signed_in, text_of

CHANGED = BUILT_IN + "[priority]\nchannels = { chat = 2 }\n"


@pytest.fixture
def manager(world: World) -> Client:
    made = accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )
    first = publishing.save_draft(programme=world.programme, text=BUILT_IN)
    publishing.publish(programme=world.programme, number=first.number, instead_of=None)
    publishing.save_draft(programme=world.programme, text=CHANGED)
    return signed_in(made)


def asked(world: World, **changes: str) -> dict[str, str]:
    ends_at = (clock.now() + timedelta(days=7)).astimezone(world.programme.zone)
    told = {"share": "50", "metric": "average_speed_of_answer", "least": "4", "instead_of": "1"}
    return {**told, "ends_at": f"{ends_at:%Y-%m-%dT%H:%M}", **changes}


def begin(world: World, client: Client, number: int = 2, /, **changes: str) -> Any:
    return client.post(f"{ROUTING}{number}/trial/begin/", asked(world, **changes), follow=True)


def test_a_draft_is_tried_watched_and_published(world: World, manager: Client) -> None:
    assert "Nothing has been tried yet" in text_of(manager.get(f"{ROUTING}trials/"))
    assert "Try it on a share first" in text_of(manager.get(f"{ROUTING}2/"))
    assert "Version 2 beside version 1" in text_of(manager.get(f"{ROUTING}2/trial/"))
    begun = text_of(begin(world, manager))
    assert "Version 2 is tried on 50% of customers." in begun and "Too early to say" in begun
    trial = PlanTrial.objects.get()
    assert (trial.share, trial.metric, trial.least, trial.units_needed) == (
        0.5,
        "average_speed_of_answer",
        4,
        2000,
    )
    fill(world, some_rows(), began=clock.now())
    page = text_of(manager.get(f"{ROUTING}trials/1/"))
    assert "Version 2 is better" in page and "average speed of answer" in page
    assert "End the trial" in page
    ended = text_of(manager.post(f"{ROUTING}trials/1/end/", {"do": "publish"}, follow=True))
    assert "All contacts go by version 2" in ended and "ended by Boss" in ended and "Keep version" not in ended
    assert versions.plan_in_force(world.programme).number == 2
    assert "Trial 1" in text_of(manager.get(f"{ROUTING}trials/"))


def test_the_plan_in_force_is_kept(world: World, manager: Client) -> None:
    begin(world, manager)
    assert "Choose which plan" in text_of(manager.post(f"{ROUTING}trials/1/end/", {"do": "x"}), 422)
    assert trials.open_trial(world.programme) is not None
    kept = text_of(manager.post(f"{ROUTING}trials/1/end/", {"do": "keep"}, follow=True))
    assert "All contacts go by version 1" in kept and "not published" in kept
    assert versions.plan_in_force(world.programme).number == 1
    assert "has ended already" in text_of(manager.post(f"{ROUTING}trials/1/end/", {"do": "publish"}), 409)


def test_how_large_it_has_to_be_is_told_before_it_begins(world: World, manager: Client) -> None:
    def told(**changes: str) -> str:
        return text_of(manager.get(f"{ROUTING}2/trial/size/", asked(world, **changes)))

    assert "too few contacts" in told()
    fill(world, some_rows(), began=clock.now() - timedelta(days=3))
    assert "customers</strong> to see a difference of 4 seconds in average speed of answer" in told()
    assert "a difference of 5 points in service level" in told(metric="service_level", least="")
    assert "a difference of 2.5 points" in told(metric="service_level", least="2,5")
    assert "Say a larger one" in text_of(begin(world, manager, least="0.0001"), 422)
    begin(world, manager)
    assert 100 < PlanTrial.objects.get().units_needed < 5_000


def test_what_cannot_be_tried_is_said_with_the_reason(world: World, manager: Client) -> None:
    shared = publishing.save_draft(programme=world.programme, text=CHANGED.replace('"Main"', '"Other"'))
    assert "more than its routes" in text_of(manager.get(f"{ROUTING}{shared.number}/trial/"))
    assert "more than its routes" in text_of(begin(world, manager, shared.number), 409)
    assert "no draft" in text_of(begin(world, manager, 1), 409)
    assert "published meanwhile" in text_of(begin(world, manager, instead_of="7"), 409)
    for wrong in (
        {"share": "0"},
        {"share": "x"},
        {"share": "nan"},
        {"least": "-1"},
        {"least": "inf"},
        {"least": "1e-300"},
        {"metric": "occupancy"},
        {"metric": "<b>"},
        {"ends_at": ""},
        {"ends_at": "soon"},
        {"ends_at": "2001-01-01T00:00"},
        {"starts_at": "2001-01-01T00:00"},
    ):
        page = text_of(begin(world, manager, **wrong), 422)
        assert "<b>" not in page.split("Begin the trial")[0].replace("</b>", "")
    assert not PlanTrial.objects.exists()
    begin(world, manager)
    assert "One version is tried at a time" in text_of(manager.get(f"{ROUTING}{shared.number}/trial/"))
    assert manager.get(f"{ROUTING}trials/9/").status_code == 404


def test_who_watches_the_floor_looks_and_ends_nothing(world: World, manager: Client) -> None:
    supervisor = signed_in(world.supervisor)
    for path in (f"{ROUTING}2/trial/begin/", f"{ROUTING}trials/1/end/"):
        assert supervisor.post(path, asked(world)).status_code == 403
    assert supervisor.get(f"{ROUTING}2/trial/").status_code == 403
    assert not PlanTrial.objects.exists()
    begin(world, manager)
    page = text_of(supervisor.get(f"{ROUTING}trials/1/"))
    assert "Side by side" in page and "End the trial" not in page
    assert supervisor.post(f"{ROUTING}trials/1/end/", {"do": "keep"}).status_code == 403
    assert trials.open_trial(world.programme) is not None
    for who, status in ((world.rep, 403), (world.outsider, 404)):
        assert signed_in(who).get(f"{ROUTING}trials/1/").status_code == status
