"""Rally Notes of the last days, drafted from the month's own figures and published as a supervisor would.

One of ten days ago was read by who worked then; the month's own figures say what became of its tip.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from rapport.accounts import actions as accounts
from rapport.accounts.queries import member_by_agent_id, members_of, members_with
from rapport.accounts.roles import Right, Role
from rapport.demo.people import SUPERVISOR
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.recognition import actions as recognition
from rapport.recognition import effect, news

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

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


NEWS = (
    (
        "partner",
        "The Travel card has no yearly fee for a year",
        "For who asks this month. Say it before they ask.",
    ),
    ("ours", "Write down what was promised", "A promise without a day cannot be kept. The wrap-up asks for one."),
)
LONG_AGO = 10
EARLY = time(7, 30)
OLD_TIP = "Repeat in your own words why they call, before anything else."


def publish(programme: Programme) -> None:
    """Publish the notes of ten days ago and of the last days, the latest last, and the news."""
    supervisor = member_by_agent_id(programme, SUPERVISOR)
    if supervisor is None:
        return
    accounts.adjust_role(
        programme=programme, role=Role.PARTNER_VIEWER, right=Right.READ_RALLY_NOTES, granted=True, actor="demo"
    )
    today = clock.now().astimezone(programme.zone).date()
    with clock.at(datetime.combine(today - timedelta(days=LONG_AGO - 1), EARLY, programme.zone)):
        _letter(programme, supervisor, today - timedelta(days=LONG_AGO), {"tip": OLD_TIP})
        _read_by_who_works(programme, today - timedelta(days=LONG_AGO))
    effect.count_due(programme=programme)
    with clock.at(datetime.combine(today - timedelta(days=1), EARLY, programme.zone)):
        told = [
            news.publish(
                member=supervisor, kind=kind, title=title, text=text, read_by=today + timedelta(days=3 * at)
            )
            for at, (kind, title, text) in enumerate(NEWS, start=1)
        ]
        for member in members_with(programme, Right.TAKE_CONTACTS)[::3]:
            news.sign(member=member, news=told[0].public_id)
    for back, words in reversed(list(enumerate(WORDS, start=1))):
        _letter(programme, supervisor, today - timedelta(days=back), words)


def _letter(programme: Programme, supervisor: Member, day: date, words: dict[str, str]) -> None:
    recognition.draft(programme=programme, day=day, actor="demo")
    recognition.edit(member=supervisor, day=day, words=words)
    recognition.publish(member=supervisor, day=day)


def _read_by_who_works(programme: Programme, day: date) -> None:
    """Have a letter read by everyone who had contacts on the day after, when it came."""
    after = day + timedelta(days=1)
    at_work = {row.group["rep"] for row in metrics(programme, ("contacts_answered",), after, after, by="rep")}
    for member in members_of(programme):
        if member.agent_id in at_work:
            recognition.see(member=member, day=day)
