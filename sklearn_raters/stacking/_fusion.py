"""The fusion of frozen views: which samples it learns from, and what is fitted on them."""

import numpy as np
from sklearn.base import clone

from sklearn_raters._inner_splits import hold_out, inner_splits
from sklearn_raters._nested import groups_for_fit
from sklearn_raters._seeds import set_seeds
from sklearn_raters._targets import class_weights
from sklearn_raters.stacking._frozen import side_by_side
from sklearn_raters.stacking._logistic_layer import choose_strength, fit_layer
from sklearn_raters.stacking._mixture import ConvexMixture

FUSIONS = ("logistic", "softmax", "mean", "mixture", "fine_tune")


def fusion_splits(fusion, cv, views, consensus, groups, fraction, seed):
    """Return by which splits (train, test) further views are trained, for the fusion's sake.

    Parameters
    ----------
    fusion, cv : object
        As in `MultiRaterStackingClassifier`.
    views : list of View
        No split holds out all samples of one of them.
    consensus : ndarray of object of shape (n_samples,)
        Every label is left in each training part.
    groups : ndarray of shape (n_samples,) or None
        What stays together.
    fraction : float
        Share of the groups held out to choose a penalty.
    seed : int or None
        Which groups.

    Returns
    -------
    list of tuple (train, test) of ndarray of int
        Empty where the views that are trained on all samples are enough.

    Raises
    ------
    ValueError
        If `fusion` and `cv` do not go together, or no split leaves every class and view some samples.
    """
    if fusion == "mean":
        return []
    if cv is not None and fusion == "fine_tune":
        raise ValueError(
            "fusion='fine_tune' goes on from views that have seen all samples: it needs cv=None."
        )
    if cv is not None:
        return inner_splits(cv, consensus, groups, seed)
    if fusion in ("logistic", "mixture", "fine_tune"):
        return [hold_out(groups, consensus, fraction, seed, [view.rows for view in views])]
    return []


def shown_rows(fusion, cv, rows, splits):
    """Return which samples the views represent: those trained on all, then those of each split.

    Parameters
    ----------
    fusion, cv : object
        As in `MultiRaterStackingClassifier`.
    rows : ndarray of int
        The samples that have a consensus.
    splits : list of tuple (train, test) of ndarray of int
        What further views are trained on.

    Returns
    -------
    list of (ndarray of int or None)
        Sorted; None where nothing is asked.
    """
    if fusion == "mean":
        return [None]
    if cv is None:
        return [None if fusion == "mixture" else rows] + [rows] * len(splits)
    tests = [np.intersect1d(rows, test) for _, test in splits]
    return [None, *(test if len(test) else None for test in tests)]


def in_sample(held_out, y, splits):
    """Give what the penalty is chosen by when the views have seen the samples that the fusion learns from.

    Parameters
    ----------
    held_out : list of list of ndarray of shape (n_samples, n_units_i)
        For each split, what views trained on its training part make of all samples.
    y : ndarray of shape (n_samples,)
        The consensus of the samples.
    splits : list of tuple (train, valid) of bool ndarray of shape (n_samples,)
        Which samples the views of `held_out` were trained on, and which they have not seen.

    Yields
    ------
    tuple
        For `choose_strength`.
    """
    for (train, valid), own in zip(splits, held_out, strict=True):
        yield side_by_side(own, train), y[train], side_by_side(own, valid), y[valid]


def out_of_fold(held_out, y, splits):
    """Return what the fusion learns from when no view has seen the sample that it represents.

    Parameters
    ----------
    held_out : list of (list of ndarray of shape (n_test, n_units_i) or None)
        For each split, what views trained on its training part make of its test part; None where that is
        empty.
    y : ndarray of shape (n_samples,)
        The consensus of the samples.
    splits : list of tuple (train, test) of bool ndarray of shape (n_samples,)
        Which samples the views of `held_out` were trained on, and which they represent.

    Returns
    -------
    Z : ndarray of shape (n_samples, n_units)
        Representations.
    folds : generator of tuple
        For `choose_strength`.

    Raises
    ------
    ValueError
        If some sample is in no test part.
    """
    tests = [test for _, test in splits]
    if not np.all(np.sum(tests, axis=0) == 1):
        raise ValueError(
            "The test parts of cv must hold each sample once, as those of KFold and GroupKFold do; "
            f"{np.sum(np.sum(tests, axis=0) != 1)} samples are in none or in several."
        )
    filled = [(test, side_by_side(own)) for test, own in zip(tests, held_out, strict=True) if test.any()]
    Z = np.empty((len(y), filled[0][1].shape[1]))
    for test, part in filled:
        Z[test] = part
    return Z, ((Z[~test], y[~test], Z[test], y[test]) for test, _ in filled)


