"""Sets the stage of contacts that change hands: a programme with two reps, a supervisor and two queues."""

from rapport.accounts import actions as accounts
from rapport.accounts.models import Programme
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.kit.walls import inside
from rapport.routing import actions as routing
from rapport.routing import publishing

PASSWORD = "a journey of its own"
KEY = "handing"
PEOPLE = {"anna": ("Anna Berg", Role.REP), "ben": ("Ben Arndt", Role.REP), "sam": ("Sam Lang", Role.SUPERVISOR)}
PLAN = """
[skills]
german = "German"

[queues.main]
name = "Main line"
routes = [{ steps = [{ skills = { german = 2 } }] }]

[queues.second]
name = "Second line"
by_hand = true
routes = [{ steps = [{ anyone = true }] }]
"""


def main() -> None:
    """Make the programme with its people, and put its plan in force."""
    programme, _ = accounts.ensure_programme(key=KEY, name="Handing on", requires_second_factor=False)
    Programme.objects.filter(pk=programme.pk).update(offer_seconds=5)
    with inside(programme.pk):
        reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
        contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
        for who, (name, role) in PEOPLE.items():
            member = accounts.ensure_member(
                programme=programme, agent_id=who, name=name, username=who, password=PASSWORD, role=role
            )
            if role is Role.REP:
                routing.set_proficiency(member=member, skill="german", level=3)
        draft = publishing.save_draft(programme=programme, text=PLAN)
        publishing.publish(programme=programme, number=draft.number, instead_of=None)
