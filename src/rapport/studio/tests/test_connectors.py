"""The pages of connectors: written by who may, tried, never showing a secret."""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.events.models import Event
from rapport.guides.connectors import keeping
from rapport.guides.models import Connector
from rapport.guides.publishing import install
from rapport.guides.tests.partner import BLOCK, Partner, at_work, connector
from rapport.studio.tests.test_guides import a_member, signed_in

CONNECTORS = "/at/cards/connectors/"


@pytest.fixture
def partner(settings: Any, tmp_path: Path) -> Iterator[Partner]:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as server:
        settings.INTERNAL_HOSTS = (server.host,)
        yield server


@pytest.fixture
def boss(world: World) -> Client:
    return signed_in(a_member(world, "boss", Role.MANAGER))


def save(client: Client, text: str, **more: str) -> Any:
    return client.post(f"{CONNECTORS}-/save/", {"key": "core", "text": text, "changes": "0", **more})


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_a_connector_is_written_named_by_a_guide_and_kept(world: World, boss: Client, partner: Partner) -> None:
    said = text_of(boss.post(f"{CONNECTORS}-/check/", {"text": connector(partner.host, "colour = 1")}))
    assert "Line 5" in said
    assert "nothing called 'colour'" in said
    assert save(boss, connector(partner.host), secret="s3cret").status_code == 302
    page = text_of(boss.get(f"{CONNECTORS}core/"))
    assert "A secret is kept, sealed" in page
    assert "s3cret" not in page + text_of(boss.get(CONNECTORS))
    install(programme=world.programme, text=BLOCK)
    refused = boss.post(f"{CONNECTORS}core/delete/")
    assert refused.status_code == 409
    assert "Publish it without that step first" in text_of(refused)
    again = save(boss, connector(partner.host, "seconds = 2".replace("seconds", "# seconds")))
    assert again.status_code == 409
    assert "Somebody changed this connector meanwhile" in text_of(again)
    told = Event.objects.filter(name="connector.saved").latest("id")
    assert told.data == {"connector": "core", "fields": ["text", "secret"]}


def test_it_is_tried_for_real(world: World, boss: Client, partner: Partner) -> None:
    save(boss, connector(partner.host), secret="s3cret")
    sent = {"what": "block", "value.account": "12", "value.customer.key": "T-1", "value.why": ""}
    told = text_of(boss.post(f"{CONNECTORS}core/try/", sent))
    assert "done" in told
    assert "R-1" in told
    [asked] = partner.asked
    assert (asked["path"], asked["body"]) == ("/api/cards/12/block", {"source": "desk", "customer": "T-1"})
    partner.answers = [403]
    assert "refused" in text_of(boss.post(f"{CONNECTORS}core/try/", sent))
    lacking = boss.post(f"{CONNECTORS}core/try/", {"what": "block"})
    assert lacking.status_code == 422


def test_an_inner_address_is_refused_with_words(boss: Client) -> None:
    answer = save(boss, connector("127.0.0.1:1").replace("http://", "https://"))
    assert answer.status_code == 422
    assert "internal address" in text_of(answer)
    assert not Connector.objects.exists()


def test_who_writes_guides_sees_names_and_changes_nothing(world: World, partner: Partner) -> None:
    keeping.save_connector(programme=world.programme, key="core", text=connector(partner.host), secret="s3cret")
    writer = signed_in(a_member(world, "wanda", Role.TRAINER))
    page = text_of(writer.get(f"{CONNECTORS}core/"))
    assert "Block the card" in page
    assert "<textarea" not in page
    for address in ("-/save/", "-/check/", "core/try/", "core/delete/"):
        assert writer.post(f"{CONNECTORS}{address}").status_code == 403
    assert signed_in(world.rep).get(CONNECTORS).status_code == 403
    assert signed_in(world.outsider).get(CONNECTORS).status_code == 404
