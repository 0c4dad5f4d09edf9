"""A small classifier of ratings that passes all checks, and one for each check that is wrong there."""

import threading
import time
from copy import deepcopy
from zlib import crc32

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._rated import check_rated_samples
from sklearn_raters.ratings import Task, Votes

TEXTS = ["", "nan", "NA", "<NA>", "None"]


class Centroids(ClassifierMixin, BaseEstimator):
    """The nearest mean of a class: of all votes, and of each rater's."""

    label_map = None

    def __init__(self, classes=None, n_jobs=None):
        self.classes = classes
        self.n_jobs = n_jobs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def fit(self, X, y, sample_weight=None, groups=None):
        data = check_rated_samples(self, X, y, sample_weight, groups)
        if set(data.task.votes.labels) & set(TEXTS):
            raise ValueError("A label is a text for missing.")
        rows, weight = self.rows(data.X), self.weight(data.sample_weight, len(data.X))
        votes = data.task.class_votes
        cube = np.zeros((data.task.n_samples, len(data.task.raters), len(data.task.classes)))
        cube[votes.sample, votes.rater, votes.label] = votes.weight
        known = cube.any(axis=(0, 2))
        cube *= weight[:, None, None]
        counts = self.counts(cube, data.task.raters)
        self.centroids_ = self.means(rows, counts)
        self.rater_centroids_ = [self.means(rows, cube[:, rater]) for rater in np.flatnonzero(known)]
        self.raters_ = [name for name, one in zip(data.task.raters, known, strict=True) if one]
        self.classes_ = np.asarray(data.task.classes)
        return self

    def rows(self, X):
        if isinstance(X, pd.DataFrame):
            X = X.to_numpy()
        if not (isinstance(X, np.ndarray) and X.ndim == 2):
            X = np.stack([np.mean(sequence, axis=0) for sequence in X])
        if not np.isfinite(X).all():
            raise ValueError("X holds NaN.")
        return X

    def weight(self, weight, n_samples):
        return np.ones(n_samples) if weight is None else weight

    def counts(self, cube, raters):
        return cube.sum(axis=1)

    def means(self, rows, counts):
        total = counts.sum(axis=0)[:, None]
        return np.where(total > 0, counts.T @ rows / np.where(total > 0, total, 1), 1000.0)

    def proba(self, X, centroids):
        check_is_fitted(self)
        return softmax(-((self.rows(X)[:, None] - centroids) ** 2).sum(axis=2), axis=1)

    def predict_proba(self, X):
        check_is_fitted(self)
        return self.proba(X, self.centroids_)

    def predict(self, X):
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_soft_labels(self, X):
        check_is_fitted(self)
        return self.proba(X, self.centroids_ / 2)

    def predict_proba_raters(self, X):
        check_is_fitted(self)
        return np.stack([self.proba(X, one) for one in self.rater_centroids_], axis=1)


