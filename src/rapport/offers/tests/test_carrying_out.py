"""Cancellations on the partner's side: by its system, or from the worklist with an acknowledgement."""

from pathlib import Path
from typing import Any

import pytest

from rapport.conftest import World, stand_in
from rapport.events.models import Event
from rapport.guides.connectors import keeping as connectors
from rapport.guides.tests.partner import at_work
from rapport.kit.errors import Conflict, Invalid
from rapport.offers import jobs
from rapport.offers.leaving import actions, carrying_out, keeping, queries
from rapport.offers.leaving.rules import EXAMPLE
from rapport.offers.models import Cancellation, FairSaveRules, LeavingReason

CONNECTOR = """
name = "Billing"
base = "http://%s/api"
seconds = 1
[transactions.cancel]
name = "Cancel"
path = "/customers/{customer.key}/cancel"
sends = { reference = "reference", contract = "holding" }
"""


def cancelled(world: World) -> Cancellation:
    return actions.cancel(
        customer=world.customer, holding="", contact=None, channel="portal", origin="portal", by="customer",
        actor="customer",
    )  # fmt: skip


def carry_out(world: World) -> None:
    event = Event.objects.filter(name="leaving.cancelled").latest("id")
    stand_in(None)
    jobs.carry_out(programme_id=world.programme.pk, event_id=event.pk)
    stand_in(world.programme)


def test_without_a_connector_it_waits_for_the_partner(world: World) -> None:
    one = cancelled(world)
    carry_out(world)
    one.refresh_from_db()
    assert (one.state, one.tries) == ("waiting", 0)
    for _ in range(2):
        done = carrying_out.acknowledge(
            programme=world.programme, reference=one.reference.lower(), said="Ours: 77", actor="token:x"
        )
    assert (done.state, done.said) == ("done", "Ours: 77")
    assert Event.objects.filter(name="leaving.settled").count() == 1
    late = carrying_out.acknowledge(programme=world.programme, reference=one.reference, done=False, actor="x")
    assert late.state == "done"


def test_the_partners_system_is_asked_once_and_again_where_it_is_busy(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as partner:
        settings.INTERNAL_HOSTS = (partner.host,)
        connectors.save_connector(programme=world.programme, key="billing", text=CONNECTOR % partner.host)
        rules = EXAMPLE.replace("settle_within", 'cancel_by = "billing.cancel"\nsettle_within')
        keeping.install_rules(programme=world.programme, text=rules)
        one = cancelled(world)
        partner.answers = [503]
        for state, tries in [("waiting", 1), ("done", 2), ("done", 2)]:
            carry_out(world)
            one.refresh_from_db()
            assert (one.state, one.tries) == (state, tries)
    assert len(partner.asked) == 2
    assert {sent["headers"]["Idempotency-Key"] for sent in partner.asked} == {str(one.public_id)}
    assert partner.asked[0]["body"] == {"reference": one.reference, "contract": ""}


def test_what_the_system_refuses_is_in_somebodys_hands(world: World, settings: Any, tmp_path: Path) -> None:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as partner:
        settings.INTERNAL_HOSTS = (partner.host,)
        connectors.save_connector(programme=world.programme, key="billing", text=CONNECTOR % partner.host)
        rules = EXAMPLE.replace("settle_within", 'cancel_by = "billing.cancel"\nsettle_within')
        keeping.install_rules(programme=world.programme, text=rules)
        one = cancelled(world)
        partner.answers = [422]
        carry_out(world)
    one.refresh_from_db()
    assert one.state == "failed" and one in queries.cancellations_to_do(world.programme)


@pytest.mark.parametrize(
    ("way", "asked", "state"), [("", 1, "done"), ('key_in = ""\n', 0, "failed")], ids=["knows keys", "knows none"]
)
def test_what_was_cut_off_goes_again_only_where_that_does_it_once(
    world: World, settings: Any, tmp_path: Path, way: str, asked: int, state: str
) -> None:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as partner:
        settings.INTERNAL_HOSTS = (partner.host,)
        text = (CONNECTOR % partner.host).replace("[transactions", f"{way}[transactions", 1)
        connectors.save_connector(programme=world.programme, key="billing", text=text)
        rules = EXAMPLE.replace("settle_within", 'cancel_by = "billing.cancel"\nsettle_within')
        keeping.install_rules(programme=world.programme, text=rules)
        one = cancelled(world)
        event = Event.objects.filter(name="leaving.cancelled").latest("id")
        carrying_out.take_up(event)  # and the process dies before it has heard
        carry_out(world)
    one.refresh_from_db()
    assert (len(partner.asked), one.state) == (asked, state)
    assert ("may have been done" in one.said) == (state == "failed")


def test_rules_name_a_transaction_that_is_there(world: World) -> None:
    with pytest.raises(Invalid, match="among the connectors"):
        keeping.save_rules(programme=world.programme, text=f'cancel_by = "billing.gone"\n{EXAMPLE}')


def test_rules_take_two_people(world: World) -> None:
    made = keeping.save_rules(programme=world.programme, text=EXAMPLE, by=world.supervisor)
    assert keeping.save_rules(programme=world.programme, text=EXAMPLE, by=world.rep) == made
    with pytest.raises(Conflict, match="Somebody else"):
        keeping.approve_rules(programme=world.programme, number=made.number, by=world.supervisor)
    keeping.approve_rules(programme=world.programme, number=made.number, by=world.rep)
    older = keeping.save_rules(programme=world.programme, text=EXAMPLE + "# again\n", by=world.rep)
    newer = keeping.save_rules(programme=world.programme, text=EXAMPLE + "# more\n", by=world.rep)
    keeping.approve_rules(programme=world.programme, number=newer.number, by=world.supervisor)
    with pytest.raises(Conflict, match="meanwhile"):
        keeping.approve_rules(programme=world.programme, number=older.number, by=world.supervisor)
    assert FairSaveRules.objects.filter(approved_at__isnull=False).count() == 2


def test_a_reason_in_use_is_retired_and_another_goes(world: World) -> None:
    place = world.programme
    keeping.add_reason(programme=place, name="The fee")
    keeping.add_reason(programme=place, name="It was raised", parent="the-fee")
    keeping.add_reason(programme=place, name="Moving away")
    with pytest.raises(Invalid, match="first level"):
        keeping.add_reason(programme=place, name="Deeper", parent="it-was-raised")
    attempt = actions.open_attempt(customer=world.customer, origin="rep", channel="chat", actor="t")
    actions.set_reason(attempt=attempt, reason="it-was-raised", actor="t")
    assert keeping.retire_reason(programme=place, key="moving-away") is None
    keeping.retire_reason(programme=place, key="the-fee")
    assert LeavingReason.objects.filter(retired_at__isnull=False).count() == 2
    with pytest.raises(Conflict, match="bring that one back"):
        keeping.add_reason(programme=place, name="The fee")
    keeping.retire_reason(programme=place, key="it-was-raised", is_retired=False)
    assert not LeavingReason.objects.filter(retired_at__isnull=False).exists()
