"""Scorers for scikit-learn's cross-validation and searches that take ratings in place of y."""

import inspect

import numpy as np
from sklearn.utils.metadata_routing import MetadataRequest

from sklearn_raters._align import align
from sklearn_raters._nested import takes_soft_targets, unwrap
from sklearn_raters._sklearn_compat import MetadataRequester, safe_indexing
from sklearn_raters.consensus import hard_labels, labelled_samples, soft_labels
from sklearn_raters.metrics._distributions import soft_cross_entropy
from sklearn_raters.metrics._recalls import unweighted_average_recall
from sklearn_raters.ratings import Task, sort_labels


class _RatingsScorer(MetadataRequester):
    """A scorer that takes ratings in place of y; see `make_ratings_scorer`.

    Parameters
    ----------
    estimator : classifier
        The fitted estimator to score.
    X : list or array-like of length n_samples
        Samples in any form that the estimator takes.
    Y : ratings of n_samples
        In any form that `sklearn_raters.ratings.parse_ratings` takes. An estimator that learns from
        soft labels, as in the search of a view, may be given these: the greatest share counts as the
        consensus.

    **params : dict
        Metadata of the samples for the estimator's `predict` or `predict_proba`, asked for by
        `set_score_request`, as in ``uar_scorer.set_score_request(speakers=True)``.

    Returns
    -------
    float
        The score on the samples that have a consensus; greater is better.
    """

    def __init__(self, score_func, *, target, sign, alpha, classes, label_map, kwargs):
        self.score_func = score_func
        self.target = target
        self.sign = sign
        self.alpha = alpha
        self.classes = classes
        self.label_map = label_map
        self.kwargs = kwargs

    def __call__(self, estimator, X, Y, **params):
        """Score a fitted estimator on the samples of X that have a consensus in Y."""
        rated, truth, soft, classes = self._truth(estimator, Y)
        X, params = safe_indexing(X, rated), {name: safe_indexing(params[name], rated) for name in params}
        if self.target == "consensus":
            names = inspect.signature(self.score_func).parameters
            labels = {"labels": list(classes)} if "labels" in names else {}
            predicted = estimator.predict(X, **params)
            return self.sign * self.score_func(truth, predicted, **labels, **self.kwargs)
        proba = align(estimator.predict_proba(X, **params), estimator.classes_, classes)
        return self.sign * self.score_func(soft, proba, **self.kwargs)

    def _truth(self, estimator, Y):
        """Return which samples count, their consensus, their soft labels (if asked for) and the classes."""
        if takes_soft_targets(estimator) and _are_shares(Y, len(estimator.classes_)):
            return np.arange(len(Y)), estimator.classes_[Y.argmax(axis=1)].tolist(), Y, estimator.classes_
        inner = unwrap(estimator)
        classes, label_map = (
            getattr(inner, name, None) if given is None else given
            for name, given in (("classes", self.classes), ("label_map", self.label_map))
        )
        task = Task(Y, classes, label_map)
        rated, truth = labelled_samples(hard_labels(task))
        truth = truth.tolist()
        if not len(rated):
            raise ValueError(
                f"None of the {task.n_samples} samples to score has a consensus"
                + ("" if classes is None else f" within the classes {list(classes)}")
                + ": all are unrated, tied or of another class. Use fewer or larger folds."
            )
        if classes is None:
            classes = sort_labels({*np.asarray(estimator.classes_).tolist(), *truth})
            task = Task(task, classes, task.label_map)
        soft = soft_labels(task, alpha=self.alpha)[rated] if self.target == "soft" else None
        return rated, truth, soft, task.classes

    def set_score_request(self, **requests):
        """Ask for metadata by name, True or an alias, as scikit-learn's own scorers do; return self."""
        self._metadata_request = MetadataRequest(owner=self.__class__.__name__)
        for name, alias in requests.items():
            self._metadata_request.score.add_request(param=name, alias=alias)
        return self

    def __repr__(self):
        sign = "" if self.sign > 0 else ", greater_is_better=False"
        return f"make_ratings_scorer({self.score_func.__name__}, target={self.target!r}{sign})"


def _are_shares(Y, n_classes):
    """Tell soft labels from ratings: floating point, a column a class, rows that sum to one."""
    return (
        isinstance(Y, np.ndarray)
        and Y.dtype.kind == "f"
        and Y.shape[1:] == (n_classes,)
        and bool((Y >= 0).all())
        and np.allclose(Y.sum(axis=1), 1)
    )


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
    Make a scorer that takes ratings for `cross_validate`, `GridSearchCV` and the like.

    The scorer rates an estimator on the samples that have a consensus within the classes, and
    every class counts, also one that the training part of a fold did not hold.

    Parameters
    ----------
    score_func : callable
        ``score_func(y_true, y_pred, **kwargs)`` for ``target="consensus"``, given ``labels=`` too
        where it names such a parameter; ``score_func(soft_true, proba, **kwargs)`` for
        ``target="soft"``.
    target : {"consensus", "soft"}, default="consensus"
        What `predict` is held against (consensus labels), or `predict_proba` (soft labels).
    greater_is_better : bool, default=True
        False turns the sign, so that a greater score is always better.
    alpha : float, default=0.75
        Smoothing of the soft labels, see `sklearn_raters.consensus.soft_labels`.
    classes : sequence or None, default=None
        The classes of the task. None takes the estimator's parameter `classes`, and where it has
        none, the classes that it learnt with all labels that a consensus names.
    label_map : dict or None, default=None
        From labels to classes, applied after the majority. None takes the estimator's own.
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
    return _RatingsScorer(
        score_func,
        target=target,
        sign=1 if greater_is_better else -1,
        alpha=alpha,
        classes=classes,
        label_map=label_map,
        kwargs=kwargs,
    )


uar_scorer = make_ratings_scorer(unweighted_average_recall)
neg_soft_cross_entropy_scorer = make_ratings_scorer(
    soft_cross_entropy, target="soft", greater_is_better=False
)
