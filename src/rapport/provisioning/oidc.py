"""OpenID Connect: the way to a partner's provider and back (code flow with PKCE, state and nonce), and sign-out.

Everything a provider tells is checked here: the signature by a key it publishes, issuer, audience, times, nonce.
Its addresses are called through rapport.kit.outbound only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import jwt

from rapport.kit import outbound
from rapport.provisioning.sealed import unseal
from rapport.provisioning.services import NotVouched, Vouched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rapport.provisioning.models import Service

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 60  # seconds by which two clocks may differ
KEPT_SECONDS = 600  # how long what a provider publishes is kept
ASKED_ANEW_SECONDS = 30  # how often at most an unknown key makes us look again
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
SCOPES = ["openid", "profile"]


@dataclass(frozen=True)
class Way:
    """The way to the provider: its address, and what must be remembered until the person is back."""

    address: str
    state: dict[str, str]


_kept: dict[str, tuple[float, Any]] = {}


def way_to(service: Service, *, back: str, state: str) -> Way:
    """Return where to send a browser, which comes back to ``back`` with ``state``."""
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": service.rules["client_id"],
        "redirect_uri": back,
        "scope": " ".join(dict.fromkeys([*SCOPES, *service.rules["scopes"]])),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    endpoint = _endpoint(service, "authorization_endpoint")
    joint = "&" if "?" in endpoint else "?"
    return Way(f"{endpoint}{joint}{urlencode(asked)}", {"verifier": verifier, "nonce": nonce})


def vouched_by(service: Service, *, code: str, back: str, state: Mapping[str, str]) -> Vouched:
    """Return who the provider says came back with this code; NotVouched for anything that does not hold."""
    tokens = _tokens(service, code=code, back=back, verifier=state["verifier"])
    claims = _claims(service, str(tokens.get("id_token", "")))
    if claims.get("nonce") != state["nonce"]:
        raise NotVouched("the nonce is another")
    rules = service.rules
    wanted = [rules[each] for each in ("called", "shown", "groups") if rules[each]]
    if any(each not in claims for each in wanted) and tokens.get("access_token"):
        claims = {**_person(service, str(tokens["access_token"]), str(claims["sub"])), **claims}
    return Vouched(
        subject=str(claims["sub"]),
        called=str(claims.get(rules["called"]) or ""),
        name=str(claims.get(rules["shown"]) or ""),
        groups=frozenset(_texts(claims.get(rules["groups"]))) if rules["groups"] else None,
        factors=frozenset([*_texts(claims.get("amr")), *_texts(claims.get("acr"))]),
    )


def signed_out_by(service: Service, token: str) -> tuple[str, str, float]:
    """Return the subject whom the provider signed out, the token's own id and its end (back-channel logout)."""
    claims = _claims(service, token, needed=["iss", "aud", "iat", "exp", "jti", "sub"])
    events = claims.get("events")
    if not isinstance(events, dict) or LOGOUT not in events or "nonce" in claims:
        raise NotVouched("this is no token of a sign-out")
    return str(claims["sub"]), str(claims["jti"]), float(claims["exp"])


def _tokens(service: Service, *, code: str, back: str, verifier: str) -> dict[str, Any]:
    secret, client = unseal(service), service.rules["client_id"]
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    known = _texts(_configuration(service).get("token_endpoint_auth_methods_supported", "client_secret_basic"))
    if secret and "client_secret_basic" in known:
        pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        sent |= {"client_id": client, **({"client_secret": secret} if secret else {})}
    answer = outbound.post(_endpoint(service, "token_endpoint"), urlencode(sent).encode(), headers=headers)
    if answer.status != 200:
        raise NotVouched(f"the provider takes the code with {answer.status}")
    return _object(answer.body)


def _person(service: Service, access_token: str, subject: str) -> dict[str, Any]:
    """Return what the provider's userinfo adds, of this very subject."""
    endpoint = _configuration(service).get("userinfo_endpoint")
    if not endpoint:
        return {}
    answer = outbound.get(str(endpoint), headers={"Authorization": f"Bearer {access_token}"})
    told = _object(answer.body) if answer.status == 200 else {}
    if told and told.get("sub") != subject:
        raise NotVouched("userinfo is of another person")
    return told


def _claims(service: Service, token: str, needed: list[str] | None = None) -> dict[str, Any]:
    """Return a token's claims: signed by a published key, for us, by this issuer, in time."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_key_of(service, jwt.get_unverified_header(token)),
            algorithms=ALGORITHMS,
            audience=service.rules["client_id"],
            issuer=_issuer(service),
            leeway=LEEWAY,
            options={"require": needed or ["iss", "aud", "iat", "exp", "sub"]},
        )
    except Exception as error:  # whatever odd keys and tokens bring their readers to raise
        raise NotVouched(f"the token does not hold: {error}") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", service.rules["client_id"] if not several else "") != service.rules["client_id"]:
        raise NotVouched("the token was made for another party")
    return claims


def _key_of(service: Service, header: Mapping[str, Any]) -> jwt.PyJWK:
    """Return the published key that a token names; looked up again when it is not known, now and then."""
    address = _endpoint(service, "jwks_uri")
    for kept_seconds in (KEPT_SECONDS, ASKED_ANEW_SECONDS):
        published = _fetched(address, kept_seconds).get("keys")
        listed = published if isinstance(published, list) else []
        usable = [each for each in listed if isinstance(each, dict) and each.get("use", "sig") == "sig"]
        named = [each for each in usable if "kid" not in header or each.get("kid") == header["kid"]]
        if len(named) == 1 and header.get("alg") in ALGORITHMS:
            return jwt.PyJWK(named[0], algorithm=named[0].get("alg") or header["alg"])
    raise NotVouched("the token is signed by no key that the provider publishes")


def _configuration(service: Service) -> dict[str, Any]:
    found = _fetched(f"{_issuer(service).rstrip('/')}/.well-known/openid-configuration", KEPT_SECONDS)
    if found.get("issuer") != _issuer(service):
        raise NotVouched("the provider calls itself otherwise")
    return found


def _issuer(service: Service) -> str:
    return str(service.rules["issuer"])


def _endpoint(service: Service, name: str) -> str:
    address = str(_configuration(service).get(name, ""))
    outbound.check(address)
    return address


def _fetched(address: str, kept_seconds: float) -> dict[str, Any]:
    at, found = _kept.get(address, (0.0, {}))
    if time.monotonic() - at > kept_seconds or not found:
        answer = outbound.get(address)
        if answer.status != 200:
            raise NotVouched(f"the provider answers {answer.status} at {address}")
        found = _object(answer.body)
        _kept[address] = (time.monotonic(), found)
    return dict(found)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotVouched("the provider's answer is not JSON") from error
    if not isinstance(found, dict):
        raise NotVouched("the provider's answer is no object")
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
