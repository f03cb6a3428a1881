"""Drafts from outside: off by default, masked, on record, and refused in plain words, with a real service."""

import html
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.accounts.roles import Role
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers import resealing
from rapport.customers.models import Customer
from rapport.desk.tests.test_desk import DESK, text_of
from rapport.drafts import actions, jobs, outside, queries
from rapport.drafts.models import Draft, Service
from rapport.events.models import Event
from rapport.kit import sealing
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.outbound import OutboundRefused
from rapport.routing import actions as routing
from rapport.studio.tests.test_guides import a_member, signed_in

SAID = "I am Ada Byron, ada@example.org, card 4111 1111 1111 1111, call +49 30 1234567. Why the fee?"


class Outside(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status, self.body, self.waits = 200, content("Sorry for the fee."), threading.Event()
        self.waits.set()


class _Door(BaseHTTPRequestHandler):
    server: Outside

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.keys.append(self.headers.get("Authorization"))
        self.server.waits.wait(5)
        self.send_response(self.server.status if self.path == "/v1/chat/completions" else 404)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: Any) -> None:
        pass


def content(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    told = {"id": "c-1", "object": "chat.completion", "choices": [{"index": 0, "message": message}]}
    return json.dumps(told).encode()


@pytest.fixture
def service(settings: Any, tmp_path: Path) -> Iterator[Outside]:
    settings.KEY_RING = tmp_path / "ring.json"
    server = Outside()
    settings.INTERNAL_HOSTS = (f"127.0.0.1:{server.server_port}",)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.waits.set()
    server.shutdown()
    server.server_close()


def turned_on(world: World, service: Outside) -> Service:
    return actions.set_service(
        programme=world.programme,
        base=f"http://127.0.0.1:{service.server_port}/v1",
        model="small",
        guidance="Be kind.",
        is_on=True,
        secret="s3cret",
    )


def chatting(world: World) -> Contact:
    made = chat.begin(
        programme=world.programme, email="ada@example.org", text=SAID, reason=None, client_id=uuid4()
    )
    routing.answer_elsewhere(made, rep=world.rep, actor="test")
    made.refresh_from_db()
    return made


def make() -> None:
    asked = Event.objects.filter(name="draft.asked").latest("id")
    jobs.make.func(programme_id=asked.programme_id, event_id=asked.pk)


def test_a_rep_asks_reads_and_puts_away(client: Client, world: World, service: Outside) -> None:
    contact = chatting(world)
    client.force_login(world.rep.user)
    at = f"{DESK}contacts/{contact.public_id}/"
    assert ">Draft<" not in text_of(client.get(f"{DESK}work/"))
    assert client.post(f"{at}draft/").status_code == 409
    turned_on(world, service)
    assert ">Draft<" in text_of(client.get(f"{DESK}work/"))
    for _ in range(2):
        assert "is being written" in text_of(client.post(f"{at}draft/"))
    assert service.asked == []
    make()
    make()
    page = text_of(client.get(f"{DESK}work/"))
    assert "Draft by a machine" in page
    assert 'data-use="Sorry for the fee."' in page
    assert len(service.asked) == 1
    assert not any(one.author == "rep" for one in messages_of(contact))
    assert "Draft by a machine" not in text_of(client.post(f"{at}draft/away/"))
    assert Draft.objects.get().text == ""


def test_what_leaves_is_masked_and_on_record(world: World, service: Outside) -> None:
    turned_on(world, service)
    actions.ask(member=world.rep, contact=chatting(world))
    make()
    [asked] = service.asked
    told = json.dumps(asked, ensure_ascii=False)
    for secret in ("4111", "Ada", "Byron", "ada@example.org", "1234567"):
        assert secret not in told
    assert "Why the fee?" in told
    assert "Be kind." in told
    assert asked["model"] == "small"
    assert service.keys == ["Bearer s3cret"]
    sent = Event.objects.get(name="draft.sent")
    assert (sent.data["messages"], sent.data["characters"]) == (1, len(asked["messages"][-1]["content"]))
    assert "fee" not in json.dumps([one.data for one in Event.objects.filter(name__startswith="draft.")])


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, b"{}", "does not know our key"),
        (429, b"{}", "too much to do"),
        (500, b"oh", "could not do it (500)"),
        (200, b"<html>", "is no draft"),
        (200, b'{"choices": []}', "is no draft"),
        (200, b'{"choices": [{"message": {"content": {"a": 1}}}]}', "is no draft"),
        (200, b"[" * 100_000, "is no draft"),
        (200, content("x" * 200_000), "larger than"),
    ],
)
def test_refusals_are_plain(world: World, service: Outside, status: int, body: bytes, words: str) -> None:
    turned_on(world, service)
    service.status, service.body = status, body
    contact = chatting(world)
    actions.ask(member=world.rep, contact=contact)
    make()
    draft = queries.draft_of(contact)
    assert draft is not None
    assert draft.state == "failed"
    assert words in draft.problem