def fit_fusion(fusion, cv, learnt, y, groups, splits, *, classes, class_weight, random_state):
    """Fit the fusion on what the frozen views make of the samples.

    Parameters
    ----------
    fusion, cv : object
        As in `MultiRaterStackingClassifier`; not "mean".
    learnt : list of list of (ndarray of shape (n_samples, n_units_i) or None)
        Representations by the views that were trained on all samples, then by those of each split.
    y : ndarray of shape (n_samples,)
        Consensus labels.
    groups : ndarray of shape (n_samples,) or None
        For classifiers that take them.
    splits : list of tuple (train, test) of bool ndarray of shape (n_samples,)
        Which samples the views of each split were trained on, and which they have not seen.
    classes : ndarray of shape (n_classes,)
        The task's classes, in the order of posteriors.
    class_weight : dict, "balanced" or None
        Weights of the classes in the layer.
    random_state : int or None
        Source of the layer's randomness.

    Returns
    -------
    classifier
        The fitted layer.

    Raises
    ------
    ValueError
        If there are class weights that the classifier does not take, or `cv` leaves a sample untested.
    """
    if cv is None:
        parts, folds = learnt[0], in_sample(learnt[1:], y, splits)
    else:
        Z, folds = out_of_fold(learnt[1:], y, splits)
        parts = [Z]
    if fusion == "mixture":
        unseen = [(Z_valid, y_valid) for _, _, Z_valid, y_valid in folds]
        Z, y = (np.concatenate(column) for column in zip(*unseen, strict=True))
        return ConvexMixture(classes, class_weight).fit(Z, y)
    if fusion in ("logistic", "fine_tune"):
        C = choose_strength(folds, class_weight)
        # Put side by side only now, to spare memory.
        return fit_layer(side_by_side(parts), y, C, class_weight)
    layer = _unfitted(fusion, class_weight, random_state)
    return layer.fit(side_by_side(parts), y, **groups_for_fit(layer, groups))


def _unfitted(fusion, class_weight, random_state):
    if fusion == "softmax":
        from sklearn_raters.networks import SoftmaxLayerClassifier

        return SoftmaxLayerClassifier(class_weight=class_weight, random_state=random_state)
    layer = clone(fusion)
    if random_state is not None:
        set_seeds(layer, random_state)
    if class_weight is not None:
        if "class_weight" not in layer.get_params():
            raise ValueError(
                f"class_weight={class_weight!r} cannot reach the fusion {layer!r}, which has no such "
                "parameter. Set class_weight=None, or give another classifier as fusion."
            )
        layer.set_params(class_weight=class_weight)
    return layer


def view_weights(views, classes, class_weight):
    """Weigh each view's classes, shape (n_views, n_classes), by their shares in its own targets."""
    targets = [view.targets if view.soft else view.targets[:, None] == classes for view in views]
    return np.array([class_weights(class_weight, classes, own.astype(float)) for own in targets])


def mean_posterior(posteriors, weights):
    """Average the views' posteriors, each weighted by class.

    Parameters
    ----------
    posteriors : ndarray of shape (n_samples, n_views, n_classes)
        What each view says.
    weights : ndarray of shape (n_views, n_classes)
        Weights of the classes; inverse to the view's own prior they correct its posterior for that.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Rows sum to one.
    """
    weighted = posteriors * weights
    return (weighted / weighted.sum(axis=2, keepdims=True)).mean(axis=1)
