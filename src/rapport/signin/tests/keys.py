"""A keeper of passkeys in software: it answers our challenges as a browser with a security key would."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

Flag = AuthenticatorData.FLAG
Cose: Any = ES256  # its maker says nothing of types
OURS = hashlib.sha256(b"testserver").digest()


class Key:
    """One key. ``is_verified``: it has seen a finger, a face or a PIN, and says so."""

    def __init__(self) -> None:
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.owner = ""
        self.is_verified = True

    def add_to(self, client: Client, **changes: Any) -> Any:
        """Be added to the account of who is signed in."""
        options = asked_on(client.get("/account/2fa/passkey/"))
        self.owner = options["publicKey"]["user"]["id"]
        public = AttestedCredentialData.create(
            Aaguid.NONE, self.id, Cose.from_cryptography_key(self.secret.public_key())
        )
        told = AuthenticatorData.create(OURS, self._flags() | Flag.AT, 0, public)
        response = {
            "clientDataJSON": self._heard("webauthn.create", options),
            "attestationObject": websafe_encode(AttestationObject.create("none", told, {})),
        }
        made = {**self._answer(response), "clientExtensionResults": {"credProps": {"rk": True}}, **changes}
        return client.post("/account/2fa/passkey/", {"credential": json.dumps(made), "name": "Key"})

    def answer(self, options: dict[str, Any]) -> str:
        """Answer a challenge, as our page sends it on."""
        told = AuthenticatorData.create(OURS, self._flags(), 0)
        heard = self._heard("webauthn.get", options)
        signed = told + hashlib.sha256(websafe_decode(heard)).digest()
        response = {
            "clientDataJSON": heard,
            "authenticatorData": websafe_encode(told),
            "signature": websafe_encode(self.secret.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self.owner,
        }
        return json.dumps(self._answer(response))

    def _flags(self) -> Flag:
        return Flag.UP | Flag.UV if self.is_verified else Flag.UP

    def _heard(self, kind: str, options: dict[str, Any]) -> str:
        told = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": "https://testserver"}
        return str(websafe_encode(json.dumps(told).encode()))

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        number = websafe_encode(self.id)
        return {
            "id": number,
            "rawId": number,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def asked_on(page: Any) -> dict[str, Any]:
    """Return the challenge on one of our pages."""
    found = re.search(r"data-passkey-options>(.*?)</script>", page.content.decode())
    assert found
    return dict(json.loads(found[1]))
