"""What is taught in the demonstration: its pages say something, and some have not."""

from typing import Any

from rapport.learning import items, queries


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
