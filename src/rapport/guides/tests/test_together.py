"""Guides on real connections: what several do at one moment is all kept, or one of them is refused."""

from threading import Event
from time import sleep
from uuid import uuid4

from django.db import transaction

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.events.models import Event as Told
from rapport.guides import actions, publishing
from rapport.guides.alone import actions as alone
from rapport.guides.models import Alone, GuideVersion, Progress
from rapport.guides.tests.written import simple
from rapport.kit.errors import Conflict
from rapport.kit.walls import inside
from rapport.routing import actions as routing
from rapport.routing.tests.test_together import at_once

KEYS = [f"s{number}" for number in range(8)]
STEPS = [{"key": key, "title": key, "touch_point": "required"} for key in KEYS]


def test_ticks_at_one_moment_are_all_kept(committed_world: World) -> None:
    world = committed_world
    publishing.install(programme=world.programme, text=simple("Cancel", STEPS, "cancel"))
    made, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", reason=world.reason)
    routing.answer_elsewhere(made, rep=world.rep, actor="pbx")
    contact = Contact.objects.get(pk=made.pk)

    def tick(key: str) -> None:
        with inside(world.programme.pk):
            actions.tick(member=world.rep, contact=contact, step=key)

    at_once(*(lambda key=key: tick(key) for key in KEYS))
    progress = Progress.objects.get(contact=contact)
    assert sorted(progress.state["covered"]) == KEYS
    assert (progress.required, progress.covered) == (8, 8)


def test_nothing_is_ticked_behind_a_wrap_up(committed_world: World) -> None:
    world = committed_world
    publishing.install(programme=world.programme, text=simple("Cancel", STEPS[:1], "cancel"))
    made, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", reason=world.reason)
    routing.answer_elsewhere(made, rep=world.rep, actor="pbx")
    contact = Contact.objects.get(pk=made.pk)
    is_closing = Event()

    def close() -> None:
        with inside(world.programme.pk), transaction.atomic():
            held = Contact.objects.select_for_update().get(pk=contact.pk)
            actions.close(held, actor="test", because="The line broke.")
            contacts.end(held, by="rep", actor="test")
            contacts.close(held, actor="test", disposition=None, resolved=None)
            is_closing.set()
            sleep(0.2)  # the tick is on its way, with what it read of the contact before

    def tick() -> None:
        is_closing.wait(5)
        with inside(world.programme.pk):
            actions.tick(member=world.rep, contact=contact, step=KEYS[0])

    assert [type(one) for one in at_once(close, tick)] == [type(None), Conflict]
    assert Progress.objects.get(contact=contact).covered == 0


def test_of_two_guides_for_the_same_contacts_one_comes_into_force(committed_world: World) -> None:
    world = committed_world

    def install(name: str) -> object:
        with inside(world.programme.pk):
            return publishing.install(programme=world.programme, text=simple(name, STEPS, "cancel"))

    told = at_once(*(lambda name=name: install(name) for name in ("One", "Two", "Three")))
    assert sum(isinstance(one, Conflict) for one in told) == 2
    assert GuideVersion.objects.filter(starts_at__isnull=False).count() == 1


def test_two_tabs_go_on_once_and_end_once(committed_world: World) -> None:
    world = committed_world
    steps = [{"key": key, "title": key, "words": key} for key in ("one", "two")]
    text = "self_service = true\n" + simple("Cancel", steps, "cancel")
    publishing.install(programme=world.programme, text=text)
    contact = alone.begin(programme=world.programme, reason=world.reason, client_id=uuid4())

    def go_on(here: str) -> None:
        with inside(world.programme.pk):
            alone.go_on(contact, here=here, answers={})

    def ask() -> None:
        with inside(world.programme.pk):
            alone.ask_person(contact, email="ada@example.org", text="", client_id=uuid4())

    at_once(*[lambda: go_on("one")] * 3)
    assert Progress.objects.get().state["path"] == ["one", "two"]
    told = at_once(ask, *[lambda: go_on("two")] * 3, ask)
    assert sum(isinstance(one, Conflict) for one in told) == 4
    ended = Told.objects.filter(name__in=["contact.served", "contact.queued"])
    assert ended.count() == Told.objects.filter(name="guide.alone_ended").count() == 1
    assert Alone.objects.get().outcome in ("served", "person")
