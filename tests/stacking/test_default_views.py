"""The classifier of the views if none is given: how strong its kernel is, is chosen out of fold."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import KernelFeatures, MultiRaterStackingClassifier, SoftTargetClassifier
from sklearn_raters.stacking import truth_stack
from sklearn_raters.stacking._default_views import WEIGHTS, _standard_error

PARAMETER = "kernelfeatures__weight"


def rated(truth, rng):
    """Return the labels of three raters, who are right in 17 of 20 samples."""
    right = rng.random((len(truth), 3)) < 0.85
    return pd.DataFrame(np.where(right, truth[:, None], 1 - truth[:, None])).add_prefix("rater")


def chessboard(n_samples=300, seed=0):
    """Return two features, of which neither tells the class, and ratings."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n_samples, 2))
    return X, rated(((X * 1.5).round().sum(axis=1) % 2).astype(int), rng)


def halves(n_samples=1000, n_features=30, seed=0):
    """Return features of which five add up to the class, and ratings."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features))
    return X, rated((X[:, :5].sum(axis=1) > 0).astype(int), rng)


def weights_of(stack):
    """Return the weight of the kernel of each view."""
    wrapped = [isinstance(one, SoftTargetClassifier) for one in stack.estimators_]
    pipes = [one.estimator_ if soft else one for one, soft in zip(stack.estimators_, wrapped, strict=True)]
    return [pipe.get_params()[PARAMETER] for pipe in pipes]


def test_a_strong_kernel_is_chosen_where_a_weak_one_finds_little():
    X, Y = chessboard()
    stack = MultiRaterStackingClassifier(random_state=0).fit(X, Y)
    assert stack.kernel_weight_ >= 10
    assert weights_of(stack) == [stack.kernel_weight_] * 5
    weak = make_pipeline(StandardScaler(), KernelFeatures(), LogisticRegression(C=3))
    X, Y = chessboard(seed=1)
    assert stack.score(X, Y) > MultiRaterStackingClassifier(weak, random_state=0).fit(*chessboard()).score(
        X, Y
    )


def test_no_kernel_is_chosen_where_a_line_divides_the_classes():
    stack = MultiRaterStackingClassifier(views=["crowd_soft"], fusion="mean").fit(*halves())
    assert stack.kernel_weight_ == 0
    assert len(stack.estimators_[0].estimator_[1].landmarks_) == 1


def test_the_usual_weight_stays_where_no_other_is_clearly_better():
    rng = np.random.default_rng(0)
    stack = MultiRaterStackingClassifier().fit(rng.normal(size=(60, 3)), rated(rng.integers(2, size=60), rng))
    assert stack.kernel_weight_ == WEIGHTS[0] == KernelFeatures().weight


def test_all_fusions_choose_the_same_weight_of_the_same_samples():
    X, Y = chessboard()
    settings = [{}, {"fusion": "mean"}, {"fusion": "logistic"}, {"views": ["crowd_hard"], "fusion": "mean"}]
    stacks = [MultiRaterStackingClassifier(random_state=0, **one).fit(X, Y) for one in settings]
    stacks.append(truth_stack(random_state=0, views=["crowd_hard", "crowd_soft"]).fit(X, Y))
    assert len({stack.kernel_weight_ for stack in stacks}) == 1


def test_what_the_user_gives_a_view_stays():
    X, Y = chessboard()
    entries = {
        "crowd_hard": {PARAMETER: 2.5},
        "rater0": LogisticRegression(),
        "rater1": {"logisticregression__C": 1},
    }
    stack = MultiRaterStackingClassifier(view_params=entries, random_state=0).fit(X, Y)
    chosen = stack.kernel_weight_
    assert chosen >= 10
    assert stack.estimators_[0].get_params()[PARAMETER] == 2.5
    assert isinstance(stack.estimators_[2].estimator_, LogisticRegression)
    settings = stack.estimators_[3].estimator_.get_params()
    assert settings[PARAMETER] == chosen
    assert settings["logisticregression__estimator__C"] == 1


@pytest.mark.parametrize("sparse", [False, True])
def test_nothing_is_chosen_for_a_given_estimator_or_for_sparse_rows(sparse):
    X, Y = chessboard(60)
    given = None if sparse else make_pipeline(KernelFeatures(), LogisticRegression())
    stack = MultiRaterStackingClassifier(given, fusion="mean")
    assert "weight is chosen" not in str(stack.plan(csr_matrix(X) if sparse else X, Y))
    assert stack.fit(csr_matrix(X) if sparse else X, Y).kernel_weight_ is None


def test_the_plan_tells_how_many_trials_choose_the_weight():
    X, Y = chessboard(60)
    plan = MultiRaterStackingClassifier().plan(X, Y)
    assert "the kernel's weight is chosen first from 0, 1, 3, 10, 30, by 10 trial trainings" in str(plan)
    assert "by 15 trial trainings" in str(MultiRaterStackingClassifier(cv=3).plan(X, Y))


def test_with_one_group_nothing_can_be_left_out_and_the_usual_weight_is_taken():
    X, Y = chessboard(60)
    stack, groups = MultiRaterStackingClassifier(fusion="mean"), np.zeros(60)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = str(stack.plan(X, Y, groups=groups))
        assert stack.fit(X, Y, groups=groups).kernel_weight_ == WEIGHTS[0]
    assert "the kernel's weight is 1, since nothing can be left out to choose it" in told


def test_a_weight_of_two_chooses_as_the_sample_twice():
    X, Y = chessboard(200)
    groups, weight = np.arange(200) % 50, np.random.default_rng(0).integers(0, 3, 200)
    twice = np.repeat(np.arange(200), weight)
    settings = {"views": ["crowd_soft"], "fusion": "mean"}
    weighted = MultiRaterStackingClassifier(**settings).fit(X, Y, sample_weight=weight, groups=groups)
    repeated = MultiRaterStackingClassifier(**settings).fit(X[twice], Y.iloc[twice], groups=groups[twice])
    assert weighted.kernel_weight_ == repeated.kernel_weight_ != WEIGHTS[0]
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4)


def test_the_error_of_a_mean_is_that_of_groups_where_their_samples_agree():
    values, weight = np.repeat([1.0, -1.0, 1.0, -1.0], 5), np.ones(20)
    alone = _standard_error(values, weight, None)
    assert alone == pytest.approx(20**-0.5)
    assert _standard_error(values, weight, np.repeat(range(4), 5)) == pytest.approx(0.5)
    # Samples of a group that cancel out say nothing of a smaller error.
    assert _standard_error(values, weight, np.repeat(range(2), 10)) == pytest.approx(alone)
    assert _standard_error(values, 2 * weight, None) == pytest.approx(alone / 2**0.5)


def test_a_cache_finds_the_choice_again(tmp_path, monkeypatch):
    X, Y = chessboard(60)
    first = MultiRaterStackingClassifier(memory=tmp_path).fit(X, Y)

    def trained_again(*arguments):
        raise AssertionError("a trial is trained although it is in the cache")

    monkeypatch.setattr("sklearn_raters.stacking._default_views._losses", trained_again)
    again = MultiRaterStackingClassifier(memory=tmp_path, fusion="mean").fit(X, Y)
    assert again.kernel_weight_ == first.kernel_weight_
    with pytest.raises(AssertionError, match="trained although"):
        MultiRaterStackingClassifier(memory=tmp_path).fit(X[1:], Y[1:])
