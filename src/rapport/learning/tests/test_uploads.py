"""Pictures and videos come by a form: whole, sealed, once; every bad case leaves nothing behind."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.conftest import World, stand_in
from rapport.events.models import Event
from rapport.kit import storage
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.uploads import Nameless
from rapport.kit.walls import inside
from rapport.learning import jobs, media
from rapport.learning.access import access_media
from rapport.learning.models import Media
from rapport.learning.tests.stage import BASE, PNG, a_picture, client_of
from rapport.quality.recordings import store

TO = f"{BASE}courses/-/upload/"
MB = 1024 * 1024
VIDEO = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 12_000  # above what is held in memory


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.RECORDINGS = tmp_path / "recordings"
    settings.KEY_RING = tmp_path / "ring.json"
    return tmp_path / "recordings"


def files(home: Path) -> list[Path]:
    return [one for one in home.rglob("*") if one.is_file()]


def sent(world: World, raw: bytes, name: str = "a.mp4") -> Any:
    return client_of(world.supervisor).post(TO, {"file": SimpleUploadedFile(name, raw)})


def told() -> int:
    return Event.objects.filter(name="course.media_kept").count()


def test_a_large_file_is_in_no_folder_but_sealed(
    world: World, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing, seen = tmp_path / "passing", list[list[Path]]()
    passing.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(passing))
    seal = store._sealed

    def noting(*words: Any) -> Any:
        seen.append(files(passing))
        return seal(*words)

    monkeypatch.setattr(store, "_sealed", noting)
    assert sent(world, VIDEO).status_code == 302
    row = Media.objects.get()
    assert (row.kind, row.size, seen, files(passing)) == ("video/mp4", len(VIDEO), [[]], [])
    row.programme = world.programme
    assert b"".join(store.read(media.held_of(row), 0, row.size)) == VIDEO
    [kept] = files(home)
    assert kept.name == str(row.public_id) and VIDEO[:16] not in kept.read_bytes()


def test_no_transaction_is_open_while_a_file_is_read_and_sealed(
    committed_world: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[str]()

    def noting(module: Any, name: str) -> None:
        work = getattr(module, name)

        def noted(*words: Any) -> Any:
            assert not connection.in_atomic_block
            seen.append(name)
            return work(*words)

        monkeypatch.setattr(module, name, noted)

    noting(media, "_known")
    noting(store, "_sealed")
    noting(store, "_kept_in")
    assert [sent(committed_world, raw).status_code for raw in (VIDEO, VIDEO, b"<svg/>")] == [302, 302, 422]
    assert seen == ["_known", "_kept_in", "_sealed", "_known", "_known"]
    orphan = home / "cards.lessons" / "orphan"
    orphan.write_bytes(b"x")
    os.utime(orphan, (0, 0))
    stand_in(None)
    jobs.remove_unnamed(timestamp=0)
    assert seen[5:] == ["_kept_in"] * 2  # of each programme
    with inside(committed_world.programme.pk):
        assert (Media.objects.count(), told(), len(files(home))) == (1, 1, 1)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (VIDEO + bytes(MB), "more than 3 MB"),
        (b"\xff\xd8\xff" + bytes(10 * MB), "more than 10 MB"),
        (b"<html>" + bytes(3 * MB), "Choose a picture"),
        (b"", "empty"),
    ],
)
def test_what_is_too_large_of_another_kind_or_empty_leaves_nothing(
    world: World, home: Path, settings: Any, raw: bytes, words: str
) -> None:
    settings.LARGEST_RECORDING_MB = 3 if raw.startswith(VIDEO[:12]) else 40
    answer = sent(world, raw)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert (Media.objects.count(), files(home), told()) == (0, [], 0)


def test_without_a_file_it_says_so(world: World) -> None:
    answer = client_of(world.supervisor).post(TO, {"file": "a.png"})
    assert (answer.status_code, "Choose a file." in answer.text) == (422, True)


def test_of_what_one_request_brings_no_more_is_written_than_may_come(settings: Any) -> None:
    settings.LARGEST_RECORDING_MB = 1
    one, piece = Nameless(HttpRequest()), bytes(300 * 1024)
    kept = []
    for name in ("a", "b"):
        one.new_file("file", name, "video/mp4", None)
        for number in range(9):
            one.receive_data_chunk(piece, number * len(piece))
        kept.append(one.file_complete(9 * len(piece)))
    assert [len(file.read()) for file in kept] == [4 * len(piece), 0]
    assert [file.size for file in kept] == [9 * len(piece)] * 2
    one.upload_interrupted()
    assert kept[1].closed
    kept[0].close()
    Nameless(HttpRequest()).upload_interrupted()  # before any file began


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/pass\u202ewd\r\n.png", "../../etc/passwd.png"),
        ("a" * 5000, "a" * 120),
        ("\0\n \u200b", "without a name"),
        ("<img src=x onerror=a()>.png", "<img src=x onerror=a()>.png"),
    ],
)
def test_a_name_is_words_and_names_no_file(world: World, home: Path, name: str, kept: str) -> None:
    row = media.upload(member=world.supervisor, file=a_picture(), name=name)
    assert row.name == kept
    assert [file.relative_to(home) for file in files(home)] == [Path("cards.lessons") / str(row.public_id)]
    page = client_of(world.supervisor).get(f"{BASE}courses/").text
    assert "<img src=x" not in page and str(row.public_id) in page


def test_the_same_picture_of_two_programmes_is_kept_apart(world: World, home: Path) -> None:
    own = media.upload(member=world.supervisor, file=a_picture(), name="own")
    with inside(world.other.pk):
        lead = accounts.ensure_member(
            programme=world.other, agent_id="lead", role=Role.SUPERVISOR, username="lead2"
        )
        other = media.upload(member=lead, file=a_picture(), name="other")
        assert access_media(lead, other.public_id) == other
    assert len({file.read_bytes() for file in files(home)}) == 2 and own.public_id != other.public_id
    at = f"/at/{world.other.key}/learning/"
    assert client_of(lead).get(f"{at}media/{other.public_id}/").status_code == 200
    assert client_of(lead).get(f"{at}media/{own.public_id}/").status_code == 404
    assert client_of(world.supervisor).post(TO.replace("cards", world.other.key)).status_code == 404
    assert client_of(world.supervisor).get(f"{BASE}media/{UUID(int=1)}/").status_code == 404


def test_the_same_that_comes_twice_at_once_is_kept_once(
    committed_world: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, both, seal = committed_world, threading.Barrier(2, timeout=10), store._sealed

    def together(*words: Any) -> Any:
        both.wait()  # both have looked, and found none
        return seal(*words)

    monkeypatch.setattr(store, "_sealed", together)

    def one(_: int) -> UUID:
        try:
            return media.upload(member=world.supervisor, file=BytesIO(PNG), name="a.png").public_id
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as several:
        came = set(several.map(one, range(2)))
    with inside(world.programme.pk):
        assert came == {Media.objects.get().public_id} and told() == 1
    assert [UUID(file.name) for file in files(home)] == [*came]


def test_where_the_storage_or_the_row_fails_nothing_stays(
    world: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Conflict("Not now.")

    monkeypatch.setattr(media, "announce", refuse)
    assert sent(world, VIDEO).status_code == 409
    assert (Media.objects.count(), files(home)) == (0, [])
    monkeypatch.undo()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises((storage.Trouble, OSError)):
        media.upload(member=world.supervisor, file=BytesIO(VIDEO), name="a")
    assert (Media.objects.count(), told()) == (0, 0)


def test_the_largest_that_may_come_is_kept(world: World, home: Path) -> None:
    largest = PNG + bytes(media.LARGEST_PICTURE_MB * MB - len(PNG))
    assert media.upload(member=world.supervisor, file=BytesIO(largest), name="x").size == 10 * MB


def test_what_is_no_picture_is_read_no_further(world: World, settings: Any) -> None:
    settings.LARGEST_RECORDING_MB = 1
    for raw, most in ((b"MZ" + bytes(5 * MB), media.PIECE), (VIDEO, MB + media.PIECE)):
        file = BytesIO(raw)
        with pytest.raises(Invalid):
            media.upload(member=world.supervisor, file=file, name="x")
        assert file.tell() <= most
