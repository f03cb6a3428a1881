"""Of how many something is so: told in quarters, and never so that all or none of a group can be meant."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.recognition.staff.guard import QUARTERS, band_of, to_tell

groups = st.dictionaries(
    st.sampled_from(["", "East", "North", "South", "West"]), st.integers(1, 9), min_size=1, max_size=4
)


@st.composite
def counted(draw: st.DrawFn) -> tuple[dict[str, int], dict[str, int]]:
    sizes = draw(groups)
    share = draw(st.sampled_from([0, 1, 2]))  # nobody, anybody, everybody: the ends matter most
    return sizes, {
        name: (0, draw(st.integers(0, size)), size)[share if draw(st.booleans()) else 1]
        for name, size in sizes.items()
    }


@settings(max_examples=300)
@given(told=counted(), fewest=st.integers(5, 8))
def test_whatever_is_told_nobody_can_work_out_that_it_is_so_of_all_or_of_none(
    told: tuple[dict[str, int], dict[str, int]], fewest: int
) -> None:
    """Every way it may be, given what is told, is tried: of each group some of them leave one in, and one out."""
    sizes, counts = told
    found = to_tell(sizes, counts, fewest)
    if found is None:
        assert sum(sizes.values()) < fewest
        return
    whole, shown = found
    assert whole.size >= fewest and all(sizes[name] >= fewest for name in shown)
    rest = sum(sizes.values()) - sum(sizes[name] for name in shown)
    assert rest == 0 or rest >= fewest
    ranges = [range(band.low, band.high + 1) for band in shown.values()] + ([range(rest + 1)] if rest else [])
    possible = [one for one in product(*ranges) if whole.low <= sum(one) <= whole.high]
    assert tuple(counts[name] for name in shown) in {one[: len(shown)] for one in possible}
    for place, size in enumerate([*(band.size for band in shown.values()), *([rest] if rest else [])]):
        may_be = {one[place] for one in possible}
        assert may_be != {0} and may_be != {size}


@given(st.integers(5, 200).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))))
def test_a_quarter_holds_its_count_and_is_never_one_end_alone(told: tuple[int, int]) -> None:
    size, count = told
    band = band_of(count, size)
    assert 0 <= band.low <= count <= band.high <= size
    assert band.low < size and band.high > 0
    assert band.words == QUARTERS[min(3, 4 * count // size)]
    assert {band_of(other, size) for other in range(band.low, band.high + 1)} == {band}


def test_a_team_is_left_out_where_all_would_be_told_of_the_others() -> None:
    assert to_tell({"East": 4}, {}, 5) is None
    whole, shown = to_tell({"East": 8, "": 8}, {"East": 4, "": 4}, 5) or (None, {})
    assert whole and whole.words == "half to three quarters" and set(shown) == {"East", ""}
    whole, shown = to_tell({"East": 5, "": 5}, {"East": 2, "": 0}, 5) or (None, {})
    assert whole and shown == {}  # 2 of East, of the whole at most 2: of the others nobody
