"""A scorecard, and contacts to score, for tests."""

from datetime import datetime, timedelta

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.kit import clock
from rapport.quality import scorecards, selecting
from rapport.quality.models import Origin, Scorecard, Selection

CARD = """name = "Service"
fatal = "zero"
pass_at = 75

[[sections]]
name = "Opening"
[[sections.questions]]
key = "greet"
text = "Did they greet the customer?"
weight = 10
[[sections.questions]]
key = "identity"
text = "Did they check who it is?"
weight = 20 # identity
critical = "compliance"
fatal = true

[[sections]]
name = "Middle"
[[sections.questions]]
key = "listen"
text = "How well did they listen?"
weight = 20
kind = "scale"
critical = "customer"
[[sections.questions]]
key = "plain"
text = "How plain were their words?"
weight = 20
kind = "scale"
[[sections.questions]]
key = "touch"
text = "Were all touch points covered?"
weight = 10
fact = "touch_points"
comment = "never"
[[sections.questions]]
key = "offer"
text = "Did they offer what helps?"
weight = 15
optional = true
critical = "business"
[[sections.questions]]
key = "why_not"
text = "Did they say why not?"
weight = 0
[sections.questions.when]
question = "offer"
answers = ["no"]

[[sections]]
name = "End"
[[sections.questions]]
key = "thanks"
text = "Did they thank the customer?"
weight = 5
"""
FORM = {
    "answer.greet": "1",
    "answer.identity": "1",
    "answer.listen": "5",
    "answer.plain": "5",
    "answer.touch": "1",
    "answer.offer": "1",
    "answer.thanks": "1",
    "strengths": "Warm from the first word.",
}


def a_scorecard(world: World, key: str = "service", text: str = CARD) -> Scorecard:
    """Return a scorecard that is live."""
    made = scorecards.save_draft(
        programme=world.programme, key=key, text=text, instead_of=None, by=world.rep, actor="test"
    )
    row = made.scorecard
    scorecards.submit(row=row, number=1, by=world.rep, actor="test")
    scorecards.approve(row=row, number=1, by=world.supervisor, actor="test")
    scorecards.publish(row=row, number=1, actor="test")
    return row


def a_contact(world: World, rep: Member | None = None, at: datetime | None = None, **told: object) -> Contact:
    """Return a contact that a rep has closed."""
    since = at or clock.now() - timedelta(hours=2)
    made = {"channel": "chat", "customer": world.customer, "reason": world.reason, **told}
    return Contact.objects.create(
        programme=world.programme,
        state="closed",
        rep=rep or world.rep,
        arrived_at=since,
        queued_at=since,
        placed_at=since,
        answered_at=since + timedelta(seconds=20),
        ended_at=since + timedelta(minutes=5),
        closed_at=since + timedelta(minutes=6),
        resolved=True,
        **made,
    )


def a_selection(world: World, card: Scorecard, *, asks_self: bool = False, rep: Member | None = None) -> Selection:
    """Return a contact of a rep that was chosen to be scored."""
    return selecting.select(
        programme=world.programme,
        scorecard=card,
        contact=a_contact(world, rep),
        origin=Origin.HAND,
        asks_self=asks_self,
        by=world.supervisor,
        actor="test",
    )


def an_analyst(world: World, name: str = "analyst") -> Member:
    """Return a quality analyst of the programme."""
    return accounts.ensure_member(
        programme=world.programme,
        agent_id=name,
        name=name.capitalize(),
        role=Role.QUALITY_ANALYST,
        username=name,
        password=None,
    )
