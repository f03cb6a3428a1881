"""The secrets of connectors, sealed with the installation's key ring."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rapport.guides.connectors.models import Connector
from rapport.kit import sealing

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def seal(secret: str, connector: Connector) -> str:
    """Return the secret as it is kept."""
    return sealing.seal(secret, _place(connector))


def unseal(connector: Connector) -> str:
    """Return the connector's secret; empty where it has none."""
    return sealing.unseal(connector.sealed_secret, _place(connector)) if connector.sealed_secret else ""


def uses(programme: Programme) -> Counter[str]:
    """Return how many secrets each key of the ring opens."""
    kept = Connector.objects.filter(programme=programme).exclude(sealed_secret="")
    return Counter(map(sealing.key_of, kept.values_list("sealed_secret", flat=True)))


def seal_anew(programme: Programme) -> None:
    """Seal with the current key what an earlier one opens."""
    current = sealing.ring().current
    for one in Connector.objects.select_for_update().filter(programme=programme).exclude(sealed_secret=""):
        if sealing.key_of(one.sealed_secret) != current:
            one.sealed_secret = seal(unseal(one), one)
            one.save(update_fields=["sealed_secret"])


def _place(connector: Connector) -> sealing.Place:
    return sealing.Place(connector.programme_id, Connector._meta.db_table, str(connector.public_id), "secret")
