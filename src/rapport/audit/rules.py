"""From when on something is an alarm: the defaults, their bounds, and what a programme has made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapport.audit.models import AlarmRules
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@dataclass(frozen=True, slots=True)
class Rules:
    """So many reveals, or refusals, of one person within the window; exports from one local hour to another."""

    window_minutes: int = 60
    reveals: int = 10
    refusals: int = 15
    night_from: int = 22
    night_to: int = 6
    lapse_days: int = 7

    @property
    def window(self) -> timedelta:
        """The time within which reveals and refusals are counted."""
        return timedelta(minutes=self.window_minutes)

    @property
    def lapse(self) -> timedelta:
        """How long before its end a clearance is told."""
        return timedelta(days=self.lapse_days)

    def is_night(self, local: datetime) -> bool:
        """Say whether an export at this local time is an alarm; a night that begins as it ends has no hours."""
        if self.night_from <= self.night_to:
            return self.night_from <= local.hour < self.night_to
        return local.hour >= self.night_from or local.hour < self.night_to


BOUNDS = {
    "window_minutes": (5, 1440),
    "reveals": (1, 1000),
    "refusals": (1, 1000),
    "night_from": (0, 23),
    "night_to": (0, 23),
    "lapse_days": (1, 90),
}
NAMES = tuple(field.name for field in fields(Rules))


def rules_of(programme: Programme) -> Rules:
    """Return the programme's rules."""
    found = AlarmRules.objects.filter(programme=programme).values(*NAMES).first()
    return Rules(**found) if found else Rules()


def read_rules(told: Mapping[str, str]) -> Rules:
    """Return the rules that somebody filled in; Invalid names the first that is out of bounds."""
    read = {}
    for name, (lowest, highest) in BOUNDS.items():
        text = told.get(name, "").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 6 and lowest <= int(text) <= highest):
            raise Invalid(f"{WORDS[name]}: a whole number from {lowest} to {highest}.")
        read[name] = int(text)
    return Rules(**read)


WORDS = {
    "window_minutes": "Minutes within which reveals and refusals are counted",
    "reveals": "Masked values shown by one person",
    "refusals": "Refusals of one person",
    "night_from": "Exports: the night begins at",
    "night_to": "Exports: the night ends at",
    "lapse_days": "Days before a screening ends",
}
CAUSES = {
    "many_reveals": "Many masked values shown",
    "look_at_colleague": "A look at a colleague's file",
    "look_at_watched": "A look at a customer on the watch list",
    "export_at_night": "Data taken out at night",
    "repeated_refusals": "Refused again and again",
    "clearance_lapses": "A clearance is about to lapse",
    "token_ends": "A program's token is about to end",
    "no_administrator": "The programme has no administrator any more",
    "broke_glass": "Emergency access was used",
    "digest_stopped": "The logs could not be sealed",
    "record_altered": "The logs are not as they were written",
}
FINDINGS = {
    "explained": "Explained: it was part of the work",
    "mistake": "A mistake, talked about",
    "misuse": "Misuse, handed on",
    "false_alarm": "False alarm",
    "renewed": "Put right",
}
