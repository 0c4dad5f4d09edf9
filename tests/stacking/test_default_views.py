"""The classifier of the views if none is given: how strong its kernel is, is chosen out of fold."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import KernelFeatures, MultiRaterStackingClassifier, SoftTargetClassifier
from sklearn_raters._parallel import TimeLimitReached, time_limit
from sklearn_raters.stacking import truth_stack
from sklearn_raters.stacking._default_views import WEIGHTS, _is_clear

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
        "crowd_soft": {"kernelfeatures": KernelFeatures(weight=4)},
        "rater0": LogisticRegression(),
        "rater1": {"logisticregression__C": 1},
        "rater2": {"kernelfeatures": "passthrough"},
    }
    stack = MultiRaterStackingClassifier(view_params=entries, random_state=0).fit(X, Y)
    chosen = stack.kernel_weight_
    assert chosen >= 10
    assert stack.estimators_[0].estimator_.get_params()[PARAMETER] == 2.5
    assert stack.estimators_[1].estimator_.get_params()[PARAMETER] == 4
    assert stack.estimators_[4].estimator_.get_params()["kernelfeatures"] == "passthrough"
    assert isinstance(stack.estimators_[2].estimator_, LogisticRegression)
    settings = stack.estimators_[3].estimator_.get_params()
    assert settings[PARAMETER] == chosen
    assert settings["logisticregression__estimator__C"] == 1


def test_nothing_is_chosen_where_every_view_has_a_kernel_of_its_own():
    X, Y = chessboard(60)
    X[0, 0] = np.nan  # which the default classifier does not take
    own = {"crowd_soft": HistGradientBoostingClassifier()}
    stack = MultiRaterStackingClassifier(views=["crowd_soft"], view_params=own, fusion="mean")
    assert "weight is chosen" not in str(stack.plan(X, Y))
    assert stack.fit(X, Y).kernel_weight_ is None


def of_the_first_rater(votes):
    """Return the labels of the rater 0 as consensus."""
    return votes[votes["worker"] == 0].set_index("task")["label"]


@pytest.mark.parametrize(
    ("X", "Y", "params"),
    [
        ([[0.0], [1.0]], [[0], [1]], {"views": ["crowd_hard"]}),
        # The majority lies outside the classes, so that there are no soft labels.
        (
            [[0.0], [1.0]] * 4,
            [[0, 5, 5], [1, 5, 5]] * 4,
            {"views": [0], "classes": [0, 1], "consensus": of_the_first_rater},
        ),
    ],
)
def test_where_no_trial_is_possible_the_usual_weight_is_taken(X, Y, params):
    stack = MultiRaterStackingClassifier(fusion="mean", **params).fit(X, Y)
    assert stack.kernel_weight_ == WEIGHTS[0]
    assert stack.kernel_choice_time_ == 0


def test_the_mean_chooses_also_where_cv_is_given():
    X, Y = chessboard()
    assert MultiRaterStackingClassifier(fusion="mean", cv=3).fit(X, Y).kernel_weight_ >= 10


def test_a_fit_with_a_given_estimator_forgets_the_weight():
    X, Y = chessboard(60)
    stack = MultiRaterStackingClassifier(fusion="mean").fit(X, Y)
    assert stack.kernel_choice_time_ > 0
    stack.set_params(estimator=LogisticRegression()).fit(X, Y)
    assert (stack.kernel_weight_, stack.kernel_choice_time_) == (None, 0)


def test_no_trial_begins_after_the_time_limit():
    with time_limit(0), pytest.raises(TimeLimitReached):
        MultiRaterStackingClassifier(fusion="mean").fit(*chessboard(60))


def test_jobs_in_parallel_choose_the_same():
    X, Y = chessboard()
    alone, two = (MultiRaterStackingClassifier(fusion="mean", n_jobs=jobs).fit(X, Y) for jobs in (1, 2))
    assert alone.kernel_weight_ == two.kernel_weight_
    np.testing.assert_allclose(alone.predict_proba(X), two.predict_proba(X), atol=1e-6)


def test_the_plan_numbers_the_samples_of_the_choice_as_the_user_does():
    X, Y = chessboard(60)
    Y.iloc[[3, 7]] = None
    choice = MultiRaterStackingClassifier().plan(X, Y).kernel_choice
    assert set(choice.view.samples) == set(range(60)) - {3, 7}
    votes = Y.to_numpy(float)[choice.view.samples].mean(axis=1)
    assert np.corrcoef(votes, choice.view.targets[:, 1])[0, 1] == pytest.approx(1)
    assert sorted(np.concatenate([test for _, test in choice.splits])) == sorted(choice.view.samples)


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
    assert "the kernel's weight is 1, since no samples can be left out to choose it" in told


def test_a_weight_of_two_chooses_as_the_sample_twice():
    X, Y = chessboard(200)
    groups, weight = np.arange(200) % 50, np.random.default_rng(0).integers(0, 3, 200)
    twice = np.repeat(np.arange(200), weight)
    settings = {"views": ["crowd_soft"], "fusion": "mean"}
    weighted = MultiRaterStackingClassifier(**settings).fit(X, Y, sample_weight=weight, groups=groups)
    repeated = MultiRaterStackingClassifier(**settings).fit(X[twice], Y.iloc[twice], groups=groups[twice])
    assert weighted.kernel_weight_ == repeated.kernel_weight_ != WEIGHTS[0]
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4)


def test_a_lead_of_few_groups_is_no_clear_lead():
    rng = np.random.default_rng(0)
    lead, weight = 1 + rng.normal(size=200), np.ones(200)
    assert _is_clear(lead, weight, None)
    of_groups = np.repeat(rng.normal(0, 2, 4), 50)
    assert not _is_clear(lead + of_groups - of_groups.mean(), weight, np.repeat(range(4), 50))
    assert not _is_clear(lead, weight, np.zeros(200))


@pytest.mark.parametrize(("n_groups", "within"), [(None, 0), (2, 1), (4, 1), (8, 1)])
def test_a_lead_by_chance_is_called_clear_once_in_forty_times(n_groups, within):
    rng, groups = np.random.default_rng(1), None if n_groups is None else np.arange(120) % n_groups
    draws = [rng.normal(size=120) + (within and rng.normal(size=n_groups)[groups]) for _ in range(2000)]
    assert 0.005 < np.mean([_is_clear(lead, np.ones(120), groups) for lead in draws]) < 0.04


def test_a_clear_lead_is_taken_though_the_best_one_is_not_clear(monkeypatch):
    X, Y = chessboard(60)
    noise = np.random.default_rng(0).normal(size=60)
    losses = (
        np.stack([np.full(60, mean) for mean in (1, 1, 0.96, 1, 0.9)]) + [[0], [0], [0], [0], [1]] * noise
    )
    monkeypatch.setattr("sklearn_raters.stacking._default_views._try_weights", lambda *_: (losses, 1.5))
    stack = MultiRaterStackingClassifier(fusion="mean").fit(X, Y)
    assert (stack.kernel_weight_, stack.kernel_choice_time_) == (3, 1.5)


@pytest.mark.parametrize("with_groups", [False, True])
def test_of_many_samples_some_choose_whatever_their_order(with_groups, monkeypatch):
    monkeypatch.setattr("sklearn_raters.stacking._default_views._N_SAMPLES", 100)
    X, Y = chessboard(200)
    order, groups = np.random.default_rng(1).permutation(200), np.arange(200) % 50
    tried = []

    def losses_of(X, pairs):
        tried.append(np.sort(np.concatenate([X[test.samples, 0] for _, test in pairs])))
        return np.zeros((len(WEIGHTS), len(tried[-1]))), 0.0

    name = "sklearn_raters.stacking._default_views._try_weights"
    monkeypatch.setattr(name, lambda estimator, X, pairs, *_: losses_of(X, pairs))
    for rows in (np.arange(200), order):
        settings = {"groups": groups[rows]} if with_groups else {}
        MultiRaterStackingClassifier(fusion="mean").fit(X[rows], Y.iloc[rows], **settings)
    assert len(tried[0]) == 100
    np.testing.assert_array_equal(*tried)


def test_a_cache_finds_the_choice_again(tmp_path, monkeypatch):
    X, Y = chessboard(60)
    first = MultiRaterStackingClassifier(memory=tmp_path).fit(X, Y)

    def trained_again(*arguments):
        raise AssertionError("a trial is trained although it is in the cache")

    monkeypatch.setattr("sklearn_raters.stacking._default_views._try_weight", trained_again)
    again = MultiRaterStackingClassifier(memory=tmp_path, fusion="mean").fit(X, Y)
    assert again.kernel_weight_ == first.kernel_weight_
    with pytest.raises(AssertionError, match="trained although"):
        MultiRaterStackingClassifier(memory=tmp_path).fit(X[1:], Y[1:])
