"""Queries that are compiled once answer as Django's own do, each time for the values given then."""

from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import Member, Programme
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.access import access_in_hand, access_own
from rapport.contacts.models import Contact
from rapport.kit.errors import NotFound
from rapport.kit.often import Among, Given, Often
from rapport.kit.walls import inside

by_agent = Often(
    lambda: Member.objects.select_related("user", "team").filter(agent_id=Given("agent"), is_active=True)
)
by_agents = Often(lambda: Member.objects.filter(Among("agent_id", "agents")).order_by("agent_id"))


def test_each_call_is_for_its_own_values_and_as_things_stand(world: World) -> None:
    for member in (world.rep, world.second_rep, world.rep):
        found = by_agent.first(agent=member.agent_id)
        assert found == member and found is not None
        with CaptureQueriesContext(connection) as asked:
            assert found.user == member.user
        assert not asked.captured_queries  # what was to be read along is there
    Member.objects.filter(pk=world.rep.pk).update(is_active=False)
    assert by_agent.first(agent=world.rep.agent_id) is None
    assert by_agent(agent="nobody") == [] and by_agent(agent=None) == []


def test_a_list_of_any_length_is_one_statement(world: World) -> None:
    both = sorted([world.rep, world.second_rep], key=lambda one: one.agent_id)
    assert by_agents(agents=[one.agent_id for one in both]) == both
    assert by_agents(agents=[both[0].agent_id]) == both[:1] and by_agents(agents=[]) == []


def test_hostile_values_are_values(world: World) -> None:
    hostile = ("' OR 1=1 --", "%s", "{}", "\\")
    assert [by_agent(agent=one) for one in hostile] == [[]] * 4 and by_agents(agents=list(hostile)) == []


def test_nothing_of_another_programme_comes_through_the_wall(world: World) -> None:
    """The same compiled query, first inside one programme, then inside the other, and outside all."""
    place = Often(lambda: Member.objects.filter(programme=Given("programme")))
    assert place(programme=world.programme.pk) and place(programme=world.other.pk) == []
    with inside(world.other.pk):
        assert place(programme=world.programme.pk) == []
        assert {one.pk for one in place(programme=world.other.pk)} == {world.outsider.pk}


def test_what_locks_is_asked_in_a_transaction_only(committed_world: World) -> None:
    locked = Often(lambda: Programme.objects.select_for_update().filter(pk=Given("pk")))
    with transaction.atomic():
        assert locked.first(pk=committed_world.programme.pk) == committed_world.programme
    asked: list[BaseException] = []

    def outside() -> None:
        try:
            locked(pk=committed_world.programme.pk)
        except transaction.TransactionManagementError as error:
            asked.append(error)
        finally:
            connection.close()

    thread = Thread(target=outside)
    thread.start()
    thread.join()
    assert len(asked) == 1


def test_the_gates_keep_to_whose_contact_it_is(world: World) -> None:
    contact, _ = contacts.arrive(
        programme=world.programme, channel="chat", actor="customer", reason=None, external_id=f"chat:{uuid4()}"
    )
    assert access_own(world.programme, contact.public_id).programme is world.programme
    for member in (world.rep, world.second_rep, world.supervisor, world.outsider):
        with pytest.raises(NotFound):
            access_in_hand(member, contact.public_id)
    Contact.objects.filter(pk=contact.pk).update(rep=world.rep)
    assert access_in_hand(world.rep, contact.public_id) == contact
    with pytest.raises(NotFound):
        access_in_hand(world.second_rep, contact.public_id)
    with inside(world.other.pk), pytest.raises(NotFound):
        access_own(world.other, contact.public_id)
