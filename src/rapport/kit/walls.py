"""The second wall between programmes: PostgreSQL shows a transaction the rows of one programme only.

Whoever lets work in (a page's door, a token, a job, a command, the router) names the programme with
:func:`inside`; queries and actions never do. The name lives exactly as long as the transaction, so that a pooled
connection carries nothing over, through any pooler.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SETTING = "rapport.programme"


@contextmanager
def inside(programme_id: int) -> Iterator[None]:
    """Run the block in one transaction that sees the rows of this programme, and of no other.

    An error undoes the block. Inside another programme's block the inner one holds until its end.
    """
    with transaction.atomic():
        before = current()
        _enter(str(programme_id))
        yield
        _enter(before)  # an error has undone the setting already


def current() -> str:
    """Return the id of the programme this transaction sees, or an empty text for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [SETTING])
        return str(cursor.fetchone()[0])


def _enter(programme_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, programme_id])
