"""What seems hard: kinds of contacts that are handed on, or put on hold, unusually often.

For a rep: more often than others who handle the same reason, with the customer's segment and the channel allowed
for, and drawn towards the middle (:mod:`rapport.numeric.mix`); all that is told of a rep holds together 95 times
of 100. For everybody: at least twice as often as the same reps' other contacts, surely so over reps; that is for
words, training or routing to mend, and no rep's. Counted each night, with where one stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from scipy import special

from rapport.coaching.models import Hard
from rapport.contacts.queries import reason_names
from rapport.events.queries import instants_of
from rapport.kit import filters
from rapport.numeric.intervals import mean_interval
from rapport.numeric.mix import FEWEST_SCORES, NORMAL_95, standing

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

Floats = NDArray[np.float64]

ERR = 0.05
LEAST = FEWEST_SCORES
FEWEST_REPS = 5
"""Below so many reps who handle a reason, nothing is told of everybody."""
TIMES = 2.0
"""So many times as often as the same reps' other contacts is hard for everybody."""
LEGS = """
WITH hold AS (
    SELECT DISTINCT leg.leg_id
    FROM unnest(%(held)s::text[], %(held_at)s::timestamptz[]) AS hold (contact, at)
    JOIN fact_contact AS contact ON contact.public_id::text = hold.contact AND contact.programme_id = %(programme)s
    JOIN fact_leg AS leg ON leg.contact_id = contact.contact_id AND leg.started_at <= hold.at
        AND leg.started_at + leg.talk_seconds * interval '1 second' >= hold.at
)
SELECT leg.rep, leg.reason, coalesce(leg.segment, ''), leg.channel, count(*),
    count(*) FILTER (WHERE leg.handed_on), count(hold.leg_id)
FROM fact_leg AS leg LEFT JOIN hold ON hold.leg_id = leg.leg_id
WHERE leg.programme_id = %(programme)s AND leg.direction = 'in' AND leg.rep IS NOT NULL AND leg.reason IS NOT NULL
    AND leg.arrived_at >= %(starts)s AND leg.arrived_at < %(ends)s AND leg.talk_seconds IS NOT NULL
GROUP BY 1, 2, 3, 4
"""


class Legs(NamedTuple):
    """How many stretches of one rep with one kind of contact there were, and in how many of them it happened."""

    rep: str
    reason: str
    segment: str
    channel: str
    legs: int
    happened: int


@dataclass(frozen=True, slots=True)
class Told:
    """What seems hard, as a page shows it."""

    row: Hard
    reason: str

    @property
    def what(self) -> str:
        """What happens unusually often."""
        return self.row.get_kind_display().lower()

    @property
    def share(self) -> str:
        """How often it happens."""
        return filters.percent(self.row.happened / self.row.legs)

    @property
    def apart(self) -> str:
        """How many points of 100 more often, with the range."""
        points = [f"{100 * one:.0f}" for one in (self.row.above, self.row.low, self.row.high)]
        return "{} points more often ({} to {})".format(*points)


def rows_of(
    programme: Programme, reps: Mapping[str, int], starts: datetime, ends: datetime
) -> Iterator[dict[str, Any]]:
    """Yield what is told of each rep (agent id: key), and of everybody."""
    return found_in(_legs(programme, reps, starts, ends), reps)


