"""Sealing again, under the current key, what an earlier key sealed: in batches, to be stopped and gone on with."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from rapport.accounts.doors import in_each_programme
from rapport.accounts.queries import programme_by_id
from rapport.customers.models import SealedValue
from rapport.customers.sensitive import CHANGED, opened, sealed_row, spot_of
from rapport.feeds import keeping
from rapport.feeds.queries import kept_deliveries
from rapport.kit import sealing
from rapport.kit.errors import Conflict
from rapport.kit.walls import inside
from rapport.provisioning import sealed as secrets
from rapport.signin import sealed

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

logger = logging.getLogger("rapport.customers")
BATCH = 500


@dataclass(frozen=True)
class Keeper:
    """What a module above keeps sealed in a programme: how many values each key opens, and sealing them anew."""

    uses: Callable[[Programme], Counter[str]]
    seal_anew: Callable[[Programme], None]


_keepers: list[Keeper] = []


def add_keeper(keeper: Keeper) -> None:
    """Count and seal anew what another module keeps, with everything else."""
    _keepers.append(keeper)


def uses() -> Counter[str]:
    """Return how many values of all programmes each key opens, keys that are not in the ring among them."""
    found: Counter[str] = Counter()
    for counted in in_each_programme(_uses_in):
        found += counted
    return found + sealed.uses() + keeping.uses() + secrets.uses()


def refuse_without_keys() -> None:
    """Raise KeyMissing where something is sealed and there is no key ring: a new one would open none of it."""
    if sealing.ring_path().exists():
        return
    if needed := uses():
        raise sealing.KeyMissing(
            f"The key ring {sealing.ring_path()} is not there, and {sum(needed.values()):,} values are sealed "
            f"with its keys ({', '.join(sorted(needed))}). Put it back from its backup, or name it in "
            "RAPPORT_KEY_RING; a new ring would open none of them."
        )


def _uses_in(programme: Programme) -> Counter[str]:
    rows = SealedValue.objects.filter(programme=programme).values("key_id").annotate(count=Count("pk")).order_by()
    return sum((each.uses(programme) for each in _keepers), Counter(dict(rows.values_list("key_id", "count"))))


def reseal_some(programme_id: int, *, after: int = 0, limit: int = BATCH) -> int | None:
    """Seal the next values of the programme anew; return the last one's id, None where none was left.

    Values whose key is missing, or that somebody tampered with, stay as they are, and the log says how many.
    After the last value, so is what other modules keep: deliveries, packages, secrets of sign-in services.
    """
    old = SealedValue.objects.exclude(key_id=sealing.ring().current).filter(programme=programme_id, pk__gt=after)
    rows = list(old.select_for_update(of=("self",)).select_related("customer", "holding").order_by("pk")[:limit])
    done: list[SealedValue] = []
    for row in rows:
        try:
            done.append(sealed_row(spot_of(row), opened(row), row=row))
        except (sealing.KeyMissing, sealing.Broken):
            continue
    if len(done) < len(rows):
        logger.warning("%d sealed values do not open and stay as they are", len(rows) - len(done))
    SealedValue.objects.bulk_update(done, CHANGED)
    if not rows:
        keeping.seal_anew(kept_deliveries(programme_id))
        for each in _keepers:
            each.seal_anew(programme_by_id(programme_id))
        secrets.seal_anew()
    return rows[-1].pk if rows else None


def reseal_all(programme: Programme) -> None:
    """Seal everything of the programme anew, a transaction for each batch."""
    after: int | None = 0
    while after is not None:
        with inside(programme.pk):
            after = reseal_some(programme.pk, after=after)


def retire_unused() -> list[str]:
    """Take the keys that nothing needs out of the ring; return their ids. Conflict where one is still needed."""
    ring, used = sealing.ring(), uses()
    old = [key_id for key_id in ring.keys if key_id != ring.current]
    if needed := [key_id for key_id in old if used[key_id]]:
        raise Conflict(
            f"{', '.join(needed)} still open {sum(used[one] for one in needed):,} values, so nothing was taken "
            "out. Seal them anew first: rapport keys --reseal."
        )
    sealing.retire(old)
    return old
