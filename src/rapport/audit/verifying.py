"""Verifying a programme's logs where they live: every link against its row, every digest against the chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from rapport.audit import keys
from rapport.audit.digests import Sealed, public_hex
from rapport.audit.logs import LOGS, Log
from rapport.audit.models import Digest, Head
from rapport.audit.offline import read_copies
from rapport.audit.report import Report, check_digests, compare_copies, signs_of
from rapport.audit.sealing import delivered_to
from rapport.audit.walking import MOST_FOUND, Entry, Finding, Walk

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

CHUNK = 5_000
LINKED = """
SELECT l.seq, l.row_id, l.hash, {fields} FROM audit_link AS l
LEFT JOIN {table} AS r ON r.id = l.row_id AND r.programme_id = l.programme_id
WHERE l.programme_id = %s AND l.log = %s ORDER BY l.seq
"""
UNLINKED = """
SELECT r.id, r.at FROM {table} AS r
WHERE r.programme_id = %s AND NOT EXISTS (
    SELECT FROM audit_link AS l WHERE l.programme_id = r.programme_id AND l.log = %s AND l.row_id = r.id)
ORDER BY r.id
"""


def verify(programme: Programme, *, trusted: str = "", copies: Path | None = None) -> Report:
    """Check everything; the caller's transaction should see one moment.

    ``trusted`` is the public key to believe, by default that of this installation; ``copies`` a folder of digests
    as they were delivered, by default that which this installation delivers to.
    """
    digests = digests_of(programme)
    report = Report(programme.key)
    own = public_hex(keys.signing_key()) if digests and not trusted else trusted
    check_digests(report, digests, programme=str(programme.public_id), trusted=own)
    compare_copies(report, digests, read_copies(copies or delivered_to(programme)))
    for log in LOGS.values():
        signs = signs_of(digests, log.key)
        walked = Walk(log.key, str(programme.public_id), signs).over(entries_of(programme, log))
        floor = max([sign.floor for sign in signs] + [_floor(programme, log)])
        report.unlinked[log.key], inserted = _unlinked(programme, log, floor)
        walked.findings += inserted
        walked.findings.sort(key=lambda found: (found.seq, found.row_id or 0))
        report.walked.append(walked)
    return report


def digests_of(programme: Programme) -> list[Sealed]:
    """Return the programme's digests in order."""
    rows = Digest.objects.filter(programme=programme).order_by("number").values_list("document", "signature")
    return [Sealed(document, bytes(signature)) for document, signature in rows]


def entries_of(programme: Programme, log: Log) -> Iterator[Entry]:
    """Stream the log's links with their rows, in the order of the chain."""
    sql = LINKED.format(fields=log.fields, table=log.table)
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, [programme.pk, log.key])
        while rows := cursor.fetchmany(CHUNK):
            for seq, row_id, hash_, *fields in rows:
                yield Entry(seq, row_id, bytes(hash_), None if fields[0] is None else fields)


def _floor(programme: Programme, log: Log) -> int:
    found = Head.objects.filter(programme=programme, log=log.key).values_list("floor", flat=True).first()
    return found or 0


def _unlinked(programme: Programme, log: Log, floor: int) -> tuple[int, list[Finding]]:
    """Return how many rows wait for their link, and those that came where everything was settled."""
    waiting = 0
    inserted: list[Finding] = []
    with connection.chunked_cursor() as cursor:
        cursor.execute(UNLINKED.format(table=log.table), [programme.pk, log.key])
        while rows := cursor.fetchmany(CHUNK):
            for row_id, at in rows:
                if row_id > floor:
                    waiting += 1
                elif len(inserted) < MOST_FOUND:
                    inserted.append(_inserted(programme, log, row_id, at))
    return waiting, inserted


def _inserted(programme: Programme, log: Log, row_id: int, at: datetime) -> Finding:
    """Say that a row has no link, behind the link of the row before it by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(seq), 0) FROM audit_link WHERE programme_id = %s AND log = %s AND row_id ="
            " (SELECT max(row_id) FROM audit_link WHERE programme_id = %s AND log = %s AND row_id < %s)",
            [programme.pk, log.key, programme.pk, log.key, row_id],
        )
        seq = cursor.fetchone()[0]
    words = "this row has no link, and ids up to it were settled before it came"
    return Finding(log.key, "inserted", seq, row_id, at, words)
