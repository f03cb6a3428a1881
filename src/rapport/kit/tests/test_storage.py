"""Both kinds of storage do the same: put once and whole, read in parts, list, remove, and say what is wrong."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.kit import buckets, storage
from rapport.kit.storage import Absent, Address, There, Trouble
from rapport.kit.tests import s3

KINDS = ("folder", "bucket")


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | Address:
    return tmp_path / "kept" if request.param == "folder" else s3.peer().bucket("under/this")


@pytest.fixture
def kept(place: Path | Address) -> storage.Storage:
    return storage.at(place)


def put(kept: storage.Storage, name: str, content: bytes) -> None:
    kept.put(name, iter([content[:3], content[3:]]), len(content))


def test_a_file_is_put_once_and_read_in_parts(kept: storage.Storage) -> None:
    put(kept, "cards/one", b"0123456789")
    with pytest.raises(There):
        put(kept, "cards/one", b"another")
    assert kept.read("cards/one", 0, 10) == b"0123456789"
    assert kept.read("cards/one", 2, 5) == b"234"
    assert kept.read("cards/one", 8, 99) == b"89"
    assert kept.read("cards/one", 10, 20) == b""
    assert kept.read("cards/one", 50, 60) == b""


@settings(max_examples=15)
@given(spans=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), min_size=1, max_size=5))
def test_any_part_is_what_was_put_there(kept: storage.Storage, spans: list[tuple[int, int]]) -> None:
    content = bytes(n % 251 for n in range(256))
    if not list(kept.files("parts")):
        put(kept, "parts/one", content)
    for start, length in spans:
        assert kept.read("parts/one", start, start + length) == content[start : start + length]


def test_what_is_not_there_is_absent_and_removed_without_fault(kept: storage.Storage) -> None:
    with pytest.raises(Absent):
        kept.read("cards/none", 0, 3)
    assert list(kept.files("cards")) == []
    kept.remove(["cards/none"])
    kept.remove([])


def test_a_folder_lists_its_own_and_since_when(kept: storage.Storage) -> None:
    began = datetime.now(UTC) - timedelta(seconds=2)
    for name in ("cards/a", "cards/b", "cards.lessons/c", "loans/d"):
        put(kept, name, b"12345")
    found = dict(kept.files("cards"))
    assert sorted(found) == ["a", "b"]
    assert all(began <= since <= datetime.now(UTC) + timedelta(seconds=2) for since in found.values())
    kept.remove(["cards/a", "cards/none", "loans/d"])
    assert [list(dict(kept.files(one))) for one in ("cards", "cards.lessons", "loans")] == [["b"], ["c"], []]


def test_what_fails_half_way_leaves_nothing(kept: storage.Storage) -> None:
    def half() -> Iterator[bytes]:
        yield b"123"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept.put("cards/half", half(), 6)
    assert list(kept.files("cards")) == []
    put(kept, "cards/half", b"123456")
    assert kept.read("cards/half", 0, 9) == b"123456"


def test_of_two_that_put_the_same_name_at_once_one_is_told_no(kept: storage.Storage) -> None:
    told, together = list[str](), Barrier(2)

    def one(content: bytes) -> None:
        together.wait(10)
        try:
            put(kept, "cards/same", content)
            told.append(content.decode())
        except There:
            told.append("there")

    threads = [Thread(target=one, args=(content,)) for content in (b"first", b"second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert told.count("there") == 1
    assert kept.read("cards/same", 0, 9).decode() in told


def test_a_file_and_its_name_in_the_folder_are_on_the_disk_when_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, sync = list[tuple[str, list[str]]](), storage.os.fsync

    def noting(descriptor: int) -> None:
        sync(descriptor)
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        synced.append((name, sorted(one.name for one in (tmp_path / "cards").iterdir())))

    monkeypatch.setattr(storage.os, "fsync", noting)
    put(storage.at(tmp_path), "cards/one", b"12345")
    assert synced == [("one.part", ["one.part"]), ("cards", ["one"])]


@pytest.mark.parametrize("is_told", [True, False])
def test_what_passes_through_has_no_name_where_the_system_tells_of_open_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_told: bool
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if not is_told:
        monkeypatch.setattr(Path, "is_dir", lambda _: False)
    with storage.passing() as path:
        path.write_bytes(b"sound")
        assert path.read_bytes() == b"sound"
        assert bool([*tmp_path.iterdir()]) is not is_told
    assert [*tmp_path.iterdir()] == []


def test_storage_that_answers_is_ok(place: Path | Address) -> None:
    assert storage.state(place) == "ok"


def test_pages_of_a_long_list_are_all_read_and_no_prefix_is_needed() -> None:
    kept = storage.at(replace(s3.peer().bucket(), prefix=""))
    names = {f"{n:04}" for n in range(1_050)}  # a page has 1,000
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda name: put(kept, f"cards/{name}", b"x"), names))
    assert {name for name, _ in kept.files("cards")} == names
    kept.remove([f"cards/{name}" for name in names])
    assert list(kept.files("cards")) == []


def test_a_large_file_goes_in_parts_and_is_one_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "AT_ONCE", 6 * buckets.MB)
    monkeypatch.setattr(buckets, "PART", 5 * buckets.MB)
    kept = storage.at(s3.peer().bucket())
    pieces = [bytes([n]) * buckets.MB for n in range(12)]
    kept.put("cards/large", iter(pieces), 12 * buckets.MB)
    assert kept.read("cards/large", 5 * buckets.MB - 1, 5 * buckets.MB + 1) == b"\4\5"
    assert kept.read("cards/large", 12 * buckets.MB - 1, 13 * buckets.MB) == b"\x0b"
    with pytest.raises(There):
        kept.put("cards/large", iter(pieces), 12 * buckets.MB)

    def half() -> Iterator[bytes]:
        yield from pieces
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept.put("cards/half", half(), 20 * buckets.MB)
    assert [name for name, _ in kept.files("cards")] == ["large"]


def silent() -> socket.socket:
    """Return a listener that takes connections and never answers."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(16)
    return made


