"""Feeds by contract: what is agreed is loaded; what is not stops the feed, is kept, and both sides are told."""

import gzip
import hashlib
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.audit.models import Look
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers import resealing
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.feeds import actions, keeping, queries
from rapport.feeds.actions import FeedStoppedError
from rapport.feeds.checking import look
from rapport.feeds.models import Contract, Delivery
from rapport.feeds.terms import read_terms
from rapport.kit import clock, sealing
from rapport.kit.errors import DomainError, Invalid
from rapport.runtime.cli import main


@pytest.fixture(autouse=True)
def _given_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands take the tests' own database for the given one, neither starting nor stopping a server."""
    monkeypatch.setenv("DATABASE_URL", project.DATABASE_URL)


TERMS = """
every_hours = 24
manifest = true
sums = ["Limit"]

[columns]
Number = { type = "text", required = true }
Limit = "number"
Since = "day"
"""
GOOD = "Number,Limit,Since\nN-1,2500.50,2017-05-02\nN-2,800,\n"
MAPPING = 'key = "Number"\n[fields]\ncustomer_since = "Since"\n[attributes]\nlimit = "Limit"\n'


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.KEY_RING = tmp_path / "ring.json"
    return tmp_path / "home"


def write(path: Path, text: str | bytes, **manifest: Any) -> Path:
    raw = text.encode() if isinstance(text, str) else text
    path.write_bytes(raw)
    told = {"rows": 2, "sha256": hashlib.sha256(raw).hexdigest(), "sums": {"Limit": "3300.50"}} | manifest
    path.with_name(f"{path.name}.manifest.json").write_text(json.dumps(told))
    return path


def agree(world: World, text: str = TERMS, feed: str = "customers") -> None:
    actions.write_contract(programme=world.programme, feed=feed, text=text, actor="test")


def codes(found: Delivery) -> set[str]:
    return {each["code"] for each in found.why}


def receive(world: World, path: Path) -> Delivery:
    return actions.receive(programme=world.programme, feed="customers", path=path, actor="test")


def run_import(tmp_path: Path, path: Path, *more: str) -> int:
    (tmp_path / "map.toml").write_text(MAPPING)
    return main(
        ["import", "customers", str(path), "--programme", "cards", "--mapping", str(tmp_path / "map.toml"), *more]
    )


def test_what_was_agreed_is_taken(world: World, tmp_path: Path) -> None:
    agree(world)
    found = receive(world, write(tmp_path / "a.csv", GOOD))
    assert (found.verdict, found.rows, found.why, found.kept) == ("taken", 2, [], "")
    zipped = receive(world, write(tmp_path / "a.csv.gz", gzip.compress(GOOD.encode())))
    assert zipped.verdict == "taken"


