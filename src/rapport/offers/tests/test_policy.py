"""What removes an offer, what pays, with which chance it is drawn, and what outcomes teach."""

from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from rapport.kit.ids import new_id
from rapport.offers.catalogue.definition import OfferInvalid, Rules, read_offer, read_rules
from rapport.offers.catalogue.newcomers import flag_of
from rapport.offers.choosing.layers import Candidate, Situation, removal
from rapport.offers.choosing.learning import NOTHING, Cell, learn
from rapport.offers.choosing.policy import Known, Weighed, best_chances, chances, order, weigh
from rapport.offers.tests.offering import offer_text

RULES = Rules()
ROOT = Path(__file__).parents[4]


def why(now: dict[str, Any] | None = None, **said: Any) -> str:
    """Return the layer that removes an offer, or nothing."""
    facts = {"customer.years": 5, "customer.value": 1000}
    base = {"rules": RULES, "facts": facts, "products": frozenset({"card"}), "is_leaving": True, "about": "card"}
    situation = Situation(**{**base, "years": 5, "reasons": frozenset({"fee"}), **(now or {})})
    found = removal(Candidate("it", 1, read_offer(offer_text(**said))), situation)
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("layer", "now", "said"),
    [
        ("", {}, {}),
        ("rules", {"may_offer": "No more."}, {}),
        ("trust", {"is_leaving": False, "has_complaint": True}, {"kind": "cross_sell"}),
        ("trust", {"is_leaving": False, "has_broken_promise": True}, {"kind": "cross_sell"}),
        ("trust", {}, {"kind": "cross_sell"}),
        ("product", {"is_leaving": False, "about": ""}, {"kind": "cross_sell", "products": ["Card"]}),
        ("", {"is_leaving": False, "about": ""}, {"kind": "cross_sell", "products": ["loan"]}),
        ("whom", {}, {"for": "new"}),
        ("whom", {"years": None}, {"for": "loyal"}),
        ("product", {}, {"products": ["loan"]}),
        ("reason", {}, {"reasons": ["rival"]}),
        ("eligible", {}, {"more": '[[eligible]]\nfield = "customer.years"\nat_least = 6'}),
        ("applicable", {}, {"more": '[[applicable]]\nfield = "customer.value"\nat_least = 6000'}),
        ("suitable", {}, {"more": '[[suitable]]\nfield = "customer.attribute.age"\nat_most = 60'}),
        ("refused", {"refused": frozenset({"it"})}, {}),
        ("limit", {"made": {"it": (364,)}}, {}),
        ("", {"made": {"it": (366,)}}, {}),
        ("stock", {"out_of": {"it": "stock"}}, {}),
        ("budget", {"out_of": {"it": "budget"}}, {}),
    ],
)
def test_each_layer_removes_what_it_asks_for(layer: str, now: dict[str, Any], said: dict[str, Any]) -> None:
    assert why(now, **said) == layer


def test_the_example_of_the_guide_to_offers_can_be_saved() -> None:
    text = (ROOT / "docs/howto/make-an-offer.md").read_text()
    offer, rules = (block.partition("```")[0] for block in text.split("```toml\n")[1:3])
    assert read_offer(offer).products == ["Platinum card"]
    assert read_rules(rules).hold_minutes == 20


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"more": '[[eligible]]\nfield = "customer.mood"\nis = ["good"]'}, "no fact 'customer.mood'"),
        ({"cost": 600, "budget": 300}, "could never be accepted"),
        ({"cost": 600, "more": "[[authority]]\nmost = 300"}, "Nobody may grant"),
        ({"kind": "cross_sell", "reasons": ["fee"]}, "Nobody who wants to leave"),
        ({"lift": 1.5}, "at most 1"),
    ],
)
def test_an_offer_that_cannot_be_used_is_refused_with_its_reason(said: dict[str, Any], words: str) -> None:
    with pytest.raises(OfferInvalid, match=words):
        read_offer(offer_text(**said))


