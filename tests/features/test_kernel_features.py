import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import make_circles
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_raters import KernelFeatures
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._kernel_features import choose_rows


@parametrize_with_checks([KernelFeatures(), KernelFeatures(5, weight=0.0, gamma=2.0)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def rows(n_samples, n_features=4):
    return np.random.default_rng(0).normal(size=(n_samples, n_features))


def test_products_of_the_features_are_the_kernel():
    X = rows(50)
    found = KernelFeatures().fit_transform(X)
    assert_allclose(found @ found.T, X @ X.T / 4 + rbf_kernel(X, gamma=1 / 4), atol=1e-5)


def test_landmarks_approximate_the_kernel():
    X = rows(900)
    found = KernelFeatures(300, gamma=0.1, weight=2).fit(X[:450]).transform(X)
    assert found.shape == (900, 304)
    assert np.abs(found @ found.T - X @ X.T / 4 - 2 * rbf_kernel(X, gamma=0.1)).max() < 0.2


@pytest.mark.parametrize("change", ["rows", "columns", "units"])
def test_the_kernel_does_not_depend_on(change):
    X = rows(700, 6)
    rng = np.random.default_rng(1)
    order, columns = rng.permutation(700), rng.permutation(6)
    units = 2.0 ** rng.integers(-9, 9, 6)
    other = {"rows": X[order], "columns": X[:, columns], "units": X * units}[change]
    same = {"rows": X, "columns": X[:, columns], "units": other}[change]
    pair = [make_pipeline(StandardScaler(), KernelFeatures(40)).fit(data) for data in (X, other)]
    expected, found = pair[0].transform(X), pair[1].transform(same)
    assert_allclose(found @ found[:20].T, expected @ expected[:20].T, atol=1e-8)


def test_rows_of_equal_sums_are_chosen_whatever_their_order():
    X = (np.arange(2**10)[:, None] >> np.arange(10) & 1).astype(float)
    order = np.random.default_rng(0).permutation(len(X))
    assert set(order[choose_rows(X[order], 100)]) == set(choose_rows(X, 100))
    repeated = np.repeat(X, 3, axis=0)
    assert set(choose_rows(repeated, 100) // 3) == set(choose_rows(X, 100))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0, 1e4])
def test_the_kernel_is_exact_for_equal_rows_constant_columns_and_columns_far_from_zero(dtype, offset):
    X = np.repeat(rows(40), 5, axis=0).astype(dtype)
    X[:, 0] = 3
    X = np.hstack([X, X[:, :1] > 0]).astype(dtype)
    found = KernelFeatures().fit_transform(X + dtype(offset)).astype(float)[:, 5:]
    assert_allclose(found @ found.T, rbf_kernel(X.astype(float), gamma=1 / 5), atol=0.02 if offset else 1e-4)


NARROW = {
    "one feature": lambda rng: rng.normal(size=(1200, 1)),
    "two features": lambda rng: rng.normal(size=(1200, 2)),
    "heavy tails": lambda rng: rng.standard_t(1.5, size=(1200, 2)),
    "integers": lambda rng: rng.integers(0, 100, size=(1200, 2)),
    "low rank": lambda rng: rng.normal(size=(1200, 2)) @ rng.normal(size=(2, 10)),
    "steps of time": lambda rng: np.linspace(0, 1, 1200)[:, None] + rng.normal(),
    "powers": lambda rng: np.vander(rng.normal(size=1200), 6)[:, :5],
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", NARROW)
def test_many_near_landmarks_in_float32_give_the_same_kernel_as_in_float64(kind, seed):
    X = StandardScaler().fit_transform(NARROW[kind](np.random.default_rng(seed)).astype(np.float32))
    features = KernelFeatures().fit(X)
    found = features.transform(X[:100])
    assert found.dtype == np.float32
    expected = KernelFeatures().fit(X.astype(float)).transform(X[:100].astype(float))
    shared = X.shape[1]
    assert_allclose(found[:, :shared], expected[:, :shared], rtol=1e-5, atol=1e-6)
    kernels = [own[:, shared:].astype(float) @ own[:, shared:].T for own in (found, expected)]
    assert_allclose(*kernels, atol=1e-4)


def test_numbers_too_large_for_their_squares_are_refused():
    features = KernelFeatures().fit(rows(20, 3))
    with pytest.raises(InputError, match=r"numbers of up to 1e\+200, whose squares cannot be added"):
        features.fit([[1e200, 0.0], [0.0, 1.0]])
    assert features.transform(rows(5, 3)).shape == (5, 23)  # the earlier fit still serves


def test_curved_boundaries_are_found_and_lines_are_not_lost():
    X, y = make_circles(400, noise=0.15, factor=0.5, random_state=0)
    curved = make_pipeline(StandardScaler(), KernelFeatures(), LogisticRegression(C=3))
    assert curved.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    line = rows(2000, 20)
    label = (line[:, :5].sum(axis=1) > 0) ^ (np.random.default_rng(1).random(2000) < 0.2)
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=3 / 20)).fit(line[:500], label[:500])
    both = curved.fit(line[:500], label[:500])
    assert both.score(line[500:], label[500:]) > linear.score(line[500:], label[500:]) - 0.03


def test_names_and_sizes_of_the_result():
    features = KernelFeatures(7).fit(rows(20))
    assert len(features.get_feature_names_out()) == 11
    assert KernelFeatures(7).fit(rows(3)).transform(rows(5)).shape == (5, 7)
