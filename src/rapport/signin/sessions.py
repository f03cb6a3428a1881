"""Django's sessions in the database, whose row is read by a query that is compiled once."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from rapport.kit.often import Given, Often

_alive = Often(lambda: Session.objects.filter(session_key=Given("key"), expire_date__gt=Now()))


class SessionStore(db.SessionStore):
    """The session of a browser; what it keeps, and for how long, is Django's."""

    def _get_session_from_db(self) -> Session | None:
        """Return the row of a session that is not over; where there is none, the browser begins anew."""
        row = _alive.first(key=self.session_key) if self.session_key else None
        if row is None:
            self._session_key = None
        return row
