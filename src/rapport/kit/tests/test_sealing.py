"""Sealed values: opened only with their key and in their place; found without being opened."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rapport.kit import sealing
from rapport.kit.sealing import Broken, KeyMissing, Place

PLACE = Place(7, "customers_sealedvalue", "a/b", "card_number")
CARD = "4242 4242 4242 4242"
places = st.builds(Place, st.integers(1, 10**6), st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))


@pytest.fixture
def own_ring(settings: Any, tmp_path: Path) -> Path:
    settings.KEY_RING = tmp_path / "keys" / "ring.json"
    return tmp_path / "keys" / "ring.json"


@given(st.text(), places)
def test_what_is_sealed_opens_in_its_place(value: str, place: Place) -> None:
    sealed = sealing.seal(value, place)
    assert sealing.unseal(sealed, place) == value
    assert len(value) < 4 or value not in sealed


@given(st.text(), places, places)
def test_a_sealed_value_opens_nowhere_else(value: str, place: Place, other: Place) -> None:
    assume(place != other)
    with pytest.raises(Broken):
        sealing.unseal(sealing.seal(value, place), other)


@given(st.text(min_size=1), st.data())
def test_a_sealed_value_that_was_changed_does_not_open(value: str, data: st.DataObject) -> None:
    sealed = sealing.seal(value, PLACE)
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda one: one != sealed[at]))
    with pytest.raises((Broken, KeyMissing)):
        assert sealing.unseal(sealed[:at] + other + sealed[at + 1 :], PLACE) != value


def test_the_same_value_is_never_sealed_the_same_way() -> None:
    assert sealing.seal(CARD, PLACE) != sealing.seal(CARD, PLACE)


@given(st.text("0123456789", min_size=6, max_size=24), st.data())
def test_two_spellings_of_a_number_are_found_by_one_hash(digits: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "-", ".", "\u00a0"]), min_size=len(digits)))
    spelt = "".join(f"{gap}{digit}" for gap, digit in zip(gaps, digits, strict=False))
    assume(sealing.is_sought(spelt))
    assert sealing.finder(spelt, 1) == sealing.finder(digits, 1)
    assert sealing.finder(digits, 1) != sealing.finder(digits, 2)
    assert digits not in sealing.finder(digits, 1)


DAYS = (
    "1987-03-04",
    "4.3.1987",
    "04-03-1987",
    "03/04/87",
    "4 3 1987",
    "1987-03-04T10:30:00",
    "19870304",
    "04031987",
    "4 March 1987",
    "04-Mar-1987",
    "March 4, 1987",
    "4. März 1987",
    "12mai1987",
)


@pytest.mark.parametrize("value", [*DAYS, "12345", "gold", ""])
def test_what_nobody_searches_by_has_no_hash(value: str) -> None:
    assert sealing.finder(value, 1) == ""
    assert sealing.finders(value, 1) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [(CARD, "•••• 4242"), ("12345678", "•••• 78"), ("1234", "••••"), ("1987-03-04", "••••"), ("platinum", "••••")],
)
def test_a_hint_tells_little(value: str, shown: str) -> None:
    assert sealing.hint(value) == shown


@pytest.mark.parametrize("value", [*DAYS, "Annual income EUR 45000", "risk class B, score 712"])
def test_a_hint_tells_nothing_of_a_day_or_a_text(value: str) -> None:
    assert sealing.hint(value) == "••••"


@pytest.mark.parametrize("value", ["12-34-56", "98765432", "60161331926819", "ABC1234", "DE89370400440532013000"])
def test_what_only_looks_a_little_like_a_day_is_found(value: str) -> None:
    assert sealing.is_sought(value)


def test_the_ring_is_made_once_for_its_owner_only(own_ring: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len({ring.current for ring in pool.map(lambda _: sealing.ring(), range(16))}) == 1
    assert stat.S_IMODE(own_ring.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_ring.parent.stat().st_mode) == 0o700
    assert [path.name for path in own_ring.parent.iterdir()] == ["ring.json"]


def test_after_a_rotation_old_values_open_and_are_found_and_new_ones_use_the_new_key(own_ring: Path) -> None:
    old = sealing.seal(CARD, PLACE)
    found_by = sealing.finder(CARD, 7)
    made = sealing.rotate()
    new = sealing.seal(CARD, PLACE)
    assert sealing.unseal(old, PLACE) == sealing.unseal(new, PLACE) == CARD
    assert (sealing.key_of(new), sealing.key_of(old) == made) == (made, False)
    assert found_by in sealing.finders(CARD, 7)
    assert sealing.finder(CARD, 7) != found_by


def test_a_key_that_is_gone_is_named_in_a_sentence(own_ring: Path) -> None:
    old = sealing.seal(CARD, PLACE)
    sealing.rotate()
    sealing.retire([sealing.key_of(old), sealing.ring().current])
    assert len(sealing.ring().keys) == 1  # the current one stays
    with pytest.raises(KeyMissing, match=rf"{sealing.key_of(old)}.*ring\.json.*backup"):
        sealing.unseal(old, PLACE)


def test_the_two_secrets_of_a_key_are_independent(own_ring: Path) -> None:
    sealing.ring()
    [key] = json.loads(own_ring.read_text())["keys"].values()
    assert key["sealing"] != key["finding"]
