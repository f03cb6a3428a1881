"""What the OpenAPI document says of every operation alike: how to say who one is, and what a refusal is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from rapport.accounts.doors import Door, door_of

REFUSALS = {
    "400": "The request cannot be read.",
    "401": "No token was sent.",
    "403": "The token or the role does not grant this.",
    "404": "There is no such thing, or the token is not for it.",
    "409": "The state has moved on, or the feed is stopped.",
    "422": "Something sent cannot be used.",
    "429": "Too much came from one place; Retry-After says in how many seconds it may be tried again.",
    "503": "The database cannot be reached just now; try again.",
}
REFUSAL: dict[str, Any] = {
    "type": "object",
    "title": "Refusal",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token of one programme."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "rapport_session",
        "description": "A person who is signed in, for reading from a browser; the port is part of the name.",
    },
}


class DocumentedAPI(NinjaAPI):
    """An API whose document names its security schemes and the refusals that any operation can answer with."""

    def get_openapi_schema(self, **told: Any) -> OpenAPISchema:
        """Return the document."""
        schema = super().get_openapi_schema(**told)
        components = schema["components"]
        components["securitySchemes"] = SCHEMES
        components.setdefault("schemas", {})["Refusal"] = REFUSAL
        for_members = {name for name, door in self._doors() if door.or_member}
        for item in schema["paths"].values():
            for operation in item.values():
                is_for_members = operation["operationId"] in for_members
                operation["security"] = [{"token": []}, *([{"session": []}] if is_for_members else [])]
                operation["responses"] = {str(code): one for code, one in operation["responses"].items()}
                operation["responses"] |= {code: _refusal(words) for code, words in REFUSALS.items()}
        return schema

    def _doors(self) -> Iterator[tuple[str, Door]]:
        """Yield each operation's name and the door that it declares."""
        for _, router in self._routers:
            for view in router.path_operations.values():
                for operation in view.operations:
                    if door := door_of(operation.view_func):
                        yield operation.operation_id or self.get_openapi_operation_id(operation), door


def _refusal(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Refusal"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}
