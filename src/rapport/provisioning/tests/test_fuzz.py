"""Whatever a directory or a browser on its way back from a sign-in service sends, it is never our fault."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.kit.tests.hostile import BY_HTTP, TEXTS, VALUES, objects, queries
from rapport.provisioning.models import Service
from rapport.provisioning.tests.doors import arguments
from rapport.provisioning.tests.scim import PATCH, USER, Directory

PATHS = (
    "userName",
    "name.givenName",
    'emails[type eq "work"].value',
    "members",
    'members[value eq "x"]',
    "active",
)
FILTERS = ('userName eq "ada"', 'name.givenName sw "a" and not (active eq true)', "emails[", "((((", "a eq 1 or")
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove"]) | TEXTS, "value": VALUES},
    optional={"path": st.sampled_from(PATHS) | TEXTS},
)
ASKED = queries("startIndex", "count", "sortBy", "attributes", "excludedAttributes", filter=list(FILTERS))
PERSON = {"schemas": [USER], "userName": "bo", "active": True, "name": {"givenName": "Bo"}, "emails": []}


@pytest.fixture
def directory(world: World) -> Directory:
    return Directory(world.programme)


@BY_HTTP
@given(asked=ASKED, kind=st.sampled_from(["Users", "Groups", "Schemas"]))
def test_a_search_is_answered_or_refused(directory: Directory, asked: dict[str, str], kind: str) -> None:
    assert directory.ask("GET", f"{kind}?{urlencode(asked)}").status < 500


@BY_HTTP
@given(operations=st.lists(OPERATIONS, max_size=3), told=objects(PERSON))
def test_a_patch_and_a_person_are_kept_or_refused(
    directory: Directory, operations: list[dict[str, Any]], told: dict[str, Any]
) -> None:
    number = directory.person().get("id") or directory.ask("GET", "Users").told["Resources"][0]["id"]
    assert directory.patch(f"Users/{number}", *operations).status < 500
    assert directory.ask("POST", "Users", {**PERSON, **told}).status < 500
    assert directory.ask("PATCH", f"Users/{number}", {"schemas": [PATCH], **told}).status < 500


@BY_HTTP
@given(asked=queries("code", "state", "iss", "error", "next", "SAMLResponse", "RelayState", "ticket", "company"))
def test_whoever_comes_back_from_elsewhere_is_answered(world: World, asked: dict[str, str]) -> None:
    arguments_of_bank(world)
    browser = Client(raise_request_exception=False)
    for way in ("", "bank/", "bank/back/", "bank/finish/", "bank/signed-out/"):
        assert browser.get(f"/sign-in/with/{way}?{urlencode(asked)}").status_code < 500, way
    assert browser.post("/sign-in/with/bank/assertion/", asked).status_code < 500


def arguments_of_bank(world: World) -> None:
    """Have the partner sign in by a service named bank."""
    if not Service.objects.exists():
        arguments(world)
