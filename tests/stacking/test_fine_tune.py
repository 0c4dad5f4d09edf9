"""Fine-tuning trains views and fusion layer further, as long as the loss on held-out samples falls."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import GROUPS, CountedFits, X, Y, accuracy, make_rated, small_blstm, small_stack
from sklearn_raters.stacking import _fine_tune

TWO_CLASSES = Y.map(lambda cell: "sad" if isinstance(cell, tuple) or cell == "angry" else cell)


def stack(fusion="logistic", **params):
    # Views that are not trained to the end leave something to fine-tuning.
    return small_stack(small_blstm(max_epochs=1), fusion=fusion, views=["crowd_hard", "E1"], **params)


@pytest.fixture(scope="module", autouse=True)
def _few_epochs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(_fine_tune.SETTINGS, "max_epochs", 5)
        yield


@pytest.fixture(scope="module")
def frozen():
    return stack().fit(X, Y, groups=GROUPS)


@pytest.fixture(scope="module")
def tuned():
    return stack(fusion="fine_tune").fit(X, Y, groups=GROUPS)


def test_fine_tuning_that_lowers_the_held_out_loss_is_kept(frozen, tuned):
    assert tuned.n_iter_ > 0
    assert np.abs(tuned.predict_proba(X) - frozen.predict_proba(X)).max() > 1e-3
    assert accuracy(tuned) > 0.85


def test_fine_tuning_leaves_the_predictions_of_single_views_unchanged(frozen, tuned):
    np.testing.assert_array_equal(tuned.predict_proba_views(X), frozen.predict_proba_views(X))


def test_two_classes_are_fine_tuned():
    model = stack(fusion="fine_tune", random_state=1).fit(X, TWO_CLASSES, groups=GROUPS)
    plain = stack(random_state=1).fit(X, TWO_CLASSES, groups=GROUPS)
    assert model.n_iter_ > 0
    assert np.abs(model.predict_proba(X) - plain.predict_proba(X)).max() > 1e-3
    new = make_rated(300, seed=1)
    truth = np.where(new.truth == "angry", "sad", new.truth)
    assert (model.predict(new.X) == truth).mean() > 0.85


def test_fine_tuning_that_raises_the_held_out_loss_is_discarded(monkeypatch, frozen):
    # A step so large that it can only harm.
    monkeypatch.setitem(_fine_tune.SETTINGS, "learning_rate", 30.0)
    monkeypatch.setitem(_fine_tune.SETTINGS, "max_epochs", 2)
    model = stack(fusion="fine_tune").fit(X, Y, groups=GROUPS)
    assert model.n_iter_ == 0
    np.testing.assert_array_equal(model.predict_proba(X), frozen.predict_proba(X))


def test_the_same_seed_gives_the_same_fine_tuned_network(tuned):
    np.testing.assert_array_equal(
        clone(tuned).fit(X, Y, groups=GROUPS).predict_proba(X), tuned.predict_proba(X)
    )


def test_fine_tuning_leaves_the_views_in_the_cache_unchanged(tmp_path, frozen, tuned):
    first = stack(fusion="fine_tune", memory=str(tmp_path)).fit(X, Y, groups=GROUPS)
    np.testing.assert_array_equal(first.predict_proba(X), tuned.predict_proba(X))
    from_cache = stack(memory=str(tmp_path)).fit(X, Y, groups=GROUPS)
    assert from_cache.view_fit_time_ == first.view_fit_time_
    np.testing.assert_array_equal(from_cache.predict_proba(X), frozen.predict_proba(X))


@pytest.mark.parametrize("inner", [CountedFits(), make_pipeline(StandardScaler(), CountedFits())], ids=str)
def test_only_networks_can_be_fine_tuned(inner):
    CountedFits.n_fits = 0
    with pytest.raises(TypeError, match="trains networks further"):
        small_stack(inner, fusion="fine_tune").fit(X, Y, groups=GROUPS)
    assert CountedFits.n_fits == 0
