"""What goes into the log: plain lines on stderr; a database that is away is one line, not a page."""

import logging

from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError


class Brief(logging.Filter):
    """Cut the traceback of what is only a database that is away."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, shortened where it is one of those."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConnectorException | OperationalError):
            cause = error.__cause__ or error
            record.msg, record.args = "the database is away: %s", (str(cause).strip().split("\n")[0],)
            record.exc_info = None
        return True
