"""Limits are counted in the database, outside the request's transaction."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right
from rapport.conftest import World
from rapport.kit import limits

pytestmark = pytest.mark.django_db


def test_so_many_and_no_more_until_the_window_ends() -> None:
    assert [limits.take("door", 2, 1) for _ in range(4)] == [True, True, False, False]
    assert limits.take("another door", 2, 1)
    time.sleep(1.05)
    assert limits.take("door", 2, 1)


def test_what_was_taken_stays_taken_when_the_request_is_undone() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        limits.take("door", 5, 60)
        raise ZeroDivisionError
    assert limits.count("door", 5, 60).taken == 2


def test_threads_together_get_no_more_than_one(transactional_db: Any) -> None:
    got: list[bool] = []
    threads = [
        threading.Thread(target=lambda: got.extend(limits.take("door", 50, 60) for _ in range(25)))
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (got.count(True), got.count(False)) == (50, 50)


def test_ahead_is_the_same_limit_with_few_questions() -> None:
    taken = [limits.count_ahead("page", 100, 60).allowed for _ in range(120)]
    assert (taken.count(True), limits.count("page", 100, 60, by=0).taken) == (100, 120)


def test_the_table_names_nobody() -> None:
    limits.take("person:ada@example.org", 2, 60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM kit_limit")
        assert all(b"ada" not in bytes(key) for (key,) in cursor.fetchall())


def test_release_forgets() -> None:
    limits.take("door", 1, 60)
    limits.release("door")
    assert limits.take("door", 1, 60)


def test_a_person_and_an_address_are_counted_apart(world: World, settings: Settings) -> None:
    settings.REQUESTS_PER_ADDRESS, settings.REQUESTS_PER_PERSON = 3, 5
    somebody, rep = Client(), Client()
    rep.force_login(world.rep.user)
    assert [somebody.get("/sign-in/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert [rep.get("/sign-in/").status_code == 429 for _ in range(6)] == [False] * 5 + [True]
    refused = somebody.get("/sign-in/")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert somebody.get("/healthz").status_code == 200


def test_a_token_is_counted_and_wrong_ones_by_address(world: World, settings: Settings) -> None:
    settings.REQUESTS_PER_TOKEN = 3
    secret = accounts.issue_token(programme=world.programme, name="bi", rights=[Right.USE_API])
    url, bearer = "/api/v1/programmes/cards/events", f"Bearer {secret}"
    got = [Client().get(url, headers={"Authorization": bearer}) for _ in range(4)]
    assert [each.status_code for each in got] == [200, 200, 200, 429]
    assert got[-1].headers["Retry-After"] and got[-1].json()["error"]["code"] == "too_many"

    wrong = [
        Client(REMOTE_ADDR="203.0.113.5").get(url, headers={"Authorization": "Bearer rpt_x"}).status_code
        for _ in range(52)
    ]
    assert (wrong[0], wrong[-1]) == (404, 429)
