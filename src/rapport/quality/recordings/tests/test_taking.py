"""A recording comes by API or as a file: once, whole, sealed; every bad case leaves nothing behind."""

import hashlib
import io
import json
import os
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import soundfile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right
from rapport.audit.models import Refusal
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers import resealing
from rapport.events.models import Event
from rapport.kit import clock, sealing, storage
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.walls import inside
from rapport.privacy import actions as privacy
from rapport.privacy import retention
from rapport.quality.jobs import remove_unheard
from rapport.quality.models import Pause, Recording
from rapport.quality.recordings import cli, sealed, store, taking
from rapport.quality.recordings.tests.sounds import RATE, about, as_file, file_of, turns, written
from rapport.quality.tests.cards import a_contact

AT = "/api/v1/programmes/cards/recordings"
RAW = as_file(turns(12))
PAUSE = {"from": 3, "to": 4.5, "by": "rep", "cause": "card"}


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.RECORDINGS = tmp_path / "recordings"
    settings.KEY_RING = tmp_path / "ring.json"
    return tmp_path / "recordings"


def files(home: Path) -> list[Path]:
    return [one for one in home.rglob("*") if one.is_file()]


def token(world: World, *rights: Right) -> dict[str, str]:
    secret = accounts.issue_token(
        programme=world.programme, name="pbx", rights=rights or [Right.DELIVER_RECORDINGS]
    )
    return {"Authorization": f"Bearer {secret}"}


def send(world: World, contact: Contact, raw: bytes = RAW, at: str = AT, head: str = "", **told: Any) -> Any:
    said = {"contact": str(contact.public_id), "channels": "rep_customer", "consent": "agreed", **told}
    headers = {**token(world), "Rapport-Recording": head or json.dumps(said)}
    return Client().post(at, raw, content_type="application/octet-stream", headers=headers)


def heard(row: Recording) -> Any:
    raw = b"".join(store.read(sealed.held_of(row), 0, row.kept_bytes))
    samples, _ = soundfile.read(io.BytesIO(raw), dtype="int16")
    return samples


def taken(
    world: World, tmp_path: Path, contact: Contact | None = None, raw: bytes = RAW, **told: Any
) -> Recording:
    contact = contact or a_contact(world, channel="voice")
    said = about(contact=str(contact.public_id), **told)
    path = written(tmp_path, raw)
    return taking.take(programme=world.programme, path=path, about=said, actor="test").recording


def test_what_comes_by_api_is_kept_sealed_and_paused_spans_are_silence(world: World, home: Path) -> None:
    contact = a_contact(world, channel="voice")
    answer = send(world, contact, pauses=[PAUSE, {"from": 11, "to": 99, "cause": "hold"}])
    assert answer.status_code == 201, answer.content
    row = Recording.objects.get()
    assert answer.json() == {
        "id": str(row.public_id),
        "contact": str(contact.public_id),
        "kind": "wav",
        "channels": "rep_customer",
        "consent": "agreed",
        "began_at": contact.answered_at.isoformat().replace("+00:00", "Z")[:23] + "Z",
        "seconds": 12.0,
        "pauses": 2,
    }
    sent, kept = turns(12), heard(row)
    quiet = np.zeros(len(sent), bool)
    quiet[3 * RATE : int(4.5 * RATE)] = quiet[11 * RATE :] = True
    assert not kept[quiet].any()
    assert np.array_equal(kept[~quiet], sent[~quiet])
    told = Pause.objects.order_by("starts_ms").values_list("starts_ms", "ends_ms", "by", "cause")
    assert list(told) == [(3000, 4500, world.rep.pk, "card"), (11_000, 12_000, None, "hold")]
    [file] = files(home)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"fLaC" not in file.read_bytes()
    event = Event.objects.get(name="recording.kept")
    assert (event.subject, event.data["pauses"]) == (contact.public_id, 2)


def test_the_same_again_is_the_same_recording_and_changes_nothing(world: World, home: Path) -> None:
    contact = a_contact(world, channel="voice")
    first, again = send(world, contact, pauses=[PAUSE]), send(world, contact, pauses=[PAUSE])
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (Recording.objects.count(), len(files(home))) == (1, 1)
    assert Event.objects.filter(name="recording.kept").count() == 1


