"""An OpenID Connect provider in a few lines, in a thread: it says whatever a test wants it to say."""

from __future__ import annotations

import json
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from rapport.provisioning import oidc


class Provider:
    """What it publishes and tells; each may be replaced by anything that JSON can say."""

    def __init__(self) -> None:
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.host = f"localhost:{self.server.server_port}"
        self.issuer = f"http://{self.host}"
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.told: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def says(self, **changes: dict[str, Any]) -> None:
        """Say what is right, with ``changes`` to each thing that is said."""
        oidc._kept.clear()
        public = jwt.algorithms.ECAlgorithm.to_jwk(self.secret.public_key(), as_dict=True)
        ways = {"authorization_endpoint": "in", "token_endpoint": "token", "jwks_uri": "keys"}
        good: dict[str, dict[str, Any]] = {
            "configuration": {
                "issuer": self.issuer,
                **{name: f"{self.issuer}/{way}" for name, way in ways.items()},
                "userinfo_endpoint": f"{self.issuer}/person",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            },
            "key": {**public, "kid": "one", "use": "sig", "alg": "ES256"},
            "person": {"sub": "u-ada", "groups": ["Card reps"]},
            "token": {"access_token": "a", "token_type": "Bearer"},
            "claims": {
                "iss": self.issuer,
                "aud": "rapport",
                "sub": "u-ada",
                "iat": int(time.time()),
                "exp": int(time.time()) + 300,
                "preferred_username": "ada",
                "name": "Ada Byron",
            },
        }
        said = {what: {**one, **changes.get(what, {})} for what, one in good.items()}
        self.claims = said["claims"]
        self.told = {
            "openid-configuration": said["configuration"],
            "keys": changes.get("keys", {"keys": [said["key"]]}),
            "person": said["person"],
            "token": said["token"],
        }

    def sign_in(self, client: Client, code: str = "c") -> Any:
        """Go to the provider and come back; return what we answer."""
        left = client.get("/sign-in/with/bank/")
        if left.status_code != 302:
            return left
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(left["Location"]).query))
        claims = {"nonce": asked["nonce"], **self.claims}
        if "id_token" not in self.told["token"]:
            signed = jwt.api_jws.encode(json.dumps(claims).encode(), self.secret, "ES256", {"kid": "one"})
            self.told["token"]["id_token"] = signed
        return client.get("/sign-in/with/bank/back/", {"code": code, "state": asked["state"]})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                content = json.dumps(provider.told.get(self.path.rpartition("/")[2])).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler
