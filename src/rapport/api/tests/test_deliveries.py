"""A partner's program delivers files: judged by the contract, kept sealed, loaded by a job; every bad case."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right
from rapport.api import feeds as api
from rapport.conftest import World
from rapport.contacts.jobs import load_delivery as load_calls
from rapport.contacts.models import Contact
from rapport.customers.jobs import load_delivery as load_customers
from rapport.customers.models import Customer
from rapport.feeds import actions, keeping
from rapport.feeds.models import Contract, Delivery

AT = "/api/v1/programmes/cards/feeds/{}/deliveries"
CUSTOMERS = """
manifest = true
mapping = '''
key = "Number"
[fields]
customer_since = "Since"
'''
[columns]
Number = { type = "text", required = true }
Since = "day"
"""
CALLS = """
most_bad = 1.0
mapping = '''
timezone = "UTC"
[columns]
external_id = "number"
arrived_at = "when"
outcome = "how"
wait_seconds = "wait"
talk_seconds = "talk"
[outcomes]
answered = ["yes"]
'''
"""
GOOD = b"Number,Since\nN-1,2017-05-02\nN-2,\n"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.KEY_RING = tmp_path / "ring.json"
    return tmp_path / "home"


def agree(world: World, text: str = CUSTOMERS, feed: str = "customers") -> None:
    actions.write_contract(programme=world.programme, feed=feed, text=text, actor="test")


def token(world: World, *rights: Right) -> dict[str, str]:
    secret = accounts.issue_token(
        programme=world.programme, name="partner", rights=rights or [Right.DELIVER_FILES]
    )
    return {"Authorization": f"Bearer {secret}"}


def send(
    world: World, raw: bytes, feed: str = "customers", *, rows: int = 2, more: dict[str, str] | None = None
) -> Any:
    told = json.dumps({"rows": rows, "sha256": hashlib.sha256(raw).hexdigest()})
    headers = {"Rapport-Manifest": told, **token(world), **(more or {})}
    address = AT.format(feed) + "?file=monday.csv"
    return Client().post(address, raw, content_type="application/octet-stream", headers=headers)


@pytest.mark.parametrize("packed", [False, True])
def test_what_was_agreed_is_kept_sealed_and_loaded(world: World, home: Path, packed: bool) -> None:
    agree(world)
    answer = send(world, gzip.compress(GOOD) if packed else GOOD)
    assert (answer.status_code, answer.json()["verdict"], answer.json()["rows"]) == (202, "taken", 2)
    made = Delivery.objects.get()
    assert (str(made.public_id), made.file, made.actor[:6]) == (answer.json()["id"], "monday.csv", "token:")
    [file] = (home / "feeds" / "cards").iterdir()
    assert b"N-1" not in file.read_bytes() and keeping.uses().total() == 1
    assert not Customer.objects.filter(key="N-1").exists()
    for _ in range(2):
        load_customers.func(programme_id=world.programme.pk, delivery=str(made.public_id))
    assert Customer.objects.filter(key__in=["N-1", "N-2"]).count() == 2
    made.refresh_from_db()
    assert (made.rows, made.bad, made.kept) == (2, 0, "") and not file.exists()


def test_what_was_not_agreed_stops_the_feed_and_is_answered_with_why(world: World) -> None:
    agree(world)
    answer = send(world, GOOD.replace(b"2017-05-02", b"secret"))
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "feed_stopped"
    assert "Since is not a day" in error["message"]
    assert "secret" not in answer.content.decode()
    assert (Contract.objects.get().state, Delivery.objects.get().verdict) == ("stopped", "quarantined")
    assert "the feed is stopped" in send(world, GOOD).json()["error"]["message"]
    for made in Delivery.objects.all():
        assert made.kept
        load_customers.func(programme_id=world.programme.pk, delivery=str(made.public_id))
    assert not Customer.objects.filter(key="N-1").exists()


@pytest.mark.parametrize(
    ("raw", "more", "words"),
    [
        (b"", {}, "the file is empty"),
        (b"PK\x03\x04 an archive", {}, "is an archive"),
        (GOOD, {"Rapport-Manifest": ""}, "did not come with the file"),
        (GOOD, {"Rapport-Manifest": "{"}, "cannot be read"),
        (GOOD, {"Rapport-Manifest": '{"rows": 3, "sha256": "x"}'}, "another number"),
        (gzip.compress(b"Number,Since\n" + b"x" * 3_000_000), {}, "longer than 1 MB"),
    ],
)
def test_bad_files_are_answered_in_words(world: World, raw: bytes, more: dict[str, str], words: str) -> None:
    agree(world)
    answer = send(world, raw, more=more)
    assert answer.status_code == 409 and words in answer.json()["error"]["message"]


def test_a_file_may_be_larger_than_a_form_but_not_larger_than_agreed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(world)
    rows = b"Number,Since\n" + b"".join(b"K-%07d,2017-05-02\n" % number for number in range(130_000))
    assert len(rows) > 2 * 1024 * 1024
    assert send(world, rows, rows=130_000).status_code == 202
    monkeypatch.setattr(api, "LARGEST", 1000)
    assert send(world, rows).status_code == 422
    assert Delivery.objects.count() == 1


def test_without_a_mapping_or_for_another_feed_nothing_is_taken(world: World) -> None:
    assert send(world, GOOD).status_code == 409
    agree(world, "manifest = true")
    assert "no contract with a mapping" in send(world, GOOD).json()["error"]["message"]
    assert [send(world, GOOD, feed).status_code for feed in ("cti", "contacts", "none")] == [404] * 3
    assert not Delivery.objects.exists()


def test_only_a_token_for_it_delivers(world: World, client: Client) -> None:
    agree(world)
    for headers, status in (({}, 401), (token(world, Right.USE_API), 403), ({"Authorization": "Bearer x"}, 404)):
        answer = Client().post(AT.format("customers"), GOOD, content_type="text/csv", headers=headers)
        assert answer.status_code == status
    client.force_login(world.supervisor.user)
    assert client.post(AT.format("customers"), GOOD, content_type="text/csv").status_code == 401
    assert Client().get(AT.format("customers"), headers=token(world)).status_code == 405
    assert not Delivery.objects.exists()


def test_calls_are_delivered_too(world: World) -> None:
    agree(world, CALLS, "calls")
    answer = send(world, b"number,when,how,wait,talk\n1,2026-01-01 10:00:00,yes,5,60\nx,never,yes,5,60\n", "calls")
    assert answer.status_code == 202
    before = Contact.objects.count()
    load_calls.func(programme_id=world.programme.pk, delivery=answer.json()["id"])
    made = Delivery.objects.get()
    assert (Contact.objects.count() - before, made.rows, made.bad, made.kept) == (1, 2, 1, "")
