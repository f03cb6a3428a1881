"""Letting go of what is old: in batches, resumable, sparing who is held; and no figure changes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rapport.accounts.models import Programme
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Customer, FileChange
from rapport.events.models import Event
from rapport.feedback.models import Survey
from rapport.feeds import actions as feeds
from rapport.feeds.queries import deliveries_of
from rapport.feeds.tests.test_feeds import TERMS
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.kit.walls import inside
from rapport.privacy import actions, jobs, retention
from rapport.privacy.catalogue import LEAST, SUGGESTED
from rapport.privacy.models import Period
from rapport.privacy.tests.stage import LATER, NINE, every_figure, known, left

ACTOR = "member:1"
OTHERS = (retention.WHOLE_FILE, retention.FEED_FILES, *LEAST)  # files, and what the law has kept for longer
ROWS_ONLY = [kind for kind in SUGGESTED if kind not in OTHERS]


def keep(world: World, *kinds: str, months: int = 1) -> None:
    for kind in kinds:
        retention.set_period(
            programme=world.programme, kind=kind, months=max(months, LEAST.get(kind, 0)), actor=ACTOR
        )


def test_what_is_old_goes_and_no_figure_changes(world: World) -> None:
    customer = known(world)
    figures, stays = every_figure(world), ["Ada Byron", "ada@example.org", "her callback"]
    with clock.at(LATER):
        keep(world, *ROWS_ONLY)
        expected = {rule.kind: rule.would_go for rule in retention.rules_of(world.programme) if rule.months}
        assert retention.apply(world.programme) == expected
        assert all(expected.values())
        assert set(retention.apply(world.programme).values()) == {0}
    gone = ["her secret question", "her summary line", "her fee back", "her follow-up line", "she hung up on it"]
    assert left([*gone, "her voice", "30 123456", "analytical engine", "Lovelace"]) == []
    assert all(left([word]) for word in stays)
    assert Survey.objects.get().rating == 5
    assert not FileChange.objects.filter(customer=customer).exists()
    assert every_figure(world) == figures
    assert list(differences(world.programme)) == []
    assert Event.objects.filter(name="privacy.retention_applied").count() == len(ROWS_ONLY)


def test_without_a_period_or_before_it_nothing_goes(world: World) -> None:
    known(world)
    with clock.at(LATER):
        assert retention.apply(world.programme) == {}
        keep(world, *SUGGESTED, months=3)
        assert set(retention.apply(world.programme).values()) == {0}
    assert left(["her secret question"]) != []


def test_a_run_that_is_stopped_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    known(world)
    monkeypatch.setattr(retention, "BATCH", 1)
    stop = retention._empty_some
    batches = iter(range(2))

    def stopped(*told: object) -> int | None:
        if next(batches, None) is None:
            raise KeyboardInterrupt
        return stop(*told)  # type: ignore[arg-type]  # the same arguments

    with clock.at(LATER):
        keep(world, "chat_text", "contact_summary")
        monkeypatch.setattr(retention, "_empty_some", stopped)
        with pytest.raises(KeyboardInterrupt):
            retention.apply(world.programme)
        left_over = sum(retention.would_go(world.programme, kind, 1) for kind in ("chat_text", "contact_summary"))
        monkeypatch.setattr(retention, "_empty_some", stop)
        assert sum(retention.apply(world.programme).values()) == left_over > 0


def test_a_hold_spares_everything_of_the_customer(world: World) -> None:
    customer = known(world)
    with clock.at(LATER):
        keep(world, *SUGGESTED)
        actions.place_hold(
            programme=world.programme, customer_id=customer.public_id, why="court", until=None, actor=ACTOR
        )
        Customer.objects.update(updated_at=LATER - timedelta(days=50))
        assert set(retention.apply(world.programme).values()) == {0}
    assert left(["her secret question", "30 123456", "analytical engine"]) != []


def test_files_that_feeds_kept_go_when_they_are_old(world: World, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    feeds.write_contract(programme=world.programme, feed="customers", text=TERMS, actor=ACTOR)
    (tmp_path / "a.csv").write_text("No contract says this\n")

    def delivered() -> Path:
        told = feeds.receive(programme=world.programme, feed="customers", path=tmp_path / "a.csv", actor=ACTOR)
        return tmp_path / "feeds" / "cards" / told.kept

    with clock.at(NINE):
        old = delivered()
    with clock.at(LATER):
        new = delivered()
        keep(world, retention.FEED_FILES)
        assert (old.is_file(), retention.would_go(world.programme, retention.FEED_FILES, 1)) == (True, 1)
        assert retention.apply(world.programme) == {retention.FEED_FILES: 1}
        assert retention.apply(world.programme) == {retention.FEED_FILES: 0}
    assert (old.exists(), new.is_file()) == (False, True)
    assert [bool(one.kept) for one in deliveries_of(world.programme)] == [True, False]


def test_a_programme_that_fails_does_not_keep_the_next_ones_data(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def apply(programme: Programme) -> None:
        tried.append(programme.key)
        raise Conflict("for a test")

    monkeypatch.setattr(retention, "apply", apply)
    with pytest.raises(Conflict):
        jobs.let_go.func(timestamp=0)
    assert tried == ["cards", "loans"]


def test_a_customer_long_silent_is_erased_unless_they_came_or_their_file_changed(world: World) -> None:
    customer = known(world)
    with clock.at(LATER):
        keep(world, retention.WHOLE_FILE)
        Customer.objects.update(updated_at=LATER - timedelta(days=20))
        assert retention.apply(world.programme) == {retention.WHOLE_FILE: 0}
        Customer.objects.update(updated_at=LATER - timedelta(days=50))
        Contact.objects.filter(customer=customer, channel="chat").update(arrived_at=LATER - timedelta(days=5))
        assert retention.apply(world.programme) == {retention.WHOLE_FILE: 0}
        Contact.objects.filter(customer=customer).update(arrived_at=LATER - timedelta(days=50))
        assert retention.apply(world.programme) == {retention.WHOLE_FILE: 1}
    customer.refresh_from_db()
    assert customer.standing == "erased"
    assert Event.objects.get(name="customer.erased").actor == "system"


def test_another_programme_is_left_alone(world: World) -> None:
    known(world)
    with clock.at(LATER):
        with inside(world.other.pk):
            retention.set_period(programme=world.other, kind="chat_text", months=1, actor=ACTOR)
        assert retention.apply(world.other) == {"chat_text": 0}
    assert left(["her secret question"]) != []
    assert not Period.objects.exists()
