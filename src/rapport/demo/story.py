"""What came of a simulated contact in words and marks: outcome, rating, comment, promise, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from rapport.demo.comments import comment
from rapport.demo.month import Visit
from rapport.demo.names import EASY
from rapport.demo.topics import CLOSINGS, GREETINGS, THANKS, TOPICS, Outcome, Topic

ANSWERS_SURVEY = 0.30
WRITES_COMMENT = 0.5
TICKS = 0.90  # of required touch points, by a rep of middling talent
VALUES = {
    "cancel": ("Fee waived for a year", "Moved to the card without a fee", "2 % cashback for three months"),
    "fee": ("Fee refunded once", "Direct debit set up"),
    "app": ("App set up together", "Showed how to lock the card in the app"),
    "dispute": ("Money back at once", "Alerts for payments abroad switched on"),
    "lost": ("New card by courier without cost",),
    "limit": ("Limit set back by itself after the journey",),
    "rate": ("Six parts without interest", "Rate lowered for a year"),
    "travel": ("Told about the insurance that comes with the card",),
}
NOT_SETTLED = "I cannot settle this here. I pass it on now, and you hear from us."


@dataclass(frozen=True, slots=True)
class Story:
    """The file's side of a contact; ``rating`` is None where the customer did not answer."""

    disposition: str
    summary: str
    value_given: str
    rating: int | None
    says_resolved: bool | None
    comment: str
    promise: str
    promise_days: int
    covered: int


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a chat: seconds after the answer (below 0: before), who wrote, what."""

    after: float
    author: str
    text: str


def tell(visit: Visit, *, talent: float, required: int, chance: Random) -> Story:
    """Return what came of an answered contact; ``required`` is how many touch points its guide has."""
    topic = TOPICS[visit.topic]
    outcome = _outcome(topic, visit.resolved, chance)
    wait = visit.wait
    rating = _rating(visit, talent, wait, chance) if chance.random() < ANSWERS_SURVEY else None
    words = ""
    if rating is not None and chance.random() < WRITES_COMMENT:
        dice = (chance.random(), chance.random(), chance.random())
        words = comment(rating=rating, topic=topic.key, wait_seconds=wait, dice=dice)
    promised = chance.random() < (0.06 if visit.resolved else 0.5)
    ticked = min(0.99, TICKS + 0.05 * talent)
    return Story(
        disposition=outcome.key,
        summary=chance.choice(outcome.summaries),
        value_given=chance.choice(VALUES[topic.key]) if visit.resolved and chance.random() < 0.35 else "",
        rating=rating,
        says_resolved=None if rating is None else visit.resolved ^ (chance.random() < 0.07),
        comment=words,
        promise=topic.promise if promised else "",
        promise_days=chance.randint(1, 8),
        covered=sum(chance.random() < ticked for _ in range(required)),
    )


def _outcome(topic: Topic, resolved: bool, chance: Random) -> Outcome:
    fitting = [one for one in topic.outcomes if one.resolved == resolved]
    return chance.choices(fitting, [one.share for one in fitting])[0]


def _rating(visit: Visit, talent: float, wait: float, chance: Random) -> int:
    """Return 1 to 5: help counts most, then the rep's talent, then the wait (a point lost in four minutes)."""
    helped = 0.35 if visit.resolved else -1.7
    score = 4.25 + helped + 0.35 * talent - min(wait, 600) / 240 + chance.gauss(0, 0.75)
    return min(5, max(1, round(score)))


def conversation(visit: Visit, *, rep: str, chance: Random) -> list[Line]:
    """Return what was said in an answered chat, spread over the talk, in order."""
    topic, leg = TOPICS[visit.topic], visit.legs[-1]
    said = [("rep", chance.choice(GREETINGS).format(rep=rep))]
    pairs = list(zip(topic.asks, topic.tells, strict=False))
    for asks, tells in (pairs[0], *pairs[-2:]) if visit.resolved else pairs[:2]:
        said += [("rep", asks), ("customer", tells)]
    said.append(("rep", chance.choice(CLOSINGS) if visit.resolved else NOT_SETTLED))
    said.append(("customer", chance.choice(THANKS) if visit.resolved else "All right. I hope it won't take long."))
    talk = leg.end - leg.start
    marks = sorted(chance.random() for _ in said)
    lines = [Line(3 + (talk - 4) * at, author, text) for at, (author, text) in zip(marks, said, strict=True)]
    return [Line(visit.queued - leg.start, "customer", chance.choice(topic.opens)), *lines]


def is_easy(customer: int) -> bool:
    """Say whether this customer's e-mail is one of those shown to who looks at the demonstration."""
    return 0 <= customer < len(EASY)
