"""What was accepted reaches the partner once, whatever happens on the way; what fails waits for somebody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from rapport.conftest import World
from rapport.events.models import Event
from rapport.guides.connectors import keeping
from rapport.guides.tests.partner import Partner, at_work
from rapport.kit.errors import Conflict, Invalid
from rapport.offers import jobs
from rapport.offers.fulfilling import queries, sending
from rapport.offers.models import Fulfilment
from rapport.offers.tests.offering import accepted, offer_text

CONNECTOR = """name = "Core"
base = "http://{host}/v1"
{more}
[transactions.discount]
name = "Give a discount"
path = "/customers/{{customer.key}}/discounts"
sends = {{ offer = "offer", cost = "offer_cost", ref = "reference" }}
"""


@pytest.fixture
def partner(settings: Any, tmp_path: Path) -> Iterator[Partner]:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as server:
        settings.INTERNAL_HOSTS = (server.host,)
        yield server


def asked(world: World, partner: Partner, more: str = "") -> Fulfilment:
    text = CONNECTOR.format(host=partner.host, more=more)
    keeping.save_connector(programme=world.programme, key="core", text=text, secret="s3cret", by=world.supervisor)
    return accepted(world, offer_text(connector="core.discount"))


def run(world: World) -> None:
    """Do what waits to be sent, once."""
    job = ProcrastinateJob.objects.filter(task_name="offers.fulfil").order_by("-id").first()
    assert job is not None
    jobs.fulfil(**job.args)


def told() -> list[str]:
    return list(
        Event.objects.filter(name__in=("offer.fulfilled", "offer.failed"))
        .order_by("id")
        .values_list("name", flat=True)
    )


def test_it_is_sent_with_its_key_and_done_once(world: World, partner: Partner) -> None:
    row = asked(world, partner)
    for _ in range(2):
        run(world)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("done", 1)
    [request] = partner.asked
    assert request["path"] == "/v1/customers/C-1/discounts"
    assert request["headers"]["Idempotency-Key"] == str(row.public_id)
    assert request["body"] == {"offer": "half-fee", "cost": 600, "ref": str(row.public_id)}
    assert told() == ["offer.fulfilled"]


def test_every_try_has_the_same_key(world: World, partner: Partner) -> None:
    row = asked(world, partner)
    partner.answers = [503, "silent", 500]
    for _ in range(4):
        run(world)
    row.refresh_from_db()
    assert (row.state, row.tries, len(partner.done)) == ("done", 4, 1)
    assert {one["headers"]["Idempotency-Key"] for one in partner.asked} == {str(row.public_id)}


def test_one_that_was_cut_off_is_found_and_asked_again_only_under_a_key(world: World, partner: Partner) -> None:
    row = asked(world, partner)
    presentation = str(row.presentation.public_id)
    sending.take_up(presentation)  # and the process is killed
    run(world)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("done", 2)


def test_without_keys_what_was_cut_off_may_have_been_done(world: World, partner: Partner) -> None:
    row = asked(world, partner, 'key_in = ""')
    sending.take_up(str(row.presentation.public_id))
    run(world)
    row.refresh_from_db()
    assert (row.state, partner.asked) == ("unknown", [])
    with pytest.raises(Conflict, match="may have been done"):
        sending.try_again(programme=world.programme, fulfilment=row.public_id, by=world.supervisor)


def test_what_is_refused_waits_on_the_worklist_and_can_be_sent_again(world: World, partner: Partner) -> None:
    row = asked(world, partner)
    partner.answers = [422]
    run(world)
    assert [one.pk for one in queries.to_look_at(world.programme)] == [row.pk]
    sending.try_again(programme=world.programme, fulfilment=row.public_id, by=world.supervisor)
    run(world)
    row.refresh_from_db()
    assert (row.state, queries.to_look_at(world.programme), told()) == (
        "done",
        [],
        ["offer.failed", "offer.fulfilled"],
    )


def test_a_connector_that_is_gone_does_not_stand_before_accepting(world: World, partner: Partner) -> None:
    row = asked(world, partner)
    keeping.delete_connector(programme=world.programme, key="core")
    run(world)
    row.refresh_from_db()
    assert row.state == "failed"
    with pytest.raises(Invalid, match="Say what you did"):
        sending.settle_by_hand(
            programme=world.programme, fulfilment=row.public_id, is_done=True, said=" ", by=world.supervisor
        )
    done = sending.settle_by_hand(
        programme=world.programme, fulfilment=row.public_id, is_done=True, said="In Core, R-1", by=world.supervisor
    )
    assert (done.state, done.settled_by) == ("done", world.supervisor)
    assert queries.to_look_at(world.programme) == []


def test_the_partners_program_fetches_and_acknowledges(world: World) -> None:
    row = accepted(world)
    run(world)
    assert [one.pk for one in queries.to_fetch(world.programme, limit=10)] == [row.pk]
    for is_done in (False, True, False):
        sending.acknowledge(
            programme=world.programme, fulfilment=row.public_id, is_done=is_done, said="R-9", actor="token:1"
        )
    row.refresh_from_db()
    assert (row.state, told()) == ("done", ["offer.failed", "offer.fulfilled"])
