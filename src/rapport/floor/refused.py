"""Contacts that rang today and were not taken: by rep, with the reasons, beside how often reps do not take one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapport.accounts.queries import members_of
from rapport.floor.figures import today_of
from rapport.insight.queries import cuts
from rapport.routing.queries import DECLINES

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

KEYS = ("offers_declined", "decline_rate", "not_responding_rate")


@dataclass(frozen=True, slots=True)
class Refused:
    """How many of the contacts that rang at a rep today were declined, for what reasons, and not answered."""

    name: str
    offers: int
    declined: int
    missed: int
    because: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class RefusedToday:
    """Who did not take what rang, most often first; ``share`` is that of everybody's offers."""

    reps: list[Refused]
    share: float


def refused_today(programme: Programme) -> RefusedToday | None:
    """Return what was declined and not answered today; None where nothing was."""
    today = today_of(programme)
    found = cuts(programme, KEYS, today, today, [("rep",), ("rep", "because")])
    said, because = dict(DECLINES), defaultdict(list)
    for row in found["rep", "because"]:
        if declined := int(row["offers_declined"].numerator):
            because[row.group["rep"]].append((said.get(str(row.group["because"]), "Not said"), declined))
    names = {one.agent_id: one.name for one in members_of(programme)} if found["rep",] else {}
    every = [
        Refused(
            name=names.get(str(row.group["rep"]), str(row.group["rep"])),
            offers=int(row["decline_rate"].denominator or 0),
            declined=int(row["offers_declined"].numerator),
            missed=int(row["not_responding_rate"].numerator),
            because=sorted(because[row.group["rep"]], key=lambda one: (-one[1], one[0])),
        )
        for row in found["rep",]
    ]
    reps = [one for one in every if one.declined or one.missed]
    reps.sort(key=lambda one: (-one.declined - one.missed, one.name))
    offers = sum(one.offers for one in every)
    return RefusedToday(reps, sum(one.declined + one.missed for one in reps) / offers) if reps else None
