"""Whatever the address of a list or a report asks for, it is answered, or refused in words."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.kit.tests.hostile import BY_HTTP, queries

DAYS = ["2026-11-21", "0001-01-01", "9999-12-31", "1901-01-01", "2199-12-31", "2026-W01"]
LISTS = queries("disposition", "before", day=DAYS, outcome=["answered", "open"])
REPORTS = queries(
    "split",
    "only",
    "metric",
    **{"from": DAYS, "to": DAYS, "start": DAYS, "end": DAYS},
    compare=["before", "year", "none"],
    by=["reason", "rep", "channel"],
)
PAGES = ("", "export.csv", "metrics/service_level/")


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="test")
    contacts.answer(contact, rep=world.rep, actor="test")
    client.force_login(world.supervisor.user)
    return client


@BY_HTTP
@given(asked=LISTS)
def test_a_list_of_contacts_is_shown_or_refused(boss: Client, asked: dict[str, Any]) -> None:
    assert boss.get(f"/at/cards/contacts/?{urlencode(asked)}").status_code < 500


@BY_HTTP
@given(asked=REPORTS, page=st.sampled_from(PAGES))
def test_a_report_is_shown_or_refused(boss: Client, asked: dict[str, Any], page: str) -> None:
    assert boss.get(f"/at/cards/reports/{page}?{urlencode(asked)}").status_code < 500
