"""`rapport routing`, as an operator types it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.conftest import World, stand_in
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Invalid, NotFound
from rapport.routing import versions
from rapport.routing.cli import run
from rapport.routing.plan.reading import PlanInvalid

PLAN = '[queues.main]\nname = "Line"\nroutes = [{ steps = [{ anyone = true }] }]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN)
    return path


def test_a_file_is_checked_without_a_programme(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(file)]) == 0
    assert "no faults" in capsys.readouterr().out
    file.write_text(PLAN.replace("anyone = true", "anyone = 7"))
    with pytest.raises(PlanInvalid, match="Line 3"):
        run(["check", str(file)])
    for wrong in (["check"], ["check", f"{file}.gone"], ["publish", str(file)], ["export"]):
        with pytest.raises(Invalid):
            run(wrong)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    assert "queues" in json.loads(capsys.readouterr().out)["properties"]


def test_a_plan_is_published_once_and_written_out(
    world: World, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(None)
    for _ in range(2):
        assert run(["publish", str(file), "--programme", "cards", "--note", "from a file"]) == 0
    assert run(["export", "--programme", "cards"]) == 0
    said = capsys.readouterr().out
    assert "Version 1 is in force on cards." in said and "says this already" in said and PLAN in said
    file.write_text(PLAN.replace("name =", "overflow = { after_seconds = 9, to = 'away' }\nname ="))
    with pytest.raises(PlanInvalid, match="no queue 'away'"):
        run(["publish", str(file), "--programme", "cards"])
    with pytest.raises(NotFound, match="there are: cards, loans"):
        run(["export", "--programme", "nowhere"])
    stand_in(world.programme)
    assert versions.version_in_force(world.programme).note == "from a file"
    assert Event.objects.filter(name="plan.published").count() == 1


OFFICE = "[calendars.office]\nhours = ['mon-fri 08:00-18:00']\n"
FEAST = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270101\r\nSUMMARY:New Year\r\n"
FEAST += b"END:VEVENT\r\nEND:VCALENDAR\r\n"


def test_holidays_are_put_into_a_plan_and_written_out(
    world: World, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(None)
    days = tmp_path / "days.ics"
    days.write_bytes(FEAST)
    file.write_text(f"{OFFICE}{PLAN}")
    asked = ["holidays", str(days), "--calendar", "office"]
    with clock.at(datetime(2026, 11, 22, tzinfo=UTC)):
        assert run([*asked, "--plan", str(file)]) == 0
        said = capsys.readouterr()
        assert '2027-01-01 = "New Year"' in said.out and "One day added to office." in said.err
        run(["publish", str(file), "--programme", "cards"])
        capsys.readouterr()
        assert run([*asked, "--programme", "cards"]) == 0
        assert capsys.readouterr().out == said.out
        for wrong in (asked, asked[:2], ["holidays"], [*asked, "--plan", "x", "--programme", "cards"]):
            with pytest.raises(Invalid):
                run(wrong)
