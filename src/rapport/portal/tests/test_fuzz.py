"""Whatever a customer's browser sends, it is answered, or refused in words."""

from django.test import Client
from hypothesis import given

from rapport.conftest import World
from rapport.kit import limits
from rapport.kit.tests.hostile import BY_HTTP, queries
from rapport.portal.forms import Start

FORM = queries("text", email=["ada@example.org"], reason=["cancel"], token=[Start().token])
SAID = queries("text", "id", rating=["5"], resolved=["yes"], comment=["Fine"])


@BY_HTTP
@given(sent=FORM, said=SAID)
def test_forms_are_taken_or_refused(world: World, sent: dict[str, str], said: dict[str, str]) -> None:
    limits.forget_all()
    browser = Client(raise_request_exception=False)
    assert browser.post("/p/cards/", sent).status_code < 500
    for step in ("say/", "typing/", "survey/"):
        assert browser.post(f"/p/cards/contact/{step}", said).status_code < 500, step
