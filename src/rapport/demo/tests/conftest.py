"""A small demonstration, loaded as the big one is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from rapport.accounts import queries as accounts
from rapport.demo.load import Size, load
from rapport.demo.people import PROGRAMME
from rapport.kit import clock

NOON = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)  # the day after the clocks went forward
SMALL = Size(contacts=900, days=3, reps=20, customers=700)


@pytest.fixture
def small(db: Any, settings: Any) -> Iterator[Any]:
    """The small demonstration's programme, at noon."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with clock.at(NOON):
        load(size=SMALL, checked=True)
        yield accounts.programme_by_key(PROGRAMME)
