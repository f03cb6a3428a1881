"""Recordings of the demonstration's last calls. Nobody speaks in them: each turn of somebody is a tone of theirs.

Tones, turns and the pause while a card number is told are the dice's, the length and the people the call's own.
"""

from __future__ import annotations

import json
import tempfile
import wave
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from django.apps import apps

from rapport.kit import clock
from rapport.quality.recordings import actions, taking
from rapport.quality.recordings.described import read_about

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from numpy.typing import NDArray

    from rapport.demo.people import Setting

RATE = 8_000
SHORTEST, LONGEST = 75, 240  # seconds of a call
MOST, OF_ONE, WAITING = 20, 6, 6  # in all, of who signs in, and of those that wait for their score
PITCHES = (150.0, 230.0)  # of the rep, and of the customer
REMARKS = (
    (0.12, "Asks what happened last before anything else. Keep this."),
    (0.55, "Here the customer asks for the date a second time."),
    (0.9, "Ends with the day by which they hear again."),
)


def record(setting: Setting, *, now: datetime, seed: int) -> None:
    """Make recordings of some of the last calls, with a coach's remarks on the first of them."""
    tones = _tones(LONGEST + 1)
    for number, call in enumerate(_calls(setting, now)):
        chance = Random(f"{seed} {call.public_id}")
        _take(setting, call, tones, chance)
        if number < len(REMARKS):
            _remark(setting, call, now)


def _calls(setting: Setting, now: datetime) -> list[Any]:
    """Return the calls: of who signs in, of those that wait to be scored, and of the last ones."""
    within = (timedelta(seconds=SHORTEST), timedelta(seconds=LONGEST))
    calls = (
        apps.get_model("contacts.Contact")
        .objects.select_related("rep", "programme")
        .filter(programme=setting.programme, channel="voice", direction="in", state="closed", transfers=0)
    )
    lasted = [one for one in calls.filter(rep=setting.reps[0]).order_by("-arrived_at")[:60] if _fits(one, within)]
    waiting = apps.get_model("quality.Selection").objects.filter(
        programme=setting.programme, evaluations__isnull=True, passed_over=""
    )
    drawn = calls.filter(pk__in=waiting.values("contact")).order_by("-arrived_at")[:60]
    last = calls.filter(arrived_at__gte=now - timedelta(hours=8)).order_by("-arrived_at")[:120]
    found = {one.pk: one for one in lasted[:OF_ONE]}
    found |= {one.pk: one for one in [each for each in drawn if _fits(each, within)][:WAITING]}
    found |= {one.pk: one for one in [each for each in last if _fits(each, within)][: MOST - len(found)]}
    return list(found.values())


def _fits(call: Any, within: tuple[timedelta, timedelta]) -> bool:
    return bool(within[0] <= call.ended_at - call.answered_at <= within[1])


def _take(setting: Setting, call: Any, tones: NDArray[np.int16], chance: Random) -> None:
    seconds = (call.ended_at - call.answered_at).total_seconds()
    begins, lasts = seconds * chance.uniform(0.35, 0.5), chance.uniform(8, 16)
    paused = {"from": round(begins, 1), "to": round(begins + lasts, 1), "by": call.rep.agent_id, "cause": "card"}
    told = {"contact": str(call.public_id), "channels": "rep_customer", "consent": "announced", "pauses": [paused]}
    about = read_about(json.dumps(told))
    with tempfile.TemporaryDirectory() as folder, clock.at(call.closed_at + timedelta(minutes=2)):
        path = Path(folder) / "call.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(_said(seconds, tones, chance).tobytes())
        taking.take(programme=setting.programme, path=path, about=about, actor="pbx")


def _remark(setting: Setting, call: Any, now: datetime) -> None:
    coach = setting.coaches[0]
    for share, words in REMARKS:
        moment = call.answered_at + (call.ended_at - call.answered_at) * share
        with clock.at(min(call.closed_at + timedelta(hours=1), now)):
            actions.remark(member=coach, contact_id=call.public_id, moment=moment, words=words)


def _tones(seconds: int) -> NDArray[np.int16]:
    """Return both voices speaking all the time: a tone with overtones, in syllables."""
    at = np.arange(seconds * RATE) / RATE
    made = np.empty((len(at), 2), np.int16)
    for channel, pitch in enumerate(PITCHES):
        tone = sum(np.sin(2 * np.pi * pitch * over * at) / over for over in (1, 2, 3))
        syllables = 0.15 + np.abs(np.sin(2 * np.pi * 2.1 * at + channel)) * (0.6 + 0.4 * np.sin(0.9 * at))
        made[:, channel] = tone * syllables * 7_000
    return made


def _said(seconds: float, tones: NDArray[np.int16], chance: Random) -> NDArray[np.int16]:
    """Return a call in which the two take turns, the rep first."""
    made = np.zeros((int(seconds * RATE), 2), np.int16)
    for channel, start, end in _turns(seconds, chance):
        first, last = int(start * RATE), int(end * RATE)
        made[first:last, channel] = tones[first:last, channel]
    return made


def _turns(seconds: float, chance: Random) -> Iterator[tuple[int, float, float]]:
    at, channel = 1.0, 0
    while at < seconds - 1:
        end = min(at + chance.uniform(2, 11 if channel == 0 else 8), seconds - 0.5)
        yield channel, at, end
        at, channel = end + chance.uniform(0.2, 1.2), 1 - channel
