"""Sets the stage of the journey of keeping: an offer, an answer to an objection, and a save of the past."""

from datetime import timedelta

from django.db import transaction

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.customers.models import ContactPoint, Customer, Holding
from rapport.guides import publishing as guides
from rapport.guides.library import actions as library
from rapport.guides.library.access import access_entry
from rapport.guides.library.reading import read_library
from rapport.kit import clock
from rapport.kit.drawing import place_of
from rapport.kit.walls import inside
from rapport.ledger import actions as ledger
from rapport.offers.catalogue import actions as offers
from rapport.offers.leaving import actions as leaving
from rapport.offers.leaving import keeping

PASSWORD = "a journey of its own"
PAST = timedelta(days=62)
LIBRARY = """
[objections.fee]
name = "The fee is too high"
[rebuttals.use_it]
objection = "fee"
title = "What it is worth"
approach = "personal"
words = "You save more with its cash back than the fee takes."
reasons = ["cancel"]
"""
GUIDE = """
name = "Cancel a card"
[for]
reasons = ["cancel"]
[[steps]]
key = "fee"
kind = "objection"
title = "The fee is too high"
objections = ["fee"]
[[steps]]
key = "offer"
kind = "offer"
title = "Offer"
slot = "save"
next = "end"
"""
OFFER = """
name = "Half the fee for a year"
kind = "save"
terms = "The fee is halved for twelve months."
words = "I can halve your fee for a year."
because = "It answers the fee."
cost = 600
lift = 0.4
takes = 0.5
authority = [{ level = 0, most = 1000 }]
"""


def main() -> None:
    programme, _ = accounts.ensure_programme(key="keeping", name="Keeping", requires_second_factor=False)
    with inside(programme.pk):
        reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
        contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
        keeping.add_reason(programme=programme, key="price", name="The price")
        keeping.add_reason(programme=programme, key="fee", name="The annual fee", parent="price")
        rep, manager = (_member(programme, *who) for who in (("noor", Role.REP), ("iris", Role.MANAGER)))
        ada, grace = (_customer(programme, *who) for who in (("K-1", "Ada Byron"), ("K-2", "Grace Hopper")))
        _words(programme, manager)
        _offer(programme, rep, manager, whose=str(ada.public_id))
        _saved_before(programme, rep, grace)


def _member(programme: Programme, key: str, role: Role) -> Member:
    return accounts.ensure_member(
        programme=programme, agent_id=key, name=key.title(), role=role, username=key, password=PASSWORD
    )


def _customer(programme: Programme, key: str, name: str) -> Customer:
    made = Customer.objects.create(programme=programme, key=key, name=name)
    email = f"{name.split()[0].lower()}@example.org"
    ContactPoint.objects.create(programme=programme, customer=made, kind="email", value=email)
    Holding.objects.create(programme=programme, customer=made, key=f"H-{key}", product="Platinum card")
    return made


def _words(programme: Programme, manager: Member) -> None:
    library.save_library(programme=programme, library=read_library(LIBRARY))
    for key in ("fee", "use_it"):
        entry = access_entry(programme, key)
        library.submit(entry=entry, number=1)
        library.approve(entry=entry, number=1, by=manager, actor="test")
        library.publish(entry=entry, number=1)
    guides.install(programme=programme, text=GUIDE)


def _offer(programme: Programme, rep: Member, manager: Member, *, whose: str) -> None:
    """Publish the offer, and keep the customer out of the share that is offered nothing."""
    made = offers.save_draft(
        programme=programme, key="half-fee", text=OFFER, instead_of=None, by=rep, actor="test"
    )
    offers.submit(row=made.offer, number=1, by=rep)
    offers.approve(row=made.offer, number=1, by=manager, actor="test")
    offers.publish(row=made.offer, number=1)
    rules = offers.change_rules(programme=programme, text="", actor="test")
    rules.key = next(f"{n:064x}" for n in range(200) if place_of(f"{n:064x}", whose) > 0.5)
    rules.save()


@transaction.atomic
def _saved_before(programme: Programme, rep: Member, customer: Customer) -> None:
    """Have the rep have kept a customer so long ago that the claim is due."""
    with clock.at(clock.now() - PAST):
        attempt = leaving.open_attempt(
            customer=customer, origin="rep", channel="voice", holding="H-K-2", actor="test"
        )
        leaving.set_reason(attempt=attempt, reason="fee", actor="test")
        leaving.end_attempt(attempt=attempt, outcome="stayed", actor="test")
        save = ledger.Save(
            attempt=attempt.public_id,
            customer=customer.pk,
            made_at=clock.now(),
            holding="H-K-2",
            rep=rep.pk,
            rep_key=rep.agent_id,
            reason="price",
            detail="fee",
        )
        ledger.claim(programme=programme, saves=[save], actor="test")
