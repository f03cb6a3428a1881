"""Sets the stage of one week: a small team, a scorecard, last week's contacts, a refresher, and a certificate."""

from datetime import datetime, time, timedelta
from typing import Any

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Role
from rapport.channels.chat.models import Conversation, Message
from rapport.coaching.rhythms import monday_of
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.kit.ids import new_id
from rapport.kit.walls import inside
from rapport.learning import assigning, courses
from rapport.learning.certification import kinds
from rapport.quality import scorecards, selecting
from rapport.quality.tests.cards import CARD

PASSWORD = "a journey of its own"
PEOPLE = {"rita": Role.REP, "noor": Role.REP, "sue": Role.SUPERVISOR, "max": Role.MANAGER}
COURSE = """name = "What changed in October"
about = "The month's refresher."
minutes = 5

[[lessons]]
key = "news"
title = "What is new"
text = "The fee of the Travel card is off for a year."
"""
KIND = """name = "Cards"
covers = "programme"
refuses = true
freedom = 1
months = 12
due_days = 30
overdue_days = 7

[[levels]]
name = "Ready"
freedom = 3
courses = ["refresher"]
"""
SAID = (("customer", "I would like to close my card."), ("rep", "What made you decide? Thank you for telling me."))


def main() -> None:
    programme, _ = accounts.ensure_programme(key="week", name="One week", requires_second_factor=False)
    with inside(programme.pk):
        people = {
            who: accounts.ensure_member(
                programme=programme, agent_id=who, name=who.capitalize(), role=role, password=PASSWORD
            )
            for who, role in PEOPLE.items()
        }
        monday = monday_of(clock.now().astimezone(programme.zone).date())
        last_week = datetime.combine(monday - timedelta(days=4), time(11), programme.zone)
        for number in range(3):
            talk(programme, people["rita"], last_week + timedelta(hours=number))
        talk(programme, people["rita"], clock.now() - timedelta(minutes=20))
        score_by_chance(programme, people)
        ask_for_a_certificate(programme, people)


def talk(programme: Programme, rep: Member, at: datetime) -> None:
    """Keep a chat that the rep has closed."""
    reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
    customer, _ = Customer.objects.get_or_create(programme=programme, key="W-1", name="Mary Somerville")
    contact = Contact.objects.create(
        programme=programme,
        channel="chat",
        state="closed",
        customer=customer,
        reason=reason,
        rep=rep,
        arrived_at=at,
        queued_at=at,
        placed_at=at,
        answered_at=at + timedelta(seconds=15),
        ended_at=at + timedelta(minutes=6),
        closed_at=at + timedelta(minutes=7),
        resolved=True,
        summary="Stays, without the fee.",
    )
    Conversation.objects.create(programme=programme, contact=contact, customer_seen_at=at)
    for number, (author, words) in enumerate(SAID):
        Message.objects.create(
            programme=programme,
            contact=contact,
            author=author,
            member=rep if author == "rep" else None,
            text=words,
            client_id=new_id(),
            at=at + timedelta(seconds=30 * number),
        )


def score_by_chance(programme: Programme, people: dict[str, Member]) -> None:
    """Have a scorecard that draws one contact of each rep a week, and its week over."""
    made = scorecards.save_draft(
        programme=programme, key="service", text=CARD, instead_of=None, by=people["sue"], actor="stage"
    )
    scorecards.submit(row=made.scorecard, number=1, by=people["sue"], actor="stage")
    scorecards.approve(row=made.scorecard, number=1, by=people["max"], actor="stage")
    scorecards.publish(row=made.scorecard, number=1, actor="stage")
    scorecards.set_rule(row=made.scorecard, each=1, every="week", asks_self=False, actor="stage")
    assert selecting.draw_due(programme=programme) == 1


def ask_for_a_certificate(programme: Programme, people: dict[str, Member]) -> None:
    """Keep contacts from who has no certificate, which asks for a refresher that Rita is asked to take."""
    who: Any = {"by": people["sue"], "actor": "stage"}
    course = courses.save_draft(programme=programme, key="refresher", text=COURSE, instead_of=None, **who).course
    courses.submit(row=course, number=1, **who)
    courses.approve(row=course, number=1, by=people["max"], actor="stage")
    courses.publish(row=course, number=1, actor="stage")
    due_on = clock.now().date() + timedelta(days=14)
    assigning.assign(member=people["sue"], course="refresher", audience="person", who="rita", due_on=due_on)
    kind = kinds.save_draft(programme=programme, key="week", text=KIND, instead_of=None, **who).kind
    kinds.submit(row=kind, number=1, **who)
    kinds.approve(row=kind, number=1, by=people["max"], actor="stage")
    kinds.publish(row=kind, number=1, actor="stage")


if __name__ == "__main__":
    main()
