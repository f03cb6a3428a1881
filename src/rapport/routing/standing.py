"""The floor of one programme as its router keeps it, so that a turn reads and decides only what has changed.

The rows in the database are the truth. Whoever changes one says so (``presence.wake_router``), and the router
reads that row again. What nobody said is found a little later: rows are read again in turn (``heal``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from rapport.accounts import queries as accounts
from rapport.kit import clock
from rapport.routing.floor_state import frame_of, ids_in_line, in_line, signed_in
from rapport.routing.offering import Chosen
from rapport.routing.policy import Assignment, Line, Rep, Waiting
from rapport.routing.preferred import counts, named_first, why_first
from rapport.routing.presence import ids_on_floor
from rapport.routing.routes import capacity_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.routing.models import Preferred

READ_AGAIN = 100  # rows of each kind that are read again at a time, though nobody said that they changed


class StandingFloor:
    """Who waits and rings at nobody, and who is on the floor; whoever uses it is inside the programme.

    ``line`` decides about all who wait but those ``kept`` for somebody who is named first. A contact or a rep in
    ``doubt`` changed between the decision and its writing, and has to be read again.
    """

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.read_all()

    def read_all(self) -> None:
        """Read everything anew: at the start, after taking over, and where the plan has changed."""
        self.frame = frame_of(self.programme)
        self.capacity = capacity_of(self.frame.plan)
        self.line = Line(self.capacity, self.frame.scores)
        self.reps: dict[int, Rep] = {}
        self.waiting: dict[int, Waiting] = {}
        self.first: dict[int, Preferred] = {}
        self.kept: set[int] = set()
        self.doubt: set[tuple[int, int]] = set()
        self._contacts_in_turn: deque[int] = deque()
        self._members_in_turn: deque[int] = deque()
        self._put_reps(signed_in(self.programme, frame=self.frame))
        self._put_contacts(in_line(self.programme, self.frame), named_first(self.programme))
        self.names = accounts.member_names(self.programme, self.reps)

    def read(self, *, contacts: Collection[int] = (), members: Collection[int] = ()) -> None:
        """Read these rows again, in a few queries however many they are."""
        contacts = {*contacts, *(contact for contact, _ in self.doubt)}
        members = {*members, *(member for _, member in self.doubt)}
        self.doubt.clear()
        if members:
            here = signed_in(self.programme, frame=self.frame, among=members)
            self._drop_reps(members - {rep.id for rep in here})
            self._put_reps(here)
        if contacts:
            waiting = in_line(self.programme, self.frame, among=contacts)
            for contact in contacts - {one.id for one in waiting}:
                self._drop_contact(contact)
            self._put_contacts(waiting, named_first(self.programme, among=contacts) if waiting else {})

    def heal(self) -> None:
        """Read again who came or went, and some of the others in their turn, though nobody said so."""
        if frame_of(self.programme) != self.frame:
            self.read_all()
            return
        contacts = ids_in_line(self.programme) ^ self.waiting.keys()
        members = ids_on_floor(self.programme) ^ self.reps.keys()
        members |= {*_next(self._members_in_turn, self.reps)}
        self.names |= accounts.member_names(self.programme, members)
        self.read(contacts={*contacts, *_next(self._contacts_in_turn, self.waiting)}, members=members)

    def choose(self) -> list[Chosen]:
        """Say who gets whom now; they count as taken from then on."""
        now = clock.now()
        chosen = self._ask_first(now)
        assignments = self.line.decide(now.timestamp())
        names = self._names_for(assignments)
        for one in assignments:
            trace = one.trace
            words, told = (trace.words(names), trace.as_dict()) if trace else ("", {})
            chosen.append(Chosen(one.contact, one.rep, words, told, self.waiting[one.contact].permits))
        for choice in chosen:
            self._drop_contact(choice.contact)
            self.reps[choice.rep] = self.reps[choice.rep]._replace(takes=False)
        return chosen

    def _ask_first(self, now: datetime) -> list[Chosen]:
        """Keep contacts for who is named first while that counts; return those that go to them now."""
        chosen = []
        for contact in sorted(self.first, key=lambda contact: (self.waiting[contact].placed_at, contact)):
            first, waiting = self.first[contact], self.waiting[contact]
            rep = self.reps.get(first.member_id)
            may = rep is None or all(name in rep.skills for name in waiting.permits)
            if not (may and counts(first, self.reps, now)):
                self._put_in_line(waiting)
                continue
            self.line.drop_contact(contact)
            self.kept.add(contact)
            if rep is not None and self.capacity.admits(rep, waiting.channel):
                self.reps[rep.id] = rep._replace(takes=False)
                self.line.put_rep(self.reps[rep.id])
                chosen.append(Chosen(contact, rep.id, *why_first(first), waiting.permits))
        return chosen

    def _put_reps(self, reps: Iterable[Rep]) -> None:
        for rep in reps:
            if self.reps.get(rep.id) != rep:
                self.reps[rep.id] = rep
                self.line.put_rep(rep)

    def _drop_reps(self, members: Iterable[int]) -> None:
        for member in members:
            if self.reps.pop(member, None) is not None:
                self.line.drop_rep(member)

    def _put_contacts(self, waiting: Iterable[Waiting], first: dict[int, Preferred]) -> None:
        for one in waiting:
            if self.waiting.get(one.id) != one:
                self._drop_contact(one.id)
                self.waiting[one.id] = one
                self.line.put_contact(one)
            if one.id in first:
                self.first[one.id] = first[one.id]
            elif self.first.pop(one.id, None) is not None:
                self._put_in_line(one)

    def _put_in_line(self, waiting: Waiting) -> None:
        """Let the line's own rules count for a contact that was kept."""
        if waiting.id in self.kept:
            self.kept.discard(waiting.id)
            self.line.put_contact(waiting)

    def _drop_contact(self, contact: int) -> None:
        self.waiting.pop(contact, None)
        self.first.pop(contact, None)
        self.kept.discard(contact)
        self.line.drop_contact(contact)

    def _names_for(self, assignments: Iterable[Assignment]) -> dict[int, str]:
        """Return the names of everybody the traces tell of."""
        told = {one.rep for one in assignments}
        for one in assignments:
            if one.trace:
                told.update(one.trace.people, (rep.rep for rep in one.trace.passed_over))
        if unknown := told - self.names.keys():
            self.names |= accounts.member_names(self.programme, unknown)
        return self.names


def _next(in_turn: deque[int], of: Iterable[int]) -> list[int]:
    """Take the next ids whose turn it is; when all had theirs, it begins again."""
    if not in_turn:
        in_turn.extend(sorted(of))
    return [in_turn.popleft() for _ in range(min(READ_AGAIN, len(in_turn)))]
