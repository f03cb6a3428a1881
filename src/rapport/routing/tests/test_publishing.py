"""Plans on file, in force and out of it, and what the router makes of the one in force."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.routing import actions, presence, publishing, versions
from rapport.routing.floor_state import as_waiting, frame_of, free_reps, here_of, signed_in
from rapport.routing.head_start import head_starts
from rapport.routing.jobs import publish_plans
from rapport.routing.models import Offer, PlanVersion
from rapport.routing.plan.reading import PlanInvalid, read_plan
from rapport.routing.plan.rules import Priority
from rapport.routing.router import turn
from rapport.routing.routes import queue_for, route_for, seconds_granted, steps_of

SKILLED = """
[skills]
german = "German"

[queues.main]
name = "Main"
[[queues.main.routes]]
reasons = ["cancel"]
steps = [{ skills = { german = 3 }, seconds = 30 }, { anyone = true }]
[[queues.main.routes]]
steps = [{ anyone = true }]
"""


def in_force(world: World, text: str) -> PlanVersion:
    now = versions.version_in_force(world.programme)
    made = publishing.save_draft(programme=world.programme, text=text)
    return publishing.publish(
        programme=world.programme, number=made.number, instead_of=now.number if now else None
    )


def a_chat(world: World) -> Contact:
    return chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="I want to cancel",
        reason=world.reason,
        client_id=uuid4(),
    )


def happened() -> list[str]:
    return list(Event.objects.filter(name__startswith="plan.").order_by("pk").values_list("name", flat=True))


def test_a_programme_without_a_plan_has_the_plain_one(world: World) -> None:
    found = versions.plan_in_force(world.programme)
    assert (found.number, list(found.plan.queues)) == (None, ["main"])
    assert read_plan(versions.text_in_force(world.programme)) == found.plan


def test_a_draft_counts_for_nothing_until_it_is_published(world: World) -> None:
    made = publishing.save_draft(programme=world.programme, text=SKILLED, note=" the  first ")
    assert (made.number, made.state, made.note) == (1, "draft", "the first")
    assert versions.plan_in_force(world.programme).number is None
    publishing.publish(programme=world.programme, number=1, instead_of=None)
    found = versions.plan_in_force(world.programme)
    assert (found.number, "german" in found.plan.skills) == (1, True)
    assert happened() == ["plan.saved", "plan.published"]


def test_saving_or_publishing_the_same_again_changes_nothing(world: World) -> None:
    in_force(world, SKILLED)
    assert publishing.save_draft(programme=world.programme, text=SKILLED.replace("\n", "\r\n")).number == 1
    publishing.publish(programme=world.programme, number=1, instead_of=None)
    assert happened() == ["plan.saved", "plan.published"]


def test_an_old_plan_comes_back_under_a_new_number(world: World) -> None:
    in_force(world, SKILLED)
    in_force(world, SKILLED.replace("german = 3", "german = 4"))
    with pytest.raises(Conflict, match="roll back"):
        publishing.publish(programme=world.programme, number=1, instead_of=2)
    back = publishing.roll_back(programme=world.programme, number=1, instead_of=2, note="too strict")
    assert (back.number, back.text, back.note) == (3, SKILLED, "too strict")
    states = PlanVersion.objects.order_by("number")
    assert [one.state for one in states] == ["replaced", "replaced", "in_force"]
    with pytest.raises(Conflict, match="never in force"):
        made = publishing.save_draft(programme=world.programme, text=SKILLED.replace("Main", "Line"))
        publishing.roll_back(programme=world.programme, number=made.number, instead_of=3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "queues"),
        ("[queues", "no TOML"),
        (SKILLED.replace('"cancel"', '"move"'), "There is no reason 'move'"),
        (SKILLED.replace("anyone = true", 'teams = ["north"]', 1), "There is no team 'north'"),
        (SKILLED.replace("anyone = true", 'people = ["outsider"]', 1), "There is no person 'outsider'"),
        (SKILLED + "#" * 200_000, "at most 200,000"),
        (SKILLED.replace("{ anyone = true }]", "{ anyone = true }," * 2_000 + "]"), "at most 50 are taken"),
        (SKILLED + '# "\x00"', "zero byte"),
    ],
)
def test_what_is_no_plan_of_this_programme_is_refused(world: World, text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        publishing.save_draft(programme=world.programme, text=text)
    assert not PlanVersion.objects.exists()


def test_who_has_seen_another_plan_in_force_is_told(world: World) -> None:
    in_force(world, SKILLED)
    made = publishing.save_draft(programme=world.programme, text=SKILLED.replace("Main", "Line"))
    with pytest.raises(Conflict, match="Version 1 was published meanwhile"):
        publishing.publish(programme=world.programme, number=made.number, instead_of=None)
    with pytest.raises(NotFound):
        publishing.publish(programme=world.programme, number=9, instead_of=1)


def test_of_two_who_publish_at_once_one_wins(committed_world: World) -> None:
    world = committed_world
    numbers = [
        publishing.save_draft(programme=world.programme, text=SKILLED.replace("Main", name)).number
        for name in ("Left", "Right")
    ]
    ready = Barrier(2)

    def publish(number: int) -> str:
        try:
            ready.wait()
            with inside(world.programme.pk):
                publishing.publish(programme=world.programme, number=number, instead_of=None)
            return "published"
        except Conflict:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(publish, numbers)) == ["published", "told"]
    assert PlanVersion.objects.filter(published_at__isnull=False, replaced_at__isnull=True).count() == 1


def test_the_database_holds_one_plan_in_force(world: World) -> None:
    in_force(world, SKILLED)
    publishing.save_draft(programme=world.programme, text=SKILLED.replace("Main", "Line"))
    with pytest.raises(IntegrityError, match="one_plan_in_force"), transaction.atomic():
        PlanVersion.objects.filter(number=2).update(published_at=clock.now())


def test_a_calendar_that_opens_no_more_is_refused(world: World) -> None:
    text = f"""{versions.BUILT_IN}calendar = "fair"

