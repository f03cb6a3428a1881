"""Whatever a telephone system sends, it is taken, or refused in words."""

from contextlib import suppress
from typing import Any

from hypothesis import given

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right
from rapport.channels.cti import forms
from rapport.channels.cti.tests.test_events import NEW, send
from rapport.conftest import World
from rapport.kit.errors import Invalid
from rapport.kit.tests.hostile import BY_HTTP, FUZZED, objects

GOOD = {**NEW, "user": ["rep"], "cause": "normalClearing"}


@FUZZED
@given(sent=objects(GOOD))
def test_fields_are_read_or_refused(sent: dict[str, Any]) -> None:
    with suppress(Invalid):
        forms.read({**GOOD, **sent})


@BY_HTTP
@given(sent=objects(GOOD))
def test_an_event_is_taken_or_refused(world: World, sent: dict[str, Any]) -> None:
    token = accounts.issue_token(programme=world.programme, name="pbx", rights=[Right.REPORT_CALLS])
    assert send(token, {**NEW, **sent}).status_code in (200, 422, 429)
