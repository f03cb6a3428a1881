"""Guides on contacts: begun once, kept through versions and hands, covered, answered, and settled at wrap-up."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import Customer, Standing
from rapport.events.queries import history_of
from rapport.guides import actions, queries
from rapport.guides.library import queries as library
from rapport.guides.models import Progress
from rapport.guides.publishing import install
from rapport.guides.tests.written import CANCEL, simple
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.routing import actions as routing

STEPS = [
    {"key": "greet", "title": "Greet", "words": "Hello {customer.first_name}"},
    {"key": "why", "title": "Hear the reason", "touch_point": "required"},
    {"key": "legal", "title": "Read it", "words": "Word for word.", "touch_point": "verbatim"},
    {"key": "tip", "title": "A tip", "touch_point": "optional"},
]


def arrived(world: World, text: str, **more: Any) -> Contact:
    install(programme=world.programme, text=text)
    told = {"customer": world.customer, "reason": world.reason, **more}
    made, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", **told)
    routing.answer_elsewhere(made, rep=world.rep, actor="pbx")
    made.refresh_from_db()
    return made


@pytest.fixture
def contact(world: World) -> Contact:
    return arrived(world, simple("Cancel", STEPS, "cancel"))


@pytest.fixture
def rich(world: World, monkeypatch: pytest.MonkeyPatch) -> Contact:
    """A contact with the guide that has something of everything; the library has its objection."""
    routing.set_proficiency(member=world.second_rep, skill="retention", level=4, actor="test")
    monkeypatch.setattr(
        library, "keys_of", lambda _programme, kind: {"too_dear"} if kind == "objection" else set()
    )
    return arrived(world, CANCEL)


def tick(world: World, contact: Contact, *keys: str) -> None:
    for key in keys:
        actions.tick(member=world.rep, contact=contact, step=key)


def guide_of(contact: Contact, member: Member | None = None) -> queries.GuideView:
    found = queries.guide_of(contact, member=member)
    assert found is not None
    return found


def test_a_contact_keeps_the_version_it_began_with(world: World, contact: Contact) -> None:
    actions.begin(contact, actor="test")
    install(programme=world.programme, text=simple("Cancel", [*STEPS, {"key": "more", "title": "More"}], "cancel"))
    assert (guide_of(contact).version, len(guide_of(contact).steps)) == (1, 4)


def test_ticks_count_required_touch_points_only(world: World, contact: Contact) -> None:
    tick(world, contact, "greet", "why", "why", "tip")
    guide = guide_of(contact)
    assert [step.key for step in guide.open_required] == ["legal"]
    assert guide.next_key == "legal"
    assert guide.steps[0].words == "Hello Ada"
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
    assert guide_of(contact).open_because == "The line broke."


def test_a_contact_nobody_ticked_counts_as_uncovered(world: World, contact: Contact) -> None:
    actions.close(contact, actor="test", because="The line broke.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT required, covered FROM fact_coverage WHERE contact_id = %s", [contact.pk])
        assert cursor.fetchone() == (2, 0)


def test_where_a_contact_leaves_its_guide_is_a_fact(world: World, contact: Contact) -> None:
    tick(world, contact, "why")
    actions.go(member=world.rep, contact=contact, to="tip")
    actions.close(contact, actor="test", because="The line broke.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT guide, version, left_at, left_open FROM fact_coverage WHERE contact_id = %s", [contact.pk]
        )
        assert cursor.fetchone() == ("cancel", 1, "tip", 1)
        told = "SELECT step, is_required, came_to, how, rep FROM fact_step WHERE contact_id = %s ORDER BY step"
        cursor.execute(told, [contact.pk])
        rep = world.rep.agent_id
        assert cursor.fetchall() == [
            ("greet", False, "seen", None, rep),
            ("legal", True, "open", None, rep),
            ("tip", False, "seen", None, rep),
            ("why", True, "done", "hand", rep),
        ]
    closed = history_of(world.programme, contact.public_id)[-1]
    assert (closed.name, closed.data["here"], closed.data["open"]) == ("guide.closed", "tip", ["legal"])


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ({}, 0),
        ({"open": {"came_to": "done"}, "why": {}}, 0),
        ({"a": {"came_to": "open"}, "b": {"came_to": "open", "open": "open"}, "c": {"came_to": "left_out"}}, 2),
    ],
)
def test_facts_of_coverage_count_open_steps_and_look_up_no_guide_unasked(
    world: World, contact: Contact, steps: dict[str, Any], left: int
) -> None:
    actions.close(contact, actor="test", because="The line broke.")
    Progress.objects.filter(contact=contact).update(steps=steps)
    with connection.cursor() as cursor:
        cursor.execute("SELECT guide, left_open FROM fact_coverage WHERE contact_id = %s", [contact.pk])
        assert cursor.fetchall() == [("cancel", left)]
        cursor.execute("EXPLAIN SELECT sum(required), sum(covered) FROM fact_coverage")
        plan = str(cursor.fetchall())
    assert "guides_progress" in plan and "guides_guide" not in plan


def test_no_ticks_after_the_end(world: World, contact: Contact) -> None:
    Contact.objects.filter(pk=contact.pk).update(state="left")
    contact.refresh_from_db()
    with pytest.raises(Conflict):
        tick(world, contact, "why")


def test_unknown_steps_are_refused(world: World, contact: Contact) -> None:
    with pytest.raises(NotFound, match="not in the version"):
        tick(world, contact, "nope")


def test_without_a_guide_there_is_nothing_to_tick(world: World) -> None:
    made, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", reason=world.reason)
    routing.answer_elsewhere(made, rep=world.rep, actor="pbx")
    made.refresh_from_db()
    assert queries.guide_of(made) is None
    with pytest.raises(NotFound):
        tick(world, made, "why")


def test_the_most_particular_guide_serves(world: World, contact: Contact) -> None:
    install(programme=world.programme, text=simple("General", STEPS[:1]))
    priority = simple("Priority", STEPS[:1], "cancel").replace("[for]", '[for]\nsegments = ["priority"]')
    install(programme=world.programme, text=priority)
    other = contacts.ensure_reason(programme=world.programme, key="limit", name="Limit")
    names = {}
    for reason in (world.reason, other):
        for who in (world.customer, None):
            made, _ = contacts.arrive(
                programme=world.programme, channel="voice", actor="pbx", reason=reason, customer=who
            )
            names[reason.key, who is not None] = guide_of(made).name
    assert names == {
        ("cancel", True): "Priority",
        ("cancel", False): "Cancel",
        ("limit", True): "General",
        ("limit", False): "General",
    }


def test_a_guide_of_another_programme_serves_nobody_here(world: World, contact: Contact) -> None:
    Progress.objects.all().delete()
    Contact.objects.filter(pk=contact.pk).update(reason=None)
    contact.refresh_from_db()
    assert queries.guide_of(contact) is None


def test_the_next_rep_has_all_that_was_done_in_the_form_of_their_own_level(world: World, rich: Contact) -> None:
    actions.answer(member=world.rep, contact=rich, field="why", value="price")
    tick(world, rich, "greet")
    mine, theirs = guide_of(rich, world.rep), guide_of(rich, world.second_rep)
    assert [one.is_done for one in mine.steps] == [one.is_done for one in theirs.steps]
    assert (mine.view.level, theirs.view.level) == (0, 4)
    assert [one.form for one in (mine.steps[0], theirs.steps[0])] == ["guided", "free"]


def test_who_lapses_has_the_strict_form_at_once(world: World, rich: Contact) -> None:
    today = clock.now().date()
    routing.set_proficiency(
        member=world.rep, skill="retention", level=5, valid_until=today - timedelta(days=1), actor="test"
    )
    assert guide_of(rich, world.rep).view.level == 0
    with pytest.raises(Invalid, match="yours is 0"):
        actions.skip(member=world.rep, contact=rich, step="greet", because="They know us")
    actions.skip(member=world.second_rep, contact=rich, step="greet", because="Card 4111 1111 1111 1111 is known")
    greet = guide_of(rich).view.of("greet")
    assert greet is not None
    assert (greet.is_open, greet.because) == (False, "Card •••• 1111 is known")
    assert (guide_of(rich).required, guide_of(rich).covered) == (4, 0)


def test_of_a_file_that_may_not_be_used_nothing_is_said(world: World, contact: Contact) -> None:
    assert guide_of(contact).steps[0].words == "Hello Ada"
    Customer.objects.filter(pk=world.customer.pk).update(standing=Standing.RESTRICTED)
    assert "Ada" not in guide_of(Contact.objects.get(pk=contact.pk)).steps[0].words


def test_an_answer_brings_the_file_up_to_date(world: World, rich: Contact) -> None:
    actions.answer(member=world.rep, contact=rich, field="move_to", value="Lisbon")
    assert Customer.objects.get(pk=world.customer.pk).likes == "Lisbon"
    assert guide_of(rich).view.of("hear").fields[1].answer == "Lisbon"
    data = [event.data for event in history_of(world.programme, rich.public_id)]
    assert "Lisbon" not in str(data)
    with pytest.raises(Invalid, match="one of these is wanted"):
        actions.answer(member=world.rep, contact=rich, field="why", value="Lisbon")


def test_places_are_kept_and_refused_moves_change_nothing(world: World, rich: Contact) -> None:
    actions.go(member=world.rep, contact=rich)
    kept = Progress.objects.get(contact=rich)
    assert guide_of(rich).view.current.key == "hear"
    with pytest.raises(Invalid, match="First: Greet, Hear why"):
        actions.go(member=world.rep, contact=rich, to="terms")
    assert Progress.objects.get(contact=rich).state == kept.state
    actions.back(member=world.rep, contact=rich)
    assert guide_of(rich).view.current.key == "greet"
    actions.notice(member=world.rep, contact=rich, is_upset=True)
    assert guide_of(rich).view.is_upset


def test_a_new_reason_brings_its_guide_until_something_is_done(world: World, contact: Contact) -> None:
    actions.begin(contact, actor="test")
    other = contacts.ensure_reason(programme=world.programme, key="limit", name="Limit")
    install(programme=world.programme, text=simple("Limit", STEPS, "limit"))
    contacts.learn_reason(contact, reason=other, actor="test")
    actions.follow_reason(contact, actor="test")
    assert guide_of(contact).name == "Limit"
    tick(world, contact, "why")
    contacts.learn_reason(contact, reason=world.reason, actor="test")
    actions.follow_reason(contact, actor="test")
    assert guide_of(contact).name == "Limit"