@pytest.mark.parametrize(
    "told", [{"pauses": []}, {"pauses": [PAUSE | {"to": 5}]}, {"channels": "customer_rep"}, {"consent": "law"}]
)
def test_the_same_audio_told_otherwise_is_refused(world: World, home: Path, told: dict[str, Any]) -> None:
    contact = a_contact(world, channel="voice")
    send(world, contact, pauses=[PAUSE])
    answer = send(world, contact, **{"pauses": [PAUSE], **told})
    assert answer.status_code == 409
    assert (Recording.objects.count(), Pause.objects.count(), len(files(home))) == (1, 1, 1)


def test_a_call_is_known_by_the_telephone_systems_own_id(world: World, tmp_path: Path) -> None:
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", external_id="call:77")
    path = written(tmp_path, as_file(turns(4)[:, 0]))
    said = about(call="77", channels="both", began_at="2026-11-22T10:00:00+01:00")
    made = taking.take(programme=world.programme, path=path, about=said, actor="test")
    assert (made.recording.contact_id, made.recording.speakers) == (contact.pk, ["both"])
    made.recording.refresh_from_db()
    assert made.recording.began_at.isoformat() == "2026-11-22T09:00:00+00:00"


BAD_WORDS = {
    "no json": "{",
    "a list": "[]",
    "no contact": json.dumps({"channels": "both", "consent": "law"}),
    "a contact and a call": json.dumps(
        {"contact": "019ab000-0000-7000-8000-000000000001", "call": "1", "channels": "both", "consent": "law"}
    ),
    "an unknown word": json.dumps({"call": "1", "channels": "both", "consent": "law", "speed": 2}),
    "no consent": json.dumps({"call": "1", "channels": "both"}),
    "an unknown consent": json.dumps({"call": "1", "channels": "both", "consent": "sure"}),
    "a nul": json.dumps({"call": "a\0b", "channels": "both", "consent": "law"}),
    "a time without a zone": json.dumps(
        {"call": "1", "channels": "both", "consent": "law", "began_at": "2026-11-22T10:00:00"}
    ),
    "huge": json.dumps({"call": "1" * 40_000, "channels": "both", "consent": "law"}),
    "too many pauses": json.dumps({"call": "1", "channels": "both", "consent": "law", "pauses": [PAUSE] * 201}),
    "deep": "[" * 20_000,
}
BAD_PAUSES: list[dict[str, Any]] = [
    {"from": 4, "to": 3},
    {"from": -1, "to": 3},
    {"from": 3, "to": 3},
    {"from": 3000, "to": 4500},
    {"from": "NaN", "to": 5},
    {"from": 1, "to": "Infinity"},
    {"from": 1, "to": 2, "by": "nobody"},
    {"from": 1, "to": 2, "cause": "boredom"},
    {"from": 1},
]


@pytest.mark.parametrize("name", BAD_WORDS)
def test_what_is_told_wrongly_is_refused(world: World, home: Path, name: str) -> None:
    headers = {**token(world), "Rapport-Recording": BAD_WORDS[name]}
    answer = Client().post(AT, RAW, content_type="application/octet-stream", headers=headers)
    assert (answer.status_code, files(home), Recording.objects.count()) == (422, [], 0)


@pytest.mark.parametrize("pause", BAD_PAUSES, ids=str)
def test_a_pause_that_makes_no_sense_is_refused(world: World, home: Path, pause: dict[str, Any]) -> None:
    answer = send(world, a_contact(world), pauses=[{"cause": "card", **pause}])
    assert (answer.status_code, files(home), Recording.objects.count()) == (422, [], 0)


