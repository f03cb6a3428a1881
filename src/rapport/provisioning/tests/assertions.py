"""A SAML provider in a few lines: assertions signed with its key, as they should be and twisted."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Saml

from rapport.accounts.models import Partner
from rapport.provisioning.services import set_service

BACK = "http://testserver/sign-in/with/bank-saml/"
ISSUER = "https://id.bank.example/saml"
SAML = "urn:oasis:names:tc:SAML:2.0"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bank")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, KEY.public_key(), 1, now, now + timedelta(days=2))
    return made.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


CERTIFICATE = _certificate()
SECRET = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


def offer(partner: Partner) -> None:
    """Have the partner sign in by this provider, as the service ``bank-saml``."""
    rules = {
        "entity_id": ISSUER,
        "sso_url": "https://id.bank.example/saml",
        "certificates": [CERTIFICATE],
        "groups": "groups",
    }
    set_service(partner=partner, key="bank-saml", name="Bank", kind="saml", rules=rules, secret=None, actor="test")


def asked_by(client: Client) -> str:
    """Have a browser ask to sign in; return the id of its request."""
    assert client.get("/sign-in/with/bank-saml/").status_code == 302
    return str(list(client.session["socialaccount_states"])[-1])


def assertion(request: str, *, confirms: str | None = None, groups: str = "Card reps", who: str = "ada") -> str:
    """Return a signed assertion; ``confirms`` are the attributes of its confirmation of the subject."""
    now = datetime.now(UTC)
    ends = f"{now + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
    told = f'InResponseTo="{request}" Recipient="{BACK}assertion/"' if confirms is None else confirms
    text = (
        f'<saml:Assertion xmlns:saml="{SAML}:assertion" ID="_a{request}" Version="2.0"'
        f' IssueInstant="{now:%Y-%m-%dT%H:%M:%SZ}"><saml:Issuer>{ISSUER}</saml:Issuer><saml:Subject>'
        f'<saml:NameID>{who}</saml:NameID><saml:SubjectConfirmation Method="{SAML}:cm:bearer">'
        f'<saml:SubjectConfirmationData NotOnOrAfter="{ends}" {told}/></saml:SubjectConfirmation></saml:Subject>'
        f'<saml:Conditions NotOnOrAfter="{ends}"><saml:AudienceRestriction><saml:Audience>{BACK}metadata/'
        "</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
        f'<saml:AuthnStatement AuthnInstant="{now:%Y-%m-%dT%H:%M:%SZ}"><saml:AuthnContext>'
        f"<saml:AuthnContextClassRef>{SAML}:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>"
        '</saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>'
        f"{groups}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
    )
    signed = Saml.add_sign(text, SECRET, CERTIFICATE)
    return signed.decode() if isinstance(signed, bytes) else str(signed)


def response(request: str, inside: str) -> str:
    """Return the response around an assertion, which nobody signs."""
    return (
        f'<samlp:Response xmlns:samlp="{SAML}:protocol" xmlns:saml="{SAML}:assertion" ID="_r" Version="2.0"'
        f' IssueInstant="2026-01-01T00:00:00Z" InResponseTo="{request}" Destination="{BACK}assertion/">'
        f'<saml:Issuer>{ISSUER}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{SAML}:status:Success"/>'
        f"</samlp:Status>{inside}</samlp:Response>"
    )


def sent(client: Client, told: str | bytes) -> Any:
    """Send a response as a provider's page does, then come back with the browser that asked."""
    content = told.encode() if isinstance(told, str) else told
    posted = Client(raise_request_exception=False).post(
        "/sign-in/with/bank-saml/assertion/", {"SAMLResponse": base64.b64encode(content).decode()}
    )
    if posted.status_code != 303:
        return posted
    return client.get(posted["Location"].removeprefix("http://testserver"))
