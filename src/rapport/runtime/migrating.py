"""Bringing the database to the shape that this version of the code expects, as its owner."""

import os
import subprocess

from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from rapport.customers.resealing import refuse_without_keys
from rapport.kit.env import SettingError
from rapport.kit.sealing import KeyMissing
from rapport.runtime import row_security
from rapport.runtime.programs import ours
from rapport.runtime.progress import step

LOCK = 7_277_100  # advisory: one process migrates at a time


def missing() -> int:
    """Return how many migrations are still to be applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def ensure() -> None:
    """Have the owner apply what is missing, if anything is; raises SettingError where that fails.

    Raises KeyMissing where something is sealed and the key ring is gone.
    """
    try:
        if are_applied():
            refuse_without_keys()
            return
    except (OperationalError, ProgrammingError):  # our role, or what it may, is not there yet
        connection.close()
    environment = {**os.environ, "RAPPORT_ROLE": "owner"}
    if subprocess.run(ours(__name__), env=environment, check=False).returncode:  # noqa: S603 - our own module
        raise SettingError("The database could not be brought up to date.")


def are_applied() -> bool:
    """Tell whether all migrations known to this code are recorded as applied; cheaper than a plan."""
    loader = MigrationLoader(connection)
    return all(node in loader.applied_migrations for node in loader.graph.leaf_nodes())


def main() -> None:
    """Apply what is missing, as the owner; see that the walls between programmes stand and the keys are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            count = missing()
            if count:
                with step(f"Bringing the database up to date ({count} migrations)"):
                    call_command("migrate", interactive=False, verbosity=0)
            else:
                row_security.raise_walls()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    try:
        refuse_without_keys()
    except KeyMissing as error:
        raise SettingError(str(error)) from None
