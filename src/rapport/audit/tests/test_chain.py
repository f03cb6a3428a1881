"""The chains, the digests, and every way of altering the logs by hand."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts.models import Programme
from rapport.accounts.roles import Right
from rapport.audit import keys, linking, sealing
from rapport.audit.actions import note_look
from rapport.audit.chain import FIELDS, beginning, canonical, following
from rapport.audit.cli import verify as verify_command
from rapport.audit.digests import public_hex
from rapport.audit.events import DataExported
from rapport.audit.exporting import write_folder
from rapport.audit.lookers import Looker
from rapport.audit.models import Digest, Head, Link
from rapport.audit.offline import verify_folder
from rapport.audit.report import Report
from rapport.audit.verifying import verify
from rapport.audit.walking import Entry, Finding, Sign, Walk
from rapport.conftest import World
from rapport.events.actions import announce, record_history
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside

PLACES = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(settings, "HOME", tmp_path / "home")
    return tmp_path / "home"


def happen(programme: Programme, count: int = 1) -> None:
    with inside(programme.pk):
        for number in range(count):
            told = DataExported(what="figures", rows=number)
            announce(told, programme=programme, subject=uuid4(), actor="system")


def events(programme: Programme) -> list[int]:
    return list(Event.objects.filter(programme=programme).order_by("id").values_list("id", flat=True))


def by_hand(sql: str, *values: Any) -> None:
    """Change the database as who owns it could: past every trigger and every wall."""
    owner = getattr(settings, "OWNER", None) or connection.settings_dict
    told = {name: owner[key] for key, name in PLACES.items() if owner[key]}
    with psycopg.connect(dbname=connection.settings_dict["NAME"], **told) as direct:
        direct.execute("SET session_replication_role = replica")
        direct.execute(sql.encode(), values)


def link(programme: Programme) -> int:
    with inside(programme.pk):
        return linking.link_all(programme)


def seal(programme: Programme, until: datetime) -> Digest | None:
    with inside(programme.pk):
        return sealing.seal_until(programme, until)


def check(programme: Programme, **more: Any) -> Report:
    with inside(programme.pk):
        return verify(programme, **more)


def settle(programme: Programme) -> None:
    """Let the floor rise to all that is there, as ten minutes without a long transaction would."""
    link(programme)
    for log in ("events", "looks"):
        newest = Link.objects.filter(programme=programme, log=log).order_by("-row_id").first()
        Head.objects.filter(programme=programme, log=log).update(floor=newest.row_id if newest else 0)


def first(report: Report) -> Finding:
    return report.findings[0]


def test_every_row_is_linked_once_and_verifies(world: World) -> None:
    happen(world.programme, 3)
    by = Looker(world.programme, f"member:{world.rep.pk}", "10.0.0.1")
    note_look(by, what="report", right=Right.READ_REPORTS, about="answered")
    linked = linking.link_all(world.programme)
    assert linked == len(events(world.programme)) + 1
    happen(world.programme, 2)
    assert verify(world.programme).unlinked == {"events": 2, "looks": 0}
    assert linking.link_all(world.programme) == 2
    assert linking.link_all(world.programme) == 0
    report = verify(world.programme)
    assert report.is_sound
    assert [walked.links for walked in report.walked] == [len(events(world.programme)), 1]


def test_history_that_is_copied_in_is_linked_too(world: World) -> None:
    told = [(DataExported(what="figures", rows=n), uuid4(), NOON - timedelta(days=n)) for n in range(50)]
    record_history(told, programme=world.programme, actor="import")
    linking.link_all(world.programme)
    assert verify(world.programme).is_sound
    assert verify(world.programme).unlinked["events"] == 0


def test_another_programmes_rows_are_in_its_own_chain(world: World) -> None:
    happen(world.programme, 2)
    linking.link_all(world.programme)
    ours = Link.objects.filter(programme=world.programme, log="events")
    assert list(ours.values_list("row_id", flat=True).order_by("seq")) == events(world.programme)
    with inside(world.other.pk):
        happen(world.other, 1)
        linking.link_all(world.other)
        assert verify(world.other).is_sound


def test_a_changed_event_is_named(committed_world: World) -> None:
    happen(committed_world.programme, 5)
    link(committed_world.programme)
    wrong = events(committed_world.programme)[-3]
    by_hand("UPDATE events_event SET actor = 'member:1' WHERE id = %s", wrong)
    found = first(check(committed_world.programme))
    assert (found.log, found.kind, found.row_id) == ("events", "changed", wrong)
    assert len(check(committed_world.programme).findings) == 1


@pytest.mark.parametrize(
    "column", ["at = at + interval '1 microsecond'", "name = name || 'x'", "subject = gen_random_uuid()",
               "data = data || '{\"rows\": 7000}'", "audience = '{floor:1}'"]
)  # fmt: skip
def test_every_column_counts(committed_world: World, column: str) -> None:
    happen(committed_world.programme, 2)
    link(committed_world.programme)
    by_hand(f"UPDATE events_event SET {column} WHERE id = %s", events(committed_world.programme)[-1])
    assert first(check(committed_world.programme)).kind == "changed"


def test_a_removed_event_is_named(committed_world: World) -> None:
    happen(committed_world.programme, 5)
    link(committed_world.programme)
    gone = events(committed_world.programme)[-3]
    by_hand("DELETE FROM events_event WHERE id = %s", gone)
    found = first(check(committed_world.programme))
    assert (found.kind, found.row_id) == ("removed", gone)


def test_an_event_removed_with_its_link_is_named_by_its_place(committed_world: World) -> None:
    happen(committed_world.programme, 5)
    link(committed_world.programme)
    gone = events(committed_world.programme)[-3]
    seq = Link.objects.get(programme=committed_world.programme, log="events", row_id=gone).seq
    by_hand("DELETE FROM events_event WHERE id = %s", gone)
    by_hand("DELETE FROM audit_link WHERE log = 'events' AND row_id = %s", gone)
    found = first(check(committed_world.programme))
    assert (found.kind, found.seq) == ("removed", seq)


def test_two_events_that_changed_places_are_named(committed_world: World) -> None:
    happen(committed_world.programme, 6)
    link(committed_world.programme)
    one, two = events(committed_world.programme)[-5], events(committed_world.programme)[-2]
    by_hand("UPDATE events_event SET id = -1 WHERE id = %s", one)
    by_hand("UPDATE events_event SET id = %s WHERE id = %s", one, two)
    by_hand("UPDATE events_event SET id = %s WHERE id = -1", two)
    found = first(check(committed_world.programme))
    assert (found.kind, found.row_id) == ("reordered", one)


def test_an_event_put_in_where_all_was_settled_is_named(committed_world: World) -> None:
    happen(committed_world.programme, 5)
    hole = events(committed_world.programme)[-3]
    by_hand("DELETE FROM events_event WHERE id = %s", hole)  # a hole as a rolled back transaction leaves one
    settle(committed_world.programme)
    by_hand(
        "INSERT INTO events_event (id, programme_id, at, name, subject, actor, data, audience)"
        " VALUES (%s, %s, now(), 'contact.ended', gen_random_uuid(), 'router', '{}', '{}')",
        hole,
        committed_world.programme.pk,
    )
    link(committed_world.programme)  # leaves it alone: everything there is settled
    found = first(check(committed_world.programme))
    assert (found.kind, found.row_id) == ("inserted", hole)


def test_a_floor_lowered_by_hand_does_not_hide_an_insertion(committed_world: World) -> None:
    happen(committed_world.programme, 5)
    hole = events(committed_world.programme)[-3]
    by_hand("DELETE FROM events_event WHERE id = %s", hole)
    settle(committed_world.programme)
    seal(committed_world.programme, NOON)
    Head.objects.update(floor=0)
    by_hand(
        "INSERT INTO events_event (id, programme_id, at, name, subject, actor, data, audience)"
        " VALUES (%s, %s, now(), 'contact.ended', gen_random_uuid(), 'router', '{}', '{}')",
        hole,
        committed_world.programme.pk,
    )
    link(committed_world.programme)
    found = first(check(committed_world.programme))
    assert (found.kind, found.row_id) == ("inserted", hole)


def test_a_tail_cut_off_with_its_links_is_told_by_the_digest(committed_world: World) -> None:
    happen(committed_world.programme, 5)
    seal(committed_world.programme, NOON)
    last = events(committed_world.programme)[-3:]
    for each in last:
        by_hand("DELETE FROM events_event WHERE id = %s", each)
        by_hand("DELETE FROM audit_link WHERE log = 'events' AND row_id = %s", each)
    found = first(check(committed_world.programme))
    assert found.kind == "removed"
    assert "digest 1" in found.words


def test_a_chain_that_was_rewritten_wholly_is_told_by_the_digest(committed_world: World) -> None:
    happen(committed_world.programme, 3)
    seal(committed_world.programme, NOON)
    happen(committed_world.programme, 3)
    seal(committed_world.programme, NOON + timedelta(hours=1))
    wrong = events(committed_world.programme)[-3]
    by_hand("UPDATE events_event SET actor = 'member:1' WHERE id = %s", wrong)
    by_hand("DELETE FROM audit_link WHERE log = 'events'")
    Head.objects.update(floor=0)
    link(committed_world.programme)
    found = first(check(committed_world.programme))
    assert found.kind == "changed"
    assert "digest 2" in found.words


def test_a_digest_that_was_removed_or_forged_is_told(committed_world: World, home: Path) -> None:
    for hour in range(3):
        happen(committed_world.programme)
        seal(committed_world.programme, NOON + timedelta(hours=hour))
    sealing.deliver(committed_world.programme)
    kept = sealing.delivered_to(committed_world.programme)
    assert check(committed_world.programme, copies=kept).is_sound

    by_hand("UPDATE audit_digest SET signature = decode(repeat('00', 64), 'hex') WHERE number = 2")
    assert "digest 2 was not signed by the key it names" in check(committed_world.programme).faults[0]
    by_hand("DELETE FROM audit_digest WHERE number = 2")
    assert "digest 2 is missing" in check(committed_world.programme).faults[0]
    by_hand("DELETE FROM audit_digest WHERE number = 3")
    gone = "digest 2 was delivered as 000002.json and is gone"
    assert gone in check(committed_world.programme).faults  # without being told where the copies are
    for file in kept.iterdir():
        file.unlink()
    assert check(committed_world.programme).is_sound  # the last ones: only who has their copies can tell


def test_who_makes_all_anew_has_another_key(committed_world: World, home: Path) -> None:
    happen(committed_world.programme, 3)
    seal(committed_world.programme, NOON)
    trusted = public_hex(keys.signing_key())
    (home / "keys" / keys.NAME).unlink()
    by_hand("DELETE FROM audit_digest")
    by_hand("DELETE FROM audit_link")
    Head.objects.update(floor=0)
    seal(committed_world.programme, NOON)
    assert check(committed_world.programme).is_sound  # by the attacker's own key
    assert "the key you trust" in check(committed_world.programme, trusted=trusted).faults[0]


def test_a_new_key_is_named_by_the_old_one(committed_world: World, home: Path) -> None:
    seal(committed_world.programme, NOON)
    old = public_hex(keys.signing_key())
    new = public_hex(keys.make_next())
    seal(committed_world.programme, NOON + timedelta(hours=1))
    assert not sealing.signs_with_next(committed_world.programme)
    seal(committed_world.programme, NOON + timedelta(hours=2))
    assert sealing.signs_with_next(committed_world.programme)
    keys.change_over()
    seal(committed_world.programme, NOON + timedelta(hours=3))
    told = [json.loads(one.document) for one in Digest.objects.order_by("number")]
    assert [one["key"] for one in told] == [old, old, new, new]
    assert told[1]["next_key"] == new
    assert check(committed_world.programme, trusted=old).is_sound
    assert check(committed_world.programme, trusted=new).is_sound


def test_an_hour_is_sealed_once_and_missed_ones_with_the_next(world: World) -> None:
    at = NOON + timedelta(minutes=1)
    assert sealing.seal_hour(world.programme, now=at).number == 1
    assert sealing.seal_hour(world.programme, now=at + timedelta(minutes=30)) is None
    late = sealing.seal_hour(world.programme, now=at + timedelta(hours=5))
    told = json.loads(late.document)
    assert (told["from"], told["to"]) == (NOON.isoformat(), (NOON + timedelta(hours=5)).isoformat())


def test_the_database_refuses_to_change_the_record(world: World) -> None:
    happen(world.programme)
    sealing.seal_until(world.programme, NOON)
    note_look(Looker(world.programme, "member:1"), what="report", right=Right.READ_REPORTS)
    for table in ("audit_look", "audit_link", "audit_digest"):
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET programme_id = programme_id"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


def test_a_late_commit_is_linked_behind_those_that_came_before_it(committed_world: World) -> None:
    """An id given early and committed late is neither lost nor taken for an insertion."""
    programme, has_id, may_commit = committed_world.programme, Flag(), Flag()

    def slow() -> None:
        with inside(programme.pk):
            happen(programme)
            has_id.set()
            may_commit.wait(10)
        connections.close_all()

    worker = Thread(target=slow)
    worker.start()
    assert has_id.wait(10)
    with inside(programme.pk):
        happen(programme)
    for minutes in (0, 11, 22):
        with clock.at(NOON + timedelta(minutes=minutes)), inside(programme.pk):
            linking.link_all(programme)
    may_commit.set()
    worker.join()
    with clock.at(NOON + timedelta(minutes=33)), inside(programme.pk):
        assert linking.link_all(programme) == 1
    with inside(programme.pk):
        report = verify(programme)
        late, early = events(programme)[-2:]
        rows = (
            Link.objects.filter(programme=programme, log="events").order_by("seq").values_list("row_id", flat=True)
        )
        assert list(rows)[-2:] == [early, late]
    assert report.is_sound
    assert report.unlinked["events"] == 0
    assert rises(programme, late)


def rises(programme: Programme, to: int) -> bool:
    """Say whether the floor comes to rise; skip where something else on the server does not end."""
    for minutes in range(44, 44 + 30 * 11, 11):
        with clock.at(NOON + timedelta(minutes=minutes)), inside(programme.pk), connection.cursor() as cursor:
            linking.link_all(programme)
            head = Head.objects.get(programme=programme, log="events")
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            oldest = cursor.fetchone()[0]
        if head.floor >= to:
            return True
        time.sleep(0.1)
    if oldest < (head.mark_transaction or 0):
        pytest.skip("another transaction on this server stays open")
    return False


@pytest.fixture
def exported(world: World, tmp_path: Path) -> Iterator[Path]:
    happen(world.programme, 12)
    note_look(Looker(world.programme, "member:1"), what="report", right=Right.READ_REPORTS)
    sealing.seal_until(world.programme, NOON)
    folder = tmp_path / "export"
    write_folder(world.programme, folder, rows_per_file=5)
    yield folder


def lines_of(folder: Path) -> tuple[Path, list[str]]:
    file = folder / "events-000002.ndjson"
    return file, file.read_text().splitlines(keepends=True)


def test_an_export_verifies_without_a_database(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = (exported / "public_key.hex").read_text().strip()
    connection.close()
    assert verify_command.run(["--export", str(exported), "--key", key]) == 0
    assert "nothing was altered" in capsys.readouterr().out


@pytest.mark.parametrize("altering", ["changed", "removed", "inserted", "reordered", "rows exchanged"])
def test_an_altered_export_is_told(exported: Path, altering: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, lines = lines_of(exported)
    told = [json.loads(line) for line in lines]
    if altering == "changed":
        lines[2] = json.dumps(told[2] | {"actor": "member:9"}) + "\n"
    elif altering == "removed":
        del lines[2]
    elif altering == "inserted":
        lines.insert(2, json.dumps(told[2] | {"actor": "member:9"}) + "\n")
    elif altering == "reordered":
        lines[2], lines[4] = lines[4], lines[2]
    else:
        place = ("seq", "hash")
        swapped = {name: told[3][name] for name in told[3] if name not in place}
        other = {name: told[2][name] for name in told[2] if name not in place}
        lines[2] = json.dumps({name: told[2][name] for name in place} | swapped) + "\n"
        lines[3] = json.dumps({name: told[3][name] for name in place} | other) + "\n"
    file.write_text("".join(lines))
    assert verify_command.run(["--export", str(exported)]) == 1
    said = capsys.readouterr().out
    kind = "reordered" if altering == "rows exchanged" else altering
    assert f"events: {kind} at link {told[2]['seq']}" in said


def test_an_export_whose_tail_is_cut_off_is_told(exported: Path) -> None:
    sorted(exported.glob("events-*"))[-1].unlink()
    assert first(verify_folder(exported)).kind == "removed"
    assert "digest 1" in first(verify_folder(exported)).words


def test_a_program_of_ones_own_comes_to_the_same_hash(exported: Path) -> None:
    """The page docs/reference/record.md in eight lines."""
    programme = json.loads((exported / "about.json").read_text())["programme"]["id"]

    def packed(*texts: str | None) -> bytes:
        raw = [None if text is None else text.encode() for text in texts]
        return b"".join(b"\xff" * 4 if one is None else len(one).to_bytes(4, "big") + one for one in raw)

    digest = json.loads(json.loads((exported / "digests" / "000001.json").read_text())["document"])
    for log, names in FIELDS.items():
        last = sha256(packed("rapport-chain-1", programme, log)).digest()
        for file in sorted(exported.glob(f"{log}-*.ndjson")):
            for line in file.read_text().splitlines():
                last = sha256(last + packed(*[json.loads(line)[name] for name in names])).digest()
        assert last.hex() == digest["logs"][log]["hash"]


texts = st.lists(st.none() | st.text(max_size=8), min_size=1, max_size=5)


@given(texts, texts)
def test_different_rows_have_different_bytes(one: list[str | None], two: list[str | None]) -> None:
    assert (canonical(one) == canonical(two)) == (one == two)


rows = st.lists(
    st.tuples(st.integers(0, 10**15).map(str), st.text(max_size=6)), min_size=3, max_size=30, unique=True
)


def chained(contents: list[tuple[str, str]]) -> list[Entry]:
    previous, entries = beginning("p", "events"), []
    for number, content in enumerate(contents, start=1):
        fields = (str(number), *content)
        previous = following(previous, fields)
        entries.append(Entry(number, number, previous, fields))
    return entries


def fields_of(entry: Entry) -> Sequence[str | None]:
    assert entry.fields is not None
    return entry.fields


@given(rows, st.data())
def test_any_altering_is_found_at_its_place(contents: list[tuple[str, str]], data: st.DataObject) -> None:
    entries = chained(contents)
    signs = [Sign(1, len(entries), entries[-1].hash.hex(), 0)]
    assert Walk("events", "p", signs).over(entries).findings == []
    place = data.draw(st.integers(0, len(entries) - 1))
    how = data.draw(st.sampled_from(["changed", "removed", "cut", "swapped"]))
    one = entries[place]
    if how == "changed":
        entries[place] = replace(one, fields=(*fields_of(one)[:2], f"{fields_of(one)[2]}x"))
    elif how == "removed":
        del entries[place]
    elif how == "cut":
        del entries[place:]
    else:
        other = data.draw(st.integers(0, len(entries) - 1).filter(lambda index: index != place))
        place, other = min(place, other), max(place, other)
        first_, second = entries[place], entries[other]
        entries[place] = replace(first_, fields=(fields_of(first_)[0], *fields_of(second)[1:]))
        entries[other] = replace(second, fields=(fields_of(second)[0], *fields_of(first_)[1:]))
    found = Walk("events", "p", signs).over(entries).findings
    assert found
    assert found[0].seq == place + 1
    assert found[0].kind == {"changed": "changed", "swapped": "reordered"}.get(how, "removed")


def test_a_chain_begins_after_the_log_was_rewritten() -> None:
    before = MigrationLoader(None).graph.forwards_plan(("audit", "0001_initial"))
    assert ("events", "0003_nobody_in_the_log") in before
