"""What the pages of awards are sent: read strictly, refused in words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from django.http import QueryDict

DIGITS = 3


def read_category(sent: QueryDict) -> dict[str, Any]:
    """Return what ``actions.set_category`` is told of a form."""
    return {
        "key": sent.get("key", ""),
        "name": sent.get("name", ""),
        "about": sent.get("about", ""),
        "measure": sent.get("measure", ""),
        "compares": sent.get("compares", ""),
        "months": [_whole(one, "month") for one in sent.getlist("months")],
        "fewest": _whole(sent.get("fewest", ""), "fewest scores"),
        "sure": _whole(sent.get("sure", ""), "chance") / 100,
        "most": _whole(sent.get("most", ""), "number who may share it"),
        "asks_partner": "asks_partner" in sent,
        "is_held": "is_held" in sent,
    }


def read_month(sent: QueryDict) -> date:
    """Return the month that was sent, by its first day."""
    try:
        return date.fromisoformat(sent.get("month", ""))
    except ValueError:
        raise Invalid("Choose a month.") from None


def _whole(told: str, what: str) -> int:
    told = told.strip()
    if not (told.isascii() and told.isdecimal() and len(told) <= DIGITS):
        raise Invalid(f"Write the {what} as a whole number.")
    return int(told)
