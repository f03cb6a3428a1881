"""Loads that break off or are refused; they begin on a database without the demonstration."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps

from rapport.demo import notes
from rapport.demo.load import Size, load
from rapport.kit import clock
from rapport.kit.errors import Conflict

NOON = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)
TINY = Size(contacts=60, days=1, reps=6, customers=50)


def rows(label: str, **only: Any) -> Any:
    return apps.get_model(label).objects.filter(**only)


def test_a_load_that_breaks_off_leaves_nothing_and_can_be_done_again(db: Any, monkeypatch: Any) -> None:
    def break_off(_programme: Any) -> None:
        raise KeyboardInterrupt

    with clock.at(NOON), monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(notes, "publish", break_off)
        load(size=TINY)
    assert not rows("accounts.Programme").exists()
    assert not rows("contacts.Contact").exists()
    with clock.at(NOON):
        assert load(size=TINY) > 0


def test_a_programme_of_the_same_name_is_left_alone(world: Any) -> None:
    with pytest.raises(Conflict, match="not the demonstration"):
        load(size=TINY)
