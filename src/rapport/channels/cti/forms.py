"""What a telephone system sends, read into something we can rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from rapport.kit import clock, redaction
from rapport.kit.errors import Invalid

EVENTS = ("newCall", "answer", "transfer", "consult", "consultEnd", "hold", "resume", "hangup")
SEVERAL = ("transfer", "consult", "consultEnd", "hold", "resume")  # a call can have more than one of these
LONGEST = 100  # characters in any field
LONGEST_CALL_ID = 95  # leaves room for what tells calls from other contacts
LONGEST_QUEUE = 50
LONGEST_EVENT_ID = 60
KEPT_OF_CAUSE = 20  # telephone systems invent causes: one that is too long is cut, so that the call still ends
FIRST_YEAR = 2000  # an event before it comes from a clock that was never set
FUTURE = timedelta(minutes=5)  # how far a telephone system's clock may run ahead of ours


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a call: who called whom, which users it concerns, and when.

    ``key`` tells it from others of its name in the same call.
    """

    event: str
    call_id: str
    at: datetime
    caller: str = ""
    called: str = ""
    direction: str = "in"
    users: tuple[str, ...] = ()
    queue: str = ""
    cause: str = ""
    key: str = ""

    @property
    def customer_number(self) -> str:
        """The number at the customer's end."""
        return self.caller if self.direction == "in" else self.called


def read(sent: Mapping[str, Any]) -> Told:
    """Read the fields of a JSON object or a form; Invalid says which one cannot be used.

    ``at`` (ISO 8601 with a zone) is ours: when it happened, for events sent late. Without it, it is now.
    """
    event = _text(sent, "event")
    if event not in EVENTS:
        raise Invalid(f"event must be one of {', '.join(EVENTS)}, not {event[:40]!r}.")
    call_id = _text(sent, "callId", longest=LONGEST_CALL_ID)
    if not call_id:
        raise Invalid("callId is missing: every event of a call carries the same one.")
    direction = _text(sent, "direction") or "in"
    if direction not in ("in", "out"):
        raise Invalid(f"direction must be in or out, not {direction[:40]!r}.")
    users = _texts(sent, "user") or _texts(sent, "user[]") or _texts(sent, "answeringNumber")
    queue = _text(sent, "queue", longest=LONGEST_QUEUE)
    if event == "transfer" and not (users or queue):
        raise Invalid("A transfer says to whom: user, queue, or both.")
    at = _instant(_text(sent, "at"))
    return Told(
        event=event,
        call_id=call_id,
        at=at,
        caller=redaction.clean(_text(sent, "from")),
        called=redaction.clean(_text(sent, "to")),
        direction=direction,
        users=users,
        queue=queue,
        cause=redaction.clean(_text(sent, "cause"))[:KEPT_OF_CAUSE],
        key=_key(sent, event, at, users),
    )


def _key(sent: Mapping[str, Any], event: str, at: datetime, users: tuple[str, ...]) -> str:
    """Return what an event sent again has in common with the first; newCall and hangup there is only one of."""
    told = _text(sent, "eventId", longest=LONGEST_EVENT_ID) or (at.isoformat() if _text(sent, "at") else "")
    if event in SEVERAL and not told:
        raise Invalid(f"A call can have several {event}: send at or eventId, so that one sent again is known.")
    if event == "answer":
        return told or " ".join(users)[:LONGEST]
    return told if event in SEVERAL else ""


def _text(sent: Mapping[str, Any], name: str, *, longest: int = LONGEST) -> str:
    value = sent.get(name, "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f"{name} must be text.")
    if len(value) > longest or not value.isprintable():
        raise Invalid(f"{name} must be at most {longest} printable characters.")
    return value.strip()


def _texts(sent: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = sent.get(name) or ()
    if isinstance(values, str) or not isinstance(values, Sequence):
        values = (values,)
    if len(values) > LONGEST:
        raise Invalid(f"{name} names more than {LONGEST} people.")
    return tuple(text for value in values if (text := _text({name: value}, name)))


def _instant(raw: str) -> datetime:
    now = clock.now()
    if not raw:
        return now
    try:
        at = parse_datetime(raw)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("at must be an instant with a zone, for example 2026-01-31T09:30:00+01:00.")
    if at.year < FIRST_YEAR:
        raise Invalid(f"at lies before {FIRST_YEAR}: the telephone system's clock is not set.")
    if at > now + FUTURE:
        raise Invalid("at lies in the future: the telephone system's clock runs ahead of ours.")
    return min(at, now)
