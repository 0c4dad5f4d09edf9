"""Code shared by estimators that take ratings: checks of the input, predictions of raters and consensus."""

import warnings
from numbers import Integral
from typing import NamedTuple

import numpy as np
from sklearn.utils import get_tags, indexable
from sklearn.utils.validation import assert_all_finite, check_is_fitted, column_or_1d

from sklearn_raters._align import align_samples
from sklearn_raters._forms import at_least_single
from sklearn_raters._nested import InnerTagsMixin, innermost, thawed
from sklearn_raters._seeds import content_order
from sklearn_raters._sklearn_compat import safe_indexing
from sklearn_raters._targets import check_weights
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import Task, Votes, check_groups, find_name, is_missing, shorten
from sklearn_raters.sequences import check_frames, holds_sequences, holds_text


class RatedSamples(NamedTuple):
    """The input of `fit`, checked.

    Parameters
    ----------
    X : list or array-like of length n_samples
        The samples.
    Y : ratings of n_samples
        The ratings in the form in which they were given.
    task : Task
        The ratings and the classes.
    groups : ndarray of shape (n_samples,) or None
        Groups that must not be split between training and validation.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    """

    X: object
    Y: object
    task: Task
    groups: np.ndarray | None
    sample_weight: np.ndarray | None


def check_rated_samples(estimator, X, y, sample_weight, groups):
    """Check the input of `fit` of an estimator that takes ratings.

    Parameters
    ----------
    estimator : estimator
        The estimator; its `classes` and `label_map` define the task.
    X : list or array-like of length n_samples
        Samples. Sequences of frames are checked one by one, unless the estimator takes NaN; tables are left
        to the estimators inside.
    y : ratings of n_samples
        Ratings in any form, or a Task.
    sample_weight : array-like of shape (n_samples,) or None
        Weights of the samples.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.

    Returns
    -------
    RatedSamples
        The checked input.

    Raises
    ------
    InputError
        If there are no ratings, lengths differ, a weight is negative, or a sequence is not finite.
    """
    name = type(estimator).__name__
    if y is None:
        raise InputError(f"{name} requires y to be passed, but the target y is None: give the ratings.")
    X = indexable(X)[0]
    y = y if isinstance(y, Task | Votes) else indexable(y)[0]
    X, y, groups, sample_weight = align_samples(X=X, y=y, groups=groups, sample_weight=sample_weight)
    # Checked before any training, because a view would report the index in its own part of the samples.
    if holds_text(X):
        _check_texts(X)
    if holds_sequences(X) and not get_tags(estimator).input_tags.allow_nan:
        check_frames(X, name)
    if isinstance(y, np.matrix):
        y = np.asarray(y)
    if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 1:
        column_or_1d(y, warn=True)  # what it returns has no mask
        y = y[:, 0]
    if isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype != object:
        assert_all_finite(y, allow_nan=True, input_name="y")
    sample_weight = check_weights(sample_weight, X)
    groups = check_groups(groups)
    task = Task(y, estimator.classes, estimator.label_map)
    _check_fractions(task)
    return RatedSamples(at_least_single(X), y, task, groups, sample_weight)


def learnt_task(y, fitted, label_map):
    """Return ratings as a Task of the classes that were learnt, not always all those of `label_map`."""
    known = fitted.classes_.tolist()
    if label_map is not None:
        label_map = {old: new for old, new in label_map.items() if new is None or new in known}
    return Task(y, known, label_map)


def refuse_pairwise(estimator):
    """Raise InputError if an estimator learns from a matrix of kernels or distances, as its tags say.

    Parts of the samples, in any order, are some of its rows and of its columns; X gives the rows alone.
    """
    if get_tags(estimator).input_tags.pairwise:
        raise InputError(
            f"{type(estimator).__name__} takes a precomputed matrix of kernels or distances, which cannot be "
            "split or put into order as samples are. Give it the features as X, and the kernel or metric by "
            "its name or as a function, such as kernel='rbf' or metric='euclidean'."
        )


def in_content_order(data, cv):
    """Put samples into an order of their content, unless groups or a splitter divide them.

    Parameters
    ----------
    data : RatedSamples
        The samples.
    cv : int, splitter or None
        Divides them where there are no groups. A splitter of the user's splits by place.

    Returns
    -------
    data : RatedSamples
        The samples in order.
    order : ndarray of int, shape (n_samples,)
        Where each of them was.
    """
    if not drawn_from_samples(data.groups, cv):
        return data, np.arange(data.task.n_samples)
    order = content_order(data.X, data.task, data.sample_weight)
    return RatedSamples(*(rows_of(values, order) for values in data)), order


def drawn_from_samples(groups, cv):
    """Return whether the folds of an estimator come from the samples, not from groups or a splitter."""
    return groups is None and (cv is None or isinstance(cv, Integral))


def _check_fractions(task):
    """Raise InputError if labels are numbers with fractions, as scikit-learn does, unless they are named."""
    fractions = [label for label in task.votes.labels if isinstance(label, float) and label % 1]
    if fractions and not task.classes_given:
        raise InputError(
            f"Unknown label type: continuous. The labels have fractions, such as {fractions[0]!r}: cut "
            "scores into classes by Task(y, bins=...). If they are classes, give them as texts."
        )


