"""Scorers that take ratings in place of y, for cross-validation and searches of scikit-learn."""

import inspect
from dataclasses import dataclass
from numbers import Real

import numpy as np
from sklearn.utils.metadata_routing import MetadataRequest

from sklearn_raters._align import align, align_samples, refuse_masked
from sklearn_raters._nested import call_inside, innermost, takes_soft_targets, unwrap
from sklearn_raters._sklearn_compat import MetadataRequester, checked_parameters, safe_indexing
from sklearn_raters._targets import order_columns
from sklearn_raters.consensus import hard_labels, labelled_samples, soft_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics._calibration_error import expected_calibration_error
from sklearn_raters.metrics._distributions import (
    brier_score,
    jensen_shannon_divergence,
    manhattan_distance,
    soft_cross_entropy,
    soft_f1_score,
    wasserstein_distance,
)
from sklearn_raters.metrics._raters import rater_distance, rater_error_rate
from sklearn_raters.metrics._recalls import unweighted_average_recall
from sklearn_raters.ratings import Task, check_order, find_name, is_missing, shorten, sort_labels


@dataclass(eq=False, repr=False)
class _RatingsScorer(MetadataRequester):
    """A scorer that takes ratings in place of y; see `make_ratings_scorer`.

    Parameters
    ----------
    estimator : classifier
        The fitted estimator to score.
    X : list or array-like of length n_samples
        Samples in any form that the estimator takes.
    Y : ratings of n_samples
        In any form that `sklearn_raters.ratings.Task` takes. If the estimator learns from soft labels, Y may
        also be soft labels; the class with the greatest share, if there is one, is then the consensus.
    **params : dict
        Metadata of the samples for the method of the estimator that predicts, which `set_score_request`
        requests, as in ``uar_scorer.set_score_request(speakers=True)``. `sample_weight` is for the function
        instead, which must take it.

    Returns
    -------
    float
        Score on the samples that have a consensus, or for soft labels and raters a vote for a class; greater
        is better.
    """

    score_func: object
    target: str
    sign: int
    alpha: float
    ordered: bool
    classes: list | None
    label_map: dict | None
    kwargs: dict

    def __call__(self, estimator, X, Y, **params):
        """Score a fitted estimator on the samples of X that Y judges."""
        X, Y, *aligned = align_samples(X=X, Y=Y, **params)
        params = dict(zip(params, aligned, strict=True))
        rows, true, classes = self._targets(estimator, Y)
        further, weight = {}, params.pop("sample_weight", None)
        if weight is not None:
            if not self._accept_sample_weight():
                raise TypeError(
                    f"{self._name} takes no sample_weight, so that this scorer cannot weigh "
                    "samples. Leave sample_weight out, or make a scorer of a function that takes it, such as "
                    "make_ratings_scorer(sklearn.metrics.balanced_accuracy_score)."
                )
            further["sample_weight"] = safe_indexing(weight, rows)
        # All samples are predicted, as in `compare`: what is usual of a new speaker comes from all of them.
        if self.target == "raters":
            raters, predicted = _predict_raters(estimator, X, params, true, classes)
            scores = self.score_func(true, predicted[rows], raters=raters, **further, **self.kwargs)
            return self.sign * _mean_over(scores, raters)
        if self.target == "soft":
            predicted = align(_predict_shares(estimator, X, params), estimator.classes_, classes)[rows]
        else:
            predicted = safe_indexing(estimator.predict(X, **params), rows)
            if "labels" in inspect.signature(self.score_func).parameters:
                further["labels"] = list(classes)
        return self.sign * self.score_func(true, predicted, **further, **self.kwargs)

    def _accept_sample_weight(self):
        """Return whether the function takes weights; scikit-learn's searches ask for it."""
        return "sample_weight" in inspect.signature(self.score_func).parameters

    @property
    def _name(self):
        return getattr(self.score_func, "__name__", repr(self.score_func))

    def _targets(self, estimator, Y):
        """Return the samples to score, their labels or soft labels, and the classes."""
        alpha = self.alpha
        soft = _as_soft_labels(Y, estimator.classes_) if takes_soft_targets(estimator) else None
        if soft is not None:  # they are the weights of the votes of one rater
            Y, alpha = Task(soft[:, None], np.asarray(estimator.classes_).tolist()).votes, 0.0
        task, classes = self._task(estimator, Y)
        if self.ordered:
            check_order(task)
        if self.target == "consensus":
            return self._consensus(estimator, task, classes)
        return self._votes(estimator, task, classes, alpha)

    def _consensus(self, estimator, task, classes):
        """Return the samples that have a consensus, their labels, and the classes."""
        rows, consensus = labelled_samples(hard_labels(task))
        consensus = consensus.tolist()
        if not len(rows):
            raise InputError(
                f"None of the {task.n_samples} samples to score has a consensus{_within(classes)}: all are "
                "unrated, tied or of another class. Use fewer or larger folds."
            )
        learnt = np.asarray(estimator.classes_).tolist()
        return rows, consensus, sort_labels({*learnt, *consensus}) if classes is None else task.classes

    def _votes(self, estimator, task, classes, alpha):
        """Return the samples that have a vote for a class, their soft labels or ratings, and the classes."""
        if classes is None:
            learnt = np.asarray(estimator.classes_).tolist()
            task = Task(task, sort_labels({*learnt, *task.classes}))
        shares = soft_labels(task, alpha=alpha, outside_majority="keep")
        rows = np.flatnonzero(~np.isnan(shares[:, 0]))
        if not len(rows):
            raise InputError(
                f"None of the {task.n_samples} samples to score has a vote{_within(classes)}. Use fewer or "
                "larger folds."
            )
        return rows, task.take(rows) if self.target == "raters" else shares[rows], task.classes

    def _task(self, estimator, Y):
        """Return Y as a Task, and the classes given by Y, the scorer or the estimator, else None."""
        if isinstance(Y, Task) and (Y.classes_given or self.classes is not None):
            classes = Y.classes if self.classes is None else self.classes
            task = Task(Y, classes, self.label_map)
            return task, task.classes
        inner = innermost(estimator)
        classes = getattr(inner, "classes", None) if self.classes is None else self.classes
        label_map = getattr(inner, "label_map", None) if self.label_map is None else self.label_map
        return Task(Y, classes, label_map), classes

    def set_score_request(self, **requests):
        """Request metadata by name with True or an alias, as in scikit-learn's scorers; return self."""
        self._metadata_request = MetadataRequest(owner=self.__class__.__name__)
        for name, alias in requests.items():
            self._metadata_request.score.add_request(param=name, alias=alias)
        return self

    def __repr__(self):
        sign = "" if self.sign > 0 else ", greater_is_better=False"
        order = ", ordered=True" if self.ordered else ""
        return f"make_ratings_scorer({self._name}, target={self.target!r}{sign}{order})"


