"""What is made of a file: the same samples, silence in every pause to the sample, and no for what is not whole."""

import base64
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.quality.recordings import decoding
from rapport.quality.recordings.sniffing import Refused, kind_of
from rapport.quality.recordings.tests.sounds import RATE, as_file, turns, written

SPAN = st.tuples(st.floats(0, 7, allow_nan=False), st.floats(0.001, 3, allow_nan=False))


def made(folder: Path, raw: bytes, *pauses: tuple[float, float], most: float = 3600.0) -> tuple[Any, Any]:
    source, target = written(folder, raw, "sent"), folder / "kept.flac"
    target.unlink(missing_ok=True)
    told = decoding.make(source, target, pauses=pauses, most_seconds=most)
    samples, rate = soundfile.read(target, dtype="int16", always_2d=True)
    assert (told.frames, told.channels, told.rate) == (*samples.shape, rate)
    return told, samples


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_a_wav_is_kept_sample_by_sample_and_channels_apart(tmp_path: Path, rate: int) -> None:
    sent = turns(25, rate)
    told, kept = made(tmp_path, as_file(sent, rate=rate))
    assert told.kind == "wav"
    assert np.array_equal(kept, sent)


@settings(max_examples=25)
@given(spans=st.lists(SPAN, max_size=4), rate=st.sampled_from([8_000, 11_025]))
def test_pauses_are_silence_to_the_sample_and_nothing_else_is(
    tmp_path: Path, spans: list[tuple[float, float]], rate: int
) -> None:
    pauses = [(start, start + length) for start, length in spans]
    sent = turns(8, rate)
    _, kept = made(tmp_path, as_file(sent, rate=rate), *pauses)
    at = np.arange(len(sent))
    paused = np.zeros(len(sent), bool)
    for start, end in pauses:
        paused |= (at + 1 > start * rate) & (at < end * rate)
    assert not kept[paused].any()
    assert np.array_equal(kept[~paused], sent[~paused])


def test_a_pause_over_the_border_of_blocks_is_silence_too(tmp_path: Path) -> None:
    sent = turns(32)
    _, kept = made(tmp_path, as_file(sent), (9.99, 20.01))
    assert not kept[79_920:160_080].any()
    assert np.array_equal(kept[:79_920], sent[:79_920])
    assert np.array_equal(kept[160_080:], sent[160_080:])


@pytest.mark.parametrize(
    ("kind", "subtype", "rate", "name"),
    [
        ("OGG", "OPUS", 16_000, "opus"),
        ("OGG", "OPUS", 48_000, "opus"),
        ("MP3", "MPEG_LAYER_III", 16_000, "mp3"),
        ("WAV", "ULAW", 8_000, "wav"),
        ("WAV", "ALAW", 8_000, "wav"),
        ("WAV", "FLOAT", 16_000, "wav"),
        ("WAV", "PCM_24", 16_000, "wav"),
    ],
)
def test_other_kinds_sound_as_they_did(tmp_path: Path, kind: str, subtype: str, rate: int, name: str) -> None:
    sent = turns(12, rate)
    told, kept = made(tmp_path, as_file(sent, kind, subtype, rate), (4.0, 5.0))
    assert told.kind == name
    assert abs(told.frames - len(sent)) < 0.2 * rate
    assert not kept[4 * rate : 5 * rate].any()
    loud = [np.sqrt((kept[s * rate : (s + 1) * rate].astype(float) ** 2).mean(axis=0)) for s in (1, 7)]
    apart = 1.2 if kind == "MP3" else 20  # libsndfile's encoder of MP3 mixes channels; its decoder does not
    assert all(of_rep > apart * of_customer for of_rep, of_customer in loud)
    rep = np.sqrt((sent[rate : 2 * rate, 0].astype(float) ** 2).mean())
    assert loud[0][0] == pytest.approx(rep, rel=0.35 if kind == "MP3" else 0.15)


def test_the_outline_tells_the_loudest_of_each_tenth(tmp_path: Path) -> None:
    sent = turns(10.05)
    told, _ = made(tmp_path, as_file(sent), (2.0, 3.0))
    levels = np.frombuffer(base64.b64decode(told.outline), np.uint8).reshape(2, -1)
    assert levels.shape == (2, 101)
    assert not levels[:, 20:30].any()
    assert levels[0, 5] == abs(sent[4_000:4_800, 0].astype(int)).max() * 255 // 32_767
    assert levels[0, 40] < 5 < levels[1, 40]