def _check_texts(X):
    """Raise InputError if a text or path is missing."""
    missing = [index for index, text in enumerate(X) if is_missing(text)]
    if missing:
        raise InputError(
            f"Sample {missing[0]} of X has no text ({len(missing)} have none). Leave it out of X and y, or "
            'give it an empty text: "".'
        )


def rows_of(values, rows):
    """Return some rows of ratings in any form, samples, weights or groups; None if `values` is None."""
    if values is None:
        return None
    return values.take(rows) if isinstance(values, Task | Votes) else safe_indexing(values, rows)


def named_raters(raters, known):
    """Return raters, in any spelling, by their names in `known`; warn of unknown ones.

    Parameters
    ----------
    raters : list or None
        Names of raters; None takes all that are known.
    known : list
        The raters that a fitted estimator knows.

    Returns
    -------
    list
        The names, those of unknown raters as they are given.

    Raises
    ------
    InputError
        If `raters` is a single name or a set, which has no order, or a name may be that of several raters.
    """
    if raters is None:
        return known
    if isinstance(raters, str | bytes | set | frozenset) or not np.iterable(raters):
        example = sorted(raters, key=str)[:3] if isinstance(raters, set | frozenset) else [raters]
        raise InputError(f"raters must be a list of raters, not {raters!r}: give {example!r}.")
    names = [find_name(name, known) for name in raters]
    if unknown := [name for name in names if name not in known]:
        warnings.warn(
            f"fit saw no votes of the raters {shorten(unknown)}, or gave them no view: they are predicted "
            "to choose as the consensus does. The raters with answers of their own are "
            f"{shorten(known) or 'none'}.",
            InputWarning,
            stacklevel=4,
        )
    return names


def columns_of(wanted, raters, proba, consensus):
    """Select raters from the predictions for several raters.

    Parameters
    ----------
    wanted : list
        Names of the raters to select.
    raters : list of length n_raters
        Names of the raters in `proba`.
    proba : ndarray of shape (n_samples, n_raters, n_classes)
        Predictions for each rater.
    consensus : ndarray of shape (n_samples, n_classes) or None
        Predictions for the wanted raters that are not in `raters`; None if all of them are.

    Returns
    -------
    ndarray of shape (n_samples, n_wanted, n_classes)
        Predictions for the wanted raters, in their order.
    """
    places = {name: place for place, name in enumerate(raters)}
    columns = [proba[:, places[name]] if name in places else consensus for name in wanted]
    return np.stack(columns, axis=1) if columns else proba[:, :0]


def answer_by_name(raters, known, answers, consensus):
    """Predict raters by their names, and those that are not known as the consensus, with a warning.

    Parameters
    ----------
    raters : list or None
        Names of raters, in any spelling; None takes all that are known.
    known : list of length n_known
        The raters that a fitted estimator knows.
    answers : callable
        Returns the predictions for these, an ndarray of shape (n_samples, n_known, n_classes). It is not
        called if there are none.
    consensus : callable
        Returns the predictions of the consensus, an ndarray of shape (n_samples, n_classes).

    Returns
    -------
    ndarray of shape (n_samples, n_raters, n_classes)
        Predictions in the order of `raters`.

    Raises
    ------
    InputError
        If `raters` is a single name or a set, which has no order, or a name may be that of several raters.
    """
    wanted = named_raters(raters, known)
    of_others = None if known and set(wanted) <= set(known) else consensus()
    return columns_of(wanted, known, answers() if known else of_others[:, None][:, :0], of_others)


class InnerTaskMixin(InnerTagsMixin):
    """Gives a meta-estimator the task and the input tags of its `estimator`, which takes ratings."""

    __metadata_request__fit = {"groups": True}
    _hands_on = True

    @property
    def classes(self):
        """The parameter `classes` of the inner estimator; None if it has none."""
        return getattr(innermost(thawed(self.estimator)), "classes", None)

    @property
    def label_map(self):
        """The parameter `label_map` of the inner estimator; None if it has none."""
        return getattr(innermost(thawed(self.estimator)), "label_map", None)


class ConsensusMixin:
    """Adds `predict` and `score` to a classifier with `predict_proba`, `classes_` and `label_map`."""

    def predict(self, X):
        """Return the consensus label of each sample.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels, each one of `classes_`.
        """
        proba = self.predict_proba(X)  # first, since it raises NotFittedError
        return self.classes_[proba.argmax(axis=1)]

    def score(self, X, y, sample_weight=None):
        """Return the accuracy on the samples whose ratings have a majority in the classes.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        y : array-like
            Ratings in any form that `fit` takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.

        Returns
        -------
        float
            Accuracy between 0 and 1. The field reports `sklearn_raters.metrics.uar_scorer` instead.
        """
        check_is_fitted(self)
        X, y, sample_weight = align_samples(X=X, y=y, sample_weight=sample_weight)
        sample_weight = check_weights(sample_weight, X)
        rows, labels = labelled_samples(hard_labels(learnt_task(y, self, self.label_map)))
        if sample_weight is not None:
            rows, labels = rows[sample_weight[rows] > 0], labels[sample_weight[rows] > 0]
        if len(rows) == 0:
            raise InputError(
                "No sample with a weight has a majority label in the classes, so there is nothing to score."
            )
        # All samples, so that a sample that cannot be predicted is an error, whether it has a label or not.
        correct = self.predict(X)[rows] == labels
        return float(np.average(correct, weights=rows_of(sample_weight, rows)))
