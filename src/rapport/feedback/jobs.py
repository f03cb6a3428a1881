"""Background work of this module."""

from rapport.contacts.access import access_own
from rapport.events.queries import event_by_id
from rapport.feedback import actions
from rapport.jobs.actions import job


@job("feedback.invite")
def invite(programme_id: int, event_id: int) -> None:
    """Ask the customer how the contact went, where we can: in a chat that was answered, or done alone."""
    event = event_by_id(event_id)
    contact = access_own(event.programme, event.subject)
    may_ask = contact.customer is None or contact.customer.is_active
    if contact.channel == "chat" and actions.is_over(contact) and may_ask:
        actions.invite(contact=contact)
