"""SAML 2.0: the way to a partner's identity provider and what it asserts (web browser profile, by python3-saml).

An assertion must be signed by a certificate on file, be for us and this address, be in time, answer a request of
ours, and is good once. A browser gets in only if that request was its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as Xml

from rapport.provisioning.services import NotVouched, Vouched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rapport.provisioning.models import Service

CONFIRMED = "//saml:Assertion/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
LARGEST = 256 * 1024  # characters of an assertion, as sent
SECURITY: Final = {
    "authnRequestsSigned": False,
    "wantAssertionsSigned": True,
    "wantNameId": True,
    "wantAttributeStatement": False,
    "requestedAuthnContext": False,
    "rejectDeprecatedAlgorithm": True,
    "failOnAuthnContextMismatch": False,
    "allowRepeatAttributeName": True,
    "allowSingleLabelDomains": True,
}


class Asserted:
    """What a provider asserted: who it is, which request it answers, the assertion's id and end."""

    def __init__(self, auth: Any, service: Service) -> None:
        rules, attributes = service.rules, auth.get_attributes()
        subject = str(auth.get_nameid() or "")
        called = _first(attributes, rules["called"]) if rules["called"] else subject
        groups = frozenset(_texts(attributes, rules["groups"])) if rules["groups"] else None
        self.vouched = Vouched(
            subject=subject,
            called=called,
            name=_first(attributes, rules["shown"]),
            groups=groups,
            factors=frozenset(auth.get_last_authn_contexts() or ()),
        )
        self.request = _request_answered(auth)
        self.id = str(auth.get_last_assertion_id() or "")
        self.until = float(auth.get_last_assertion_not_on_or_after() or 0)


def way_to(service: Service, *, base: str) -> tuple[str, str]:
    """Return where to send a browser, and the id of the request that the answer must name."""
    auth = _auth(service, base=base, post={})
    return str(auth.login(return_to="")), str(auth.get_last_request_id())


def asserted(service: Service, *, base: str, post: Mapping[str, str]) -> Asserted:
    """Return what the provider asserted; NotVouched for anything that does not hold."""
    sent = post.get("SAMLResponse", "")
    if not sent or len(sent) > LARGEST:
        raise NotVouched("no assertion, or one that is too large")
    auth = _auth(service, base=base, post={"SAMLResponse": sent})
    try:
        auth.process_response()
    except Exception as error:  # whatever a forged one brings the readers of XML to raise
        raise NotVouched(f"the assertion cannot be read: {type(error).__name__}") from error
    if auth.get_errors() or not auth.is_authenticated():
        raise NotVouched(f"the assertion does not hold: {auth.get_last_error_reason()}")
    found = Asserted(auth, service)
    if not (found.request and found.id and found.until):
        raise NotVouched("the assertion answers no request to this address, or has no id or no end")
    if not Xml.query(Xml.to_etree(auth.get_last_response_xml()), "//saml:Audience"):
        raise NotVouched("the assertion is for everybody")
    return found


def metadata(service: Service, *, base: str) -> str:
    """Return what a provider needs to know of us, as XML."""
    settings = OneLogin_Saml2_Settings(_settings(service, base), sp_validation_only=True)
    told = settings.get_sp_metadata()
    return str(told.decode() if isinstance(told, bytes) else told)


def _request_answered(auth: Any) -> str:
    """Return the request that the assertion itself answers, at this address: what is around it is not signed."""
    response = Xml.to_etree(auth.get_last_response_xml())
    told = Xml.query(response, CONFIRMED)
    named = {each.get("InResponseTo") for each in told if each.get("Recipient")}
    is_one = len(named) == 1 and all(each.get("Recipient") for each in told)
    return str(named.pop() or "") if is_one else ""


def _auth(service: Service, *, base: str, post: Mapping[str, str]) -> Any:
    scheme, _, rest = base.partition("://")
    host, _, path = rest.partition("/")
    request = {
        "https": "on" if scheme == "https" else "off",
        "http_host": host,
        "script_name": f"/{path}assertion/",
        "get_data": {},
        "post_data": dict(post),
    }
    return OneLogin_Saml2_Auth(request, _settings(service, base))


def _settings(service: Service, base: str) -> dict[str, Any]:
    rules = service.rules
    return {
        "strict": True,
        "debug": False,
        "security": SECURITY,
        "sp": {
            "entityId": f"{base}metadata/",
            "assertionConsumerService": {"url": f"{base}assertion/", "binding": Names.BINDING_HTTP_POST},
            "NameIDFormat": Names.NAMEID_UNSPECIFIED,
        },
        "idp": {
            "entityId": rules["entity_id"],
            "singleSignOnService": {"url": rules["sso_url"], "binding": Names.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": rules["certificates"]},
        },
    }


def _first(attributes: Mapping[str, list[Any]], name: str) -> str:
    return next(iter(_texts(attributes, name)), "")


def _texts(attributes: Mapping[str, list[Any]], name: str) -> list[str]:
    return [each for each in attributes.get(name, []) if isinstance(each, str)]
