"""What the desk's addresses need: a ringing contact, and one in hand of the rep."""

from typing import Any
from uuid import uuid4

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.customers.models import SealedValue
from rapport.customers.promises import actions as promises
from rapport.customers.sensitive import Keeper, Spot
from rapport.guides import publishing as guide_files
from rapport.guides.tests.written import ASKS
from rapport.kit import clock
from rapport.offers.tests.offering import some_accepted
from rapport.prompts import hearing
from rapport.prompts.by_words import ByWords
from rapport.prompts.models import Prompt
from rapport.routing import actions as routing
from rapport.routing import call_backs, presence
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

NEEDS_CONTACT = (
    *("say", "typing", "end", "hand-on", "stop-asking", "call-back", "not-reached", "note"),
    *("file", "promise", "look-back", "identify", "reason", "wrap-up", "go", "find", "back", "mood"),
    *("lines", "beside", "guide", "prompts", "look-over", "draft", "draft-away"),
    *("library", "library-used"),
    *("leaving", "leaving-product", "leaving-reason", "leaving-again", "leaving-end"),
    *("leaving-now", "leaving-cancel", "offers", "offers-own", "bars"),
)


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    guide_files.install(programme=world.programme, text=ASKS, actor="test")
    held = chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    presence.choose(member=world.rep, doing="available")
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    routing.accept(member=world.rep, offer_id=offer.public_id)
    promise = promises.make_promise(
        member=world.rep,
        customer=world.customer,
        what="Call back",
        due_on=clock.now().astimezone(world.programme.zone).date(),
    )
    Keeper(world.programme).keep({Spot(world.customer, None, "date_of_birth"): "1987-05-04"})
    value = SealedValue.objects.latest("pk")
    contact = {"contact_id": held.public_id}
    booked = call_backs.book(
        member=world.rep, contact_id=held.public_id, phone="+4930123456", due_at=clock.now(), is_mine=True
    )
    hearing.hear_chats(world.programme, [held.public_id], by=ByWords())
    offered = some_accepted(world).presentation
    presentation = {"contact_id": offered.choice.contact.public_id, "presentation": offered.public_id}
    prompt = {**contact, "prompt": Prompt.objects.latest("pk").public_id}
    return {
        "desk-prompt-use": prompt,
        "desk-prompt-dismiss": prompt,
        **{f"desk-{name}": contact for name in NEEDS_CONTACT},
        **{f"desk-{name}": {**contact, "step": "greet"} for name in ("tick", "skip", "report", "transact")},
        **{f"desk-offer-{name}": presentation for name in ("present", "turn-down", "accept", "leave")},
        "desk-answer": {**contact, "field": "why"},
        "desk-settle": {**contact, "promise_id": promise.pk},
        "promise-settle": {"promise": promise.public_id},
        "promise-hand": {"promise": promise.public_id},
        "desk-reveal": {**contact, "value_id": value.public_id},
        "desk-call-off": {"call_back_id": booked.public_id},
        "desk-accept": {"offer_id": offer.public_id},
        "desk-decline": {"offer_id": offer.public_id},
    }
