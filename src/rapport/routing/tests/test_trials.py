"""A plan tried on a share of contacts: whom it is drawn for, what they get, and how it ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.routing import actions, presence, publishing, trials, versions
from rapport.routing.estimates import place_of
from rapport.routing.floor_state import as_waiting
from rapport.routing.jobs import end_plan_trials
from rapport.routing.models import Offer, PlanTrial, PlanVersion
from rapport.routing.plan.apart import not_apart
from rapport.routing.plan.reading import read_plan
from rapport.routing.policy import By
from rapport.routing.router import turn

PLAN = """
[skills]
german = "German"

[queues.main]
name = "Main"
[[queues.main.routes]]
reasons = ["cancel"]
steps = [{ anyone = true }]
[[queues.main.routes]]
steps = [{ anyone = true }]
"""
GERMAN = PLAN.replace("anyone = true }]", "skills = { german = 3 }, seconds = 60 }, { anyone = true }]", 1)
URGENT = GERMAN + '[priority]\nreasons = { cancel = 5 }\n[choice]\nby = "least_occupied"\n'


def in_force(world: World, text: str = PLAN) -> PlanVersion:
    made = publishing.save_draft(programme=world.programme, text=text)
    return publishing.publish(programme=world.programme, number=made.number, instead_of=None)


def terms(share: float = 0.5, **told: Any) -> trials.Terms:
    given = {"ends_at": clock.now() + timedelta(days=7), "metric": "service_level", "least": 0.05}
    return trials.Terms(share=share, **{"units_needed": 500, **given, **told})


def begun(world: World, text: str = URGENT, **told: Any) -> PlanTrial:
    draft = publishing.save_draft(programme=world.programme, text=text)
    return trials.begin(
        programme=world.programme, number=draft.number, instead_of=1, terms=terms(**told), by=world.supervisor
    )


def a_chat(world: World, email: str = "ada@example.org") -> Contact:
    return chat.begin(
        programme=world.programme, email=email, text="I want to cancel", reason=world.reason, client_id=uuid4()
    )


def drawn_apart(world: World) -> tuple[Contact, Contact]:
    """Return a contact of the plan in force and one of the plan tried, which came after it."""
    found: dict[int | None, Contact] = {}
    for number in range(40):
        contact = a_chat(world, f"someone{number}@example.org")
        if contact.plan in found or (contact.plan == 2 and not found):
            chat.leave(contact=contact)
        else:
            found[contact.plan] = contact
        if {1, 2} <= found.keys():
            return found[1], found[2]
    raise AssertionError("nobody was drawn for one of the two")


def test_the_draw_is_by_key_and_keeps_to_the_share() -> None:
    key, other = "0b" * 32, "0c" * 32
    units = [str(number) for number in range(20_000)]
    drawn = [trials.draws(key, unit, 0.2) for unit in units]
    assert abs(sum(drawn) / len(drawn) - 0.2) < 4 * (0.16 / len(drawn)) ** 0.5
    assert drawn == [trials.draws(key, unit, 0.2) for unit in units]
    again = [trials.draws(other, unit, 0.2) for unit in units]
    assert abs(sum(a and b for a, b in zip(drawn, again, strict=True)) / len(units) - 0.04) < 0.006
    assert all(trials.draws(key, unit, 0.5) for unit, hit in zip(units, drawn, strict=True) if hit)


def test_contacts_of_a_customer_go_by_the_same_plan_and_the_log_can_tell(world: World) -> None:
    in_force(world)
    assert a_chat(world).plan is None
    begun(world)
    ids = {"ada@example.org": str(world.customer.public_id)}
    numbers: dict[str, set[int | None]] = {}
    for _ in range(2):
        for email in ("ada@example.org", *(f"someone{number}@example.org" for number in range(12))):
            contact = a_chat(world, email)
            chat.leave(contact=contact)
            numbers.setdefault(ids.get(email, email), set()).add(contact.plan)
    told = Event.objects.get(name="plan.trial_begun").data
    for whose, found in numbers.items():
        assert found == {told["version"] if trials.draws(told["key"], whose, told["share"]) else told["beside"]}
    assert set().union(*numbers.values()) == {1, 2}
    assert list(differences(world.programme)) == []


def test_who_withholds_their_number_is_not_taken_for_one_customer(world: World) -> None:
    in_force(world)
    begun(world)
    found = set()
    for number in range(24):
        told: dict[str, Any] = {"address": "anonymous", "external_id": f"chat-{number}"}
        contact, _ = contacts.arrive(programme=world.programme, channel="chat", actor="test", **told)
        actions.enqueue(contact, actor="test")
        contact.refresh_from_db()
        found.add(contact.plan)
    assert found == {1, 2}


def test_each_contact_has_the_steps_the_head_start_and_the_choice_of_its_plan(world: World) -> None:
    in_force(world)
    begun(world)
    plain, tried = drawn_apart(world)
    waits = {one.id: one for one in as_waiting(world.programme, [plain, tried])}
    assert len(waits[plain.pk].steps) == 1 and len(waits[tried.pk].steps) == 2
    assert waits[tried.pk].head_start_seconds - waits[plain.pk].head_start_seconds == 300
    assert (waits[plain.pk].choice.by, waits[tried.pk].choice.by) == (By.LONGEST_IDLE, By.LEAST_OCCUPIED)
    assert (place_of(tried).position, place_of(plain).position) == (1, 2)


def test_the_router_offers_each_by_its_own_plan(world: World) -> None:
    in_force(world)
    begun(world, GERMAN)
    plain, tried = drawn_apart(world)
    presence.choose(member=world.rep, doing="available")
    presence.choose(member=world.second_rep, doing="available")
    turn(world.programme)
    assert [one.contact_id for one in Offer.objects.all()] == [plain.pk]  # nobody here knows German
    actions.set_proficiency(member=world.second_rep, skill="german", level=3)
    actions.set_proficiency(member=world.rep, skill="german", level=3)
    turn(world.programme)
    assert Offer.objects.filter(contact=tried).exists()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (PLAN.replace('"Main"', '"Other"'), "more than its routes"),
        (PLAN + "[capacity]\nlimits = { chat = 2 }\n", "'capacity'"),
        (PLAN + "[recontact]\nwithin_hours = 1\n", "'recontact'"),
        (PLAN + PLAN.split("\n\n")[1].replace("main", "second").replace('"cancel"', '"order"'), "other queues"),
        (PLAN + '[choice]\noutcome = "resolution_by_customers"\n', "another outcome"),
        (PLAN, "says the same"),
        (PLAN.replace('german = "German"', 'german = "German"\nfrench = "French"'), ""),
    ],
)
def test_what_holds_for_all_contacts_together_is_not_tried_apart(changed: str, why: str) -> None:
    found = not_apart(read_plan(PLAN), read_plan(changed))
    assert bool(found) == bool(why) and why in "".join(found)


def test_where_contacts_begin_is_not_tried_apart() -> None:
    line = '[queues.{0}]\nname = "{0}"\n[[queues.{0}.routes]]\nsteps = [{{ anyone = true }}]\n'
    two = line.format("one") + line.format("two")
    own = '[[queues.two.routes]]\nreasons = ["{0}"]\nsteps = [{{ anyone = true }}]\n'
    found = not_apart(read_plan(two + own.format("cancel")), read_plan(two + own.format("order")))
    assert found == [
        f"Contacts by chat for {reason!r} would begin in another queue." for reason in ("cancel", "order")
    ]


def test_a_trial_that_changes_what_is_shared_is_refused_whole(world: World) -> None:
    in_force(world)
    with pytest.raises(Conflict, match="cannot be tried on a share"):
        begun(world, PLAN.replace('"Main"', '"Other"'))
    assert not PlanTrial.objects.exists() and not Event.objects.filter(name="plan.trial_begun").exists()


def test_terms_that_are_none_are_refused(world: World) -> None:
    in_force(world)
    now = clock.now()
    wrong: list[dict[str, Any]] = [
        {"share": 0.0},
        {"share": 1.0},
        {"share": float("nan")},
        {"least": 0.0},
        {"least": float("inf")},
        {"units_needed": 0},
        {"ends_at": now},
        {"ends_at": now + timedelta(days=400)},
        {"starts_at": now - timedelta(hours=1)},
        {"starts_at": now + timedelta(days=8)},
    ]
    for told in wrong:
        with pytest.raises(Invalid):
            begun(world, **told)
    with pytest.raises(NotFound):
        trials.begin(programme=world.programme, number=9, instead_of=1, terms=terms())
    assert not PlanTrial.objects.exists()


def test_only_a_draft_is_tried_beside_the_plan_that_was_seen(world: World) -> None:
    draft = publishing.save_draft(programme=world.programme, text=URGENT)
    with pytest.raises(Conflict, match="Publish a plan first"):
        trials.begin(programme=world.programme, number=draft.number, instead_of=None, terms=terms())
    made = publishing.save_draft(programme=world.programme, text=PLAN)
    publishing.publish(programme=world.programme, number=made.number, instead_of=None)
    for number, seen, why in ((1, None, "published meanwhile"), (2, 2, "no draft")):
        with pytest.raises(Conflict, match=why):
            trials.begin(programme=world.programme, number=number, instead_of=seen, terms=terms())
    soon = clock.now() + timedelta(days=1)
    publishing.publish(programme=world.programme, number=1, instead_of=2, starts_at=soon)
    another = publishing.save_draft(programme=world.programme, text=GERMAN)
    with pytest.raises(Conflict, match="to be published"):
        trials.begin(programme=world.programme, number=another.number, instead_of=2, terms=terms())


def test_nothing_is_published_while_a_version_is_tried(world: World) -> None:
    in_force(world)
    begun(world)
    third = publishing.save_draft(programme=world.programme, text=PLAN + "# later\n")
    for starts_at in (None, clock.now() + timedelta(days=1)):
        with pytest.raises(Conflict, match="Version 2 is being tried"):
            publishing.publish(programme=world.programme, number=third.number, instead_of=1, starts_at=starts_at)
    assert versions.plan_in_force(world.programme).number == 1
    assert not PlanVersion.objects.filter(starts_at__isnull=False).exists()


@pytest.mark.parametrize(("publishes", "number"), [(True, 2), (False, 1)])
def test_a_trial_ends_with_one_plan_for_all(world: World, publishes: bool, number: int) -> None:
    in_force(world)
    trial = begun(world)
    plain, tried = drawn_apart(world)
    for _ in range(2):
        trials.end(programme=world.programme, number=trial.number, publishes=publishes, by=world.supervisor)
    assert versions.plan_in_force(world.programme).number == number
    both = {len(one.steps) for one in as_waiting(world.programme, [plain, tried])}
    assert both == {2 if publishes else 1}
    assert a_chat(world).plan is None
    [ended] = Event.objects.filter(name="plan.trial_ended")
    assert ended.data["result"] == ("published" if publishes else "kept")
    with pytest.raises(Conflict, match="has ended already"):
        trials.end(programme=world.programme, number=trial.number, publishes=not publishes)
    contact = Contact.objects.get(pk=tried.pk)
    assert contact.plan == 2  # what was drawn stays


def test_a_trial_begins_and_ends_by_the_clock(world: World) -> None:
    in_force(world)
    now = clock.now()

    def plans_at(moment: datetime) -> set[int | None]:
        with clock.at(moment):
            found = {a_chat(world, f"{moment:%d%H}{number}@example.org").plan for number in range(12)}
            end_plan_trials(0)
        return found

    begun(world, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2))
    assert plans_at(now) == {None}
    assert plans_at(now + timedelta(days=1, hours=1)) == {1, 2}
    assert trials.open_trial(world.programme) is not None
    assert plans_at(now + timedelta(days=2)) == {None}
    [trial] = trials.trials_of(world.programme)
    assert trial.result == "time_up" and trial.over_at == now + timedelta(days=2)
    assert versions.plan_in_force(world.programme).number == 1
    assert not trials.end_due((world.programme, trial.number))


def test_the_database_holds_one_trial_at_a_time(world: World) -> None:
    in_force(world)
    trial = begun(world)
    with pytest.raises(Conflict, match="Another version is being tried"):
        begun(world, GERMAN)
    trial.pk, trial.number = None, 2
    with pytest.raises(IntegrityError, match="one_plan_tried_at_a_time"), transaction.atomic():
        trial.save(force_insert=True)
    for change in ({"share": 1.0}, {"ends_at": trial.starts_at}, {"result": "kept"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanTrial.objects.filter(number=1).update(**change)


def test_another_programme_is_not_concerned(world: World) -> None:
    in_force(world)
    begun(world)
    with inside(world.other.pk):
        assert trials.trials_of(world.other) == [] and not versions.plans_of(world.other).tried


def test_of_two_who_begin_at_once_one_does(committed_world: World) -> None:
    world = committed_world
    in_force(world)
    drafts = [publishing.save_draft(programme=world.programme, text=text).number for text in (GERMAN, URGENT)]
    told, both = terms(), Barrier(2)

    def begin_one(number: int) -> str:
        try:
            with inside(world.programme.pk):
                both.wait(5)
                trials.begin(programme=world.programme, number=number, instead_of=1, terms=told)
        except Conflict as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(begin_one, drafts))
    assert found[0] == "" and "Another version is being tried" in found[1]
    assert PlanTrial.objects.count() == 1
