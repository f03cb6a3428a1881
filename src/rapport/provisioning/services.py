"""A partner's sign-in services: what they are told by, how their secrets are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from rapport.accounts.actions import shut_out
from rapport.accounts.doors import entering
from rapport.accounts.queries import programmes
from rapport.events.actions import announce
from rapport.kit import clock, outbound
from rapport.kit.errors import Conflict, DomainError, Invalid, NotFound
from rapport.provisioning import sealed
from rapport.provisioning.events import ServiceSet
from rapport.provisioning.models import Service, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rapport.accounts.models import Partner, Programme

SLUG = re.compile("[a-z0-9][a-z0-9-]{0,49}")
COMMON = {"called": "", "shown": "name", "groups": "", "second_factor": []}
RULES: dict[str, dict[str, Any]] = {
    Service.Kind.OIDC.value: {
        **COMMON,
        "called": "preferred_username",
        "issuer": "",
        "client_id": "",
        "scopes": [],
    },
    Service.Kind.SAML.value: {**COMMON, "entity_id": "", "sso_url": "", "certificates": []},
}
NEEDED = {
    Service.Kind.OIDC.value: ("issuer", "client_id", "called"),
    Service.Kind.SAML.value: ("entity_id", "sso_url", "certificates"),
}


WHOSE_NAMES = ("issuer", "entity_id")  # which provider it is, and so whose names for people are kept


class NotVouched(DomainError):
    """What came from a sign-in service does not hold; the message is for the log, not for who came with it."""

    status = 403
    code = "not_vouched"


@dataclass(frozen=True)
class Vouched:
    """What a sign-in service said of a person, its signature and times checked.

    ``subject`` is its own name for them, ``called`` the one the directory uses, ``groups`` None where it names
    none, ``factors`` how they proved who they are.
    """

    subject: str
    called: str
    name: str
    groups: frozenset[str] | None = None
    factors: frozenset[str] = field(default_factory=frozenset)


@transaction.atomic
def set_service(
    *, partner: Partner, key: str, name: str, kind: str, rules: Mapping[str, Any], secret: str | None, actor: str
) -> Service:
    """Keep a partner's sign-in service; the secret that is kept stays where ``secret`` is None."""
    kept = _checked(kind, rules)
    if not SLUG.fullmatch(key) or not 0 < len(name) <= 100:
        raise Invalid("A sign-in service needs a key of lower-case letters, digits and hyphens, and a name.")
    found = Service.objects.select_for_update().filter(key=key).first()
    if found is not None and found.partner_id != partner.pk:
        raise Conflict("Another partner's sign-in service has this key.")
    service = found or Service(partner=partner, key=key)
    before = {"name": service.name, "kind": service.kind, **service.rules}
    after = {"name": name, "kind": kind, **kept}
    fields = sorted(each for each in {*before, *after} if before.get(each) != after.get(each))
    service.name, service.kind, service.rules, service.is_active = name, kind, kept, True
    service.changed_at = clock.now()
    if secret is not None:
        service.sealed_secret = sealed.seal(secret, service)
        fields.append("secret")
    service.save()
    if {"kind", *WHOSE_NAMES} & set(fields):
        Subject.objects.filter(service=service).delete()  # another provider's names are of other people
    _tell(service, fields, actor)
    return service


@transaction.atomic
def stop_service(service: Service, *, actor: str) -> None:
    """Let nobody in by this service any more; whoever it ever let in is signed out."""
    Service.objects.filter(pk=service.pk).update(is_active=False, changed_at=clock.now())
    _tell(service, ["is_active"], actor)
    for known in Subject.objects.select_related("identity__user").filter(service=service):
        shut_out(user=known.identity.user, why="service_stopped", actor=actor)


def service_by_key(key: str, kind: str = "") -> Service:
    """Return a sign-in service that lets people in now; of this kind, where one is named."""
    found = Service.objects.select_related("partner").filter(key=key, is_active=True).first()
    if found is None or kind not in ("", found.kind):
        raise NotFound("No company signs in at this address. Check it, or ask your supervisor for the right one.")
    return found


def services_of(partner: Partner) -> list[Service]:
    """Return a partner's sign-in services, also those that were stopped."""
    return list(Service.objects.filter(partner=partner).order_by("key"))


def programmes_of(partner_id: int) -> list[Programme]:
    """Return the programmes a partner's services can vouch for."""
    return [each for each in programmes() if each.partner_id == partner_id and not each.is_practice]


def read_metadata(text: str | bytes) -> dict[str, Any]:
    """Return a SAML service's rules from its metadata."""
    try:
        found = OneLogin_Saml2_IdPMetadataParser.parse(text).get("idp", {})
    except Exception as error:  # the parser raises whatever its XML reader raises
        raise Invalid("This is not the metadata of a SAML identity provider.") from error
    several = found.get("x509certMulti", {}).get("signing") or []
    certificates = several or [each for each in (found.get("x509cert"),) if each]
    address = found.get("singleSignOnService", {}).get("url", "")
    return {"entity_id": found.get("entityId", ""), "sso_url": address, "certificates": certificates}


def _checked(kind: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    if kind not in RULES:
        raise Invalid(f"A sign-in service is of kind {' or '.join(RULES)}, not {kind!r}.")
    known = RULES[kind]
    if unknown := sorted(set(rules) - set(known)):
        raise Invalid(f"{', '.join(unknown)}: not known for a sign-in service of kind {kind}.")
    wrong = sorted(name for name, value in rules.items() if type(value) is not type(known[name]))
    if wrong:
        raise Invalid(f"{', '.join(wrong)}: must be {'text or a list' if wrong else ''} as in the reference.")
    kept = {**known, **rules}
    if missing := [name for name in NEEDED[kind] if not kept[name]]:
        raise Invalid(f"{', '.join(missing)}: needed for a sign-in service of kind {kind}.")
    address = kept["issuer"] if kind == Service.Kind.OIDC.value else ""
    if address:
        outbound.check(address)
    return kept


def _tell(service: Service, fields: list[str], actor: str) -> None:
    for programme in programmes_of(service.partner_id):
        with entering(programme.key):
            happening = ServiceSet(service=service.key, fields=fields)
            announce(happening, programme=programme, subject=service.public_id, actor=actor)
