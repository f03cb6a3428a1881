"""What is made together is made whole: nothing that models ask for is missing."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AddIndex, AlterField, CreateModel, RunSQL
from django.db.migrations.operations.base import Operation

from rapport.runtime.together import Together, together

RULE = models.CheckConstraint(condition=models.Q(pk__gt=0), name="above")
INDEX = models.Index(fields=["id"], name="by_id")


def shape(*operations: Operation) -> list[str]:
    """Say what becomes of operations: those taken together in brackets."""
    return [
        f"[{' '.join(type(each).__name__ for each in one.operations)}]"
        if isinstance(one, Together)
        else type(one).__name__
        for one in together(operations)
    ]


def test_models_with_what_is_added_to_them_go_together_in_their_order() -> None:
    field = models.IntegerField(null=True)
    assert shape(
        CreateModel("One", []),
        CreateModel("Two", []),
        AddField("one", "two", field),
        AddConstraint("Two", RULE),
        AddIndex("one", INDEX),
    ) == ["[CreateModel CreateModel AddField AddConstraint AddIndex]"]


def test_anything_else_ends_it_and_what_is_of_another_model_stays_alone() -> None:
    field = models.IntegerField(null=True)
    assert shape(
        CreateModel("One", []),
        RunSQL("SELECT 1"),
        AddConstraint("One", RULE),
        CreateModel("Two", []),
        AddIndex("two", INDEX),
        AlterField("two", "id", field),
        AddConstraint("other", RULE),
    ) == [
        "CreateModel", "RunSQL", "AddConstraint", "[CreateModel AddIndex]", "AlterField", "AddConstraint",
    ]  # fmt: skip


@pytest.mark.django_db
def test_every_constraint_and_index_of_every_model_is_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind = 'i'")
        there = {name for (name,) in cursor.fetchall()}
    ours = [model._meta for model in apps.get_models() if model.__module__.startswith("rapport.")]
    asked = {one.name for meta in ours for one in (*meta.constraints, *meta.indexes)}
    assert len(asked) > 300
    assert asked - there == set()
