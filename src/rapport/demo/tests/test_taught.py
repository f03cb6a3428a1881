"""What is taught in the demonstration: its pages say something, and some have not."""

from typing import Any

from rapport.accounts.practising import practice_of
from rapport.accounts.queries import members_of
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.learning import experiences, items, queries
from rapport.learning.practice import queries as practices
from rapport.routing.presence import presence_of


def test_courses_are_taken_by_many_not_by_all_and_a_refresher_is_asked_for(small: Any) -> None:
    told = {one.row.key.partition("-20")[0]: one for one in queries.courses_of(small)}
    assert set(told) == {"comparing-prices", "promises", "refresher"}
    assert all(one.state == "live" for one in told.values())
    assert told["comparing-prices"].completed > 0 and told["promises"].completed > 0
    assert {one.state for one in queries.who_has_not(small)} >= {"overdue", "assigned"}
    live = told["comparing-prices"].live
    assert live is not None
    [(_, found)] = items.told_of(live)
    assert all(one.n >= items.FEWEST for one in found)


def test_some_have_practised_and_it_is_over(small: Any) -> None:
    practice = practice_of(small)
    assert practice is not None
    manager = next(one for one in members_of(small) if one.role == "manager")
    with inside(practice.pk):
        done = practices.practices_shown(manager, practice)
        assert [one.outcome for one in done] == ["left", "stayed", "stayed"]
        assert done[1].covered and done[0].covered is not None and done[0].covered < done[0].required
        for one in done:
            assert one.row.begun_at < clock.now() and presence_of(one.row.member).doing == "offline"


def test_of_one_product_enough_was_told_to_be_read_and_of_another_too_little(small: Any) -> None:
    told = {one.product: one for one in experiences.lately(small)}
    assert told["Travel card"].keeps == 4 and len(told["Travel card"].quotes) == 5
    assert told["Everyday card"].keeps is None and told["Everyday card"].quotes == []
