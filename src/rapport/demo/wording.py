"""Words on trial in the second half of the month: two other ways to agree what is done with who wants to leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from rapport.accounts.queries import member_by_agent_id
from rapport.demo.people import MANAGER, SUPERVISOR
from rapport.demo.topics import TOPICS
from rapport.guides.trials import actions as trials
from rapport.kit import clock
from rapport.kit.drawing import arm_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.demo.story import Story

TOPIC, STEP = TOPICS[0], "solution"
OTHERS = (
    "What would you miss if the card were gone tomorrow? I can take the fee off for a year, so that you find out "
    "without paying for it; and if you still want to, I close it.",
    "Shall I close it right now, or would you like to hear what else I could do?",
)
SHARE, DAYS = 0.3, 42
LEAST = 0.05  # of those who are saved
UNITS_NEEDED = 9_000
STAYS = 0.25  # of those who would have closed it, by the words that work


@dataclass(frozen=True, slots=True)
class Tried:
    """The trial with what the month's contacts ask of it."""

    pk: int
    number: int
    key: str
    words: Sequence[str]
    starts: float

    def drawn_for(self, topic: int, began: float, whose: str) -> int | None:
        """Return which of the words a contact has that began its guide then; None where nothing was tried."""
        if TOPICS[topic] is not TOPIC or began < self.starts:
            return None
        return arm_of(self.key, whose, SHARE, len(OTHERS))

    def kept(self, variant: int) -> dict[str, Any]:
        """Return the draw as it is kept with a contact's run."""
        words = {"words": self.words[variant]} if variant else {}
        return {STEP: {"trial": self.pk, "variant": variant, **words}}


def turned(story: Story, variant: int | None, chance: Random) -> Story:
    """Return what came of a contact by the words that it had: with the first others, some stay who would not."""
    if variant != 1 or story.disposition != "closed" or chance.random() >= STAYS:
        return story
    saved = next(one for one in TOPIC.outcomes if one.key == "saved")
    return replace(story, disposition=saved.key, summary=chance.choice(saved.summaries))


def begin(programme: Programme, *, since: float, until: float) -> Tried:
    """Have the supervisor propose the words in the middle of the month, and the manager begin the trial."""
    supervisor, manager = member_by_agent_id(programme, SUPERVISOR), member_by_agent_id(programme, MANAGER)
    assert supervisor is not None and manager is not None
    starts = (since + until) / 2
    with clock.at(datetime.fromtimestamp(starts, UTC)):
        made = trials.propose(
            programme=programme,
            about=trials.About(guide=TOPIC.key, step=STEP),
            others=OTHERS,
            terms=trials.Terms(share=SHARE, days=DAYS, metric="saved", least=LEAST, units_needed=UNITS_NEEDED),
            by=supervisor,
            actor=f"member:{supervisor.pk}",
        )
        trials.begin(programme=programme, number=made.number, by=manager, actor=f"member:{manager.pk}")
    return Tried(made.pk, made.number, made.key, made.words, starts)
