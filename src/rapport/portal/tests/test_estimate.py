"""What a customer who waits is told of the wait: nothing unknown, and a range once enough is known."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.insight import queries
from rapport.kit import clock
from rapport.portal.forms import Start
from rapport.portal.queries import wait_in_words
from rapport.routing import actions as routing
from rapport.routing import presence, publishing
from rapport.routing.models import WaitEstimate

GERMAN = """
[skills]
german = "German"

[queues.main]
name = "Main"
routes = [{ steps = [{ skills = { german = 3 } }] }]
"""
TEN = datetime.fromisoformat("2026-03-02T10:00:00+01:00")


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    cache.clear()


def waiting() -> tuple[Client, Contact]:
    client = Client()
    sent = {"token": Start().token, "email": "x@example.org", "reason": "cancel", "text": "Hello?"}
    assert client.post("/p/cards/", sent).status_code == 302
    return client, Contact.objects.latest("pk")


def page(client: Client) -> str:
    return client.get("/p/cards/contact/").content.decode()


def served(world: World, contact: Contact, at: datetime, seconds: float) -> None:
    contacts.answer(contact, rep=world.rep, actor="test", at=at)
    contacts.end(contact, by="rep", actor="test", at=at + timedelta(seconds=seconds))


def test_what_was_told_first_is_kept_and_learnt_from(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    with clock.at(TEN):
        _, first = waiting()
        served(world, first, TEN, 240)
        client, contact = waiting()
        assert "about 4 minutes. " in page(client)
    with clock.at(TEN + timedelta(minutes=1)):
        assert "about 4 minutes. " in page(client)
    [told] = WaitEstimate.objects.all()
    assert (told.contact, told.plain_seconds, told.low_seconds, told.made_at) == (contact, 240, None, TEN)
    served(world, contact, TEN + timedelta(seconds=480), 240)
    for number in range(1, 19):
        before(world, number)
    cache.clear()
    with clock.at(TEN + timedelta(minutes=15)):
        client, contact = waiting()
        assert "about 9 minutes (8 to 10)" in page(client)
    told = WaitEstimate.objects.latest("pk")
    assert (told.contact, told.plain_seconds, told.low_seconds, told.high_seconds) == (contact, 240, 480, 588)


def before(world: World, number: int) -> None:
    """Somebody who was told 4 minutes and waited longer than 8, the more the later they came."""
    with clock.at(TEN):
        contact, _ = contacts.arrive(programme=world.programme, channel="chat", actor="customer")
        contacts.enqueue(contact, queue="main", actor="customer")
    WaitEstimate.objects.create(
        programme=world.programme, contact=contact, queue="main", made_at=TEN, plain_seconds=240
    )
    served(world, contact, TEN + timedelta(seconds=480 + 6 * number), 240)


def test_how_far_off_it_was_is_counted(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    with clock.at(TEN):
        _, contact = waiting()
        for low, high in ((60, 200), (90, 95)):
            WaitEstimate.objects.create(
                programme=world.programme, contact=contact, queue="main", made_at=TEN, plain_seconds=80,
                told_seconds=100, low_seconds=low, high_seconds=high,
            )  # fmt: skip
            _, contact = waiting()
    for one in Contact.objects.order_by("pk")[:2]:
        served(world, one, TEN + timedelta(seconds=120), 60)
    [row] = queries.metrics(world.programme, ["wait_estimate_error", "wait_estimate_coverage"])
    assert row["wait_estimate_error"].value == 20 and row["wait_estimate_coverage"].value == 0.5


def test_nothing_is_told_while_nothing_is_known(world: World) -> None:
    client, _ = waiting()
    assert "We cannot say yet how long it takes." in page(client)
    assert not WaitEstimate.objects.exists()


def test_nothing_is_told_while_nobody_here_could_take_it(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    publishing.publish(
        programme=world.programme,
        number=publishing.save_draft(programme=world.programme, text=GERMAN).number,
        instead_of=None,
    )
    with clock.at(TEN):
        client, first = waiting()
        served(world, first, TEN, 240)
        client, _ = waiting()
        assert "We cannot say yet" in page(client)
        routing.set_proficiency(member=world.rep, skill="german", level=3)
        cache.clear()
        assert "about 4 minutes. " in page(client)


def test_who_leaves_counts_as_having_waited_so_long_at_least(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    with clock.at(TEN):
        _, first = waiting()
        served(world, first, TEN, 240)
        for _ in range(19):
            gone = chat.begin(
                programme=world.programme, email="x@example.org", text="?", reason=None, client_id=uuid4()
            )
            WaitEstimate.objects.create(
                programme=world.programme, contact=gone, queue="main", made_at=TEN, plain_seconds=240,
            )  # fmt: skip
            routing.abandon(gone, actor="customer")
        client, _ = waiting()
        assert "We cannot say yet" in page(client)


@pytest.mark.parametrize(
    ("seconds", "low", "high", "words"),
    [
        (None, None, None, ""),
        (20, None, None, "less than a minute"),
        (230, None, None, "about 4 minutes"),
        (230, 125, 410, "about 4 minutes (2 to 7)"),
        (230, 20, 410, "about 4 minutes (7 at most)"),
        (20, 5, 170, "less than a minute (3 at most)"),
        (20, 5, 50, "less than a minute"),
        (4000, 100, 9000, "more than an hour"),
        (1800, 600, 5400, "about 30 minutes (10 to 90)"),
    ],
)
def test_words(seconds: float | None, low: float | None, high: float | None, words: str) -> None:
    assert wait_in_words(seconds, low, high) == words
