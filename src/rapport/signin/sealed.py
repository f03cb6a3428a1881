"""The secrets of second factors, sealed with the installation's key ring: whoever reads the database has none."""

from __future__ import annotations

from collections import Counter

from allauth.mfa.models import Authenticator
from django.db import transaction

from rapport.kit import sealing

PLACE = sealing.Place(programme_id=0, table="mfa_authenticator", row="", field="secret")
FIELDS = ("secret", "seed")  # of an app, of recovery codes; a passkey's secret never leaves its keeper


def seal(secret: str) -> str:
    """Return the secret as it is kept."""
    return sealing.seal(secret, PLACE)


def unseal(kept: str) -> str:
    """Return the secret."""
    return sealing.unseal(kept, PLACE)


def uses() -> Counter[str]:
    """Return how many secrets each key of the ring opens."""
    kept = Authenticator.objects.values_list("data", flat=True)
    return Counter(sealing.key_of(data[field]) for data in kept for field in FIELDS if field in data)


@transaction.atomic
def seal_anew() -> int:
    """Seal with the current key what an earlier one opens; return how many secrets."""
    current = sealing.ring().current
    done = 0
    for factor in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN):
        for field in FIELDS:
            if field in factor.data and sealing.key_of(factor.data[field]) != current:
                factor.data[field] = seal(unseal(factor.data[field]))
                factor.save(update_fields=["data"])
                done += 1
    return done
