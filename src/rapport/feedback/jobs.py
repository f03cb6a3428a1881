"""Background work of this module."""

from rapport.contacts.access import access_own
from rapport.events.queries import event_by_id
from rapport.feedback import actions
from rapport.jobs.actions import job


@job("feedback.invite")
def invite(programme_id: int, event_id: int) -> None:
    """Ask the customer how the contact that ended went, where we can: in a chat that was answered."""
    event = event_by_id(event_id)
    contact = access_own(event.programme, event.subject)
    may_ask = contact.customer is None or contact.customer.is_active
    is_over = contact.answered_at is not None and contact.state in ("wrap_up", "closed")
    if contact.channel == "chat" and is_over and may_ask:
        actions.invite(contact=contact)
