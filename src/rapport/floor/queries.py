"""What the floor shows now: who works on what, who waits and why. Its queries do not grow with the floor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rapport.accounts import queries as accounts
from rapport.accounts.roles import Right
from rapport.contacts import queries as contacts
from rapport.guides.queries import Coverage, Standing, standing_of
from rapport.kit import clock
from rapport.routing.presence import on_floor
from rapport.routing.room import hands_in, room_in_words
from rapport.routing.still import Still
from rapport.routing.versions import plan_in_force
from rapport.routing.why_waiting import line_now, usual_handle_seconds

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.routing.models import Presence

WORDS = {
    "available": "Available",
    "reserved": "Ringing",
    "on_contact": "On a contact",
    "wrap_up": "Wrap-up",
    "not_responding": "Not responding",
    "break": "Break",
    "meal": "Meal",
    "meeting": "Meeting",
    "training": "Training",
    "coaching": "Coaching",
}
AT_WORK = ("not_responding", "on_contact", "wrap_up", "reserved", "available")
PAUSES = {"break": (900, 1800), "meal": (2700, 4500), "not_responding": (0, 60), "reserved": (30, 60)}
LONG_CONTACT_SECONDS = 900.0
OFFERED_WITHIN = 10  # seconds: a router at work offers the first in line to a free rep who fits far sooner
SHOWN = 40  # waiting contacts


@dataclass(frozen=True, slots=True)
class RepTile:
    """A rep on the floor with what is in hand, of how much.

    From ``warn`` and ``bad`` seconds ``since`` they may need help; None for never.
    """

    presence: Presence
    contacts: list[Contact]
    room: str
    guide: Coverage
    stand: list[Standing]  # in the guides of the contacts in hand
    since: datetime
    warn: float | None
    bad: float | None
    level: int

    @property
    def words(self) -> str:
        """The state as people say it."""
        return WORDS[self.presence.doing]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A waiting contact and why it still waits."""

    contact: Contact
    why: Still


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor now."""

    reps: list[RepTile]
    away: int
    counts: list[tuple[str, str, int]]
    waiting: list[WaitingRow]
    waiting_count: int
    longest: Contact | None
    is_stuck: bool


def floor_of(programme: Programme) -> Floor:
    """Return who works on what and who waits."""
    present = on_floor(programme)
    held = contacts.in_hand_in(programme)
    line = line_now(programme, most=SHOWN, here=present)
    mean = usual_handle_seconds(programme)
    guides = standing_of(one for several in held.values() for one in several)
    hands, plan = hands_in(programme.pk), plan_in_force(programme).plan
    reps = sorted(
        (
            _rep_tile(
                programme,
                one,
                held.get(one.member_id, []) if one.doing in ("on_contact", "wrap_up") else [],
                room_in_words(hands[one.member_id], plan) if max(plan.capacity.limits.values()) > 1 else "",
                guides,
                mean,
            )
            for one in present
        ),
        key=_who_needs_help,
    )
    staff = sum(
        not member.may(Right.WATCH_FLOOR) for member in accounts.members_with(programme, Right.TAKE_CONTACTS)
    )
    doing = [one.doing for one in present]
    rows = [WaitingRow(one, line.why[one.pk]) for one in line.waiting[:SHOWN]]
    return Floor(
        reps=reps,
        away=max(0, staff - len(present)),
        counts=[(state, WORDS[state], doing.count(state)) for state in WORDS if state in doing],
        waiting=rows,
        waiting_count=len(line.waiting),
        longest=min(line.waiting, key=lambda one: one.queued_at or one.arrived_at, default=None),
        is_stuck=any(_is_stuck(row.why) for row in rows),
    )


def _rep_tile(
    programme: Programme,
    presence: Presence,
    held: list[Contact],
    room: str,
    guides: dict[int, Standing],
    mean: float | None,
) -> RepTile:
    warn, bad = _limits(programme, presence, mean)
    since = _since(presence, held)
    seconds = (clock.now() - since).total_seconds()
    level = 2 if bad is not None and seconds >= bad else 1 if warn is not None and seconds >= warn else 0
    stand = [guides[one.pk] for one in held if one.pk in guides]
    done = [one.coverage for one in stand]
    guide = Coverage(sum(one.required for one in done), sum(one.covered for one in done))
    return RepTile(presence, held, room, guide, stand, since, warn, bad, level)


def _since(presence: Presence, held: list[Contact]) -> datetime:
    """Return since when a rep does this, or has had the oldest of the contacts they talk to, if that is later."""
    talks = [one.answered_at for one in held if one.state == "active" and one.answered_at]
    return max(presence.since, min(talks)) if talks else presence.since


def _limits(programme: Programme, presence: Presence, mean: float | None) -> tuple[float | None, float | None]:
    """Return after how many seconds in a state somebody should look (warn), and soon (bad)."""
    if presence.doing == "on_contact":
        usual = max(300.0, mean) if mean is not None else LONG_CONTACT_SECONDS
        return round(1.5 * usual), round(2.5 * usual)
    if presence.doing == "wrap_up":
        limit = programme.wrap_up_seconds
        return limit, 2 * limit
    return PAUSES.get(presence.doing, (None, None))


def _who_needs_help(tile: RepTile) -> tuple[int, int, float, int]:
    """Order: who is over a limit first, then by state, longest in it first."""
    doing = tile.presence.doing
    state = AT_WORK.index(doing) if doing in AT_WORK else len(AT_WORK)
    return -tile.level, state, tile.since.timestamp(), tile.presence.member_id


def _is_stuck(why: Still) -> bool:
    """Say whether a contact ought to be ringing for a while: somebody who fits is free, and nobody goes before."""
    free = [one for one in why.fitting if one.doing == "free"]
    if why.ringing or why.kept or why.ahead or not free:
        return False
    since = (why.at - min(one.since for one in free)).total_seconds()
    return min(since, why.waited_seconds) > OFFERED_WITHIN
