"""`rapport migrate`: Django's, with the wall between programmes raised after it."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db.migrations import Migration

from rapport.runtime import row_security
from rapport.runtime.together import together


class Command(Migrate):
    """Migrate as the owner of the database, then raise the wall around what is there now."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Run Django's command; the wall stands again whether or not it succeeds."""
        only_looks = options.get("plan") or options.get("check_unapplied")
        if only_looks:
            super().handle(*arguments, **options)
            return
        row_security.let_owner_through()
        try:
            super().handle(*arguments, **options)
        finally:
            row_security.raise_walls()

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        """Say how far it is; before a migration of ours is applied, its new tables are taken together."""
        if action == "apply_start" and migration and type(migration).__module__.startswith("rapport."):
            vars(migration)["operations"] = together(migration.operations)
        super().migration_progress_callback(action, migration, fake)
