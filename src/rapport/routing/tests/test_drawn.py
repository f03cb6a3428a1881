"""Reps drawn by chance: what the facts tell of it, and since when the choice has been the same."""

from datetime import timedelta

from django.db import connection

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.kit import clock
from rapport.routing import presence, publishing, trials, versions
from rapport.routing.models import PlanVersion
from rapport.routing.router import turn
from rapport.routing.routes import choice_of
from rapport.routing.tests.test_trials import PLAN, a_chat, terms

SOME = PLAN + "[choice]\nrandom_share = 0.5\n"
MORE = PLAN + "[choice]\nrandom_share = 0.6\n"


def drawn_of(contact: Contact) -> list[bool | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT drawn FROM fact_offer WHERE contact_id = %s ORDER BY offer_id", [contact.pk])
        return [row[0] for row in cursor.fetchall()]


def in_force(world: World, text: str) -> PlanVersion:
    before = versions.plan_in_force(world.programme).number
    made = publishing.save_draft(programme=world.programme, text=text)
    return publishing.publish(programme=world.programme, number=made.number, instead_of=before)


def test_the_facts_tell_of_every_choice_how_it_was_made(world: World) -> None:
    in_force(world, SOME)
    choice = choice_of(versions.plan_in_force(world.programme).plan, world.programme.pk)
    presence.choose(member=world.rep, doing="available")
    presence.choose(member=world.second_rep, doing="available")
    told = set()
    for _ in range(12):
        contact = a_chat(world)
        turn(world.programme)
        assert drawn_of(contact) == [choice.draw(contact.pk) is not None]
        told.update(drawn_of(contact))
        chat.leave(contact=contact)
    assert told == {True, False}
    presence.choose(member=world.second_rep, doing="offline")
    alone = a_chat(world)
    turn(world.programme)
    assert drawn_of(alone) == [None]


def test_the_choice_is_the_same_through_plans_that_change_something_else(world: World) -> None:
    assert versions.same_choice(world.programme) is None
    began = clock.now() - timedelta(days=5)
    texts = (SOME, MORE, SOME, SOME.replace('"Main"', '"Other"'))
    for day, text in enumerate(texts):
        with clock.at(began + timedelta(days=day)):
            in_force(world, text)
    same = versions.same_choice(world.programme)
    assert same == versions.SameChoice(began + timedelta(days=2), [])


def test_plans_tried_meanwhile_that_chose_otherwise_are_apart(world: World) -> None:
    in_force(world, SOME)
    for text in (MORE, SOME + "[priority]\nchannels = { chat = 2 }\n"):
        draft = publishing.save_draft(programme=world.programme, text=text)
        begun = trials.begin(programme=world.programme, number=draft.number, instead_of=1, terms=terms())
        trials.end(programme=world.programme, number=begun.number, publishes=False)
    same = versions.same_choice(world.programme)
    assert same is not None and same.apart == [2]
