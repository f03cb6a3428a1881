"""The secret that each row of a model may have (of a connector, a service), in its column ``sealed_secret``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rapport.kit import sealing

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from rapport.accounts.models import Programme


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """Seals, opens, counts and seals anew the secrets of a model, each bound to the place that ``place`` tells."""

    model: type[Model]
    place: Callable[[Any], sealing.Place]

    def seal(self, secret: str, row: Model) -> str:
        """Return the secret as it is kept."""
        return sealing.seal(secret, self.place(row))

    def unseal(self, row: Any) -> str:
        """Return the row's secret; empty where it has none."""
        return sealing.unseal(row.sealed_secret, self.place(row)) if row.sealed_secret else ""

    def uses(self, programme: Programme | None = None) -> Counter[str]:
        """Return how many secrets of the programme, or of all, each key of the ring opens."""
        return Counter(map(sealing.key_of, self._kept(programme).values_list("sealed_secret", flat=True)))

    @transaction.atomic
    def seal_anew(self, programme: Programme | None = None) -> None:
        """Seal with the current key what an earlier one opens."""
        current = sealing.ring().current
        for row in self._kept(programme).select_for_update():
            if sealing.key_of(row.sealed_secret) != current:
                row.sealed_secret = self.seal(self.unseal(row), row)
                row.save(update_fields=["sealed_secret"])

    def _kept(self, programme: Programme | None) -> QuerySet[Any]:
        kept: QuerySet[Any] = self.model._default_manager.exclude(sealed_secret="")
        return kept.filter(programme=programme) if programme else kept
