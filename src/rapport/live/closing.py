"""Ending streams from outside: of a person whose rights changed, or of a session that ended."""

from __future__ import annotations

import json

from django.db import connection

CHANNEL = "rapport_live"


def close(*, person: int | None = None, session: str = "") -> None:
    """End, with the caller's commit, the streams of a person (by id) or of one session (by its ticket's mark).

    Their pages reload, and so meet the door again; tickets given out before this moment open nothing.
    """
    told = {"close": {"person": person, "session": session}}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(told)])
