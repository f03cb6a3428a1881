"""Assertions that are signed and yet twisted: what is around the signature, and what a provider may leave out."""

import re

import pytest
from django.test import Client

from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.provisioning.groups import map_group
from rapport.provisioning.models import Identity
from rapport.provisioning.tests.assertions import BACK, asked_by, assertion, offer, response, sent


@pytest.fixture
def bank(world: World) -> World:
    map_group(programme=world.programme, group="Card reps", role=Role.REP, actor="test")
    map_group(programme=world.programme, group="Card leads", role=Role.SUPERVISOR, actor="test")
    offer(world.programme.partner)
    return world


def names() -> list[str]:
    return list(Identity.objects.values_list("key", flat=True))


def test_a_good_one_gets_in(bank: World) -> None:
    client = Client()
    number = asked_by(client)
    assert sent(client, response(number, assertion(number))).status_code == 302
    assert client.get("/at/cards/desk/").status_code == 200
    assert names() == ["ada"]


@pytest.mark.parametrize(
    "confirms",
    [
        'InResponseTo="{victim}" Recipient="{back}assertion/"',  # made for another browser
        'Recipient="{back}assertion/"',  # for whichever browser
        'InResponseTo="{victim}"',
        'InResponseTo="{thief}"',  # for whichever address
        "",
    ],
)
def test_one_that_was_caught_on_its_way_opens_no_other_browser(bank: World, confirms: str) -> None:
    """What it answers must be in what is signed: the response around it names whatever the thief likes."""
    victim, thief = Client(), Client()
    theirs, mine = asked_by(victim), asked_by(thief)
    caught = assertion(theirs, confirms=confirms.format(victim=theirs, thief=mine, back=BACK))
    assert sent(thief, response(mine, caught)).status_code == 403
    assert "_auth_user_id" not in thief.session
    assert names() == []


def test_what_is_wrapped_around_a_signed_assertion_opens_nothing(bank: World) -> None:
    client = Client()
    number = asked_by(client)
    good = assertion(number, groups="Somebody else's group")
    evil = re.sub(r"<ds:Signature.*</ds:Signature>", "", good, flags=re.DOTALL).replace("_a", "_evil")
    evil = evil.replace("Somebody else's group", "Card leads")
    [signature] = re.findall(r"<ds:Signature.*</ds:Signature>", good, flags=re.DOTALL)
    into = evil.replace("</saml:Issuer>", f"</saml:Issuer>{signature}", 1)
    held = signature.replace("</ds:Signature>", f"<ds:Object>{good}</ds:Object></ds:Signature>")
    twisted = [
        evil,
        evil + good,
        good + evil,
        into,
        into.replace("_evil", "_a"),
        evil.replace("</saml:Issuer>", f"</saml:Issuer>{held}", 1),
        evil.replace("</saml:Assertion>", f"<saml:Advice>{good}</saml:Advice></saml:Assertion>"),
        f"<samlp:Extensions>{good}</samlp:Extensions>{evil}",
    ]
    for each in twisted:
        assert sent(client, response(number, each)).status_code == 403
    assert names() == []


def test_a_comment_in_a_name_makes_nobody_else_of_it(bank: World) -> None:
    client = Client()
    number = asked_by(client)
    sent(client, response(number, assertion(number, who="ada<!---->.of-another")))
    assert names() == ["ada.of-another"]


def test_a_group_that_is_no_text_gives_nothing(bank: World) -> None:
    client = Client()
    number = asked_by(client)
    odd = '<saml:NameID Format="urn:x">Card leads</saml:NameID>'
    assert sent(client, response(number, assertion(number, groups=odd))).status_code == 403
    assert not Member.objects.filter(user__username__contains="ada").exists()
