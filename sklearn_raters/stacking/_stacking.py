"""MultiRaterStackingClassifier: a frozen classifier for each view on the ratings, and a fusion on top."""

from dataclasses import replace
from functools import partial
from numbers import Integral, Real
from os import PathLike
from time import perf_counter

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, TransformerMixin, is_classifier
from sklearn.utils import get_tags, indexable
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align, refuse_masked
from sklearn_raters._forms import at_least_single
from sklearn_raters._nested import check_is_read, check_refits, check_same_features, take_over_input
from sklearn_raters._rated import ConsensusMixin, answer_by_name, check_rated_samples, in_content_order
from sklearn_raters._sklearn_compat import N_JOBS, HasMethods, Interval, StrOptions
from sklearn_raters.consensus import METHODS
from sklearn_raters.stacking._diagram import diagram
from sklearn_raters.stacking._frozen import FrozenViews
from sklearn_raters.stacking._fusion import FUSIONS, fit_fusion, mean_posterior
from sklearn_raters.stacking._plan import make_plan
from sklearn_raters.stacking._pool_fusion import PoolFusion
from sklearn_raters.stacking._shared_steps import check_shared_steps, fit_shared_steps
from sklearn_raters.stacking._training import choose_kernel, train_views
from sklearn_raters.stacking._view_checks import named_readers
from sklearn_raters.stacking._view_params import ViewParamsMixin
from sklearn_raters.stacking._views import CROWD_VIEWS


