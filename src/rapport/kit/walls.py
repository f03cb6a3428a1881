"""The second wall between programmes: PostgreSQL shows a transaction the rows of one programme only.

Whoever lets work in (a page's door, a token, a job, a command, the router) names the programme with
:func:`inside`; queries and actions never do. The name lives exactly as long as the transaction, so that a pooled
connection carries nothing over, through any pooler.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SETTING = "rapport.programme"
ENTER = "SELECT set_config('rapport.programme', %s, true)"
"""For connections that are not Django's: enters a programme until the transaction ends."""
ROLE_FAULT = """
SELECT CASE
    WHEN role.rolsuper THEN 'is a superuser'
    WHEN role.rolcreaterole THEN 'may make roles, and so make itself the owner'
    WHEN EXISTS (SELECT FROM pg_roles AS other
        WHERE other.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
            AND pg_has_role(role.oid, other.oid, 'MEMBER'))
        THEN 'may reach the files below the tables'
    WHEN EXISTS (SELECT FROM pg_roles AS other
        WHERE (other.rolsuper OR other.rolbypassrls) AND pg_has_role(role.oid, other.oid, 'MEMBER'))
        THEN 'may bypass row security'
    WHEN EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace
        AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(role.oid, c.relowner, 'MEMBER'))
        THEN 'owns the tables'
END
FROM pg_roles AS role WHERE role.rolname = coalesce(%(role)s, current_user)
"""
"""Why a role (the one that asks, where it is NULL) must not be the one our processes connect as; NULL: it may."""


def refusal(role: str, fault: str) -> str:
    """Return what to say of a role that the wall would not hold."""
    return (
        f"DATABASE_URL connects as {role}, which {fault}: no wall would stand between programmes. Let it name a "
        "role that owns nothing and may bypass nothing, and give the owner's address to DATABASE_OWNER_URL, which "
        "`rapport migrate` makes that role with (docs/howto/own-postgresql.md)."
    )


@contextmanager
def inside(programme_id: int, *, one_moment: bool = False) -> Iterator[None]:
    """Run the block in one transaction that sees the rows of this programme, and of no other.

    An error undoes the block. Inside another programme's block the inner one holds until its end. With
    ``one_moment`` all reads see the database as it was at the first, and nothing can be written.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:  # the transaction's end undoes the setting
            if one_moment:
                _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            _run(ENTER, str(programme_id))
            yield
            return
        before = current()
        _run(ENTER, str(programme_id))
        yield
        _run(ENTER, before)  # an error has undone the setting already


def current() -> str:
    """Return the id of the programme this transaction sees, or an empty text for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [SETTING])
        return str(cursor.fetchone()[0])


def _run(sql: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
