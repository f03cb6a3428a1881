"""Bringing the database to the shape that this version of the code expects."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from rapport.runtime.progress import step

LOCK = 7_277_100  # advisory: one process migrates at a time


def missing() -> int:
    """Return how many migrations are still to be applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def ensure() -> None:
    """Apply what is missing, if anything is, and say so."""
    if not missing():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            count = missing()
            if count:
                with step(f"Bringing the database up to date ({count} migrations)"):
                    call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def are_applied() -> bool:
    """Tell whether all migrations known to this code are recorded as applied; cheaper than a plan."""
    loader = MigrationLoader(connection)
    return all(node in loader.applied_migrations for node in loader.graph.leaf_nodes())


def main() -> None:
    """Apply what is missing, as a process of its own."""
    ensure()