def _within(classes):
    """Return the part of a message that names the classes, if they were given."""
    return "" if classes is None else f" within the classes {list(classes)}"


def _predict_shares(estimator, X, params):
    """Return the predicted shares of the raters, from `predict_soft_labels` where there is such a method."""
    if not hasattr(unwrap(estimator), "predict_soft_labels"):
        return estimator.predict_proba(X, **params)
    return _call(estimator, "predict_soft_labels", X, params)


def _predict_raters(estimator, X, params, task, classes):
    """Return the raters that are learnt and rated, and (n_samples, n_raters, n_classes) probabilities."""
    inner = unwrap(estimator)
    if not hasattr(inner, "predict_proba_raters"):
        raise InputError(
            f"{type(inner).__name__} has no predict_proba_raters, which target='raters' scores. Use an "
            "estimator that predicts each rater's labels, such as MultiRaterStackingClassifier or "
            "RaterNetClassifier, or a scorer of the consensus or of soft labels."
        )
    learnt = list(inner.raters_)
    places = [place for place, rater in enumerate(learnt) if find_name(rater, task.raters) in task.raters]
    if not places:
        raise InputError(
            f"The estimator has learnt the raters {shorten(learnt)}, and the samples to score were rated by "
            f"{shorten(task.raters)}: no rater is in both. Score by the ratings of raters that it has learnt."
        )
    proba = np.asarray(_call(estimator, "predict_proba_raters", X, params))[:, places]
    return [learnt[place] for place in places], align(proba, estimator.classes_, classes)


