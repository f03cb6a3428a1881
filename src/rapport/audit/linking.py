"""Tying the rows of a log into its chain: every committed row once, in the order in which we first see it.

A row may become visible after others with higher ids, since ids are given before commit. So we look again at all
ids above a floor, and raise the floor to a mark only when every transaction that was under way when the mark was
set has ended, and some time has passed. Writing an event or a look costs nothing for this.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from rapport.audit.chain import beginning, following
from rapport.audit.logs import LOGS, Log
from rapport.audit.models import Head, Link
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

BATCH = 20_000
SETTLE = timedelta(minutes=10)

PENDING = """
SELECT r.id, {fields} FROM {table} AS r
WHERE r.programme_id = %s AND r.id > %s AND NOT EXISTS (
    SELECT FROM audit_link AS l WHERE l.programme_id = r.programme_id AND l.log = %s AND l.row_id = r.id)
ORDER BY r.id LIMIT %s
"""
NEWEST = """
SELECT coalesce(max(id), 0), pg_current_xact_id()::text::bigint FROM {table} WHERE programme_id = %s AND id > %s
"""
WRITE = """
INSERT INTO audit_link (programme_id, log, seq, row_id, hash)
SELECT %s, %s, seq, row_id, hash FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS new (seq, row_id, hash)
"""


def link_all(programme: Programme, *, wait: bool = False) -> int:
    """Link every committed row of both logs that is not linked yet, in this transaction; return how many.

    Where another run is at work on a log, leave it to that one, or ``wait`` for it.
    """
    return sum(_all_of(Linking(programme, log, wait=wait)) for log in LOGS.values())


def _all_of(run: Linking) -> int:
    while run.step():
        continue
    return run.count


class Linking:
    """One run along one log; each step links a batch, and may be a transaction of its own."""

    def __init__(self, programme: Programme, log: Log, *, wait: bool = False) -> None:
        self.count = 0
        self._programme = programme
        self._log = log
        self._wait = wait
        self._after = -1
        self._settled = False

    def step(self) -> bool:
        """Link a batch; say whether there may be more."""
        head = _head(self._programme, self._log, wait=self._wait)
        if head is None:
            return False
        if self._after < 0:  # asked before any row is looked for: what ended until now is visible from now on
            self._after, self._settled = head.floor, _settled(head)
        count, self._after = _link_batch(self._programme, self._log, self._after)
        self.count += count
        if count == BATCH:
            return True
        _raise_floor(head, self._log, settled=self._settled)
        return False


def _head(programme: Programme, log: Log, *, wait: bool) -> Head | None:
    """Return the log's head, locked: of two runs at once, one writes."""
    Head.objects.get_or_create(programme=programme, log=log.key)
    heads = Head.objects.select_for_update(skip_locked=not wait, of=("self",))
    return heads.filter(programme=programme, log=log.key).first()


def _link_batch(programme: Programme, log: Log, after: int) -> tuple[int, int]:
    """Link up to ``BATCH`` rows with ids above ``after``; return how many, and the last id."""
    sql = PENDING.format(fields=log.fields, table=log.table)
    with connection.cursor() as cursor:
        cursor.execute(sql, [programme.pk, after, log.key, BATCH])
        rows = cursor.fetchall()
        if not rows:
            return 0, after
        seq, previous = last_link(programme, log.key)
        seqs = list(range(seq + 1, seq + 1 + len(rows)))
        hashes = []
        for _, *fields in rows:
            previous = following(previous, fields)
            hashes.append(previous)
        cursor.execute(WRITE, [programme.pk, log.key, seqs, [row[0] for row in rows], hashes])
    return len(rows), rows[-1][0]


def last_link(programme: Programme, log: str) -> tuple[int, bytes]:
    """Return the number and the hash of the log's last link; 0 and the beginning where there is none."""
    links = Link.objects.filter(programme=programme, log=log).order_by("-seq")
    last = links.values_list("seq", "hash").first()
    return (last[0], bytes(last[1])) if last else (0, beginning(str(programme.public_id), log))


def _settled(head: Head) -> bool:
    """Say whether everything up to the mark is visible by now. To be asked before looking for rows."""
    if head.mark_transaction is None or head.mark_at is None or clock.now() - head.mark_at < SETTLE:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return bool(cursor.fetchone()[0] >= head.mark_transaction)


def _raise_floor(head: Head, log: Log, *, settled: bool) -> None:
    """Raise the floor to a mark that has settled, and set the next mark where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST.format(table=log.table), [head.programme_id, head.floor])
        newest, transaction = cursor.fetchone()
    if settled:
        head.floor, head.mark_transaction = max(head.floor, head.mark_id or 0), None
    is_restored = head.mark_transaction is not None and transaction < head.mark_transaction
    if is_restored or (head.mark_transaction is None and newest > head.floor):
        head.mark_id, head.mark_transaction, head.mark_at = newest, transaction, clock.now()
    head.save()
