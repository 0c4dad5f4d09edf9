"""The paper's model: a classifier a view on the ratings, frozen, and a fusion layer on top."""

from numbers import Integral, Real
from time import perf_counter

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, is_classifier
from sklearn.utils import get_tags

from sklearn_raters._nested import take_over_input
from sklearn_raters._rated import check_samples
from sklearn_raters._seeds import draw_seed
from sklearn_raters._sklearn_compat import HasMethods, Interval, StrOptions, safe_indexing
from sklearn_raters.consensus import METHODS
from sklearn_raters.ratings import Task
from sklearn_raters.stacking._fine_tune import fine_tune
from sklearn_raters.stacking._frozen import FrozenViews
from sklearn_raters.stacking._fusion import FUSIONS, fit_fusion, fusion_splits, shown_rows, view_weights
from sklearn_raters.stacking._predictions import AnswersMixin
from sklearn_raters.stacking._training import prepare, train_views
from sklearn_raters.stacking._view_params import ViewParamsMixin
from sklearn_raters.stacking._views import CROWD_VIEWS, checked_consensus, make_view, view_names


class MultiRaterStackingClassifier(
    ViewParamsMixin, AnswersMixin, MetaEstimatorMixin, ClassifierMixin, BaseEstimator
):
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
        list names views: these, raters, "raters" for all with enough ratings, "crowd_agreement" (the majority
        weighted by `consensus.agreement_weights`), "crowd_dawid_skene", ... (`crowd_labels.consensus_proba`).
    view_params : dict, default=None
        By view, a dict of parameters that it has otherwise than `estimator`, or an estimator of its own.
        `set_params(crowd_soft__learning_rate=1e-4)`, as a grid does it, writes here.
    fusion : {"logistic", "softmax", "mean", "mixture", "fine_tune"} or classifier, default="logistic"
        - "logistic": the softmax layer as a convex problem, a multinomial logistic regression. Its penalty is
          chosen on held-out groups, represented by views trained without them: each view is trained twice.
        - "softmax": the paper's layer, trained by Adamax with dropout (`SoftmaxLayerClassifier`).
        - "mean": the views' posteriors, averaged; of `views=["raters"]` the ensemble of Fayek et al. 2016.
        - "mixture": an average by weights that are learnt on held-out groups as in "logistic".
        - "fine_tune": "logistic", then views and layer are trained on together by Adamax at 1e-4, for as many
          epochs as lower the cross-entropy on the held-out groups, none where none does.
        - A classifier, which is fitted on the representations.
    class_weight : dict or "balanced", default=None
        Weights of the classes in the fusion layer, not in the views; with "mean", "balanced" divides each
        view's posterior by its own prior.
    cv : int, splitter or None, default=None
        None fuses in-sample, as the paper does. Else the fusion learns from out-of-fold posteriors, since the
        representations of networks trained apart are not comparable.
    validation_fraction : float, default=0.2
        Share of the groups held out to choose the penalty of "logistic".
    consensus : str or callable, default="majority"
        What "crowd_hard" and the fusion learn: "majority", or by crowd-kit "dawid_skene", "one_coin", "glad",
        "mace", "mmsr", "wawa"; see `crowd_labels.consensus_labels`. Where one answer is true, "dawid_skene"
        finds it more often; scores against ratings are against the majority all the same.
    alpha : float, default=0.75
        Smoothing of soft labels, equation 1 of the paper.
    classes : list, default=None
        The task's classes; None takes all labels. Votes for other labels count for the majority only.
    label_map : dict, default=None
        From the ratings' labels to classes, applied after the majority: {"excitement": "happiness"}.
    min_ratings : int, default=1
        How many samples a rater must have put into the classes for a view of its own.
    max_raters : int, default=None
        How many raters, those who rated most, have a view of their own; the crowd views count all.
    n_jobs : int, default=None
        Views trained side by side.
    memory : str or joblib.Memory, default=None
        Where trained views are kept, for fits that were interrupted or differ in their fusion alone.
    random_state : int, RandomState instance or None, default=None
        Source of the seeds of views and fusion; None leaves those of the estimators as they are.
    verbose : int, default=0
        Above 0 shows a bar on standard error.

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
        The fitted layer; None for "mean". That of "mixture" has the views' `weights_`.
    n_iter_ : int
        Epochs of "fine_tune" that were kept.
    fusion_fit_time_ : float
        Seconds of representing the samples by the frozen views and of fitting the fusion on that.

    Notes
    -----
    Give searches and cross-validation a splitter as `cv`, and `HalvingGridSearchCV` a number as
    `min_resources`: scikit-learn would stratify by the ratings.

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
        "fusion": [StrOptions(set(FUSIONS)), HasMethods(["fit", "predict_proba"])],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "cv": ["cv_object"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "consensus": [StrOptions(set(METHODS)), callable],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "classes": ["array-like", None],
        "label_map": [dict, None],
        "min_ratings": [Interval(Integral, 1, None, closed="left")],
        "max_raters": [Interval(Integral, 1, None, closed="left"), None],
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
        consensus="majority",
        alpha=0.75,
        classes=None,
        label_map=None,
        min_ratings=1,
        max_raters=None,
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
        self.consensus = consensus
        self.alpha = alpha
        self.classes = classes
        self.label_map = label_map
        self.min_ratings = min_ratings
        self.max_raters = max_raters
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
        X, y, groups = check_samples(
            X, y, groups, name=type(self).__name__, allow_nan=get_tags(self).input_tags.allow_nan
        )
        task = Task(y, self.classes, self.label_map)
        classes = task.classes
        names = view_names(self.views, task, self.min_ratings, self.max_raters)
        self._check_view_params(names)
        consensus = checked_consensus(task, self.consensus)
        views = [make_view(name, task, consensus, alpha=self.alpha) for name in names]
        seed = draw_seed(self.random_state)
        rows = np.flatnonzero([label is not None for label in consensus])
        how = self.fusion, self.cv
        splits = fusion_splits(*how, views, consensus, groups, self.validation_fraction, seed)
        parts = [views, *([view.within(train) for view in views] for train, _ in splits)]
        trained = self._train(parts, shown_rows(*how, rows, splits), X, groups, classes, seed)
        self.classes_ = np.asarray(classes)
        self.views_ = names
        self.raters_ = [name for name in names if name not in CROWD_VIEWS]
        self.estimators_ = [done[0] for done in trained[0]]
        self.view_rows_ = [view.rows for view in views]
        times = zip(*([seconds for _, _, seconds, _ in part] for part in trained), strict=True)
        self.view_fit_time_ = dict(zip(names, map(sum, times), strict=True))
        take_over_input(self, self.estimators_[0])
        start = perf_counter() - sum(done[3] for part in trained for done in part)
        represent = self._fit_fusion(trained, X, consensus, rows, groups, splits, seed)
        frozen = {"views": views, "classes": classes, "by_posterior": self._by_posterior}
        self._frozen = FrozenViews(estimators=self.estimators_, **frozen)
        self._fused = FrozenViews(estimators=represent, **frozen)
        self._view_weights = view_weights(views, self.classes_, self.class_weight)
        self.fusion_fit_time_ = perf_counter() - start
        return self

    @property
    def _by_posterior(self):
        return self.cv is not None or self.fusion == "mixture"

    def _train(self, parts, shown, X, groups, classes, seed):
        """Train the views of each part; return what `train_views` does by part and view."""
        views = [view for part in parts for view in part]
        # All before the first is trained: what cannot be trained shows at once.
        estimators = [prepare(view, self._view_estimator(view.name), classes, seed) for view in views]
        n_views = len(parts[0])
        done = train_views(
            views,
            estimators,
            [own for own in shown for _ in range(n_views)],
            X,
            groups,
            classes=classes,
            by_posterior=self._by_posterior,
            memory=self.memory,
            n_jobs=self.n_jobs,
            verbose=self.verbose,
        )
        return [done[start : start + n_views] for start in range(0, len(done), n_views)]

    def _fit_fusion(self, trained, X, consensus, rows, groups, splits, seed):
        """Set `fusion_`; return the estimators that represent samples for it."""
        self.fusion_, estimators = None, self.estimators_
        if self.fusion == "mean":
            return estimators
        y = np.asarray(consensus[rows].tolist())
        learnt = [[done[1] for done in part] for part in trained]
        splits = [tuple(np.isin(rows, part) for part in split) for split in splits]
        settings = {"class_weight": self.class_weight, "random_state": seed}
        data = learnt, y, None if groups is None else groups[rows], splits
        self.fusion_ = fit_fusion(self.fusion, self.cv, *data, classes=self.classes_, **settings)
        if self.fusion == "fine_tune":
            held_out = [done[0] for done in trained[1]], learnt[1], *splits[0]
            X, stack = safe_indexing(X, rows), (estimators, self.fusion_)
            estimators, self.fusion_, self.n_iter_ = fine_tune(*stack, held_out, X, y, **settings)
        return estimators

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        return tags
