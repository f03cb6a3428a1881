"""Guides: published once, kept by contacts that began with them, ticked, and settled at wrap-up."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.events.queries import history_of
from rapport.guides import actions, queries
from rapport.guides.steps import read_steps
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.routing import actions as routing

STEPS = [
    {"key": "greet", "title": "Greet", "words": "Hello {name}"},
    {"key": "why", "title": "Hear the reason", "kind": "ask", "touch_point": "required"},
    {"key": "legal", "title": "Read it", "words": "Word for word.", "touch_point": "verbatim"},
    {"key": "tip", "title": "A tip", "touch_point": "optional"},
]


@pytest.fixture
def contact(world: World) -> Contact:
    actions.publish(programme=world.programme, reason=world.reason, name="Cancel", steps=STEPS, actor="test")
    made, _ = contacts.arrive(
        programme=world.programme,
        channel="voice",
        actor="pbx",
        customer=world.customer,
        reason=world.reason,
    )
    routing.answer_elsewhere(made, rep=world.rep, actor="pbx")
    made.refresh_from_db()
    return made


def tick(world: World, contact: Contact, *keys: str) -> None:
    for key in keys:
        actions.tick(member=world.rep, contact=contact, step=key)


def test_a_contact_keeps_the_version_it_began_with(world: World, contact: Contact) -> None:
    actions.begin(contact, actor="test")
    newer = [*STEPS, {"key": "more", "title": "More"}]
    actions.publish(programme=world.programme, reason=world.reason, name="Cancel", steps=newer, actor="t")
    guide = queries.guide_of(contact)
    assert guide is not None
    assert (guide.version, len(guide.steps)) == (1, 4)


def test_publishing_the_same_steps_makes_no_new_version(world: World, contact: Contact) -> None:
    again = actions.publish(programme=world.programme, reason=world.reason, name="Cancel", steps=STEPS, actor="t")
    assert again.number == 1


def test_ticks_count_required_touch_points_only(world: World, contact: Contact) -> None:
    tick(world, contact, "greet", "why", "why", "tip")
    guide = queries.guide_of(contact)
    assert guide is not None
    assert [step.key for step in guide.open_required] == ["legal"]
    assert guide.next_key == "legal"
    now = clock.now()
    found = queries.coverage(world.programme, since=now - timedelta(hours=1), until=now)
    assert (found.required, found.covered, found.share) == (2, 1, 0.5)


def test_a_tick_can_be_taken_back(world: World, contact: Contact) -> None:
    tick(world, contact, "why")
    actions.untick(member=world.rep, contact=contact, step="why")
    actions.untick(member=world.rep, contact=contact, step="why")
    names = [event.name for event in history_of(world.programme, contact.public_id)]
    assert names[-3:] == ["guide.begun", "guide.ticked", "guide.unticked"]


def test_open_touch_points_need_a_reason_at_wrap_up(world: World, contact: Contact) -> None:
    tick(world, contact, "why")
    with pytest.raises(Invalid, match="Required touch points are open"):
        actions.close(contact, actor="test")
    actions.close(contact, actor="test", because="The line broke.")
    guide = queries.guide_of(contact)
    assert guide is not None
    assert guide.open_because == "The line broke."


def test_a_contact_nobody_ticked_counts_as_uncovered(world: World, contact: Contact) -> None:
    actions.close(contact, actor="test", because="The line broke.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT required, covered FROM fact_coverage WHERE contact_id = %s", [contact.pk])
        assert cursor.fetchone() == (2, 0)


def test_no_ticks_after_the_end(world: World, contact: Contact) -> None:
    Contact.objects.filter(pk=contact.pk).update(state="left")
    contact.refresh_from_db()
    with pytest.raises(Conflict):
        tick(world, contact, "why")


def test_unknown_steps_are_refused(world: World, contact: Contact) -> None:
    with pytest.raises(NotFound):
        tick(world, contact, "nope")


def test_the_general_guide_serves_reasons_without_one(world: World, contact: Contact) -> None:
    actions.publish(programme=world.programme, reason=None, name="General", steps=STEPS[:1], actor="t")
    other = contacts.ensure_reason(programme=world.programme, key="limit", name="Limit")
    made, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", reason=other)
    general, own = queries.guide_of(made), queries.guide_of(contact)
    assert general is not None
    assert own is not None
    assert (general.name, own.name) == ("General", "Cancel")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "1 to 30"),
        ("steps", "1 to 30"),
        ([1], "Step 1 must be"),
        ([{"key": "a", "title": "A"}, {"key": "a", "title": "B"}], "'a'"),
        ([{"key": "A b", "title": "A"}], "the key needs"),
        ([{"key": "a", "title": " "}], "the title needs"),
        ([{"key": "a", "title": "A", "kind": "sing"}], "the kind is one of"),
        ([{"key": "a", "title": "A", "touch_point": "verbatim"}], "needs its words"),
        ([{"key": "a", "title": "A", "colour": "red"}], "'colour'"),
    ],
)
def test_steps_that_cannot_be_used_are_named(data: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_steps(data)