BAD_BODIES = {
    "empty": b"",
    "text": b"RIFF but not really",
    "cut": RAW[:-500],
    "a picture": b"\x89PNG\r\n\x1a\n" + secrets.token_bytes(2000),
    "noise": b"ID3" + secrets.token_bytes(5000),
    "one channel": as_file(turns(2)[:, 0]),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_what_is_no_whole_sound_leaves_nothing_behind(world: World, home: Path, name: str) -> None:
    answer = send(world, a_contact(world), BAD_BODIES[name])
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    assert (files(home), Recording.objects.count(), Event.objects.filter(name="recording.kept").count()) == (
        [],
        0,
        0,
    )


def test_what_was_changed_on_its_way_is_refused(world: World, home: Path) -> None:
    contact = a_contact(world)
    assert send(world, contact, sha256=hashlib.sha256(b"other").hexdigest()).status_code == 422
    assert send(world, contact, sha256=hashlib.sha256(RAW).hexdigest()).status_code == 201


def test_what_is_too_large_or_too_long_is_refused(world: World, home: Path, settings: Any, tmp_path: Path) -> None:
    settings.LARGEST_RECORDING_MB = 1
    assert send(world, a_contact(world), RAW + bytes(1024 * 1024)).status_code == 422
    settings.LARGEST_RECORDING_MB, settings.LONGEST_RECORDING_MINUTES = 9, 1
    answer = send(world, a_contact(world), as_file(turns(61)))
    assert (answer.status_code, "longer than 1 minutes" in answer.json()["error"]["message"]) == (422, True)
    assert (files(home), Recording.objects.count()) == ([], 0)


def test_a_decoder_that_dies_takes_nothing_with_it(
    world: World, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(taking.sys, "executable", "/bin/false")
    answer = send(world, a_contact(world))
    assert (answer.status_code, files(home), Recording.objects.count()) == (422, [], 0)


def test_two_that_come_at_once_do_not_pass_the_most_of_a_contact(
    committed_world: World, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_OF_ONE", 1)
    contact = a_contact(committed_world, channel="voice", customer=None)  # whose row would be locked too
    programme = committed_world.programme
    said, tell = about(contact=str(contact.public_id)), taking.announce
    both = [threading.Event(), threading.Event()]

    def waiting(*told: Any, **more: Any) -> Any:
        (both[1] if both[0].is_set() else both[0]).set()
        both[1].wait(1)  # written and not committed: the other one counts meanwhile, or waits for this one's end
        return tell(*told, **more)

    def one(seed: int) -> str:
        path = written(tmp_path, as_file(turns(3, seed=seed)), f"{seed}.wav")
        try:
            with inside(programme.pk):
                taking.take(programme=programme, path=path, about=said, actor="test")
        except Conflict as error:
            return str(error)
        finally:
            connection.close()
        return "kept"

    monkeypatch.setattr(taking, "announce", waiting)
    with ThreadPoolExecutor(2) as several:
        came = sorted(several.map(one, (1, 2)))
    assert came == ["This contact has 1 recordings already.", "kept"]
    assert (Recording.objects.count(), len(files(home))) == (1, 1)


def test_no_transaction_is_open_while_a_file_arrives_is_decoded_and_sealed(
    committed_world: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, seen = a_contact(committed_world, channel="voice"), list[str]()

    def noting(module: Any, name: str) -> None:
        work = getattr(module, name)

        def noted(*told: Any) -> Any:
            assert not connection.in_atomic_block
            seen.append(name)
            return work(*told)

        monkeypatch.setattr(module, name, noted)

    for module, name in ((taking, "receive"), (taking, "_decoded"), (store, "_sealed"), (store, "_kept_in")):
        noting(module, name)
    assert [send(committed_world, contact, pauses=[PAUSE]).status_code for _ in range(2)] == [201, 200]
    remove_unheard(timestamp=0)
    assert seen == ["receive", "_decoded", "_kept_in", "_sealed", "receive", "_kept_in", "_kept_in"]


def test_the_decoder_is_told_none_of_our_settings(
    world: World, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run, given = taking.subprocess.run, list[str]()

    def noting(*words: Any, **more: Any) -> Any:
        given.extend(more["env"])
        return run(*words, **more)

    monkeypatch.setenv("RAPPORT_S3_SECRET_KEY", "secret")
    monkeypatch.setattr(taking.subprocess, "run", noting)
    taken(world, tmp_path)
    assert "PATH" in given and not [name for name in given if name.startswith(("RAPPORT", "DATABASE", "SECRET"))]


@pytest.mark.parametrize(("step", "is_known"), [("_decoded", True), ("_decoded", False), ("hold", True)])
def test_who_is_erased_while_it_is_decoded_is_not_kept(
    world: World, home: Path, monkeypatch: pytest.MonkeyPatch, step: str, is_known: bool
) -> None:
    contact = a_contact(world, channel="voice", customer=world.customer if is_known else None)
    work = getattr(taking, step)

    def meanwhile(*told: Any) -> Any:
        with inside(world.programme.pk):
            Contact.objects.filter(pk=contact.pk).update(customer=world.customer)  # whoever it was is known by now
            who = world.customer.public_id
            privacy.erase(programme=world.programme, customer_id=who, confirmed="C-1", actor="test")
        return work(*told)

    monkeypatch.setattr(taking, step, meanwhile)
    answer = send(world, contact)
    assert (answer.status_code, "has been erased" in answer.json()["error"]["message"]) == (409, True)
    assert (files(home), Recording.objects.count()) == ([], 0)


def test_no_more_is_read_than_may_come(settings: Any, tmp_path: Path) -> None:
    settings.LARGEST_RECORDING_MB = 1
    sent = io.BytesIO(bytes(3 * 1024 * 1024))
    with pytest.raises(Invalid, match="at most 1 MB"):
        taking.receive(sent.read, tmp_path / "sent")
    assert sent.tell() <= 1024 * 1024 + taking.PIECE


@given(
    size=st.integers(1, 10**9),
    names=st.tuples(st.uuids(), st.uuids()),
    numbers=st.tuples(*[st.integers(0, 99)] * 2),
)
def test_no_two_pieces_are_sealed_alike(size: int, names: tuple[UUID, UUID], numbers: tuple[int, int]) -> None:
    one, other = (store.Held("cards", name, size, b"").bound(n) for name, n in zip(names, numbers, strict=True))
    assert (one[0] == other[0]) == (numbers[0] == numbers[1])
    assert (one[1] == other[1]) == (numbers[0] == numbers[1] and names[0] == names[1])
    assert store.Held("cards", names[0], size + 1, b"").bound(numbers[0])[1] != one[1]


def test_without_a_word_about_it_nothing_is_read(world: World, home: Path) -> None:
    answer = Client().post(AT, RAW, content_type="application/octet-stream", headers=token(world))
    assert (answer.status_code, files(home), Recording.objects.count()) == (400, [], 0)


def test_who_may_not_delivers_nothing(world: World, home: Path) -> None:
    contact = a_contact(world)
    for rights in ([Right.REPORT_CALLS], [Right.USE_API, Right.DELIVER_FILES]):
        answer = Client().post(AT, RAW, content_type="audio/wav", headers=token(world, *rights))
        assert answer.status_code == 403
    assert send(world, contact, at=AT.replace("cards", "loans")).status_code == 404
    with inside(world.other.pk):
        elsewhere, _ = contacts.arrive(programme=world.other, channel="voice", actor="test")
    assert send(world, elsewhere).status_code == 404
    assert (files(home), Recording.objects.count(), Refusal.objects.count()) == ([], 0, 0)


def test_a_failure_at_the_end_leaves_no_file(
    world: World, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    sealing.ring()  # is there, written before
    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(storage.Trouble, match="No space"):
        taken(world, tmp_path)
    assert (files(home), Recording.objects.count()) == ([], 0)


def test_a_file_is_imported_with_what_is_told_beside_it(
    world: World, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contact = a_contact(world, channel="voice")
    good = written(tmp_path, as_file(turns(5, 16_000), "OGG", "OPUS", 16_000), "good.opus")
    beside = {"contact": str(contact.public_id), "channels": "customer_rep", "consent": "contract"}
    written(tmp_path, json.dumps(beside).encode(), "good.opus.json")
    alone, bad = written(tmp_path, RAW, "alone.wav"), written(tmp_path, b"no", "bad.wav")
    written(tmp_path, json.dumps(beside).encode(), "bad.wav.json")
    words = [str(good), str(alone), str(bad), str(tmp_path / "missing.wav"), "--programme", "cards"]
    assert cli.run(words) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2][:10] for line in told] == ["kept (5.0 ", *["not kept. "] * 3]
    assert cli.run([str(good), "--programme", "cards"]) == 0
    assert "there already" in capsys.readouterr().out
    assert Recording.objects.get().layout == "customer_rep"


def test_a_part_is_read_without_opening_the_rest(world: World, tmp_path: Path) -> None:
    row = taken(world, tmp_path, raw=as_file(turns(40)))
    held = sealed.held_of(row)
    whole = b"".join(store.read(held, 0, row.kept_bytes))
    assert len(whole) == row.kept_bytes > 3 * store.PIECE
    for start, stop in (
        (0, 1),
        (store.PIECE - 1, store.PIECE + 1),
        (70_000, 200_000),
        (row.kept_bytes - 5, row.kept_bytes),
    ):
        assert b"".join(store.read(held, start, stop)) == whole[start:stop]
    raw = bytearray(file_of(row).read_bytes())
    raw[-1] ^= 1
    file_of(row).write_bytes(raw)
    assert b"".join(store.read(held, 0, 100_000)) == whole[:100_000]
    with pytest.raises(sealing.Broken):
        b"".join(store.read(held, row.kept_bytes - 5, row.kept_bytes))


@pytest.mark.parametrize("how", ["swapped", "cut", "another's"])
def test_pieces_open_only_where_they_were_sealed(world: World, tmp_path: Path, how: str) -> None:
    row = taken(world, tmp_path, raw=as_file(turns(40)))
    held = sealed.held_of(row)
    raw, size = file_of(row).read_bytes(), store.PIECE + store.TAG
    if how == "swapped":
        raw = raw[size : 2 * size] + raw[:size] + raw[2 * size :]
    elif how == "cut":
        raw = raw[: 2 * size]
    else:
        other = taken(world, tmp_path, a_contact(world, channel="voice"), as_file(turns(40)))
        raw = file_of(other).read_bytes()
    file_of(row).write_bytes(raw)
    with pytest.raises(sealing.Broken):
        b"".join(store.read(held, 0, row.kept_bytes))


def test_rotation_seals_the_keys_anew_and_the_audio_stays_as_it_is(world: World, tmp_path: Path) -> None:
    row = taken(world, tmp_path)
    file = file_of(row).read_bytes()
    sealing.rotate()
    resealing.reseal_all(world.programme)
    row.refresh_from_db()
    assert set(sealed.uses(world.programme)) == {sealing.ring().current}
    resealing.retire_unused()
    assert np.array_equal(heard(row), turns(12))
    assert file_of(row).read_bytes() == file


def test_what_is_old_is_not_heard_any_more_and_its_file_goes(world: World, home: Path, tmp_path: Path) -> None:
    contact = a_contact(world, channel="voice")
    old = taken(world, tmp_path, contact, began_at="2026-01-01T00:00:00Z")
    new = taken(world, tmp_path, a_contact(world, channel="voice"))
    retention.set_period(programme=world.programme, kind="recordings", months=6, actor="test")
    assert retention.apply(world.programme) == {"recordings": 1}
    remove_unheard(timestamp=0)
    old.refresh_from_db()
    assert (old.sealed_secret, bytes(old.outline)) == ("", b"")
    assert [file.name for file in files(home)] == [str(new.public_id)]
    answer = send(world, contact)
    assert (answer.status_code, "let go" in answer.json()["error"]["message"]) == (409, True)


def test_an_erased_person_is_heard_no_more_and_no_recording_of_them_is_taken(
    world: World, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = a_contact(world, channel="voice")
    row = taken(world, tmp_path, contact)
    held = sealed.held_of(row)
    copy = file_of(row).read_bytes()  # as a backup of the folder has it
    privacy.erase(programme=world.programme, customer_id=world.customer.public_id, confirmed="C-1", actor="test")
    row.refresh_from_db()
    assert (row.sealed_secret, bytes(row.outline)) == ("", b"")
    assert held.key not in copy
    remove_unheard(timestamp=0)
    assert files(home) == []
    monkeypatch.setattr(taking, "_decoded", None)  # it is known before
    assert send(world, contact, as_file(turns(5))).status_code == 409


def test_files_that_nobody_names_go_after_a_day(world: World, home: Path, tmp_path: Path) -> None:
    row = taken(world, tmp_path)
    for name, hours in (("orphan", 25), ("orphan.part", 25), ("young", 1)):
        at = (clock.now() - timedelta(hours=hours)).timestamp()
        os.utime(written(home / "cards", b"x", name), (at, at))
    os.utime(file_of(row), (0, 0))
    remove_unheard(timestamp=0)
    assert sorted(file.name for file in files(home)) == sorted([str(row.public_id), "young"])


def test_the_database_holds_one_of_the_same_and_no_pause_that_ends_before_it_starts(
    world: World, tmp_path: Path
) -> None:
    row = taken(world, tmp_path)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recording.objects.create(
            programme=world.programme, contact=row.contact, sha256=row.sha256, kind="wav", layout="both", rate=1,
            frames=1, kept_bytes=1, basis="law", began_at=clock.now(), arrived_at=clock.now(),
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(programme=world.programme, recording=row, starts_ms=5, ends_ms=5, cause="card")


def test_programs_list_what_can_be_heard(world: World, tmp_path: Path) -> None:
    row = taken(world, tmp_path)
    at = f"/api/v1/programmes/cards/contacts/{row.contact.public_id}/recordings"
    found = Client().get(at, headers=token(world, Right.USE_API))
    assert [one["id"] for one in found.json()] == [str(row.public_id)]
    assert Client().get(at, headers=token(world)).status_code == 403
    Recording.objects.update(sealed_secret="")
    assert Client().get(at, headers=token(world, Right.USE_API)).json() == []
