"""Sets the stage of what rings and is not taken: a programme for each journey, so that none disturbs another."""

from stage_handing import PASSWORD, PLAN

from rapport.accounts import actions as accounts
from rapport.accounts.models import Programme
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.customers.models import ContactPoint, Customer
from rapport.kit.walls import inside
from rapport.routing import actions as routing
from rapport.routing import publishing

NAMES = {
    "anna": ("Anna Berg", Role.REP),
    "ben": ("Ben Arndt", Role.REP),
    "cora": ("Cora Lind", Role.REP),
    "sam": ("Sam Lang", Role.SUPERVISOR),
    "ada": ("Ada Vogt", Role.ADMINISTRATOR),
}
PEOPLE = {
    "declined": ("anna", "ben", "sam"),
    "missed": ("anna", "ben"),
    "moved": ("ben", "sam"),
    "kept": ("anna", "ben"),
    "cleared": ("anna", "ben", "cora", "ada"),
}
RINGS_FOR = {"missed": 6}  # seconds; elsewhere so long that no busy machine lets it run out


def main() -> None:
    """Make the programmes with their people, and put the plan in force in each."""
    for key, people in PEOPLE.items():
        programme, _ = accounts.ensure_programme(key=key, name=key.capitalize(), requires_second_factor=False)
        Programme.objects.filter(pk=programme.pk).update(
            offer_seconds=RINGS_FOR.get(key, 120), requires_screening=key == "cleared"
        )
        programme.refresh_from_db()
        with inside(programme.pk):
            furnish(programme, people)


def furnish(programme: Programme, people: tuple[str, ...]) -> None:
    """Furnish a programme with people, a customer and the plan; where contacts are moved, no rep speaks German."""
    reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
    contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
    for who in people:
        name, role = NAMES[who]
        member = accounts.ensure_member(
            programme=programme,
            agent_id=who,
            name=name,
            username=f"{programme.key}-{who}",
            password=PASSWORD,
            role=role,
        )
        accounts.set_clearance(member=member, actor="stage", screening="passed")
        if programme.key != "moved":
            routing.set_proficiency(member=member, skill="german", level=3)
    customer = Customer.objects.create(programme=programme, key="C-8", name="Mary Somerville")
    ContactPoint.objects.create(programme=programme, customer=customer, kind="email", value="mary@example.org")
    draft = publishing.save_draft(programme=programme, text=PLAN)
    publishing.publish(programme=programme, number=draft.number, instead_of=None)
