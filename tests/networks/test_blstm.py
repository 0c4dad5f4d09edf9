"""The paper's network as a classifier: its predictions, forms of input, weights, seeds, bad input."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from joblib import Parallel, delayed
from scipy.sparse import csr_array
from scipy.special import softmax
from sklearn.base import clone
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from skorch.dataset import ValidSplit

from made import CLASSES, as_sequences, in_object_array, make_rated, small_blstm
from sklearn_raters import BLSTMClassifier, RaterNetClassifier, SoftmaxLayerClassifier
from sklearn_raters._torch.batches import LengthBatches, SequenceDataset
from sklearn_raters.consensus import soft_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.networks._merged_samples import as_often_as_given, merge_equal
from sklearn_raters.ratings import Task
from sklearn_raters.sequences import pack

DATA = make_rated(60)
NOISE = np.random.default_rng(0)
# The frames of a sample differ, so that their order and the padding could change a result.
X = [frames + NOISE.normal(size=frames.shape).astype(np.float32) / 2 for frames in as_sequences(DATA.X)]
y = DATA.truth
SOFT = (y[:, None] == CLASSES).astype(float)


@pytest.fixture(scope="module")
def fitted():
    return small_blstm().fit(X, y)


# Predictions


def test_sizes_may_be_integers_of_numpy():
    sizes = {"dense_units": 4, "lstm_units": 2, "representation_units": 4, "batch_size": 8, "max_epochs": 1}
    expected = BLSTMClassifier(**sizes, random_state=0).fit(X, y).predict_proba(X)
    of_numpy = {name: np.int64(value) for name, value in sizes.items()}
    model = BLSTMClassifier(**of_numpy, random_state=np.int64(0))
    np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), expected)
    for trunk in ({"hidden_units": tuple(np.array([3, 2]))}, {"lstm_units": np.int64(3)}):
        name = "dense" if "hidden_units" in trunk else "blstm"
        RaterNetClassifier(trunk=name, trunk_params=trunk, max_epochs=1).fit(X, y)


def test_the_default_network_is_the_papers():
    clf = BLSTMClassifier(max_epochs=1, random_state=0).fit([frames[:2] for frames in X[:4]], list("abab"))
    net = clf.net_.module_
    assert (net.dense.in_features, net.dense.out_features) == (4, 256)
    assert (net.forward_lstm.input_size, net.forward_lstm.hidden_size) == (256, 128)
    assert (net.backward_lstm.input_size, net.backward_lstm.hidden_size) == (256, 128)
    assert (net.representation.in_features, net.representation.out_features) == (256, 256)
    assert (net.output.in_features, net.output.out_features) == (256, 2)
    assert net.dropout.threshold == 128  # of 256
    assert isinstance(clf.net_.optimizer_, torch.optim.Adamax)


@pytest.mark.parametrize(("batch_size", "n_epochs"), [(32, 100), (4, 15), (60, 200)])
def test_by_default_few_samples_get_200_steps(batch_size, n_epochs):
    clf = small_blstm(max_epochs="auto", batch_size=batch_size).fit([frames[:1] for frames in X], y)
    assert clf.n_iter_ == n_epochs  # of 60 samples


@pytest.mark.parametrize("name", ["predict_proba", "transform", "attention"])
@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_padding_never_changes_a_result(fitted, name, batch_size):
    predict = getattr(fitted, name)
    together = predict(X)
    alone = [predict([frames])[0] for frames in X]
    order = np.random.default_rng(batch_size).permutation(len(X))
    batches = [order[start : start + batch_size] for start in range(0, len(X), batch_size)]
    shuffled = [row for batch in batches for row in predict([X[index] for index in batch])]
    for index, row in enumerate(together):
        np.testing.assert_allclose(row, alone[index], rtol=0, atol=1e-6)
    for index, row in zip(order, shuffled, strict=True):
        np.testing.assert_allclose(row, together[index], rtol=0, atol=1e-6)


def test_very_different_lengths_share_a_batch(fitted):
    long = np.random.default_rng(1).normal(size=(500, 4))
    np.testing.assert_allclose(
        fitted.predict_proba([X[0], long, X[1]]),
        np.concatenate([fitted.predict_proba([frames]) for frames in (X[0], long, X[1])]),
        rtol=0,
        atol=1e-6,
    )


def test_attention_is_a_distribution_over_the_samples_own_frames(fitted):
    weights = fitted.attention(X)
    assert [row.shape for row in weights] == [(len(frames),) for frames in X]
    for row in weights:
        assert (row > 0).all()
        assert row.sum() == pytest.approx(1, abs=1e-6)


def test_predict_proba_is_the_softmax_of_the_output_layer_on_the_representation(fitted):
    output = fitted.net_.module_.output
    logits = fitted.transform(X) @ output.weight.detach().numpy().T + output.bias.detach().numpy()
    np.testing.assert_allclose(fitted.predict_proba(X), softmax(logits, axis=1), atol=1e-6)
    np.testing.assert_allclose(fitted.predict_proba(X).sum(axis=1), 1, atol=1e-12)
    assert (fitted.predict(X) == fitted.classes_[fitted.predict_proba(X).argmax(axis=1)]).all()


# Forms of X and targets


@pytest.mark.parametrize("form", [tuple, np.stack, lambda X: np.array(X, dtype=object)])
def test_forms_of_sequences_give_the_same_network(form):
    same = [np.resize(frames, (3, 4)) for frames in X]
    expected = small_blstm(max_epochs=2).fit(same, y)
    got = small_blstm(max_epochs=2).fit(form(same), y)
    np.testing.assert_array_equal(expected.predict_proba(same), got.predict_proba(form(same)))


def test_a_ragged_object_array_gives_the_same_network(fitted):
    array = in_object_array(X)
    got = small_blstm().fit(array, y)
    np.testing.assert_array_equal(fitted.predict_proba(X), got.predict_proba(array))


def test_a_table_is_one_frame_a_sample():
    table = np.stack([frames.mean(axis=0) for frames in X])
    expected = small_blstm(max_epochs=2).fit([row[None] for row in table], y)
    got = small_blstm(max_epochs=2).fit(table, y)
    np.testing.assert_array_equal(expected.predict_proba(table), got.predict_proba(table))
    names = ["f0", "loudness", "zcr", "hnr"]
    named = small_blstm(max_epochs=1).fit(pd.DataFrame(table, columns=names), y)
    assert named.feature_names_in_.tolist() == names


def test_hard_labels_are_one_hot_soft_labels(fitted):
    order = np.argsort(CLASSES)
    names = np.array(CLASSES)[order]
    soft = small_blstm(classes=names).fit(X, SOFT[:, order])
    assert soft.classes_.tolist() == names.tolist() == fitted.classes_.tolist()
    np.testing.assert_array_equal(soft.predict_proba(X), fitted.predict_proba(X))
    assert soft.score(X, SOFT[:, order]) == pytest.approx(fitted.score(X, y))


def test_soft_labels_are_learnt_as_distributions():
    constant = np.tile([0.2, 0.8], (40, 1))
    clf = small_blstm(max_epochs=60, learning_rate=0.01, dropout=0.0).fit(X[:40], constant)
    np.testing.assert_allclose(clf.predict_proba(X[40:]), np.tile([0.2, 0.8], (20, 1)), atol=0.05)


def test_soft_labels_of_raters_are_learnt_unchanged():
    ratings = [[label, label, "sad"] for label in y]
    by_hand = np.array([[row.count(name) / 3 for name in CLASSES] for row in ratings])
    given = soft_labels(Task(ratings, CLASSES), alpha=0)
    got, expected = (small_blstm(max_epochs=1, classes=CLASSES).fit(X, soft) for soft in (given, by_hand))
    np.testing.assert_allclose(got.predict_proba(X), expected.predict_proba(X), atol=1e-6)


def test_classes_set_the_order_and_may_have_no_samples():
    clf = small_blstm(classes=[*CLASSES, "bored"], max_epochs=20).fit(X, y)
    assert clf.classes_.tolist() == [*CLASSES, "bored"]
    proba = clf.predict_proba(X)
    assert proba[:, 3].max() < 0.05
    unseen = make_rated(200, seed=1)
    assert clf.score(as_sequences(unseen.X), unseen.truth) > 0.7  # 0.38 by the most frequent class


# Weights


def weighted_pair(weights, copies, **params):
    """Fit once with weights, and once with samples repeated instead."""
    rows = np.repeat(np.arange(len(X)), copies)
    weighted = small_blstm(**params).fit(X, y, sample_weight=weights)
    repeated = small_blstm(**params).fit([X[row] for row in rows], y[rows])
    return weighted.predict_proba(X), repeated.predict_proba(X)


@pytest.mark.parametrize("params", [{}, {"class_weight": "balanced"}, {"early_stopping": True}])
def test_weight_two_equals_the_sample_twice_and_weight_zero_equals_no_sample(params):
    copies = np.random.default_rng(0).integers(0, 4, size=len(X))
    weighted, repeated = weighted_pair(copies.astype(float), copies, **params)
    np.testing.assert_allclose(weighted, repeated, atol=1e-6)


def test_the_scale_of_weights_does_not_matter(fitted):
    got = small_blstm().fit(X, y, sample_weight=np.full(len(X), 17.0))
    np.testing.assert_allclose(got.predict_proba(X), fitted.predict_proba(X), atol=1e-6)


def test_the_order_of_the_samples_does_not_matter(fitted):
    order = np.random.default_rng(0).permutation(len(X))
    got = small_blstm().fit([X[index] for index in order], y[order])
    np.testing.assert_allclose(got.predict_proba(X), fitted.predict_proba(X), atol=1e-6)


def test_equal_frames_with_other_labels_or_groups_stay_apart():
    frames = [np.ones((2, 4), dtype=np.float32)] * 5
    labels, weight = [b"a", b"b", b"a", b"c", b"a"], np.array([1.0, 1.0, 2.0, 1.0, 0.0])
    kept, total, _ = merge_equal(frames, labels.__getitem__, weight, np.array([1, 1, 2, 2, 3]))
    assert sorted(kept) == [0, 1, 2, 3]
    assert total[np.argsort(kept)].tolist() == [1, 1, 2, 1]
    kept, total, _ = merge_equal(frames, labels.__getitem__, weight, None)
    assert sorted(kept) == [0, 1, 3]
    assert total[np.argsort(kept)].tolist() == [3, 1, 1]


@pytest.mark.slow
def test_balanced_classes_raise_the_unweighted_average_recall():
    many, unseen = make_rated(600, seed=1), make_rated(300, seed=2)
    kept = np.flatnonzero((many.truth == "sad") | (np.arange(600) % 12 == 0))
    recall = {}
    for class_weight in (None, "balanced"):
        clf = small_blstm(class_weight=class_weight, max_epochs=12)
        clf.fit(many.X[kept] / 2, many.truth[kept])
        predicted = clf.predict(unseen.X / 2)
        recall[class_weight] = recall_score(unseen.truth, predicted, average="macro")
    assert recall["balanced"] > recall[None] + 0.2


def test_class_weights_as_a_dict_are_sample_weights(fitted):
    weights = {"angry": 3.0, "neutral": 1.0, "sad": 0.5}
    got = small_blstm(class_weight=weights).fit(X, y)
    expected = small_blstm().fit(X, y, sample_weight=[weights[label] for label in y])
    np.testing.assert_allclose(got.predict_proba(X), expected.predict_proba(X), atol=1e-6)
    assert np.abs(got.predict_proba(X) - fitted.predict_proba(X)).max() > 1e-3


# Seeds


def test_the_same_seed_gives_the_same_network(fitted):
    again, other = small_blstm().fit(X, y), small_blstm(random_state=1).fit(X, y)
    np.testing.assert_array_equal(fitted.predict_proba(X), again.predict_proba(X))
    assert np.abs(fitted.predict_proba(X) - other.predict_proba(X)).max() > 1e-3


def test_a_second_fit_gives_the_same_network_as_a_first_one(fitted):
    clf = small_blstm().fit(X[:20], y[:20]).fit(X, y)
    np.testing.assert_array_equal(fitted.predict_proba(X), clf.predict_proba(X))


def test_fits_in_threads_do_not_disturb_each_other_nor_the_callers_generators(fitted):
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    probabilities = Parallel(n_jobs=4, prefer="threads")(
        delayed(lambda: small_blstm().fit(X, y).predict_proba(X))() for _ in range(8)
    )
    for proba in probabilities:
        np.testing.assert_array_equal(proba, fitted.predict_proba(X))
    assert torch.equal(before[0], torch.get_rng_state())
    assert (before[1] == np.random.get_state()[1]).all()  # noqa: NPY002


def test_random_state_may_be_a_generator_object():
    rng = np.random.RandomState(3)
    first, second = (small_blstm(random_state=rng).fit(X, y).predict_proba(X) for _ in range(2))
    rng = np.random.RandomState(3)
    np.testing.assert_array_equal(first, small_blstm(random_state=rng).fit(X, y).predict_proba(X))
    assert np.abs(first - second).max() > 1e-3


# scikit-learn's conventions


@pytest.mark.parametrize("early_stopping", [False, True])
def test_pickle_and_deepcopy_keep_the_predictions(early_stopping):
    clf = small_blstm(early_stopping=early_stopping).fit(X, y)
    for twin in (pickle.loads(pickle.dumps(clf)), copy.deepcopy(clf)):
        np.testing.assert_array_equal(twin.predict_proba(X), clf.predict_proba(X))
        np.testing.assert_array_equal(twin.transform(X), clf.transform(X))
        assert len(twin.net_.history) == len(clf.net_.history)
        refitted = twin.fit(X, y)
        np.testing.assert_array_equal(refitted.predict_proba(X), clf.predict_proba(X))


def test_a_pickle_holds_no_samples():
    long = [np.tile(frames, (50, 1)) for frames in X]
    sizes = [len(pickle.dumps(small_blstm(early_stopping=True, max_epochs=1).fit(Z, y))) for Z in (X, long)]
    assert abs(sizes[0] - sizes[1]) < 1000


def test_clone_is_unfitted_with_the_same_parameters():
    clf = small_blstm(net_params={"optimizer__weight_decay": 0.1}, class_weight="balanced").fit(X, y)
    twin = clone(clf)
    assert twin.get_params() == clf.get_params()
    assert not hasattr(twin, "net_")


def test_set_output_gives_the_representation_as_a_table():
    clf = small_blstm(max_epochs=1).set_output(transform="pandas").fit(X, y)
    table = clf.transform(X)
    assert isinstance(table, pd.DataFrame)
    assert table.columns.tolist() == [f"blstmclassifier{index}" for index in range(16)]
    assert clf.get_feature_names_out().tolist() == table.columns.tolist()
    assert isinstance(clf.predict_proba(X), np.ndarray)


def test_searches_and_pipelines_take_lists_of_sequences():
    for targets in (y, SOFT):
        search = GridSearchCV(small_blstm(max_epochs=15), {"learning_rate": [1e-6, 2e-2]}, cv=2).fit(
            X, targets
        )
        assert search.best_params_ == {"learning_rate": 2e-2}
    most_frequent = np.bincount(np.unique(y, return_inverse=True)[1]).max() / len(y)
    assert cross_val_score(small_blstm(max_epochs=15), X, y, cv=2).mean() > most_frequent + 0.2
    pipeline = make_pipeline(small_blstm(max_epochs=2), SoftmaxLayerClassifier(max_epochs=2, random_state=0))
    layer = clone(pipeline[1]).fit(small_blstm(max_epochs=2).fit(X, y).transform(X), y)
    expected = layer.predict_proba(small_blstm(max_epochs=2).fit(X, y).transform(X))
    np.testing.assert_array_equal(pipeline.fit(X, y).predict_proba(X), expected)


def test_score_is_the_accuracy_and_on_soft_labels_the_expected_accuracy(fitted):
    assert fitted.score(X, y) == pytest.approx((fitted.predict(X) == y).mean())
    soft = np.tile([0.5, 0.3, 0.2], (60, 1))
    share = np.array([0.5, 0.3, 0.2])[fitted.predict_proba(X).argmax(axis=1)]
    assert fitted.score(X, soft) == pytest.approx(share.mean())


def test_the_softmax_layer_averages_frames_and_represents_samples_by_its_input():
    layer = SoftmaxLayerClassifier(max_epochs=50, random_state=0).fit(X, y)
    np.testing.assert_allclose(layer.transform(X), [frames.mean(axis=0) for frames in X], atol=1e-5)
    output = layer.net_.module_.output
    logits = layer.transform(X) @ output.weight.detach().numpy().T + output.bias.detach().numpy()
    np.testing.assert_allclose(layer.predict_proba(X), softmax(logits, axis=1), atol=1e-6)
    unseen = make_rated(200, seed=1)
    assert layer.score(np.asarray(unseen.X)[:, None], unseen.truth) > 0.7  # 0.38 by the most frequent class


# Bad input


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([*X[:-1], np.full((2, 4), np.nan)], "NaN: sample 59, frame 0, feature 0"),
        ([*X[:-1], np.full((2, 4), np.inf)], "infinity: sample 59"),
        ([*X[:-1], np.empty((0, 4))], "Sample 59 of X has no frames"),
        ([*X[:-1], np.zeros((2, 5))], "5 features in sample 59"),
    ],
)
def test_bad_samples_are_named(fitted, bad, message):
    with pytest.raises(ValueError, match=message):
        small_blstm().fit(bad, y)
    with pytest.raises(ValueError, match=message):
        fitted.predict(bad)


@pytest.mark.parametrize(
    ("params", "X", "y", "message"),
    [
        ({}, X[:-1], y, "inconsistent numbers of samples"),
        ({}, X, np.full(len(X), "sad"), "only one class"),
        ({"classes": ["angry", "sad"]}, X, y, "'neutral'.*not among classes"),
        ({"classes": CLASSES}, X, np.full(len(X), "sad"), "less than two classes"),
        ({}, X, [None, *y[1:]], "Sample 0 has no label in y"),
        ({}, X, np.r_[SOFT[:-1], [[np.nan] * 3]], "soft labels of sample 59"),
        ({"classes": ["angry", "sad"]}, X, SOFT, "3 columns, but there are 2 classes"),
    ],
)
def test_bad_targets_are_named(params, X, y, message):
    clf = small_blstm(**params)
    with pytest.raises(ValueError, match=message):
        clf.fit(X, y)
    assert not hasattr(clf, "n_features_in_")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"sample_weight": (y == "sad").astype(float)}, "less than two classes"),
        ({"sample_weight": np.full(len(X), -1.0)}, r"[Nn]egative"),
        ({"groups": [1, 2]}, "inconsistent numbers of samples"),
    ],
)
def test_bad_weights_and_groups_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        small_blstm().fit(X, y, **params)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU")
def test_training_on_a_gpu_gives_the_same_network():
    cpu, gpu = (small_blstm(device=device, dropout=0.0).fit(X, y) for device in ("cpu", "cuda"))
    np.testing.assert_allclose(cpu.predict_proba(X), gpu.predict_proba(X), atol=1e-3)


CELLS = np.eye(4)[np.arange(1200) % 4]
SHARES = np.array([0.05, 0.3, 0.7, 0.95])
DRAWN = (np.random.default_rng(0).random(1200) < SHARES[np.arange(1200) % 4]).astype(int)


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}], ids=["all epochs", "early stopping"])
@pytest.mark.parametrize(
    "network", [BLSTMClassifier(), SoftmaxLayerClassifier(dropout=0)], ids=["blstm", "softmax"]
)
def test_tables_of_few_distinct_rows_are_trained_as_long_as_others(network, settings):
    """Equal samples are merged, but count as the samples that they are."""
    clf = clone(network).set_params(random_state=0, **settings).fit(CELLS, DRAWN)
    np.testing.assert_allclose(clf.predict_proba(np.eye(4))[:, 1], SHARES, atol=0.12)


def test_samples_of_few_kinds_are_repeated_as_given_and_up_to_a_limit():
    def repeated(total, count):
        kept, weight = as_often_as_given(np.array([4, 7]), np.array(total), np.array(count))
        return kept.tolist(), weight.tolist()

    assert repeated([16.0, 1.0], [8, 2]) == ([4] * 8 + [7] * 2, [2] * 8 + [0.5] * 2)
    assert repeated([8.0, 1.0], [8, 1]) == ([4, 7], [8, 1])
    kept, weight = repeated([1e6, 1.0], [10**6, 1])
    assert len(kept) <= 5001
    assert np.bincount(kept, weight)[[4, 7]].tolist() == pytest.approx([1e6, 1])


@pytest.mark.parametrize("n_samples", [32, 33, 34, 65])
def test_an_automatic_budget_is_two_hundred_steps_whatever_is_left_over(n_samples):
    clf = BLSTMClassifier(batch_size=32)
    data = np.random.default_rng(0).normal(size=(n_samples, 2))
    clf.set_params(random_state=0).fit(data, np.arange(n_samples) % 2)
    dataset = SequenceDataset(pack(list(data[:, None])), np.zeros((n_samples, 2)), "cpu")
    batches = LengthBatches(dataset, 32, np.random.default_rng(0)).order()
    assert clf.n_iter_ * len(batches) >= 200


def test_a_three_dimensional_tensor_is_read_as_sequences():
    frames = np.random.default_rng(0).normal(size=(8, 3, 2)).astype(np.float32)
    labels = np.arange(8) % 2
    clf = BLSTMClassifier(max_epochs=1, random_state=0)
    fits = [clone(clf).fit(X, labels) for X in (frames, torch.tensor(frames))]
    assert np.array_equal(*(clf.predict_proba(frames) for clf in fits))


def test_a_sparse_fit_after_one_on_sequences_predicts_tables():
    frames = np.random.default_rng(0).normal(size=(8, 3, 2))
    clf = BLSTMClassifier(max_epochs=1, random_state=0).fit(frames, np.arange(8) % 2)
    clf.fit(csr_array(frames[:, 0]), np.arange(8) % 2)
    assert clf.predict_proba(frames[:, 0]).shape == (8, 2)


def test_skorchs_own_split_is_refused_before_the_training():
    clf = BLSTMClassifier(net_params={"train_split": ValidSplit(5)})
    with pytest.raises(InputError, match="early_stopping=True holds out samples"):
        clf.fit(CELLS, DRAWN)


def test_mapped_values_beyond_float32_are_named(tmp_path):
    frames = np.ones((4, 3, 2))
    np.save(tmp_path / "frames.npy", frames)
    mapped = np.load(tmp_path / "frames.npy", mmap_mode="r+")
    mapped[2, 1, 0] = 1e39
    clf = BLSTMClassifier(max_epochs=1)
    with pytest.raises(InputError, match="infinity: sample 2, frame 1, feature 0"):
        clf.fit(list(mapped), [0, 1, 0, 1])
    mapped[2, 1, 0] = -1
    clf.fit(list(mapped), [0, 1, 0, 1])
