"""Replays, by the people who ask for them: from the form to the pictures."""

import html
import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.replays import actions, jobs, running
from rapport.replays.models import Replay
from rapport.routing import publishing
from rapport.routing.models import StateSpan

REPLAYS = "/at/cards/routing/replays/"
SECOND_REP = """
[queues.main]
name = "Main"
routes = [{ steps = [{ people = ["rep2"], seconds = 600 }, { anyone = true }] }]
"""
NOBODY = """
[skills]
klingon = "Klingon"
[queues.main]
name = "Main"
routes = [{ steps = [{ skills = { klingon = 5 }, seconds = 60 }, { anyone = true }] }]
"""


@pytest.fixture
def manager(world: World) -> Client:
    made = accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )
    return signed_in(made)


@pytest.fixture
def yesterday(world: World) -> date:
    """Forty chats with two reps who were on the floor all the morning."""
    today = clock.now().astimezone(world.programme.zone).replace(hour=8, minute=0, second=0, microsecond=0)
    begun = today - timedelta(days=1)
    for number in range(40):
        at = begun + timedelta(minutes=number)
        rep = (world.rep, world.second_rep)[number % 2]
        serve(world, rep, at)
        for member, doing in ((world.rep, "on_contact"), (world.second_rep, "available")):
            ends = at + timedelta(minutes=1)
            StateSpan.objects.create(
                programme=world.programme, member=member, doing=doing, started_at=at, ended_at=ends
            )
    return begun.date()


def serve(world: World, rep: Member, at: datetime) -> None:
    contact, _ = contacts.arrive(
        programme=world.programme,
        channel="chat",
        actor="t",
        customer=world.customer,
        reason=world.reason,
        at=at,
    )
    contacts.enqueue(contact, queue="main", actor="t", at=at)
    contacts.answer(contact, rep=rep, actor="t", at=at + timedelta(seconds=5))
    contacts.end(contact, by="customer", actor="t", at=at + timedelta(seconds=50))
    contacts.close(contact, actor="t", disposition=None, resolved=True, at=at + timedelta(seconds=55))


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content
    return html.unescape(response.content.decode())


def ask(client: Client, day: date, *, text: str = SECOND_REP, **more: Any) -> Any:
    sent = {"from": day.isoformat(), "to": day.isoformat(), "seeds": "5"}
    file = {"file": SimpleUploadedFile("second.toml", text.encode())} if text else {}
    return client.post(f"{REPLAYS}ask/", {**sent, **file, **more}, follow=True)


def work(world: World) -> Replay:
    """Do what the worker would of the last one asked for."""
    event = Event.objects.filter(name="replay.asked").latest("pk")
    jobs.run(programme_id=world.programme.pk, event_id=event.pk)
    return Replay.objects.get(public_id=event.subject)


def test_a_plan_is_held_against_the_one_in_force_on_a_past_day(
    world: World, manager: Client, yesterday: date
) -> None:
    page = text_of(ask(manager, yesterday))
    assert "It waits for its turn." in page and 'hx-trigger="every 2s"' in page
    done = work(world)
    assert (done.state, done.runs_done, done.contacts) == ("done", 10, 40)
    page = text_of(manager.get(f"{REPLAYS}{done.public_id}/"))
    assert "In force" in page and "second.toml" in page and "2 reps" in page
    assert "every 2s" not in page
    [chart] = re.findall(r'id="chart-mean_wait_seconds-data">(.+?)</script>', page)
    drawn = json.loads(chart)
    assert drawn["x"] == ["Recorded", "In force", "second.toml"]
    [series] = drawn["series"]
    assert series["values"][0] == 5
    assert series["low"][2] <= series["values"][2] <= series["high"][2]
    priority = text_of(manager.get(f"{REPLAYS}{done.public_id}/?segment=0"))
    assert '<option value="0" selected>Priority</option>' in priority
    assert text_of(manager.get(f"{REPLAYS}{done.public_id}/?segment=nothing"))
    assert "done" in text_of(manager.get(REPLAYS))
    ended = Event.objects.get(name="replay.ended")
    assert (ended.subject, ended.data) == (done.public_id, {"state": "done"})


def test_the_same_is_not_played_twice(world: World, manager: Client, yesterday: date) -> None:
    ask(manager, yesterday)
    done = work(world)
    again = text_of(ask(manager, yesterday))
    assert "This was played already" in again and f"{done.public_id}" in again
    assert Replay.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Replay.objects.create(
            **{
                name: getattr(done, name)
                for name in ("programme", "asked_by", "asked_at", "first_day", "last_day", "contacts", "plans")
            },
            seeds=done.seeds,
            fingerprint=done.fingerprint,
        )
    serve(world, world.rep, clock.now() - timedelta(days=1))
    ask(manager, yesterday)
    assert Replay.objects.count() == 2


def test_versions_on_file_are_held_against_it_too(world: World, manager: Client, yesterday: date) -> None:
    made = publishing.save_draft(programme=world.programme, text=SECOND_REP, note="second first")
    assert "second first" in text_of(manager.get(REPLAYS))
    ask(manager, yesterday, text="", version=[str(made.number)])
    assert [one["name"] for one in work(world).plans] == ["In force", "Version 1"]


