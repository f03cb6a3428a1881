"""SCIM as other programs speak it: a client and its conformance tests, against our WSGI application."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from rapport.accounts.actions import issue_token
from rapport.accounts.roles import Right
from rapport.config.wsgi import application
from rapport.conftest import World


@pytest.fixture
def directory(world: World) -> Iterator[WSGISCIMClient]:
    """A directory's own client. Requests share the test's transaction, as with Django's test client."""
    secret = issue_token(programme=world.programme, name="directory", rights=[Right.PROVISION_PEOPLE])
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield WSGISCIMClient(
        application,
        base_url="http://localhost/scim/v2/cards",
        headers={"Authorization": f"Bearer {secret}"},
    )
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_conformance_tests_pass(directory: WSGISCIMClient) -> None:
    results = check_server(directory)
    wrong = [f"{one.title}: {one.reason}" for one in results if one.status in (Status.ERROR, Status.CRITICAL)]
    assert "\n".join(wrong) == ""
    assert sum(one.status == Status.SUCCESS for one in results) > 60
