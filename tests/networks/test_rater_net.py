"""RaterNetClassifier: every form of ratings and samples, sparse crowds, raters never seen, own trunks."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, GroupKFold

from sklearn_raters import RaterNetClassifier
from sklearn_raters._torch.rater_models.base import RaterModel
from sklearn_raters._torch.rater_models.heads import MultiTask, Uncertainty
from sklearn_raters.metrics import rater_uar, uar_scorer
from sklearn_raters.model_selection import cross_val_predict_raters
from sklearn_raters.networks._rater_net import RATER_MODELS
from sklearn_raters.networks._vote_targets import votes_in_rows
from sklearn_raters.ratings import Task, parse_ratings


def quick(raters="crowd_layer", **params):
    settings = {"max_epochs": 15, "learning_rate": 1e-2, "device": "cpu", "random_state": 0, "dropout": 0.1}
    return RaterNetClassifier(raters, **{**settings, **params})


def crowd(n_samples=150, n_raters=6, n_each=3, seed=0):
    """Three classes, raters who are right in 80 % of the cases, and gaps."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=n_samples)
    X = (np.eye(3)[truth] * 3 + rng.normal(size=(n_samples, 3))).astype(np.float32)
    Y = np.full((n_samples, n_raters), None, dtype=object)
    for sample, label in enumerate(truth):
        for rater in rng.choice(n_raters, n_each, replace=False):
            said = label if rng.random() < 0.8 else rng.integers(3)
            Y[sample, rater] = "abc"[said]
    return X, Y, np.array(list("abc"))[truth]


@pytest.mark.parametrize("raters", RATER_MODELS)
def test_every_rater_model_learns_the_consensus_and_the_raters(raters):
    X, Y, truth = crowd()
    clf = quick(raters).fit(X, Y)
    assert (clf.predict(X) == truth).mean() > 0.8
    assert clf.classes_.tolist() == ["a", "b", "c"]
    assert clf.raters_ == [0, 1, 2, 3, 4, 5]
    by_rater = clf.predict_proba_raters(X)
    assert by_rater.shape == (150, 6, 3)
    np.testing.assert_allclose(by_rater.sum(axis=2), 1)
    assert clf.transform(X).shape == (150, 128)
    has_confusion = raters not in ("multitask", "doctor_net", "uncertainty")
    assert hasattr(clf, "rater_confusion_") == has_confusion
    assert hasattr(clf, "rater_confusion") == has_confusion
    if has_confusion:
        np.testing.assert_allclose(clf.rater_confusion_.sum(axis=2), 1, rtol=1e-6)
        np.testing.assert_allclose(clf.rater_confusion(X).mean(axis=0), clf.rater_confusion_, atol=1e-6)


def test_a_rater_with_another_opinion_is_told_from_the_others():
    X, Y, truth = crowd(300, n_each=4)
    turned = {"a": "b", "b": "c", "c": "a"}
    Y[:, 5] = [None if label is None else turned[label] for label in Y[:, 5]]
    clf = quick("geo_reg_w", max_epochs=60, learning_rate=3e-2).fit(X, Y)
    assert (clf.predict(X) == truth).mean() > 0.85
    said = clf.predict_proba_raters(X)[:, 5].argmax(axis=1)
    assert (clf.classes_[said] == np.vectorize(turned.get)(truth)).mean() > 0.7
    assert (clf.rater_confusion_[5].argmax(axis=1) == [1, 2, 0]).all()


def test_raters_never_seen_get_the_consensus():
    X, Y, _ = crowd()
    clf = quick().fit(X, pd.DataFrame(Y, columns=list("uvwxyz")))
    asked = clf.predict_proba_raters(X, raters=["z", "new", "u"])
    np.testing.assert_array_equal(asked[:, 1], clf.predict_proba(X))
    np.testing.assert_array_equal(asked[:, [0, 2]], clf.predict_proba_raters(X)[:, [5, 0]])
    assert clf.predict_proba_raters(X, raters=[]).shape == (150, 0, 3)


@pytest.mark.parametrize("raters", RATER_MODELS)
@pytest.mark.parametrize(("n_raters", "n_each"), [(44, 1), (200, 1), (200, 10)])
def test_sparse_crowds_work(raters, n_raters, n_each):
    X, Y, truth = crowd(400, n_raters, n_each)
    clf = quick(raters).fit(X, Y)
    assert (clf.predict(X) == truth).mean() > 0.8
    assert len(clf.raters_) == len([column for column in Y.T if any(column)])


