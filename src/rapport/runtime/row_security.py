"""Raising the second wall (rapport.kit.walls), as the owner of the database: policies, grants, and the role that
all our processes connect as.

What is walled is found in the catalogue, never listed: every table with a ``programme_id`` gets the same forced
policy, every view reads with the rights of who asks, and a table whose trigger refuses change (a function named
``…_refuse_change``) is not granted any. Runs after every ``migrate``; doing it again changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import errors, sql

from rapport.kit import walls
from rapport.kit.env import SettingError

Values = list[object] | dict[str, object] | None
POLICY = "programme_wall"
CONDITION = f"programme_id = nullif(current_setting('{walls.SETTING}', true), '')::bigint"
LOCK = 7_277_101  # advisory: one process raises the wall at a time

WALLED = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, array(
    SELECT coalesce(obj_description(p.oid, 'pg_policy'), '') || ' ' || p.polname
    FROM pg_policy AS p WHERE p.polrelid = c.oid
)
FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'programme_id')
ORDER BY c.relname
"""
VIEWS = """
SELECT c.relname, coalesce('security_invoker=true' = ANY(c.reloptions), false) FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v' ORDER BY c.relname
"""
APPEND_ONLY = """
SELECT DISTINCT c.relname FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE c.relnamespace = 'public'::regnamespace AND p.proname LIKE '%\\_refuse\\_change' AND NOT t.tgisinternal
"""


def raise_walls() -> None:
    """Bring roles, policies, views and grants to what they should be; raises SettingError where it cannot be."""
    role = str(settings.APPLICATION["USER"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == role:
            raise SettingError(
                f"DATABASE_URL connects as {role}, the owner of the database. Give our processes a role of "
                "their own in DATABASE_URL, and the owner's address to DATABASE_OWNER_URL "
                "(docs/howto/own-postgresql.md)."
            )
        _ensure_role(cursor, role)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _policies(cursor)
        _views(cursor)
        _grants(cursor, role)


def let_owner_through() -> None:
    """Let the owner see all rows while it migrates; everybody else's wall stands."""
    with connection.cursor() as cursor:
        for table, _, is_forced, _ in _all(cursor, WALLED):
            if is_forced:
                _run(cursor, "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", table)


def _ensure_role(cursor: Any, role: str) -> None:
    found = _all(cursor, "SELECT oid FROM pg_roles WHERE rolname = %s", [role])
    if not found:
        _make_role(cursor, role)
    [(fault,)] = _all(cursor, walls.ROLE_FAULT, {"role": role})
    if fault:
        raise SettingError(walls.refusal(role, fault))


def _make_role(cursor: Any, role: str) -> None:
    safe = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    statement = sql.SQL("CREATE ROLE {} " + safe).format(sql.Identifier(role))
    if password := str(settings.APPLICATION.get("PASSWORD") or ""):
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(_scrambled(role, password)))
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except Exception as error:
        if isinstance(error.__cause__, errors.DuplicateObject | errors.UniqueViolation):
            return  # another installation on this server was quicker
        if isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise SettingError(
                f"The role {role} that DATABASE_URL names is missing, and DATABASE_OWNER_URL may not create it. "
                f"Have an administrator run: CREATE ROLE {role} {safe} PASSWORD '…';"
            ) from None
        raise


def _scrambled(role: str, password: str) -> str:
    """Return what PostgreSQL keeps of a password, so that the password itself is in none of its logs."""
    raw = connection.connection.pgconn
    return str(raw.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode())


def _policies(cursor: Any) -> None:
    wanted = [f"{CONDITION} {POLICY}"]
    for table, is_on, is_forced, policies in _all(cursor, WALLED):
        if policies != wanted:
            for policy in policies:
                _run(cursor, "DROP POLICY {} ON {}", policy.rpartition(" ")[2], table)
            _run(cursor, f"CREATE POLICY {{}} ON {{}} USING ({CONDITION}) WITH CHECK ({CONDITION})", POLICY, table)
            told = sql.SQL("COMMENT ON POLICY {} ON {} IS {}")
            cursor.execute(told.format(sql.Identifier(POLICY), sql.Identifier(table), sql.Literal(CONDITION)))
        if not is_on:
            _run(cursor, "ALTER TABLE {} ENABLE ROW LEVEL SECURITY", table)
        if not is_forced:
            _run(cursor, "ALTER TABLE {} FORCE ROW LEVEL SECURITY", table)


def _views(cursor: Any) -> None:
    for view, asks_as_reader in _all(cursor, VIEWS):
        if not asks_as_reader:
            _run(cursor, "ALTER VIEW {} SET (security_invoker = true)", view)


def _grants(cursor: Any, role: str) -> None:
    """Grant the role what its work needs: rows, never tables; and of what is only ever added to, no change."""
    cursor.execute("SELECT current_database()")
    _run(cursor, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", cursor.fetchone()[0], role)
    _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", role)
    _run(cursor, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    _run(cursor, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", role)
    _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", role)
    _run(cursor, "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}", role)
    for table, *_ in _all(cursor, APPEND_ONLY):
        _run(cursor, "REVOKE UPDATE, DELETE ON {} FROM {}", table, role)
    for view, _ in _all(cursor, VIEWS):
        _run(cursor, "REVOKE INSERT, UPDATE, DELETE ON {} FROM {}", view, role)
    if _all(cursor, "SELECT FROM pg_proc WHERE proname = 'rapport_analyze'"):
        _run(cursor, "REVOKE EXECUTE ON FUNCTION rapport_analyze(text[]) FROM PUBLIC")
        _run(cursor, "GRANT EXECUTE ON FUNCTION rapport_analyze(text[]) TO {}", role)


def _all(cursor: Any, query: str, values: Values = None) -> list[tuple[Any, ...]]:
    cursor.execute(query, values)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _run(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
