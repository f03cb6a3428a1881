"""Makes new tables quicker: what one migration creates is put into Django's state of models at once.

Django renders all models anew for each table, constraint and index, which are ever more: most of what it takes to
make a database. Operations in a row that create models, or add to those just created, are taken together here; the
tables are made from the models as they are after the last of them. Nothing else changes, the schema least of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """Models created in one go, with all that their migration adds to them right afterwards."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        """Take operations that begin with the creation of a model."""
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change the state by each operation; its models are rendered once, when they are asked for."""
        state.__dict__.pop("apps", None)
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the tables."""
        for one in self._created():
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Remove the tables, the last one first."""
        for one in reversed(self._created()):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what it does."""
        return "; ".join(one.describe() for one in self._created())

    def _created(self) -> list[CreateModel]:
        return [one for one in self.operations if isinstance(one, CreateModel)]


def together(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations of a migration with those that create models taken together."""
    found: list[Operation] = []
    run: list[Operation] = []
    created: set[str] = set()
    for one in [*operations, None]:
        if isinstance(one, CreateModel):
            created.add(one.name_lower)
        elif not (
            (isinstance(one, AddConstraint | AddIndex) and one.model_name.lower() in created)
            or (isinstance(one, AddField) and one.model_name_lower in created)
        ):
            found.extend([Together(run)] if len(run) > 1 else run)
            run, created = [], set()
            found.extend([one] if one is not None else [])
            continue
        run.append(one)
    return found