def found_in(by_kind: Mapping[str, Sequence[Legs]], reps: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Yield the same from the reps' stretches by what can happen. Pure."""
    told = [one | {"kind": kind} for kind, legs in by_kind.items() for one in of_reps(legs)]
    together: defaultdict[str, int] = defaultdict(int)
    for one in told:
        together[one["rep"]] += 1
    for one in told:
        wider = _wider(1 - ERR / together[one["rep"]])
        half = (one.pop("high") - one["above"]) * wider
        if one["above"] - half > 0:
            yield one | {"rep_id": reps[one.pop("rep")], "low": one["above"] - half, "high": one["above"] + half}
    yield from of_everybody(by_kind)


def _wider(confidence: float) -> float:
    return float(special.ndtri((1 + confidence) / 2)) / NORMAL_95


def of_reps(legs: Sequence[Legs]) -> Iterator[dict[str, Any]]:
    """Yield how far each rep is above the others of each reason that they handle."""
    by_reason: defaultdict[str, list[Legs]] = defaultdict(list)
    for one in legs:
        by_reason[one.reason].append(one)
    for reason, cells in sorted(by_reason.items()):
        reps, who = np.unique([one.rep for one in cells], return_inverse=True)
        number = np.array([one.legs for one in cells])
        score = np.concatenate([np.arange(one.legs) < one.happened for one in cells]).astype(float)
        if not score.any():
            continue
        levels = ([one.segment for one in cells], [one.channel for one in cells])
        kinds = (np.unique(of, return_inverse=True)[1] for of in levels)
        found = standing(
            score, np.repeat(who, number), [np.repeat(kind, number) for kind in kinds], people=len(reps)
        )
        peers = int((~np.isnan(found.value)).sum())
        for place in np.flatnonzero(~np.isnan(found.value)):
            mine = [one for one in cells if one.rep == reps[place]]
            yield {
                "rep": str(reps[place]), "reason": reason, "peers": peers,
                "legs": sum(one.legs for one in mine), "happened": sum(one.happened for one in mine),
                "above": float(found.value[place]), "high": float(found.high[place]),
            }  # fmt: skip


def of_everybody(by_kind: Mapping[str, Sequence[Legs]]) -> Iterator[dict[str, Any]]:
    """Yield the reasons in which it happens to all reps far more often than in their other contacts."""
    compared = [one for kind, legs in by_kind.items() for one in _compared(kind, legs)]
    for kind, reason, own, others, total in compared:
        above, low, high = mean_interval(own - others, 1 - ERR / len(compared))
        if low > 0 and own.mean() >= TIMES * others.mean():
            yield {
                "kind": kind, "reason": reason, "peers": own.size, "legs": int(total[0]),
                "happened": int(total[1]), "above": above, "low": low, "high": high,
            }  # fmt: skip


def _compared(kind: str, legs: Sequence[Legs]) -> Iterator[tuple[str, str, Floats, Floats, Floats]]:
    """Yield each reason with the shares in it and elsewhere, of each rep who has enough of both."""
    if not legs:
        return
    reps, who = np.unique([one.rep for one in legs], return_inverse=True)
    names, which = np.unique([one.reason for one in legs], return_inverse=True)
    counts = np.zeros((len(names), len(reps), 2))
    np.add.at(counts, (which, who), [(one.legs, one.happened) for one in legs])
    for number, reason in enumerate(names):
        own, others = counts[number], counts.sum(axis=0) - counts[number]
        enough = (own[:, 0] >= LEAST) & (others[:, 0] >= LEAST)
        if enough.sum() >= FEWEST_REPS and own[enough, 1].any():
            own, others = own[enough], others[enough]
            yield kind, str(reason), own[:, 1] / own[:, 0], others[:, 1] / others[:, 0], own.sum(axis=0)


def _legs(
    programme: Programme, reps: Mapping[str, int], starts: datetime, ends: datetime
) -> dict[str, list[Legs]]:
    """Return the reps' stretches by what can happen: any may be handed on, those of calls put on hold."""
    held = instants_of(programme, "contact.held", since=starts)
    asked: dict[str, Any] = {
        "programme": programme.pk, "starts": starts, "ends": ends,
        "held": [str(subject) for subject, _ in held], "held_at": [at for _, at in held],
    }  # fmt: skip
    found: dict[str, list[Legs]] = {Hard.Kind.HANDED_ON: [], Hard.Kind.HELD: []}
    with connection.cursor() as cursor:
        cursor.execute(LEGS, asked)
        for rep, reason, segment, channel, legs, handed_on, on_hold in cursor.fetchall():
            if rep not in reps:
                continue
            found[Hard.Kind.HANDED_ON].append(Legs(rep, reason, segment, channel, legs, handed_on))
            if channel == "voice":
                found[Hard.Kind.HELD].append(Legs(rep, reason, segment, channel, legs, on_hold))
    return found


def hard_for(rep: Member) -> list[Told]:
    """Return what seems hard for a rep, by reason."""
    return _told(rep.programme, rep.pk)


def hard_for_everybody(programme: Programme) -> list[Told]:
    """Return what is hard for everybody, by reason."""
    return _told(programme, None)


def _told(programme: Programme, rep: int | None) -> list[Told]:
    names = reason_names(programme)
    rows = [
        Told(row, names[row.reason])
        for row in Hard.objects.filter(programme=programme, rep=rep)
        if row.reason in names
    ]
    return sorted(rows, key=lambda one: (one.reason.casefold(), one.row.kind))
