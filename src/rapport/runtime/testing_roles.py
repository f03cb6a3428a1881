"""A pytest plugin: the owner makes and empties the test database; the tests run as the application does."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created

from rapport.runtime import guard

PLACES = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Be the owner while the database is made, and while it is dropped."""
    _become(settings.OWNER)
    yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Be the application once the database stands."""
    _become(settings.APPLICATION)
    setattr(connection.ops, "execute_sql_flush", empty)  # noqa: B010 - of this connection only
    yield
    _become(settings.OWNER)


def _become(whom: dict[str, Any] | None) -> None:
    if whom is None:
        raise pytest.UsageError("The tests need the owner's address too: set DATABASE_OWNER_URL.")
    connection.close()
    connection_created.disconnect(dispatch_uid=guard.UID)
    connection.settings_dict.update({key: whom[key] for key in PLACES})
    if whom is settings.APPLICATION:
        connection_created.connect(guard.look, dispatch_uid=guard.UID)


def empty(statements: Sequence[str]) -> None:
    """Empty tables as the owner, since the application may not."""
    whom = settings.OWNER or {}
    told = {name: whom[key] for key, name in PLACES.items() if whom[key]}
    with psycopg.connect(dbname=connection.settings_dict["NAME"], **told) as owner:
        for statement in statements:
            owner.execute(statement.encode())
