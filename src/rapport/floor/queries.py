"""What the floor shows now: who works on what, who waits and why. Its queries do not grow with the floor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache

from rapport.accounts import queries as accounts
from rapport.accounts.roles import Right
from rapport.contacts import queries as contacts
from rapport.guides.queries import coverage_of
from rapport.kit import clock
from rapport.routing import floor_state, policy
from rapport.routing.head_start import effective_places
from rapport.routing.preferred import preferred_in
from rapport.routing.presence import on_floor
from rapport.routing.queries import open_offers_in
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.guides.queries import Coverage
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
MOST_NAMED = 3  # reps passed over


@dataclass(frozen=True, slots=True)
class RepTile:
    """A rep on the floor. From ``warn`` and ``bad`` seconds in the state they may need help; None for never."""

    presence: Presence
    contact: Contact | None
    guide: Coverage | None
    warn: float | None
    bad: float | None
    level: int

    @property
    def words(self) -> str:
        """The state as people say it."""
        return WORDS[self.presence.doing]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A waiting contact, its place, and in words why it still waits."""

    position: int
    contact: Contact
    why: str
    is_stuck: bool


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
    waiting = contacts.waiting_in(programme)
    places = effective_places(programme, plan_in_force(programme).plan.priority, waiting)
    waiting.sort(key=lambda one: (places[one.pk], one.pk))
    mean = _usual_handle_seconds(programme)
    guides = coverage_of(held.values())
    reps = sorted((_rep_tile(programme, one, held, guides, mean) for one in present), key=_who_needs_help)
    staff = sum(
        not member.may(Right.WATCH_FLOOR) for member in accounts.members_with(programme, Right.TAKE_CONTACTS)
    )
    doing = [one.doing for one in present]
    rows = _waiting_rows(programme, waiting[:SHOWN])
    return Floor(
        reps=reps,
        away=max(0, staff - len(present)),
        counts=[(state, WORDS[state], doing.count(state)) for state in WORDS if state in doing],
        waiting=rows,
        waiting_count=len(waiting),
        longest=min(waiting, key=lambda one: one.queued_at or one.arrived_at, default=None),
        is_stuck=any(row.is_stuck for row in rows),
    )


def _rep_tile(
    programme: Programme,
    presence: Presence,
    held: dict[int, Contact],
    guides: dict[int, Coverage],
    mean: float | None,
) -> RepTile:
    warn, bad = _limits(programme, presence, mean)
    seconds = (clock.now() - presence.since).total_seconds()
    level = 2 if bad is not None and seconds >= bad else 1 if warn is not None and seconds >= warn else 0
    contact = held.get(presence.member_id) if presence.doing in ("on_contact", "wrap_up") else None
    guide = guides.get(contact.pk) if contact is not None else None
    return RepTile(presence, contact, guide, warn, bad, level)


def _usual_handle_seconds(programme: Programme) -> float | None:
    """Return the mean handle time of the past hours, looked up once a minute."""
    return cache.get_or_set(
        f"floor:handle:{programme.pk}",
        lambda: contacts.mean_handle_seconds(programme, since=clock.now() - timedelta(hours=4)),
        60,
    )


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
    return -tile.level, state, tile.presence.since.timestamp(), tile.presence.member_id


def _waiting_rows(programme: Programme, waiting: Sequence[Contact]) -> list[WaitingRow]:
    if not waiting:
        return []
    offers = open_offers_in(programme)
    reps = floor_state.free_reps(programme)
    names = accounts.member_names(programme, (rep.id for rep in reps))
    first = preferred_in(programme)
    now = clock.now()
    rows = []
    for position, (contact, seen) in enumerate(
        zip(waiting, floor_state.as_waiting(programme, list(waiting)), strict=True), 1
    ):
        offer = offers.get(contact.pk)
        if offer is not None:
            rows.append(WaitingRow(position, contact, f"Ringing at {offer.member.name}.", is_stuck=False))
            continue
        if (one := first.get(contact.pk)) is not None:
            seconds = (one.until - now).total_seconds()
            why = f"For {one.member.name} first, for {seconds:.0f} s more; then for the queue."
            rows.append(WaitingRow(position, contact, why, is_stuck=False))
            continue
        trace = policy.explain_waiting(seen, reps, now.timestamp(), position=position)
        is_stuck = position == 1 and bool(trace.eligible) and trace.waited_seconds > OFFERED_WITHIN
        rows.append(WaitingRow(position, contact, in_words(trace, names), is_stuck))
    return rows


def in_words(trace: policy.Trace, names: dict[int, str]) -> str:
    """Say why a contact still waits, without what stands beside it (its place and how long it waits)."""
    free = len(trace.eligible) + len(trace.passed_over)
    if trace.eligible:
        fit = "1 free rep fits" if len(trace.eligible) == 1 else f"{len(trace.eligible)} free reps fit"
        before = (trace.position or 1) - 1
        said = [f"{fit}, {before} before in line." if before else f"{fit}; being offered."]
    else:
        said = [f"No free rep fits: needs {trace.steps[trace.step]}." if free else "No rep is free."]
    if trace.head_start_seconds:
        said.append(f"Counted {trace.head_start_seconds:.0f} s longer.")
    if trace.widens_in_seconds is not None:
        said.append(f"In {trace.widens_in_seconds:.0f} s also: {trace.steps[trace.step + 1]}.")
    lacking = [f"{names.get(one.rep, 'a rep')} {one.reason}" for one in trace.passed_over[:MOST_NAMED]]
    if lacking:
        said.append(f"{'; '.join(lacking)}.")
    return " ".join(said)
