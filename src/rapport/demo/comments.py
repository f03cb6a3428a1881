"""What customers write after a contact, put together from parts so that it fits what happened."""

from collections.abc import Sequence

HAPPY = (
    "Friendly and quick.",
    "Very patient with me.",
    "Solved at once.",
    "Best help I have had in a long time.",
    "Listened first, then helped.",
    "No fuss, just done.",
    "I felt taken seriously.",
    "Clear words, no jargon.",
)
ABOUT_HAPPY = {
    "cancel": ("I wanted to leave and stay now.", "No pressure to stay, which made me think again.",
               "The offer was fair and honest."),
    "fee": ("The fee is gone.", "Now I understand the fee.", "They even stopped it from happening again."),
    "app": ("The app works again.", "We went through it step by step."),
    "dispute": ("My money is back already.", "I slept better after this call."),
    "lost": ("Card blocked within a minute.", "The new card came in two days."),
    "limit": ("The limit was raised while we talked.", "I was told plainly why not more."),
    "rate": ("The plan takes a weight off me.", "Finally I understand how interest works."),
    "travel": ("Now I can travel without worry.", "Good tip about taking out cash."),
}  # fmt: skip
SO_SO = (
    "It was all right.",
    "Helpful, but it took a while.",
    "Polite, though I had to explain twice.",
    "Okay in the end.",
)
UNHAPPY = (
    "I still have the same problem.",
    "I was told something else last time.",
    "Nobody seems to be responsible.",
    "I have to come back again for this.",
)
ABOUT_UNHAPPY = {
    "cancel": ("I only wanted to cancel.", "Too many offers, I had said no."),
    "fee": ("The fee is still on my statement.", "A promised refund never came."),
    "app": ("The app is still broken.", "Turning it off and on again does not help."),
    "dispute": ("Two weeks and no answer about my money.", "Again they want papers that I have sent."),
    "lost": ("I am still waiting for the new card.", "A week without a card!"),
    "limit": ("Nobody can tell me when it will be decided.", "My payment was refused again."),
    "rate": ("The interest remains far too high.", "A call-back was promised and did not come."),
    "travel": ("Stood at the hotel without a card.", "The card was refused again."),
}
WAITED = ("The wait was too long.", "I nearly gave up waiting.", "{minutes} minutes in the queue!")
ANSWERED_FAST = ("Hardly any waiting.", "Answered straight away.")


def comment(*, rating: int, topic: str, wait_seconds: float, dice: Sequence[float]) -> str:
    """Return a comment for a rating (1 to 5) of a contact; ``dice`` are three numbers from 0 to below 1."""
    first, second, third = dice
    if rating >= 4:
        parts = [_pick(HAPPY, first), _pick(ABOUT_HAPPY[topic], second)]
        if wait_seconds < 10 and third < 0.2:
            parts.append(_pick(ANSWERED_FAST, first))
    elif rating == 3:
        parts = [_pick(SO_SO, first)]
    else:
        parts = [_pick(ABOUT_UNHAPPY[topic], first), _pick(UNHAPPY, second)]
    if rating <= 3 and wait_seconds > 90:
        parts.append(_pick(WAITED, second).format(minutes=round(wait_seconds / 60)))
    return " ".join(parts[: 1 if third > 0.7 else 3])


def _pick(choices: Sequence[str], number: float) -> str:
    return choices[int(number * len(choices))]
