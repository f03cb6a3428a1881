"""What waits to be scored, as its page asks for it: of a rep, by a scorecard, page by page, the longest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q

from rapport.kit.errors import Invalid
from rapport.quality.access import to_be_scored_by
from rapport.quality.queries import not_scored

if TYPE_CHECKING:
    from django.http import QueryDict

    from rapport.accounts.models import Member
    from rapport.quality.models import Selection

PAGE = 25
LONGEST = 100  # characters of a key or an agent id


@dataclass(frozen=True, slots=True)
class Asked:
    """Those of a rep (agent id) and by a scorecard (key); empty is any. Those after one, by its public id."""

    rep: str = ""
    scorecard: str = ""
    after: UUID | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether not all that wait are asked for."""
        return bool(self.rep or self.scorecard)

    def address(self, after: UUID) -> str:
        """Return the query for those of the same choice that wait after one."""
        told = {"rep": self.rep, "scorecard": self.scorecard, "after": str(after)}
        return "?" + urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One page of what waits, the last of it where there are later ones, and how many there are of how many.

    ``reps`` are the names by agent id of those whose contacts wait, ``scorecards`` the keys by which.
    """

    rows: list[Selection]
    last: Selection | None
    count: int
    of: int
    reps: list[tuple[str, str]]
    scorecards: list[str]


def read_asked(given: QueryDict) -> Asked:
    """Return what an address asks for; Invalid where it cannot be read."""
    try:
        after = UUID(last) if (last := given.get("after", "")) else None
    except ValueError:
        raise Invalid("The address of this list cannot be read. Begin at its first page.") from None
    rep, scorecard = (given.get(name, "").replace("\x00", "")[:LONGEST] for name in ("rep", "scorecard"))
    return Asked(rep, scorecard, after)


def waiting_for(member: Member, asked: Asked) -> Waiting:
    """Return what waits of what the member may score."""
    mine = to_be_scored_by(member)
    every = not_scored(mine)
    kinds = set(every.order_by().values_list("rep__agent_id", "rep__user__name", "scorecard__key").distinct())
    found = every.filter(rep__agent_id=asked.rep) if asked.rep else every
    found = found.filter(scorecard__key=asked.scorecard) if asked.scorecard else found
    begins = mine.filter(public_id=asked.after).first() if asked.after else None
    later = Q(made_at__gt=begins.made_at) | Q(made_at=begins.made_at, pk__gt=begins.pk) if begins else Q()
    of = every.count()
    rows = list(found.filter(later).order_by("made_at", "pk")[: PAGE + 1])
    return Waiting(
        rows=rows[:PAGE],
        last=rows[PAGE - 1] if len(rows) > PAGE else None,
        count=found.count() if asked.is_narrowed else of,
        of=of,
        reps=sorted({(rep, name) for rep, name, _ in kinds}, key=lambda one: one[1].casefold()),
        scorecards=sorted({key for _, _, key in kinds}),
    )
