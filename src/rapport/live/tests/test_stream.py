"""The live process as a browser meets it: a real server, a real database, real notifications."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import httpx
import pytest
from django.db import connection, transaction

from rapport.accounts.models import Programme
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.events.actions import whisper
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.live import tickets
from rapport.live.closing import close
from rapport.live.source import MOST_REPLAYED


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def live(committed_world: World) -> Iterator[str]:
    database = connection.settings_dict
    port = _free_port()
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}"
    address = f"{url}?host={database['HOST']}&port={database['PORT'] or 5432}"
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "rapport.live.app:app"],
        env={
            **os.environ,
            "DATABASE_URL": address,
            "RAPPORT_STREAMS_PER_PERSON": "2",
            "RAPPORT_STREAMS_PER_ADDRESS": "3",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_listening(base)
        yield base
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_listening(base: str) -> None:
    def listens() -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{base}/healthz").status_code == 200
        return False

    _wait_until(listens)


def _wait_until(becomes_so: Callable[[], bool]) -> None:
    for _ in range(200):
        if becomes_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not become so")


class Listener:
    """A browser's stream, read message by message as (id, name, subject)."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()
        assert next(self._lines) == ": welcome"

    def next(self) -> tuple[str, str, str]:
        fields: dict[str, str] = {}
        for line in self._lines:
            if line:
                key, _, value = line.partition(": ")
                fields[key] = value
            elif "event" in fields:
                return fields.get("id", ""), fields["event"], json.loads(fields["data"])["subject"]
        raise AssertionError("the stream ended")


@contextmanager
def _listening(base: str, place: Programme, channels: list[str], **extra: str) -> Iterator[Listener]:
    parameters = {"ticket": extra.pop("ticket", "") or tickets.issue(channels, programme_id=place.pk), **extra}
    with httpx.stream("GET", f"{base}/stream", params=parameters, timeout=10) as response:
        yield Listener(response)


def test_a_stream_tells_its_channels_and_no_others_and_resumes(live: str, committed_world: World) -> None:
    world = committed_world
    ours, theirs = f"floor:{world.programme.pk}", f"floor:{world.other.pk}"
    with (
        _listening(live, world.programme, [ours, theirs]) as listener,
        _listening(live, world.other, [ours, theirs]) as outsider,
    ):
        first, _ = contacts.arrive(programme=world.programme, channel="chat", actor="test")
        with inside(world.other.pk):
            hidden, _ = contacts.arrive(programme=world.other, channel="chat", actor="test")
        told = listener.next()
        assert told[1:] == ("contact.arrived", str(first.public_id))
        assert outsider.next()[1:] == ("contact.arrived", str(hidden.public_id))
    missed, _ = contacts.arrive(programme=world.programme, channel="chat", actor="test")
    with _listening(live, world.programme, [ours], last_event_id=told[0]) as listener:
        replayed = {listener.next()[2], listener.next()[2]}
        assert replayed == {str(first.public_id), str(missed.public_id)}


def test_what_is_whispered_arrives_and_is_not_recorded(live: str, committed_world: World) -> None:
    contact, _ = contacts.arrive(programme=committed_world.programme, channel="chat", actor="test")
    with _listening(live, committed_world.programme, [f"contact:{contact.public_id}"]) as listener:
        with transaction.atomic():
            whisper(
                "chat.typing.rep",
                programme_id=contact.programme_id,
                subject=contact.public_id,
                audience=[f"contact:{contact.public_id}"],
            )
        assert listener.next() == ("", "chat.typing.rep", str(contact.public_id))


def test_a_database_that_drops_its_connections_costs_no_message(live: str, committed_world: World) -> None:
    programme = committed_world.programme
    with _listening(live, programme, [f"floor:{programme.pk}"]) as listener:
        first, _ = contacts.arrive(programme=programme, channel="chat", actor="test")
        told, _, subject = listener.next()
        assert subject == str(first.public_id)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        meanwhile, _ = contacts.arrive(programme=programme, channel="chat", actor="test")
        assert listener.next()[1] == "reconnect"  # who was shut out while nobody heard is asked again at the door
    _wait_until_listening(live)
    with _listening(live, programme, [f"floor:{programme.pk}"], last_event_id=told) as listener:
        heard = listener.next()[2]
        while heard == str(first.public_id):  # after a gap some is told twice
            heard = listener.next()[2]
        assert heard == str(meanwhile.public_id)


def test_who_missed_too_much_while_the_database_was_away_reloads(live: str, committed_world: World) -> None:
    programme = committed_world.programme
    seen, _ = contacts.arrive(programme=programme, channel="chat", actor="test")
    missed = Event(programme=programme, at=clock.now(), name="x.y", subject=seen.public_id, audience=["floor:1"])
    with _listening(live, programme, [f"floor:{programme.pk}"]) as listener:
        contacts.arrive(programme=programme, channel="chat", actor="test")
        told, name, _ = listener.next()
        assert name == "contact.arrived"
        Event.objects.bulk_create([missed] * (MOST_REPLAYED + 1))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        assert listener.next()[1] == "reconnect"
    _wait_until_listening(live)
    with _listening(live, programme, [f"floor:{programme.pk}"], last_event_id=told) as listener:
        assert listener.next() == ("", "reload", "")


