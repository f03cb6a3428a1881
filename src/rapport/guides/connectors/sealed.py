"""The secrets of connectors, sealed with the installation's key ring."""

from __future__ import annotations

from rapport.guides.connectors.models import Connector
from rapport.kit import sealing
from rapport.kit.sealed_secrets import SealedSecrets


def _place(connector: Connector) -> sealing.Place:
    return sealing.Place(connector.programme_id, Connector._meta.db_table, str(connector.public_id), "secret")


SECRETS = SealedSecrets(Connector, _place)
seal, unseal, uses, seal_anew = SECRETS.seal, SECRETS.unseal, SECRETS.uses, SECRETS.seal_anew
