"""The OpenAPI document is true: whoever calls whatever it allows or forbids gets an answer that it describes."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rapport.accounts import actions as accounts
from rapport.accounts.roles import RIGHTS, Right, Role
from rapport.api.v1 import api
from rapport.channels.cti import actions as cti
from rapport.channels.cti.forms import read
from rapport.conftest import World
from rapport.kit.walls import inside

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES, OF_WHO_MAY = (2, 1), (8, 4)
"""How often an operation is called in the programme the caller is of, and in any."""
DOCUMENT = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
OPERATIONS = [each.ok() for each in DOCUMENT.get_all_operations()]
Caller = Callable[[World], Client]


def signed_in(role: Role, key: str = "cards") -> Caller:
    def make(world: World) -> Client:
        programme = world.programme if key == "cards" else world.other
        with inside(programme.pk):
            member = accounts.ensure_member(
                programme=programme, agent_id=f"s-{role}", name="Somebody", role=role, password=None
            )
        client = Client()
        client.force_login(member.user)
        return client

    return make


def with_token(*rights: Right, key: str = "cards") -> Caller:
    def make(world: World) -> Client:
        programme = world.programme if key == "cards" else world.other
        with inside(programme.pk):
            secret = accounts.issue_token(programme=programme, name="test", rights=list(rights))
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return make


NONE: frozenset[Right] = frozenset()
CALLERS: dict[str, tuple[Caller, frozenset[Right]]] = {
    "nobody": (lambda _: Client(), NONE),
    "a wrong token": (lambda _: Client(headers={"Authorization": "Bearer rpt_x"}), NONE),
    "no bearer": (lambda _: Client(headers={"Authorization": "Basic eDp5"}), NONE),
    "a token of a telephone system": (with_token(Right.REPORT_CALLS), NONE),
    "a token of another programme": (with_token(Right.USE_API, Right.SEE_FEEDS, key="loans"), NONE),
    "a token": (with_token(Right.USE_API), frozenset({Right.USE_API})),
    "a token of who handles personal data": (
        with_token(Right.HANDLE_PERSONAL_DATA, Right.MANAGE_PROGRAMME),
        frozenset({Right.HANDLE_PERSONAL_DATA, Right.MANAGE_PROGRAMME}),
    ),
    "a token of who writes guides": (with_token(Right.WRITE_GUIDES), frozenset({Right.WRITE_GUIDES})),
    "a token of the partner": (
        with_token(Right.SEE_FEEDS, Right.DELIVER_FILES),
        frozenset({Right.SEE_FEEDS, Right.DELIVER_FILES}),
    ),
    "a token of a recorder": (with_token(Right.DELIVER_RECORDINGS), frozenset({Right.DELIVER_RECORDINGS})),
    **{str(role): (signed_in(role), RIGHTS[role]) for role in Role},
    "an outsider who may there": (signed_in(Role.SUPERVISOR, "loans"), NONE),
}


def needed(operation: APIOperation[Any, Any, Any, Any]) -> Right:
    if "/privacy/" in operation.path:
        return Right.MANAGE_PROGRAMME if operation.path.endswith("/retention") else Right.HANDLE_PERSONAL_DATA
    if "/guides" in operation.path or ("/library" in operation.path and operation.method.upper() == "PUT"):
        return Right.WRITE_GUIDES
    if operation.path.endswith(("/cancellations", "/accepted-offers", "/sales")):
        return Right.DELIVER_FILES
    if operation.path.endswith("}/recordings"):
        return Right.USE_API if operation.method.upper() == "GET" else Right.DELIVER_RECORDINGS
    return Right.SEE_FEEDS if operation.path.endswith(("/feeds", "/deliveries")) else Right.USE_API


OF_ONE = ("}", "}/trace", "}/versions", "{contact}/recordings")
OF_PRIVACY = ("nobody", "a token", "a token of who handles personal data", "manager", "administrator")
"""Enough callers for the operations on personal data: no session gets in, whatever its role."""


def may_call(operation: APIOperation[Any, Any, Any, Any], caller: str) -> bool:
    by_token_only = any(
        part in operation.path
        for part in ("/privacy/", "/guides", "/library", "/cancellations", "/accepted", "/sales", "/recordings")
    )
    return needed(operation) in CALLERS[caller][1] and (not by_token_only or "token" in caller)


def call(client: Client, case: Case[Any]) -> Response:
    """Send a case to the application and return its answer as schemathesis reads it."""
    told = case.as_transport_kwargs(base_url="http://testserver")
    path = told["url"].removeprefix("http://testserver")
    query = urlencode({k: v for k, v in (told.get("params") or {}).items() if v is not None}, doseq=True)
    body, kind = told.get("data", b""), "text/csv"
    if "json" in told:
        body, kind = json.dumps(told["json"]), "application/json"
    answer = client.generic(
        case.method,
        path,
        body if isinstance(body, bytes) else str(body).encode(),
        content_type=kind,
        QUERY_STRING=query,
    )
    return Response(
        status_code=answer.status_code,
        headers={name.lower(): [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=requests.Request(case.method, told["url"]).prepare(),
        elapsed=0.1,
        verify=False,
    )


def statuses(client: Client, operation: APIOperation[Any, Any, Any, Any], may_read: bool) -> set[int]:
    """Call one operation in many ways; return the statuses of the answers, all of which are as documented."""
    seen: set[int] = set()

    def check(case: Case[Any], key: str | None) -> None:
        if key:
            case.path_parameters["key"] = key
        response = call(client, case)
        case.validate_response(response, checks=CHECKS)
        seen.add(response.status_code)

    for key, examples in zip(("cards", None), OF_WHO_MAY if may_read else EXAMPLES, strict=True):
        told = given(case=operation.as_strategy(), key=st.just(key))(check)
        settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(told)()
    return seen


@pytest.mark.parametrize("caller", CALLERS)
def test_every_answer_is_documented_and_nobody_gets_in_who_may_not(world: World, caller: str) -> None:
    client = CALLERS[caller][0](world)
    cti.take(programme=world.programme, told=read({"event": "newCall", "callId": "1", "from": "+49301"}))
    for each in OPERATIONS:
        if "/privacy/" in each.path and caller not in OF_PRIVACY:
            continue
        may_read = may_call(each, caller)
        seen = statuses(client, each, may_read)
        assert may_read or min(seen) >= 400, each.path
        if may_read and each.method.upper() == "GET" and not each.path.endswith(OF_ONE):
            assert 200 in seen, each.path


def test_every_operation_says_who_may_call_it_and_how_it_refuses() -> None:
    told = api.get_openapi_schema()
    for item in told["paths"].values():
        for operation in item.values():
            assert operation["security"] and {"401", "403", "404", "422", "429"} <= set(operation["responses"])
    assert set(told["components"]["securitySchemes"]) == {"token", "session"}
    read = {path: item["get"]["security"] for path, item in told["paths"].items() if "get" in item}
    for_members = {path.rpartition("}/")[2] for path, security in read.items() if {"session": []} in security}
    assert {"contacts", "metrics"} <= for_members
    assert not {"guides", "library", "own-reps"} & for_members


def test_a_package_is_told_to_be_a_zip() -> None:
    paths = api.get_openapi_schema()["paths"]
    [taken] = [item["post"]["responses"]["200"] for path, item in paths.items() if path.endswith("/take")]
    assert list(taken["content"]) == ["application/zip"]
