"""Whatever is sent to the forms and the API of personal data is done, or refused in words."""

from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.accounts.roles import Right
from rapport.conftest import World
from rapport.customers.models import Customer
from rapport.kit.errors import Invalid
from rapport.kit.tests.hostile import BY_HTTP, FUZZED, TEXTS, VALUES, objects, queries
from rapport.privacy.catalogue import SUGGESTED
from rapport.privacy.forms import read_day, read_months
from rapport.privacy.tests.stage import manager, token
from rapport.privacy.views import STEPS

GOOD: dict[str, Any] = {
    "told": "C-1",
    "kind": "access",
    "proof": "none",
    "note": "by telephone",
    "received_on": "2026-11-01",
    "why": "court",
    "until": "2027-01-01",
    "with_sensitive": True,
    "confirmed": "nobody's key",
    "done": True,
}
FORM = queries(
    "request", "told", "key", "why", "note", "confirmed", kind=["access", "erasure"], proof=["none"],
    received_on=["2026-11-01"], until=["2027-01-01"], with_sensitive=["yes"], done=["yes", "no"],
)  # fmt: skip


@pytest.fixture
def office(client: Client, world: World) -> Client:
    client.force_login(manager(world).user)
    return client


@FUZZED
@given(day=TEXTS, months=st.dictionaries(st.sampled_from(list(SUGGESTED)), TEXTS, max_size=3))
def test_days_and_months_are_read_or_refused(day: str, months: dict[str, str]) -> None:
    with suppress(Invalid):
        read_day(day)
    with suppress(Invalid):
        assert all(0 <= one <= 9999 for one in read_months(months, SUGGESTED).values())


@settings(BY_HTTP, max_examples=10)  # each renders the whole page of a customer
@given(at=st.sampled_from(["", "return/", *(f"%s/{step}/" for step in (*sorted(STEPS), "else"))]), sent=FORM)
def test_every_step_is_done_or_refused(office: Client, world: World, at: str, sent: dict[str, str]) -> None:
    answer = office.post(f"/at/cards/privacy/{at.replace('%s', str(world.customer.public_id))}", sent)
    assert answer.status_code in (200, 302, 404, 409, 422)
    assert Customer.objects.get(pk=world.customer.pk).key == "C-1"


@BY_HTTP
@given(
    path=st.sampled_from(["find", "requests", *(f"customers/%s/{one}" for one in ("hold", "erase", "packages"))]),
    sent=objects(GOOD, VALUES),
)
def test_the_api_does_it_or_refuses(world: World, path: str, sent: dict[str, Any]) -> None:
    path = path.replace("%s", str(world.customer.public_id))
    sent = {"customer": str(world.customer.public_id), **sent}
    answer = Client().post(
        f"/api/v1/programmes/cards/privacy/{path}",
        sent,
        content_type="application/json",
        headers=token(world, Right.HANDLE_PERSONAL_DATA),
    )
    assert answer.status_code in (200, 201, 202, 409, 422), answer.content
