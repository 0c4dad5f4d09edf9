"""RaterNetClassifier: rater models, forms of ratings, unknown raters, early stopping, settings."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, GroupKFold
from skorch.callbacks import Callback

from made import CLASSES, as_cube, as_sequences, make_rated
from made import quick_rater_net as quick
from sklearn_raters import RaterNetClassifier
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.model_selection import cross_val_predict_raters
from sklearn_raters.networks import RATER_MODELS, RaterModel
from sklearn_raters.networks._vote_targets import merge_rated, votes_in_rows, weight_votes
from sklearn_raters.ratings import Task, parse_ratings

DATA = make_rated(n_raters=5)
X, Y, GROUPS, TRUTH = DATA
UNSEEN = make_rated(300, seed=1)


@pytest.fixture(scope="module")
def fitted():
    return quick().fit(X, Y)


def accuracy(clf, samples=UNSEEN.X, truth=UNSEEN.truth):
    """Return the accuracy on samples that were not trained on; guessing has 0.33."""
    return (clf.predict(samples) == truth).mean()


@pytest.mark.parametrize("raters", RATER_MODELS)
def test_every_rater_model_learns_the_consensus_and_predicts_the_raters(raters):
    clf = quick(raters).fit(X, Y)
    assert accuracy(clf) > 0.8
    assert clf.classes_.tolist() == sorted(CLASSES)
    assert clf.raters_ == ["E1", "E2", "E3", "E4", "E5"]
    by_rater = clf.predict_proba_raters(UNSEEN.X)
    assert by_rater.shape == (300, 5, 3)
    np.testing.assert_allclose(by_rater.sum(axis=2), 1)
    # Each rater chooses the true class in 90 % of the cases.
    assert (clf.classes_[by_rater.argmax(axis=2)] == UNSEEN.truth[:, None]).mean() > 0.75
    assert clf.transform(X).shape == (150, 128)


@pytest.mark.parametrize("raters", RATER_MODELS)
def test_confusions_exist_if_the_rater_model_has_confusion_matrices(raters):
    has_confusion = raters not in ("multitask", "doctor_net", "uncertainty")
    assert hasattr(quick(raters), "rater_confusion") == has_confusion
    clf = quick(raters, max_epochs=2).fit(X, Y)
    assert hasattr(clf, "rater_confusion_") == hasattr(clf, "rater_confusion") == has_confusion
    if has_confusion:
        np.testing.assert_allclose(clf.rater_confusion_.sum(axis=2), 1, rtol=1e-6)
        np.testing.assert_allclose(clf.rater_confusion(X).mean(axis=0), clf.rater_confusion_, atol=1e-6)


def test_the_confusion_matrix_shows_a_rater_who_exchanges_the_classes():
    exchanged = dict(zip(CLASSES, [*CLASSES[1:], CLASSES[0]], strict=True))
    data = make_rated(300, n_raters=5)
    ratings = data.Y.assign(
        E5=[exchanged.get(label) if isinstance(label, str) else None for label in data.Y["E5"]]
    )
    clf = quick("geo_reg_w", max_epochs=60, learning_rate=3e-2).fit(data.X, ratings)
    assert accuracy(clf) > 0.8
    predicted = clf.classes_[clf.predict_proba_raters(UNSEEN.X)[:, 4].argmax(axis=1)]
    assert (predicted == [exchanged[label] for label in UNSEEN.truth]).mean() > 0.75
    chosen = clf.classes_[clf.rater_confusion_[4].argmax(axis=1)]
    assert chosen.tolist() == [exchanged[label] for label in clf.classes_]


@pytest.mark.parametrize("raters", RATER_MODELS)
def test_soft_labels_are_the_mean_of_the_raters_who_count_by_their_votes(raters):
    made = make_rated(60, n_raters=3)
    Y = made.Y.assign(E2=made.Y["E2"].where(made.Y.index < 20, None))
    clf = RaterNetClassifier(raters, max_epochs=2, random_state=0).fit(made.X, Y)
    n_rated = Y[clf.raters_].notna().sum().to_numpy()
    assert n_rated[1] < n_rated[0] / 2
    expected = np.average(clf.predict_proba_raters(made.X), axis=1, weights=n_rated)
    np.testing.assert_allclose(clf.predict_soft_labels(made.X), expected, rtol=1e-6)


@pytest.mark.parametrize("raters", [["1", "03"], [1.0, "3.0"], (" 1", 3)], ids=str)
def test_a_rater_is_found_by_any_spelling_of_its_name(raters):
    clf = quick("crowd_layer", max_epochs=2).fit(X, Y.iloc[:, :3].set_axis([1, 2, 3], axis=1))
    np.testing.assert_array_equal(
        clf.predict_proba_raters(X, raters=raters), clf.predict_proba_raters(X)[:, [0, 2]]
    )


def test_raters_without_votes_are_predicted_as_the_consensus(fitted):
    with pytest.warns(InputWarning, match="no votes of the raters 'unknown'.*of their own are 'E1'"):
        by_rater = fitted.predict_proba_raters(X, raters=["E5", "unknown", "E1"])
    np.testing.assert_array_equal(by_rater[:, 1], fitted.predict_proba(X))
    np.testing.assert_array_equal(by_rater[:, [0, 2]], fitted.predict_proba_raters(X)[:, [4, 0]])
    assert fitted.predict_proba_raters(X, raters=[]).shape == (150, 0, 3)
    with pytest.raises(ValueError, match=r"give \['E1'\]"):
        fitted.predict_proba_raters(X, raters="E1")


@pytest.mark.parametrize("raters", RATER_MODELS)
@pytest.mark.parametrize(("n_raters", "n_votes"), [(44, 2), (200, 2), (200, 10)])
def test_sparse_ratings_are_learnt(raters, n_raters, n_votes):
    data = make_rated(400, n_raters=n_raters, unrated=1 - n_votes / n_raters)
    clf = quick(raters).fit(data.X, data.Y)
    assert accuracy(clf) > 0.75
    assert clf.raters_ == [name for name in data.Y if data.Y[name].notna().any()]


def test_all_forms_of_ratings_give_the_same_network(fitted):
    expected = fitted.predict_proba(X)
    for form in (Y.to_numpy(), Y.to_numpy().tolist(), parse_ratings(Y), Task(Y)):
        np.testing.assert_array_equal(quick().fit(X, form).predict_proba(X), expected)
    np.testing.assert_array_equal(
        quick(classes=sorted(CLASSES)).fit(X, as_cube(Y)).predict_proba(X), expected
    )


def test_the_default_trunk_for_sequences_is_the_papers_network():
    sizes = {"dense_units": 16, "lstm_units": 8, "representation_units": 12}
    clf = quick("conal", trunk_params=sizes).fit(as_sequences(X), Y)
    assert clf.transform(as_sequences(X)).shape == (150, 12)
    assert accuracy(clf, as_sequences(UNSEEN.X)) > 0.75
    again = clone(clf).fit(as_sequences(X), Y)
    np.testing.assert_array_equal(clf.predict_proba(as_sequences(X)), again.predict_proba(as_sequences(X)))


def test_dense_layers_use_the_mean_frame_of_sequences():
    rng = np.random.default_rng(0)
    noise = [rng.normal(size=(rng.integers(2, 7), 4)) for _ in X]
    frames = [row + each - each.mean(axis=0) for row, each in zip(X, noise, strict=True)]
    clf = quick(trunk="dense").fit(frames, Y)
    means = np.asarray(X)[:, None]
    np.testing.assert_allclose(clf.predict_proba(frames), clf.predict_proba(means), atol=1e-5)
    assert accuracy(clf, np.asarray(UNSEEN.X)[:, None]) > 0.8


def test_the_same_seed_gives_the_same_net_and_leaves_torchs_generator_alone():
    state = torch.get_rng_state()
    first = quick("annot_mix").fit(X, Y).predict_proba(X)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(quick("annot_mix").fit(X, Y).predict_proba(X), first)
    assert not np.array_equal(quick("annot_mix", random_state=1).fit(X, Y).predict_proba(X), first)


def test_early_stopping_keeps_the_best_epoch_of_rater_model_and_trunk():
    settings = {"early_stopping": True, "n_iter_no_change": 3, "max_epochs": 100, "learning_rate": 5e-2}
    clf = quick(**settings).fit(X, Y, groups=GROUPS)
    assert clf.n_iter_ < 100
    losses = clf.net_.history[:, "valid_loss"]
    best = int(np.argmin(losses)) + 1
    short = quick(**{**settings, "max_epochs": best}).fit(X, Y, groups=GROUPS)
    np.testing.assert_allclose(clf.rater_confusion_, short.rater_confusion_)
    np.testing.assert_allclose(clf.predict_proba(X), short.predict_proba(X))


def test_uncertainty_predicts_where_raters_disagree():
    rng = np.random.default_rng(0)
    is_unclear = rng.random(800) < 0.5
    features = np.column_stack([is_unclear, rng.normal(size=800)])
    ratings = np.where(is_unclear[:, None], rng.integers(2, size=(800, 5)), (features[:, 1] > 0)[:, None])
    clf = quick("uncertainty", max_epochs=30).fit(features[:400], ratings[:400])
    disagreement, is_unclear = clf.predict_disagreement(features[400:]), is_unclear[400:]
    assert ((disagreement >= 0) & (disagreement <= 1)).all()
    assert disagreement[is_unclear].mean() > disagreement[~is_unclear].mean() + 0.3
    assert hasattr(quick("uncertainty"), "predict_disagreement")
    assert not hasattr(quick("conal"), "predict_disagreement")


def test_votes_outside_the_classes_do_not_count(fitted):
    more = Y.assign(E6="other")
    clf = quick(classes=sorted(CLASSES)).fit(X, more)
    assert clf.raters_ == ["E1", "E2", "E3", "E4", "E5"]
    np.testing.assert_array_equal(clf.predict_proba(X), fitted.predict_proba(X))


def test_labels_of_one_cell_share_their_raters_vote():
    ratings = [[("a", "b"), "a"], [None, "b"], [None, None], ["c", None]]
    targets, raters = votes_in_rows(Task(ratings, ["a", "b"]), np.ones(4, dtype=bool))
    weight_votes(targets, np.array([1.0, 3.0, 1.0, 1.0]), np.array([1.0, 2.0]))
    expected = np.zeros((4, 3, 3))
    expected[0] = [[0, 0, 0.5], [0, 1, 1.0], [1, 0, 1.0]]
    expected[1, 0] = [1, 1, 6.0]
    np.testing.assert_array_equal(targets, expected)
    assert raters.tolist() == [0, 1]


@pytest.mark.parametrize("raters", [*RATER_MODELS])
@pytest.mark.parametrize("params", [{}, {"class_weight": "balanced"}, {"early_stopping": True}], ids=str)
def test_a_weight_of_two_is_the_sample_twice_and_zero_is_none(raters, params):
    weight = np.arange(60) % 4
    weight[[row for row in range(60) if isinstance(Y["E5"][row], str)]] = 0  # E5 has votes of weight 0 only
    rows = np.repeat(np.arange(60), weight)
    rng = np.random.default_rng(0)
    rng.shuffle(rows)
    ratings, groups = Y[:60], GROUPS[:60]
    weighted = quick(raters, max_epochs=3, **params).fit(X[:60], ratings, sample_weight=weight, groups=groups)
    repeated = quick(raters, max_epochs=3, **params).fit(X[rows], ratings.iloc[rows], groups=groups[rows])
    assert weighted.raters_ == repeated.raters_
    assert "E5" not in weighted.raters_
    np.testing.assert_allclose(weighted.predict_proba_raters(X), repeated.predict_proba_raters(X), atol=1e-6)
    if hasattr(weighted, "rater_confusion_"):
        np.testing.assert_allclose(weighted.rater_confusion_, repeated.rater_confusion_, atol=1e-6)


def test_weights_change_the_network_and_their_scale_does_not(fitted):
    proba = fitted.predict_proba(X)
    scaled = quick().fit(X, Y, sample_weight=np.full(len(X), 17.0))
    np.testing.assert_allclose(scaled.predict_proba(X), proba, atol=1e-5)
    weighted = quick().fit(X, Y, sample_weight=1 + np.arange(len(X)) % 2)
    assert np.abs(weighted.predict_proba(X) - proba).max() > 1e-3


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.full(len(X), -1.0), "[Nn]egative"),
        (np.ones(3), "sample_weight has 3"),
        (np.zeros(len(X)), "samples of weight 0 left out|zero|sums to 0"),
    ],
    ids=["negative", "too few", "all zero"],
)
def test_bad_weights_are_named(weight, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(X, Y, sample_weight=weight)


def test_class_weights_change_the_votes_weights():
    weights = {"angry": 20.0, "neutral": 1.0, "sad": 1.0}
    share = [
        (quick(class_weight=each, max_epochs=3).fit(X, Y).predict(UNSEEN.X) == "angry").mean()
        for each in (None, weights)
    ]
    assert share[1] > share[0] + 0.2


def test_searches_and_cross_validation_take_ratings():
    grid = {"learning_rate": [1e-6, 1e-2]}
    search = GridSearchCV(quick(max_epochs=5), grid, scoring=uar_scorer, cv=GroupKFold(3))
    assert search.fit(X, Y, groups=GROUPS).best_params_ == {"learning_rate": 1e-2}
    proba = cross_val_predict_raters(quick(), X, Y, groups=GROUPS, cv=GroupKFold(3))
    assert (np.array(sorted(CLASSES))[proba.argmax(axis=1)] == TRUTH).mean() > 0.75


def test_pickles_and_clones_predict_the_same():
    clf = quick("madl").fit(X, Y)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba_raters(X), clf.predict_proba_raters(X))
    np.testing.assert_array_equal(clone(clf).fit(X, Y).predict_proba(X), clf.predict_proba(X))


def test_trunk_and_rater_model_have_different_initial_weights():
    module = quick(max_epochs=1, learning_rate=1e-12).fit(X, Y).net_.module_
    layers = module.trunk.layers[0], module.raters.output
    trunk, output = (layer.weight.detach().ravel() for layer in layers)
    n = min(len(trunk), len(output))
    assert abs(np.corrcoef(trunk[:n], output[:n])[0, 1]) < 0.3


@pytest.mark.parametrize("raters", ["multitask", "crowd_layer", "uncertainty"])
def test_raters_with_held_out_votes_only_are_unknown(raters):
    data = make_rated(200, n_raters=8, unrated=0)
    session = np.arange(200) // 50
    ratings = data.Y.to_numpy()
    for rater in range(8):
        ratings[session != rater // 2, rater] = None  # two raters a session
    clf = quick(raters, early_stopping=True, validation_fraction=0.25, max_epochs=60)
    clf.fit(data.X, ratings, groups=session)
    assert len(clf.raters_) == 6
    assert accuracy(clf) > 0.8
    held_out = ({*range(8)} - {*clf.raters_}).pop()
    with pytest.warns(InputWarning, match=f"no votes of the raters {held_out}, or"):
        by_rater = clf.predict_proba_raters(UNSEEN.X, raters=[held_out])
    np.testing.assert_array_equal(by_rater[:, 0], clf.predict_proba(UNSEEN.X))
    assert min(clf.net_.history[:, "valid_loss"]) < 0.8  # equal probabilities would give log 3 = 1.1


def test_early_stopping_works_with_labels_outside_the_classes():
    ratings = Y.to_numpy(copy=True)
    for row in range(0, 150, 10):
        ratings[row] = f"other{row}"
    clf = quick(classes=CLASSES, early_stopping=True, max_epochs=3).fit(X, ratings)
    assert clf.classes_.tolist() == CLASSES


def test_a_training_that_diverges_is_an_error():
    clf = quick(learning_rate=1e30)
    with pytest.raises(ValueError, match=r"training diverged.*Lower learning_rate=1e\+30"):
        clf.fit(X, Y)
    assert not hasattr(clf, "net_")


class Trainings(Callback):
    """Count the trainings that have begun."""

    n_trainings = 0

    def on_train_begin(self, net, **kwargs):
        Trainings.n_trainings += 1


WRONG = [
    ({"raters": "crowdlayer"}, "'crowdlayer' is not the name of a rater model.*'multitask', .*'madl'"),
    ({"raters": dict}, "raters must be a name or a subclass of RaterModel, not <class 'dict'>"),
    ({"raters": "annot_mix", "rater_params": {"prior": 1.0}}, "prior=1.0.*between 0 and 1, both excluded"),
    ({"raters": "trace_reg", "rater_params": {"strength": "x"}}, "strength='x'.*number of at least 0"),
    ({"raters": "madl", "rater_params": {"rater_units": 0}}, "rater_units=0.*integer of at least 1"),
    ({"rater_params": {"strength": 1}}, "'strength'.*'crowd_layer' has the settings .*'kind'"),
    ({"rater_params": {"kind": "tensor"}}, "kind='tensor'.*'vector_bias'"),
    ({"trunk": "lstm"}, "'trunk' parameter"),
    ({"trunk": torch.nn.Linear}, "trunk must be .* or a torch.nn.Module, not <class"),
    ({"trunk_params": {"hidden_units": 64}}, "hidden_units=64.*list or tuple"),
    ({"trunk": "blstm", "trunk_params": {"precision": "bf16"}}, "'bf16'.*'bfloat16'"),
    ({"trunk": "blstm", "trunk_params": {"lstm_units": 0}}, "lstm_units=0.*integer of at least 1"),
    ({"device": "abacus"}, "device='abacus' cannot be used here"),
    ({"net_params": {"criterion": torch.nn.L1Loss}}, "'criterion'.*own loss"),
    ({"net_params": {"optimizer": torch.optim.SGD, "optimizer__decay": 1}}, "decay"),
]


@pytest.mark.parametrize(("params", "message"), WRONG)
@pytest.mark.parametrize("method", ["_check_settings", "fit"])
def test_wrong_settings_are_errors_without_training(params, message, method):
    Trainings.n_trainings = 0
    net_params = {"callbacks": [Trainings()], **params.get("net_params", {})}
    clf = quick(**{**params, "net_params": net_params})
    with pytest.raises((TypeError, ValueError), match=message):
        clf.fit(X, Y) if method == "fit" else clf._check_settings()
    assert Trainings.n_trainings == 0
    assert not hasattr(clf, "n_features_in_")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"trunk": torch.nn.Linear(5, 4)}, "trunk cannot be run on a sample of 1 frames and 4 features"),
        ({"trunk": torch.nn.LSTM(4, 4)}, "for a sample it returned tuple"),
        ({"trunk": torch.nn.Flatten(0)}, r"for a sample it returned \(4,\)"),
        ({"trunk_params": {"lstm_units": 8}}, "'lstm_units'.*'dense' has the settings .*'hidden_units'"),
    ],
)
def test_trunks_that_do_not_fit_the_samples_are_errors_without_training(params, message):
    Trainings.n_trainings = 0
    clf = quick(**params, net_params={"callbacks": [Trainings()]})
    with pytest.raises(ValueError, match=message):
        clf.fit(X, Y)
    assert Trainings.n_trainings == 0


def test_votes_for_one_class_only_are_refused():
    with pytest.raises(ValueError, match="All votes are for one class of 'a', 'b'"):
        quick(classes=["a", "b"]).fit(X, np.full((150, 2), "a", dtype=object))


class WithoutMatrices(RaterModel):
    """Says that it has confusion matrices, and has none."""

    confusion_of = "rater"

    def rater_log_proba(self, units, sample, rater):
        return self.consensus_log_proba(units)[sample]


def test_a_rater_model_without_the_confusion_that_it_declares_is_an_error_before_training():
    with pytest.raises(TypeError, match="WithoutMatrices has confusion_of='rater', but no method"):
        quick(WithoutMatrices).fit(X, Y)


class Tempered(RaterModel):
    """Takes a setting without a keyword-only parameter or a declared range."""

    def __init__(self, n_units, n_classes, n_raters, temperature=1.0):
        super().__init__(n_units, n_classes, n_raters)
        self.temperature = temperature

    def rater_log_proba(self, units, sample, rater):
        return (self.output(units)[sample] / self.temperature).log_softmax(dim=1)


def test_a_users_rater_model_takes_its_settings_by_name():
    model = quick(Tempered, rater_params={"temperature": 2.0}).fit(X, Y)
    assert model.net_.module_.raters.temperature == 2.0
    with pytest.raises(ValueError, match=r"settings .*temperature"):
        quick(Tempered, rater_params={"heat": 2.0}).fit(X, Y)


# The number of epochs


def without_number(**params):
    """Return a network whose number of epochs is chosen, like `quick` else."""
    return quick(**{"max_epochs": "auto", **params})


def test_the_number_of_epochs_is_the_best_on_held_out_groups():
    slow = {"learning_rate": 2e-3}
    stopped = quick(**slow, early_stopping=True, max_epochs=2000, n_iter_no_change=200)
    best = np.argmin(stopped.fit(X, Y, groups=GROUPS).net_.history[:, "valid_loss"]) + 1
    assert 50 < best < 2000
    assert without_number(**slow).fit(X, Y, groups=GROUPS).n_iter_ == best
    chosen = without_number(**slow).fit(X, Y)
    given = quick(**slow, max_epochs=chosen.n_iter_).fit(X, Y)
    np.testing.assert_array_equal(chosen.predict_proba(X), given.predict_proba(X))


@pytest.mark.parametrize(("batch_size", "epochs"), [(32, 50), (4, 10)])
def test_noise_is_learnt_for_the_fewest_epochs_and_steps(batch_size, epochs):
    noise = np.random.default_rng(0).choice(CLASSES, size=Y.shape)
    clf = without_number(raters="multitask", batch_size=batch_size).fit(X, noise)
    assert clf.n_iter_ == epochs  # at least 10 epochs, and 200 steps of 120 samples


def test_a_few_samples_are_learnt_for_a_thousand_epochs_at_most():
    few = {"raters": "multitask", "trunk_params": {"hidden_units": (2,)}, "learning_rate": 1e-3}
    rows = np.linspace(-1, 1, 20)[:, None]
    assert without_number(**few, dropout=0.0).fit(rows, np.sign(rows[:, 0])).n_iter_ == 1000


def test_early_stopping_alone_ends_a_training_without_a_number_of_epochs():
    stopped = {"early_stopping": True, "n_iter_no_change": 200, "learning_rate": 2e-3}
    open_end, ended = without_number(**stopped).fit(X, Y), quick(**stopped, max_epochs=1000).fit(X, Y)
    assert open_end.n_iter_ == ended.n_iter_ > 40


def test_the_validation_loss_of_a_users_model_chooses_the_number_of_epochs():
    class BestLate(RATER_MODELS["crowd_layer"]):
        n_calls = 0

        def validation_loss(self, units, sample, rater, label, weight):
            BestLate.n_calls += 1
            return 0 * units.sum() + (self.n_calls != 213)  # the first call is made before the training

    assert without_number(raters=BestLate, batch_size=500).fit(X, Y).n_iter_ == 212


def test_tables_are_learnt_at_twice_the_learning_rate_of_sequences():
    tiny = {"trunk_params": {"lstm_units": 2, "dense_units": 2}, "trunk": "blstm"}
    for samples, rate in ((X, 2e-3), (as_sequences(X), 1e-3)):
        settings = {**tiny, "max_epochs": 2}
        found = quick(**settings, learning_rate="auto").fit(samples, Y).predict_proba(samples)
        given = quick(**settings, learning_rate=rate).fit(samples, Y).predict_proba(samples)
        np.testing.assert_array_equal(found, given)


@pytest.mark.parametrize("what", ["sequences", "one group", "grouped class", "callbacks"])
def test_the_number_of_epochs_is_fixed_where_it_cannot_be_searched(what):
    samples, ratings, settings, groups = X, Y, {}, None
    if what == "sequences":
        samples, settings = as_sequences(X), {"trunk_params": {"lstm_units": 2, "dense_units": 2}}
    elif what == "one group":
        groups = np.zeros(len(X))
    elif what == "grouped class":
        groups = GROUPS < 15
        ratings = np.where(groups, "sad", "angry")
    else:
        settings = {"net_params": {"callbacks": "disable"}}
    assert without_number(**settings).fit(samples, ratings, groups=groups).n_iter_ == 40


@pytest.mark.parametrize("raters", ["multitask", "annot_mix", "madl"])
@pytest.mark.parametrize("batch_size", [1, 8])
def test_weights_do_not_cancel_within_a_batch(raters, batch_size):
    """Both classes weigh as much, so that half of what an uninformative table predicts is the rare one."""
    table = np.linspace(-1e-2, 1e-2, 64)[:, None]
    y = np.isin(np.arange(64), [10, 50]).astype(int)
    settings = {"batch_size": batch_size, "dropout": 0.0, "learning_rate": 0.01, "random_state": 0}
    settings |= {"max_epochs": 15 if batch_size == 1 else 60}
    model = RaterNetClassifier(raters, **settings)
    for fitted in (
        model.fit(table, y, sample_weight=np.where(y == 1, 31.0, 1.0)).predict_proba(table),
        model.set_params(class_weight="balanced").fit(table, y).predict_proba(table),
    ):
        assert 0.3 < fitted[:, 1].mean() < 0.7


@pytest.mark.parametrize("raters", ["multitask", "uncertainty"])
def test_a_class_of_weight_zero_is_left_out_as_its_samples_would_be(raters):
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=34)
    table = rng.normal(size=(34, 3)) + 2 * y[:, None]
    settings = {"max_epochs": 6, "batch_size": 6, "early_stopping": True, "random_state": 0}
    by_class = RaterNetClassifier(raters, class_weight={0: 0}, **settings).fit(table, y)
    by_sample = RaterNetClassifier(raters, **settings).fit(table, y, sample_weight=(y > 0).astype(float))
    found, expected = (model.net_.history[:, "valid_loss"] for model in (by_class, by_sample))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    with pytest.raises(InputError, match=r"All votes are for one class .*classes of weight 0 left out"):
        RaterNetClassifier(raters, class_weight={0: 0, 1: 0}, **settings).fit(table, y)


def test_a_weight_that_is_nearly_zero_does_not_harm_the_others():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=34)
    table = rng.normal(size=(34, 3)) + 2 * y[:, None]
    weight = np.where(np.arange(34) == 0, 1e-50, 1.0)
    model = RaterNetClassifier("uncertainty", max_epochs=6, random_state=0)
    model.fit(table, y, sample_weight=weight)
    assert np.isfinite(model.predict_proba(table)).all()


def few_kinds(n_samples=1200):
    """Return rows of four kinds, and the votes of two raters: the second one rated few."""
    rng = np.random.default_rng(0)
    kind = np.arange(n_samples) % 4
    votes = (rng.random((n_samples, 2)) < np.array([0.05, 0.3, 0.7, 0.95])[kind, None]).astype(float)
    votes[24:, 1] = np.nan
    return np.eye(4)[kind], pd.DataFrame(votes, columns=["often", "seldom"])


def test_raters_count_by_all_samples_that_they_rated_where_rows_are_equal():
    X, Y = few_kinds()
    clf = RaterNetClassifier("multitask", max_epochs=1, random_state=0).fit(X, Y)
    of_raters = clf.predict_proba_raters(np.eye(4))
    expected = np.average(of_raters, axis=1, weights=[1200, 24])
    np.testing.assert_allclose(clf.predict_soft_labels(np.eye(4)), expected)


def test_disagreement_is_that_of_samples_where_rows_are_equal():
    X = np.eye(2)[np.arange(800) % 2]
    Y = np.zeros((800, 2))
    Y[np.arange(800) % 2 == 1] = 1
    Y[::20, 1] = 1 - Y[::20, 1]  # of every tenth sample of the first kind
    clf = RaterNetClassifier("uncertainty", random_state=0, max_epochs=60).fit(X, Y)
    np.testing.assert_allclose(clf.predict_disagreement(np.eye(2)), [0.1, 0], atol=0.06)


def test_early_stopping_holds_out_some_of_equal_rows():
    X, Y = few_kinds()
    clf = RaterNetClassifier("crowd_layer", early_stopping=True, random_state=0).fit(X, Y[["often"]])
    np.testing.assert_allclose(clf.predict_proba(np.eye(4))[:, 1], [0.05, 0.3, 0.7, 0.95], atol=0.15)


def test_a_users_trunk_with_random_numbers_leaves_those_of_the_caller(monkeypatch):
    class Noisy(torch.nn.Module):
        def __init__(self, n_features):
            super().__init__()
            self.layer = torch.nn.LazyLinear(4)

        def forward(self, x):
            return self.layer(x + 0.01 * torch.randn_like(x))

    X, Y = few_kinds(40)
    fits = []
    for _ in range(2):
        before = torch.get_rng_state()
        clf = RaterNetClassifier("crowd_layer", trunk=Noisy(4), max_epochs=2, random_state=0)
        fits.append(clf.fit(X, Y[["often"]]).predict_proba(np.eye(4)))
        assert torch.equal(before, torch.get_rng_state())
        torch.rand(3)
    assert np.array_equal(*fits)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_raters_count_by_all_samples_that_they_rated_with_their_weights(early_stopping):
    rng = np.random.default_rng(0)
    table, ratings = rng.normal(size=(60, 2)), np.full((60, 2), None, dtype=object)
    ratings[:40, 0], ratings[40:, 1] = ["a", "b"] * 20, ["b", "a"] * 10
    ratings[50, 1] = ("a", "b")
    table[:20:2], table[1:20:2] = 1.0, -1.0  # copies
    weight = np.where(np.arange(60) < 40, 3, 1)
    clf = quick(max_epochs=2, early_stopping=early_stopping).fit(table, ratings, sample_weight=weight)
    np.testing.assert_allclose(clf._n_rated, [120, 20], rtol=1e-6)
    rows = np.repeat(np.arange(60), weight)
    again = quick(max_epochs=2, early_stopping=early_stopping).fit(table[rows], ratings[rows])
    np.testing.assert_allclose(again._n_rated, [120, 20], rtol=1e-6)


def test_balanced_classes_have_equal_weight_in_the_loss_whatever_a_cell_holds():
    votes = np.zeros((20, 2, 3))
    votes[:10, 0, 0], votes[10:, 1, 1] = 100, 1
    votes[:5, 1] = 1  # three classes in a cell
    samples = list(np.random.default_rng(0).normal(size=(20, 1, 2)))
    task = Task(votes, classes=["a", "b", "c"])
    _, _, targets, *_ = merge_rated(samples, task, np.ones(20), "balanced", None)
    mass = [targets[:, :, 2][targets[:, :, 1] == label].sum() for label in range(3)]
    np.testing.assert_allclose(mass, mass[0], rtol=1e-5)
