"""Check, without a database, that no migration is missing for the models as they are."""

import os
import sys

import django
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def missing() -> list[str]:
    """Return a line for every change of a model that no migration makes."""
    loader = MigrationLoader(None)
    conflicts = [
        f"{app}: two last migrations, {', '.join(names)}" for app, names in loader.detect_conflicts().items()
    ]
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    return conflicts + [
        f"{app}: {operation.describe()}"
        for app, migrations in changes.items()
        for migration in migrations
        for operation in migration.operations
    ]


def main() -> int:
    """Print what is missing; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    django.setup()
    found = missing()
    print("\n".join(found) or "migrations: none is missing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
