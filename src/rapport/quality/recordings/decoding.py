"""Makes of a file that arrived what is kept of it: FLAC with silence in every pause, and each channel's outline.

Run as a process of its own, with bounded memory and time and without our keys or database: the decoders are C, and
the files are strangers'. Reads what is asked as JSON on standard input, and answers as JSON.
"""

from __future__ import annotations

import base64
import json
import math
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from rapport.quality.recordings.sniffing import MP3, OPUS, WAV, Refused, kind_of, tells_its_length

OUTLINE_HZ = 10  # loudest samples told of each second and channel
BLOCK_SECONDS = 10
RATES = range(6_000, 96_001)
MOST_MEMORY = 2 * 1024**3
MOST_CPU_SECONDS = 600
LARGEST_MADE = 8 * 1024**3
AS_WHOLE_NUMBERS = ("PCM_S8", "PCM_U8", "PCM_16", "ULAW", "ALAW", "GSM610", "IMA_ADPCM", "MS_ADPCM")
"""Kinds of samples that 16 bits hold as they are; others are read as fractions."""
SAMPLES = (*AS_WHOLE_NUMBERS, "PCM_24", "PCM_32", "FLOAT", "DOUBLE")
FORMATS = {WAV: ("WAV", "WAVEX"), OPUS: ("OGG",), MP3: ("MP3",)}
LOUDEST = 32_767
SHORT_BY = 1.0  # seconds that a file may lack of what its header tells
Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a file: its kind, and what is kept of it. ``outline`` has each channel's levels, 0 to 255."""

    kind: str
    channels: int
    rate: int
    frames: int
    outline: str
    """Base64: all of the first channel, then all of the second."""


def make(source: Path, target: Path, *, pauses: Sequence[tuple[float, float]], most_seconds: float) -> Made:
    """Decode a file into ``target``. ``pauses`` are seconds from its start. Refused says why it is not kept."""
    kind = kind_of(source)
    try:
        with soundfile.SoundFile(source) as heard:
            _require_kept(heard, kind)
            rate, channels, told = heard.samplerate, heard.channels, heard.frames
            outline = Outline(rate, channels)
            with soundfile.SoundFile(target, "w", rate, channels, "PCM_16", format="FLAC") as kept:
                frames = 0
                for block in _blocks(heard):
                    silence(block, frames, rate, pauses)
                    frames += len(block)
                    if frames > most_seconds * rate:
                        raise Refused(f"It is longer than {most_seconds / 60:,.0f} minutes.")
                    outline.add(block)
                    kept.write(block)
    except soundfile.LibsndfileError as error:
        raise Refused(f"It cannot be decoded: {error.error_string.rstrip('.')}.") from error
    if not frames:
        raise Refused("There is no sound in it.")
    if frames + SHORT_BY * rate < told and (kind != MP3 or tells_its_length(source)):
        raise Refused(f"The file was cut short: {(told - frames) / rate:,.0f} seconds are missing.")
    return Made(kind, channels, rate, frames, base64.b64encode(outline.levels()).decode())


def silence(block: Samples, begins: int, rate: int, pauses: Sequence[tuple[float, float]]) -> None:
    """Set to zero, in every channel, each sample that a pause touches; the block's first is the ``begins``th."""
    for start, end in pauses:
        first, last = math.floor(start * rate) - begins, math.ceil(end * rate) - begins
        block[max(0, first) : max(0, last)] = 0


class Outline:
    """The loudest sample of each tenth of a second, of each channel."""

    def __init__(self, rate: int, channels: int) -> None:
        self._each = max(1, rate // OUTLINE_HZ)
        self._rest: Samples = np.empty((0, channels), np.int16)
        self._found: list[NDArray[np.uint8]] = []

    def add(self, block: Samples) -> None:
        """Take the next samples in."""
        joined = np.concatenate([self._rest, block])
        whole = len(joined) // self._each * self._each
        self._take(joined[:whole])
        self._rest = joined[whole:]

    def levels(self) -> bytes:
        """Return all levels of the first channel, then of the second; the last may be of less than a tenth."""
        if len(self._rest):
            self._each = len(self._rest)
            self._take(self._rest)
            self._rest = self._rest[:0]
        return np.concatenate(self._found).T.tobytes() if self._found else b""

    def _take(self, samples: Samples) -> None:
        if len(samples):
            loud = np.abs(samples.astype(np.int32)).reshape(-1, self._each, samples.shape[1]).max(axis=1)
            self._found.append((np.minimum(loud, LOUDEST) * 255 // LOUDEST).astype(np.uint8))


def _require_kept(heard: soundfile.SoundFile, kind: str) -> None:
    if heard.format not in FORMATS[kind] or (kind == WAV and heard.subtype not in SAMPLES):
        raise Refused(f"This kind of sound ({heard.format}, {heard.subtype}) is not taken.")
    if heard.channels not in (1, 2):
        raise Refused(f"It has {heard.channels} channels; one or two are taken.")
    if heard.samplerate not in RATES:
        raise Refused(f"It has {heard.samplerate:,} samples a second; {RATES[0]:,} to {RATES[-1]:,} are taken.")


def _blocks(heard: soundfile.SoundFile) -> Iterator[Samples]:
    is_whole = heard.subtype in AS_WHOLE_NUMBERS
    size = heard.samplerate * BLOCK_SECONDS
    while len(block := heard.read(size, dtype="int16" if is_whole else "float32", always_2d=True)):
        yield block if is_whole else _as_samples(block)


def _as_samples(block: NDArray[Any]) -> Samples:
    fractions = np.clip(np.nan_to_num(block, posinf=1.0, neginf=-1.0), -1.0, 1.0)
    made: Samples = np.rint(fractions * LOUDEST).astype(np.int16)
    return made


def main() -> int:
    """Do what standard input asks; answer with what was made, or with why nothing was."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_MADE, LARGEST_MADE))
    asked = json.load(sys.stdin)
    try:
        made = make(
            Path(asked["source"]),
            Path(asked["target"]),
            pauses=[(start, end) for start, end in asked["pauses"]],
            most_seconds=asked["most_seconds"],
        )
    except Refused as error:
        print(json.dumps({"refused": str(error)}))
    else:
        print(json.dumps(asdict(made)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
