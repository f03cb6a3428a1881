"""Sets the stage of one week: a team, last week's contacts, the month's refresher, and claims that have matured.

What jobs do at night is done by those jobs, at the hour at which they do it.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Role
from rapport.channels.chat.models import Conversation, Message
from rapport.coaching.rhythms import monday_of
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.guides import publishing as guides
from rapport.kit import clock
from rapport.kit.ids import new_id
from rapport.kit.walls import inside
from rapport.learning import jobs as learning
from rapport.learning.certification import kinds
from rapport.ledger import actions as ledger
from rapport.ledger.importing import cli as partners_file
from rapport.quality import scorecards, selecting
from rapport.quality.tests.cards import CARD
from rapport.recognition.awards import actions as awards
from rapport.recognition.awards import jobs as nightly
from rapport.recognition.awards.counting import known_on, months_before
from rapport.routing import actions as routing
from rapport.routing import publishing

PASSWORD = "a journey of its own"
REPS = ("rita", "noor", "ida", "tom", "uma", "vic")
PEOPLE = {
    **dict.fromkeys(REPS, Role.REP),
    "sue": Role.SUPERVISOR,
    "max": Role.MANAGER,
    "petra": Role.PARTNER_VIEWER,
}
MEASURE, EACH, DAYS = "stick_60", 12, 61
PLAN = """
[skills]
retention = "Retention"

[queues.main]
name = "Main"
routes = [{ steps = [{ anyone = true }] }]

[capacity.limits]
chat = 2
"""
GUIDE = """
name = "Cancel a card"
for = { reasons = ["cancel"] }
freedom = { skill = "retention" }

[[steps]]
key = "greet"
title = "Greet"
words = "Good day. Thank you for waiting."
points = ["by name", "thank them for waiting"]
touch_point = "guided"
required = "always"
rephrase_from = 3
next = "close"

[[steps]]
key = "close"
kind = "close"
title = "Thank them"
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
courses = ["REFRESHER"]
"""
SAID = (("customer", "I would like to close my card."), ("rep", "What made you decide? Thank you for telling me."))


def main() -> None:
    programme, _ = accounts.ensure_programme(
        key="week", name="One week", requires_second_factor=False, offer_seconds=120
    )
    today = clock.now().astimezone(programme.zone).date()
    with inside(programme.pk):
        people = {
            who: accounts.ensure_member(
                programme=programme, agent_id=who, name=who.capitalize(), role=role, password=PASSWORD
            )
            for who, role in PEOPLE.items()
        }
        last_week = datetime.combine(monday_of(today) - timedelta(days=4), time(11), programme.zone)
        for number in range(3):
            talk(programme, people["rita"], last_week + timedelta(hours=number))
        talk(programme, people["rita"], clock.now() - timedelta(minutes=20))
        score_by_chance(programme, people)
        open_the_floor(programme, people, today)
        month = hold_an_award(programme, today)
        rows = claim(programme, people, month)
    with clock.at(datetime.combine(today.replace(day=1), time(0, 1), programme.zone)):
        learning.refresh(timestamp=0)
    with inside(programme.pk):
        ask_for_a_certificate(programme, people, f"refresher-{months_before(today.replace(day=1), 1):%Y-%m}")
    with TemporaryDirectory() as folder:
        told = Path(folder) / "accounts.csv"
        told.write_text("\n".join(["customer,holding,as_of,status", *rows]), "utf-8")
        assert partners_file.run([str(told), "--programme", "week"]) == 0
    nightly.draft(timestamp=0)


def talk(programme: Programme, rep: Member, at: datetime) -> None:
    """Keep a chat that the rep has closed."""
    reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
    customer, _ = Customer.objects.get_or_create(programme=programme, key="W-1", name="Mary Somerville")
    contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
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


def open_the_floor(programme: Programme, people: dict[str, Member], today: date) -> None:
    """Have a plan by which a rep may have two chats, and a guide that was published in the month before."""
    plan = publishing.save_draft(programme=programme, text=PLAN)
    publishing.publish(programme=programme, number=plan.number, instead_of=None)
    for who in ("rita", "noor"):
        routing.set_proficiency(member=people[who], skill="retention", level=4)
    with clock.at(clock.now() - timedelta(days=today.day + 9)):
        guides.install(programme=programme, text=GUIDE, note="Thank who waited")


def ask_for_a_certificate(programme: Programme, people: dict[str, Member], refresher: str) -> None:
    """Keep contacts, and freedom in guides, from who has no certificate, which asks for the refresher."""
    who: Any = {"by": people["sue"], "actor": "stage"}
    text = KIND.replace("REFRESHER", refresher)
    kind = kinds.save_draft(programme=programme, key="week", text=text, instead_of=None, **who).kind
    kinds.submit(row=kind, number=1, **who)
    kinds.approve(row=kind, number=1, by=people["max"], actor="stage")
    kinds.publish(row=kind, number=1, actor="stage")


def hold_an_award(programme: Programme, today: date) -> date:
    """Hold an award for what stuck, with the partner asked; return the last month of which all is known."""
    months = (months_before(today.replace(day=1), back) for back in range(1, 7))
    month = next(one for one in months if known_on(programme, MEASURE, one) <= today)
    with clock.at(datetime.combine(month, time(9), programme.zone)):
        awards.set_category(
            programme=programme, actor="stage", key="", name="Who stays", about="Customers who are here still.",
            measure=MEASURE, compares="level", months=[month.month], fewest=5, sure=0.5, most=3, asks_partner=True,
        )  # fmt: skip
    return month


def claim(programme: Programme, people: dict[str, Member], month: date) -> list[str]:
    """Claim a dozen saves of each rep; return the partner's lines on them: all of Rita's stay, half of others'."""
    customer = Customer.objects.get(programme=programme, key="W-1")
    saves, rows = list[ledger.Save](), list[str]()
    for who in REPS:
        for number in range(EACH):
            holding, day = f"{who} {number}", month + timedelta(days=number)
            made_at = datetime.combine(day, time(15), programme.zone)
            saves.append(
                ledger.Save(
                    attempt=uuid4(), customer=customer.pk, holding=holding, made_at=made_at,
                    rep=people[who].pk, rep_key=who, reason="price",
                )
            )  # fmt: skip
            status = "active" if who == "rita" or number % 2 else "cancelled"
            rows.append(f"W-1,{holding},{day + timedelta(days=DAYS)},{status}")
    ledger.claim(programme=programme, saves=saves, actor="stage")
    return rows


if __name__ == "__main__":
    main()
