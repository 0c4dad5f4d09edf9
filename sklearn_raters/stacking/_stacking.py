"""The paper's model: a classifier a view on the ratings, frozen, and a fusion layer on top."""

from numbers import Integral, Real
from time import perf_counter

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

from sklearn_raters._nested import take_over_input
from sklearn_raters._rated import check_rated_samples
from sklearn_raters._seeds import draw_seed
from sklearn_raters._sklearn_compat import (
    HasMethods,
    Interval,
    StrOptions,
    safe_indexing,
)
from sklearn_raters.consensus import METHODS
from sklearn_raters.sequences import holds_sequences
from sklearn_raters.stacking._fine_tune import HeldOut, fine_tune
from sklearn_raters.stacking._frozen import FrozenViews
from sklearn_raters.stacking._fusion import FUSIONS, fit_fusion, view_weights
from sklearn_raters.stacking._plan import make_plan
from sklearn_raters.stacking._predictions import PredictionsMixin
from sklearn_raters.stacking._training import train_views
from sklearn_raters.stacking._view_params import ViewParamsMixin
from sklearn_raters.stacking._views import CROWD_VIEWS

# Learnt attributes without a trailing underscore.
_LEARNT = {"_frozen", "_fused", "_view_weights", "_unit_names"}


def default_estimator(X):
    """Return what the views train where no estimator is given: by the kind of the samples."""
    if holds_sequences(X):
        from sklearn_raters.networks import BLSTMClassifier

        return BLSTMClassifier()
    regression = LogisticRegression(max_iter=1000)
    # Centring would fill the zeros of sparse rows.
    return regression if issparse(X) else make_pipeline(StandardScaler(), regression)


