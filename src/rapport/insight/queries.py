"""Reads of figures: the one place where metrics are counted, for pages, API, Rally Notes and command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from rapport.insight.figures import Figure, FigureRow, Group, count, quotient
from rapport.insight.registry import METRICS, RELATIONS, metric
from rapport.insight.sql import Cut, Statement, check_cut, statement
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.ledger.queries import stick_days

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

Run = Callable[[str, Mapping[str, Any]], Sequence[Sequence[Any]]]
"""Runs a statement with its values and returns the rows."""

FIRST = datetime(1900, 1, 1, tzinfo=UTC)
LAST = datetime(2200, 1, 1, tzinfo=UTC)


def metrics(
    programme: Programme,
    keys: Iterable[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    by: str | Sequence[str] | None = None,
    now: datetime | None = None,
    *,
    rep: str | None = None,
) -> list[FigureRow]:
    """Return the figures of ``keys`` (all where None), split by ``by``, in the order of the groups.

    ``start`` and ``end`` are local days, both inclusive; None is open. Without ``by`` there is exactly one row,
    with an empty group; with it only groups that have something. Groups are keys (agent id, reason key), dates
    for ``day``, 0 to 23 for ``hour``, 1 (Monday) to 7 for ``weekday``, None where it is not known. With ``rep``
    (an agent id) only that rep's facts are read and counted; of what has no rep there is nothing then.
    """
    cut = check_cut([by] if isinstance(by, str) else by or ())
    return cuts(programme, keys, start, end, [cut], now=now, rep=rep)[cut]


def as_json(
    programme: Programme, start: date | None, end: date | None, rows: Sequence[FigureRow]
) -> dict[str, Any]:
    """Return figures as the command and the API tell them; open ends are filled with the days there are."""
    first, last = extent(programme) or (None, None)
    start, end = start or first, end or last
    return {
        "programme": programme.key,
        "from": start.isoformat() if start else None,
        "to": end.isoformat() if end else None,
        "rows": [row.as_dict() for row in rows],
    }


def cuts(
    programme: Programme,
    keys: Iterable[str] | None,
    start: date | None,
    end: date | None,
    wanted: Iterable[Iterable[str]],
    *,
    now: datetime | None = None,
    rep: str | None = None,
) -> dict[Cut, list[FigureRow]]:
    """Return the figures split in several ways at once, of all or one rep; each relation is read a single time."""
    values = values_for(programme, start, end, now=now) | ({} if rep is None else {"rep": rep})
    with large_reads():
        return count_all(_run, "postgres", keys, wanted, values)


LARGE_READS = {"jit": "off", "work_mem": "64MB", "join_collapse_limit": "12", "from_collapse_limit": "12"}


@contextmanager
def large_reads() -> Iterator[None]:
    """Read many facts at once: compiling such a statement takes PostgreSQL longer, and its sorts fit in memory.

    Facts are views of several tables: with more joins weighed together, a few contacts find their other facts by
    index instead of all facts being read for them.
    """
    with transaction.atomic():
        settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in LARGE_READS.items())
        _run(f"SELECT {settings}", {})
        yield


def values_for(
    programme: Programme, start: date | None, end: date | None, *, now: datetime | None = None
) -> dict[str, Any]:
    """Return what the metrics' SQL needs to know of the programme and the period."""
    starts, ends = bounds(programme, start, end)
    return {
        "programme": programme.pk,
        "starts": starts,
        "ends": ends,
        "answer_within_seconds": programme.answer_within_seconds,
        "stick_days": stick_days(programme),
        "seen_until": seen_until(programme, now=now),
        "as_of": now or clock.now(),
    } | {name: value for one in METRICS.values() for name, value in one.options.items()}


def bounds(programme: Programme, start: date | None, end: date | None) -> tuple[datetime, datetime]:
    """Return the instants at which the local days begin and end (the second is not part of them).

    Raises Invalid for days before FIRST or after LAST, and where the last day comes before the first.
    """
    if any(day is not None and not FIRST.date() <= day < LAST.date() for day in (start, end)):
        raise Invalid(f"Days lie between {FIRST.year} and {LAST.year}.")
    if start and end and start > end:
        raise Invalid("The last day must not come before the first.")
    starts = _midnight(programme, start) if start else FIRST
    ends = _midnight(programme, end + timedelta(days=1)) if end else LAST
    return starts, ends