class MultiRaterStackingClassifier(
    ViewParamsMixin, ConsensusMixin, TransformerMixin, MetaEstimatorMixin, ClassifierMixin, BaseEstimator
):
    """Learn the consensus of several raters' labels by fusing classifiers for views on the ratings.

    Chou & Lee 2019: one classifier learns the crowd's majority labels ("crowd_hard"), one the crowd's soft
    labels ("crowd_soft"), and one classifier for each rater learns that rater's labels. The trained
    classifiers are frozen, and a fusion learns the majority label from the output of all of them. The
    paper fuses representations, the values before each softmax, by one softmax layer (`paper_stack`); the
    default fuses posteriors by a log-linear pool. With ordinary classifiers as views it was better than
    majority labels and the paper's layer. With networks on frames, `fusion="mean"` was as good, and twice as
    fast.

    Parameters
    ----------
    estimator : classifier, default=None
        Classifier of which each view trains a copy: a network such as `BLSTMClassifier`, any scikit-learn
        classifier (with `sample_weight` in `fit`, for views with soft labels), or a pipeline or search that
        ends in a classifier. None is `BLSTMClassifier` for sequences; for tables `StandardScaler`,
        `KernelFeatures` and `LogisticRegression(C=3)`; and `LogisticRegression` alone for sparse rows. The
        weight of the kernel is 1, or 0, 3, 10 or 30 where one of them predicts the soft labels of samples
        that are left out clearly better: on the folds of "pool" or `cv`, by at most 2,000 samples.
    views : "all" or list, default="all"
        Views to train. "all" is "crowd_hard", "crowd_soft" and one view for each rater with at least
        `min_ratings` ratings. A list may hold "crowd_hard", "crowd_soft", names of raters, "raters" (all with
        enough ratings), "crowd_agreement" (the majority weighted by `consensus.agreement_weights`), and
        "crowd_dawid_skene", "crowd_glad", ... (labels by these methods of `consensus.consensus_proba`).
    view_params : dict, default=None
        Settings of single views: from the name of a view to a dict of parameters that differ from those of
        `estimator`, or to another estimator. `set_params(crowd_soft__learning_rate=1e-4)` adds an entry.
    start_from : {"crowd_soft", "crowd_hard"} or None, default="crowd_soft"
        View that is trained first; the networks of the other views start from its weights, and are trained
        for a third of its epochs at half the step size. It takes a fraction of the time, and raters with few
        ratings are predicted better. Views that are no networks (`BLSTMClassifier`, or a pipeline that ends
        in one) or have an entry in `view_params` start anew, and so do all views where this one is not among
        `views`. None trains all networks anew, as the paper does.
    fusion : {"pool", "logistic", "softmax", "mean", "mixture", "fine_tune"} or classifier, default="pool"
        - "pool": a log-linear pool of the posteriors: logistic regression on their logarithms, with a penalty
          that draws it to their plain average. One each for the consensus, the raters' shares
          (`predict_soft_labels`) and each rater's labels (`predict_proba_raters`). They are learnt out of
          fold, with copies of the views trained on either half of the groups, so that a fit costs about twice
          the training of the views.
        - "logistic": multinomial logistic regression, the softmax layer as a convex problem. Its penalty is
          chosen on held-out groups with copies of the views trained without these groups, so that each view
          is trained twice.
        - "softmax": the paper's layer, trained by Adamax with dropout (`SoftmaxLayerClassifier`).
        - "mean": the average of the views' posteriors; with `views=["raters"]` the ensemble of Fayek et al.
          2016.
        - "mixture": a weighted average of the posteriors, with weights learnt on held-out groups like the
          penalty of "logistic".
        - "fine_tune": "logistic", then further training of views and layer together by Adamax at 1e-4, for
          the number of epochs (possibly 0) with the lowest cross-entropy on the held-out groups.
        - A classifier, which is fitted on the representations.
    class_weight : dict or "balanced", default=None
        Weights of the classes in the fusion, not in the views. With "mean", "balanced" divides the posterior
        of each view by the class shares in its targets.
    cv : int, splitter or None, default=None
        With None, "pool" takes two folds, "mixture" learns on held-out groups, the others learn in-sample, as
        the paper does. With a splitter or a number of folds, the fusion learns from out-of-fold posteriors,
        since representations by separately trained networks cannot be compared; "mean" learns nothing, and
        "fine_tune" needs None.
    validation_fraction : float, default=0.2
        Share of the groups held out for "logistic", "mixture" and "fine_tune" where `cv` is None.
    consensus : str or callable, default="majority"
        Method that finds the labels for "crowd_hard" and the fusion: "majority", or by crowd-kit
        "dawid_skene", "one_coin", "glad", "mace", "mmsr", "wawa"; see `consensus.consensus_labels`. If one
        answer is true, "dawid_skene" finds it more often. Scorers always compare with the majority.
    alpha : float, default=0.75
        Smoothing of soft labels, equation 1 of the paper.
    classes : list, default=None
        The task's classes; None takes all labels. Votes for other labels count for the majority only. A text
        that stands for a missing label, such as "None", is a class if it is named here.
    label_map : dict, default=None
        From the ratings' labels to classes, applied after the majority: {"excitement": "happiness"}. None
        means "not rated": {-1: None}.
    min_ratings : int, default=1
        Number of samples that a rater must have given a class of the task to get a view.
    max_raters : int, default=None
        Maximum number of raters with a view: those who rated the most samples, by their weights; of raters
        with as many, what they said decides. The crowd views always learn from all raters.
    n_jobs : int, default=None
        Number of views trained in parallel.
    shared_steps : int, default=0
        Number of first steps of the estimator's Pipeline, such as a `TfidfVectorizer`, that are fitted once
        for all views instead of once for each training. They are fitted without labels on all samples that
        `fit` gets: their vocabulary, means and the like then come also from samples that a view has no rating
        for, and from those held out for the fusion. It is the same as putting the steps before the stack in a
        Pipeline, but `predict_proba_raters` and the like take the samples as they are. An estimator in
        `view_params` gets the output of the shared steps.
    memory : str, path-like or joblib.Memory, default=None
        Folder to cache trained views in, for fits that were interrupted or that differ only in the fusion.
    random_state : int, RandomState instance or None, default=None
        Source of the seeds of views and fusion. None keeps the `random_state` of the estimators. Without
        `groups`, samples that change places, with their ratings, change no answer, unless `cv` is a splitter,
        which splits by place.
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
        The trained classifiers of the views, in the order of `views_`.
    shared_steps_ : Pipeline or None
        The fitted steps before `estimators_`; None for `shared_steps=0`.
    kernel_weight_ : float or None
        The weight of the kernel that was chosen for the views of a table. None where there was nothing to
        choose: an estimator was given, or X is sparse or holds sequences.
    kernel_choice_time_ : float
        Seconds of the trial trainings that chose it.
    view_rows_ : list of ndarray of int
        Samples that each view learnt from.
    view_fit_time_ : dict
        Seconds of all trainings of each view, by its name.
    fusion_ : PoolFusion, classifier or None
        The fitted fusion; None for "mean". That of "pool" has a `LogLinearPool` (weights, offsets) for each
        question: `consensus`, `shares` and the list `raters`. That of "mixture" has the views' weights as
        `weights_`.
    fusion_views_ : list
        The views' names in the order in which the fusion and `transform` have them: the crowd views, then
        the raters in an order of what they said. So neither the raters' names nor their order change what is
        learnt.
    n_iter_ : int
        Number of epochs of "fine_tune" that were kept; only for this fusion.
    fusion_fit_time_ : float
        Seconds of computing the representations and of fitting the fusion.

    Notes
    -----
    Searches and cross-validation need a splitter as `cv`, and `HalvingGridSearchCV` a number as
    `min_resources`; by default scikit-learn would stratify by the ratings. `permutation_test_score` needs
    ``Y.to_numpy()``, since tables that it shuffles are paired with X again by their index.

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
        "start_from": [StrOptions({"crowd_soft", "crowd_hard"}), None],
        "fusion": [StrOptions(set(FUSIONS)), HasMethods("fit")],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "cv": ["cv_object"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "consensus": [StrOptions(set(METHODS)), callable],
        "alpha": [Interval(Real, 0, 1e6, closed="both")],
        "classes": ["array-like", None],
        "label_map": [dict, None],
        "min_ratings": [Interval(Integral, 1, None, closed="left")],
        "max_raters": [Interval(Integral, 1, None, closed="left"), None],
        "n_jobs": N_JOBS,
        "shared_steps": [Interval(Integral, 0, None, closed="left")],
        "memory": [str, PathLike, HasMethods("cache"), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator=None,
        *,
        views="all",
        view_params=None,
        start_from="crowd_soft",
        fusion="pool",
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
        shared_steps=0,
        memory=None,
        random_state=None,
        verbose=0,
    ):
        self.estimator = estimator
        self.views = views
        self.view_params = view_params
        self.start_from = start_from
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
        self.shared_steps = shared_steps
        self.memory = memory
        self.random_state = random_state
        self.verbose = verbose

    def plan(self, X, y, *, sample_weight=None, groups=None):
        """Plan the training without doing it.

        The plan raises the errors of `fit` that need no training: wrong parameters, views or splits, an
        estimator that cannot learn its view, a fusion that cannot take the weights.

        Parameters
        ----------
        X : list or array-like of length n_samples
            The samples. Paths will do, but without groups the folds come from the samples themselves, so that
            those of `fit` hold others, as the plan then says. Sequences are checked.
        y : array-like
            The ratings in any form that `fit` takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.
        groups : array-like of shape (n_samples,), default=None
            Groups that inner splits must not split.

        Returns
        -------
        StackPlan
            The views, their trainings and the samples held out for the fusion; `print` it to read it.

        Raises
        ------
        InputError, TypeError
            The errors of `fit`.

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn_raters import MultiRaterStackingClassifier
        >>> stack = MultiRaterStackingClassifier(LogisticRegression(), views=["crowd_hard", "raters"])
        >>> X = [[0.0], [1.0]] * 10
        >>> Y = [["calm", "calm"], ["sad", "calm"], ["calm", None], ["sad", "sad"]] * 5
        >>> print(stack.plan(X, Y))
        3 views, 9 trainings
        20 samples, 2 raters, 35 votes
        classes: calm, sad
        15 samples with a consensus, from which the fusion learns
        <BLANKLINE>
              view     targets  samples  trainings          estimator
        crowd_hard      labels       15          3 LogisticRegression
                 0 soft labels       20          3 LogisticRegression
                 1 soft labels       15          3 LogisticRegression
        <BLANKLINE>
        fusion: pool, on the posteriors of 3 views, out of fold
        each of 2 folds is held out once
        """
        _, order, plan = self._prepare(X, y, sample_weight, groups)
        return plan.of_samples(order)

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Train the views, freeze them and fit the fusion.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that the estimators of the views take.
        y : array-like of shape (n_samples, n_raters), (n_samples, n_raters, n_classes) or (n_samples,)
            The ratings: labels, which may be missing or tuples of several labels; votes; or the labels of
            one rater. The columns of a DataFrame name the raters. A `Task` also names the classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the views and in the fusion; a sample of weight 0 is left out. Weights
            do not change the consensus or the soft label of a sample. With the fusion "pool" their scale
            matters too: a weight of 2 is the sample twice, so that larger weights weaken its penalty.
        groups : array-like of shape (n_samples,), default=None
            Groups that inner splits must not split, such as speakers or sessions; passed to the views.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        InputError
            If there are no ratings, X and y differ in length, a class is the consensus of no sample, a view
            is unknown or has no ratings in the classes, or `cv` does not hold out each sample once.
        TypeError
            If an estimator is no classifier, or cannot take the targets or weights of its view.
        """
        data, order, plan = self._prepare(X, y, sample_weight, groups)
        # The plan does not check X, which may still be paths of recordings. X is in the user's order,
        # by which messages number the samples.
        check_is_read(X, named_readers(self, plan.trainings[: len(plan.views)]))
        shared, data = fit_shared_steps(self.estimator, self.shared_steps, data, plan.seed)
        plan, chosen = choose_kernel(self, plan, data)
        trained = train_views(self, plan, data)
        learnt = self._fuse(plan, trained, data)
        learnt["view_rows_"] = [np.sort(order[rows]) for rows in learnt["view_rows_"]]
        vars(self).pop("n_iter_", None)  # of an earlier fit with fusion="fine_tune"
        vars(self).update(learnt, shared_steps_=shared, **chosen)
        take_over_input(self, self.estimators_[0] if shared is None else shared)
        return self

    def _train_ahead(self, X, y, part, groups=None):
        """Train the views of one part of the plan into the cache `memory`, where `fit` finds them.

        None for `part` only chooses the kernel, on which all parts depend.
        """
        data, _, plan = self._prepare(X, y, None, groups)
        plan, _ = choose_kernel(self, plan, data)
        train_views(self, replace(plan, trainings=[one for one in plan.trainings if one.part == part]), data)

    def _prepare(self, X, y, sample_weight, groups):
        """Return the checked input in an order of its content, this order, and the plan."""
        check_refits(self.estimator)
        check_refits(self.fusion)
        self._validate_params()
        if self.estimator is not None and not is_classifier(self.estimator):
            raise TypeError(f"estimator must be a classifier; got {self.estimator!r}.")
        check_shared_steps(self.estimator, self.shared_steps, self.view_params)
        checked = check_rated_samples(self, X, y, sample_weight, groups)
        data, order = in_content_order(checked, self.cv)
        return data, order, make_plan(self, data, indexable(X)[0], order)

    @property
    def _by_posterior(self):
        named = self.fusion if isinstance(self.fusion, str) else None
        return self.cv is not None or named in ("pool", "mean", "mixture")

    def _fuse(self, plan, trained, data):
        """Fit the fusion; return all learnt attributes by name."""
        start = perf_counter()
        names, ordered = [view.name for view in plan.views], plan.for_fusion()
        order = [names.index(view.name) for view in ordered.views]
        in_order = [[part[place] for place in order] for part in trained]
        fused, layer, n_epochs = fit_fusion(self, ordered, in_order, data)
        estimators = [view.estimator for view in trained[0]]
        seconds = [[view.fit_seconds if view else 0.0 for view in part] for part in trained]
        fit_seconds = dict(zip(names, np.sum(seconds, axis=0).tolist(), strict=True))
        represent_seconds = sum(view.represent_seconds for part in trained for view in part if view)
        settings = (plan.task.classes, self._by_posterior)
        fused_views = FrozenViews(ordered.views, fused, *settings)
        learnt = {
            "classes_": np.asarray(plan.task.classes),
            "views_": names,
            "raters_": [name for name in names if name not in CROWD_VIEWS],
            "estimators_": estimators,
            "view_rows_": [view.samples for view in plan.views],
            "view_fit_time_": fit_seconds,
            "fusion_": layer,
            "fusion_views_": [view.name for view in ordered.views],
            "_frozen": FrozenViews(plan.views, estimators, *settings),
            "_fused": fused_views,
            "_view_weights": plan.view_weights[order],
            "_unit_names": fused_views.unit_names([view.representation for view in in_order[0]]),
        }
        if n_epochs is not None:
            learnt["n_iter_"] = n_epochs
        learnt["fusion_fit_time_"] = perf_counter() - start + represent_seconds
        return learnt

    def _inputs_of_views(self, X):
        """Return the samples after the shared steps."""
        check_is_fitted(self)
        refuse_masked(X, "X")
        reading = {f"the view {name!r}": one for name, one in zip(self.views_, self.estimators_, strict=True)}
        if self.shared_steps_ is not None:
            reading = {"the pipeline of shared steps": self.shared_steps_}
        check_is_read(X, reading)
        check_same_features(X, reading.values())
        return at_least_single(X) if self.shared_steps_ is None else self.shared_steps_.transform(X)

    def predict_proba_views(self, X):
        """Return the probabilities of each view's own targets, which for soft labels are smoothed.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_views, n_classes)
            Views in the order of `views_`, classes in that of `classes_`.
        """
        X = self._inputs_of_views(X)
        return self._frozen.posteriors(X)

    def _inputs_of_pool(self, X):
        return self._fused.posteriors(X, unsmoothed=True, by_decision=True)

    def predict_proba_raters(self, X, raters=None):
        """Return the probabilities of the labels that each rater would give.

        With the fusion "pool", a pool of the rater's view, the crowd views and the mean of all raters' views,
        learnt from this rater's labels; how strongly all raters are drawn to the plain average is chosen by
        the likelihood of samples left out. With other fusions, the rater's view alone. The views of the
        raters learn smoothed labels (`alpha`); the smoothing is undone here.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        raters : list, default=None
            The raters, in any spelling: "1" is the rater 1. None takes `raters_`. A rater without
            a view is predicted to choose as the consensus does, with a warning.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Probabilities, in the order of `raters` and of `classes_`.

        Raises
        ------
        InputError
            If `raters` is a single name, or a name may be that of several raters.
        """
        check_is_fitted(self)
        answers, consensus = partial(self._own_answers, X), partial(self.predict_proba, X)
        return answer_by_name(raters, self.raters_, answers, consensus)

    def _own_answers(self, X):
        X = self._inputs_of_views(X)
        if not isinstance(self.fusion_, PoolFusion):
            return self._frozen.posteriors(X, self.raters_, unsmoothed=True)
        order = [name for name in self.fusion_views_ if name not in CROWD_VIEWS]
        answers = self.fusion_.predict_proba_raters(self._inputs_of_pool(X))
        return answers[:, [order.index(name) for name in self.raters_]]

    def predict_soft_labels(self, X):
        """Return the shares of the raters who would choose each class.

        With the fusion "pool", a pool of all views learnt from the shares. With other fusions, the mean of
        two predictions, both without the smoothing by `alpha`: that of the view "crowd_soft", and the mean
        over the views of the raters, who count by the number of samples that they rated.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Rows sum to one. With other fusions than "pool" and neither of these views, it is `predict_proba`.
        """
        check_is_fitted(self)
        if isinstance(self.fusion_, PoolFusion):
            return self.fusion_.predict_soft_labels(self._inputs_of_pool(self._inputs_of_views(X)))
        n_rated = {view.name: view.n_rated for view in self._frozen.views if view.name in self.raters_}
        weights = {name: n / sum(n_rated.values()) for name, n in n_rated.items()}
        if "crowd_soft" in self.views_:
            weights = {"crowd_soft": 1.0, **weights}
        if not weights:
            return self.predict_proba(X)
        in_order = [weights[name] for name in self.views_ if name in weights]
        shares = self._frozen.posteriors(self._inputs_of_views(X), weights, unsmoothed=True)
        return np.average(shares, axis=1, weights=in_order)

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
        X = self._inputs_of_views(X)
        if self.fusion_ is None:
            return mean_posterior(self._fused.posteriors(X), self._view_weights)
        if isinstance(self.fusion_, PoolFusion):
            return self.fusion_.predict_proba(self._inputs_of_pool(X))
        proba = self.fusion_.predict_proba(self._fused.represent(X))
        return align(proba, np.asarray(self.fusion_.classes_).tolist(), self.classes_.tolist())

    def transform(self, X):
        """Return the views' representations of samples, as features for other estimators.

        The fusion learns from them; only "pool" learns from the posteriors' log-ratios, the smoothing of the
        views' targets undone, where `transform` gives the posteriors as they are.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
            Representations by all views side by side, in the order of `fusion_views_`; posteriors if `cv` is
            given, or with the fusions "pool", "mean" and "mixture". The views were trained on all samples
            that `fit` got.

        Notes
        -----
        In a pipeline whose last step learns from labels, y would have to be ratings for the stack and labels
        for that step: fit the stack on its own, and the other estimator on its output.
        """
        X = self._inputs_of_views(X)  # first, since it raises NotFittedError
        return self._fused.represent(X)

    def get_feature_names_out(self, input_features=None):
        """Name the columns of `transform`.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Not used, present for API consistency.

        Returns
        -------
        ndarray of str, shape (n_units,), object
            ``<view>_<class>`` for posteriors, ``<view>_<unit>`` for other representations.
        """
        check_is_fitted(self)
        return np.asarray(self._unit_names, dtype=object)

    def _sk_visual_block_(self):
        return diagram(self)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if self.estimator is not None:
            tags.input_tags = get_tags(self.estimator).input_tags
        else:
            tags.input_tags.sparse = tags.input_tags.three_d_array = True
        tags.input_tags.pairwise, tags.transformer_tags.preserves_dtype = False, []  # see refuse_pairwise
        return tags
