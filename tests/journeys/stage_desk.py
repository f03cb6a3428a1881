"""Sets the stage of the desk's journeys: a programme of their own, counted by no other journey."""

from rapport.accounts import actions as accounts
from rapport.contacts import actions as contacts
from rapport.customers.models import ContactPoint, Customer
from rapport.customers.sensitive import Keeper, Spot
from rapport.guides import publishing as guides
from rapport.guides.tests.written import simple
from rapport.kit.walls import inside

PASSWORD = "a journey of its own"
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
]


def main() -> None:
    programme, _ = accounts.ensure_programme(key="desk-only", name="Desk only", requires_second_factor=False)
    with inside(programme.pk):
        reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
        contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
        guides.install(programme=programme, text=simple("Cancel a card", STEPS, "cancel"))
        accounts.ensure_member(
            programme=programme, agent_id="typist", name="Typist", username="typist", password=PASSWORD
        )
        customer = Customer.objects.create(programme=programme, key="C-7", name="Grace Hopper")
        ContactPoint.objects.create(
            programme=programme, customer=customer, kind="email", value="grace@example.org"
        )
        Keeper(programme).keep({Spot(customer, None, "card_number"): "4000 0566 5566 5556"})
