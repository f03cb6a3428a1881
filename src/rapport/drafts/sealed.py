"""The secrets of services that write drafts, sealed with the installation's key ring."""

from __future__ import annotations

from rapport.drafts.models import Service
from rapport.kit import sealing
from rapport.kit.sealed_secrets import SealedSecrets


def _place(service: Service) -> sealing.Place:
    return sealing.Place(service.programme_id, Service._meta.db_table, "service", "secret")


SECRETS = SealedSecrets(Service, _place)
seal, unseal, uses, seal_anew = SECRETS.seal, SECRETS.unseal, SECRETS.uses, SECRETS.seal_anew
