"""Offers, and somebody to whom they are made, for the tests of this module."""

from typing import Any

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import Holding
from rapport.kit.drawing import place_of
from rapport.offers.catalogue import actions
from rapport.offers.choosing import actions as choosing
from rapport.offers.leaving import actions as leaving
from rapport.offers.models import Fulfilment, KeptOffer, LeavingReason, OfferRules, SaveAttempt
from rapport.routing import actions as routing


def offer_text(
    name: str = "Half the fee for a year", *, kind: str = "save", cost: int = 600, more: str = "", **said: Any
) -> str:
    """Return the text of an offer."""
    told = {"lift": 0.3, "takes": 0.5, **said}
    lines = "\n".join(f"{key.rstrip('_')} = {value!r}".replace("'", '"') for key, value in told.items())
    return (
        f'name = "{name}"\nkind = "{kind}"\nterms = "The fee is halved for twelve months."\n'
        'words = "I can halve your fee, {customer.first_name|}."\nbecause = "It answers the fee."\n'
        f"cost = {cost}\n{lines}\n{more}"
    )


def live(world: World, key: str = "half-fee", text: str | None = None) -> KeptOffer:
    """Return an offer that is live."""
    row = drafted(world, key, text)
    approved(world, row)
    actions.publish(row=row, number=1, flag_because="A test says so")
    return row


def drafted(world: World, key: str = "half-fee", text: str | None = None) -> KeptOffer:
    """Return an offer with a draft on file."""
    made = actions.save_draft(
        programme=world.programme, key=key, text=text or offer_text(), instead_of=None, by=world.rep, actor="test"
    )
    return made.offer


def approved(world: World, row: KeptOffer) -> None:
    """Have the first version approved by a second person."""
    actions.submit(row=row, number=1, by=world.rep)
    actions.approve(row=row, number=1, by=world.supervisor, actor="test")


def rules(world: World, text: str = "", *, key: str = "") -> OfferRules:
    """Put the programme's rules of offers on file; ``key`` draws the control."""
    row = actions.change_rules(programme=world.programme, text=text, actor="test")
    if key:
        row.key = key
        row.save()
    return row


def leaving_on(world: World, *, has_reason: bool = True) -> tuple[Contact, SaveAttempt]:
    """Return a contact in the rep's hands whose customer wants to leave, and the save attempt."""
    Holding.objects.get_or_create(
        programme=world.programme, customer=world.customer, key="H-1", defaults={"product": "card"}
    )
    contact = in_hand(world)
    attempt = leaving.open_attempt(
        customer=world.customer, origin="rep", channel="voice", contact=contact, product="card", actor="test"
    )
    if has_reason:
        fee, _ = LeavingReason.objects.get_or_create(programme=world.programme, key="fee", name="The fee")
        attempt = leaving.set_reason(attempt=attempt, reason=fee.key, actor="test")
    return contact, attempt


def in_hand(world: World) -> Contact:
    """Return a call of the customer in the rep's hands."""
    made, _ = contacts.arrive(
        programme=world.programme, channel="voice", actor="pbx", customer=world.customer, reason=world.reason
    )
    routing.answer_elsewhere(made, rep=world.rep, actor="pbx")
    made.refresh_from_db()
    return made


def accepted(world: World, text: str | None = None) -> Fulfilment:
    """Return what the partner is to do, since a customer accepted an offer."""
    live(world, text=text)
    uncontrolled(world)
    contact, _ = leaving_on(world)
    choice = choosing.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    row = choice.presentations.get()
    told: dict[str, Any] = {"member": world.rep, "contact": contact, "presentation": row.public_id}
    choosing.present(**told)
    choosing.accept(**told)
    return Fulfilment.objects.get(presentation=row)


def some_accepted(world: World) -> Fulfilment:
    """Return what the partner is to do, as it stands already or since a customer accepts an offer now."""
    return Fulfilment.objects.first() or accepted(world)


def uncontrolled(world: World) -> None:
    """Have the customer not be of the share that is offered nothing."""
    whose = str(world.customer.public_id)
    rules(world, key=next(f"{n:064x}" for n in range(200) if place_of(f"{n:064x}", whose) > 0.5))
