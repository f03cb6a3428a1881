"""Whatever a browser sends to sign in, it is answered, or refused in words."""

import json
from typing import Any

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.kit import limits
from rapport.kit.tests.hostile import BY_HTTP, FUZZED, TEXTS, VALUES, objects, queries
from rapport.signin.forms import KeyForm

RESPONSE = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}
KEY = {"id": "AA", "rawId": "AA", "type": "public-key", "response": RESPONSE, "clientExtensionResults": {}}
KEYS = objects(KEY) | st.builds(lambda told: {**KEY, "response": told}, objects(RESPONSE))
CREDENTIALS = KEYS.map(json.dumps) | VALUES.map(json.dumps) | TEXTS | st.just("[" * 10_000)


@FUZZED
@given(credential=CREDENTIALS)
def test_a_keys_answer_is_read_or_refused(credential: str) -> None:
    KeyForm({"credential": credential}).is_valid()


@BY_HTTP
@given(credential=CREDENTIALS, sent=queries("next", "password", username=["rep"]))
def test_signing_in_is_answered(world: World, credential: str, sent: dict[str, Any]) -> None:
    limits.forget_all()
    browser = Client(raise_request_exception=False)
    browser.get("/sign-in/passkey/")
    assert browser.post("/sign-in/passkey/", {"credential": credential}).status_code < 500
    assert browser.post("/sign-in/", sent).status_code < 500
