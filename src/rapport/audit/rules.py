"""From when on something is an alarm. The only place of these numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@dataclass(frozen=True, slots=True)
class Rules:
    """So many reveals, or refusals, of one person within the window; exports from one hour to another."""

    window: timedelta = timedelta(hours=1)
    reveals: int = 10
    refusals: int = 15
    night_from: int = 22
    night_to: int = 6
    lapse: timedelta = timedelta(days=7)

    def is_night(self, local: datetime) -> bool:
        """Say whether an export at this local time is an alarm."""
        return local.hour >= self.night_from or local.hour < self.night_to


def rules_of(programme: Programme) -> Rules:
    """Return the programme's rules: today every programme has the same."""
    return Rules()


CAUSES = {
    "many_reveals": "Many masked values shown",
    "look_at_colleague": "A look at a colleague's file",
    "look_at_watched": "A look at a customer on the watch list",
    "export_at_night": "Data taken out at night",
    "repeated_refusals": "Refused again and again",
    "clearance_lapses": "A clearance is about to lapse",
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