def cut(raw: bytes, share: float) -> bytes:
    return raw[: int(len(raw) * share)]


WHOLE = as_file(turns(20))
OPUS = as_file(turns(20), "OGG", "OPUS")
MP3 = as_file(turns(20, 16_000), "MP3", "MPEG_LAYER_III", 16_000)
REFUSED = {
    "empty": (b"", "empty"),
    "text": (b"hello there " * 99, "neither"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(500), "neither"),
    "a web page": (b"<html><script>alert(1)</script></html>", "neither"),
    "half a wav": (cut(WHOLE, 0.5), "cut short"),
    "one byte less": (WHOLE[:-1], "cut short"),
    "a wav's head": (WHOLE[:20], "no sound"),
    "a wav without samples": (as_file(turns(0)), "no sound"),
    "half an opus": (cut(OPUS, 0.5), "cut short"),
    "an opus without its end": (OPUS[:-10], "cut short"),
    "half an mp3": (cut(MP3, 0.5), "cut short"),
    "four channels": (as_file(np.ones((800, 4), np.int16)), "4 channels"),
    "too few samples": (as_file(turns(1), rate=4_000), "4,000 samples"),
    "too many samples": (as_file(turns(1), rate=192_000), "192,000 samples"),
    "vorbis": (as_file(turns(1), "OGG", "VORBIS"), "neither"),
    "flac": (as_file(turns(1), "FLAC", "PCM_16"), "neither"),
    "a wav of noise": (WHOLE[:12] + bytes(range(256)) * 40, "no sound"),
    "an mp3 of noise": (b"ID3" + bytes(range(256)) * 40, "cannot be decoded"),
    "an opus of noise": (OPUS[:60] + bytes(range(256)) * 40, "cut short"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_sound_is_refused(tmp_path: Path, name: str) -> None:
    raw, why = REFUSED[name]
    with pytest.raises(Refused, match=why):
        made(tmp_path, raw)


def test_what_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="longer than 1 minutes"):
        made(tmp_path, as_file(turns(61)), most=60)


def test_numbers_that_are_none_do_not_become_noise(tmp_path: Path) -> None:
    odd = np.array([[np.nan, 0.5], [np.inf, -np.inf], [7.0, -9.0]] * 900, np.float32)
    _, kept = made(tmp_path, as_file(odd, subtype="FLOAT"))
    assert kept[:3].tolist() == [[0, 16_384], [32_767, -32_767], [32_767, -32_767]]


@settings(max_examples=60)
@given(
    raw=st.sampled_from([WHOLE[:3000], OPUS, MP3[:3000]]),
    changes=st.lists(st.tuples(st.integers(0, 2999), st.integers(0, 255)), min_size=1, max_size=40),
)
def test_a_damaged_file_is_kept_or_refused_and_nothing_else(
    tmp_path: Path, raw: bytes, changes: list[tuple[int, int]]
) -> None:
    damaged = bytearray(raw)
    for at, value in changes:
        damaged[at % len(raw)] = value
    with suppress(Refused):
        made(tmp_path, bytes(damaged))


def test_the_process_answers_by_itself_and_needs_no_django(tmp_path: Path) -> None:
    asked = {
        "source": str(written(tmp_path, as_file(turns(1)))),
        "target": str(tmp_path / "kept"),
        "pauses": [[0.2, 0.3]],
        "most_seconds": 60,
    }
    code = (
        "import sys; from rapport.quality.recordings import decoding; decoding.main();"
        "assert not any(one.partition('.')[0] == 'django' for one in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(asked).encode(), capture_output=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["frames"] == RATE


def test_the_process_is_bounded_in_memory_time_and_what_it_writes(tmp_path: Path) -> None:
    source, target = written(tmp_path, as_file(turns(1))), tmp_path / "kept"
    asked = {"source": str(source), "target": str(target), "pauses": [], "most_seconds": 60}
    code = (
        "import resource as r; from rapport.quality.recordings import decoding; decoding.main();"
        "print([r.getrlimit(one)[1] for one in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE)])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(asked).encode(), capture_output=True)
    most = [decoding.MOST_MEMORY, decoding.MOST_CPU_SECONDS, decoding.LARGEST_MADE]
    assert json.loads(done.stdout.splitlines()[-1]) == most, done.stderr


def test_a_kind_is_known_by_its_bytes(tmp_path: Path) -> None:
    kinds = [kind_of(written(tmp_path, raw, "x.mp3")) for raw in (WHOLE, OPUS, MP3)]
    assert kinds == ["wav", "opus", "mp3"]
