"""A directory in tests: SCIM requests through Django's client."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from rapport.accounts.actions import issue_token
from rapport.accounts.models import Programme
from rapport.accounts.roles import Right

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass
class Answer:
    """What came back."""

    status: int
    told: Any
    headers: Any


@dataclass
class Directory:
    """A directory with a token for one programme."""

    programme: Programme
    rights: list[Right] = field(default_factory=lambda: [Right.PROVISION_PEOPLE])

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.secret = issue_token(programme=self.programme, name="directory", rights=self.rights)

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> Answer:
        """Send a request; ``content`` is JSON unless it is bytes."""
        sent = content if isinstance(content, bytes) else json.dumps(content) if content is not None else ""
        response = self.client.generic(
            method,
            f"/scim/v2/{self.programme.key}/{path}",
            sent,
            content_type="application/scim+json",
            headers={"Authorization": f"Bearer {self.secret}", **headers},
        )
        return Answer(response.status_code, json.loads(response.content or b"null"), response.headers)

    def person(self, called: str = "ada", **more: Any) -> Any:
        """Tell of a person; returns what came back."""
        return self.ask("POST", "Users", {"schemas": [USER], "userName": called, **more}).told

    def group(self, name: str, *members: str) -> Any:
        """Tell of a group; returns what came back."""
        told = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in members]}
        return self.ask("POST", "Groups", told).told

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> Answer:
        """Patch a resource."""
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **headers)
