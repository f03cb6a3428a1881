"""Whatever a partner's provider says, signed or not: it is answered, and lets in nobody it did not name."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.kit.tests.hostile import BY_HTTP, damaged, objects
from rapport.provisioning.groups import map_group
from rapport.provisioning.models import Identity
from rapport.provisioning.services import set_service
from rapport.provisioning.tests.assertions import asked_by, assertion, offer, response, sent
from rapport.provisioning.tests.provider import Provider

NAMES = {
    "configuration": ["issuer", "token_endpoint", "userinfo_endpoint", "token_endpoint_auth_methods_supported"],
    "key": ["kty", "crv", "x", "y", "kid", "use", "alg"],
    "person": ["sub", "groups"],
    "token": ["access_token", "id_token"],
    "claims": ["iss", "aud", "azp", "sub", "exp", "iat", "nbf", "nonce", "amr", "acr", "groups"],
}
ODD: tuple[Any, ...] = (None, 1e20, "\x00", "\ud800", [7], {"a": 7})
CHANGES = st.fixed_dictionaries(
    {}, optional={what: objects(dict.fromkeys(names)) for what, names in NAMES.items()}
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.stop()


@pytest.fixture
def bank(world: World, provider: Provider, settings: Settings) -> World:
    settings.INTERNAL_HOSTS = (provider.host,)
    provider.says()
    map_group(programme=world.programme, group="Card reps", role=Role.REP, actor="test")
    offer(world.programme.partner)
    rules = {"issuer": provider.issuer, "client_id": "rapport", "groups": "groups", "second_factor": ["mfa"]}
    told: dict[str, Any] = {"partner": world.programme.partner, "actor": "test"}
    set_service(key="bank", name="Bank", kind="oidc", rules=rules, secret="a secret", **told)
    return world


def test_what_is_right_lets_in(bank: World, provider: Provider) -> None:
    client = Client()
    assert provider.sign_in(client).status_code == 302
    assert client.get("/at/cards/desk/").status_code == 200


@pytest.mark.parametrize("what", [*NAMES, "keys"])
def test_a_provider_that_errs_in_one_thing_is_answered(bank: World, provider: Provider, what: str) -> None:
    for odd in ODD:
        for name in NAMES.get(what, ["keys"]):
            answer_to(provider, {what: {name: odd}})


@BY_HTTP
@given(changes=CHANGES)
def test_a_provider_that_errs_is_answered(bank: World, provider: Provider, changes: dict[str, Any]) -> None:
    answer_to(provider, changes)


def answer_to(provider: Provider, changes: dict[str, Any]) -> None:
    """Have somebody sign in while the provider says this."""
    provider.says(**changes)
    client = Client(raise_request_exception=False)
    answer = provider.sign_in(client)
    assert answer.status_code in (302, 403), changes
    if answer.status_code == 302:
        assert client.get("/account/").status_code == 200, changes
    assert set(Identity.objects.values_list("key", flat=True)) <= {"ada"}


@BY_HTTP
@given(data=st.data())
def test_a_damaged_assertion_opens_for_nobody_else(bank: World, data: st.DataObject) -> None:
    client = Client(raise_request_exception=False)
    number = asked_by(client)
    good = response(number, assertion(number)).encode()
    assert sent(client, data.draw(damaged(good))).status_code in (302, 403)
    assert set(Identity.objects.values_list("key", flat=True)) <= {"ada"}