def _mean_over(scores, raters):
    """Return the mean over the raters that have a score."""
    scores = np.array(list(scores.values()), dtype=float)
    if np.isnan(scores).all():
        raise InputError(
            f"None of the raters {shorten(raters)}, whom the estimator has learnt, has a vote for a single "
            "class among the samples to score. Use fewer or larger folds."
        )
    return float(np.nanmean(scores))


def _call(estimator, method, X, params):
    """Return the result of a method of the estimator, or of the one inside pipelines and searches."""
    if hasattr(estimator, method):
        return getattr(estimator, method)(X, **params)
    return call_inside(estimator, method, X, params)


def _as_floats(Y):
    """Return rows of numbers as an array of floats, missing cells as NaN; None for anything else."""
    if np.ma.isMaskedArray(Y):
        return Y if Y.dtype.kind == "f" else None
    if isinstance(Y, np.ndarray):
        Y = np.asarray(Y)  # np.matrix too
        if Y.ndim != 2 or Y.dtype != object:
            return Y.astype(float) if Y.dtype.kind in "fiub" else None
    elif not isinstance(Y, list | tuple) or not all(isinstance(row, list | tuple | np.ndarray) for row in Y):
        return None
    rows = [[np.nan if is_missing(cell) else cell for cell in row] for row in Y]
    numbers = all(issubclass(kind, Real | np.bool_) for kind in {type(cell) for row in rows for cell in row})
    return np.array(rows, dtype=float) if numbers and len({len(row) for row in rows}) == 1 else None


def _as_soft_labels(Y, classes):
    """Return Y as an array if it holds soft labels: numbers, a column a class, rows sum to 1; else None.

    Raise InputError on fractions that are no soft labels, and on samples without soft labels among others.
    """
    names = np.asarray(classes).tolist()
    if hasattr(Y, "columns"):
        columns = list(Y.columns)
        if columns != list(range(len(names))) and {find_name(one, names) for one in columns} != set(names):
            return None
        Y = np.asarray(order_columns(Y, names)[1])
    Y = _as_floats(Y)
    if Y is None or Y.shape[1:] != (len(names),):
        return None
    right = (Y >= 0).all(axis=1) & np.isclose(Y.sum(axis=1), 1)
    shares = np.ma.compressed(Y)
    fractions = set(shares[(shares > 0) & (shares < 1)].tolist()) - set(names)  # they can be no labels
    if fractions or (right.any() and (right | np.isnan(Y).all(axis=1)).all()):
        refuse_masked(Y, "Y")
        if len(wrong := np.flatnonzero(~right)):
            raise InputError(
                f"Sample {wrong[0]} of Y is not a distribution: {Y[wrong[0]]}. Soft labels are not negative "
                "and sum to 1; leave out samples without votes."
            )
    return Y if right.all() else None


