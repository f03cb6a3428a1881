"""A partner's identity provider that really runs (tests/identity/provider.mjs), and a browser for its pages."""

from __future__ import annotations

import html
import json
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

SCRIPT = Path(__file__).resolve().parents[4] / "tests" / "identity" / "provider.mjs"
SECRET = "shared between the two"
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"name": "Ada Byron", "groups": ["Card reps"], "amr": ["pwd"]},
    "ada-two": {"name": "Ada Byron", "groups": ["Card reps"], "amr": ["pwd", "mfa"], "login": "ada"},
    "ada-lead": {"name": "Ada Byron", "groups": ["Card leads"], "amr": ["pwd"], "login": "ada"},
    "ada-out": {"name": "Ada Byron", "groups": [], "amr": ["pwd"], "login": "ada"},
    "grace": {"name": "Grace Hopper", "groups": ["Somebody else's group"], "amr": ["pwd"]},
    "another-ada": {
        "name": "Ada Other",
        "groups": ["Card reps"],
        "amr": ["pwd"],
        "login": "ada",
        "sub": "u-other",
    },
    "linus": {"name": "Linus", "groups": ["Card reps"], "amr": ["pwd"]},
    "supervisor": {"name": "Mallory", "groups": ["Card leads"], "amr": ["pwd"]},
}


def person(key: str, told: dict[str, Any]) -> dict[str, Any]:
    """Return the person as the provider tells of them."""
    login = told.get("login", key)
    return {"sub": f"u-{login}", "preferred_username": login, "email": "supervisor@example.org", **told}


class IdentityProvider:
    """The provider, for a Rapport at ``base``: OpenID Connect for the service ``bank``, SAML for ``bank-saml``."""

    def __init__(self, base: str = "http://testserver") -> None:
        node = shutil.which("node")
        if node is None:
            pytest.skip("Identity providers need Node.")
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
        self.host = f"localhost:{port}"
        self.issuer = f"http://{self.host}"
        there = f"{base}/sign-in/with/"
        client = {
            "client_id": "rapport",
            "client_secret": SECRET,
            "redirect_uris": [f"{there}bank/back/"],
            "backchannel_logout_uri": f"{there}bank/signed-out/",
            "post_logout_redirect_uris": [base],
        }
        told = {
            "port": port,
            "people": {key: person(key, each) for key, each in PEOPLE.items()},
            "clients": [client],
            "services": {f"{there}bank-saml/metadata/": f"{there}bank-saml/assertion/"},
        }
        self.process = subprocess.Popen(
            [node, str(SCRIPT), json.dumps(told)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        assert json.loads(self.process.stdout.readline()) == {"issuer": self.issuer}

    def stop(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def oidc_rules(self) -> dict[str, Any]:
        """Return the rules of the service by OpenID Connect."""
        return {"issuer": self.issuer, "client_id": "rapport", "groups": "groups", "second_factor": ["mfa"]}

    def saml_metadata(self) -> str:
        """Return its SAML metadata."""
        return httpx.get(f"{self.issuer}/saml/metadata").text

    def saml_rules(self) -> dict[str, Any]:
        """Return what its SAML metadata does not say."""
        return {"groups": "groups", "called": "login", "second_factor": ["urn:example:two-factors"]}


class Elsewhere:
    """A browser on the provider's pages, for one sign-in."""

    def sign_in(self, address: str, who: str, how: str = "") -> httpx.Response:
        """Go to the provider, say who one is, and follow it up to where it sends us back."""
        with httpx.Client(follow_redirects=False, timeout=10) as self.client:
            return self._signed_in(address, who, how)

    def _signed_in(self, address: str, who: str, how: str) -> httpx.Response:
        page = self._followed(self.client.get(address))
        if page.is_redirect:
            return page
        fields = {
            **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)),
            "who": who,
            "how": how,
        }
        action = html.unescape(re.findall(r'action="([^"]+)"', page.text)[0])
        sent = {key: html.unescape(value) for key, value in fields.items()}
        return self._followed(self.client.post(page.url.join(action), data=sent))

    def _followed(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect and httpx.URL(answer.headers["Location"]).host in ("", "localhost"):
            answer = self.client.get(answer.url.join(answer.headers["Location"]))
        return answer


def asserted(page: httpx.Response) -> str:
    """Return the SAML response in the form that a provider's page sends on."""
    return html.unescape(re.findall(r'name="SAMLResponse" value="([^"]+)"', page.text)[0])
