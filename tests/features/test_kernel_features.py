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


@parametrize_with_checks([KernelFeatures(), KernelFeatures(5, weight=0.0, gamma=2.0)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def rows(n_samples, n_features=4):
    return np.random.default_rng(0).normal(size=(n_samples, n_features))


def test_products_of_the_features_are_the_kernel():
    X = rows(50)
    found = KernelFeatures().fit_transform(X)
    assert_allclose(found @ found.T, X @ X.T / 4 + 3 * rbf_kernel(X, gamma=1 / 4), atol=1e-5)


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
    other = {"rows": X[order], "columns": X[:, columns], "units": X * 2.0 ** rng.integers(-9, 9, 6)}[change]
    new = {"rows": X, "columns": X[:, columns], "units": other}[change]
    pair = [make_pipeline(StandardScaler(), KernelFeatures(40)).fit(data) for data in (X, other)]
    expected, found = pair[0].transform(X), pair[1].transform(new)
    assert_allclose(found @ found[:20].T, expected @ expected[:20].T, atol=1e-8)


def test_curved_boundaries_are_found_and_lines_are_not_lost():
    X, y = make_circles(400, noise=0.15, factor=0.5, random_state=0)
    curved = make_pipeline(StandardScaler(), KernelFeatures(), LogisticRegression(C=3))
    assert curved.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    line = rows(400, 30)
    label = (line[:, 0] + line[:, 1] > 0).astype(int)
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(line[:200], label[:200])
    both = curved.fit(line[:200], label[:200])
    assert both.score(line[200:], label[200:]) > linear.score(line[200:], label[200:]) - 0.05


def test_names_and_sizes_of_the_result():
    features = KernelFeatures(7).fit(rows(20))
    assert len(features.get_feature_names_out()) == 11
    assert KernelFeatures(7).fit(rows(3)).transform(rows(5)).shape == (5, 7)