@pytest.mark.parametrize(
    ("text", "manifest", "code"),
    [
        (GOOD.replace("Limit", "Credit"), {}, "columns_missing"),
        (GOOD.replace("800", "plenty"), {"sums": {"Limit": "2500.50"}}, "type_wrong"),
        (GOOD.replace("N-2", ""), {}, "required_empty"),
        (GOOD + "N-3,1\n", {"rows": 3}, "fields_wrong"),
        (GOOD + "N-3,0,\n", {}, "rows_differ"),
        (GOOD, {"sha256": "0" * 64}, "checksum_differs"),
        (GOOD.replace("800", "801"), {}, "sum_differs"),
        ("", {}, "columns_missing"),
        (b"\xff\xfe\x00" + GOOD.encode(), {}, "unreadable"),
        (b"PK\x03\x04 and so on", {}, "not_text"),
        (b"MZ\x90\x00", {}, "not_text"),
        (b"Number,Limit\x00,Since\n", {}, "not_text"),
        (b"\x1f\x8b damaged", {}, "unreadable"),
    ],
)
def test_what_was_not_agreed_stops_the_feed_and_is_kept(
    world: World, tmp_path: Path, home: Path, text: str | bytes, manifest: dict[str, Any], code: str
) -> None:
    agree(world)
    path = write(tmp_path / "a.csv", text, **manifest)
    found = receive(world, path)
    assert code in codes(found) and found.verdict == "quarantined"
    kept = home / "feeds" / "cards" / found.kept
    on_disk = kept.read_bytes()
    assert all(line not in on_disk for line in path.read_bytes().splitlines() if line)
    assert kept.stat().st_mode & 0o077 == 0
    keeping.fetch(found, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == path.read_bytes()
    assert Contract.objects.get().state == "stopped"
    stopped = Event.objects.get(name="feed.stopped")
    assert code in stopped.data["why"]


def test_a_kept_file_opens_only_where_it_was_kept_and_whole(
    world: World, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PIECE", 16)
    agree(world)
    first = receive(world, write(tmp_path / "a.csv", GOOD, rows=7))
    second = receive(world, write(tmp_path / "b.csv", GOOD + "N-3,1,\n", rows=7))
    folder = home / "feeds" / "cards"
    lines = (folder / first.kept).read_text().splitlines(keepends=True)
    others = (folder / second.kept).read_text()
    assert keeping.uses() == {sealing.ring().current: 2}
    for broken in ("".join(lines[:-1]), "".join([lines[1], lines[0], *lines[2:]]), others, ""):
        (folder / first.kept).write_text(broken)
        with pytest.raises(sealing.Broken):
            keeping.fetch(first, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()
    (folder / first.kept).write_text("".join(lines))
    sealing.rotate()
    (folder / second.kept).write_text("not sealed at all")
    assert resealing.reseal_some(world.programme.pk) is None
    assert resealing.uses() == {sealing.ring().current: 1}
    keeping.fetch(first, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == GOOD
    assert sorted(each.name for each in folder.iterdir()) == sorted([first.kept, second.kept])


def test_a_manifest_that_was_agreed_must_come(world: World, tmp_path: Path) -> None:
    agree(world)
    path = write(tmp_path / "a.csv", GOOD)
    (tmp_path / "a.csv.manifest.json").unlink()
    assert codes(receive(world, path)) == {"manifest_missing"}


def test_reasons_do_not_tell_what_rows_say(world: World, tmp_path: Path) -> None:
    agree(world)
    found = receive(world, write(tmp_path / "a.csv", GOOD.replace("800", "4111111111111111x")))
    assert "4111" not in json.dumps(found.why) and "4111" not in json.dumps(
        list(Event.objects.values_list("data", flat=True))
    )
    assert "line 3: Limit is not a number" in found.why[0]["words"]


def test_a_bomb_is_not_unpacked(world: World, tmp_path: Path) -> None:
    agree(world, '[file]\nlargest_mb = 1\n[columns]\nNumber = "text"\n')
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"Number\n" + b"x\n" * (4 * 1024 * 1024)))
    found = look(bomb, read_terms('[file]\nlargest_mb = 1\n[columns]\nNumber = "text"\n'))
    assert found.found["unreadable"] == ["the file unpacks to more than 1 MB"] and found.rows < 1024 * 1024
    one_line = tmp_path / "line.csv.gz"
    one_line.write_bytes(gzip.compress(b"x" * (8 * 1024 * 1024)))
    assert "unreadable" in look(one_line, read_terms('[columns]\nx = "text"\n')).found


def test_a_broken_contract_stops_the_import_until_somebody_says_why_not(
    committed_world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = committed_world
    agree(world)
    bad = write(tmp_path / "bad.csv", GOOD.replace("800", "plenty"))
    assert run_import(tmp_path, bad) == 1
    told = capsys.readouterr().err
    assert "was not loaded" in told and "Limit is not a number" in told and "plenty" not in told
    good = write(tmp_path / "good.csv", GOOD)
    assert run_import(tmp_path, good) == 1
    assert "the feed is stopped" in capsys.readouterr().err
    assert not Customer.objects.filter(key="N-1").exists()

    feed = ["feed", "release", "customers", "--programme", "cards"]
    assert main(feed) == 1 and "Say why" in capsys.readouterr().err
    assert main([*feed, "--why", "The partner sent it anew"]) == 0
    assert run_import(tmp_path, good) == 0
    assert Customer.objects.filter(key__in=["N-1", "N-2"]).count() == 2
    assert [each.state for each in queries.feeds_of(world.programme) if each.key == "customers"] == ["running"]


def test_one_file_can_be_accepted_as_it_is_and_fetched(committed_world: World, tmp_path: Path) -> None:
    world = committed_world
    agree(world)
    path = write(tmp_path / "odd.csv", GOOD, rows=7)
    assert run_import(tmp_path, path) == 1
    kept = Delivery.objects.get()
    copy = tmp_path / "copy.csv"
    at = ["--programme", "cards"]
    assert main(["feed", "fetch", str(kept.public_id), "--file", str(copy), *at]) == 0
    assert copy.read_bytes() == path.read_bytes()
    [look] = Look.objects.filter(what="export")
    assert (look.actor, look.about) == ("command", f"feed delivery {kept.public_id}")
    assert main(["feed", "accept", str(kept.public_id), "--why", "Counted by hand", *at]) == 0
    assert main(["feed", "release", "customers", "--why", "Counted by hand", *at]) == 0
    assert run_import(tmp_path, path) == 0


def test_without_a_contract_a_file_is_taken_and_recorded(committed_world: World, tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(GOOD)
    assert run_import(tmp_path, path) == 0
    found = Delivery.objects.get()
    assert (found.verdict, found.rows, found.bad) == ("taken", 2, 0)
    assert found.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_rows_that_only_the_import_cannot_read_stop_the_feed_too(
    committed_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where the unreadable rows are listed
    agree(committed_world, '[columns]\nNumber = "text"\n')
    path = tmp_path / "a.csv"
    path.write_text(GOOD.replace("2017-05-02", "yesterday"))
    assert run_import(tmp_path, path) == 0
    assert (Contract.objects.get().state, codes(Delivery.objects.get())) == ("stopped", {"rows_unreadable"})


def test_calls_go_by_their_contract_too(committed_world: World, tmp_path: Path) -> None:
    agree(committed_world, '[columns]\nid = "text"\n', feed="calls")
    path = tmp_path / "calls.csv"
    path.write_text("number,when\n1,2026-01-01\n")
    (tmp_path / "map.toml").write_text(
        'timezone = "UTC"\n[columns]\nexternal_id = "number"\narrived_at = "when"\noutcome = "number"\n'
        '[outcomes]\nanswered = ["1"]\n'
    )
    words = ["import", "calls", str(path), "--programme", "cards", "--format", "csv"]
    assert main([*words, "--mapping", str(tmp_path / "map.toml")]) == 1
    assert Contact.objects.count() == 0 and Contract.objects.get().state == "stopped"


def test_a_late_feed_is_told_once_until_it_comes(world: World, tmp_path: Path) -> None:
    agree(world)
    assert actions.note_late(programme=world.programme) == 0
    later = clock.now() + timedelta(hours=25)
    with clock.at(later):
        assert [actions.note_late(programme=world.programme) for _ in range(2)] == [1, 0]
        assert Event.objects.filter(name="feed.late").count() == 1
        assert queries.feed_of(world.programme, "customers").state == "late"
        receive(world, write(tmp_path / "a.csv", GOOD))
        assert queries.feed_of(world.programme, "customers").state == "running"


def test_what_goes_out_is_summed_by_day_and_must_be_what_was_promised(world: World) -> None:
    for _ in range(2):
        actions.sent(programme=world.programme, feed="contacts", fields=["id", "state"], rows=5, actor="token:1")
    assert [(each.rows, each.verdict) for each in Delivery.objects.all()] == [(10, "sent")]
    agree(world, '[columns]\nid = "text"\nmood = "text"\n', feed="contacts")
    with pytest.raises(FeedStoppedError, match="mood"):
        actions.sent(programme=world.programme, feed="contacts", fields=["id"], rows=1, actor="token:1")


def test_the_webhook_of_a_contract_must_be_public(world: World) -> None:
    with pytest.raises(DomainError, match="internal"):
        agree(world, 'webhook = "https://127.0.0.1/x"\n')


def test_the_pages_show_it_and_decisions_need_the_right(world: World, tmp_path: Path) -> None:
    agree(world)
    receive(world, write(tmp_path / "a.csv", GOOD, rows=9))
    people = {
        role: accounts.ensure_member(
            programme=world.programme, agent_id=role, name=role, role=role, username=f"x{role}", password=None
        )
        for role in (Role.PARTNER_VIEWER, Role.ADMINISTRATOR)
    }
    viewer, keeper, rep, outsider = Client(), Client(), Client(), Client()
    viewer.force_login(people[Role.PARTNER_VIEWER].user)
    keeper.force_login(people[Role.ADMINISTRATOR].user)
    rep.force_login(world.rep.user)
    outsider.force_login(world.outsider.user)
    page = viewer.get("/at/cards/feeds/")
    assert (
        page.status_code == 200
        and "stopped" in page.content.decode()
        and "tells another number" in page.content.decode()
    )
    assert "Release the feed" not in viewer.get("/at/cards/feeds/customers/").content.decode()
    assert "Release the feed" in keeper.get("/at/cards/feeds/customers/").content.decode()
    decide = "/at/cards/feeds/customers/decide/"
    assert [each.post(decide, {"reason": "x"}).status_code for each in (viewer, rep, outsider)] == [403, 403, 404]
    assert [each.get("/at/cards/feeds/").status_code for each in (rep, outsider)] == [403, 404]
    assert keeper.post(decide, {"reason": ""}).status_code == 422
    assert keeper.post(decide, {"reason": "Sent anew"}).status_code == 302
    assert "Sent anew" in viewer.get("/at/cards/feeds/customers/").content.decode()
    wrong = keeper.post("/at/cards/feeds/calls/contract/", {"text": "columns = 5"})
    assert wrong.status_code == 422 and "columns = 5" in wrong.content.decode()
    assert keeper.post("/at/cards/feeds/calls/contract/", {"text": '[columns]\nid = "text"'}).status_code == 302


def test_an_archive_is_no_feed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.csv", "w") as archive:
        archive.writestr("a.csv", GOOD)
    assert "not_text" in look(tmp_path / "a.csv", None).found


@given(
    st.text(max_size=300)
    | st.sampled_from(["a = 1", "[columns]\nx = 1", "sums = [1]", "most_bad = nan", "[file]\n"])
)
def test_any_text_is_terms_or_invalid(text: str) -> None:
    try:
        read_terms(text)
    except Invalid as error:
        assert str(error)


@settings(max_examples=200)
@given(st.binary(max_size=400) | st.text(alphabet='Number,Limt"\n\r0123456789.-eNa', max_size=200).map(str.encode))
def test_any_file_gets_a_verdict(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(raw)
    found = look(path, read_terms('sums = ["Limit"]\n[columns]\nNumber = "whole"\nLimit = "number"\n'))
    assert found.size == len(raw) and found.bad <= found.rows
    assert found.rows or found.found or found.breaches == []


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_any_manifest_gets_a_verdict(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "m.csv").write_text(GOOD)
    (folder / "m.json").write_bytes(raw)
    assert look(folder / "m.csv", read_terms(TERMS), folder / "m.json").breaches
