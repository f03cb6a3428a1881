import numpy as np
import pytest
from scipy.sparse import csr_array

from rapport.numeric import choice
from rapport.numeric.choice import Choices


def coins(n: int) -> Choices:
    """Return n times the same two options, told apart by one feature each."""
    return Choices(csr_array(np.ones((n, 1))), csr_array(np.tile(np.eye(2), (n, 1))), np.arange(0, 2 * n + 1, 2))


def test_two_options_have_the_shares_of_the_choices() -> None:
    chosen = [2 * i + (i >= 7) for i in range(10)]
    weights = choice.fit(coins(10), chosen, penalty=1e-6)
    assert np.exp(coins(1).log_shares(weights)) == pytest.approx([0.7, 0.3], abs=1e-3)


def test_a_situation_counts_as_much_as_it_is_worth() -> None:
    weights = choice.fit(coins(2), [0, 3], worth=[3.0, 1.0], penalty=1e-6)
    assert np.exp(coins(1).log_shares(weights)) == pytest.approx([0.75, 0.25], abs=1e-3)


def test_an_option_never_met_is_ranked_by_what_it_shares() -> None:
    met = Choices(csr_array(np.ones((20, 1))), csr_array(np.tile(np.eye(3)[:2], (20, 1))), np.arange(0, 41, 2))
    weights = choice.fit(met, np.arange(0, 40, 2), penalty=0.1)
    unseen = Choices(
        csr_array(np.ones((1, 1))), csr_array(np.array([[0, 1, 1], [1, 0, 1], [0, 0, 1]])), np.array([0, 3])
    )
    assert np.argsort(-unseen.log_shares(weights)).tolist() == [1, 2, 0]


def test_what_is_no_option_of_its_situation_is_refused() -> None:
    with pytest.raises(ValueError, match="one of the options"):
        choice.fit(coins(2), [0, 1], penalty=1.0)
