"""Sets the stage of the journeys: run as a child, with the installation's environment."""

from datetime import timedelta

from rapport.accounts import actions as accounts
from rapport.accounts.models import Programme, User
from rapport.conftest import make_world
from rapport.contacts.models import Contact, Leg
from rapport.customers.models import Holding
from rapport.guides import actions as guides
from rapport.kit import clock
from rapport.kit.walls import inside

PASSWORD = "a journey of its own"
SIGNING_IN = ("twofold", "keyed", "twice")  # of test_sign_in.py
STEPS = [
    {
        "key": "hear",
        "title": "Hear the reason",
        "words": "What made you decide?",
        "kind": "ask",
        "touch_point": "required",
    },
    {
        "key": "disclose",
        "title": "Read the disclosure",
        "words": "Closing takes 14 days.",
        "touch_point": "verbatim",
    },
    {"key": "thank", "title": "Thank", "words": "Thank you for staying with us.", "kind": "close"},
]


def main() -> None:
    world = make_world()
    Programme.objects.filter(pk=world.programme.pk).update(offer_seconds=6)
    with inside(world.other.pk):
        factored = [
            accounts.ensure_member(programme=world.other, agent_id=who, username=who) for who in SIGNING_IN
        ]
    for member in (world.rep, world.second_rep, world.supervisor, world.outsider, *factored):
        user = User.objects.get(pk=member.user_id)
        user.set_password(PASSWORD)
        user.save()
    with inside(world.programme.pk):
        guides.publish(
            programme=world.programme, reason=world.reason, name="Cancel a card", steps=STEPS, actor="stage"
        )
        Holding.objects.create(
            programme=world.programme,
            customer=world.customer,
            key="card",
            product="Gold card",
            label="…4417",
            ends_on=clock.now().date() + timedelta(days=100),
        )
        earlier = clock.now() - timedelta(days=12)
        last = Contact.objects.create(
            programme=world.programme,
            channel="chat",
            state="closed",
            customer=world.customer,
            segment=world.customer.segment,
            reason=world.reason,
            queue="main",
            rep=world.second_rep,
            arrived_at=earlier,
            queued_at=earlier,
            placed_at=earlier,
            answered_at=earlier,
            ended_at=earlier,
            closed_at=earlier,
            resolved=True,
            summary="Fee refunded, was happy.",
        )
        Leg.objects.create(
            programme=world.programme,
            contact=last,
            rep=world.second_rep,
            started_at=earlier,
            ended_at=earlier,
            wrapped_at=earlier,
        )
