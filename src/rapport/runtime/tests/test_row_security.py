"""The second wall, tried with raw SQL through the application's own connection."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper

from rapport.conftest import World, stand_in
from rapport.kit import walls
from rapport.kit.env import SettingError
from rapport.kit.walls import inside
from rapport.runtime import row_security

MOST_TABLES = """
SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'programme_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
COLUMNS = """
SELECT attname, format_type(atttypid, NULL), atttypmod FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND attidentity = ''
"""
CHECKS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass
"""
REFUSED = r"row-level security|permission denied"
VALUES: dict[str, Callable[[int], object]] = {
    "boolean": lambda _: False,
    "bytea": lambda n: b"%d" % n,
    "bigint": lambda n: n,
    "smallint": lambda n: n % 100,
    "integer": lambda n: n,
    "double precision": float,
    "text": str,
    "character varying": str,
    "character varying[]": lambda _: [],
    "bigint[]": lambda _: [],
    "smallint[]": lambda _: [],
    "date": lambda _: "2026-01-01",
    "time without time zone": lambda _: "09:30",
    "timestamp with time zone": lambda _: "2026-01-01T00:00:00Z",
    "uuid": lambda n: f"00000000-0000-7000-8000-{n:012d}",
    "jsonb": lambda _: "{}",
    "inet": lambda _: "192.0.2.1",
}


@contextmanager
def as_owner() -> Iterator["psycopg.Connection[Any]"]:
    whom = settings.OWNER or {}
    places = {"host": whom["HOST"], "port": whom["PORT"], "user": whom["USER"], "password": whom["PASSWORD"]}
    told = {key: value for key, value in places.items() if value}
    with psycopg.connect(dbname=connection.settings_dict["NAME"], **told) as owner:
        yield owner


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(MOST_TABLES)
        return [name for (name,) in cursor.fetchall()]


def value(kind: str, size: int, seed: int) -> object:
    made = VALUES[kind](seed)
    return made[4 - size :] if isinstance(made, str) and kind == "character varying" and size > 4 else made


def fill(owner: "psycopg.Connection[Any]", programmes: Sequence[int]) -> list["tuple[str, str, str]"]:
    """Put a row of each programme into every walled table, whatever its references and checks; return these."""
    lifted = []
    owner.execute("SET session_replication_role = replica")
    for number, table in enumerate(tables()):
        for name, definition in owner.execute(CHECKS, [table]).fetchall():
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            lifted.append((table, name, definition))
        columns = owner.execute(COLUMNS, [table]).fetchall()
        for other, programme in enumerate(programmes):
            seed = 900_000 + 10 * number + other
            row = {name: value(kind, size, seed) for name, kind, size in columns} | {"programme_id": programme}
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
            owner.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
    for table, name, definition in lifted:
        owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")
    return lifted


@pytest.fixture
def full(committed_world: World) -> Iterator[World]:
    """Two programmes with rows in every table that belongs to one; the test itself is inside none."""
    world = committed_world
    with as_owner() as owner:
        lifted = fill(owner, (world.programme.pk, world.other.pk))
    stand_in(None)
    yield world
    with as_owner() as owner:
        owner.execute(f"TRUNCATE {', '.join(tables())} CASCADE")
        for table, name, _ in lifted:
            owner.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def seen(table: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT programme_id FROM {table}")
        return {programme_id for (programme_id,) in cursor.fetchall()}


def test_every_table_of_a_programme_shows_its_own_rows_inside_it_and_none_outside(full: World) -> None:
    assert len(tables()) > 45
    assert {table: seen(table) for table in tables() if seen(table)} == {}
    for programme in (full.programme, full.other):
        with inside(programme.pk):
            assert {table for table in tables() if seen(table) != {programme.pk}} == set()


def test_no_row_is_written_into_another_programme_or_taken_from_it(full: World) -> None:
    others = full.other.pk
    for table in tables():
        with inside(full.programme.pk), connection.cursor() as cursor:
            for change in (
                f"UPDATE {table} SET programme_id = {others}",
                f"INSERT INTO {table} SELECT (jsonb_populate_record(one, '{{\"programme_id\": {others}}}')).*"
                f" FROM {table} AS one",
            ):
                with (
                    pytest.raises(DatabaseError, match=REFUSED),
                    transaction.atomic(),
                ):
                    cursor.execute(change)
            for change in (f"DELETE FROM {table} WHERE programme_id = {others}",):
                try:
                    with transaction.atomic():
                        cursor.execute(change)
                except DatabaseError as error:
                    assert "permission denied" in str(error)
                else:
                    assert cursor.rowcount == 0
        with inside(others):
            assert seen(table) == {others}


@pytest.mark.parametrize(
    "try_it",
    [
        "SET row_security = off; SELECT * FROM customers_customer",
        "ALTER TABLE customers_customer DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE customers_customer NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY programme_wall ON customers_customer",
        "CREATE POLICY mine ON customers_customer USING (true)",
        "TRUNCATE customers_customer CASCADE",
        "CREATE TABLE mine (id int)",
        "SET session_replication_role = replica",
        "UPDATE events_event SET actor = 'x'",
        "DELETE FROM events_event",
        "UPDATE django_migrations SET name = 'x'",
        "COPY customers_customer FROM '/etc/hostname'",
        "SET ROLE {owner}",
        "ALTER ROLE {role} BYPASSRLS",
        "SELECT pg_read_file('/etc/hostname')",
    ],
)
def test_the_role_of_our_processes_cannot_climb_the_wall(world: World, try_it: str) -> None:
    names = {"owner": (settings.OWNER or {})["USER"], "role": settings.APPLICATION["USER"]}
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(try_it.format(**names))


def test_the_catalogue_says_so_too(db: None) -> None:
    look_into_the_catalogue()


def look_into_the_catalogue() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False, False)
        cursor.execute(walls.ROLE_FAULT, {"role": None})
        assert cursor.fetchone() == (None,)
        cursor.execute(
            "SELECT relname FROM pg_class"
            " WHERE relname = ANY(%s) AND NOT (relrowsecurity AND relforcerowsecurity)",
            [tables()],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT tablename, policyname, permissive, cmd, roles::text, qual = with_check FROM pg_policies"
        )
        policies = cursor.fetchall()
        assert sorted(row[0] for row in policies) == tables()
        assert {row[1:] for row in policies} == {("programme_wall", "PERMISSIVE", "ALL", "{public}", True)}
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm'"
            " OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY(reloptions), false))"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
        assert cursor.fetchall() == [("rapport_analyze",)]


def in_a_thread(work: Callable[[], object], **options: object) -> object:
    """Do a work in a thread whose connections are its own, made with ``options``."""
    told = connection.settings_dict
    found: list[object] = []

    def run() -> None:
        connections["default"] = DatabaseWrapper({**told, "OPTIONS": {**told["OPTIONS"], **options}}, "default")
        try:
            found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connections["default"].close()
            connections["default"].close_pool()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_a_pooled_connection_carries_nothing_over(committed_world: World, ends: str) -> None:
    def work() -> list[tuple[int, str, int]]:
        told = []
        for programme in (committed_world.programme, None):
            try:
                if programme is not None:
                    with inside(programme.pk):
                        told.append(state())
                        assert ends == "well"
                else:
                    told.append(state())
            except AssertionError:
                pass
            connection.close()  # back to the pool
        return told

    told: Any = in_a_thread(work, pool={"min_size": 1, "max_size": 1})
    first, second = told
    assert first[0] == second[0], "the same connection"
    assert (first[1:], second[1:]) == ((str(committed_world.programme.pk), 1), ("", 0))


def state() -> tuple[int, str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), (SELECT count(*) FROM customers_customer)")
        pid, count = cursor.fetchone()
    return pid, walls.current(), count


def as_the_owner(work: Callable[[], object]) -> object:
    """Do a work in a thread that is connected as the owner, as migrations are."""

    def become() -> object:
        connections["default"].settings_dict = {
            **connections["default"].settings_dict,
            **{key: (settings.OWNER or {})[key] for key in ("HOST", "PORT", "USER", "PASSWORD")},
        }
        return work()

    return in_a_thread(become)


def test_a_process_that_finds_itself_the_owner_does_not_work(transactional_db: None) -> None:
    def connect() -> None:
        connections["default"].connect()

    refused = as_the_owner(connect)
    assert isinstance(refused, SettingError)
    assert "DATABASE_OWNER_URL" in str(refused)


@pytest.mark.parametrize("gift", ["CREATEROLE", "IN ROLE pg_read_server_files"])
def test_a_role_that_could_make_itself_the_owner_or_read_below_the_tables_is_refused(
    transactional_db: None, gift: str
) -> None:
    with as_owner() as owner, owner.transaction(force_rollback=True):
        owner.execute(f"CREATE ROLE too_much {gift}".encode())
        owner.execute("CREATE ROLE just_right")
        [fault] = owner.execute(walls.ROLE_FAULT, {"role": "too_much"}).fetchone() or [None]
        assert fault.startswith("may ")
        assert owner.execute(walls.ROLE_FAULT, {"role": "just_right"}).fetchone() == (None,)


def test_what_was_weakened_by_hand_is_mended_by_the_next_migration(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ROLE", "owner")
    with as_owner() as owner:
        owner.execute("ALTER TABLE customers_customer DISABLE ROW LEVEL SECURITY")
        owner.execute("ALTER TABLE contacts_contact NO FORCE ROW LEVEL SECURITY")
        owner.execute("DROP POLICY programme_wall ON guides_guide")
        owner.execute("CREATE POLICY gap ON events_event USING (true)")
        owner.execute("ALTER VIEW fact_contact RESET (security_invoker)")
        owner.execute(f"GRANT UPDATE, DELETE ON events_event TO {settings.APPLICATION['USER']}")
    assert as_the_owner(row_security.raise_walls) is None
    monkeypatch.undo()
    look_into_the_catalogue()
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_event")


def test_a_role_that_would_be_the_owner_is_refused_by_the_migration(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ROLE", "owner")
    monkeypatch.setattr(settings, "APPLICATION", settings.OWNER)
    refused = as_the_owner(row_security.raise_walls)
    assert isinstance(refused, SettingError)
