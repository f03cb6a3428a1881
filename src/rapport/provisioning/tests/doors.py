"""What the addresses of this module need: a sign-in service, a person and a group that a directory told of."""

from typing import Any

from rapport.conftest import World
from rapport.kit import clock
from rapport.provisioning.models import Service
from rapport.provisioning.services import RULES
from rapport.provisioning.tests.scim import Directory


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    partner, now, key = world.programme.partner, clock.now(), f"bank-of-{world.programme.key}"
    rules = {**RULES["saml"], "entity_id": "x", "sso_url": "https://id.bank.example/", "certificates": ["x"]}
    Service.objects.create(partner=partner, key=key, name="Bank", kind="saml", rules=rules, changed_at=now)
    directory = Directory(world.programme)
    person = directory.person()
    group = directory.group("Reps", person["id"])
    ways = ("begin", "back", "assertion", "finish", "metadata", "signed-out")
    return {
        **{f"sso-{way}": {"key": key} for way in ways},
        "scim-Users-one": {"number": person["id"]},
        "scim-Groups-one": {"number": group["id"]},
        "scim-Schemas-one": {"which": "urn:ietf:params:scim:schemas:core:2.0:User"},
        "scim-ResourceTypes-one": {"which": "User"},
        "scim-nothing": {"rest": "nothing"},
    }
