"""Clearance: its conditions one by one as pure functions, and at the door."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.clearance import (
    Arrival,
    Condition,
    lapses,
    open_until,
    read_hours,
    read_networks,
    until,
    write_hours,
)
from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.events.queries import history_of
from rapport.kit import clock
from rapport.kit.errors import Invalid

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=BERLIN)
YEARLY = {"required_agreements": ["nda 2"], "agreements_hold_days": 365}
WELL = Arrival("10.1.2.3", has_second_factor=True)


def lapsed(member: Member, now: datetime = MONDAY_NOON, arrival: Arrival = WELL) -> list[Condition]:
    return [one.condition for one in lapses(member, now=now, arrival=arrival)]


@pytest.mark.parametrize(
    ("rules", "has", "arrival", "expected"),
    [
        ({}, {}, WELL, []),
        ({"requires_second_factor": True}, {}, WELL, []),
        ({"requires_second_factor": True}, {}, Arrival("10.1.2.3", False), [Condition.SECOND_FACTOR]),
        ({"requires_screening": True}, {}, WELL, [Condition.SCREENING]),
        ({"requires_screening": True}, {"screening": "failed"}, WELL, [Condition.SCREENING]),
        ({"requires_screening": True}, {"screening": "passed"}, WELL, []),
        ({"requires_screening": True}, {"screening": "passed", "screened_until": date(2026, 11, 23)}, WELL, []),
        (
            {"requires_screening": True},
            {"screening": "passed", "screened_until": date(2026, 11, 22)},
            WELL,
            [Condition.SCREENING],
        ),
        ({"required_agreements": ["nda 2"]}, {"agreements": {"nda 1": "2026-01-01"}}, WELL, [Condition.AGREEMENT]),
        ({"required_agreements": ["nda 2"]}, {"agreements": {"nda 2": "2026-01-01"}}, WELL, []),
        (YEARLY, {"agreements": {"nda 2": "2025-11-23"}}, WELL, []),
        (YEARLY, {"agreements": {"nda 2": "2025-11-22"}}, WELL, [Condition.AGREEMENT]),
        ({"allowed_networks": ["10.0.0.0/8"]}, {}, WELL, []),
        ({"allowed_networks": ["10.0.0.0/8"]}, {}, Arrival("::ffff:10.0.0.9", True), []),
        ({"allowed_networks": ["10.0.0.0/8"]}, {}, Arrival("192.0.2.1", True), [Condition.NETWORK]),
        ({"allowed_networks": ["10.0.0.0/8"]}, {}, Arrival("", True), [Condition.NETWORK]),
        ({"allowed_networks": ["not a network"]}, {}, WELL, [Condition.NETWORK]),
        ({}, {"allowed_networks": ["192.0.2.0/24"]}, WELL, [Condition.NETWORK]),
        ({"allowed_hours": {"mon": ["08:00-20:00"]}}, {}, WELL, []),
        ({"allowed_hours": {"tue": ["08:00-20:00"]}}, {}, WELL, [Condition.HOURS]),
        (
            {"allowed_hours": {"mon": ["08:00-20:00"]}},
            {"allowed_hours": {"mon": ["13:00-14:00"]}},
            WELL,
            [Condition.HOURS],
        ),
    ],
)  # fmt: skip
def test_each_condition(
    world: World, rules: dict[str, Any], has: dict[str, Any], arrival: Arrival, expected: list[Condition]
) -> None:
    for name, value in rules.items():
        setattr(world.programme, name, value)
    for name, value in has.items():
        setattr(world.rep, name, value)
    world.rep.programme = world.programme
    assert lapsed(world.rep, arrival=arrival) == expected


def test_hours_end_where_the_stretch_ends_and_stretches_that_touch_are_one() -> None:
    shift = {"mon": ["08:00-12:00", "12:00-20:00"]}
    assert open_until(shift, MONDAY_NOON, BERLIN) == datetime(2026, 11, 23, 20, tzinfo=BERLIN)
    night = {"mon": ["22:00-06:00"]}
    late = datetime(2026, 11, 24, 3, tzinfo=BERLIN)
    assert open_until(night, late, BERLIN) == datetime(2026, 11, 24, 6, tzinfo=BERLIN)
    assert open_until(night, MONDAY_NOON, BERLIN) is None
    assert open_until(shift, datetime(2026, 11, 23, 19, tzinfo=UTC), BERLIN) is None  # 20:00 in Berlin
    all_day = {"mon": ["00:00-24:00"], "tue": ["00:00-10:00"]}
    assert open_until(all_day, MONDAY_NOON, BERLIN) == datetime(2026, 11, 24, 10, tzinfo=BERLIN)


def test_the_door_closes_by_time_at_the_first_end(world: World) -> None:
    world.rep.programme = world.programme
    assert until(world.rep, MONDAY_NOON) is None
    world.programme.requires_screening = True
    world.rep.screening, world.rep.screened_until = "passed", date(2026, 11, 23)
    assert until(world.rep, MONDAY_NOON) == datetime(2026, 11, 24, tzinfo=BERLIN)
    world.rep.screened_until = date(2026, 12, 31)
    world.programme.required_agreements, world.programme.agreements_hold_days = ["nda"], 2
    world.rep.agreements = {"nda": "2026-11-22"}
    assert until(world.rep, MONDAY_NOON) == datetime(2026, 11, 25, tzinfo=BERLIN)
    world.programme.allowed_hours = {"mon": ["08:00-20:00"]}
    assert until(world.rep, MONDAY_NOON) == datetime(2026, 11, 23, 20, tzinfo=BERLIN)


def test_hours_and_networks_are_read_as_people_write_them() -> None:
    hours = read_hours("mon-wed 08:00-12:00, 13:00-20:00\nsat-sun 10:00-14:00")
    assert list(hours) == ["mon", "tue", "wed", "sat", "sun"]
    assert read_hours(write_hours(hours)) == hours
    assert read_networks("10.0.0.0/8, 192.0.2.7\n2001:db8::/32") == ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]
    for wrong in ("someday 08:00-10:00", "mon", "mon 8-10", "mon 08:00"):
        with pytest.raises(Invalid):
            read_hours(wrong)
    with pytest.raises(Invalid):
        read_networks("10.0.0.1/8")


def test_a_lapse_closes_the_door_and_says_which_condition_and_who_mends_it(world: World, client: Client) -> None:
    client.force_login(world.rep.user)
    assert client.get("/at/cards/desk/").status_code == 200
    accounts.set_rules(programme=world.programme, actor="test", requires_screening=True)
    page = client.get("/at/cards/desk/")
    assert page.status_code == 403
    assert "Your clearance for this programme has lapsed" in page.content.decode()
    assert "screening has not been passed" in page.content.decode()
    assert "administrator" in page.content.decode()
    accounts.set_clearance(member=world.rep, actor="test", screening="passed")
    assert client.get("/at/cards/desk/").status_code == 200


def test_who_has_no_second_factor_is_led_to_set_one_up(world: World, client: Client) -> None:
    client.force_login(world.rep.user)
    accounts.set_rules(programme=world.programme, actor="test", requires_second_factor=True)
    page = client.get("/at/cards/desk/")
    assert page.status_code == 403
    assert '<a href="/account/2fa/">' in page.content.decode()


def test_hours_close_an_open_session(world: World, client: Client) -> None:
    accounts.set_rules(programme=world.programme, actor="test", allowed_hours={"mon": ["08:00-12:20"]})
    with clock.at(MONDAY_NOON):
        client.force_login(world.rep.user)
        assert client.get("/at/cards/desk/").status_code == 200
    with clock.at(MONDAY_NOON + timedelta(minutes=20)):
        assert client.post("/at/cards/desk/pulse/").status_code == 403


def test_the_network_is_that_of_the_request(world: World, client: Client) -> None:
    accounts.set_rules(programme=world.programme, actor="test", allowed_networks=["192.0.2.0/24"])
    client.force_login(world.rep.user)
    assert client.get("/at/cards/desk/").status_code == 403
    assert client.get("/at/cards/desk/", REMOTE_ADDR="192.0.2.77").status_code == 200
    forged = client.get("/at/cards/desk/", headers={"X-Forwarded-For": "192.0.2.77"})
    assert forged.status_code == 403


def test_an_outsider_learns_nothing_of_a_programmes_conditions(world: World, client: Client) -> None:
    accounts.set_rules(programme=world.programme, actor="test", requires_screening=True)
    client.force_login(world.outsider.user)
    assert client.get("/at/cards/desk/").status_code == 404


def test_what_changed_is_recorded_by_the_names_of_fields(world: World) -> None:
    accounts.set_clearance(member=world.rep, actor="test", screening="passed", allowed_networks=["192.0.2.7/32"])
    told = history_of(world.programme, world.rep.user.public_id)[-1]
    assert told.name == "person.clearance_changed"
    assert told.data["fields"] == ["allowed_networks", "screening"]
    assert "192.0.2.7" not in str(told.data)
