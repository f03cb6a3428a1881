"""A small demonstration, loaded as the big one is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from rapport.accounts import queries as accounts
from rapport.conftest import stand_in
from rapport.demo.load import Size, load
from rapport.demo.people import PROGRAMME
from rapport.kit import clock

NOON = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)  # the day after the clocks went forward
SMALL = Size(contacts=900, days=3, reps=20, customers=700)


@pytest.fixture(scope="module")
def loaded_once(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Load the small demonstration for the tests of one file; each of them is rolled back to it."""
    other = override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        RECORDINGS=tmp_path_factory.mktemp("recordings"),
    )
    with django_db_blocker.unblock(), other, transaction.atomic():
        with clock.at(NOON):
            load(size=SMALL)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def small(loaded_once: None, db: Any) -> Iterator[Any]:
    """The small demonstration's programme, at noon."""
    with clock.at(NOON):
        programme = accounts.programme_by_key(PROGRAMME)
        stand_in(programme)
        yield programme