class OfTables(Centroids):
    """Takes no sequences."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = False
        return tags


class Misreads(Centroids):
    """Changes ratings of some form before it reads them."""

    def fit(self, X, y, sample_weight=None, groups=None):
        return super().fit(X, self.misread(y), sample_weight, groups)


def instead(y, wrong, label="angry"):
    """Return an array of objects with a label where a function of the cell says so; others as they are."""
    if type(y) is not np.ndarray or y.dtype != object:
        return y
    cells = np.array([wrong(cell) for cell in y.ravel()]).reshape(y.shape)
    return np.where(cells, np.array(label, dtype=object), y)


class Unnormalized(Centroids):
    def predict_proba(self, X):
        return 2 * super().predict_proba(X)


class NoCheckOfSoftLabels(Centroids):
    def predict_soft_labels(self, X):
        return self.proba(X, self.centroids_ / 2)


class PadsSequences(Centroids):
    def rows(self, X):
        if isinstance(X, pd.DataFrame) or (isinstance(X, np.ndarray) and X.dtype != object):
            return super().rows(X)
        longest = max(map(len, X))
        return np.stack([np.sum(sequence, axis=0) / longest for sequence in X])


class FirstFrameOfArrays(Centroids):
    def rows(self, X):
        return super().rows(X[:, 0] if isinstance(X, np.ndarray) and X.ndim == 3 else X)


class NoneOfListsIsALabel(Misreads):
    def misread(self, y):
        if not isinstance(y, list) or not isinstance(y[0], list) or len(y[0]) < 2:
            return y
        return [["angry" if cell is None else cell for cell in row] for row in y]


def _is_plain(y):
    ranges = isinstance(y, pd.DataFrame) and isinstance(y.columns, pd.RangeIndex)
    return ranges and y.shape[1] > 1 and isinstance(y.index, pd.RangeIndex)


class FirstColumnIsTheIndex(Misreads):
    def misread(self, y):
        categories = _is_plain(y) and any(dtype == "category" for dtype in y.dtypes)
        return y.drop(columns=0) if _is_plain(y) and not categories else y


class CodesOfCategories(Misreads):
    def misread(self, y):
        if not isinstance(y, pd.DataFrame):
            return y
        return y.apply(lambda one: one.cat.codes.map("{}".format) if one.dtype == "category" else one)


class LongTablesTurned(Misreads):
    def misread(self, y):
        long = isinstance(y, pd.DataFrame) and not isinstance(y.columns, pd.RangeIndex)
        return y.iloc[::-1].set_axis(y.index) if long and list(y.columns) == [0, 1, 2] else y


class IgnoresMasks(Misreads):
    def misread(self, y):
        return y.data if isinstance(y, np.ma.MaskedArray) else y


class FirstClassOfNoVotes(Misreads):
    def misread(self, y):
        cube = isinstance(y, np.ndarray) and y.ndim == 3
        return np.array(self.classes, dtype=object)[y.argmax(axis=2)] if cube else y


class MajorityOfTasks(Misreads):
    def misread(self, y):
        return Task(y.class_names(y.majority("first"))) if isinstance(y, Task) else y


class VotesTurned(Misreads):
    def misread(self, y):
        return y.take(np.arange(y.n_samples)[::-1]) if isinstance(y, Votes) else y


class ShortTexts(Misreads):
    def misread(self, y):
        return y.astype("U3") if isinstance(y, np.ndarray) and y.dtype.kind == "U" else y


class NumbersAsTexts(Misreads):
    def misread(self, y):
        if not isinstance(y, np.ndarray) or {type(cell) for cell in y.ravel()} - {int, float, type(None)}:
            return y
        return np.array([[None if x is None or x != x else str(x) for x in row] for row in y], dtype=object)


class FirstOfSeveral(Misreads):
    def misread(self, y):
        if type(y) is not np.ndarray or y.ndim != 2 or y.dtype != object:
            return y
        several = (tuple, list, set, frozenset)
        first = [next(iter(cell), None) if isinstance(cell, several) else cell for cell in y.ravel()]
        return np.array(first, dtype=object).reshape(y.shape)


class NaNIsALabel(Misreads):
    def misread(self, y):
        return instead(y, lambda cell: isinstance(cell, float) and cell != cell)


class NAIsALabel(Misreads):
    def misread(self, y):
        return instead(y, lambda cell: cell is pd.NA)


class EmptyIsALabel(Misreads):
    def misread(self, y):
        return instead(y, lambda cell: isinstance(cell, tuple) and not cell)


class TextIsALabel(Misreads):
    def misread(self, y):
        return instead(y, lambda cell: isinstance(cell, str) and cell in TEXTS, "none")


class FirstRatersCountMore(Centroids):
    def counts(self, cube, raters):
        return (cube / np.arange(1, len(raters) + 1)[:, None]).sum(axis=1)


class NamesCount(Centroids):
    def counts(self, cube, raters):
        return (cube * [[1 + crc32(str(name).encode()) % 5] for name in raters]).sum(axis=1)


class FirstSampleCountsMore(Centroids):
    def means(self, rows, counts):
        return super().means(rows, counts) + 0.1 * rows[counts.any(axis=1)][0]


class PairsByPlace(Misreads):
    def fit(self, X, y, sample_weight=None, groups=None):
        by_place = isinstance(X, pd.DataFrame) and isinstance(y, pd.DataFrame)
        return Centroids.fit(self, X, y.to_numpy() if by_place else y, sample_weight, groups)


class CentresBatches(Centroids):
    def proba(self, X, centroids):
        table = isinstance(X, np.ndarray) and X.ndim == 2
        return super().proba(X - X.mean(axis=0) + 1 if table else X, centroids)


class CountsEmptyRaters(Centroids):
    def counts(self, cube, raters):
        counts = cube.sum(axis=1)
        return counts + 0.05 * len(raters) * counts.sum(axis=1, keepdims=True) * counts.any(axis=0)


class UnratedAreUniform(Centroids):
    def counts(self, cube, raters):
        counts = cube.sum(axis=1)
        return np.where(counts.any(axis=1, keepdims=True), counts, 1 / 3)

    def weight(self, weight, n_samples):
        self._weight = super().weight(weight, n_samples)
        return self._weight

    def means(self, rows, counts):
        return super().means(rows, counts * (self._weight > 0)[:, None])


class DropsAbsentClasses(Centroids):
    def fit(self, X, y, sample_weight=None, groups=None):
        super().fit(X, y, sample_weight, groups)
        kept = (self.centroids_ != 1000).any(axis=1)
        self.classes_, self.centroids_ = self.classes_[kept], self.centroids_[kept]
        self.rater_centroids_ = [one[kept] for one in self.rater_centroids_]
        return self


class SortsColumns(Centroids):
    def fit(self, X, y, sample_weight=None, groups=None):
        super().fit(X, y, sample_weight, groups)
        self.centroids_ = self.centroids_[np.argsort(self.classes_)]
        return self


class IgnoresGroups(Centroids):
    def fit(self, X, y, sample_weight=None, groups=None):
        return super().fit(X, y, sample_weight)


class RootsOfWeights(Centroids):
    def weight(self, weight, n_samples):
        return np.sqrt(super().weight(weight, n_samples))


class WeighsAtLeastATenth(Centroids):
    def weight(self, weight, n_samples):
        return np.maximum(super().weight(weight, n_samples), 0.1)


class TakesAnyWeights(Centroids):
    def fit(self, X, y, sample_weight=None, groups=None):
        weight = None if sample_weight is None else np.nan_to_num(np.abs(sample_weight))
        return super().fit(X, y, weight, groups)


class Random(Centroids):
    def means(self, rows, counts):
        return super().means(rows, counts) + np.random.default_rng().normal(size=(1, rows.shape[1]))


class WarmStarts(Centroids):
    def fit(self, X, y, sample_weight=None, groups=None):
        before = getattr(self, "n_fits_", 0)
        super().fit(X, y, sample_weight, groups)
        self.n_fits_ = before + 1
        return self

    def proba(self, X, centroids):
        return super().proba(X, centroids * self.n_fits_)


class ClonesFitted(Centroids):
    def __sklearn_clone__(self):
        return deepcopy(self)


class PicklesRounded(Centroids):
    def __getstate__(self):
        state = super().__getstate__().copy()
        if "centroids_" in state:
            state["centroids_"] = state["centroids_"].astype(np.float16)
        return state


class WritesIntoWeights(Centroids):
    def predict_proba(self, X):
        check_is_fitted(self)
        self.centroids_ += 0
        return super().predict_proba(X)


class AnswersFromItsCache(Centroids):
    """Needs its `memory`, which belongs to one machine and is in no model file."""

    def fit(self, X, y, sample_weight=None, groups=None):
        self.memory = "cache"
        return super().fit(X, y, sample_weight, groups)

    def proba(self, X, centroids):
        check_is_fitted(self)
        return super().proba(X, 0 * centroids if self.memory is None else centroids)


class SplitsBadly(Centroids):
    def counts(self, cube, raters):
        return cube[: -1 if self.n_jobs == 2 else None].sum(axis=1)

    def means(self, rows, counts):
        return super().means(rows[: len(counts)], counts)


class SharesMemory(Centroids):
    memory = None

    def rows(self, X):
        SharesMemory.memory = super().rows(X)
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.05)
        return SharesMemory.memory


class FillsTheInput(Misreads):
    def misread(self, y):
        if isinstance(y, np.ndarray) and y.dtype == object:
            y[np.array([cell is None for cell in y.ravel()]).reshape(y.shape)] = np.nan
        return y


class LearnsBeforeItChecks(Centroids):
    def fit(self, X, y, sample_weight=None, groups=None):
        if not hasattr(self, "centroids_"):
            self.centroids_, self.classes_ = np.zeros((3, 4)), np.arange(3)
        return super().fit(X, y, sample_weight, groups)


class ForgetsWhenItFails(Centroids):
    def fit(self, X, y, sample_weight=None, groups=None):
        try:
            return super().fit(X, y, sample_weight, groups)
        except ValueError:
            if hasattr(self, "centroids_"):
                self.centroids_ = 0 * self.centroids_
            raise


# The check that finds each fault; the faults of a pickle are those of files too.
WRONG = {
    "check_answers": Unnormalized,
    "check_not_fitted": NoCheckOfSoftLabels,
    "check_sequences": PadsSequences,
    "check_sequences_of_one_length": FirstFrameOfArrays,
    "check_ratings_as_list": NoneOfListsIsALabel,
    "check_ratings_as_frame": FirstColumnIsTheIndex,
    "check_ratings_as_typed_columns": CodesOfCategories,
    "check_ratings_as_long_table": LongTablesTurned,
    "check_ratings_as_masked_array": IgnoresMasks,
    "check_ratings_as_cube": FirstClassOfNoVotes,
    "check_ratings_as_task": MajorityOfTasks,
    "check_ratings_as_votes": VotesTurned,
    "check_labels_of_one_rater": ShortTexts,
    "check_labels_as_numbers": NumbersAsTexts,
    "check_several_labels_in_a_cell": FirstOfSeveral,
    "check_missing_as_nan": NaNIsALabel,
    "check_missing_as_pandas_na": NAIsALabel,
    "check_missing_as_empty_cell": EmptyIsALabel,
    "check_missing_as_text": TextIsALabel,
    "check_raters_in_another_order": FirstRatersCountMore,
    "check_raters_renamed": NamesCount,
    "check_samples_in_another_order": FirstSampleCountsMore,
    "check_samples_paired_by_index": PairsByPlace,
    "check_one_by_one": CentresBatches,
    "check_rater_without_ratings": CountsEmptyRaters,
    "check_samples_without_ratings": UnratedAreUniform,
    "check_absent_class": DropsAbsentClasses,
    "check_order_of_classes": SortsColumns,
    "check_groups": IgnoresGroups,
    "check_weights_as_repeats": RootsOfWeights,
    "check_weight_zero": WeighsAtLeastATenth,
    "check_wrong_weights": TakesAnyWeights,
    "check_fit_repeats": Random,
    "check_refit": WarmStarts,
    "check_clone": ClonesFitted,
    "check_pickle": PicklesRounded,
    "check_saved_and_loaded": WritesIntoWeights,
    "check_model_file": AnswersFromItsCache,
    "check_n_jobs": SplitsBadly,
    "check_threads": SharesMemory,
    "check_input_stays": FillsTheInput,
    "check_failed_first_fit": LearnsBeforeItChecks,
    "check_failed_second_fit": ForgetsWhenItFails,
}
