"""Sets the stage of the journey of own reps: a programme of their own, whose plan is short of patience."""

from rapport.accounts import actions as accounts
from rapport.accounts.models import Programme
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.customers.models import ContactPoint, Customer
from rapport.kit.walls import inside
from rapport.routing import publishing

PASSWORD = "a journey of its own"
PEOPLE = {"anna": Role.REP, "ben": Role.REP, "cora": Role.REP, "boss": Role.SUPERVISOR}
PLAN = """
[queues.main]
name = "Main"
routes = [{ steps = [{ anyone = true }] }]

[personal]
patience_seconds = 4
stand_in_seconds = 60
most_customers = 2
"""


def main() -> None:
    programme, _ = accounts.ensure_programme(key="own-reps", name="Own reps", requires_second_factor=False)
    Programme.objects.filter(pk=programme.pk).update(offer_seconds=8)
    with inside(programme.pk):
        reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
        contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
        for who, role in PEOPLE.items():
            accounts.ensure_member(
                programme=programme,
                agent_id=who,
                name=who.capitalize(),
                role=role,
                password=PASSWORD,
            )
        customer = Customer.objects.create(programme=programme, key="C-8", name="Mary Somerville")
        ContactPoint.objects.create(programme=programme, customer=customer, kind="email", value="mary@example.org")
        draft = publishing.save_draft(programme=programme, text=PLAN)
        publishing.publish(programme=programme, number=draft.number, instead_of=None)
