"""What the pages of quality are sent: answers to a scorecard, and addresses that people paste."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.kit.errors import Invalid
from rapport.quality.scoring import Answer

if TYPE_CHECKING:
    from rapport.quality.definition import Scorecard

NOT_APPLICABLE = "na"


def read_answers(card: Scorecard, sent: Mapping[str, str]) -> dict[str, Answer]:
    """Return the answers that a form was sent with; a question without one is not in it."""
    found = {}
    for one in card.questions:
        told, comment = sent.get(f"answer.{one.key}", ""), sent.get(f"comment.{one.key}", "")
        if told == NOT_APPLICABLE:
            found[one.key] = Answer(None, comment)
        elif told.isdecimal() and len(told) < 4:
            found[one.key] = Answer(int(told), comment)
    return found


def read_id(told: str) -> UUID:
    """Return the id in an address or a text that somebody pasted."""
    try:
        return UUID(told.strip().rstrip("/").rpartition("/")[2])
    except ValueError:
        raise Invalid("Paste the address of a contact's page, or its id.") from None
