import numpy as np
import pytest
from scipy.sparse import csr_array

from rapport.numeric import softmax


def test_two_classes_of_one_constant_feature_have_the_shares_of_the_examples() -> None:
    found = softmax.fit([np.zeros((10, 1))], [0] * 7 + [1] * 3, k=2, strength=1.0)
    assert np.exp(found.log_shares([np.zeros((1, 1))])) == pytest.approx(np.array([[0.7, 0.3]]), abs=1e-3)


def test_the_slope_of_the_penalised_likelihood_is_nought_at_the_optimum() -> None:
    draw = np.random.default_rng(3)
    x, y = draw.normal(size=(60, 3)), draw.integers(3, size=60)
    found = softmax.fit([x], y, k=3, strength=0.5)
    over = np.exp(found.log_shares([x])) - np.eye(3)[y]
    assert x.T @ over + found.weights[0] / 0.5 == pytest.approx(np.zeros((3, 3)), abs=1e-2)
    assert over.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-2)


def test_dense_and_sparse_blocks_give_the_same_as_one_matrix() -> None:
    draw = np.random.default_rng(4)
    x, y = draw.normal(size=(40, 4)), draw.integers(2, size=40)
    whole = softmax.fit([x], y, k=2, strength=2.0).log_shares([x])
    blocks: list[softmax.Block] = [x[:, :2], csr_array(x[:, 2:])]
    assert softmax.fit(blocks, y, k=2, strength=2.0).log_shares(blocks) == pytest.approx(whole, abs=1e-3)


def test_known_scores_are_kept_where_features_say_nothing() -> None:
    known = np.log(np.array([[0.9, 0.1]]))
    found = softmax.fit([np.zeros((10, 1))], [0] * 9 + [1], k=2, strength=1.0, offset=known)
    assert found.intercepts[0] - found.intercepts[1] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("classes", [[], [0, 2], [-1, 0]])
def test_classes_out_of_range_are_refused(classes: list[int]) -> None:
    with pytest.raises(ValueError, match="classes lie between"):
        softmax.fit([np.zeros((len(classes), 1))], classes, k=2, strength=1.0)
