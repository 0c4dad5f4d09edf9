"""Train any scikit-learn classifier on soft labels, nearly all by weighted repeats of each sample."""

from functools import partial

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils import indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align, align_samples, refuse_masked
from sklearn_raters._forms import at_least_single
from sklearn_raters._nested import (
    InnerTagsMixin,
    check_is_read,
    check_refits,
    check_same_features,
    fit_with_weights,
    is_search,
    layers,
    take_over_input,
    unwrap,
    weight_name,
)
from sklearn_raters._rated import refuse_pairwise
from sklearn_raters._sklearn_compat import HasMethods, safe_indexing
from sklearn_raters._targets import (
    SoftTargetsMixin,
    check_weights,
    class_weights,
    is_certain,
    target_distributions,
)
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import check_groups
from sklearn_raters.soft_targets._checks import check_reads_soft_labels, check_takes_repeats
from sklearn_raters.soft_targets._logistic import fit_logistic, fits_soft_labels
from sklearn_raters.soft_targets._whole_samples import fit_in_groups, keep_samples_whole, restore_folds


def wrap_innermost(estimator, classes):
    """Put a `SoftTargetClassifier` around the classifier inside pipelines and searches.

    If the whole search were wrapped instead, it would split the repeats of one sample between folds, and its
    scorer would not see their weights.

    Parameters
    ----------
    estimator : classifier
        A pipeline or search that ends in a classifier.
    classes : ndarray of shape (n_classes,) or None
        The classes in the order of the columns of soft labels; None for labels.

    Returns
    -------
    classifier
        An unfitted copy that takes soft labels. The grids of its searches are renamed to match.
    """
    estimator = clone(estimator)
    path, inner = list(layers(estimator))[-1]
    for search in [layer for layer in layers(estimator) if is_search(layer.estimator)]:
        start = f"{search.path}__estimator" if search.path else "estimator"
        within = path.removeprefix(start).removeprefix("__")
        for name in {"param_grid", "param_distributions"} & set(search.estimator.get_params(deep=False)):
            search.estimator.set_params(**{name: _moved(getattr(search.estimator, name), within)})
        resource = getattr(search.estimator, "resource", "n_samples")  # of a halving search
        if resource != "n_samples":
            search.estimator.set_params(resource=next(iter(_moved({resource: None}, within))))
    return estimator.set_params(**{path: SoftTargetClassifier(inner, classes=classes)})


def _moved(grid, path):
    """Rename the parameters of a grid after the classifier at `path` moved into a `SoftTargetClassifier`."""
    if not isinstance(grid, dict):
        return [_moved(part, path) for part in grid]
    start = f"{path}__" if path else ""

    def renamed(key):
        if key == path:
            return f"{path}__estimator"
        return f"{start}estimator__{key.removeprefix(start)}" if key.startswith(start) else key

    return {renamed(key): values for key, values in grid.items()}


def weighted_repeats(X, soft, weight, groups):
    """Repeat each sample once for every class in its soft label, weighted by the share of that class.

    Parameters
    ----------
    X : sequence of n_samples
        Samples.
    soft : ndarray of shape (n_samples, n_classes)
        Soft labels.
    weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.

    Returns
    -------
    X : sequence of n_repeats
        The repeated samples.
    rows : ndarray of int of shape (n_repeats,)
        The sample of each repeat.
    codes : ndarray of int of shape (n_repeats,)
        The class of each repeat, as a column of `soft`.
    weight : ndarray of shape (n_repeats,)
        Weights of the repeats: the share of the class times the weight of the sample.
    groups : array-like of shape (n_repeats,) or None
        The repeated groups.
    """
    mass = soft if weight is None else soft * weight[:, None]
    rows, codes = np.nonzero(mass)
    groups = groups if groups is None else safe_indexing(groups, rows)
    return safe_indexing(X, rows), rows, codes, mass[rows, codes], groups


def balance_by_mass(estimator, y, weight):
    """Replace class_weight="balanced" by the weights that balance the mass of the classes.

    scikit-learn counts samples to balance classes. Of weighted repeats each class has as many as any other,
    so that counts balance nothing.

    Parameters
    ----------
    estimator : classifier
        The unfitted classifier, changed in place. A meta-estimator decides what reaches the classifiers
        inside, so that each of them that balances classes is wrapped.
    y : ndarray of shape (n_repeats,)
        Labels.
    weight : ndarray of shape (n_repeats,)
        Weights.

    Returns
    -------
    ndarray of shape (n_repeats,)
        The weights, times those of the classes if the classifier cannot take the latter by their names.
    """
    for name, value in estimator.get_params().items():
        place, _, parameter = name.rpartition("__")
        if parameter != "class_weight" or not (isinstance(value, str) and value.startswith("balanced")):
            continue
        if place:
            estimator.set_params(**{place: _BalancedByMass(estimator.get_params()[place])})
            continue
        classes, codes = np.unique(y, return_inverse=True)
        by_class = class_weights("balanced", classes, np.bincount(codes, weight)[None])
        # It looks for the numbers of the classes in a dict, whatever their names.
        by_number = isinstance(estimator, HistGradientBoostingClassifier)
        named = None if by_number else dict(zip(classes.tolist(), by_class.tolist(), strict=True))
        estimator.set_params(class_weight=named)
        weight = weight * by_class[codes] if by_number else weight
    return weight


