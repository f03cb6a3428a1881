"""What a verification must not believe, and what must not stop sealing unseen."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from rapport.accounts.models import Programme
from rapport.audit import jobs, keys, sealing
from rapport.audit.cli import verify as verify_command
from rapport.audit.digests import public_hex
from rapport.audit.events import DataExported
from rapport.audit.exporting import write_folder
from rapport.audit.models import Alarm, Digest, Refusal
from rapport.audit.offline import verify_folder
from rapport.conftest import World
from rapport.events.actions import announce
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture
def exported(world: World, tmp_path: Path) -> Path:
    happen(world.programme, 9)
    sealing.seal_until(world.programme, NOON)
    write_folder(world.programme, tmp_path / "export", rows_per_file=5)
    return tmp_path / "export"


def happen(programme: Programme, count: int) -> None:
    for number in range(count):
        announce(DataExported("figures", number), programme=programme, subject=uuid4(), actor="system")


def causes() -> list[str]:
    return list(Alarm.objects.order_by("id").values_list("cause", flat=True))


def test_an_export_without_its_digests_is_not_believed(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (exported / "digests" / "000001.json").unlink()
    key = (exported / "public_key.hex").read_text().strip()
    assert verify_command.run(["--export", str(exported), "--key", key]) == 1
    assert "digest 1 is missing: nothing here is signed by the key you trust" in capsys.readouterr().out


def test_a_report_says_how_much_no_digest_covers(
    world: World, exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    happen(world.programme, 3)
    jobs.link.func(timestamp=0)
    write_folder(world.programme, tmp_path / "later")
    sealed = json.loads(Digest.objects.get().document)["logs"]["events"]["last"]
    assert verify_command.run(["--export", str(tmp_path / "later")]) == 0
    told = capsys.readouterr().out
    assert f"{sealed + 4} links, {sealed} of them sealed" in told  # the digest is an event, too
    assert f"digests: 1 to 1, until {NOON.isoformat()}" in told


def test_copies_that_are_not_there_are_no_proof(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no digests"):
        verify_command.run(["--export", str(exported), "--digests", str(tmp_path / "nowhere")])


def test_a_line_put_elsewhere_is_told_once(exported: Path) -> None:
    file = exported / "events-000001.ndjson"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([lines[0], lines[3], lines[2], lines[1], *lines[4:]]))
    [found] = verify_folder(exported).findings
    assert (found.kind, found.seq) == ("reordered", 2)


def test_the_nightly_check_compares_with_what_was_delivered(world: World) -> None:
    sealing.seal_until(world.programme, NOON)
    sealing.deliver(world.programme)
    copy = sealing.delivered_to(world.programme) / "000001.json"
    told = json.loads(copy.read_text())
    copy.write_text(json.dumps(told | {"document": told["document"].replace("12:00", "11:00")}))
    jobs.verify_all.func(timestamp=0)
    assert causes() == ["record_altered"]
    assert Event.objects.get(name="record.verified").data["findings"] == 1


def test_a_clock_that_was_put_back_stops_sealing_aloud(world: World) -> None:
    with clock.at(NOON + timedelta(days=400)):
        sealing.seal_hour(world.programme)
    with clock.at(NOON + timedelta(hours=1)):
        with pytest.raises(Conflict, match="clock was put back"):
            sealing.seal_hour(world.programme)
        jobs.seal.func(timestamp=0)
    assert causes() == ["digest_stopped"]


@pytest.mark.parametrize("written", ["not hexadecimal", ""])
def test_a_key_that_cannot_be_read_stops_sealing_aloud(world: World, home: Path, written: str) -> None:
    sealing.seal_until(world.programme, NOON - timedelta(days=1))
    (home / "keys" / keys.NAME).write_text(written)
    with clock.at(NOON):
        jobs.seal.func(timestamp=0)
    assert causes() == ["digest_stopped"]


def test_without_a_next_key_the_key_stays(home: Path) -> None:
    before = public_hex(keys.signing_key())
    keys.change_over()  # as an installation without programmes does each hour
    assert public_hex(keys.signing_key()) == before


def test_only_digests_that_are_missing_are_delivered(world: World) -> None:
    for hour in range(3):
        sealing.seal_until(world.programme, NOON + timedelta(hours=hour))
    assert len(sealing.deliver(world.programme)) == 3
    (sealing.delivered_to(world.programme) / "000002.json").unlink()
    assert [path.name for path in sealing.deliver(world.programme)] == ["000002.json"]


def test_refusals_are_let_go_after_a_while(world: World) -> None:
    told = {"programme": world.programme, "actor": "member:1", "status": 403, "path": "/x"}
    for days in (1, 91):
        Refusal.objects.create(at=clock.now() - timedelta(days=days), **told)
    jobs.forget_refusals.func(timestamp=0)
    assert Refusal.objects.count() == 1
