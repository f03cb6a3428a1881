"""What people fill in about people: read strictly, refused in words."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from rapport.accounts.actions import token_end
from rapport.accounts.clearance import read_hours, read_networks
from rapport.accounts.roles import Right, Role
from rapport.kit import clock
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.http import QueryDict

    from rapport.accounts.models import Member

Choice = TypeVar("Choice", bound=StrEnum)
CHANGES = {"": None, "granted": True, "denied": False}
LONGEST_LINE = 200
LEVELS = [
    *((str(level), f"{level}{words}") for level, words in enumerate((", beginner", "", "", "", ", best"), 1)),
    ("0", "Take it away"),
]


def read_role(sent: QueryDict) -> Role:
    """Return the role chosen."""
    return _choice(Role, sent.get("role", ""), "role")


def read_right(sent: QueryDict) -> Right:
    """Return the right chosen."""
    return _choice(Right, sent.get("right", ""), "right")


def read_change(sent: QueryDict) -> bool | None:
    """Return what becomes of a right: granted, denied, or as the role has it."""
    if sent.get("to", "") not in CHANGES:
        raise Invalid("Choose whether it is granted, denied, or as the role has it.")
    return CHANGES[sent.get("to", "")]


def read_clearance(member: Member, sent: QueryDict) -> dict[str, Any]:
    """Return the fields of a clearance as they shall be; agreements keep the day on which they were signed."""
    anew = set(sent.getlist("signed_anew"))
    signed = set(sent.getlist("agreements")) | anew
    today = clock.now().astimezone(member.programme.zone).date().isoformat()
    asked = set(member.programme.required_agreements)
    kept = {name: on for name, on in member.agreements.items() if name not in asked or name in signed - anew}
    return {
        "screening": sent.get("screening", ""),
        "screened_until": read_day(sent.get("screened_until", "")),
        "agreements": kept | {name: today for name in sorted(signed & asked) if name not in kept},
        "allowed_networks": read_networks(sent.get("allowed_networks", "")),
        "allowed_hours": read_hours(sent.get("allowed_hours", "")),
    }


def read_rules(sent: QueryDict) -> dict[str, Any]:
    """Return the programme's conditions of entry as they shall be."""
    agreements = [line.strip() for line in sent.get("required_agreements", "").splitlines() if line.strip()]
    if any(len(line) > LONGEST_LINE for line in agreements):
        raise Invalid("Name an agreement and its version in one short line.")
    return {
        "requires_second_factor": "requires_second_factor" in sent,
        "requires_screening": "requires_screening" in sent,
        "required_agreements": agreements,
        "agreements_hold_days": read_days(sent.get("agreements_hold_days", "")),
        "allowed_networks": read_networks(sent.get("allowed_networks", "")),
        "allowed_hours": read_hours(sent.get("allowed_hours", "")),
    }


def read_token(sent: QueryDict, zone: ZoneInfo) -> tuple[str, Right, datetime]:
    """Return the name, the right and the end of a token: its last day is over at midnight in ``zone``."""
    right = _choice(Right, sent.get("right", ""), "right")
    ends = read_day(sent.get("expires_on", ""))
    if ends is None:
        raise Invalid("Say on which day the token ends.")
    return sent.get("name", ""), right, token_end(ends, zone)


def read_days(text: str) -> int:
    """Return the number of days written, 0 for an empty text."""
    if not text.strip():
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise Invalid(f"{text!r} is no number of days; write it as 365, or leave it empty.")
    return int(text)


def read_skill(sent: QueryDict) -> dict[str, Any]:
    """Return a skill, its level (0: taken away), and the days on which it counts."""
    level = sent.get("level", "")
    if level not in dict(LEVELS):
        raise Invalid("Choose a level from 1 to 5.")
    return {
        "skill": sent.get("skill", ""),
        "level": int(level),
        "valid_from": read_day(sent.get("valid_from", "")),
        "valid_until": read_day(sent.get("valid_until", "")),
    }


def read_day(text: str) -> date | None:
    """Return the day written, or None for an empty text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"{text!r} is not a day; write it as 2026-11-21.") from None


def read_ids(sent: QueryDict, name: str) -> list[UUID]:
    """Return the public ids that were chosen."""
    try:
        return [UUID(text) for text in sent.getlist(name)]
    except ValueError:
        raise Invalid("Choose from the list.") from None


def _choice(kind: type[Choice], text: str, what: str) -> Choice:
    try:
        return kind(text)
    except ValueError:
        raise Invalid(f"{text!r} is no {what}.") from None
