"""Sounds for tests: two people who take turns, as files of every kind."""

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from django.conf import settings

from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.quality.models import Recording
from rapport.quality.recordings import sealed, taking
from rapport.quality.recordings.described import About, read_about
from rapport.quality.tests.cards import a_contact

RATE = 8_000


def turns(seconds: float, rate: int = RATE, seed: int = 1) -> "np.ndarray[Any, np.dtype[np.int16]]":
    """Return the rep and the customer, who take turns of three seconds: tones with noise, never quite silent."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * rate)) / rate
    speaks = (at // 3).astype(int) % 2 == 0
    made = np.empty((len(at), 2), np.int16)
    for channel, (pitch, is_on) in enumerate(((220, speaks), (330, ~speaks))):
        voice = np.sin(2 * np.pi * pitch * at) * 9_000 + rng.normal(0, 1_500, len(at))
        made[:, channel] = np.clip(np.where(is_on, voice, rng.integers(1, 12, len(at))), -32_000, 32_000)
    made[made == 0] = 1
    return made


def as_file(samples: Any, kind: str = "WAV", subtype: str = "PCM_16", rate: int = RATE) -> bytes:
    held = io.BytesIO()
    if subtype == "FLOAT" and samples.dtype == np.int16:
        samples = samples / np.float32(32_768)
    soundfile.write(held, samples, rate, format=kind, subtype=subtype)
    return held.getvalue()


def written(folder: Path, raw: bytes, name: str = "call.wav") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def file_of(row: Recording) -> Path:
    """Return the file of a recording, where they are kept in a folder."""
    assert isinstance(settings.RECORDINGS, Path)
    return settings.RECORDINGS / sealed.held_of(row).place


def about(**told: Any) -> About:
    return read_about(json.dumps({"channels": "rep_customer", "consent": "announced", **told}))


def a_recording(world: World, contact: Contact | None = None, seconds: float = 6, **told: Any) -> Recording:
    """Return a recording of a call that a rep has closed."""
    contact = contact or a_contact(world, channel="voice")
    said = about(contact=str(contact.public_id), **told)
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), as_file(turns(seconds)))
        return taking.take(programme=contact.programme, path=path, about=said, actor="test").recording
