"""Sets the stage of the journeys with several chats at once: a programme whose plan allows two."""

from rapport.accounts import actions as accounts
from rapport.contacts import actions as contacts
from rapport.kit.walls import inside
from rapport.routing import publishing

PASSWORD = "a journey of its own"
PLAN = """
[queues.main]
name = "Main"
routes = [{ steps = [{ anyone = true }] }]

[capacity.limits]
chat = 2
"""


def main() -> None:
    programme, _ = accounts.ensure_programme(
        key="several", name="Several", requires_second_factor=False, offer_seconds=60
    )
    with inside(programme.pk):
        reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
        contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
        accounts.ensure_member(
            programme=programme, agent_id="juggler", name="Juggler", username="juggler", password=PASSWORD
        )
        draft = publishing.save_draft(programme=programme, text=PLAN)
        publishing.publish(programme=programme, number=draft.number, instead_of=None)
