"""Rotation: everything is sealed anew in batches, found all the while, and a key goes when nothing needs it."""

from pathlib import Path
from typing import Any

import pytest

from rapport.audit.lookers import Looker
from rapport.conftest import World
from rapport.customers import cli, resealing
from rapport.customers.jobs import reseal
from rapport.customers.models import Customer, SealedValue
from rapport.customers.queries import customer_by_number
from rapport.customers.sensitive import Keeper, Spot, opened
from rapport.kit import clock, sealing
from rapport.kit.errors import Conflict
from rapport.privacy import packages
from rapport.provisioning import sealed as service_secrets
from rapport.provisioning.models import Service
from rapport.runtime import migrating

COUNT = 7
Told = pytest.CaptureFixture[str]


@pytest.fixture
def numbers(world: World, settings: Any, tmp_path: Path) -> list[str]:
    """Account numbers of some customers, sealed with the first key of a ring."""
    settings.KEY_RING = tmp_path / "ring.json"
    settings.HOME = tmp_path  # deliveries that other tests left in quarantine are sealed with other keys
    numbers = [f"100000{number:02d}" for number in range(COUNT)]
    keeper = Keeper(world.programme)
    for number in numbers:
        customer = Customer.objects.create(programme=world.programme, key=f"K-{number}")
        keeper.keep({Spot(customer, None, "account_number"): number, Spot(customer, None, "dob"): "1990-01-01"})
    return numbers


def found(world: World, numbers: list[str]) -> list[str]:
    customers = [customer_by_number(world.programme, number) for number in numbers]
    return [customer.key for customer in customers if customer]


def test_values_are_sealed_anew_in_batches_that_can_be_stopped(world: World, numbers: list[str]) -> None:
    old = sealing.ring().current
    sealing.rotate()
    everybody = [f"K-{number}" for number in numbers]
    after: int | None = 0
    while after is not None:
        assert found(world, numbers) == everybody  # between any two batches
        after = resealing.reseal_some(world.programme.pk, after=after, limit=3)
    assert set(resealing.uses()) == {sealing.ring().current} != {old}
    assert found(world, numbers) == everybody
    assert sorted(opened(row) for row in SealedValue.objects.filter(field="account_number")) == numbers
    assert resealing.reseal_some(world.programme.pk) is None  # again it changes nothing


def test_the_job_queues_itself_until_all_is_done(
    world: World, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sealing.rotate()
    queued: list[dict[str, Any]] = [{"programme_id": world.programme.pk}]
    monkeypatch.setattr(type(reseal), "defer", lambda self, **told: queued.append(told))
    while queued:
        reseal.func(**queued.pop())
    assert set(resealing.uses()) == {sealing.ring().current}


def test_a_key_goes_only_when_nothing_needs_it(world: World, numbers: list[str], capsys: Told) -> None:
    old = sealing.ring().current
    assert cli.run(["--rotate"]) == 0
    with pytest.raises(Conflict, match=f"{old} still open 14 values"):
        cli.run(["--retire"])
    assert old in sealing.ring().keys
    assert cli.run(["--reseal"]) == 0
    assert cli.run(["--retire"]) == 0
    assert list(sealing.ring().keys) == [sealing.ring().current]
    assert f"Taken out: {old}" in capsys.readouterr().out


def test_a_lost_ring_is_told_by_the_command_and_nothing_is_thrown_away(
    world: World, numbers: list[str], settings: Any, tmp_path: Path, capsys: Told
) -> None:
    old = sealing.ring().current
    settings.KEY_RING = tmp_path / "another.json"
    assert cli.run(["--reseal"]) == 1
    assert f"{old}  MISSING: 14 values" in capsys.readouterr().out
    settings.KEY_RING = tmp_path / "ring.json"
    assert found(world, numbers) == [f"K-{number}" for number in numbers]


def test_a_number_is_found_in_its_own_programme_only(world: World, numbers: list[str]) -> None:
    assert customer_by_number(world.other, numbers[0]) is None
    twice = Customer.objects.create(programme=world.programme, key="twice")
    Keeper(world.programme).keep({Spot(twice, None, "account_number"): numbers[0]})
    assert customer_by_number(world.programme, numbers[0]) is None  # two people: nobody is taken for the other


def test_a_key_that_a_sign_in_service_or_a_package_needs_stays_until_they_are_sealed_anew(
    world: World, numbers: list[str]
) -> None:
    service = Service(
        partner=world.programme.partner, key="bank", name="Bank", kind="oidc", changed_at=clock.now()
    )
    service.sealed_secret = service_secrets.seal("of the service", service)
    service.save()
    customer = Customer.objects.get(key=f"K-{numbers[0]}")
    asked = packages.ask(
        programme=world.programme, customer_id=customer.public_id, with_sensitive=False, why="", actor="test"
    )
    packages.make(asked.pk)
    SealedValue.objects.all().delete()
    old = sealing.ring().current
    assert resealing.uses() == {old: 2}
    sealing.rotate()
    with pytest.raises(Conflict):
        resealing.retire_unused()
    resealing.reseal_all(world.programme)
    assert resealing.retire_unused() == [old]
    service.refresh_from_db()
    assert service_secrets.unseal(service) == "of the service"
    assert packages.take(by=Looker(world.programme, "member:1"), package_id=asked.public_id)


def test_no_new_ring_is_made_where_the_old_one_is_lost(world: World, numbers: list[str]) -> None:
    needed = sealing.ring().current
    sealing.ring_path().rename(sealing.ring_path().with_name("elsewhere.json"))
    with pytest.raises(sealing.KeyMissing, match=f"14 values.*{needed}.*backup"):
        migrating.ensure()
    assert not sealing.ring_path().exists()
    SealedValue.objects.all().delete()
    migrating.ensure()
