"""Yesterday's Rally Notes, drafted from the month's own figures and published as a supervisor would."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rapport.accounts.queries import member_by_agent_id
from rapport.demo.people import SUPERVISOR
from rapport.kit import clock
from rapport.recognition import actions as recognition

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

WORDS = (
    {
        "tip": "Ask what the card is used for before you offer anything. Who feels heard decides more calmly.",
        "our_news": "Coffee is on the house this week. Shift swaps for Friday are open until noon.",
        "partner_news": "Northbank takes the fee off the Travel card for a year; you can offer it from today.",
    },
    {
        "tip": "Say by when, not only what: a promise with a date brings fewer customers back.",
        "our_news": "Welcome to the four colleagues who began on Monday.",
        "partner_news": "Lost cards now go by courier at no cost to the customer.",
    },
)


def publish(programme: Programme) -> None:
    """Publish the notes of the last days, the latest last."""
    supervisor = member_by_agent_id(programme, SUPERVISOR)
    if supervisor is None:
        return
    today = clock.now().astimezone(programme.zone).date()
    for back, words in reversed(list(enumerate(WORDS, start=1))):
        day = today - timedelta(days=back)
        recognition.draft(programme=programme, day=day, actor="demo")
        recognition.edit(member=supervisor, day=day, words=words)
        recognition.publish(member=supervisor, day=day)