[calendars.fair]
special = {{ 2026-03-03 = "08:00-18:00" }}
"""
    day = datetime(2026, 3, 3, 12, tzinfo=UTC)
    with clock.at(day):
        number = publishing.save_draft(programme=world.programme, text=text).number
    with clock.at(day + timedelta(days=1)), pytest.raises(PlanInvalid, match=r"Line 8: It does not open again"):
        publishing.publish(programme=world.programme, number=number, instead_of=None)
    with clock.at(day):
        publishing.publish(programme=world.programme, number=number, instead_of=None)


def test_a_plan_is_published_when_its_time_comes_and_once(world: World) -> None:
    publishing.save_draft(programme=world.programme, text=SKILLED)
    at = clock.now() + timedelta(hours=1)
    publishing.publish(programme=world.programme, number=1, instead_of=None, starts_at=at)
    for moment in (clock.now(), at, at + timedelta(minutes=1)):
        with clock.at(moment):
            for due in publishing.due_plans(world.programme):
                assert publishing.publish_due(due) and not publishing.publish_due(due)
        assert (versions.plan_in_force(world.programme).number == 1) is (moment >= at)
    assert happened() == ["plan.saved", "plan.planned", "plan.published"]
    for wrong in (clock.now() - timedelta(days=1), clock.now() + timedelta(days=900)):
        made = publishing.save_draft(programme=world.programme, text=SKILLED.replace("Main", "Line"))
        with pytest.raises(Invalid, match="in the future"):
            publishing.publish(programme=world.programme, number=made.number, instead_of=1, starts_at=wrong)


def test_a_planned_version_that_was_called_off_stays_a_draft(committed_world: World) -> None:
    world = committed_world
    publishing.save_draft(programme=world.programme, text=SKILLED)
    at = clock.now() + timedelta(hours=1)
    publishing.publish(programme=world.programme, number=1, instead_of=None, starts_at=at)
    publishing.call_off(programme=world.programme, number=1)
    with clock.at(at):
        publish_plans(0)
    assert versions.version_by_number(world.programme, 1).state == "draft"
    publishing.publish(programme=world.programme, number=1, instead_of=None, starts_at=at)
    with clock.at(at):
        publish_plans(0)
    assert versions.version_by_number(world.programme, 1).state == "in_force"
    with pytest.raises(Conflict, match="in force already"):
        publishing.call_off(programme=world.programme, number=1)


def test_another_programme_has_its_own_plans(world: World) -> None:
    in_force(world, SKILLED)
    with inside(world.other.pk):
        assert versions.plan_in_force(world.other).number is None
        with pytest.raises(PlanInvalid, match="There is no reason 'cancel'"):
            publishing.save_draft(programme=world.other, text=SKILLED)


def test_the_router_asks_for_the_skills_of_the_plan(world: World) -> None:
    in_force(world, SKILLED)
    presence.choose(member=world.rep, doing="available")
    presence.choose(member=world.second_rep, doing="available")
    actions.set_proficiency(member=world.second_rep, skill="german", level=3)
    contact = a_chat(world)
    assert contact.queue == "main"
    turn(world.programme)
    assert Offer.objects.get(contact=contact).member == world.second_rep


def test_a_skill_counts_on_its_days_only(world: World) -> None:
    today = clock.now().astimezone(world.programme.zone).date()
    presence.choose(member=world.rep, doing="available")

    def levels(begins: date | None, ends: date | None) -> list[int]:
        actions.set_proficiency(member=world.rep, skill="german", level=2, valid_from=begins, valid_until=ends)
        return list(free_reps(world.programme)[0].skills.values())

    day = timedelta(days=1)
    assert levels(None, None) == levels(today, today) == levels(today - day, None) == [2]
    assert levels(today + day, None) == levels(None, today - day) == []
    with pytest.raises(Invalid, match="before the first"):
        levels(today, today - day)
    with pytest.raises(Invalid, match="no key"):
        actions.set_proficiency(member=world.rep, skill="<b>", level=1)
    actions.set_proficiency(member=world.rep, skill="german", level=0)
    assert free_reps(world.programme)[0].skills == {}


TEAMED = SKILLED.replace("{ skills = { german = 3 }, seconds = 30 }", '{ teams = ["north"], seconds = 30 }')


def test_what_a_plan_names_and_is_gone_counts_as_nobody(world: World) -> None:
    accounts.change_place(member=world.rep, team="north", actor="test")
    plan = in_force(world, TEAMED)
    route = route_for(read_plan(plan.text), "main", "cancel")
    here = here_of(world.programme)
    assert len(steps_of(route, here)) == 2
    gone = steps_of(route, type(here)(teams=frozenset(), people={}))
    assert [step.seconds for step in gone] == [None]


def test_a_plan_that_cannot_be_read_any_more_does_not_stop_routing(world: World) -> None:
    in_force(world, SKILLED)
    PlanVersion.objects.update(text="from another time", published_at=clock.now())
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    assert turn(world.programme) == 1


def test_head_starts_add_up_to_the_ceiling() -> None:
    rules = Priority(
        ceiling_minutes=6,
        segments={"priority": 2},
        reasons={"cancel": 1},
        channels={"chat": 0.5},
        promise_due_minutes=1,
        repeat_contact_minutes=3,
    )

    def granted(segment: str, *, is_owed: bool = False, is_again: bool = False) -> float:
        return seconds_granted(
            rules,
            segment=segment,
            segments_own_seconds=90,
            reason="cancel",
            channel="chat",
            is_owed=is_owed,
            is_again=is_again,
        )

    assert granted("priority") == 210
    assert granted("standard") == 180  # its own, since the plan does not name it
    assert granted("priority", is_owed=True) == 270
    assert granted("priority", is_owed=True, is_again=True) == 360


def test_a_promise_due_and_a_repeated_contact_are_found(world: World) -> None:
    in_force(world, SKILLED + "[priority]\npromise_due_minutes = 1\nrepeat_contact_minutes = 2\n")

    def granted(contact: Contact) -> float:
        return head_starts(world.programme, versions.plans_of(world.programme), [contact])[contact.pk]

    first = a_chat(world)
    assert granted(first) == 90
    with clock.at(clock.now() + timedelta(hours=1)):
        again = a_chat(world)
    assert granted(again) == 90 + 120
    with clock.at(clock.now() + timedelta(days=8)):
        late = a_chat(world)
    assert granted(late) == 90
    contacts.answer(first, rep=world.rep, actor="test")
    assert as_waiting(world.programme, [late])[0].head_start_seconds == 90


def test_a_contact_begins_in_the_queue_that_names_its_reason() -> None:
    plan = read_plan(
        SKILLED + '[queues.calls]\nname = "Calls"\nchannel = "voice"\nroutes = [{ steps = [{ anyone = true }] }]\n'
        '[queues.leave]\nname = "Leaving"\nroutes = [{ reasons = ["move"], steps = [{ anyone = true }] },'
        " { steps = [{ anyone = true }] }]\n"
    )
    found = [
        queue_for(plan, *of) for of in (("chat", "cancel"), ("chat", "move"), ("chat", None), ("voice", "move"))
    ]
    assert found == ["main", "leave", "main", "calls"]
    assert queue_for(plan, "email", None) == "main"
    assert route_for(plan, "unheard of", None) is None


def test_steps_before_there_were_plans_become_one() -> None:
    told = import_module("rapport.routing.migrations.0004_plan_from_steps")
    steps = {
        ("main", "cancel"): [({"Fees & more": 3}, 30), ({"Fees & more": 4}, 9), ({}, 60), ({}, None)],
        ("Zurich", None): [({"fees": 1}, None)],
    }
    plan = read_plan(told.plan_text({"main": 'The "main" one'}, steps))
    assert list(plan.queues) == ["main", "zurich"]
    assert plan.queues["main"].name == 'The "main" one'
    [cancel, others] = plan.queues["main"].routes
    assert [(step.skills, step.seconds) for step in cancel.steps] == [({"fees-more": 3}, 30), ({}, None)]
    assert others.steps[0].anyone and plan.queues["zurich"].routes[0].steps[0].skills == {"fees": 1}


def test_teams_tiers_people_room_and_choice_come_to_the_policy(world: World) -> None:
    accounts.change_place(member=world.second_rep, role=Role.SENIOR_REP, team="north", actor="test")
    step = 'teams = ["north"], tiers = ["senior_rep"], people = ["rep2", "rep"]'
    text = SKILLED.replace("skills = { german = 3 }", f"{step}, skip_if_absent = true")
    in_force(world, text + '[choice]\nby = "least_occupied"\n[capacity]\noccupancy_ceiling = 0.5\n')
    [waiting] = as_waiting(world.programme, [a_chat(world)])
    [first, _] = waiting.steps
    assert (first.teams, first.tiers, first.skip_if_absent) == (("north",), ("senior_rep",), True)
    assert first.people == (world.second_rep.pk, world.rep.pk)
    assert (waiting.choice.by, waiting.channel, waiting.kind) == ("least_occupied", "chat", ("cancel", "priority"))
    for member in (world.rep, world.second_rep):
        presence.choose(member=member, doing="available")
    assert frame_of(world.programme).plan.capacity.occupancy_ceiling == 0.5
    turn(world.programme)
    assert Offer.objects.get().member == world.second_rep


def test_who_was_busier_than_the_ceiling_rests(world: World) -> None:
    in_force(world, SKILLED + "[capacity]\noccupancy_ceiling = 0.5\n")
    presence.choose(member=world.rep, doing="available")
    with clock.at(clock.now() + timedelta(minutes=10)):
        presence.move(presence.locked(world.rep), "on_contact", actor="test")
    with clock.at(clock.now() + timedelta(minutes=40)):
        presence.move(presence.locked(world.rep), "available", actor="test")
        presence.pulse(member=world.rep)
        a_chat(world)
        [rep] = signed_in(world.programme)
        assert rep.takes and rep.occupancy == pytest.approx(0.75, abs=0.01)
        assert turn(world.programme) == 0
    with clock.at(clock.now() + timedelta(minutes=85)):
        presence.pulse(member=world.rep)
        assert turn(world.programme) == 1
