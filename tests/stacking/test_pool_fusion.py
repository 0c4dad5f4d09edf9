"""The fusion "pool": what it learns from, and its three answers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedGroupKFold
from sklearn.svm import SVC

from made import CLASSES, GROUPS, X, Y, make_rated, small_stack
from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.ratings import Task
from sklearn_raters.stacking._pool_fusion import Readings
from sklearn_raters.stacking._views import make_view

NEW = make_rated(600, seed=1)


class RemembersSamples(LogisticRegression):
    """Remembers the samples of each fit and of each prediction."""

    log = []

    def fit(self, X, y, sample_weight=None):
        self.seen_ = set(X[:, 0])
        return super().fit(X, y, sample_weight)

    def predict_proba(self, X):
        RemembersSamples.log.append((self.seen_, set(X[:, 0])))
        return super().predict_proba(X)


def cross_entropy(targets, proba):
    known = np.isfinite(targets).all(axis=1)
    return -(targets[known] * np.log(proba[known])).sum(axis=1).mean()


def shares(Y):
    return soft_labels(Task(Y, CLASSES), alpha=0)


def test_the_pool_is_the_default():
    assert MultiRaterStackingClassifier().fusion == "pool"


def test_the_pool_learns_from_samples_that_no_copy_was_trained_on():
    RemembersSamples.log.clear()
    model = small_stack(RemembersSamples(), fusion="pool").fit(X, Y, groups=GROUPS)
    assert len(RemembersSamples.log) == 2 * len(model.views_)
    assert all(not seen & predicted for seen, predicted in RemembersSamples.log)
    rated = set(X[Task(Y, CLASSES).counts.sum(axis=1) > 0, 0])
    assert set().union(*(predicted for _, predicted in RemembersSamples.log)) == rated


def test_two_folds_of_groups_are_the_default_of_the_pool():
    first, second = small_stack(fusion="pool").plan(X, Y, groups=GROUPS).splits
    assert not set(GROUPS[first.train]) & set(GROUPS[first.test])
    assert first.train.tolist() == second.test.tolist()
    rated = np.flatnonzero(Task(Y, CLASSES).counts.sum(axis=1))
    assert sorted([*first.test, *second.test]) == rated.tolist()


def _held_out_first(model, weight=None, rows=slice(None)):
    plan = model.plan(X[rows], Y.iloc[rows], groups=GROUPS[rows], sample_weight=weight)
    return set(GROUPS[rows][plan.splits[0].test])


def test_the_folds_of_groups_stratify_as_scikit_learn_does():
    model = small_stack(fusion="pool")
    rated = np.flatnonzero(Task(Y, CLASSES).counts.sum(axis=1))
    strata = [str(label) for label in hard_labels(Y)[rated]]
    splits = StratifiedGroupKFold(2).split(rated[:, None], strata, GROUPS[rated])
    assert _held_out_first(model) == set(GROUPS[rated][next(iter(splits))[1]])


def test_weights_give_the_folds_of_repeated_samples():
    model, weight = small_stack(fusion="pool"), np.random.default_rng(0).integers(0, 4, size=150)
    held_out = _held_out_first(model, weight)
    assert held_out == _held_out_first(model, rows=np.repeat(np.arange(150), weight))
    assert held_out != _held_out_first(model)


@pytest.mark.parametrize("cv", [4, KFold(3, shuffle=True, random_state=0)], ids=str)
def test_the_pool_takes_other_folds(cv):
    model = small_stack(fusion="pool", cv=cv)
    assert len(model.plan(X, Y).splits) == (cv if isinstance(cv, int) else 3)
    assert (model.fit(X, Y).predict(NEW.X) == NEW.truth).mean() > 0.85


def test_each_question_is_answered_better_than_by_the_mean_of_views():
    pool, mean = (small_stack(fusion=fusion).fit(X, Y, groups=GROUPS) for fusion in ("pool", "mean"))
    consensus = (hard_labels(NEW.Y)[:, None] == np.array(CLASSES)).astype(float)
    consensus[consensus.sum(axis=1) == 0] = np.nan
    order = [pool.classes_.tolist().index(name) for name in CLASSES]

    def losses(model):
        yield cross_entropy(consensus, model.predict_proba(NEW.X)[:, order])
        yield cross_entropy(shares(NEW.Y), model.predict_soft_labels(NEW.X)[:, order])
        answers = model.predict_proba_raters(NEW.X)[:, :, order]
        for place, rater in enumerate(model.raters_):
            yield cross_entropy(shares(NEW.Y[[rater]]), answers[:, place])

    better = [a < b for a, b in zip(losses(pool), losses(mean), strict=True)]
    assert better[0]
    assert better[1]
    assert np.mean(better) >= 0.8


def test_answers_are_distributions():
    model = small_stack(fusion="pool").fit(X, Y, groups=GROUPS)
    for answer in (
        model.predict_proba(NEW.X),
        model.predict_soft_labels(NEW.X),
        model.predict_proba_raters(NEW.X),
    ):
        np.testing.assert_allclose(answer.sum(axis=-1), 1)
        assert answer.min() > 0
    assert model.predict_proba_raters(NEW.X).shape == (600, 3, 3)


def test_a_rater_who_differs_is_told_apart():
    made = make_rated(400, wrong=0.05)
    swapped = made.Y.copy()
    swapped["E1"] = swapped["E1"].map(lambda label: {"sad": "angry", "angry": "sad"}.get(label, label))
    model = small_stack(fusion="pool", random_state=0).fit(made.X, swapped, groups=made.groups)
    said = model.classes_[model.predict_proba_raters(NEW.X).argmax(axis=2)]
    e1, e2 = model.raters_.index("E1"), model.raters_.index("E2")
    sad = NEW.truth == "sad"
    assert (said[sad, e1] == "angry").mean() > 0.7
    assert (said[sad, e2] == "sad").mean() > 0.7


def test_raters_of_two_camps_are_predicted_as_well_as_by_their_own_views():
    rng = np.random.default_rng(0)
    samples, camps = rng.normal(size=(1200, 20)), rng.normal(size=(2, 20)) / 2
    said = np.stack([samples @ camps[number % 2] for number in range(8)], axis=1)
    votes = np.where(said + 0.4 * rng.normal(size=said.shape) > 0, "yes", "no").astype(object)
    taught = np.where(rng.random((600, 8)) < 0.5, votes[:600], None)
    right = {}
    for fusion in ("pool", "mean"):
        model = small_stack(fusion=fusion).fit(samples[:600], taught)
        answers = model.predict_proba_raters(samples[600:]).argmax(axis=2)
        right[fusion] = (model.classes_[answers] == votes[600:]).mean()
    assert right["pool"] > right["mean"] - 0.01


def test_raters_who_rate_one_group_only_keep_their_view():
    table = Y.copy()
    session = np.arange(len(table)) * 3 // len(table)
    table.loc[session != 0, "E1"] = None
    model = small_stack(fusion="pool", random_state=0).fit(X, table, groups=session)
    plan = small_stack(fusion="pool", random_state=0).plan(X, table, groups=session)
    assert "E1" in model.raters_
    assert plan.table.set_index("view").trainings.to_dict()["E1"] == 2  # all samples, and one of two splits
    assert (model.predict(NEW.X) == NEW.truth).mean() > 0.85


def test_one_group_gives_the_plain_pool_with_a_warning():
    with pytest.warns(UserWarning, match="there is 1 group"):
        model = small_stack(fusion="pool").fit(X, Y, groups=np.zeros(len(X)))
    np.testing.assert_allclose(model.fusion_.consensus.weights[0], np.eye(3) / 3)
    labels = hard_labels(Y)
    shares = np.array([(labels == name).sum() + 1 for name in model.classes_])
    np.testing.assert_allclose(np.exp(model.fusion_.consensus.offsets), shares / shares.sum())
    assert (model.predict(NEW.X) == NEW.truth).mean() > 0.85


def test_groups_without_ratings_do_not_count_as_groups():
    table = Y.copy()
    table.iloc[75:] = None
    with pytest.warns(UserWarning, match="there is 1 group with ratings"):
        small_stack(fusion="pool").fit(X, table, groups=np.arange(150) // 75)


def test_a_class_of_one_group_is_found_in_new_groups():
    made = make_rated(600, wrong=0.05)
    in_first = made.truth == "neutral"
    groups = np.where(in_first, 0, 1 + np.arange(600) % 5)
    model = small_stack(fusion="pool", random_state=0).fit(made.X, made.Y, groups=groups)
    said = model.predict(NEW.X)
    assert all((said[NEW.truth == name] == name).mean() > 0.7 for name in CLASSES)


@pytest.mark.parametrize("seed", range(4))
def test_folds_share_a_class_of_two_groups(seed):
    made = make_rated(300, wrong=0.0)
    rare = np.where(made.truth == "neutral", np.arange(300) % 2, 2 + np.arange(300) % 8)
    plan = small_stack(fusion="pool", random_state=seed).plan(made.X, made.Y, groups=rare)
    labels = hard_labels(made.Y)
    assert all("neutral" in labels[split.train] for split in plan.splits)


def test_decision_values_of_pairs_of_classes_are_refused():
    stack = small_stack(fusion="pool", view_params={"crowd_hard": SVC(decision_function_shape="ovo")})
    with pytest.raises(ValueError, match="'crowd_hard' has decision values for pairs of classes"):
        stack.plan(X, Y)


def test_decision_values_of_soft_labels_are_read_in_the_order_of_the_classes():
    turned = CLASSES[1:] + CLASSES[:1]
    views = [small_stack(SVC(), fusion="pool", views="all", classes=names) for names in (CLASSES, turned)]
    expected, found = (stack.fit(X, Y).predict_proba(X) for stack in views)
    places = [turned.index(name) for name in CLASSES]
    np.testing.assert_allclose(found[:, places], expected, atol=1e-4)


def test_a_single_view_is_calibrated_by_its_pool():
    model = small_stack(fusion="pool", views=["crowd_hard"]).fit(X, Y)
    assert model.fusion_.consensus.weights.shape == (1, 3, 3)
    assert model.predict_proba_raters(NEW.X).shape == (600, 0, 3)
    assert (model.predict(NEW.X) == NEW.truth).mean() > 0.85


def test_a_sample_of_weight_zero_changes_nothing():
    weight = np.where(np.arange(len(X)) % 5 == 4, 0.0, 1.0)
    kept = weight > 0
    model = small_stack(fusion="pool", classes=CLASSES)
    weighted = model.fit(X, Y, sample_weight=weight, groups=GROUPS).predict_proba(NEW.X)
    left_out = model.fit(X[kept], Y[kept], groups=GROUPS[kept]).predict_proba(NEW.X)
    np.testing.assert_allclose(weighted, left_out, atol=1e-4)


def readings(alpha=0.0, **ratings):
    """Return the readings of the views "crowd_soft" and of each rater, of four samples of two classes."""
    task = Task(pd.DataFrame(ratings), ["a", "b"])
    names = ["crowd_soft", *ratings]
    views = [make_view(name, task, hard_labels(task), alpha=alpha) for name in names]
    return Readings.of_views(views, task.classes)


def test_raters_count_by_the_number_of_samples_that_they_rated():
    inputs = readings(one=["a", "b", "a", "b"], two=["a", "b", None, None])
    posteriors = np.array([[[0.5, 0.5], [0.6, 0.4], [0.3, 0.7]]])
    common, own = inputs.ratios(posteriors)
    assert common.shape == own.shape == (1, 2, 2)
    average = (4 * posteriors[0, 1] + 2 * posteriors[0, 2]) / 6
    np.testing.assert_allclose(common[0, 1], np.log(average / 0.5))  # both raters use the classes equally


def test_a_posterior_gives_way_to_the_prior_by_the_smoothing_that_was_undone():
    inputs = readings(alpha=0.75, one=["a", "b", "a", "b"], two=["a", "b", "a", "b"])
    # One vote gets 2 * 0.75 votes of smoothing, two votes get half as much for each.
    np.testing.assert_allclose(inputs.doubts, [0.0075, 0.015, 0.015])
    posteriors = np.array([[[0.5, 0.5], [0.7, 0.3], [0.5, 0.5]]])
    _, own = inputs.ratios(posteriors)
    np.testing.assert_allclose(own[0, 0], np.log((1 - 0.015) * posteriors[0, 1] / 0.5 + 0.015))


def test_a_view_without_posteriors_says_nothing():
    inputs = readings(one=["a", "b", "a", "b"], two=["a", "b", None, None])
    posteriors = np.array([[[0.5, 0.5], [0.6, 0.4], [np.nan, np.nan]], [[np.nan] * 2] * 3])
    common, own = inputs.ratios(posteriors)
    np.testing.assert_allclose(common[0, 1], np.log(posteriors[0, 1] / 0.5))
    np.testing.assert_allclose(own[0, 1], 0, atol=1e-12)
    np.testing.assert_allclose(common[1], 0, atol=1e-12)
