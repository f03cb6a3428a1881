"""The secrets of sign-in services, sealed with the installation's key ring."""

from __future__ import annotations

from rapport.kit import sealing
from rapport.kit.sealed_secrets import SealedSecrets
from rapport.provisioning.models import Service


def _place(service: Service) -> sealing.Place:
    """A secret stands with its service, which is of a partner and of no programme (0)."""
    return sealing.Place(programme_id=0, table="provisioning_service", row=str(service.public_id), field="secret")


SECRETS = SealedSecrets(Service, _place)
seal, unseal, uses, seal_anew = SECRETS.seal, SECRETS.unseal, SECRETS.uses, SECRETS.seal_anew