@checked_parameters(
    {
        "score_func": [callable],
        "target": [str],
        "greater_is_better": ["boolean"],
        "alpha": [Real],
        "ordered": ["boolean"],
        "classes": ["array-like", None],
        "label_map": [dict, None],
    }
)
def make_ratings_scorer(
    score_func,
    *,
    target="consensus",
    greater_is_better=True,
    alpha=0.0,
    ordered=False,
    classes=None,
    label_map=None,
    **kwargs,
):
    """
    Make a scorer that takes ratings, for `cross_validate`, `GridSearchCV` and the like.

    A scorer of the consensus uses the samples that have one within the classes; scorers of soft labels and of
    raters use all samples that have a vote for a class. All classes count, including classes without samples
    in the training part of a fold.

    Parameters
    ----------
    score_func : callable
        ``score_func(y_true, y_pred, **kwargs)`` for ``target="consensus"``, called with ``labels=classes``
        too if it has a parameter `labels`; ``score_func(soft_true, proba, **kwargs)`` for ``target="soft"``;
        ``score_func(task, proba_raters, raters=raters, **kwargs)`` -> dict from rater to score for
        ``target="raters"``, such as `rater_uar`.
    target : {"consensus", "soft", "raters"}, default="consensus"
        Whether to score `predict` against the consensus; `predict_soft_labels` of estimators that have it,
        and `predict_proba` of all others, against soft labels; or `predict_proba_raters` against the votes of
        each rater that the estimator has learnt and `Y` has, as the mean over the raters that have a score.
    greater_is_better : bool, default=True
        Whether a greater value of `score_func` is better. If False, the scorer changes its sign.
    alpha : float, default=0.0
        Smoothing of the soft labels, see `sklearn_raters.consensus.soft_labels`. Evaluation takes the plain
        shares of the votes (0); the smoothed ones (0.75) are for training. Given soft labels stay so.
    ordered : bool, default=False
        Whether `score_func` needs the classes in their order. If True, the scorer raises a ValueError where
        the classes are strings that were not given by Y, `classes` or the estimator.
    classes : sequence or None, default=None
        Classes of the task. None takes the classes of Y if Y is a Task, else the parameter `classes` of the
        estimator, else all classes that the estimator has learnt and all labels that are the consensus of a
        sample; for soft labels and raters, all labels that have a vote.
    label_map : dict or None, default=None
        From labels to classes, applied after the majority. None takes the map of Y if Y is a Task, else the
        parameter `label_map` of the estimator.
    **kwargs : dict
        Passed to `score_func`.

    Returns
    -------
    callable
        ``scorer(estimator, X, Y)`` -> float, picklable. It raises an InputError where nothing can be scored:
        no sample with a consensus or a vote, or for ``target="raters"`` an estimator without
        `predict_proba_raters` or raters of whom it has learnt none.

    Raises
    ------
    InputError
        If `target` is none of the three.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.metrics import f1_score
    >>> from sklearn_raters.metrics import make_ratings_scorer
    >>> macro_f1 = make_ratings_scorer(f1_score, average="macro")
    >>> X, Y = [[0], [1], [2]], [["a", "a"], ["a", "b"], ["a", None]]
    >>> macro_f1(DummyClassifier().fit(X, ["a", "a", "a"]), X, Y)
    1.0
    """
    if target not in ("consensus", "soft", "raters"):
        raise InputError(f"target must be 'consensus', 'soft' or 'raters', got {target!r}.")
    sign = 1 if greater_is_better else -1
    return _RatingsScorer(score_func, target, sign, alpha, ordered, classes, label_map, kwargs)


def _make_error_scorer(score_func, target="soft", **settings):
    """Make a scorer by an error, with its sign changed."""
    return make_ratings_scorer(score_func, target=target, greater_is_better=False, **settings)


uar_scorer = make_ratings_scorer(unweighted_average_recall)
soft_f1_scorer = make_ratings_scorer(soft_f1_score, target="soft")
neg_soft_cross_entropy_scorer = _make_error_scorer(soft_cross_entropy)
neg_jensen_shannon_divergence_scorer = _make_error_scorer(jensen_shannon_divergence)
neg_manhattan_distance_scorer = _make_error_scorer(manhattan_distance)
neg_wasserstein_distance_scorer = _make_error_scorer(wasserstein_distance, ordered=True)
neg_brier_score_scorer = _make_error_scorer(brier_score)
neg_expected_calibration_error_scorer = _make_error_scorer(expected_calibration_error)
neg_rater_error_rate_scorer = _make_error_scorer(rater_error_rate, "raters")
neg_rater_distance_scorer = _make_error_scorer(rater_distance, "raters", ordered=True)