def test_a_replay_is_called_off_while_it_runs(
    world: World, manager: Client, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(manager, yesterday)
    noted = actions.note_progress

    def meanwhile(pk: int, *, runs: int) -> bool:
        if runs == 3:
            replay = Replay.objects.get(pk=pk)
            assert "2 of 10 runs are done" in text_of(manager.get(f"{REPLAYS}{replay.public_id}/part/"))
            manager.post(f"{REPLAYS}{replay.public_id}/call-off/")
        return noted(pk, runs=runs)

    monkeypatch.setattr(actions, "note_progress", meanwhile)
    ended = work(world)
    assert (ended.state, ended.runs_done, ended.result) == ("called_off", 2, None)
    page = text_of(manager.post(f"{REPLAYS}{ended.public_id}/call-off/"), 409)
    assert "over already" in page
    ask(manager, yesterday)
    assert Replay.objects.filter(state="waiting").count() == 1  # what was called off can be asked for anew


def test_a_worker_that_died_over_it_begins_anew_and_a_second_one_does_nothing(
    world: World, manager: Client, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(manager, yesterday)
    Replay.objects.update(state="running", runs_done=7, started_at=clock.now())
    assert work(world).state == "done"

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(running, "read_past", never)
    assert work(world).runs_done == 10


def test_what_cannot_be_played_says_why(world: World, manager: Client, yesterday: date) -> None:
    ask(manager, yesterday, text=NOBODY)
    failed = work(world)
    assert failed.state == "failed"
    assert "nobody in the log has shown klingon" in text_of(manager.get(f"{REPLAYS}{failed.public_id}/"))


def test_a_fault_of_ours_is_told_and_kept(
    world: World, manager: Client, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    ask(manager, yesterday)
    monkeypatch.setattr(running, "compare", broken)
    with pytest.raises(ZeroDivisionError):
        work(world)
    assert Replay.objects.get().fault.startswith("It broke down")


def test_bad_wishes_come_back_with_what_to_do(world: World, manager: Client, yesterday: date) -> None:
    today = clock.now().astimezone(world.programme.zone).date()
    assert "yesterday at the latest" in text_of(ask(manager, today), 422)
    assert "No contact came in" in text_of(ask(manager, yesterday - timedelta(days=5)), 422)
    long_ago = (yesterday - timedelta(days=100)).isoformat()
    assert "Choose past days" in text_of(ask(manager, date.min), 422)
    named = SimpleUploadedFile(actions.IN_FORCE, SECOND_REP.encode())
    assert "a name of its own" in text_of(ask(manager, yesterday, text="", file=named), 422)
    assert "92 days at most" in text_of(ask(manager, yesterday, **{"from": long_ago}), 422)
    assert "Choose a plan" in text_of(ask(manager, yesterday, text=""), 422)
    assert "is not a day" in text_of(ask(manager, yesterday, **{"from": "soon"}), 422)
    assert "Choose the first" in text_of(ask(manager, yesterday, **{"from": ""}), 422)
    assert "Line 2" in text_of(ask(manager, yesterday, text="[queues.main]\nnome = 1"), 422)
    assert "Choose 5, 10 or 20 runs" in text_of(ask(manager, yesterday, seeds="7"), 422)
    assert text_of(ask(manager, yesterday, text="", version="99"), 404)
    assert not Replay.objects.exists()


def test_only_so_much_at_once(
    world: World, manager: Client, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seeds in ("5", "10", "20"):
        assert text_of(ask(manager, yesterday, seeds=seeds))
    refused = ask(manager, yesterday, text=SECOND_REP.replace("600", "60"))
    assert "3 replays wait or run already" in text_of(refused, 409)
    monkeypatch.setattr(actions, "MOST_RUNS_OF_CONTACTS", 399)
    assert "is too much" in text_of(ask(manager, yesterday, text=SECOND_REP.replace("600", "61")), 422)


def test_who_manages_routing_asks_who_watches_the_floor_looks_and_nobody_else_knows(
    world: World, manager: Client, yesterday: date
) -> None:
    ask(manager, yesterday)
    address = f"{REPLAYS}{Replay.objects.get().public_id}/"
    supervisor = signed_in(world.supervisor)
    assert "Call it off" not in text_of(supervisor.get(address))
    assert "Play again" not in text_of(supervisor.get(REPLAYS))
    assert ask(supervisor, yesterday).status_code == 403
    assert supervisor.post(f"{address}call-off/").status_code == 403
    for path in (REPLAYS, address, f"{address}part/"):
        assert signed_in(world.rep).get(path).status_code == 403
        assert signed_in(world.outsider).get(path).status_code == 404
    with inside(world.other.pk):
        assert not Replay.objects.exists()


def test_without_contacts_there_is_nothing_to_play(world: World, manager: Client) -> None:
    page = text_of(manager.get(REPLAYS))
    assert "No contacts yet" in page and "Nothing was played yet" in page
