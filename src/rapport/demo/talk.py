"""What comes next in a chat of which at least one side is simulated. Pure: messages and the time in, a step out.

Sides take turns; several messages in a row count as one turn. A real person on the other side is given time, asked
whether they are still there, and in the end the chat is closed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapport.demo import dice
from rapport.demo.topics import ARE_YOU_THERE, CLOSINGS, FAREWELLS, GREETINGS, THANKS, Topic

PATIENT_SECONDS = {"rep": 80.0, "customer": 150.0}  # with a silent one, before asking whether they are there
GIVES_UP_SECONDS = 300.0
GOODBYE = re.compile(r"\b(bye|goodbye|thanks|thank you|that('s| is| was) (all|it|everything))\b", re.IGNORECASE)
TYPING_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Said:
    """A message: who wrote it (customer or rep), what, when (epoch seconds)."""

    author: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A chat as it stands. ``pace`` stretches the time that simulated people take."""

    key: str
    topic: Topic
    rep: str
    rep_simulated: bool
    customer_simulated: bool
    answered_at: float
    said: Sequence[Said]
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """What ``who`` does next, and when: say ``text``, or with no text end the chat. ``turn`` counts theirs."""

    who: str
    at: float
    text: str
    turn: int


def next_step(scene: Scene) -> Step | None:
    """Return the next step of a simulated side, or None where only a real person can go on."""
    turns = _turns(scene.said)
    whose = "customer" if turns and turns[-1] == "rep" else "rep"
    since = max(scene.said[-1].at if scene.said else 0.0, scene.answered_at)
    simulated = {"rep": scene.rep_simulated, "customer": scene.customer_simulated}
    other = "rep" if whose == "customer" else "customer"
    leaver = _who_leaves(scene)
    if leaver:
        return Step(leaver, since + dice.between(4, 9, scene.key, "end"), "", turns.count(leaver))
    if simulated[whose]:
        taken = turns.count(whose)
        text = _rep_says(scene, taken) if whose == "rep" else _customer_says(scene, taken - 1)
        wait = dice.between(4, 13, scene.key, whose, taken) * scene.pace
        return Step(whose, since + wait, text, taken)
    if simulated[other]:
        return _nudge(scene, other, since, turns.count(other))
    return None


def _turns(said: Sequence[Said]) -> list[str]:
    found: list[str] = []
    for one in said:
        if not found or found[-1] != one.author:
            found.append(one.author)
    return found


def _who_leaves(scene: Scene) -> str:
    """Return which simulated side ends the chat after a goodbye: the rep, or a customer whom nobody lets go."""
    last = scene.said[-1] if scene.said else None
    if last and scene.rep_simulated and last.author == "rep" and last.text in FAREWELLS:
        return "rep"
    has_thanked = any(one.author == "customer" and one.text in THANKS for one in scene.said)
    return "customer" if has_thanked and scene.customer_simulated and not scene.rep_simulated else ""


def _rep_says(scene: Scene, taken: int) -> str:
    asks = scene.topic.asks
    if taken == 0:
        return f"{dice.pick(GREETINGS, scene.key, 'hello').format(rep=scene.rep)} {asks[0]}"
    if taken >= 2 and not scene.customer_simulated and _says_goodbye(scene.said[-1].text):
        return dice.pick(FAREWELLS, scene.key)
    if taken < len(asks):
        return asks[taken]
    return dice.pick(CLOSINGS, scene.key) if taken == len(asks) else dice.pick(FAREWELLS, scene.key)


def _says_goodbye(text: str) -> bool:
    return len(text) < 60 and GOODBYE.search(text) is not None


def _customer_says(scene: Scene, replies: int) -> str:
    tells = scene.topic.tells
    return tells[replies] if 0 <= replies < len(tells) else dice.pick(THANKS, scene.key)


def _nudge(scene: Scene, who: str, since: float, taken: int) -> Step:
    """Return how a simulated side treats a silent person: ask once, then leave."""
    patient = PATIENT_SECONDS["rep" if who == "customer" else "customer"]
    if scene.said and scene.said[-1].text == ARE_YOU_THERE:
        return Step(who, since + GIVES_UP_SECONDS - patient, "", taken)
    return Step(who, since + patient, ARE_YOU_THERE, taken)