class MultiRaterStackingClassifier(
    ViewParamsMixin, PredictionsMixin, MetaEstimatorMixin, ClassifierMixin, BaseEstimator
):
    """Learn the consensus from several raters' labels, by views that are trained, frozen and fused.

    Chou & Lee 2019: one classifier learns the crowd's majority labels ("crowd_hard"), one the crowd's soft
    labels ("crowd_soft"), and one each rater's own labels. Their representations, the values before each
    softmax, are computed once, and one softmax layer learns the majority label from all of them.

    Parameters
    ----------
    estimator : classifier, default=None
        Each view trains a copy of it: a network such as `BLSTMClassifier`, any scikit-learn classifier
        (one that takes `sample_weight`, for the views with soft labels), or a pipeline or search that
        ends in one. None is `BLSTMClassifier` for sequences, and for tables and sparse rows scikit-learn's
        `LogisticRegression` with its L2 penalty, which tables reach standardised.
    views : "all" or list, default="all"
        Views to train. "all" is "crowd_hard", "crowd_soft" and one view for each rater with at least
        `min_ratings` ratings. A list may name these two, single raters, "raters" (all with enough ratings),
        "crowd_agreement" (the majority weighted by `consensus.agreement_weights`), and
        "crowd_dawid_skene", "crowd_glad", ... (labels by these methods of `consensus.consensus_proba`).
    view_params : dict, default=None
        For single views, from the view's name to a dict of parameters that differ from those of `estimator`,
        or to another estimator. `set_params(crowd_soft__learning_rate=1e-4)`, as in a grid, writes here.
    fusion : {"logistic", "softmax", "mean", "mixture", "fine_tune"} or classifier, default="logistic"
        - "logistic": the softmax layer as a convex problem, a multinomial logistic regression. Its penalty is
          chosen on held-out groups, represented by views trained without them: each view is trained twice.
        - "softmax": the paper's layer, trained by Adamax with dropout (`SoftmaxLayerClassifier`).
        - "mean": the average of the views' posteriors; with `views=["raters"]` the ensemble of Fayek et al.
          2016.
        - "mixture": a weighted average of the posteriors, its weights learnt on held-out groups as the
          penalty of "logistic" is.
        - "fine_tune": "logistic", then further training of views and layer together by Adamax at 1e-4, for
          the number of epochs (possibly 0) with the lowest cross-entropy on the held-out groups.
        - A classifier, which is fitted on the representations.
    class_weight : dict or "balanced", default=None
        Weights of the classes in the fusion layer, not in the views; with "mean", "balanced" divides each
        view's posterior by its own prior.
    cv : int, splitter or None, default=None
        None fuses in-sample, as the paper does. With a splitter, the fusion learns from out-of-fold
        posteriors: representations of networks that were trained apart cannot be compared.
    validation_fraction : float, default=0.2
        Share of the groups held out to choose the penalty of "logistic".
    consensus : str or callable, default="majority"
        What "crowd_hard" and the fusion learn: "majority", or by crowd-kit "dawid_skene", "one_coin", "glad",
        "mace", "mmsr", "wawa"; see `consensus.consensus_labels`. Where one answer is true, "dawid_skene"
        finds it more often. Scorers compare with the majority in any case.
    alpha : float, default=0.75
        Smoothing of soft labels, equation 1 of the paper.
    classes : list, default=None
        The task's classes; None takes all labels. Votes for other labels count for the majority only.
    label_map : dict, default=None
        From the ratings' labels to classes, applied after the majority: {"excitement": "happiness"}.
    min_ratings : int, default=1
        Number of samples that a rater must have given a class of the task to get a view.
    max_raters : int, default=None
        Largest number of raters with a view: those who rated the most samples. The crowd views count all.
    n_jobs : int, default=None
        Number of views trained side by side.
    memory : str or joblib.Memory, default=None
        Folder that keeps trained views, for fits that were interrupted or that differ in their fusion alone.
    random_state : int, RandomState instance or None, default=None
        Source of the seeds of views and fusion; None leaves those of the estimators as they are.
    verbose : int, default=0
        Whether to show a progress bar on standard error (above 0).

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
        Samples that each view learnt from.
    view_fit_time_ : dict
        Seconds of each view's trainings, those on a part of the samples included, by the view's name.
    fusion_ : classifier or None
        The fitted fusion; None for "mean". With "mixture" its `weights_` are the views' weights.
    n_iter_ : int
        Epochs of "fine_tune" that were kept.
    fusion_fit_time_ : float
        Seconds of computing the representations and of fitting the fusion.

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
        "estimator": [HasMethods("fit"), None],
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
        estimator=None,
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

    def plan(self, X, y, sample_weight=None, groups=None):
        """Plan the training without doing it.

        Whatever `fit` could find wrong without training is found here: parameters, views, splits, estimators
        that cannot learn their view, a fusion that cannot take the weights.

        Parameters
        ----------
        X : list or array-like of length n_samples
            The samples. A list of paths will do: only their number counts here, but the frames of sequences
            are checked.
        y : array-like
            The ratings in any form that `fit` takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.
        groups : array-like of shape (n_samples,), default=None
            What inner splits keep whole.

        Returns
        -------
        StackPlan
            The views, their trainings and what is held out for what; `print` it to read it.

        Raises
        ------
        ValueError, TypeError
            As `fit`.

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn_raters import MultiRaterStackingClassifier
        >>> stack = MultiRaterStackingClassifier(LogisticRegression(), views=["crowd_hard", "raters"])
        >>> X = [[0.0], [1.0]] * 10
        >>> Y = [["calm", "calm"], ["sad", "calm"], ["calm", None], ["sad", "sad"]] * 5
        >>> print(stack.plan(X, Y))
        3 views, 6 trainings
        20 samples, 2 raters, 35 votes
        classes: calm, sad
        15 samples with a consensus, from which the fusion learns
        <BLANKLINE>
              view     targets  samples  trainings          estimator
        crowd_hard      labels       15          2 LogisticRegression
                 0 soft labels       20          2 LogisticRegression
                 1 soft labels       15          2 LogisticRegression
        <BLANKLINE>
        fusion: logistic, on the representations of 3 views
        4 of 20 samples are held out to choose its penalty
        """
        return self._plan(self._check_input(X, y, sample_weight, groups))

    def fit(self, X, y, sample_weight=None, groups=None):
        """Train the views, freeze them and fit the fusion.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the views' estimators take.
        y : array-like of shape (n_samples, n_raters), (n_samples, n_raters, n_classes) or (n_samples,)
            The ratings: labels with gaps (a cell may hold a tuple of labels), votes, or one rater's labels.
            The columns of a DataFrame name the raters. A `Task` also names the classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the views and in the fusion; a sample of weight 0 is left out. They do
            not change a sample's consensus or soft label.
        groups : array-like of shape (n_samples,), default=None
            What inner splits must keep whole, such as speakers or sessions; handed on to the views.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If there are no ratings, fewer or more rows of y than samples, a class that is no sample's
            consensus, a view that is no rater or has no ratings in the classes, or a cv that does not hold
            out each sample once.
        TypeError
            If an estimator is no classifier, or cannot take the targets or weights of its view.
        """
        data = self._check_input(X, y, sample_weight, groups)
        plan = self._plan(data)
        settings = {"memory": self.memory, "n_jobs": self.n_jobs, "verbose": self.verbose}
        trained = train_views(plan, data.X, data.groups, by_posterior=self._by_posterior, **settings)
        self._set_learnt(self._fuse(plan, trained, data))
        return self

    def _check_input(self, X, y, sample_weight, groups):
        self._validate_params()
        if self.estimator is not None and not is_classifier(self.estimator):
            raise TypeError(f"estimator must be a classifier; got {self.estimator!r}.")
        return check_rated_samples(self, X, y, sample_weight, groups)

    def _plan(self, data):
        base = default_estimator(data.X) if self.estimator is None else self.estimator
        return make_plan(
            self,
            data.task,
            data.groups,
            data.sample_weight,
            estimator=lambda name: self._view_estimator(name, base),
            seed=None if self.random_state is None else draw_seed(self.random_state),
        )

    @property
    def _by_posterior(self):
        return self.cv is not None or (isinstance(self.fusion, str) and self.fusion in ("mean", "mixture"))

    def _fuse(self, plan, trained, data):
        """Fit the fusion on what the trained views represent; return all that is learnt, by attribute."""
        start = perf_counter()
        classes, estimators = plan.task.classes, [view.estimator for view in trained[0]]
        learnt = {"fusion_": None}
        fused = estimators
        if self.fusion != "mean":
            representations = [[view.representation for view in part] for part in trained]
            weights = {"class_weight": self.class_weight}
            how = self.fusion, self.cv
            layer = fit_fusion(plan, *how, representations, data.groups, data.sample_weight, **weights)
            learnt["fusion_"] = layer
            if self.fusion == "fine_tune":
                inside = [np.isin(plan.samples, part) for part in plan.splits[0]]
                held_out = HeldOut([view.estimator for view in trained[1]], representations[1], *inside)
                weight = None if data.sample_weight is None else data.sample_weight[plan.samples]
                fused, learnt["fusion_"], learnt["n_iter_"] = fine_tune(
                    estimators,
                    layer,
                    held_out,
                    safe_indexing(data.X, plan.samples),
                    plan.labels,
                    sample_weight=weight,
                    random_state=plan.seed,
                    **weights,
                )
        frozen = {"views": plan.views, "classes": classes, "by_posterior": self._by_posterior}
        names = [view.name for view in plan.views]
        seconds = [[view.fit_seconds for view in part] for part in trained]
        represent_seconds = sum(view.represent_seconds for part in trained for view in part)
        widths = [
            None if view.representation is None else view.representation.shape[1] for view in trained[0]
        ]
        learnt |= {
            "classes_": np.asarray(classes),
            "views_": names,
            "raters_": [name for name in names if name not in CROWD_VIEWS],
            "estimators_": estimators,
            "view_rows_": [view.samples for view in plan.views],
            "view_fit_time_": dict(zip(names, np.sum(seconds, axis=0).tolist(), strict=True)),
            "_frozen": FrozenViews(estimators=estimators, **frozen),
            "_fused": FrozenViews(estimators=fused, **frozen),
            "_view_weights": view_weights(plan.views, classes, self.class_weight),
        }
        learnt["_unit_names"] = learnt["_fused"].unit_names(widths)
        learnt["fusion_fit_time_"] = perf_counter() - start + represent_seconds
        return learnt

    def _set_learnt(self, learnt):
        """Replace all that an earlier fit learnt."""
        for name in set(vars(self)) - set(self.get_params(deep=False)):
            if name in _LEARNT or name.endswith("_"):
                delattr(self, name)
        vars(self).update(learnt)
        take_over_input(self, self.estimators_[0])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if self.estimator is not None:
            tags.input_tags = get_tags(self.estimator).input_tags
        else:
            tags.input_tags.sparse = tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags
