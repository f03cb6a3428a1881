"""The secrets of sign-in services, sealed with the installation's key ring."""

from __future__ import annotations

from collections import Counter

from django.db import transaction

from rapport.kit import sealing
from rapport.provisioning.models import Service


def seal(secret: str, service: Service) -> str:
    """Return the secret as it is kept."""
    return sealing.seal(secret, _place(service))


def unseal(service: Service) -> str:
    """Return the service's secret; empty where it has none."""
    return sealing.unseal(service.sealed_secret, _place(service)) if service.sealed_secret else ""


def uses() -> Counter[str]:
    """Return how many secrets each key of the ring opens."""
    kept = Service.objects.exclude(sealed_secret="").values_list("sealed_secret", flat=True)
    return Counter(map(sealing.key_of, kept))


@transaction.atomic
def seal_anew() -> None:
    """Seal with the current key what an earlier one opens."""
    current = sealing.ring().current
    for service in Service.objects.select_for_update().exclude(sealed_secret=""):
        if sealing.key_of(service.sealed_secret) != current:
            service.sealed_secret = seal(unseal(service), service)
            service.save(update_fields=["sealed_secret"])


def _place(service: Service) -> sealing.Place:
    """A secret stands with its service, which is of a partner and of no programme (0)."""
    return sealing.Place(programme_id=0, table="provisioning_service", row=str(service.public_id), field="secret")
