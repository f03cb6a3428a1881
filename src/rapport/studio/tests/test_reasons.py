"""The page of the models of reasons: who may, what it shows, and what it changes."""

import pytest
from django.test import Client
from django.urls import reverse

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.audit.models import Look
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.jobs.queries import unfinished
from rapport.prompts import trained
from rapport.prompts.comparing import Judged, compare

WORDS = "The fee is too high, so I want out"


def at(name: str) -> str:
    return reverse(name, args=["cards"])


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def page(client: Client, **asked: str) -> str:
    return client.get(at("reasons"), asked).content.decode()


@pytest.fixture
def trainer(world: World) -> Client:
    member = accounts.ensure_member(
        programme=world.programme, agent_id="t", name="T", role=Role.TRAINER, username="t", password=None
    )
    return signed_in(member)


@pytest.fixture
def modelled(world: World) -> World:
    """A programme with a model that took the place, which takes one chat about leaving for one about a fee."""
    contacts.ensure_reason(programme=world.programme, key="fee", name="A fee")
    said = chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text=WORDS,
        reason=world.reason,
        client_id=world.rep.user.public_id,
    )
    right = [Judged("", "fee", None, "fee")] * 60
    wrong = [Judged(str(said.public_id), "cancel", None, "fee")]
    trained.keep(
        programme=world.programme,
        lessons="first",
        learnt=200,
        measured=61,
        against=0,
        figures=compare([*right, *wrong]),
        content=b"weights",
    )
    return world


def test_the_page_says_what_is_in_use_how_good_it_is_and_what_it_confuses(
    modelled: World, trainer: Client
) -> None:
    shown = page(trainer)
    assert "In use: Model 1" in shown and "Better, took its place" in shown
    assert "Cancel my card" in shown and WORDS not in shown
    assert "Use and hold" not in shown and "Learn now" not in shown, "a trainer may not"


def test_examples_are_for_who_may_read_contacts_and_on_record(modelled: World, trainer: Client) -> None:
    asked = {"model": "1", "reason": "cancel", "said": "fee"}
    assert trainer.get(at("reasons"), asked).status_code == 200
    assert WORDS not in page(trainer, **asked)
    assert not Look.objects.exists()
    assert WORDS in page(signed_in(modelled.supervisor), **asked)
    assert Look.objects.filter(what="list", about="chats about cancel taken for fee", count=1).count() == 1


def test_who_may_approve_goes_back_holds_and_learns(modelled: World, trainer: Client) -> None:
    lead = signed_in(modelled.supervisor)
    for refused in (trainer, signed_in(modelled.rep), signed_in(modelled.outsider)):
        assert refused.post(at("reasons-use"), {"number": "0"}).status_code in (403, 404)
        assert refused.post(at("reasons-learn")).status_code in (403, 404)
    assert trained.in_use(modelled.programme).number == 1
    lead.post(at("reasons-use"), {"number": "0", "held": "yes"})
    assert (trained.in_use(modelled.programme).number, trained.in_use(modelled.programme).is_held) == (0, True)
    assert "In use: Names and examples" in page(lead)
    lead.post(at("reasons-use"), {"number": "1"})
    assert (trained.in_use(modelled.programme).number, trained.in_use(modelled.programme).is_held) == (1, False)
    before = unfinished()["todo"]
    lead.post(at("reasons-learn"))
    assert unfinished()["todo"] == before + 1


@pytest.mark.parametrize(("number", "status"), [("9", 404), ("x", 422), ("", 422), ("1" * 20, 422)])
def test_what_is_no_model_is_refused(modelled: World, number: str, status: int) -> None:
    lead = signed_in(modelled.supervisor)
    assert lead.post(at("reasons-use"), {"number": number}).status_code == status
    assert trained.in_use(modelled.programme).number == 1
    assert lead.get(at("reasons"), {"model": number or "x"}).status_code in (404, 200)


def test_without_a_model_the_page_says_what_it_takes(world: World, trainer: Client) -> None:
    assert "ten wrapped-up chats" in page(trainer)
    assert page(signed_in(world.outsider)).count("ten wrapped-up") == 0
