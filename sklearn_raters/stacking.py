"""The paper's model: a classifier a view on the ratings, frozen, and a fusion layer on top."""

from numbers import Integral, Real
from time import perf_counter

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, is_classifier
from sklearn.utils import _safe_indexing, check_random_state, get_tags, indexable
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _num_samples,
    assert_all_finite,
    check_is_fitted,
    check_memory,
    column_or_1d,
)

from sklearn_raters._fusion import fit_fusion, mean_posterior
from sklearn_raters._splits import hold_out, inner_splits
from sklearn_raters._targets import class_weights
from sklearn_raters._view_fits import fit_view, posterior, prepare, representation
from sklearn_raters._view_params import ViewParamsMixin
from sklearn_raters._views import CROWD_VIEWS, consensus_labels, make_view, view_names
from sklearn_raters._votes import task_votes
from sklearn_raters.consensus import hard_labels
from sklearn_raters.ratings import parse_ratings


def check_samples(X, y, groups):
    """Check that there are ratings, as many rows of them as samples, and as many groups."""
    if y is None:
        raise ValueError(
            "MultiRaterStackingClassifier requires y to be passed, but the target y is None: "
            "give the ratings."
        )
    X, y, groups = (part if part is None else indexable(part)[0] for part in (X, y, groups))
    for name, part in (("y", y), ("groups", groups)):
        if part is not None and _num_samples(part) != _num_samples(X):
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: X has {_num_samples(X)}, "
                f"{name} has {_num_samples(part)}. Each sample of X needs its row of {name}, in that order."
            )
    if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if np.ndim(y) == 1 and isinstance(y, np.ndarray) and y.dtype != object:
        assert_all_finite(y, allow_nan=True, input_name="y")
        check_classification_targets(y[y == y])
    return X, y, None if groups is None else np.asarray(groups)


