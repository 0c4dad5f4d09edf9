"""Inputs of every kind that cannot be used are refused in one line that names them, by every entry point."""

import datetime

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline

from fuzz.oracle import REFUSE, judge
from made import FEW, small_blstm, small_stack
from sklearn_raters import (
    BLSTMClassifier,
    DeepEnsembleClassifier,
    FramePooler,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters._align import count_rows
from sklearn_raters._inner_splits import check_pairs
from sklearn_raters.consensus import consensus_labels, hard_labels, soft_labels
from sklearn_raters.datasets import load_iemocap, load_rated_audio, make_rated_samples, make_rated_sequences
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import (
    by_agreement,
    class_recalls,
    expected_calibration_error,
    soft_cross_entropy,
    uar_scorer,
)
from sklearn_raters.model_selection import compare, cross_val_predict_raters, paired_bootstrap
from sklearn_raters.persistence import load
from sklearn_raters.ratings import alpha_interval, parse_ratings, ratings_from_long, ratings_to_long

X, Y, TRUTH = FEW.X, FEW.Y, FEW.truth
NO_ROWS = [None, 3, "text", b"bytes", {"a": 1}, {1, 2}, object(), np.array(1.0), int, (one for one in X)]
NO_ROWS.append(memoryview(np.zeros((60, 3))))


@pytest.mark.parametrize("given", NO_ROWS, ids=lambda given: type(given).__name__)
def test_what_has_no_rows_is_refused(given):
    with pytest.raises(InputError, match=r"X is .* no row for each sample"):
        count_rows(given, "X")
    with pytest.raises(InputError, match=r"X is .* no row for each sample"):
        cross_val_predict_raters(small_stack(), given, Y)
    fitted = small_stack(views=["crowd_hard"], fusion="mean").fit(X, Y)
    for score in (fitted.score, lambda *pair: uar_scorer(fitted, *pair)):
        with pytest.raises(InputError, match=r"X is .* no row for each sample"):
            score(given, Y)


@pytest.mark.parametrize("model", [small_stack(views=["crowd_hard"], fusion="mean"), small_blstm()])
def test_scores_need_a_row_and_a_weight_for_each_sample(model):
    y = Y if isinstance(model, MultiRaterStackingClassifier) else TRUTH
    fitted = model.fit(X, y)
    assert 0 <= fitted.score(X, y, sample_weight=np.ones(60)) <= 1
    for wrong in ({"y": y[:-1]}, {"X": X[:-1]}, {"sample_weight": np.ones(59)}):
        with pytest.raises(InputError, match="inconsistent numbers of samples"):
            fitted.score(**{"X": X, "y": y, **wrong})
    for weights in (
        -np.ones(60),
        np.full(60, np.nan),
        np.zeros(60),
        [None] * 60,
        np.arange(60).astype("M8[D]"),
    ):
        with pytest.raises((ValueError, TypeError)):
            fitted.score(X, y, sample_weight=weights)


MASKED = np.ma.masked_array(X, np.arange(X.size).reshape(X.shape) == 5)


@pytest.mark.parametrize(
    "fit",
    [
        lambda: small_stack().fit(MASKED, Y),
        lambda: small_stack().fit(X, Y, sample_weight=MASKED[:, 1]),
        lambda: small_stack().fit(X, Y, groups=MASKED[:, 1]),
        lambda: BLSTMClassifier().fit(MASKED, TRUTH),
        lambda: BLSTMClassifier().fit([MASKED, X], ["a", "b"]),
        lambda: BLSTMClassifier().fit(X, np.ma.masked_array(TRUTH, np.arange(60) == 1)),
        lambda: SoftTargetClassifier(LogisticRegression()).fit(MASKED, TRUTH),
        lambda: SoftTargetClassifier(LogisticRegression()).fit(X, TRUTH).predict_proba(MASKED),
        lambda: class_recalls(np.ma.masked_array(TRUTH, np.arange(60) == 1), TRUTH),
        lambda: soft_cross_entropy(np.ma.masked_array([[0.5, 0.5]], [[True, False]]), [[0.5, 0.5]]),
    ],
)
def test_masked_entries_are_not_used_as_if_they_were_there(fit):
    with pytest.raises(InputError, match=r"masked|no group"):
        fit()


def test_a_masked_array_without_masked_entries_is_an_array():
    model = small_stack(views=["crowd_hard"], fusion="mean")
    expected = model.fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(model.fit(np.ma.masked_array(X), Y).predict_proba(X), expected)


@pytest.mark.parametrize("form", ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"])
def test_every_sparse_format_gives_the_answer_of_the_dense_table(form):
    rounded = np.round(X)  # holds -0.0, which no sparse format does
    table = getattr(sp, f"{form}_array")(rounded)
    stack = small_stack(views=["crowd_hard"], fusion="mean").fit(rounded, Y)
    assert uar_scorer(stack, table, Y) == uar_scorer(stack, rounded, Y)
    assert stack.score(table, Y) == stack.score(rounded, Y)
    net = RaterNetClassifier(max_epochs=2, random_state=0, device="cpu")
    expected = net.fit(rounded, Y).predict_proba(rounded)
    np.testing.assert_allclose(net.fit(table, Y).predict_proba(table), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("cv", "message"),
    [
        (0.5, "cv must be an int, a splitter or a list of pairs"),
        ("ab", "cv must be an int, a splitter or a list of pairs"),
        ([1, 2], "Fold 1 of cv is no pair"),
        ([([0, 1], [2], [3])], "Fold 1 of cv is no pair"),
        ([([0], [1]), ([[0]], [1])], "Fold 2 of cv is no pair"),
        ([([0, 1], [4])], "Fold 1 of cv holds 4, not all of them indices of the 4 samples"),
        ([([0, 1], [-1])], "Fold 1 of cv holds -1"),
        ([([0, 1], [2.0])], "Fold 1 of cv holds 2.0"),
        ([(["a"], ["b"])], "Fold 1 of cv holds 'a'"),
    ],
)
def test_folds_that_are_no_pairs_of_indices_are_refused(cv, message):
    with pytest.raises(InputError, match=message):
        check_pairs(cv, 4)


class Answers(ClassifierMixin, BaseEstimator):
    """A user's classifier that answers what is no probability."""

    def __init__(self, value):
        self.value = value

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        if self.value is None:
            return None
        shape = (len(X), 1) if self.value == "narrow" else (len(X), len(self.classes_))
        return np.full(shape, 1.0 if self.value == "narrow" else self.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 0.0, 7.0, "word", "narrow", None])
def test_a_view_that_answers_no_probabilities_is_named(value):
    with pytest.raises(InputError, match=r"crowd_hard.*no probability|column for each of its classes"):
        small_stack(Answers(value), views=["crowd_hard"], fusion="mean").fit(X, Y).predict(X)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of scikit-learn's arithmetic
def test_soft_targets_answer_no_probabilities_that_are_none():
    model = SoftTargetClassifier(GaussianNB()).fit(X, TRUTH)
    with pytest.raises(InputError, match=r"GaussianNB answers \[nan nan nan\] on sample 1, which are"):
        model.predict_proba(np.where(np.arange(60)[:, None] == 1, 1e300, X.astype(float)))


@pytest.mark.parametrize("value", ["narrow", None])
def test_soft_targets_of_a_classifier_without_a_column_a_class_are_refused(value):
    model = SoftTargetClassifier(Answers(value)).fit(X, np.eye(3)[np.arange(60) % 3])
    with pytest.raises(InputError, match="a column for each of its classes_"):
        model.predict_proba(X)


def test_times_are_no_numbers_for_the_classifiers_of_a_stack():
    stack = small_stack(views=["crowd_hard"], fusion="mean").fit(X, Y)
    times = np.arange(X.size).reshape(X.shape).astype("M8[s]")
    for given in (times, pd.DataFrame(times), times - times[0]):
        with pytest.raises(InputError, match="X holds times, and the view 'crowd_hard'"):
            stack.predict(given)
        with pytest.raises(InputError, match="X holds times"):
            small_stack().fit(given, Y)


@pytest.mark.parametrize(
    "call",
    [
        lambda: hard_labels(Y, ties=np.zeros(2)),
        lambda: soft_labels(Y, alpha="much"),
        lambda: soft_labels(Y, alpha=1j),
        lambda: soft_labels(Y, outside_majority=[]),
        lambda: consensus_labels(Y, np.zeros((2, 2))),
        lambda: consensus_labels(Y, ["majority"]),
        lambda: parse_ratings(Y, classes=3),
        lambda: ratings_from_long({"sample": [1, 2], "rater": [1], "label": [1, 2]}),
        lambda: ratings_from_long({"sample": [1], "rater": [1], "label": [1]}, label=["label"]),
        lambda: ratings_from_long({"sample": [1], "rater": [1], "label": [1]}, samples=[[1, 2]]),
        lambda: ratings_to_long(Y, rater={}),
        lambda: by_agreement(Y, "text"),
        lambda: by_agreement(Y, np.ones((60, 3)) / 3, scores=3),
        lambda: class_recalls([1, "a"], [1, "a"]),
        lambda: class_recalls([{}], [{}]),
        lambda: class_recalls(["a"], ["a"], labels=3),
        lambda: class_recalls(["a"], ["a"], labels=np.array("a")),
        lambda: soft_cross_entropy([[1j, 0]], [[1, 0]]),
        lambda: soft_cross_entropy([[1, 0]], [[1, 0], [1]]),
        lambda: BLSTMClassifier(class_weight={"sad": "much"}).fit(X, TRUTH),
        lambda: BLSTMClassifier(dense_units=True).fit(X, TRUTH),
        lambda: cross_val_predict_raters(small_stack(), X, Y, method=np.array("predict")),
        lambda: SoftTargetClassifier(3).fit(X, TRUTH),
        lambda: SoftTargetClassifier(Pipeline([])).fit(X, TRUTH),
        lambda: BLSTMClassifier().fit(X, [*TRUTH[1:], 3]),
        lambda: BLSTMClassifier().fit(X, [{}] * 60),
        lambda: compare(3, X, Y),
        lambda: compare({"a": small_stack()}, X, Y, n_bootstrap="many", baseline="a"),
        lambda: cross_val_predict_raters(small_stack(), X, Y, method=3),
        lambda: cross_val_predict_raters(small_stack(), X, Y, params={"depth": 1}),
        lambda: make_rated_samples(class_sep="wide"),
        lambda: load_rated_audio(3, "."),
        lambda: load_rated_audio("votes.csv", datetime.date(2020, 1, 1)),
        lambda: load_iemocap(3),
        lambda: load(3),
    ],
)
def test_values_of_a_wrong_type_are_refused_by_a_check_not_by_the_inside(call):
    verdict = judge(call, REFUSE)
    assert verdict.kind == "refused clearly", verdict


def test_a_folder_that_is_no_session_does_not_take_the_memory(tmp_path):
    (tmp_path / "Session1").mkdir()
    (tmp_path / "Session99999999999").mkdir()
    with pytest.raises(InputError, match="Session99999999999 is no session of the corpus"):
        load_iemocap(tmp_path)


HUGE = 10**30
TOO_MUCH = {
    "units of a BLSTM": lambda: small_blstm(dense_units=HUGE).fit(X, TRUTH),
    "units of an LSTM": lambda: small_blstm(lstm_units=2**62).fit(X, TRUTH),
    "units of a trunk": lambda: RaterNetClassifier(trunk_params={"hidden_units": (HUGE,)}).fit(X, TRUTH),
    "epochs of a BLSTM": lambda: small_blstm(max_epochs=HUGE).fit(X, TRUTH),
    "epochs of a layer": lambda: SoftmaxLayerClassifier(max_epochs=HUGE).fit(X, TRUTH),
    "epochs of a network of raters": lambda: RaterNetClassifier(max_epochs=HUGE).fit(X, Y),
    "epochs of copies": lambda: DeepEnsembleClassifier(RaterNetClassifier(max_epochs=HUGE)).fit(X, Y),
    "epochs of views": lambda: small_stack(small_blstm(max_epochs=HUGE)).plan(X, Y),
    "folds": lambda: small_stack(fusion=LogisticRegression(), cv=HUGE).fit(X, Y),
    "folds of a comparison": lambda: compare({"a": small_stack()}, X, Y, cv=HUGE, baseline=None),
    "folds of predictions": lambda: cross_val_predict_raters(small_stack(), X, Y, cv=HUGE),
    "draws of an alpha": lambda: alpha_interval(Y, n_bootstrap=HUGE),
    "copies": lambda: DeepEnsembleClassifier(RaterNetClassifier(), HUGE).fit(X, TRUTH),
    "smoothing": lambda: MultiRaterStackingClassifier(alpha=HUGE).fit(X, TRUTH),
    "frames of a group": lambda: FramePooler(HUGE).fit_transform([X]),
    "bins": lambda: expected_calibration_error([[1, 0]], [[1, 0]], n_bins=HUGE),
    "draws": lambda: paired_bootstrap(TRUTH, TRUTH, TRUTH, n_bootstrap=HUGE),
    **{
        f"{name} of a made table": lambda name=name: make_rated_samples(**{name: HUGE})
        for name in ("n_samples", "n_classes", "n_features")
    },
    **{
        f"{name} of made sequences": lambda name=name: make_rated_sequences(**{name: HUGE})
        for name in ("n_samples", "n_raters", "n_classes", "n_features", "mean_length", "n_groups")
    },
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_number_that_no_memory_holds_is_refused_at_once(what):
    with pytest.raises(ValueError, match=f"{HUGE}|{2**62}|too large"):
        TOO_MUCH[what]()


def test_integers_beyond_all_floats_are_refused():
    X = [[10**400, 1]] * 4
    for model in (
        SoftTargetClassifier(LogisticRegression()),
        MultiRaterStackingClassifier(LogisticRegression()),
    ):
        with pytest.raises(InputError, match="X holds an integer of 401 digits"):
            model.fit(X, ["a", "b", "a", "b"])
    with pytest.raises(InputError, match="sample_weight holds a number beyond all floats"):
        SoftTargetClassifier(LogisticRegression()).fit([[0], [1]], ["a", "b"], sample_weight=[10**400, 1])
