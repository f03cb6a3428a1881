"""The policy kept up to date with outcomes, and stock and budget with the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rapport.guides.definition.known import SLOTS
from rapport.kit import clock
from rapport.kit.turns import Turn, take_turns
from rapport.offers.catalogue.queries import rules_of
from rapport.offers.choosing.learning import learn
from rapport.offers.choosing.queries import cells_of, kept_of
from rapport.offers.models import Choice, Policy, Presentation

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

MOST_SETTLED = 2000  # at once


def refresh(programme: Programme) -> Policy | None:
    """Learn from the outcomes that are known; None where they say what the policy in use was made of."""
    take_turns(Turn.OFFERS, programme.pk)
    cells = {slot: found for slot in SLOTS if (found := cells_of(programme, slot))}
    if not cells:
        return None
    content = {slot: kept_of(learn(found)) for slot, found in cells.items()}
    last = Policy.objects.filter(programme=programme).order_by("-number").first()
    if last is not None and last.content == content:
        return None
    return Policy.objects.create(
        programme=programme,
        number=last.number + 1 if last else 1,
        made_at=clock.now(),
        outcomes=sum(one.known for found in cells.values() for one in found),
        content=content,
    )


def to_settle(programme: Programme) -> list[int]:
    """Return the choices to sell or to thank that are old enough to look what came of them, the oldest first."""
    before = clock.now() - timedelta(days=rules_of(programme).outcome_days)
    rows = Choice.objects.filter(programme=programme, at__lte=before, stuck__isnull=True, replaced=False)
    rows = rows.filter(attempt__isnull=True, contact__customer__isnull=False)
    return list(rows.order_by("at").values_list("pk", flat=True)[:MOST_SETTLED])


def overdue(programme: Programme) -> list[int]:
    """Return the offers for which stock or budget is held longer than they may be on the table."""
    rows = Presentation.objects.filter(programme=programme, hold="held", held_until__lte=clock.now())
    return list(rows.order_by("held_until").values_list("pk", flat=True)[:1000])
