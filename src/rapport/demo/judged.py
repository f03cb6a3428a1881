"""How the demonstration's contacts are judged: what each rep is good at, what coaching adds, what is written.

Whoever judges sees the same conversation, with an eye of their own: ``lean`` is how much higher they score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from rapport.quality import scoring
from rapport.quality.definition import Question, Scorecard
from rapport.quality.facts import Fact

EASY = {
    "greeting": 3.2, "identity": 4.6, "listening": 0.3, "reason": 1.4, "touch_points": 1.6, "what_helps": 1.7,
    "plain_words": 0.3, "by_when": 1.1, "thanks": 1.4,
}  # fmt: skip
"""The log-odds of the best answer for a rep of middling talent; of a scale, points above its usual answer."""
USUAL = 3.9
SLIPS = 0.04  # of answers of who scores with others
NOT_ASKED = 0.12  # share of contacts in which there was nothing to offer
HARDER = {"cancel": -0.35, "dispute": -0.25, "rate": 0.1}
OF_TALENT, OF_ONES_OWN = 0.35, 0.55  # how much the rep's talent counts for each question, and a gift for it alone
FAULTS = {
    "greeting": ("Begins with the account at once; no name.", "The name comes only after the customer asked."),
    "identity": ("Told the balance before anything was asked.",),
    "listening": (
        "Answers before the customer has finished.",
        "Good in the middle, but the date was asked for twice.",
        "Did not take up that it was the third contact about it.",
    ),
    "reason": ("Took the first sentence for the reason; the journey came up by chance.", "Never asked why now."),
    "what_helps": (
        "Offered the fee, where the question was the card abroad.",
        "No offer, though one was on the screen.",
    ),
    "plain_words": ("“Chargeback” and “APR” were left standing.", "Long sentences when it got difficult."),
    "by_when": ("“We will be in touch”, without a day.",),
    "thanks": ("Ends without a word of thanks.",),
}  # fmt: skip
STRENGTHS = (
    "Calm from the first word to the last.",
    "Sums up in one sentence what the customer wanted, and asks whether that is it.",
    "Says the cost before the customer has to ask.",
    "Writes short, one thing at a time.",
    "Does what was agreed while the customer is there, and says so.",
    "Found out what the card is used for before anything was offered.",
    "Names the day by which the customer hears again.",
    "Stays friendly where there is nothing to give.",
)
NEXT_TIME = (
    "Ask once more before you answer: what happened last?",
    "Say by when, and put it on file as a promise.",
    "Leave out the bank’s own words.",
    "Name the choice that costs nothing first.",
    "",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one person answered, and what it amounts to; ``evidence`` has what was on file, by question."""

    answers: Mapping[str, scoring.Answer]
    outcome: scoring.Outcome
    evidence: Mapping[str, str]
    strengths: str
    next_time: str


class Judge:
    """Judges contacts by one scorecard. ``talents`` are the reps', standard normal, in their order."""

    def __init__(self, card: Scorecard, talents: Sequence[float], chance: Random) -> None:
        self._card, self._chance = card, chance
        keys = [one.key for one in card.questions]
        self._good_at = [
            {key: OF_TALENT * talent + OF_ONES_OWN * chance.gauss(0, 1) for key in keys} for talent in talents
        ]

    def weakest(self, rep: int, most: int) -> list[str]:
        """Return the questions that the rep is least good at, the weakest first; those on file are left out."""
        mine = self._good_at[rep]
        asked = [one.key for one in self._card.questions if not one.fact and not one.fatal]
        return sorted(asked, key=lambda key: mine[key] + EASY[key] * 0.3)[:most]

    def seen_by(self, truth: Judged, lean: float, *, at_odds: str) -> dict[str, scoring.Answer]:
        """Return how one of several who score the same contact answers; ``at_odds`` each answers as they like."""
        answers = {}
        for one in self._card.questions:
            value = truth.answers[one.key].value
            if one.key == at_odds:
                value = self._chance.choice([each for each, _ in one.choices])
            elif value is not None and one.kind == "scale":
                value = min(one.most, max(2, round(value + lean + self._chance.gauss(0, 0.35))))
            elif value is not None and self._chance.random() < SLIPS:
                value = 1 - value
            answers[one.key] = scoring.Answer(value, self._words(one, value))
        return answers

    def judge(
        self, rep: int, reason: str, facts: Mapping[str, Fact], *, gains: Mapping[str, float], lean: float = 0.0
    ) -> Judged:
        """Return how somebody judges a contact of a rep, who has learnt this and that by then."""
        answers, evidence = {}, {}
        for one in self._card.questions:
            fact = facts.get(one.fact)
            if fact is not None:
                answers[one.key] = scoring.Answer(fact.value, "" if fact.value else "As on file.")
                evidence[one.key] = fact.evidence
                continue
            level = self._good_at[rep][one.key] + HARDER.get(reason, 0.0) + gains.get(one.key, 0.0) + lean
            value = self._value(one, level)
            answers[one.key] = scoring.Answer(value, self._words(one, value))
        found = scoring.outcome(self._card, answers)
        pick = self._chance.choice
        return Judged(answers, found, evidence, pick(STRENGTHS), pick(NEXT_TIME) if found.score < 1 else "")

    def _value(self, one: Question, level: float) -> int | None:
        if one.optional and self._chance.random() < NOT_ASKED:
            return None
        if one.kind == "scale":
            return min(one.most, max(2, round(USUAL + EASY[one.key] + 0.6 * level + self._chance.gauss(0, 0.7))))
        return int(self._chance.random() < 1 / (1 + math.exp(-EASY[one.key] - level)))

    def _words(self, one: Question, value: int | None) -> str:
        if value is None or value == one.best or one.comment == "never":
            return ""
        return self._chance.choice(FAULTS[one.key])