class MultiRaterStackingClassifier(ViewParamsMixin, MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Learn the consensus from several raters' labels, by views that are trained, frozen and fused.

    Chou & Lee 2019: one classifier learns the crowd's majority labels ("crowd_hard"), one the crowd's soft
    labels ("crowd_soft"), and one each rater's own labels. Their representations, the values before each
    softmax, are computed once, and one softmax layer learns the majority label from all of them.

    Parameters
    ----------
    estimator : classifier
        What each view trains a copy of: a network such as `BLSTMClassifier`, any scikit-learn classifier
        (one that takes `sample_weight`, for the views with soft labels), or a pipeline or search that
        ends in one.
    views : "all" or list, default="all"
        "all" is "crowd_hard", "crowd_soft" and one view for each rater with at least `min_ratings` ratings. A
        list names views: the two crowd views, raters, and "raters" for all with enough ratings.
    view_params : dict, default=None
        By view, a dict of parameters that it has otherwise than `estimator`, or an estimator of its own.
        `set_params(crowd_soft__learning_rate=1e-4)`, as a grid does it, writes here.
    fusion : {"logistic", "softmax", "mean"} or classifier, default="logistic"
        "logistic" is the softmax layer as a convex problem, a multinomial logistic regression whose L2
        penalty is chosen by cross-entropy on held-out groups, which views trained without them for that
        purpose represent (so each view is trained twice); "softmax" is the paper's layer, trained by Adamax
        with dropout (`SoftmaxLayerClassifier`); "mean" averages the views' posteriors; a classifier is
        fitted on the representations.
    class_weight : dict or "balanced", default=None
        Weights of the classes in the fusion layer; with "mean", "balanced" divides each view's posterior by
        its own prior. The views themselves take theirs by `estimator`.
    cv : int, splitter or None, default=None
        None fuses in-sample, as the paper does. Else the fusion learns from out-of-fold posteriors (the
        representations of networks trained apart are not comparable), at the price of as many more trainings.
    validation_fraction : float, default=0.2
        Share of the groups held out to choose the penalty of "logistic".
    alpha : float, default=0.75
        Smoothing of soft labels, equation 1 of the paper.
    classes : list, default=None
        The task's classes; None takes all labels. Votes for other labels count for the majority only.
    label_map : dict, default=None
        From the ratings' labels to classes, applied after the majority: {"excitement": "happiness"}.
    min_ratings : int, default=1
        How many samples a rater must have rated for a view of its own.
    n_jobs : int, default=None
        Views trained side by side, through joblib.
    memory : str or joblib.Memory, default=None
        Where trained views are kept: a fit that was interrupted goes on at the first view not yet
        finished, and stacks that differ in their fusion train each view once.
    random_state : int, RandomState instance or None, default=None
        Source of each view's own seed and the fusion's; None leaves those of the estimators as they are.
    verbose : int, default=0
        Progress, as joblib reports it.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, in the order of all probabilities' columns.
    views_ : list
        The views' names.
    raters_ : list
        The raters that have a view.
    estimators_ : list of classifiers
        The frozen views, in the order of `views_`.
    view_rows_ : list of ndarray of int
        Which samples each view learnt from.
    view_fit_time_ : dict
        Seconds of each view's training, also of that for choosing the penalty, by the view's name.
    fusion_ : classifier or None
        The fitted layer; None for "mean".
    fusion_fit_time_ : float
        Seconds of fitting the fusion.

    References
    ----------
    Chou & Lee, "Every Rating Matters: Joint Learning of Subjective Labels and Individual Annotators for
    Speech Emotion Classification", ICASSP 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters import MultiRaterStackingClassifier
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.integers(2, size=100)
    >>> X = rng.normal(2 * truth[:, None], size=(100, 3))
    >>> Y = np.where(rng.random((100, 4)) < 0.8, truth[:, None], 1 - truth[:, None])
    >>> clf = MultiRaterStackingClassifier(LogisticRegression()).fit(X, Y)
    >>> clf.views_
    ['crowd_hard', 'crowd_soft', 0, 1, 2, 3]
    >>> clf.predict_proba_raters(X[:5]).shape
    (5, 4, 2)
    """

    __metadata_request__fit = {"groups": True}
    _takes_ratings = True

    _parameter_constraints = {
        "estimator": [HasMethods("fit")],
        "views": [StrOptions({"all"}), "array-like"],
        "view_params": [dict, None],
        "fusion": [StrOptions({"logistic", "softmax", "mean"}), HasMethods(["fit", "predict_proba"])],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "cv": ["cv_object"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "classes": ["array-like", None],
        "label_map": [dict, None],
        "min_ratings": [Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
        "memory": [str, HasMethods("cache"), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator,
        *,
        views="all",
        view_params=None,
        fusion="logistic",
        class_weight=None,
        cv=None,
        validation_fraction=0.2,
        alpha=0.75,
        classes=None,
        label_map=None,
        min_ratings=1,
        n_jobs=None,
        memory=None,
        random_state=None,
        verbose=0,
    ):
        self.estimator = estimator
        self.views = views
        self.view_params = view_params
        self.fusion = fusion
        self.class_weight = class_weight
        self.cv = cv
        self.validation_fraction = validation_fraction
        self.alpha = alpha
        self.classes = classes
        self.label_map = label_map
        self.min_ratings = min_ratings
        self.n_jobs = n_jobs
        self.memory = memory
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y, groups=None):
        """Train the views, freeze them and fit the fusion.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the views' estimators take.
        y : array-like of shape (n_samples, n_raters), (n_samples, n_raters, n_classes) or (n_samples,)
            The ratings: labels with gaps (a cell may hold a tuple of labels), votes, or one rater's labels.
            The columns of a DataFrame name the raters.
        groups : array-like of shape (n_samples,), default=None
            What inner splits must not tear apart, say speakers or sessions; handed on to the views.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If there are no ratings, fewer or more rows of y than samples, a class that is no sample's
            consensus, a view that is no rater or has no ratings in the classes.
        """
        self._validate_params()
        if not is_classifier(self.estimator):
            raise TypeError(f"estimator must be a classifier; got {self.estimator!r}.")
        X, y, groups = check_samples(X, y, groups)
        votes = parse_ratings(y, self.classes)
        classes = task_votes(votes, self.classes, self.label_map)[1]
        names = view_names(self.views, votes, self.min_ratings)
        self._check_view_params(names)
        consensus = consensus_labels(votes, classes, self.label_map)
        settings = {"alpha": self.alpha, "classes": classes, "label_map": self.label_map}
        views = [make_view(name, votes, **settings) for name in names]
        seed = self._seed()
        splits = self._splits(consensus, groups, seed)
        parts = [views, *([view.within(train) for view in views] for train, _ in splits)]
        trained = self._train(parts, X, groups, classes, seed)

        self.classes_ = np.asarray(classes)
        self.views_ = names
        self.raters_ = [name for name in names if name not in CROWD_VIEWS]
        self._views = views
        self.estimators_ = [estimator for estimator, _ in trained[0]]
        self.view_rows_ = [view.rows for view in views]
        times = zip(*([seconds for _, seconds in part] for part in trained), strict=True)
        self.view_fit_time_ = dict(zip(names, map(sum, times), strict=True))
        for attribute in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimators_[0], attribute):
                setattr(self, attribute, getattr(self.estimators_[0], attribute))
        start = perf_counter()
        self._fit_fusion(X, consensus, groups, splits, trained[1:], seed)
        self.fusion_fit_time_ = perf_counter() - start
        return self

    def _check_view_params(self, names):
        known = {str(name) for name in names}
        unknown = [name for name in self.view_params or () if str(name) not in known]
        if unknown:
            raise ValueError(
                f"There is no view {unknown[0]!r} to set parameters of; the views are {names}. "
                "Correct view_params, or the <view>__<parameter> names of a grid."
            )

    def _seed(self):
        if self.random_state is None:
            return None
        return check_random_state(self.random_state).randint(np.iinfo(np.int32).max)

    def _splits(self, consensus, groups, seed):
        if self.fusion == "mean":
            return []
        if self.cv is not None:
            return inner_splits(self.cv, len(consensus), groups, seed)
        if self.fusion == "logistic":
            return [hold_out(groups, consensus, self.validation_fraction, seed)]
        return []

    def _train(self, parts, X, groups, classes, seed):
        """Train the views of each part; return (estimator, seconds) by part and view."""
        fit = check_memory(self.memory).cache(fit_view)
        done = Parallel(n_jobs=self.n_jobs, verbose=self.verbose)(
            delayed(fit)(
                view.name,
                prepare(view, self._view_estimator(view.name), classes, seed),
                _safe_indexing(X, view.rows),
                view.targets,
                None if groups is None else groups[view.rows],
            )
            for part in parts
            for view in part
        )
        n_views = len(parts[0])
        return [done[start : start + n_views] for start in range(0, len(done), n_views)]

    def _fit_fusion(self, X, consensus, groups, splits, inner, seed):
        if self.fusion == "mean":
            mass = [v.targets if v.soft else v.targets[:, None] == self.classes_ for v in self._views]
            self.fusion_ = None
            self._view_weights = [class_weights(self.class_weight, self.classes_, m * 1.0) for m in mass]
            return
        rows = np.flatnonzero([label is not None for label in consensus])
        y = np.asarray(consensus[rows].tolist())
        if self.cv is None:
            Z = self._represent(self.estimators_, _safe_indexing(X, rows))
            folds = []
            for split, part in zip(splits, inner, strict=True):
                train, valid = (np.isin(rows, samples) for samples in split)
                estimators = [estimator for estimator, _ in part]
                inside = self._represent(estimators, _safe_indexing(X, rows))
                folds.append((inside[train], y[train], inside[valid], y[valid]))
        else:
            Z = None
            tests = [np.isin(rows, test) for _, test in splits]
            for test, part in zip(tests, inner, strict=True):
                estimators = [estimator for estimator, _ in part]
                outside = self._represent(estimators, _safe_indexing(X, rows[test]))
                Z = np.full((len(rows), outside.shape[1]), np.nan) if Z is None else Z
                Z[test] = outside
            covered = np.any(tests, axis=0)
            Z, y, rows, tests = Z[covered], y[covered], rows[covered], [test[covered] for test in tests]
            folds = [(Z[~test], y[~test], Z[test], y[test]) for test in tests if test.any()]
        self.fusion_ = fit_fusion(
            self.fusion,
            Z,
            y,
            None if groups is None else groups[rows],
            folds=folds,
            class_weight=self.class_weight,
            random_state=seed,
        )

    def _represent(self, estimators, X):
        """Return all views' representations side by side, (n_samples, n_units)."""
        parts = [
            representation(view, estimator, X, self.classes_.tolist(), proba=self.cv is not None)
            for view, estimator in zip(self._views, estimators, strict=True)
        ]
        return np.concatenate(parts, axis=1)

    def predict_proba_views(self, X):
        """Return what each view says.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_views, n_classes)
            Views in the order of `views_`, classes in that of `classes_`.
        """
        check_is_fitted(self)
        classes = self.classes_.tolist()
        pairs = zip(self._views, self.estimators_, strict=True)
        return np.stack([posterior(view, estimator, X, classes) for view, estimator in pairs], axis=1)

    def predict_proba_raters(self, X):
        """Return what each rater would say.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Raters in the order of `raters_`, classes in that of `classes_`.
        """
        check_is_fitted(self)
        places = [place for place, name in enumerate(self.views_) if name not in CROWD_VIEWS]
        pairs = [(self._views[place], self.estimators_[place]) for place in places]
        answers = [posterior(view, estimator, X, self.classes_.tolist()) for view, estimator in pairs]
        if not answers:
            return np.empty((_num_samples(X), 0, len(self.classes_)))
        return np.stack(answers, axis=1)

    def predict_proba(self, X):
        """Return the probabilities of the classes as the consensus.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        if self.fusion_ is None:
            return mean_posterior(self.predict_proba_views(X), np.array(self._view_weights))
        return self.fusion_.predict_proba(self._represent(self.estimators_, X))

    def predict(self, X):
        """Return the consensus label of each sample.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels out of `classes_`.
        """
        proba = self.predict_proba(X)
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
            Weights.

        Returns
        -------
        float
            Between 0 and 1; `sklearn_raters.metrics.uar_scorer` is what the field reports.
        """
        labels = hard_labels(y, classes=self.classes_.tolist(), label_map=self.label_map)
        judged = np.flatnonzero([label is not None for label in labels])
        if len(judged) == 0:
            raise ValueError("No sample has a majority label in the classes, so there is nothing to score.")
        right = self.predict(_safe_indexing(X, judged)) == np.asarray(labels[judged].tolist())
        return float(np.average(right, weights=None if sample_weight is None else sample_weight[judged]))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        return tags