def uses(kept: storage.Storage) -> list[Callable[[], object]]:
    return [
        lambda: put(kept, "cards/x", b"12345"), lambda: kept.read("cards/x", 0, 3),
        lambda: list(kept.files("cards")), lambda: kept.remove(["cards/x"]), kept.check,
    ]  # fmt: skip


def test_each_way_to_be_unusable_is_told_and_nothing_secret_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANSWERS_WITHIN", "TAKES_WITHIN", "CHECKED_WITHIN"):
        monkeypatch.setattr(buckets, name, timedelta(seconds=0.4))
    good = s3.peer().bucket()
    with silent() as mute:
        bad = {
            f"has no bucket {good.bucket}x": replace(good, bucket=f"{good.bucket}x"),
            "does not let us in (SignatureDoesNotMatch)": replace(good, secret_key="wrong"),
            "does not let us in (InvalidAccessKeyId)": replace(good, access_key="nobody"),
            "does not answer": replace(good, endpoint="http://127.0.0.1:9"),
            "does not answer ": replace(good, endpoint=f"http://127.0.0.1:{mute.getsockname()[1]}"),
            "shows a certificate that is not trusted": replace(good, endpoint=s3.peer().over_tls),
        }
        with caplog.at_level(logging.DEBUG):
            for reason, address in bad.items():
                kept = storage.at(address)
                for use in uses(kept):
                    with pytest.raises(Trouble) as told:
                        use()
                    assert told.value.reason == reason.strip()
                    assert (told.value.status, s3.SECRET in str(told.value)) == (503, False)
                    assert told.value.__cause__ is None
    assert good.bucket in caplog.text
    assert not [one for one in (s3.SECRET, s3.KEY, "Signature=") if one in caplog.text]
    assert s3.SECRET not in f"{good!r} {good}"


def test_a_silent_storage_is_given_up_in_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "CHECKED_WITHIN", timedelta(seconds=1))
    with silent() as mute:
        address = replace(s3.peer().bucket(), endpoint=f"http://127.0.0.1:{mute.getsockname()[1]}")
        began = time.monotonic()
        assert storage.state(address) == "does not answer"
        assert time.monotonic() - began < 2 * buckets.CHECKED_WITHIN.total_seconds()


def test_who_may_only_read_is_told_so_when_writing() -> None:
    good = s3.peer().bucket()
    put(storage.at(good), "cards/one", b"12345")
    kept = storage.at(s3.peer().as_reader(good))
    assert (kept.read("cards/one", 0, 9), storage.state(s3.peer().as_reader(good))) == (b"12345", "ok")
    writes: list[Callable[[], object]] = [
        lambda: put(kept, "cards/two", b"12345"), lambda: kept.remove(["cards/one"]),
    ]  # fmt: skip
    for use in writes:
        with pytest.raises(Trouble, match=r"does not let us in \(AccessDenied\)"):
            use()
    assert [name for name, _ in storage.at(good).files("cards")] == ["one"]


def test_over_tls_by_an_authority_of_ones_own() -> None:
    peer = s3.peer()
    address = replace(peer.bucket("p"), endpoint=peer.over_tls, authorities=peer.authorities)
    kept = storage.at(address)
    put(kept, "cards/one", b"12345")
    assert (storage.state(address), kept.read("cards/one", 1, 3)) == ("ok", b"23")


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    kept = storage.at(tmp_path / "file" / "below")
    for use in (*uses(kept)[:2], kept.check):
        with pytest.raises(Trouble):
            use()
    assert storage.state(tmp_path / "not made yet") == "ok"
    assert not (tmp_path / "not made yet").exists()