def _fit_soft(estimator, X, soft, weight, groups, classes):
    """Fit a classifier that is no pipeline or search on soft labels, and return it."""
    mass = soft if weight is None else soft * weight[:, None]
    present = mass.any(axis=0)
    if fits_soft_labels(estimator) and present.sum() > 1:
        check_classification_targets(np.repeat(classes, 3))  # of single labels it warns that they are many
        columns = np.flatnonzero(present)[np.argsort(classes[present])]
        weighs = mass.any(axis=1)
        mass, classes = mass[weighs][:, columns], classes[columns]
        balance_by_mass(estimator, classes, mass.sum(axis=0))  # "balanced" becomes the weights by name
        return fit_logistic(estimator, X if weighs.all() else safe_indexing(X, weighs), mass, classes)
    check_takes_repeats(estimator, "y holds soft labels")
    repeats, rows, codes, weight, repeated_groups = weighted_repeats(X, soft, weight, groups)
    keep_samples_whole(estimator, soft, rows, groups)
    weight = balance_by_mass(estimator, classes[codes], weight)
    return fit_with_weights(estimator, repeats, classes[codes], weight, repeated_groups)


def _have_weight(soft, weight):
    """Return whether all classes that occur have weight. scikit-learn also learns those that have none."""
    return weight is None or (soft.any(axis=0) == (soft * weight[:, None]).any(axis=0)).all()


def _has(method):
    return available_if(lambda self: hasattr(getattr(self, "estimator_", self.estimator), method))


def decides_by_pairs(estimator):
    """Return whether the decision values of an estimator, or of one inside, are those of pairs of classes.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.

    Returns
    -------
    bool
        Whether some ``decision_function_shape`` is "ovo".
    """
    params = estimator.get_params().items()
    return any(name.endswith("decision_function_shape") and value == "ovo" for name, value in params)


