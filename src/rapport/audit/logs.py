"""The two logs that are chained, as PostgreSQL writes their fields."""

from __future__ import annotations

from dataclasses import dataclass

from rapport.audit.chain import EVENTS, FIELDS, LOOKS


@dataclass(frozen=True, slots=True)
class Log:
    """A log: its table, and the SQL that gives the fields of row ``r`` as texts, in the order of ``FIELDS``."""

    key: str
    table: str
    fields: str


def _micros(column: str) -> str:
    return f"(extract(epoch FROM {column}) * 1000000)::bigint::text"


_AS = {
    "id": "r.id::text",
    "at": _micros("r.at"),
    "subject": "r.subject::text",
    "data": "r.data::text",
    "audience": "to_json(r.audience)::text",
    "count": "r.count::text",
    "right": 'r."right"',
    "contact": "r.contact::text",
    "in_hand": "CASE WHEN r.in_hand THEN 'true' ELSE 'false' END",
}


def _log(key: str, table: str) -> Log:
    return Log(key, table, ", ".join(_AS.get(name, f"r.{name}") for name in FIELDS[key]))


LOGS: dict[str, Log] = {
    EVENTS: _log(EVENTS, "events_event"),
    LOOKS: _log(LOOKS, "audit_look"),
}
