"""Digests that go to the partner's address, and kept files that go for good."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from rapport.audit import sealing as digests
from rapport.audit.digests import Sealed
from rapport.audit.models import Digest
from rapport.conftest import World
from rapport.events.models import Event
from rapport.feeds import actions, jobs, keeping, queries
from rapport.feeds.models import Delivery
from rapport.feeds.terms import read_terms
from rapport.kit import clock, sealing
from rapport.kit.errors import Invalid
from rapport.kit.outbound import OutboundFailed

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.KEY_RING = tmp_path / "ring.json"
    return tmp_path / "home"


class Partner(BaseHTTPRequestHandler):
    taken: list[bytes] = []
    answers: list[int] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.answers.pop(0) if self.answers else 204
        if status < 300:
            self.taken.append(body)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def address(settings: Any) -> Iterator[str]:
    Partner.taken, Partner.answers = [], []
    server = HTTPServer(("127.0.0.1", 0), Partner)
    settings.INTERNAL_HOSTS = (f"127.0.0.1:{server.server_port}",)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/digests"
    server.shutdown()
    server.server_close()


def agree(world: World, text: str, feed: str = "digests") -> None:
    actions.write_contract(programme=world.programme, feed=feed, text=text, actor="test")


def seal(world: World, hour: int) -> Digest:
    digest = digests.seal_until(world.programme, NOON + timedelta(hours=hour))
    assert digest is not None
    return digest


def deliver(world: World) -> None:
    sealed = Event.objects.filter(name="digest.sealed").latest("id")
    jobs.deliver_digests.func(programme_id=world.programme.pk, event_id=sealed.pk)


def test_each_digest_goes_to_the_partners_address_once_and_in_order(world: World, address: str) -> None:
    with clock.at(clock.now() - timedelta(hours=1)):
        seal(world, 0)
    deliver(world)  # no contract: nothing goes
    agree(world, f'webhook = "{address}"')
    made = [seal(world, hour) for hour in (1, 2)]
    for _ in range(2):
        deliver(world)
    took = [json.loads(body) for body in Partner.taken]
    assert [one["document"] for one in took] == [one.document for one in made]
    sealed = Sealed(took[0]["document"], bytes.fromhex(took[0]["signature"]))
    assert sealed.is_signed_by(sealed.told["key"])
    gone = Delivery.objects.filter(feed="digests").order_by("id")
    assert [(one.file, one.sha256 == sealed.hash) for one in gone] == [
        ("000002.json", True),
        ("000003.json", False),
    ]
    assert queries.feed_of(world.programme, "digests").state == "running"


def test_what_the_address_did_not_take_comes_again_before_the_next(world: World, address: str) -> None:
    agree(world, f'webhook = "{address}"')
    seal(world, 1)
    Partner.answers = [503, 404]
    for _ in range(2):
        with pytest.raises(OutboundFailed):
            deliver(world)
    seal(world, 2)
    Partner.answers = [200, 500]
    deliver(world)  # the first went; the second waits for the next
    assert len(Partner.taken) == 1
    seal(world, 3)
    deliver(world)
    numbers = [json.loads(json.loads(body)["document"])["number"] for body in Partner.taken]
    assert numbers == [1, 2, 3]


def test_nothing_goes_from_a_feed_that_is_stopped(world: World, address: str) -> None:
    agree(world, f'webhook = "{address}"')
    actions.stop(programme=world.programme, feed="digests", reason="Moving", actor="test")
    seal(world, 1)
    deliver(world)
    assert Partner.taken == []
    actions.release(programme=world.programme, feed="digests", reason="Moved", actor="test")
    deliver(world)
    assert len(Partner.taken) == 1


def broken(world: World, tmp_path: Path, text: str = "Name\nx\n") -> Delivery:
    agree(world, '[columns]\nNumber = "text"\n', feed="customers")
    path = tmp_path / "a.csv"
    path.write_text(text)
    return actions.receive(programme=world.programme, feed="customers", path=path, actor="test")


def test_a_file_whose_delivery_is_not_committed_yet_is_left_alone(home: Path, world: World) -> None:
    folder = home / "feeds" / "cards"
    folder.mkdir(parents=True)
    for name, age in (("new", timedelta(0)), ("old", timedelta(days=2))):
        (folder / name).write_text("x")
        at = (clock.now() - age).timestamp()
        os.utime(folder / name, (at, at))
    jobs.sweep.func(timestamp=0)
    assert [each.name for each in folder.iterdir()] == ["new"]


def test_room_is_counted_as_it_is_taken(
    world: World, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Name\n" + "é" * 1000 + "\n"
    monkeypatch.setattr(keeping, "MOST_BYTES", len(text.encode()) + 100)  # it would fit if it were not sealed
    assert broken(world, tmp_path, text).kept == ""
    assert list((home / "feeds" / "cards").iterdir()) == []


def test_a_plain_file_of_old_is_sealed_if_it_is_the_one_that_came(
    world: World, tmp_path: Path, home: Path
) -> None:
    first, second = broken(world, tmp_path), broken(world, tmp_path, "Name\ny\n")
    for one, text in ((first, "Name\nx\n"), (second, "Name\nanother\n")):
        (home / "feeds" / "cards" / one.kept).write_text(text)
    keeping.seal_anew([first, second])
    assert keeping.uses() == {sealing.ring().current: 1}
    keeping.fetch(first, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "Name\nx\n"


@pytest.mark.parametrize("encoding", ["utf-16", "cp037", "none-such", "base64"])
def test_an_encoding_that_has_no_lines_is_no_term(encoding: str) -> None:
    with pytest.raises(Invalid, match="encoding"):
        read_terms(f'[file]\nencoding = "{encoding}"\n')