def test_a_slow_service_is_not_waited_for(world: World, service: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    turned_on(world, service)
    monkeypatch.setattr(outside, "SECONDS", 0.3)
    service.waits.clear()
    contact = chatting(world)
    actions.ask(member=world.rep, contact=contact)
    make()
    draft = queries.draft_of(contact)
    assert draft is not None
    assert "did not answer in time" in draft.problem


def test_turned_off_nothing_leaves(world: World, service: Outside) -> None:
    kept = turned_on(world, service)
    contact = chatting(world)
    actions.ask(member=world.rep, contact=contact)
    actions.set_service(programme=world.programme, base=kept.base, model="small", is_on=False)
    make()
    assert service.asked == []
    with pytest.raises(Conflict, match="off"):
        actions.ask(member=world.rep, contact=contact)


def test_a_key_goes_nowhere_else_and_is_sealed_anew(world: World, service: Outside) -> None:
    kept = turned_on(world, service)
    with pytest.raises(Invalid, match="Give its key anew"):
        actions.set_service(programme=world.programme, base=kept.base + "/x", model="small", is_on=True)
    with pytest.raises(OutboundRefused):
        actions.set_service(programme=world.programme, base="https://169.254.169.254/v1", model="a", secret="x")
    old, new = sealing.ring().current, sealing.rotate()
    resealing.reseal_all(world.programme)
    assert (resealing.uses()[old], resealing.uses()[new]) == (0, 1)


def test_the_page_is_for_who_manages_connectors(world: World, service: Outside) -> None:
    boss = signed_in(a_member(world, "boss", Role.MANAGER))
    form = {
        "base": f"http://127.0.0.1:{service.server_port}/v1",
        "model": "small",
        "secret": "s3cret",
        "is_on": "on",
    }
    assert boss.post("/at/cards/drafts/save/", form).status_code == 302
    page = html.unescape(boss.get("/at/cards/drafts/").content.decode())
    assert "small" in page
    assert "s3cret" not in page
    assert boss.post("/at/cards/drafts/save/", {**form, "base": "https://127.0.0.1:1/v1"}).status_code == 422
    writer = signed_in(a_member(world, "wanda", Role.TRAINER))
    assert writer.get("/at/cards/drafts/").status_code == 403


def over(world: World, contact: Contact) -> Contact:
    routing.end_conversation(contact, by="rep", actor=f"member:{world.rep.pk}")
    contact.refresh_from_db()
    assert contact.state == "wrap_up"
    return contact


def test_the_line_of_the_wrap_up_is_drafted_for_the_rep(client: Client, world: World, service: Outside) -> None:
    turned_on(world, service)
    contact = chatting(world)
    for number in range(30):
        chat.say(contact, author="rep", text=f"Step {number} for Ada.", client_id=uuid4(), member=world.rep)
    over(world, contact)
    client.force_login(world.rep.user)
    at = f"{DESK}contacts/{contact.public_id}/"
    before = text_of(client.get(f"{DESK}work/"))
    assert "Why the fee?" in before and 'hx-post="' in before  # the line made on this machine stands already
    assert service.asked == []
    service.body = content("Ada Byron asked why,\n\nshe pays a fee; card 4111 1111 1111 1111. " + "x" * 600)
    assert "is being written" in text_of(client.post(f"{at}draft/"))
    make()
    [asked] = service.asked
    told = json.dumps(asked, ensure_ascii=False)
    assert not any(secret in told for secret in ("4111", "Ada", "Byron", "ada@example.org", "1234567"))
    assert "Step 0 for" in told and "Step 29 for" in told and "Be kind." in told
    assert [one["role"] for one in asked["messages"]] == ["system", "user"]
    sent = Event.objects.get(name="draft.sent")
    assert (sent.data["messages"], sent.data["characters"]) == (31, len(asked["messages"][-1]["content"]))
    draft = queries.draft_of(contact)
    assert (
        draft is not None
        and len(draft.text) <= 500
        and "\n" not in draft.text
        and "4111 1111 1111" not in draft.text
    )
    page = text_of(client.get(f"{DESK}work/"))
    assert f'data-instead="{draft.text}"' in page and "Why the fee?" in page
    contact.refresh_from_db()
    assert contact.summary == ""  # nothing is kept before the rep finishes


@pytest.mark.parametrize("fault", ["refused", "slow"])
def test_the_line_of_this_machine_stays_where_no_draft_comes(
    client: Client, world: World, service: Outside, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    turned_on(world, service)
    monkeypatch.setattr(outside, "SECONDS", 0.3)
    contact = over(world, chatting(world))
    client.force_login(world.rep.user)
    if fault == "slow":
        service.waits.clear()
    else:
        service.status = 500
    client.post(f"{DESK}contacts/{contact.public_id}/draft/")
    make()
    page = text_of(client.get(f"{DESK}work/"))
    assert "No draft." in page and "data-instead" not in page and "Why the fee?" in page


def test_a_draft_is_of_what_is_written_now(world: World, service: Outside) -> None:
    turned_on(world, service)
    contact = chatting(world)
    reply = actions.ask(member=world.rep, contact=contact)
    over(world, contact)
    assert queries.draft_of(contact) is None  # the reply's is no line
    line = actions.ask(member=world.rep, contact=contact)
    assert (reply.kind, line.kind) == ("reply", "summary") and line != reply
    actions.settle(reply.public_id, outside.Written(text="Dear you"))
    reply.refresh_from_db()
    assert (reply.state, reply.text) == ("dismissed", "")
    Contact.objects.filter(pk=contact.pk).update(state="closed", closed_at=contact.ended_at)
    contact.refresh_from_db()
    actions.settle(line.public_id, outside.Written(text="They asked"))
    line.refresh_from_db()
    assert (line.state, line.text) == ("dismissed", "")
    with pytest.raises(Conflict, match="not in your hands"):
        actions.ask(member=world.rep, contact=contact)


def test_nothing_of_who_was_erased_leaves(world: World, service: Outside) -> None:
    turned_on(world, service)
    contact = over(world, chatting(world))
    contact.customer = Customer.objects.create(
        programme=world.programme, key="C-9", name="Ada", standing="restricted"
    )
    contact.save(update_fields=["customer"])
    with pytest.raises(Conflict, match="leaves any more"):
        actions.ask(member=world.rep, contact=contact)