def test_the_forms_of_ratings_are_one_and_the_same():
    X, Y, _ = crowd()
    cube = (Y[:, :, None] == np.array(["a", "b", "c"], dtype=object)).astype(int)
    expected = quick().fit(X, Y).predict_proba(X)
    for given in (pd.DataFrame(Y), Y.tolist(), parse_ratings(Y)):
        np.testing.assert_array_equal(quick().fit(X, given).predict_proba(X), expected)
    np.testing.assert_array_equal(quick(classes=["a", "b", "c"]).fit(X, cube).predict_proba(X), expected)


def test_sequences_have_the_papers_trunk():
    X, Y, truth = crowd(60)
    rng = np.random.default_rng(0)
    frames = [row + 0.1 * rng.normal(size=(rng.integers(2, 7), 3)) for row in X]
    sizes = {"dense_units": 16, "lstm_units": 8, "representation_units": 12}
    clf = quick("conal", trunk_params=sizes, max_epochs=30).fit(frames, Y)
    assert clf.transform(frames).shape == (60, 12)
    assert (clf.predict(frames) == truth).mean() > 0.7
    again = quick("conal", trunk_params=sizes, max_epochs=30).fit(frames, Y)
    np.testing.assert_array_equal(clf.predict_proba(frames), again.predict_proba(frames))


def test_dense_layers_take_the_mean_of_sequences():
    X, Y, _ = crowd(60)
    rng = np.random.default_rng(0)
    noise = [rng.normal(size=(rng.integers(2, 7), 3)) for _ in X]
    frames = [row + own - own.mean(axis=0) for row, own in zip(X, noise, strict=True)]
    clf = quick(trunk="dense").fit(X, Y)
    np.testing.assert_allclose(clf.predict_proba(frames), clf.predict_proba(X), atol=1e-5)
    assert quick(trunk="dense").fit(frames, Y).score(frames, Y) > 0.7