def test_a_forged_or_stale_ticket_opens_nothing(live: str, committed_world: World) -> None:
    good = tickets.issue([f"floor:{committed_world.programme.pk}"], programme_id=committed_world.programme.pk)
    for bad in ("", "nonsense", good[:-2] + "xx"):
        assert httpx.get(f"{live}/stream", params={"ticket": bad}).status_code == 403


def test_who_is_shut_out_hears_no_more_within_a_second(live: str, committed_world: World) -> None:
    world = committed_world
    floor = [f"floor:{world.programme.pk}"]
    issue = partial(tickets.issue, programme_id=world.programme.pk)
    listening = partial(_listening, live, world.programme, floor)
    theirs = issue(floor, person=world.supervisor.user_id, session="one")
    others = issue(floor, person=world.rep.user_id)
    with listening(ticket=theirs) as listener, listening(ticket=others) as other:
        began = time.monotonic()
        close(person=world.supervisor.user_id)
        assert listener.next() == ("", "closed", "")
        assert time.monotonic() - began < 1
        contact, _ = contacts.arrive(programme=world.programme, channel="chat", actor="test")
        assert other.next()[2] == str(contact.public_id)
        with pytest.raises(AssertionError, match="ended"):
            listener.next()
    assert httpx.get(f"{live}/stream", params={"ticket": theirs}).status_code == 403
    with _listening(live, world.programme, floor, ticket=issue(floor, person=world.supervisor.user_id)):
        pass  # whom the door let in again since


def test_a_session_that_ended_takes_only_its_own_streams_along(live: str, committed_world: World) -> None:
    world = committed_world
    floor, person = [f"floor:{world.programme.pk}"], world.rep.user_id
    issue = partial(tickets.issue, programme_id=world.programme.pk)
    listening = partial(_listening, live, world.programme, floor)
    ended = issue(floor, person=person, session=tickets.session_mark("key"))
    stays = issue(floor, person=person, session=tickets.session_mark("other"))
    with listening(ticket=ended) as listener, listening(ticket=stays) as other:
        close(session=tickets.session_mark("key"))
        assert listener.next() == ("", "closed", "")
        contact, _ = contacts.arrive(programme=world.programme, channel="chat", actor="test")
        assert other.next()[2] == str(contact.public_id)
    assert httpx.get(f"{live}/stream", params={"ticket": ended}).status_code == 403


def test_a_stream_ends_at_the_moment_its_right_does(live: str, committed_world: World) -> None:
    world = committed_world
    floor = [f"floor:{world.programme.pk}"]
    issue = partial(tickets.issue, programme_id=world.programme.pk)
    until = time.time() + 1.5
    with _listening(live, world.programme, floor, ticket=issue(floor, until=until)) as listener:
        assert listener.next() == ("", "closed", "")
        assert until - 0.1 < time.time() < until + 5
    over = issue(floor, until=time.time() - 1)
    assert httpx.get(f"{live}/stream", params={"ticket": over}).status_code == 403


def test_a_ticket_opens_one_stream(live: str, committed_world: World) -> None:
    floor = [f"floor:{committed_world.programme.pk}"]
    ticket = tickets.issue(floor, programme_id=committed_world.programme.pk)
    with _listening(live, committed_world.programme, floor, ticket=ticket) as _open:
        assert httpx.get(f"{live}/stream", params={"ticket": ticket}).status_code == 403
    assert httpx.get(f"{live}/stream", params={"ticket": ticket}).status_code == 403


def test_one_person_and_one_address_have_so_many_streams_at_once(live: str, committed_world: World) -> None:
    world = committed_world
    floor = [f"floor:{world.programme.pk}"]
    issue = partial(tickets.issue, floor, programme_id=world.programme.pk)
    listening = partial(_listening, live, world.programme, floor)

    rep, other = world.rep.user_id, world.supervisor.user_id
    with listening(ticket=issue(person=rep)) as _one, listening(ticket=issue(person=rep)) as _two:
        assert is_refused(live, issue(person=rep))
        with listening(ticket=issue(person=other)) as _three:
            assert is_refused(live, issue(person=other))  # the third of this address
            assert is_refused(live, issue(person=None))
    _wait_until(lambda: not is_refused(live, issue(person=rep)))  # it hears a moment later that browsers have gone


def is_refused(live: str, ticket: str) -> bool:
    with httpx.stream("GET", f"{live}/stream", params={"ticket": ticket}) as answer:
        return answer.status_code == 429