class SoftTargetClassifier(
    SoftTargetsMixin, InnerTagsMixin, MetaEstimatorMixin, ClassifierMixin, BaseEstimator
):
    """Train a classifier that takes `sample_weight` on soft labels.

    Each sample is repeated once for every class in its soft label, weighted by the share of that class. The
    weighted log-loss is then the cross-entropy against the soft labels. In a pipeline or a search only the
    classifier gets the repeats: transformers see each sample once, and a search splits samples. It scores
    by the expected accuracy on soft labels, unless its `scoring` is a callable that takes soft labels.
    A `LogisticRegression` with the solver "lbfgs" learns the same from the soft labels themselves, without
    repeats and in few steps; so it does from labels.

    A `class_weight="balanced"` of the classifier balances the classes' shares in the soft labels, where
    scikit-learn would count repeats; `estimator_` has the weights found. "balanced_subsample" is the same
    here. Soft labels that are all certain go to other classifiers as labels.

    A classifier with a parameter `cv`, such as `CalibratedClassifierCV`, splits samples, and keeps the
    repeats of each one together. Those that cannot are refused: ``SVC(probability=True)``, and networks or
    `SGDClassifier` with ``early_stopping=True``.

    Parameters
    ----------
    estimator : classifier
        A classifier whose `fit` takes `sample_weight`, or a pipeline or search that ends in one.
    classes : array-like of shape (n_classes,), default=None
        The classes in the order of the columns of soft labels. None takes the sorted labels of hard targets;
        for soft targets the sorted names of a DataFrame's columns, or 0, 1, ...

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    estimator_ : classifier
        The fitted classifier.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters import SoftTargetClassifier
    >>> X = np.array([[-1.0], [0.0], [1.0]])
    >>> soft = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    >>> clf = SoftTargetClassifier(LogisticRegression()).fit(X, soft)
    >>> clf.predict_proba([[0.0]]).round(2).tolist()
    [[0.5, 0.5]]
    """

    __metadata_request__fit = {"groups": True}

    _parameter_constraints = {"estimator": [HasMethods("fit")], "classes": ["array-like", None]}

    def __init__(self, estimator, *, classes=None):
        self.estimator = estimator
        self.classes = classes

    def fit(self, X, y, sample_weight=None, groups=None):
        """Fit the classifier on soft labels, or on labels.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or soft labels: rows that sum to one. The columns of a DataFrame are the classes, in any
            order.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.
        groups : array-like of shape (n_samples,), default=None
            Groups of the samples, passed to a classifier or search that takes groups.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If the classifier takes no `sample_weight`.
        InputError
            If the classifier would hold out some repeats of a sample while it learns from the others.
        """
        self._validate_params()
        if not is_classifier(self.estimator):
            raise TypeError(f"SoftTargetClassifier needs a classifier; got {self.estimator!r}.")
        check_refits(self.estimator)
        if weight_name(self.estimator) is None:
            raise TypeError(
                f"{type(self.estimator).__name__}.fit takes no sample_weight, so soft labels cannot reach "
                "it. Give a classifier that does, or train this one on hard labels."
            )
        X, y = indexable(X, y)
        X, y, groups, sample_weight = align_samples(X=X, y=y, groups=groups, sample_weight=sample_weight)
        X = at_least_single(X)
        check_is_read(X, {type(self).__name__: self.estimator})
        groups = check_groups(groups)
        classes, soft = target_distributions(y, self.classes)
        weight = check_weights(sample_weight, soft)
        estimator, fit, certain = clone(self.estimator), fit_in_groups, is_certain(soft)
        y = classes[soft.argmax(axis=1)] if certain else soft
        if not certain:
            refuse_pairwise(estimator)
        if unwrap(estimator) is not estimator:
            if not certain:
                check_reads_soft_labels(estimator, "y holds soft labels")
                check_takes_repeats(estimator, "y holds soft labels")
                estimator = wrap_innermost(estimator, classes)
            elif fits_soft_labels(estimator):
                estimator = wrap_innermost(estimator, None)  # in the order of other classifiers
        elif not certain or (fits_soft_labels(estimator) and _have_weight(soft, weight)):
            fit, y = partial(_fit_soft, classes=classes), soft
        self.estimator_ = fit(estimator, X, y, weight, groups)
        restore_folds(self.estimator_)
        self.classes_ = classes
        take_over_input(self, estimator)
        return self

    def _as_read(self, X):
        """Return the samples; raise InputError if the classifier cannot read them."""
        check_is_fitted(self)
        refuse_masked(X, "X")
        check_is_read(X, {type(self).__name__: self.estimator_})
        check_same_features(X, [self.estimator_])
        return at_least_single(X)

    def predict(self, X):
        """Return the classifier's labels.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels, each one of `classes_`.
        """
        X = self._as_read(X)
        return self.estimator_.predict(X)

    @_has("predict_proba")
    def predict_proba(self, X):
        """Return the classifier's probabilities.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`; 0 for a class that no soft label has a share of.
        """
        X = self._as_read(X)
        proba = align(self.estimator_.predict_proba(X), self.estimator_.classes_, self.classes_)
        if not np.isfinite(proba).all():
            wrong = np.flatnonzero(~np.isfinite(proba).all(axis=1))[0]
            raise InputError(
                f"{type(self.estimator_).__name__} answers {proba[wrong]} on sample {wrong}, which are no "
                "probabilities: look for features of very large values, and scale them first."
            )
        return proba

    @_has("decision_function")
    def decision_function(self, X):
        """Return the classifier's decision values.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            The classifier's decision values; of two classes the values for the second. Columns in the order
            of `classes_`, -inf for a class that no soft label has a share of. Values for pairs of classes
            (``decision_function_shape="ovo"``) stay in the classifier's own order.
        """
        X = self._as_read(X)
        values, learnt = self.estimator_.decision_function(X), self.estimator_.classes_
        by_pairs = len(learnt) > 2 and decides_by_pairs(self.estimator_)
        if by_pairs or np.array_equal(learnt, self.classes_):
            return values
        if values.ndim == 1:
            values = np.stack([-values / 2, values / 2], axis=1)
        values = align(values, learnt, self.classes_, fill=-np.inf)
        return values if len(self.classes_) > 2 else values[:, 1] - values[:, 0]

    @_has("transform")
    def transform(self, X):
        """Return the classifier's representation of the samples.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
            The classifier's representation.
        """
        X = self._as_read(X)
        return self.estimator_.transform(X)


class _BalancedByMass(SoftTargetClassifier):
    """A classifier inside a meta-estimator, whose "balanced" classes are those with the same total weight."""

    def fit(self, X, y, sample_weight=None):
        """Fit on labels; see `balance_by_mass`."""
        estimator = clone(self.estimator)
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        self.estimator_ = estimator.fit(X, y, sample_weight=balance_by_mass(estimator, y, weight))
        self.classes_ = estimator.classes_
        take_over_input(self, estimator)
        return self
