"""Fine-tuning: the frozen stack as one network, trained on only as far as that helps on samples not seen."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import GROUPS, X, Y, make_rated, small_blstm, small_stack
from sklearn_raters.stacking import _fine_tune

VIEWS = ["crowd_hard", "crowd_soft", "E1"]
TWO = Y.map(lambda cell: "sad" if isinstance(cell, tuple) or cell == "angry" else cell)


def tuned(table=X, ratings=Y, **params):
    return small_stack(small_blstm(max_epochs=3), views=VIEWS, fusion="fine_tune", **params).fit(
        table, ratings, groups=GROUPS
    )


@pytest.mark.parametrize("ratings", [Y, TWO], ids=["three", "two"])
def test_it_is_kept_where_it_lowers_the_held_out_loss(ratings):
    frozen = small_stack(small_blstm(max_epochs=3), views=VIEWS).fit(X, ratings, groups=GROUPS)
    model = tuned(ratings=ratings)
    assert model.n_iter_ > 0
    assert np.abs(model.predict_proba(X) - frozen.predict_proba(X)).max() > 1e-3
    new = make_rated(300, seed=1)
    names = {"angry": "sad"} if ratings is TWO else {}
    truth = [names.get(label, label) for label in new.truth]
    assert (model.predict(new.X) == truth).mean() > 0.85
    # The views go on answering as they were trained.
    np.testing.assert_array_equal(model.predict_proba_views(X), frozen.predict_proba_views(X))


def test_it_is_left_where_it_does_not(monkeypatch):
    # A step so large that it can only harm.
    monkeypatch.setitem(_fine_tune.SETTINGS, "learning_rate", 30.0)
    monkeypatch.setitem(_fine_tune.SETTINGS, "max_epochs", 2)
    model = tuned()
    assert model.n_iter_ == 0
    frozen = small_stack(small_blstm(max_epochs=3), views=VIEWS).fit(X, Y, groups=GROUPS)
    np.testing.assert_array_equal(model.predict_proba(X), frozen.predict_proba(X))


def test_the_same_seed_gives_the_same_network():
    np.testing.assert_array_equal(tuned().predict_proba(X), tuned().predict_proba(X))


def test_views_from_memory_stay_as_they_were_stored(tmp_path):
    first = tuned(memory=str(tmp_path)).predict_proba(X)
    again = tuned(memory=str(tmp_path))
    np.testing.assert_array_equal(again.predict_proba(X), first)
    frozen = clone(again).set_params(fusion="logistic").fit(X, Y, groups=GROUPS)
    plain = small_stack(small_blstm(max_epochs=3), views=VIEWS).fit(X, Y, groups=GROUPS)
    np.testing.assert_array_equal(frozen.predict_proba(X), plain.predict_proba(X))


@pytest.mark.parametrize(
    "estimator", [None, make_pipeline(StandardScaler(), small_blstm(max_epochs=3))], ids=["table", "pipe"]
)
def test_only_networks_can_be_tuned(estimator):
    with pytest.raises(TypeError, match="trains networks further"):
        small_stack(estimator, fusion="fine_tune").fit(X, Y, groups=GROUPS)


def test_it_has_no_out_of_fold_form():
    with pytest.raises(ValueError, match="needs cv=None"):
        small_stack(small_blstm(max_epochs=3), fusion="fine_tune", cv=3).fit(X, Y, groups=GROUPS)
