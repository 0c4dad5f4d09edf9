"""Scorers that take ratings in place of y, for cross-validation and searches of scikit-learn."""

import inspect
from dataclasses import dataclass

import numpy as np
from sklearn.utils.metadata_routing import MetadataRequest

from sklearn_raters._align import align
from sklearn_raters._nested import innermost, takes_soft_targets
from sklearn_raters._sklearn_compat import MetadataRequester, safe_indexing
from sklearn_raters.consensus import hard_labels, labelled_samples, soft_labels
from sklearn_raters.metrics._distributions import soft_cross_entropy
from sklearn_raters.metrics._recalls import unweighted_average_recall
from sklearn_raters.ratings import Task, sort_labels


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
        also be soft labels; the class with the greatest share then counts as the consensus.
    **params : dict
        Metadata of the samples for the estimator's `predict` or `predict_proba`, which
        `set_score_request` requests, as in ``uar_scorer.set_score_request(speakers=True)``.

    Returns
    -------
    float
        Score on the samples that have a consensus; greater is better.
    """

    score_func: object
    target: str
    sign: int
    alpha: float
    classes: list | None
    label_map: dict | None
    kwargs: dict

    def __call__(self, estimator, X, Y, **params):
        """Score a fitted estimator on the samples of X that have a consensus in Y."""
        rows, true, classes = self._targets(estimator, Y)
        X = safe_indexing(X, rows)
        params = {name: safe_indexing(values, rows) for name, values in params.items()}
        labels = {}
        if self.target == "soft":
            predicted = align(estimator.predict_proba(X, **params), estimator.classes_, classes)
        else:
            predicted = estimator.predict(X, **params)
            if "labels" in inspect.signature(self.score_func).parameters:
                labels = {"labels": list(classes)}
        return self.sign * self.score_func(true, predicted, **labels, **self.kwargs)

    def _targets(self, estimator, Y):
        """Return the samples to score, their labels or soft labels, and the classes."""
        if takes_soft_targets(estimator) and _are_soft_labels(Y, len(estimator.classes_)):
            true = Y if self.target == "soft" else estimator.classes_[Y.argmax(axis=1)].tolist()
            return np.arange(len(Y)), true, estimator.classes_
        task, classes = self._task(estimator, Y)
        rows, consensus = labelled_samples(hard_labels(task))
        consensus = consensus.tolist()
        if not len(rows):
            within = "" if classes is None else f" within the classes {list(classes)}"
            raise ValueError(
                f"None of the {task.n_samples} samples to score has a consensus{within}: all are unrated, "
                "tied or of another class. Use fewer or larger folds."
            )
        if classes is None:
            classes = sort_labels({*np.asarray(estimator.classes_).tolist(), *consensus})
            task = Task(task, classes, task.label_map)
        true = soft_labels(task, alpha=self.alpha)[rows] if self.target == "soft" else consensus
        return rows, true, task.classes

    def _task(self, estimator, Y):
        """Return Y as a Task, and the classes given by Y, the scorer or the estimator, else None."""
        if isinstance(Y, Task) and self.classes is None and self.label_map is None:
            return Y, Y.classes
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
        return f"make_ratings_scorer({self.score_func.__name__}, target={self.target!r}{sign})"


def _are_soft_labels(Y, n_classes):
    """Return whether Y holds soft labels: floats, a column for each class, rows that sum to 1."""
    if not (isinstance(Y, np.ndarray) and Y.dtype.kind == "f" and Y.shape[1:] == (n_classes,)):
        return False
    return (Y >= 0).all() and np.allclose(Y.sum(axis=1), 1)


def make_ratings_scorer(
    score_func,
    *,
    target="consensus",
    greater_is_better=True,
    alpha=0.75,
    classes=None,
    label_map=None,
    **kwargs,
):
    """
    Make a scorer that takes ratings, for `cross_validate`, `GridSearchCV` and the like.

    The scorer uses the samples that have a consensus within the classes. All classes count, including classes
    without samples in the training part of a fold.

    Parameters
    ----------
    score_func : callable
        ``score_func(y_true, y_pred, **kwargs)`` for ``target="consensus"``, called with ``labels=classes``
        too if it has a parameter `labels`; ``score_func(soft_true, proba, **kwargs)`` for ``target="soft"``.
    target : {"consensus", "soft"}, default="consensus"
        Whether to score `predict` against the consensus, or `predict_proba` against soft labels.
    greater_is_better : bool, default=True
        Whether a greater value of `score_func` is better. If False, the scorer changes its sign.
    alpha : float, default=0.75
        Smoothing of the soft labels, see `sklearn_raters.consensus.soft_labels`.
    classes : sequence or None, default=None
        Classes of the task. None takes the classes of Y if Y is a Task, else the parameter `classes` of the
        estimator, else all classes that the estimator has learnt and all labels that are the consensus of a
        sample.
    label_map : dict or None, default=None
        From labels to classes, applied after the majority. None takes the map of Y if Y is a Task, else the
        parameter `label_map` of the estimator.
    **kwargs : dict
        Passed to `score_func`.

    Returns
    -------
    callable
        ``scorer(estimator, X, Y)`` -> float, picklable.

    Raises
    ------
    ValueError
        If `target` is neither of the two.

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
    if target not in ("consensus", "soft"):
        raise ValueError(f"target must be 'consensus' or 'soft', got {target!r}.")
    sign = 1 if greater_is_better else -1
    return _RatingsScorer(score_func, target, sign, alpha, classes, label_map, kwargs)


uar_scorer = make_ratings_scorer(unweighted_average_recall)
neg_soft_cross_entropy_scorer = make_ratings_scorer(
    soft_cross_entropy, target="soft", greater_is_better=False
)
