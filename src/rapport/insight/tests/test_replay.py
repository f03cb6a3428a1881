"""Replaying the event log gives the facts that are counted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from django.db import InternalError, transaction

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact, Leg
from rapport.events.models import Event
from rapport.feedback import actions as feedback
from rapport.insight import cli, export
from rapport.insight.check import differences
from rapport.insight.moment import one_moment
from rapport.kit import clock
from rapport.kit.errors import Invalid, NotFound
from rapport.routing import actions as routing
from rapport.routing import presence
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn
from rapport.routing.upkeep import take_off_floor

NINE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def a_day(world: World) -> Contact:
    """A chat that is missed once, loses its rep, is finished by another, and rated; one that is abandoned."""
    programme = world.programme
    with clock.at(NINE):
        presence.choose(member=world.rep, doing="available")
        contact = chat.begin(
            programme=programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
        )
        turn(programme)
        offer = open_offer_to(world.rep)
        assert offer is not None
        routing.accept(member=world.rep, offer_id=offer.public_id)
    with clock.at(NINE + timedelta(minutes=50)):
        assert take_off_floor(world.rep.pk, silent_since=clock.now(), why="rep lost")
        presence.choose(member=world.second_rep, doing="available")
        turn(programme)
        offer = open_offer_to(world.second_rep)
        assert offer is not None
        routing.accept(member=world.second_rep, offer_id=offer.public_id)
    with clock.at(NINE + timedelta(minutes=71, milliseconds=250)):
        routing.end_conversation(Contact.objects.get(), by="rep", actor="test")
    with clock.at(NINE + timedelta(minutes=72)):
        routing.finish_wrap_up(
            member=world.second_rep,
            contact_id=contact.public_id,
            disposition="saved",
            resolved=True,
            summary="Stays",
        )
        feedback.answer(contact=Contact.objects.get(), rating=5, resolved=True)
        other = chat.begin(
            programme=programme, email="bob@example.org", text="Hi", reason=world.reason, client_id=uuid4()
        )
        routing.abandon(other, actor="customer")
        presence.choose(member=world.second_rep, doing="offline")
    return contact


def test_a_days_facts_are_what_the_log_tells(world: World) -> None:
    a_day(world)
    assert list(differences(world.programme)) == []


def test_a_late_answer_and_an_earlier_arrival_are_told(world: World) -> None:
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", at=NINE)
    contacts.enqueue(contact, queue="main", actor="pbx", at=NINE)
    contacts.move(contact, queue="everybody", why="overflow", actor="router")
    contacts.correct_arrival(contact, at=NINE - timedelta(seconds=3), actor="pbx")
    contacts.abandon(contact, actor="pbx", at=NINE + timedelta(seconds=90))
    told = [contacts.Stretch(world.rep, NINE + timedelta(seconds=8))]
    contacts.retell(contact, stretches=told, ended_at=None, actor="pbx")
    assert list(differences(world.programme)) == []


def test_a_fact_that_the_log_does_not_tell_is_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    a_day(world)
    assert cli.run(["--programme", "cards", "--verify"]) == 0
    Leg.objects.filter(rep=world.second_rep).update(started_at=NINE)
    assert cli.run(["--programme", "cards", "--verify"]) == 1
    assert "the log does not tell of this leg" in capsys.readouterr().out


def test_the_command_prints_figures_for_people_and_programs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    a_day(world)
    assert cli.run(["--programme", "cards"]) == 0
    assert "Abandonment rate             50.0% (1 / 2)" in capsys.readouterr().out
    assert cli.run(["--programme", "cards", "--by", "day", "--metric", "contacts_offered", "--json"]) == 0
    offered = {"value": 2, "numerator": 2, "denominator": None}
    assert json.loads(capsys.readouterr().out) == {
        "programme": "cards",
        "from": "2026-03-02",
        "to": "2026-03-02",
        "rows": [{"group": {"day": "2026-03-02"}, "contacts_offered": offered}],
    }


def test_the_command_refuses_with_a_sentence(world: World) -> None:
    with pytest.raises(NotFound, match="there are: cards, loans"):
        cli.run(["--programme", "card"])
    with pytest.raises(Invalid, match="must not be later"):
        cli.run(["--programme", "cards", "--from", "2026-03-02", "--to", "2026-03-01"])


def test_checking_and_exporting_see_one_moment(
    committed_world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    a_day(committed_world)
    assert cli.run(["--programme", "cards", "--verify"]) == 0
    assert cli.run(["--programme", "cards", "--parquet", str(tmp_path / "facts")]) == 0
    files = {file.name for file in (tmp_path / "facts").iterdir()}
    assert files == {f"{name}.parquet" for name in export.FACTS}
    rows = [duckdb.read_parquet(str(file)).count("*").fetchall()[0][0] for file in (tmp_path / "facts").iterdir()]
    assert sum(rows) > 0 and Event.objects.get(name="data.exported").data["rows"] == sum(rows)
    with one_moment(), pytest.raises(InternalError, match="read-only"), transaction.atomic():
        presence.choose(member=committed_world.rep, doing="available")
