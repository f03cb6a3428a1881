"""What the log and error reports tell: that something broke and where, and no values."""

import logging
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.db import IntegrityError
from django.test import RequestFactory
from django.views.debug import ExceptionReporter, get_exception_reporter_filter
from psycopg import OperationalError
from psycopg.errors import DeadlockDetected
from pydantic import BaseModel

from rapport.config import logs
from rapport.conftest import World
from rapport.customers.models import ContactPoint

CARD = "4000 0566 5566 5556"
Stderr = pytest.CaptureFixture[str]


@pytest.fixture
def written() -> Iterator[Any]:
    """Return what our own handler writes of a record."""
    ours = next(one for one in logging.root.handlers if type(one) is logging.StreamHandler)
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ours.formatter)
    logging.root.addHandler(handler)

    def write(logger: logging.Logger, *told: Any, **more: Any) -> str:
        logger.error(*told, **more)
        return stream.getvalue()

    yield write
    logging.root.removeHandler(handler)


@pytest.mark.parametrize("name", ["rapport.web", "django.request", "some.library"])
def test_a_card_number_is_written_by_no_logger(written: Any, name: str) -> None:
    line = written(logging.getLogger(name), "no card %s for %s", CARD, {"number": CARD})
    assert "•••• 5556" in line
    assert CARD not in line


def test_a_traceback_has_no_numbers(written: Any) -> None:
    try:
        raise BadRequest(f"cannot read {CARD}")
    except BadRequest:
        line = written(logging.getLogger("rapport.web"), "failed", exc_info=True)
    assert "BadRequest: cannot read •••• 5556" in line
    assert CARD not in line


def test_details_that_a_database_tells_are_left_out(written: Any) -> None:
    try:
        raise IntegrityError("twice\nDETAIL:  Key (value)=(ada@example.org) already exists.")
    except IntegrityError:
        line = written(logging.getLogger("rapport.web"), "failed", exc_info=True)
    assert "DETAIL: (left out" in line
    assert "already exists" not in line.partition("IntegrityError: twice")[2]


def test_the_database_does_not_tell_values_in_a_traceback(written: Any, committed_world: World) -> None:
    point = ContactPoint.objects.first()
    try:
        ContactPoint.objects.create(
            programme=point.programme, customer=point.customer, kind=point.kind, value=point.value
        )
    except IntegrityError:
        line = written(logging.getLogger("rapport.web"), "failed", exc_info=True)
    assert "point_once_per_customer" in line
    assert point.value not in line


def test_a_value_that_a_schema_refuses_is_not_told(written: Any) -> None:
    class Sent(BaseModel):
        day: int

    try:
        Sent.model_validate({"day": "-".join(("1987", "03", "04"))})
    except ValueError:
        line = written(logging.getLogger("rapport.api"), "failed", exc_info=True)
    assert "input_value=(left out" in line
    assert "1987-03-04" not in line


def test_other_handlers_are_made_to_hide_the_same(monkeypatch: pytest.MonkeyPatch, capsys: Stderr) -> None:
    logger, stream = logging.getLogger("server.of.its.own"), StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logging.root, "handlers", [])
    for hook, of in (("excepthook", sys), ("excepthook", threading)):
        monkeypatch.setattr(of, hook, getattr(of, hook))
    logs.guard()
    logger.error("card %s", CARD)
    assert stream.getvalue() == "[ERROR] card •••• 5556\n"
    sys.excepthook(ValueError, ValueError(CARD), None)
    assert capsys.readouterr().err == "ValueError: •••• 5556\n"


def test_an_error_report_names_variables_without_their_values(rf: RequestFactory) -> None:
    request = rf.post("/", {"told": CARD})
    request.COOKIES["session"] = "secret-of-a-session"
    number = CARD
    try:
        raise ValueError("broken")
    except ValueError:
        reporter = ExceptionReporter(request, *sys.exc_info())
    report = reporter.get_traceback_text()
    frames = str([frame["vars"] for frame in reporter.get_traceback_frames()])
    assert type(get_exception_reporter_filter(request)).__name__ == "NothingSensitive"
    assert "told" in report
    assert "number" in frames
    assert number not in report + frames
    assert "secret-of-a-session" not in report


def test_only_a_database_that_is_away_is_told_without_a_traceback() -> None:
    def told(error: Exception) -> tuple[str, bool]:
        record = logging.LogRecord("any", logging.ERROR, "", 0, "failed", None, (type(error), error, None))
        assert logs.Brief().filter(record)
        return record.getMessage(), record.exc_info is not None

    assert told(OperationalError("connection refused\nmore")) == (
        "the database is away: connection refused",
        False,
    )
    assert told(DeadlockDetected("deadlock detected")) == ("failed", True)