def _midnight(programme: Programme, day: date) -> datetime:
    return datetime.combine(day, time(), programme.zone).astimezone(UTC)


def extent(programme: Programme) -> tuple[date, date] | None:
    """Return the local days of the first and last contact that came in, as figures count; None where none did."""
    sql = (
        "SELECT arrived_at FROM fact_contact WHERE programme_id = %(programme)s AND direction = 'in'"
        " ORDER BY arrived_at {} LIMIT 1"
    )
    found = [_run(sql.format(order), {"programme": programme.pk}) for order in ("ASC", "DESC")]
    if not found[0] or not found[1]:
        return None
    first, last = found[0][0][0], found[1][0][0]
    return first.astimezone(programme.zone).date(), last.astimezone(programme.zone).date()


def currency_of(programme: Programme) -> str:
    """Return the currency of what is paid to keep customers; empty where there is none, or more than one."""
    sql = "SELECT DISTINCT currency FROM fact_claim WHERE programme_id = %(programme)s AND currency <> '' LIMIT 2"
    found = [str(currency) for [currency] in _run(sql, {"programme": programme.pk})]
    return found[0] if len(found) == 1 else ""


def seen_until(programme: Programme, *, now: datetime | None = None) -> datetime:
    """Return until when the programme was observed: now, or the end of its last contact's local day if earlier."""
    now = now or clock.now()
    days = extent(programme)
    return now if days is None else min(now, bounds(programme, None, days[1])[1])


def count_all(
    run: Run, dialect: str, keys: Iterable[str] | None, wanted: Iterable[Iterable[str]], values: Mapping[str, Any]
) -> dict[Cut, list[FigureRow]]:
    """Count metrics with an engine: one statement a relation, through ``run``; of one ``rep`` where given."""
    chosen = tuple(dict.fromkeys(keys)) if keys is not None else tuple(METRICS)
    cut_list = tuple(dict.fromkeys(check_cut(cut) for cut in wanted))
    found: dict[Cut, dict[tuple[Group, ...], dict[str, Figure]]] = {cut: {} for cut in cut_list}
    if () in found:
        found[()][()] = {}
    for relation in RELATIONS:
        of_relation = tuple(key for key in chosen if metric(key).relation == relation)
        if of_relation:
            query = statement(relation, of_relation, cut_list, dialect, "rep" in values)
            if query.cuts:
                _collect(found, query, run(query.text, {name: values[name] for name in query.values}))
    return {cut: _rows(cut, groups, chosen) for cut, groups in found.items()}


def _collect(
    found: dict[Cut, dict[tuple[Group, ...], dict[str, Figure]]], query: Statement, rows: Sequence[Sequence[Any]]
) -> None:
    width = len(query.dimensions)
    for row in rows:
        cut = query.cut_of(row[0])
        named = dict(zip(query.dimensions, row[1 : width + 1], strict=True))
        group = tuple(named[name] for name in cut)
        parts: dict[str, dict[str, Any]] = {}
        for (key, part), amount in zip(query.counted, row[width + 1 :], strict=True):
            parts.setdefault(key, {})[part] = amount
        figures = found[cut].setdefault(group, {})
        figures.update({key: _figure(key, amounts) for key, amounts in parts.items()})


def _figure(key: str, amounts: Mapping[str, Any]) -> Figure:
    if metric(key).kind == "count":
        return count(amounts["numerator"])
    return quotient(amounts["numerator"], amounts["denominator"], amounts.get("cohort"))


def _rows(
    cut: Cut, groups: Mapping[tuple[Group, ...], Mapping[str, Figure]], keys: Sequence[str]
) -> list[FigureRow]:
    ordered = sorted(
        groups, key=lambda group: [(value is None, value if value is not None else 0) for value in group]
    )
    return [
        FigureRow(
            dict(zip(cut, group, strict=True)),
            {key: groups[group].get(key) or _nothing(key) for key in keys},
        )
        for group in ordered
    ]


def _nothing(key: str) -> Figure:
    return count(0) if metric(key).kind == "count" else quotient(0, 0, 0 if metric(key).cohort else None)


def _run(sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(values))
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return rows