class Pooled(torch.nn.Module):
    """A trunk of a user's own, for padded frames."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 5)

    def forward(self, frames, lengths):
        return self.layer(frames).cumsum(dim=1)[torch.arange(len(frames)), lengths - 1]


def test_a_trunk_of_ones_own_is_copied_and_trained():
    X, Y, truth = crowd()
    trunk = torch.nn.Sequential(torch.nn.Linear(3, 7), torch.nn.ReLU())
    before = trunk[0].weight.detach().clone()
    clf = quick(trunk=trunk).fit(X, Y)
    assert clf.transform(X).shape == (150, 7)
    assert (clf.predict(X) == truth).mean() > 0.8
    torch.testing.assert_close(trunk[0].weight, before)
    assert not torch.equal(clf.net_.module_.trunk.module[0].weight, before)
    frames = [np.repeat(row[None], 3, axis=0) for row in X]
    assert quick(trunk=Pooled()).fit(frames, Y).transform(frames).shape == (150, 5)


def test_a_trunk_of_ones_own_may_need_two_samples_a_batch():
    X, Y, truth = crowd(n_samples=129)
    torch.manual_seed(0)
    trunk = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU())
    assert (quick(trunk=trunk).fit(X, Y).predict(X) == truth).mean() > 0.7


def test_a_rater_model_of_ones_own_is_as_good_as_a_name():
    from sklearn_raters._torch.rater_models.confusions import GeoRegF

    X, Y, _ = crowd()
    expected = quick("geo_reg_f").fit(X, Y)
    clf = quick(GeoRegF).fit(X, Y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected.predict_proba(X))
    np.testing.assert_array_equal(clf.rater_confusion_, expected.rater_confusion_)


def test_the_same_seed_gives_the_same_net_and_leaves_torchs_generator_alone():
    X, Y, _ = crowd()
    state = torch.get_rng_state()
    first = quick("annot_mix").fit(X, Y).predict_proba(X)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(quick("annot_mix").fit(X, Y).predict_proba(X), first)
    assert not np.array_equal(quick("annot_mix", random_state=1).fit(X, Y).predict_proba(X), first)


def test_early_stopping_keeps_the_best_epoch_of_rater_model_and_trunk():
    X, Y, _ = crowd()
    settings = {"early_stopping": True, "n_iter_no_change": 3, "max_epochs": 200, "learning_rate": 5e-2}
    groups = np.arange(150) // 5
    clf = quick(**settings).fit(X, Y, groups=groups)
    assert clf.n_iter_ < 200
    losses = clf.net_.history[:, "valid_loss"]
    best = int(np.argmin(losses)) + 1
    short = quick(**{**settings, "max_epochs": best}).fit(X, Y, groups=groups)
    np.testing.assert_allclose(clf.rater_confusion_, short.rater_confusion_)
    np.testing.assert_allclose(clf.predict_proba(X), short.predict_proba(X))


def test_uncertainty_tells_where_raters_disagree():
    rng = np.random.default_rng(0)
    unclear = rng.random(400) < 0.5
    X = np.column_stack([unclear, rng.normal(size=400)])
    Y = np.where(unclear[:, None], rng.integers(2, size=(400, 5)), (X[:, 1] > 0)[:, None])
    clf = quick("uncertainty", max_epochs=30).fit(X, Y)
    disagreement = clf.predict_disagreement(X)
    assert ((disagreement >= 0) & (disagreement <= 1)).all()
    assert disagreement[unclear].mean() > disagreement[~unclear].mean() + 0.3
    assert not hasattr(quick("conal"), "predict_disagreement")


def test_votes_outside_the_classes_do_not_count():
    X, Y, _ = crowd()
    more = np.column_stack([Y, np.full(150, "other", dtype=object)])
    clf = quick(classes=["a", "b", "c"]).fit(X, more)
    assert clf.raters_ == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(clf.predict_proba(X), quick().fit(X, Y).predict_proba(X))


def test_labels_of_one_cell_share_their_raters_vote():
    Y = [[("a", "b"), "a"], [None, "b"], [None, None], ["c", None]]
    targets, raters = votes_in_rows(Task(Y, ["a", "b"]), np.array([1.0, 2.0]))
    expected = np.zeros((4, 3, 3))
    expected[0] = [[0, 0, 0.5], [0, 1, 1.0], [1, 0, 1.0]]
    expected[1, 0] = [1, 1, 2.0]
    np.testing.assert_array_equal(targets, expected)
    assert raters.tolist() == [0, 1]


def test_class_weights_reach_the_votes():
    X, Y, _ = crowd()
    rare = quick(class_weight={"a": 100.0, "b": 1.0, "c": 1.0}, max_epochs=3).fit(X, Y)
    assert (rare.predict(X) == "a").mean() > (quick(max_epochs=3).fit(X, Y).predict(X) == "a").mean() + 0.2


def test_searches_and_cross_validation_take_ratings():
    X, Y, _ = crowd()
    groups = np.arange(150) // 10
    search = GridSearchCV(
        quick(max_epochs=5), {"raters": ["crowd_layer", "multitask"]}, scoring=uar_scorer, cv=GroupKFold(3)
    )
    search.fit(X, Y, groups=groups)
    assert search.best_score_ > 0.6
    clf = quick()
    predicted = cross_val_predict_raters(clf, X, Y, groups=groups, cv=GroupKFold(3))
    assert len(predicted) == 150
    assert clf.fit(X, Y).score(X, Y) > 0.8
    uar = rater_uar(Task(Y, clf.classes_.tolist()), clf.predict_proba_raters(X))
    assert len(uar) == 6


def test_pickles_and_clones_answer_alike():
    X, Y, _ = crowd()
    clf = quick("madl").fit(X, Y)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba_raters(X), clf.predict_proba_raters(X))
    np.testing.assert_array_equal(clone(clf).fit(X, Y).predict_proba(X), clf.predict_proba(X))


def test_trunk_and_rater_model_start_differently():
    X, Y, _ = crowd(60)
    module = quick(max_epochs=1, learning_rate=1e-12).fit(X, Y).net_.module_
    layers = module.trunk.layers[0], module.raters.output
    trunk, output = (layer.weight.detach().ravel() for layer in layers)
    n = min(len(trunk), len(output))
    assert abs(np.corrcoef(trunk[:n], output[:n])[0, 1]) < 0.3


@pytest.mark.parametrize("raters", ["multitask", "crowd_layer", "uncertainty"])
def test_raters_of_held_out_groups_alone_are_strangers(raters):
    X, Y, truth = crowd(200, n_raters=8, n_each=8)
    session = np.arange(200) // 50
    for rater in range(8):
        Y[session != rater // 2, rater] = None  # two raters a session
    clf = quick(raters, early_stopping=True, validation_fraction=0.25, max_epochs=60)
    clf.fit(X, Y, groups=session)
    assert len(clf.raters_) == 6
    assert (clf.predict(X) == truth).mean() > 0.8
    held_out = ({*range(8)} - {*clf.raters_}).pop()
    asked = clf.predict_proba_raters(X, raters=[held_out])
    np.testing.assert_array_equal(asked[:, 0], clf.predict_proba(X))
    assert min(clf.net_.history[:, "valid_loss"]) < 0.8  # log 3 would be that of knowing nothing


def test_early_stopping_works_beside_labels_outside_the_classes():
    X, Y, _ = crowd()
    for row in range(0, 150, 10):
        Y[row] = f"other{row}"
    clf = quick(classes=["a", "b", "c"], early_stopping=True, max_epochs=3).fit(X, Y)
    assert clf.classes_.tolist() == ["a", "b", "c"]


class Eye(RaterModel):
    """A rater model that holds a parameter and does not set it."""

    def __init__(self, n_units, n_classes, n_raters):
        super().__init__(n_units, n_classes, n_raters)
        self.weight = torch.nn.Parameter(torch.eye(n_classes))

    def say(self, units, sample, rater):
        return (self.consensus(units)[sample] @ self.weight).log_softmax(dim=1)


class StartedEye(Eye):
    def start(self, generator):
        with torch.no_grad():
            self.weight.copy_(torch.eye(self.n_classes))


def test_a_rater_model_of_ones_own_says_something():
    class Silent(RaterModel):
        pass

    X, Y, _ = crowd(30)
    with pytest.raises(TypeError, match=r"Silent.*say"):
        quick(Silent).fit(X, Y)


def test_a_rater_model_of_ones_own_sets_what_it_holds():
    X, Y, truth = crowd()
    with pytest.raises(TypeError, match=r"Eye in Eye holds \['weight'\].*start\(generator\)"):
        quick(Eye).fit(X, Y)
    clf = quick(StartedEye).fit(X, Y)
    assert (clf.predict(X) == truth).mean() > 0.8
    assert not hasattr(clf, "rater_confusion_")
    assert not hasattr(quick(MultiTask).fit(X, Y), "rater_confusion")
    assert quick(Uncertainty).fit(X, Y).predict_disagreement(X).shape == (150,)


def test_a_trunk_of_ones_own_may_draw_and_depends_on_the_seed_alone():
    X, Y, _ = crowd()
    trunk = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Dropout(0.5))
    first = quick(trunk=trunk).fit(X, Y).predict_proba(X)
    state = torch.get_rng_state()
    torch.manual_seed(99)
    again = quick(trunk=trunk).fit(X, Y)
    np.testing.assert_array_equal(again.predict_proba(X), first)
    torch.set_rng_state(state)
    with pytest.raises(ValueError, match="learnt from rows of a table; a sample has 4 frames"):
        again.predict([np.repeat(row[None], 4, axis=0) for row in X])


def test_one_rater_is_asked_in_a_list():
    X, Y, _ = crowd()
    clf = quick().fit(X, pd.DataFrame(Y, columns=list("uvwxyz")))
    with pytest.raises(ValueError, match=r"give \['u'\]"):
        clf.predict_proba_raters(X, raters="u")


def test_a_training_that_runs_away_is_an_error():
    X, Y, _ = crowd()
    with pytest.raises(ValueError, match=r"training ran away\. Lower learning_rate=1e\+30"):
        quick(learning_rate=1e30).fit(X, Y)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"raters": "crowdlayer"}, "raters"),
        ({"raters": "annot_mix", "rater_params": {"prior": 1.0}}, "prior=1.0.*between 0 and 1"),
        ({"raters": "trace_reg", "rater_params": {"strength": "x"}}, "strength='x'.*number of at least 0"),
        ({"raters": "madl", "rater_params": {"rater_units": 0}}, "rater_units=0.*integer of at least 1"),
        ({"trunk_params": {"hidden_units": 64}}, "hidden_units=64.*list or tuple"),
        ({"trunk": "blstm", "trunk_params": {"precision": "bf16"}}, "'bf16'.*'bfloat16'"),
        ({"trunk": "blstm", "trunk_params": {"lstm_units": 0}}, "lstm_units=0.*integer above 0"),
        ({"trunk": torch.nn.Linear(5, 4)}, "trunk cannot be run on a sample of 1 frames and 3 features"),
        ({"trunk": torch.nn.LSTM(3, 4)}, "of one sample it made tuple"),
        ({"net_params": {"criterion": torch.nn.L1Loss}}, "'criterion'.*own loss"),
        ({"trunk": "lstm"}, "trunk"),
        ({"rater_params": {"strength": 1}}, "'strength'.*'kind'"),
        ({"rater_params": {"kind": "tensor"}}, "'tensor'"),
        ({"trunk_params": {"lstm_units": 8}}, "'lstm_units'.*'hidden_units'"),
        ({"trunk": torch.nn.Flatten(0)}, "representation|n_units"),
    ],
)
def test_wrong_settings_are_named(params, message):
    X, Y, _ = crowd(30)
    with pytest.raises(ValueError, match=message):
        quick(**params).fit(X, Y)


def test_ratings_for_one_class_only_are_refused():
    X, _, _ = crowd(30)
    with pytest.raises(ValueError, match="All votes are for one class of 'a', 'b'"):
        quick(classes=["a", "b"]).fit(X, np.full((30, 2), "a", dtype=object))
