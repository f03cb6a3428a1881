"""What reps did during the month, told as the changes that the event log would have recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter

from rapport.demo import bulk
from rapport.demo.people import Setting

Span = tuple[int, str, float, float]  # rep's number, what they did, from, until (epoch seconds)
Change = tuple[float, int, str, str]  # when, rep's number, before, after


def changes(spans: Iterable[Span]) -> list[Change]:
    """Return each rep's changes in order of time; between two stretches that do not touch, a rep is offline."""
    found: list[Change] = []
    last, doing, until = -1, "offline", 0.0
    for rep, now_doing, start, end in sorted(spans, key=itemgetter(0, 2)):
        if doing != "offline" and (rep != last or start > until):
            found.append((until, last, doing, "offline"))
            doing = "offline"
        found.append((start, rep, doing, now_doing))
        last, doing, until = rep, now_doing, end
    if doing != "offline":
        found.append((until, last, doing, "offline"))
    return sorted(found)


def events(setting: Setting, spans: Iterable[Span]) -> Iterator[tuple[float, bulk.Row]]:
    """Return the changes as rows of the event log, each with its time."""
    programme = str(setting.programme.pk)
    reps = [(rep.agent_id, str(rep.user.public_id), f"member:{rep.pk}") for rep in setting.reps]
    for at, number, before, doing in changes(spans):
        agent_id, subject, actor = reps[number]
        told = f'{{"rep": "{agent_id}", "before": "{before}", "doing": "{doing}"}}'
        yield at, (programme, bulk.stamp(at), "presence.changed", subject, actor, told, "{}")
