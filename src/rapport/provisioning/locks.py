"""One writer at a time for what directories told of a programme: groups, people and places must agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

KIND = 7643  # the number by which we ask PostgreSQL for this lock


def alone(programme: Programme) -> None:
    """Wait until nobody else writes what this programme's directories tell; holds until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [KIND, programme.pk])
