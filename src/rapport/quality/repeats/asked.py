"""Which returns the page asks for, as its address says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from rapport.kit.errors import Invalid
from rapport.quality.repeats.models import CAUSES, SIGNS

if TYPE_CHECKING:
    from django.http import QueryDict

BY_HAND = "by_hand"
SHOWN_BY = {**dict(SIGNS), BY_HAND: "a person laid it"}
"""What shows the cause: a sign that the rule went by, or a person's word."""
LONGEST = 100  # characters of a key or an agent id


@dataclass(frozen=True, slots=True)
class Asked:
    """Returns of a cause: by what shows it, after whose contact and about what; empty is any. Those before one."""

    cause: str
    sign: str = ""
    rep: str = ""
    reason: str = ""
    before: UUID | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether not all of the cause are asked for."""
        return bool(self.sign or self.rep or self.reason)

    def address(self, **changes: object) -> str:
        """Return the query for these with changes; a new choice begins at its first page."""
        kept = {"cause": self.cause, "sign": self.sign, "rep": self.rep, "reason": self.reason}
        return "?" + urlencode({key: value for key, value in (kept | changes).items() if value})


def read_asked(given: QueryDict, usual: str) -> Asked:
    """Return what an address asks for, of the ``usual`` cause where it names none; Invalid where unreadable."""
    try:
        before = UUID(last) if (last := given.get("before", "")) else None
    except ValueError:
        raise Invalid("The address of this list cannot be read. Begin at its first page.") from None
    cause, sign = given.get("cause", ""), given.get("sign", "")
    rep, reason = (given.get(name, "").replace("\x00", "")[:LONGEST] for name in ("rep", "reason"))
    return Asked(
        cause=cause if cause in dict(CAUSES) else usual,
        sign=sign if sign in SHOWN_BY else "",
        rep=rep,
        reason=reason,
        before=before,
    )
