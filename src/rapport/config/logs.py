"""What goes into the log: plain lines on stderr, without anything sensitive, tracebacks included.

A database that is away is one line, not a page. Whatever else a process writes its log with (its server's own
handlers) is made to hide the same by :func:`guard`.
"""

import logging
import re
import sys
import threading
import traceback
from types import TracebackType

from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError

from rapport.kit import away
from rapport.kit.redaction import mask

LEFT_OUT = "(left out: it tells values)"
_POSTGRES = re.compile(r"^(DETAIL|CONTEXT|QUERY|STATEMENT):.*$", re.MULTILINE)
_PYDANTIC = re.compile(r"input_value=.*?, input_type=", re.DOTALL)


def hidden(text: str) -> str:
    """Return text for the log: no number that is found by its shape, no values that a database or a form tells."""
    text = _POSTGRES.sub(rf"\1: {LEFT_OUT}", text)
    return mask(_PYDANTIC.sub(f"input_value={LEFT_OUT}, input_type=", text)).text


class Quiet(logging.Formatter):
    """Writes a line, its traceback included, without anything sensitive."""

    def __init__(
        self, fmt: str | None = None, datefmt: str | None = None, around: logging.Formatter | None = None
    ) -> None:
        super().__init__(fmt, datefmt)
        self._around = around

    def format(self, record: logging.LogRecord) -> str:
        """Return the whole text of a record, hidden."""
        return hidden(self._around.format(record) if self._around else super().format(record))


class Brief(logging.Filter):
    """Cut the traceback of what is only a database that is away."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, shortened where it is one of those."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConnectorException | OperationalError) and not away.is_for_each_other(error):
            cause = error.__cause__ or error
            record.msg, record.args = "the database is away: %s", (str(cause).strip().split("\n")[0],)
            record.exc_info = None
        return True


def guard() -> None:
    """Have every handler of this process hide the same, and what Python itself prints of an unhandled error."""
    for handler in _handlers():
        if not isinstance(handler.formatter, Quiet):
            handler.setFormatter(Quiet(around=handler.formatter or logging.Formatter()))
    sys.excepthook = _unhandled
    threading.excepthook = _unhandled_in_thread


def _handlers() -> list[logging.Handler]:
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    return [handler for one in loggers if isinstance(one, logging.Logger) for handler in one.handlers]


def _unhandled(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(hidden("".join(traceback.format_exception(kind, error, trace))))


def _unhandled_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _unhandled(told.exc_type, told.exc_value, told.exc_traceback)
