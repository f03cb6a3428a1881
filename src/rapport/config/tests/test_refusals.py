"""A refusal is shown in the form that the request can show: a page, a notice for htmx, or JSON."""

import logging
from collections.abc import Callable

import pytest
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_POST
from psycopg.errors import CheckViolation, DeadlockDetected, UniqueViolation

from rapport.config import refusals
from rapport.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound


def raising(error: Exception, cause: Exception | None = None) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error from cause

    return view


ERRORS: list[DomainError] = [Invalid("Too long."), NotFound(), Forbidden("Ask Ann."), Conflict("Taken by Ben.")]
handler404, handler500 = refusals.not_found, refusals.failed
urlpatterns = [
    *(path(f"refused/{error.status}", raising(error)) for error in ERRORS),
    path("away", raising(OperationalError("connection refused\nmore"))),
    path("tangled", raising(OperationalError("deadlock detected\nmore"), DeadlockDetected())),
    path("twice", raising(IntegrityError("duplicate key\nKey (name)=(Ada)"), UniqueViolation())),
    path("without", raising(IntegrityError("violates check constraint"), CheckViolation())),
    path("nul", raising(DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"))),
    path("too-long", raising(DataError("value too long for type character varying(20)"))),
    path("form", require_POST(raising(NotFound()))),
    path("broken", raising(ZeroDivisionError())),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]  # every request is counted


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_one_refusal_in_three_forms(client: Client, error: DomainError) -> None:
    address = f"/refused/{error.status}"

    page = client.get(address)
    notice = client.get(address, headers={"HX-Request": "true"})
    data = client.get(address, headers={"Accept": "application/json"})

    assert [each.status_code for each in (page, notice, data)] == [error.status] * 3
    assert "<html" in page.text
    assert str(error) in page.text
    assert "<html" not in notice.text
    assert str(error) in notice.text
    assert data.json() == {"error": {"code": error.code, "message": str(error)}}


def test_a_database_that_is_away_is_said_so(client: Client) -> None:
    answer = client.get("/away")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "connection refused" not in answer.text


def test_two_that_waited_for_each_other_are_logged_as_a_fault_of_ours(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    away, tangled = client.get("/away"), client.get("/tangled")
    assert (tangled.status_code, away.status_code) == (503, 503)
    assert "Try again in a few seconds" in tangled.text
    first, second = [record for record in caplog.records if record.name == "rapport.web"]
    assert (first.levelno, second.levelno) == (logging.WARNING, logging.ERROR)
    assert first.message == "the database is away (connection refused); answering '/away' with 503"
    assert "two waited for each other" in second.message and "'/tangled'" in second.message
    assert "away" not in second.message and second.exc_info is not None


def test_what_two_sent_at_once_is_there_once_and_said_so(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    twice = client.get("/twice")
    assert twice.status_code == 409 and "at the same moment" in twice.text and "Ada" not in twice.text
    [told] = [record for record in caplog.records if record.name == "rapport.web"]
    assert told.levelno == logging.ERROR and told.exc_info is not None
    assert client.get("/without").status_code == 500


def test_a_text_no_database_stores_is_refused_and_no_fault_of_ours(client: Client) -> None:
    client.raise_request_exception = False
    assert client.get("/nul").status_code == 422
    assert client.get("/too-long").status_code == 500


def test_a_fault_of_ours_shows_nothing_of_its_inside(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text


def test_headers_allow_our_own_things_only(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self' http://testserver:8001"
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_an_address_of_a_form_says_so_to_who_opens_it(client: Client) -> None:
    opened = client.get("/form")
    assert (opened.status_code, opened.headers["Allow"]) == (405, "POST")
    assert "only takes what a form sends" in opened.text and 'href="/"' in opened.text
