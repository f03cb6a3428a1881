"""The secrets of services that write drafts, sealed with the installation's key ring."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rapport.drafts.models import Service
from rapport.kit import sealing

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def seal(secret: str, service: Service) -> str:
    """Return the secret as it is kept."""
    return sealing.seal(secret, _place(service))


def unseal(service: Service) -> str:
    """Return the service's secret; empty where it has none."""
    return sealing.unseal(service.sealed_secret, _place(service)) if service.sealed_secret else ""


def uses(programme: Programme) -> Counter[str]:
    """Return how many secrets each key of the ring opens."""
    kept = Service.objects.filter(programme=programme).exclude(sealed_secret="")
    return Counter(map(sealing.key_of, kept.values_list("sealed_secret", flat=True)))


def seal_anew(programme: Programme) -> None:
    """Seal with the current key what an earlier one opens."""
    current = sealing.ring().current
    for one in Service.objects.select_for_update().filter(programme=programme).exclude(sealed_secret=""):
        if sealing.key_of(one.sealed_secret) != current:
            one.sealed_secret = seal(unseal(one), one)
            one.save(update_fields=["sealed_secret"])


def _place(service: Service) -> sealing.Place:
    return sealing.Place(service.programme_id, Service._meta.db_table, "service", "secret")
