"""Recordings in a bucket of a real server: taken, heard, let go; what is wrong there leaves nothing half-done."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import sealing, storage
from rapport.kit.storage import Address
from rapport.kit.tests import s3
from rapport.privacy import actions as privacy
from rapport.quality.jobs import remove_unheard
from rapport.quality.models import Recording
from rapport.quality.recordings import sealed, store
from rapport.quality.recordings.tests.sounds import a_recording, as_file, turns
from rapport.quality.recordings.tests.test_listening import audio
from rapport.quality.recordings.tests.test_taking import heard, send
from rapport.quality.tests.cards import a_contact
from rapport.quality.tests.test_evaluating import client_of


@pytest.fixture(autouse=True)
def bucket(settings: Any, tmp_path: Path) -> Address:
    settings.KEY_RING = tmp_path / "ring.json"
    settings.RECORDINGS = place = s3.peer().bucket("calls")
    return place


def names(bucket: Address) -> list[str]:
    return [name for name, _ in storage.at(bucket).files("cards")]


def test_a_call_is_taken_into_the_bucket_sealed_and_heard_in_parts(world: World, bucket: Address) -> None:
    contact = a_contact(world, channel="voice")
    assert send(world, contact, as_file(turns(40))).status_code == 201
    row = Recording.objects.get()
    assert names(bucket) == [str(row.public_id)]
    assert b"fLaC" not in storage.at(bucket).read(sealed.held_of(row).place, 0, 10**7)
    assert np.array_equal(heard(row), turns(40))
    client = client_of(world.rep)
    whole = client.get(audio(row)).content
    assert len(whole) == row.kept_bytes
    for start, stop in ((0, 100), (store.PIECE - 1, store.PIECE + 1), (row.kept_bytes - 5, row.kept_bytes)):
        part = client.get(audio(row), headers={"Range": f"bytes={start}-{stop - 1}"})
        assert (part.status_code, part.content) == (206, whole[start:stop])


def test_a_long_recording_is_fetched_by_and_by(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = a_recording(world, seconds=60)
    monkeypatch.setattr(store, "FETCHED", 3)
    assert sealed.held_of(row).pieces > 9
    assert np.array_equal(heard(row), turns(60))


@pytest.mark.parametrize("how", ["cut", "changed", "another's"])
def test_what_was_changed_in_the_bucket_does_not_open(world: World, bucket: Address, how: str) -> None:
    row = a_recording(world, seconds=40)
    kept, held = storage.at(bucket), sealed.held_of(row)
    raw = bytearray(kept.read(held.place, 0, 10**7))
    if how == "cut":
        del raw[store.PIECE + store.TAG :]
    elif how == "changed":
        raw[-1] ^= 1
    else:
        other = a_recording(world, a_contact(world, channel="voice"), seconds=40)
        raw = bytearray(kept.read(sealed.held_of(other).place, 0, 10**7))
    kept.remove([held.place])
    kept.put(held.place, [bytes(raw)], len(raw))
    with pytest.raises(sealing.Broken):
        heard(row)


def test_who_was_erased_is_gone_from_the_bucket_and_others_stay(world: World, bucket: Address) -> None:
    row = a_recording(world)
    place = sealed.held_of(row).place
    privacy.erase(programme=world.programme, customer_id=world.customer.public_id, confirmed="C-1", actor="test")
    other = a_recording(world, a_contact(world, customer=None, channel="voice"), seconds=7)
    remove_unheard(timestamp=0)
    assert names(bucket) == [str(other.public_id)]
    with pytest.raises(storage.Absent):
        storage.at(bucket).read(place, 0, 1)


def test_what_is_lost_from_the_bucket_is_told_as_gone(world: World, bucket: Address) -> None:
    row = a_recording(world)
    storage.at(bucket).remove([sealed.held_of(row).place])
    answer = client_of(world.rep).get(audio(row), headers={"Range": "bytes=0-"})
    assert (answer.status_code, "not here any more" in answer.content.decode()) == (404, True)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unreachable": ({"endpoint": "http://127.0.0.1:9"}, "does not answer"),
    "no bucket": ({"bucket": "nonesuch"}, "has no bucket"),
    "denied": ({"secret_key": "wrong"}, "does not let us in"),
}


@pytest.mark.parametrize("how", BAD)
def test_where_the_storage_cannot_be_used_nothing_is_taken_and_playing_says_so(
    world: World, bucket: Address, settings: Any, how: str
) -> None:
    row = a_recording(world)
    change, why = BAD[how]
    settings.RECORDINGS = replace(bucket, **change)
    refused = send(world, a_contact(world, channel="voice"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "storage_away")
    assert why in refused.json()["error"]["message"] and s3.SECRET not in refused.content.decode()
    assert (Recording.objects.count(), Event.objects.filter(name="recording.kept").count()) == (1, 1)
    for headers in ({"Range": "bytes=0-99"}, {}):
        answer = client_of(world.rep).get(audio(row), headers=headers | {"Accept": "application/json"})
        assert (answer.status_code, why in answer.json()["error"]["message"]) == (503, True)
    with pytest.raises(storage.Trouble):
        remove_unheard(timestamp=0)
    settings.RECORDINGS = bucket
    assert names(bucket) == [str(row.public_id)]
    assert np.array_equal(heard(row), turns(6))


def test_who_may_not_write_there_is_refused_and_what_is_there_is_heard(
    world: World, bucket: Address, settings: Any
) -> None:
    row = a_recording(world)
    settings.RECORDINGS = s3.peer().as_reader(bucket)
    assert send(world, a_contact(world, channel="voice")).status_code == 503
    assert client_of(world.rep).get(audio(row), headers={"Range": "bytes=0-9"}).status_code == 206
    assert Recording.objects.count() == 1


def test_a_row_that_is_refused_takes_its_file_away_again(
    world: World, bucket: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rapport.quality.recordings.taking.MOST_OF_ONE", 1)
    contact = a_contact(world, channel="voice")
    row = a_recording(world, contact)
    assert send(world, contact).status_code == 409
    assert names(bucket) == [str(row.public_id)]
