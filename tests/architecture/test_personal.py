"""Whatever may hold something of a person is declared, so that it is handed out and can be let go."""

import pytest
from django.apps import apps
from django.db import models

from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.kit.personal import Kept
from rapport.privacy.catalogue import SUGGESTED, everything, stays

TEXTS = (models.TextField, models.CharField, models.JSONField, models.BinaryField)
LONG = 200
"""Characters: in a table that points at no customer and no contact, shorter columns hold names of things."""

STAFF = {"accounts", "signin", "provisioning"}
"""Modules about who works here, and nobody's customer."""


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("rapport.")]


def points_at_people(model: type[models.Model]) -> bool:
    return any(field.related_model in (Customer, Contact) for field in model._meta.concrete_fields)


def may_hold_words(model: type[models.Model], field: "models.Field[object, object]") -> bool:
    if not isinstance(field, TEXTS) or field.choices:
        return False
    if model is Customer or points_at_people(model):
        return True
    if model._meta.app_label in STAFF:
        return False
    length = getattr(field, "max_length", None)
    return not isinstance(field, models.CharField) or length is None or length > LONG


def declared(model: type[models.Model]) -> set[str]:
    kept = [one for one in everything() if one.model is model]
    if any(one.deletes for one in kept):
        return {field.name for field in model._meta.concrete_fields}
    columns = {column for one in kept for column in one.becomes or ()}
    return columns | set(stays().get(model, ()))


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_every_column_that_may_hold_words_is_declared(model: type[models.Model]) -> None:
    columns = {field.name for field in model._meta.concrete_fields if may_hold_words(model, field)}
    missing = columns - declared(model)
    assert missing == set(), (
        f"{model._meta.label} has {', '.join(sorted(missing))}: say in its personal.py what erasure makes of "
        "it (KEPT), or that it is about no customer (STAYS)"
    )


def test_every_row_of_people_has_a_way_out() -> None:
    kept = {one.model for one in everything()}
    with_words = {model for model in ours() if points_at_people(model) and set(_words(model)) - _staying(model)}
    assert with_words - kept == set()


def _words(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if may_hold_words(model, field)]


def _staying(model: type[models.Model]) -> set[str]:
    return set(stays().get(model, ()))


@pytest.mark.parametrize("one", everything(), ids=lambda one: one.key)
def test_what_is_declared_is_there(one: Kept) -> None:
    fields = {field.name for field in one.model._meta.concrete_fields}
    assert {path.split("__")[0] for path in one.shown} <= fields
    assert set(one.becomes or ()) <= fields
    assert not one.period or (one.period in SUGGESTED and one.since in fields)


def test_keys_name_one_thing_each() -> None:
    keys = [one.key for one in everything()]
    assert sorted(set(keys)) == sorted(keys)
