"""Many at once, on real connections: one certificate; what is taken is taken before it is revoked, or not."""

from functools import partial
from uuid import uuid4

import pytest

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.kit import clock
from rapport.learning.certification import actions, queries
from rapport.learning.certification.models import Certificate
from rapport.learning.certification.tests.stage import a_kind
from rapport.routing import actions as routing
from rapport.routing import presence
from rapport.routing.models import Offer
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn
from rapport.routing.tests.test_together import at_once


def test_two_who_confirm_at_once_make_one_certificate(committed_world: World) -> None:
    world = committed_world
    a_kind(world)
    made = at_once(*[partial(actions.grant, by=world.supervisor, rep="rep", kind="cards", level=1)] * 4)
    assert sum(isinstance(one, Certificate) for one in made) == 1 and Certificate.objects.count() == 1


@pytest.mark.parametrize("again", range(3))
def test_taken_and_revoked_at_once_it_is_in_hand_or_waits(committed_world: World, again: int) -> None:
    world = committed_world
    a_kind(world)
    actions.grant(by=world.supervisor, rep="rep", kind="cards", level=1)
    presence.choose(member=world.rep, doing="available")
    contact = chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    taken, *_ = at_once(
        partial(routing.accept, member=world.rep, offer_id=offer.public_id),
        partial(actions.revoke, by=world.supervisor, rep="rep", kind="cards", because="A trial"),
        partial(turn, world.programme),
    )
    turn(world.programme)
    contact.refresh_from_db()
    assert contact.state == ("active" if isinstance(taken, Contact) else "waiting")
    assert queries.certified(world.programme) == set()
    assert not Offer.objects.filter(ended_at__isnull=True).exists()
    again_offered = chat.begin(
        programme=world.programme, email="ben@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    turn(world.programme)
    assert not Offer.objects.filter(contact=again_offered, offered_at__lte=clock.now()).exists()