def test_the_shares_of_control_and_exploration_stay_small() -> None:
    for text in ("control = 0.2", "control = 0.0", "explore = 0.5"):
        with pytest.raises(OfferInvalid):
            read_rules(text)


def test_what_is_better_for_newcomers_is_flagged() -> None:
    new = read_offer(offer_text("Welcome", for_="new", cost=5000))
    less = read_offer(offer_text("Thanks", cost=3000))
    as_much = read_offer(offer_text("Thanks", cost=5000))
    young = read_offer(offer_text(cost=5000, more='[[eligible]]\nfield = "customer.years"\nat_most = 2'))
    assert "no such offer" in flag_of(new, {}, RULES).words
    assert "Thanks: 30.00 EUR" in flag_of(new, {"Thanks": less}, RULES).words
    assert flag_of(new, {"Thanks": as_much}, RULES) is None
    assert flag_of(young, {"Thanks": less}, RULES) is not None
    assert flag_of(as_much, {}, RULES) is None
    sold = as_much.model_copy(update={"kind": "cross_sell"})
    assert flag_of(new, {"Sold": sold}, RULES) is not None  # what is sold is no thanks to who is loyal


def test_worth_is_the_fields_own_rule() -> None:
    assert weigh("it", Known(0.30, 0.1, 0.45), value=39_600, cost=7_500).worth == pytest.approx(8_505)


def test_the_chance_to_be_the_best_is_exact() -> None:
    dice = np.random.default_rng(3)
    worth, error = np.array([1.0, 1.5, 0.2, 1.4]), np.array([1.0, 0.3, 2.0, 0.01])
    drawn = (worth + error * dice.standard_normal((400_000, 4))).argmax(axis=1)
    assert best_chances(worth, error) == pytest.approx(np.bincount(drawn, minlength=4) / 400_000, abs=0.004)
    assert best_chances([1, 2], [0, 0]) == pytest.approx([0, 1])


def test_exploration_is_capped_and_reaches_all() -> None:
    def of(*worths: float, error: float) -> list[Weighed]:
        return [Weighed(str(n), Known(0, 0, 0), worth, error) for n, worth in enumerate(worths)]

    for error in (0.0, 1.0, 1e6):
        found = chances(of(3, 1, 2, error=error), 0.1)
        assert found.sum() == pytest.approx(1)
        assert found[0] >= 0.9 - 1e-9
        assert (found > 0.004).all()
    assert chances(of(5, error=1), 0.1) == pytest.approx([1])
    assert chances([], 0.1).size == 0


def test_draws_come_as_often_as_their_chances_say_and_can_be_repeated() -> None:
    share = np.array([0.7, 0.2, 0.1])
    firsts = [order(["a", "b", "c"], share, new_id()) for _ in range(4000)]
    count = sum(one[0][0] == "a" for one in firsts) / 4000
    assert count == pytest.approx(0.7, abs=0.03)
    assert all(one[2][1] == pytest.approx(1) for one in firsts)
    same = UUID(int=5)
    assert order(["a", "b"], np.array([0.5, 0.5]), same) == order(["a", "b"], np.array([0.5, 0.5]), same)


def test_outcomes_move_what_is_known_and_few_of_them_little() -> None:
    told = {"reason": "fee", "segment": "s", "lift": 0.3, "takes": 0.5}
    assert NOTHING.of("good", **told) == Known(0.3, 0.1, 0.5)  # type: ignore[arg-type]  # by name
    few = learn([Cell("good", "fee", "s", 4, 0, 4), Cell("", "fee", "s", 4, 4, 0)])
    many = learn([Cell("good", "fee", "s", 4000, 2200, 3000), Cell("", "fee", "s", 2000, 800, 0)])
    assert few.of("good", **told).lift > 0.1  # type: ignore[arg-type]  # by name
    known = many.of("good", **told)  # type: ignore[arg-type]  # by name
    assert known.lift == pytest.approx(0.15, abs=0.02)
    assert known.takes == pytest.approx(0.75, abs=0.01)
    assert known.error < 0.03
    assert many.of("new", **told) == Known(0.3, 0.1, 0.5)  # type: ignore[arg-type]  # by name
