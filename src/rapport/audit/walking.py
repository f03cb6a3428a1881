"""Walking along a chain and naming the first place where it does not hold. Pure; live and offline the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from rapport.audit.chain import Fields, beginning, following

LOOK_AHEAD = 2000
"""So many rows ahead are searched for the one that belongs where another stands."""
MOST_FOUND = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A link and the row it ties; ``fields`` is None where the row is gone."""

    seq: int
    row_id: int
    hash: bytes
    fields: Fields | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong, and where: in which log, at which link, with which row."""

    log: str
    kind: str
    seq: int
    row_id: int | None
    at: datetime | None
    words: str

    def __str__(self) -> str:
        row = "" if self.row_id is None else f", id {self.row_id}"
        when = "" if self.at is None else f", {self.at.isoformat()}"
        return f"{self.log}: {self.kind} at link {self.seq}{row}{when}: {self.words}"


@dataclass(frozen=True, slots=True)
class Sign:
    """What a digest says of a log: the last link it covers, its hash, and the floor under new ids."""

    number: int
    last: int
    hash: str
    floor: int


@dataclass(slots=True)
class Walked:
    """How far a walk came, and what it met; ``sealed`` is the last link that a digest covers."""

    log: str
    sealed: int = 0
    links: int = 0
    last: int = 0
    findings: list[Finding] = field(default_factory=list)


def time_of(fields: Fields | None) -> datetime | None:
    """Return the instant in a row's second field; None where the row or its time cannot be read."""
    try:
        return EPOCH + timedelta(microseconds=int((fields or ())[1] or ""))
    except (ValueError, IndexError, OverflowError):
        return None


class Walk:
    """One walk along the chain of one log."""

    def __init__(self, log: str, programme: str, signs: Sequence[Sign]) -> None:
        self.walked = Walked(log, sealed=max((sign.last for sign in signs), default=0))
        self._signs = deque(sorted(signs, key=lambda sign: sign.last))
        self._passed = Sign(0, 0, "", 0)
        self._before = self._previous = beginning(programme, log)
        self._ahead: deque[Entry] = deque()

    def over(self, entries: Iterable[Entry]) -> Walked:
        """Walk along the entries, which come in the order of the chain."""
        rest = iter(entries)
        for found in self._taking(rest):
            if len(self.walked.findings) >= MOST_FOUND:
                continue
            entry = self._in_place(found, rest)
            if entry.fields is None:
                self._find("removed", entry, "the row is gone, its link is there")
            elif following(self._previous, entry.fields) != entry.hash:
                self._explain(entry, rest)
            self._check_signs(entry)
            self._before, self._previous = self._previous, entry.hash
            self.walked.links += 1
            self.walked.last = max(self.walked.last, entry.seq)
        self._check_end()
        return self.walked

    def _taking(self, rest: Iterator[Entry]) -> Iterator[Entry]:
        while True:
            if not self._ahead:
                self._ahead.extend(islice(rest, 1))
            if not self._ahead:
                return
            yield self._ahead.popleft()

    def _look_ahead(self, rest: Iterator[Entry]) -> Iterable[Entry]:
        self._ahead.extend(islice(rest, LOOK_AHEAD - len(self._ahead)))
        return self._ahead

    def _find(self, kind: str, entry: Entry, words: str, *, seq: int | None = None) -> None:
        place = entry.seq if seq is None else seq
        is_gone = kind == "removed" and seq is not None
        row, at = (None, None) if is_gone else (entry.row_id, time_of(entry.fields))
        self.walked.findings.append(Finding(self.walked.log, kind, place, row, at, words))

    def _in_place(self, entry: Entry, rest: Iterator[Entry]) -> Entry:
        """Return the entry that belongs here: of those put elsewhere the first is told, and they are put back."""
        expected = self.walked.last + 1
        if entry.seq > expected and any(one.seq == expected for one in self._look_ahead(rest)):
            self._find(
                "reordered", entry, f"link {entry.seq} stands here, link {expected} comes later", seq=expected
            )
            self._ahead = deque(sorted((entry, *self._ahead), key=lambda one: one.seq))
            return self._ahead.popleft()
        if entry.seq > expected:
            self._find("removed", entry, f"links {expected} to {entry.seq - 1} are gone", seq=expected)
        elif entry.seq < expected and not self.walked.findings:
            self._find("inserted", entry, "a link of this number has come already")
        return entry

    def _explain(self, entry: Entry, rest: Iterator[Entry]) -> None:
        """Say why the entry does not follow the one before it."""
        if self.walked.findings and self.walked.findings[-1].seq in (entry.seq, self.walked.last + 1):
            return  # its place is wrong already, and was told
        fields = entry.fields or ()
        coming = list(self._look_ahead(rest))
        after = coming[0] if coming else None
        if following(self._before, fields) == entry.hash and self.walked.last:
            self._find("inserted", entry, "this row follows the one before the last; the last does not belong")
        elif after and after.fields is not None and following(self._previous, after.fields) == after.hash:
            swapped = following(after.hash, fields) == entry.hash
            words = (
                f"it belongs behind row {after.row_id}" if swapped else "the next row follows the one before it"
            )
            self._find("reordered" if swapped else "inserted", entry, words)
        elif other := self._belonging(entry, coming):
            self._find("reordered", entry, f"what now stands at link {other.seq} belongs here")
        else:
            self._find("changed", entry, "the row is not what it was when it was linked")

    def _belonging(self, entry: Entry, coming: list[Entry]) -> Entry | None:
        """Return the later entry whose content fits here under this row's id, or as it is."""
        for other in coming:
            if other.fields is not None:
                moved = (str(entry.row_id), *other.fields[1:])
                if entry.hash in (following(self._previous, moved), following(self._previous, other.fields)):
                    return other
        return None

    def _check_signs(self, entry: Entry) -> None:
        if entry.row_id <= self._passed.floor:
            words = f"its id was settled when digest {self._passed.number} was sealed, and it was not there then"
            self._find("inserted", entry, words)
        while self._signs and self._signs[0].last <= entry.seq:
            sign = self._signs.popleft()
            if sign.last == entry.seq and entry.hash.hex() != sign.hash and not self.walked.findings:
                since = self._passed.last + 1
                words = f"the chain was rewritten; digest {sign.number} has another hash; look from link {since}"
                self._find("changed", entry, words)
            self._passed = sign

    def _check_end(self) -> None:
        if self._signs and self._signs[-1].last > self.walked.last and len(self.walked.findings) < MOST_FOUND:
            place, sign = self.walked.last + 1, self._signs[-1]
            words = f"links {place} to {sign.last} are gone; digest {sign.number} has them"
            self.walked.findings.append(Finding(self.walked.log, "removed", place, None, None, words))
