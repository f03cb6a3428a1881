"""Sets the stage of the journey of leaving: a programme of its own, with reasons and two customers."""

from rapport.accounts import actions as accounts
from rapport.contacts import actions as contacts
from rapport.customers.models import ContactPoint, Customer, Holding
from rapport.guides import publishing as guides
from rapport.guides.tests.written import simple
from rapport.kit.walls import inside
from rapport.offers.leaving import keeping

PASSWORD = "a journey of its own"
STEPS = [
    {
        "key": "hear",
        "title": "Hear the reason",
        "words": "What made you decide?",
        "kind": "ask",
        "touch_point": "required",
    }
]


def main() -> None:
    programme, _ = accounts.ensure_programme(key="leaving", name="Leaving", requires_second_factor=False)
    with inside(programme.pk):
        reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
        contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
        guides.install(programme=programme, text=simple("Cancel a card", STEPS, "cancel"))
        keeping.add_reason(programme=programme, key="price", name="The price")
        keeping.add_reason(programme=programme, key="fee", name="The annual fee", parent="price")
        accounts.ensure_member(
            programme=programme, agent_id="lena", name="Lena", username="lena", password=PASSWORD
        )
        for key, name in (("L-1", "Ada Byron"), ("L-2", "Grace Hopper")):
            customer = Customer.objects.create(programme=programme, key=key, name=name)
            email = f"{name.split()[0].lower()}@example.org"
            ContactPoint.objects.create(programme=programme, customer=customer, kind="email", value=email)
            Holding.objects.create(
                programme=programme, customer=customer, key=f"H-{key}", product="Platinum card", label="•• 1234"
            )
