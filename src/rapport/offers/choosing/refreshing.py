"""The policy kept up to date with outcomes, and stock and budget with the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.kit import clock
from rapport.kit.turns import Turn, take_turns
from rapport.offers.choosing.learning import learn
from rapport.offers.choosing.queries import cells_of, kept_of
from rapport.offers.models import Policy, Presentation

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def refresh(programme: Programme) -> Policy | None:
    """Learn from the outcomes that are known; None where they say what the policy in use was made of."""
    take_turns(Turn.OFFERS, programme.pk)
    cells = cells_of(programme)
    if not cells:
        return None
    content = kept_of(learn(cells))
    last = Policy.objects.filter(programme=programme).order_by("-number").first()
    if last is not None and last.content == content:
        return None
    return Policy.objects.create(
        programme=programme,
        number=last.number + 1 if last else 1,
        made_at=clock.now(),
        outcomes=sum(one.known for one in cells),
        content=content,
    )


def overdue(programme: Programme) -> list[int]:
    """Return the offers for which stock or budget is held longer than they may be on the table."""
    rows = Presentation.objects.filter(programme=programme, hold="held", held_until__lte=clock.now())
    return list(rows.order_by("held_until").values_list("pk", flat=True)[:1000])
